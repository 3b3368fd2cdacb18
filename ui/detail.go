package ui

import (
	"strconv"
	"time"

	"lanyard/themes"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
)

// tellRow draws the line above the footer while no notice is shown. It describes the selected
// row, or else the locked store. It adds the state of the key if the header has no room for it. If
// ownLine is false, the screen has no such line, and the result replaces the footer. It is then ""
// if there is nothing to show.
func (m *root) tellRow(s *scene.Scene, w int, ownLine bool) string {
	r := s.Token
	if m.on() == scene.Gateway {
		r = m.panes.gateway.Row(s)
	}
	paint, leads, texts, room := m.st.Warn, []string{""}, s.Detail(r), w-2
	if texts != nil && r.Token != nil {
		leads = []string{r.Token.Fingerprint + ": ", ""}
	}
	right := ""
	switch {
	case !ownLine:
		room = w - 1
		if wait := slow(s); wait != nil {
			paint, leads, texts = m.st.Accent, []string{""}, wait
		}
		if k := s.Key.Short(); k != "" && s.KeyShown == "" { // a small screen says it nowhere else
			leads = []string{k + " · "}
		}
	case slow(s) != nil:
		paint, leads, texts = m.st.Accent, []string{""}, slow(s)
	case texts == nil && s.Key.NeedsPassphrase() && !s.Key.Fresh():
		paint = m.st.Quiet
		asks := s.Keys.List(keys.Get, keys.Renew, keys.Revoke, keys.Copy, keys.Probe) +
			" ask for the passphrase"
		texts = []string{
			"locked, so not verified: lists and countdowns run on, " + asks,
			"locked, not verified: " + asks, "locked: " + asks,
		}
	}
	if ownLine && s.KeyShown != s.Key.Text() {
		right = s.Key.Text()
	}
	text := firstFit(leads, texts, room-kit.Width(right)-2*min(len(right), 1))
	if text == "" && texts != nil && right != "" { // the row matters more than the key
		right = ""
		text = firstFit(leads, texts, room)
	}
	if text == "" && right == "" && !ownLine {
		return ""
	}
	l := kit.NewLine("", 256)
	l.Gap(1)
	l.Put(string(paint), text)
	l.Gap(max(w-1-kit.Width(right)-l.Width(), 0))
	l.Put(string(m.keyPaint(s)), right)
	return l.End(w)
}

// slowAfter is the time after which the screen says that it waits for an answer.
const slowAfter = 2 * time.Second

// slow describes the wait for the answer of a server, from the longest text to the shortest. It
// returns nil if no server is slow. For grants in which a person takes part, an overlay shows the
// wait.
func slow(s *scene.Scene) []string {
	since := s.Session.WaitingSince()
	if since.IsZero() {
		return nil
	}
	took := s.Now.Sub(since.Truncate(time.Second))
	if took < slowAfter {
		s.ChangesIn(slowAfter - took)
		return nil
	}
	s.ChangesIn(time.Second - took%time.Second)
	n := strconv.Itoa(int(took/time.Second)) + " s"
	return []string{
		"waiting for the server's answer, " + n +
			" so far; what is asked for goes on when you do something else",
		"waiting for the server's answer, " + n, "waiting, " + n,
	}
}

// firstFit returns the first text that fits into w cells, behind the first lead that fits.
func firstFit(leads, texts []string, w int) string {
	for _, t := range texts {
		for _, lead := range leads {
			if kit.Width(lead)+kit.Width(t) <= w {
				return lead + t
			}
		}
	}
	return ""
}

// keyPaint returns the colour for the state of the key.
func (m *root) keyPaint(s *scene.Scene) themes.Paint {
	if s.Key.Shut() {
		return m.st.Warn
	}
	return m.st.Quiet
}
