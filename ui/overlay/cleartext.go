package overlay

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/tokenapi/secret"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// ShowToken is the intent to show a token in clear. It names the token, because another one may be
// selected when the store is unlocked.
type ShowToken struct {
	ID, Fingerprint string
	Lasts           time.Duration
}

// Perform implements [scene.Intent].
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

// Cleartext shows a token in clear until a key is pressed or its time is over.
type Cleartext struct {
	id, fingerprint string
	lasts           time.Duration
	text            secret.Text
	until           time.Time
}

func (o *Cleartext) Title(*scene.Scene) string { return "Access token " + o.fingerprint }
func (*Cleartext) Danger() bool                { return true }

// About implements [scene.About].
func (o *Cleartext) About() string { return o.id }

// Hints implements [scene.Overlay]. Other keys hide the token too.
func (o *Cleartext) Hints(s *scene.Scene) []scene.Hint {
	hide := scene.Hint{Keys: "esc", Word: "hide"}
	if !o.copies(s) {
		return []scene.Hint{hide}
	}
	return []scene.Hint{s.HintOf(keys.Copy, "copy"), hide}
}

// copies reports whether the token can be copied.
func (o *Cleartext) copies(s *scene.Scene) bool { return !o.text.IsZero() && s.Session.CanCopy() }

func (o *Cleartext) Press(s *scene.Scene, a keys.Action, key string) scene.Intent {
	if a == keys.Copy && o.copies(s) {
		return scene.Do(session.Copy{Token: o.id, Form: console.FormBare})
	}
	if scene.IsNo(a, key) || a == keys.Quit || a == keys.ShowToken || key == "enter" ||
		key == "space" {
		return hideToken{o, ""}
	}
	what := kit.Clean(key)
	if a != keys.None {
		what += " (" + s.Keys.Row(a).Word + ")"
	}
	return hideToken{o, what}
}

// Size returns the size of the token, a blank line, and that of the line with the remaining time.
func (o *Cleartext) Size(_ *scene.Scene, w, h int) (int, int) {
	w = min(w, 90)
	foot := kit.Wrap(hidesIn+"10 s"+hidesNow, max(w-2, 1))
	return w, min(h, len(kit.Chop(kit.Clean(o.text.Reveal()), max(w-2, 1)))+1+len(foot))
}

// hidesIn and hidesNow stand around the remaining time.
const (
	hidesIn  = "hidden in "
	hidesNow = "; any other key hides it now"
)

func (o *Cleartext) Box(s *scene.Scene, w, h int) []string {
	if o.text.IsZero() {
		return []string{scene.Padded(s.Styles.Quiet, "opening it …", w)}
	}
	lines := kit.Chop(kit.Clean(o.text.Reveal()), max(w-2, 1))
	left := hidesIn + scene.Countdown(s, max(o.until.Sub(s.Now), 0)) + hidesNow
	foot := kit.Wrap(left, max(w-2, 1))
	foot = foot[:min(len(foot), max(h-1, 1))]
	room := max(h-len(foot), 1)
	if len(lines) > room {
		lines = append(lines[:room-1:room-1], "… it is longer than this box: copy it")
	}
	var out []string
	for _, l := range lines {
		out = append(out, scene.Padded("", l, w))
	}
	for len(out) < h-len(foot) {
		out = append(out, kit.Spaces(w))
	}
	for _, l := range foot {
		out = append(out, scene.Padded(s.Styles.Warn, l, w))
	}
	return out
}

// Again returns the intent to show the same token after the store was unlocked.
func (o *Cleartext) Again() scene.Intent { return ShowToken{o.id, o.fingerprint, o.lasts} }

// Hide erases the token.
func (o *Cleartext) Hide() { o.text, o.until = secret.Text{}, time.Time{} }

// Until returns when the token will be hidden, or the zero Time if none is shown.
func (o *Cleartext) Until() time.Time { return o.until }

// hideToken is the intent to hide the token now. undone is the action of the pressed key, which is
// not performed.
type hideToken struct {
	box    *Cleartext
	undone string
}

// Perform implements [scene.Intent].
func (i hideToken) Perform(h scene.Host) tea.Cmd {
	if i.undone != "" {
		h.Notify(scene.Info, "the token is hidden; "+i.undone+" did nothing else", "press it again")
	}
	i.box.Hide()
	h.Close(i.box)
	return nil
}

// Told implements [scene.Listener].
func (o *Cleartext) Told(h scene.Host, f session.Fact) tea.Cmd {
	shown, ok := f.(session.Revealed)
	if !ok || !h.IsOpen(o) { // closed in the meantime
		return nil
	}
	s := h.Scene()
	if shown.Err != nil {
		h.NotifyError("reveal", shown.Err)
	}
	if shown.Err != nil || s.Redactor != nil { // presenter mode was switched on in the meantime
		h.Close(o)
		return nil
	}
	o.text, o.until = shown.Text, s.Now.Add(o.lasts)
	return h.Request(session.LogShow{Token: o.id, Fingerprint: o.fingerprint})
}
