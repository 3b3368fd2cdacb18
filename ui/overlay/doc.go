// Package overlay implements the boxes that open over the panes.
//
// Each type that has a Box method is a [scene.Overlay]:
//
//   - questions before a verb: [Confirm], [RevokeAll] and [Supersede]
//   - forms: [App], [Import], [Grant], [Adopt] and [Unlock]
//   - lists: [Palette], [Help], [Themes], [Copy] and [Log]
//   - texts to read: [Inspect], [Exchange], [Cleartext] and [Invite]
//
// An overlay answers a key with a [scene.Intent] and changes nothing outside of itself. The intent
// acts through a [scene.Host], which the screen implements. An overlay that makes requests learns
// their results through its Told method.
//
// An overlay that takes typed text is a [scene.Typist]. A question is a [scene.Question]: it makes
// its request only for a key that it names, and esc always means No.
package overlay

import (
	"lanyard/ui/keys"
	"lanyard/ui/scene"
)

// typedWarning is the warning before what was typed is thrown away.
const typedWarning = "something was typed: esc again throws it away"

// typist has the methods that are the same in every overlay that takes all keys through Typed.
type typist struct{}

func (typist) Press(*scene.Scene, keys.Action, string) scene.Intent { return nil }
func (typist) Danger() bool                                         { return false }
