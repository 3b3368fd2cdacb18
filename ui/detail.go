package ui

import (
	"strconv"
	"time"

	"lanyard/themes"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
)

// aside is what the line above the footer says while nobody has just said anything: what to know of the selected
// row, else that the secrets are locked, and the key where the header has no room for it. Where there is no such
// line (own is false) it takes the place of the keys in the footer, or gives "" where it has nothing to say.
func (m *root) aside(s *scene, w int, own bool) string {
	r := s.token
	if m.on() == gateway {
		r = m.panes.gateway.row(s)
	}
	paint, leads, texts, room := m.st.Warn, []string{""}, s.detail(r), w-2
	if texts != nil && r.Token != nil {
		leads = []string{r.Token.Fingerprint + ": ", ""}
	}
	right := ""
	switch {
	case !own:
		room = w - 1
		if wait := s.slow(); wait != nil {
			paint, leads, texts = m.st.Accent, []string{""}, wait
		}
		if k := s.key.short(); k != "" && s.keySaid == "" { // nothing else says it on so small a screen
			leads = []string{k + " · "}
		}
	case s.slow() != nil:
		paint, leads, texts = m.st.Accent, []string{""}, s.slow()
	case texts == nil && s.key.NeedsPassphrase() && !s.key.Fresh():
		paint = m.st.Quiet
		asks := s.keys.List(keys.Get, keys.Renew, keys.Revoke, keys.Copy, keys.Probe) + " ask for the passphrase"
		texts = []string{"locked, so not verified: lists and countdowns run on, " + asks, "locked, not verified: " + asks, "locked: " + asks}
	}
	if own && s.keySaid != s.key.text() {
		right = s.key.text()
	}
	text := best(leads, texts, room-kit.Width(right)-2*min(len(right), 1))
	if text == "" && texts != nil && right != "" { // the row before the key
		right = ""
		text = best(leads, texts, room)
	}
	if text == "" && right == "" && !own {
		return ""
	}
	l := kit.NewLine("", 256)
	l.Gap(1)
	l.Put(string(paint), text)
	l.Gap(max(w-1-kit.Width(right)-l.Width(), 0))
	l.Put(string(m.keyPaint(s)), right)
	return l.End(w)
}

// slowAfter is how long an answer may take before the screen says that it is waited for.
const slowAfter = 2 * time.Second

// slow says that a server takes its time, and for how long; nil: none does. Grants in which a person takes part have a
// box of their own, which says so.
func (s *scene) slow() []string {
	since := s.session.Waiting()
	if since.IsZero() {
		return nil
	}
	took := s.now.Sub(since.Truncate(time.Second))
	if took < slowAfter {
		s.until(slowAfter - took)
		return nil
	}
	s.until(time.Second - took%time.Second)
	n := strconv.Itoa(int(took/time.Second)) + " s"
	return []string{"waiting for the server's answer, " + n + " so far; what is asked for goes on when you do something else", "waiting for the server's answer, " + n, "waiting, " + n}
}

// best is the most that fits into w cells: the texts in their order, each with the first of the leads that fits.
func best(leads, texts []string, w int) string {
	for _, t := range texts {
		for _, lead := range leads {
			if kit.Width(lead)+kit.Width(t) <= w {
				return lead + t
			}
		}
	}
	return ""
}

// keyPaint is the colour of the key's name, beside its words.
func (m *root) keyPaint(s *scene) themes.Paint {
	if s.key.Shut() {
		return m.st.Warn
	}
	return m.st.Quiet
}
