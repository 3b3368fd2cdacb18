package scene

import (
	tea "charm.land/bubbletea/v2"

	"lanyard/ui/keys"
	"lanyard/ui/session"
)

// Host is what overlays and intents act through. The screen implements it.
type Host interface {
	// Scene returns what is shown now.
	Scene() *Scene
	// Request hands a request to the session, and tells the facts that it brings at once.
	Request(r session.Request) tea.Cmd
	// Act performs an action as its key does, or says why it cannot.
	Act(a keys.Action) tea.Cmd
	// Open lays an overlay over the screen.
	Open(o Overlay)
	// Close closes an overlay, wherever it is; nil stands for the one on top.
	Close(o Overlay)
	// IsOpen reports whether an overlay is open.
	IsOpen(o Overlay) bool
	// Notify shows a notice and logs it.
	Notify(sev Severity, text, hint string)
	// Log logs a notice and does not show it.
	Log(sev Severity, text, hint string)
	// NotifyError shows what failed, why, and what to try next. Op is the verb, such as "renew".
	NotifyError(op string, err error)
}

// Overlay is a box over the panes. It takes the keys until it is closed. Only a key opens one, never
// an answer that comes in while a person types.
type Overlay interface {
	// Press answers a key. Key is its name, a the action that is on it, or None. A nil Intent means
	// that the key has no meaning here.
	Press(s *Scene, a keys.Action, key string) Intent
	// Size returns the cells and lines that the inside would like to have, of at most w by h.
	Size(s *Scene, w, h int) (int, int)
	// Box draws the inside, w cells wide and at most h lines.
	Box(s *Scene, w, h int) []string
	// Title and Foot are set into the border.
	Title(s *Scene) string
	Foot() string
	// Danger reports whether the border is drawn as a warning.
	Danger() bool
}

// Question is an overlay that only the keys which it names answer, and esc, which is No. A key that
// was typed before the question was drawn does not answer it.
type Question interface {
	Overlay
	Answers(s *Scene) string // the keys and what they do
}

// Typist is an overlay that is typed into. It takes keys as they are, before they mean an action.
type Typist interface {
	Overlay
	Typed(msg tea.KeyPressMsg) Intent
	Pasted(text string) (taken bool)
}

// Pointed is an overlay with a cursor. A click moves the cursor and does nothing else.
type Pointed interface {
	Point(line int) // counted inside of the border
}

// Listener is an overlay that makes requests. It is told the facts that come of them.
type Listener interface {
	Told(h Host, f session.Fact) tea.Cmd
}

// IsNo reports whether a key answers a question with No.
func IsNo(a keys.Action, key string) bool { return a == keys.Close || key == "esc" }
