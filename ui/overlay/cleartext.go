package overlay

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/tokenapi/secret"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// showToken is the intent to show a token for a while, whatever is selected by the time the secrets
// are unlocked.
type ShowToken struct {
	ID, Fingerprint string
	Lasts           time.Duration
}

// Perform implements intent.
func (i ShowToken) Perform(h scene.Host) tea.Cmd {
	s := h.Scene()
	if s.Session.Service() == nil || s.Redactor != nil {
		return nil
	}
	o := &Cleartext{id: i.ID, fingerprint: i.Fingerprint, lasts: i.Lasts}
	if !s.Session.Key().NeedsPassphrase() {
		h.Open(o)
	}
	return h.Request(session.Show{For: o, Token: i.ID})
}

// revealOverlay shows a token in clear until any key is pressed or its time is over.
type Cleartext struct {
	id, fingerprint string
	lasts           time.Duration
	text            secret.Text
	until           time.Time
}

func (o *Cleartext) Title() string { return "Access token " + o.fingerprint }
func (*Cleartext) Foot() string    { return "" }
func (*Cleartext) Danger() bool    { return true }

func (o *Cleartext) Press(s *scene.Scene, a keys.Action, key string) scene.Intent {
	if scene.IsNo(a, key) || a == keys.Quit || a == keys.ShowToken || key == "enter" || key == "space" {
		return hideToken{o, ""}
	}
	what := kit.Clean(key)
	if a != keys.None {
		what += " (" + s.Keys.Row(a).Word + ")"
	}
	return hideToken{o, what}
}

// size is what the token takes, and two lines for how long.
func (o *Cleartext) Size(w, h int) (int, int) {
	w = min(w, 90)
	return w, min(h, len(kit.Chop(kit.Clean(o.text.Reveal()), max(w-2, 1)))+2)
}

func (o *Cleartext) Box(s *scene.Scene, w, h int) []string {
	if o.text.IsZero() {
		return []string{scene.Padded(s.Styles.Quiet, "opening it …", w)}
	}
	lines := kit.Chop(kit.Clean(o.text.Reveal()), max(w-2, 1))
	room := max(h-1, 1)
	if len(lines) > room {
		lines = append(lines[:room-1:room-1], "… it is longer than this box: copy it")
	}
	var out []string
	for _, l := range lines {
		out = append(out, scene.Padded("", l, w))
	}
	for len(out) < h-1 {
		out = append(out, kit.Spaces(w))
	}
	left := o.until.Sub(s.Now)
	return append(out, scene.Padded(s.Styles.Warn, "hidden in "+scene.Brief(s, max(left, 0))+" · any key hides it now", w))
}

// again is what shows the same token once the secrets are unlocked.
func (o *Cleartext) Again() scene.Intent { return ShowToken{o.id, o.fingerprint, o.lasts} }

// Hide forgets the token.
func (o *Cleartext) Hide() { o.text, o.until = secret.Text{}, time.Time{} }

// Until is when the token is hidden; zero while none is shown.
func (o *Cleartext) Until() time.Time { return o.until }

// hideToken is the intent to hide it now. The key may be one that does something else, which it does
// not do here.
type hideToken struct {
	box    *Cleartext
	undone string
}

// Perform implements intent.
func (i hideToken) Perform(h scene.Host) tea.Cmd {
	if i.undone != "" {
		h.Notify(scene.Info, "the token is hidden; "+i.undone+" did nothing else", "press it again")
	}
	i.box.Hide()
	h.Close(i.box)
	return nil
}

// Told implements listener.
func (o *Cleartext) Told(h scene.Host, f session.Fact) tea.Cmd {
	shown, ok := f.(session.Revealed)
	if !ok || !h.IsOpen(o) { // it was closed before
		return nil
	}
	s := h.Scene()
	if shown.Err != nil {
		h.NotifyError("reveal", shown.Err)
	}
	if shown.Err != nil || s.Redactor != nil { // presenter mode was switched on while it was opened
		h.Close(o)
		return nil
	}
	o.text, o.until = shown.Text, s.Now.Add(o.lasts)
	return h.Request(session.LogShow{Token: o.id, Fingerprint: o.fingerprint})
}
