package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/tokenapi/secret"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/session"
)

// showToken is the intent to show a token for a while, whatever is selected by the time the secrets
// are unlocked.
type showToken struct {
	id, fingerprint string
	lasts           time.Duration
}

// Perform implements intent.
func (i showToken) Perform(h host) tea.Cmd {
	s := h.Scene()
	if s.session.Service() == nil || s.redactor != nil {
		return nil
	}
	o := &revealOverlay{id: i.id, fingerprint: i.fingerprint, lasts: i.lasts}
	if !s.session.Key().NeedsPassphrase() {
		h.Open(o)
	}
	return h.Request(session.Show{For: o, Token: i.id})
}

// revealOverlay shows a token in clear until any key is pressed or its time is over.
type revealOverlay struct {
	id, fingerprint string
	lasts           time.Duration
	text            secret.Text
	until           time.Time
}

func (o *revealOverlay) title() string { return "Access token " + o.fingerprint }
func (*revealOverlay) foot() string    { return "" }
func (*revealOverlay) danger() bool    { return true }

func (o *revealOverlay) press(s *scene, a keys.Action, key string) intent {
	if no(a, key) || a == keys.Quit || a == keys.ShowToken || key == "enter" || key == "space" {
		return hideToken{o, ""}
	}
	what := kit.Clean(key)
	if a != keys.None {
		what += " (" + s.keys.Row(a).Word + ")"
	}
	return hideToken{o, what}
}

// size is what the token takes, and two lines for how long.
func (o *revealOverlay) size(w, h int) (int, int) {
	w = min(w, 90)
	return w, min(h, len(kit.Chop(kit.Clean(o.text.Reveal()), max(w-2, 1)))+2)
}

func (o *revealOverlay) box(s *scene, w, h int) []string {
	if o.text.IsZero() {
		return []string{padded(s.st.Quiet, "opening it …", w)}
	}
	lines := kit.Chop(kit.Clean(o.text.Reveal()), max(w-2, 1))
	room := max(h-1, 1)
	if len(lines) > room {
		lines = append(lines[:room-1:room-1], "… it is longer than this box: copy it")
	}
	var out []string
	for _, l := range lines {
		out = append(out, padded("", l, w))
	}
	for len(out) < h-1 {
		out = append(out, kit.Spaces(w))
	}
	left := o.until.Sub(s.now)
	return append(out, padded(s.st.Warn, "hidden in "+brief(s, max(left, 0))+" · any key hides it now", w))
}

// again is what shows the same token once the secrets are unlocked.
func (o *revealOverlay) again() intent { return showToken{o.id, o.fingerprint, o.lasts} }

// Hide forgets the token.
func (o *revealOverlay) Hide() { o.text, o.until = secret.Text{}, time.Time{} }

// Until is when the token is hidden; zero while none is shown.
func (o *revealOverlay) Until() time.Time { return o.until }

// hideToken is the intent to hide it now. The key may be one that does something else, which it does
// not do here.
type hideToken struct {
	box    *revealOverlay
	undone string
}

// Perform implements intent.
func (i hideToken) Perform(h host) tea.Cmd {
	if i.undone != "" {
		h.Notify(info, "the token is hidden; "+i.undone+" did nothing else", "press it again")
	}
	i.box.Hide()
	h.Close(i.box)
	return nil
}

// Told implements listener.
func (o *revealOverlay) Told(h host, f session.Fact) tea.Cmd {
	shown, ok := f.(session.Revealed)
	if !ok || !h.IsOpen(o) { // it was closed before
		return nil
	}
	s := h.Scene()
	if shown.Err != nil {
		h.NotifyError("reveal", shown.Err)
	}
	if shown.Err != nil || s.redactor != nil { // presenter mode was switched on while it was opened
		h.Close(o)
		return nil
	}
	o.text, o.until = shown.Text, s.now.Add(o.lasts)
	return h.Request(session.LogShow{Token: o.id, Fingerprint: o.fingerprint})
}
