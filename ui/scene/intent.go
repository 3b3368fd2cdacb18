package scene

import (
	tea "charm.land/bubbletea/v2"

	"lanyard/ui/session"
)

// Intent is what an overlay answers a key with.
type Intent interface{ Perform(h Host) tea.Cmd }

// Refuse is why a key cannot act here, and what to do about it.
type Refuse struct{ Why, Hint string }

// Cannot returns a Refuse.
func Cannot(why, hint string) *Refuse { return &Refuse{why, hint} }

// Perform says why.
func (i *Refuse) Perform(h Host) tea.Cmd {
	h.Notify(Info, i.Why, i.Hint)
	return nil
}

// Do returns the intent to hand a request to the session.
func Do(r session.Request) Intent { return do{r} }

type do struct{ request session.Request }

func (i do) Perform(h Host) tea.Cmd { return h.Request(i.request) }

// Confirm returns the intent to close a question and to do what it asked about.
func Confirm(box Overlay, then session.Request) Intent { return confirm{box, then} }

type confirm struct {
	box  Overlay
	then session.Request
}

func (i confirm) Perform(h Host) tea.Cmd {
	h.Close(i.box)
	return h.Request(i.then)
}

// CloseTop closes the overlay on top.
type CloseTop struct{}

// Perform closes it.
func (CloseTop) Perform(h Host) tea.Cmd {
	h.Close(nil)
	return nil
}

// Handled does nothing: the overlay has answered the key by itself.
type Handled struct{}

// Perform does nothing.
func (Handled) Perform(Host) tea.Cmd { return nil }
