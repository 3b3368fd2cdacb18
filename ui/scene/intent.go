package scene

import (
	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/ui/session"
)

// Intent is an overlay's answer to a key: data that the screen performs.
type Intent interface{ Perform(h Host) tea.Cmd }

// Refuse is the intent of a key that cannot act now: the reason, and the way out.
type Refuse struct{ Why, Hint console.Private }

// Cannot returns a [Refuse].
func Cannot[W, H ~string](why W, hint H) *Refuse {
	return &Refuse{console.Private(why), console.Private(hint)}
}

// Perform shows the reason and the way out as a notice.
func (i *Refuse) Perform(h Host) tea.Cmd {
	h.Notify(Info, string(i.Why), string(i.Hint))
	return nil
}

// Do returns an intent that hands r to the session.
func Do(r session.Request) Intent { return do{r} }

type do struct{ request session.Request }

func (i do) Perform(h Host) tea.Cmd { return h.Request(i.request) }

// Confirm returns an intent that closes a question and hands then to the session.
func Confirm(box Overlay, then session.Request) Intent { return confirm{box, then} }

type confirm struct {
	box  Overlay
	then session.Request
}

func (i confirm) Perform(h Host) tea.Cmd {
	h.Close(i.box)
	return h.Request(i.then)
}

// CloseTop is the intent to close the overlay on top.
type CloseTop struct{}

// Perform closes the overlay.
func (CloseTop) Perform(h Host) tea.Cmd {
	h.Close(nil)
	return nil
}

// Handled is the intent of an overlay that has handled a key itself.
type Handled struct{}

// Perform does nothing.
func (Handled) Perform(Host) tea.Cmd { return nil }
