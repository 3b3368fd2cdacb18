package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/tokenapi/secret"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/session"
)

// revealed is the token that is shown in clear, and until when.
type revealed struct {
	box   *revealOverlay
	until time.Time
}

func (m *root) cannotReveal(s *scene) *refuse {
	if m.set.Presenter {
		return &refuse{"nothing is revealed in presenter mode", ""}
	}
	return m.needToken(s)
}

// reveal shows the access token itself for a while.
func (m *root) reveal() tea.Cmd {
	r := m.target(m.scene())
	if r == nil || r.Token == nil {
		return nil
	}
	return m.perform(revealToken{r.ID, r.Token.Fingerprint})
}

// revealToken is the intent to show a token, whatever is selected by the time the secrets are
// unlocked.
type revealToken struct{ id, fingerprint string }

func (revealToken) intent() {}

func (i revealToken) perform(m *root) tea.Cmd {
	if m.s.Service() == nil || m.set.Presenter {
		return nil
	}
	o := &revealOverlay{id: i.id, fingerprint: i.fingerprint}
	if !m.key().NeedsPassphrase() {
		m.open(o)
	}
	return m.request(session.Show{For: o, Token: i.id})
}

// hideAgain forgets it.
func (m *root) hideAgain() {
	if m.revealed.box != nil {
		m.revealed.box.text = secret.Text{}
		m.drop(m.revealed.box)
	}
	m.revealed = revealed{}
}

// revealOverlay shows a token in clear until any key is pressed or its time is over.
type revealOverlay struct {
	id, fingerprint string
	text            secret.Text
	until           time.Time
}

func (o *revealOverlay) title() string { return "Access token " + o.fingerprint }
func (*revealOverlay) foot() string    { return "" }
func (*revealOverlay) danger() bool    { return true }

func (o *revealOverlay) press(s *scene, a keys.Action, key string) intent {
	if no(a, key) || a == keys.Quit || a == keys.ShowToken || key == "enter" || key == "space" {
		return hideRevealed{}
	}
	what := kit.Clean(key)
	if a != keys.None {
		what += " (" + s.keys.Row(a).Word + ")"
	}
	return hideRevealed{what}
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

// hideRevealed is the intent to hide it now. The key may be one that does something else, which it
// does not do here.
type hideRevealed struct{ undone string }

func (hideRevealed) intent() {}

func (i hideRevealed) perform(m *root) tea.Cmd {
	if i.undone != "" {
		m.note(info, "the token is hidden; "+i.undone+" did nothing else", "press it again")
	}
	if m.revealed.box == nil {
		m.pop()
	}
	m.hideAgain()
	return nil
}

// tellRevealed shows a token for a while.
func (m *root) tellRevealed(f session.Revealed) tea.Cmd {
	box := f.For.(*revealOverlay)
	switch {
	case !m.isOpen(box): // it was closed before
		return nil
	case f.Err != nil:
		m.drop(box)
		m.fail("reveal", f.Err)
		return nil
	case m.set.Presenter: // switched on while it was opened
		m.drop(box)
		return nil
	}
	box.text, box.until = f.Text, m.second().Add(m.set.RevealFor)
	m.revealed = revealed{box, box.until}
	return m.request(session.LogShow{Token: box.id, Fingerprint: box.fingerprint})
}
