package ui

import (
	tea "charm.land/bubbletea/v2"

	"lanyard/ui/keys"
	"lanyard/ui/session"
)

// intent is what a key asks for. Panes and overlays answer a key with one.
type intent interface{ Perform(h host) tea.Cmd }

// host is what intents and overlays act through. The screen implements it.
type host interface {
	Scene() *scene
	// Request hands a request to the session, and tells the facts that it brings at once.
	Request(r session.Request) tea.Cmd
	// Act performs an action as its key does, or says why it cannot.
	Act(a keys.Action) tea.Cmd
	Open(o overlay)
	// Close closes an overlay, wherever it is; nil stands for the one on top.
	Close(o overlay)
	IsOpen(o overlay) bool
	// Notify shows a notice and logs it; Log only logs it.
	Notify(sev severity, text, hint string)
	Log(sev severity, text, hint string)
	// NotifyError shows what failed, why, and what to try next.
	NotifyError(op string, err error)
}

// listener is an overlay that a request was made for: it is told the facts that come of it.
type listener interface {
	Told(h host, f session.Fact) tea.Cmd
}

type (
	refuse    struct{ why, hint string } // the key cannot act here, and this is why
	request   struct{ session.Request }  // asks the session for something
	closeTop  struct{}                   // closes the overlay on top
	heard     struct{}                   // the overlay has answered the key by itself
	confirmed struct {                   // closes the question, and does what it asked about
		box  overlay
		then session.Request
	}
)

// Perform implements intent.
func (i refuse) Perform(h host) tea.Cmd { h.Notify(info, i.why, i.hint); return nil }

// Perform implements intent.
func (i request) Perform(h host) tea.Cmd { return h.Request(i.Request) }

// Perform implements intent.
func (closeTop) Perform(h host) tea.Cmd { h.Close(nil); return nil }

// Perform implements intent.
func (heard) Perform(host) tea.Cmd { return nil }

// Perform implements intent.
func (i confirmed) Perform(h host) tea.Cmd {
	h.Close(i.box)
	return h.Request(i.then)
}

// overlay is something laid over the panes that takes the keys until it is closed. Overlays are opened by
// keys alone, never by an answer that comes in while somebody types.
type overlay interface {
	press(s *scene, a keys.Action, key string) intent
	// box draws the inside, w cells wide and at most h lines; size says how large it would like to be.
	box(s *scene, w, h int) []string
	size(w, h int) (int, int)
	title() string
	foot() string
	danger() bool
}

// asking is an overlay that only the keys it names answer, and esc, which is No. What was typed before it was drawn is no answer.
type asking interface {
	overlay
	named(s *scene) string // these keys and what they do
}

// no reports whether a key answers a question with No.
func no(a keys.Action, key string) bool { return a == keys.Close || key == "esc" }

// typist is an overlay that is typed into: it takes keys as they are, before they mean an action.
type typist interface {
	overlay
	typed(msg tea.KeyPressMsg) intent
	pasted(text string) (taken bool)
}

// pointed is an overlay with a cursor that a click moves, and nothing else; line is counted inside of its border.
type pointed interface{ point(line int) }

// join puts a hint behind what it is about.
func join(text, hint string) string {
	if hint == "" {
		return text
	}
	return text + ": " + hint
}
