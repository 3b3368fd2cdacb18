// Package pane implements the four panes of the screen: [Apps], [Tokens], [Selected] and
// [Activity].
//
// A [Pane] draws the rows that a scene shows it, and keeps a cursor for them. It does not know what
// a key does. It names the token that a verb acts on, or the reason why there is none, and package
// ui acts on that.
package pane

import (
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// Pane is one of the four panes. A pane owns its cursor and its scroll position. All else comes
// from the scene.
type Pane interface {
	// Title and RightTitle return the texts at both ends of the top border. The screen draws the
	// first of the right ones that fits.
	Title(s *scene.Scene) string
	RightTitle(s *scene.Scene) []string
	// Lines draws the rows: at most h lines of w cells each.
	Lines(s *scene.Scene, w, h int, focused bool) []string
	// Cursor returns the cursor, the number of rows that it moves over, and their IDs by index.
	Cursor(s *scene.Scene) (l *scene.List, n int, id func(int) string)
	// Target returns the token that a verb acts on; nil if there is none, for the reason in Refuse.
	Target(s *scene.Scene) (*session.Row, *scene.Refuse)
}
