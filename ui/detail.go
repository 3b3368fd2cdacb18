package ui

import (
	"strconv"
	"strings"
	"time"

	"lanyard/console"
	"lanyard/themes"
	"lanyard/ui/kit"
	"lanyard/ui/session"
)

// stage is how far a pending revoke has come.
type stage int

const (
	inUndo      stage = iota // it can be taken back
	sending                  // it is on its way, or about to be
	undelivered              // it was sent and not accepted: it is tried again
	heldBack                 // it is due and cannot be sent as things are
)

// waiting says of a pending revoke how far it is, how long until the next step and, where something holds it
// back, what.
func (s *scene) waiting(r *session.Row) (at stage, left time.Duration, why string) {
	due, _ := console.DueAt(*r.Token)
	left = due.Sub(s.now)
	switch env := &s.board.Apps[r.App].Environment; {
	case env.ReadOnly:
		return heldBack, left, s.veil.text(kit.Clean(env.Name)) + " is read-only"
	case left < time.Second && s.key.NeedsPassphrase():
		return heldBack, left, "locked"
	case left < time.Second && s.key.Shut():
		return heldBack, left, "the key is not there"
	case left < time.Second:
		return sending, left, ""
	case r.Token.RevokeTries == 0:
		return inUndo, left, ""
	}
	return undelivered, left, ""
}

// reasons are why the last delivery failed: whole, and in a few words.
func reasons(t *console.Token) (whole, brief string) {
	whole = strings.TrimPrefix(kit.Clean(t.RevokeError), "revoke: ")
	brief, _, _ = strings.Cut(whole, ": ")
	if brief == "no connection" {
		brief = whole[strings.LastIndex(whole, ": ")+1:]
	}
	return whole, strings.TrimSpace(brief)
}

// revokeWords say how far a pending revoke is, from all of it to as little as tells the stages apart.
func (s *scene) revokeWords(r *session.Row) []string {
	at, left, why := s.waiting(r)
	switch at {
	case inUndo:
		in := brief(s, left)
		return []string{
			"the revoke is sent in " + in + " · " + s.keys.hint(doUndo, "undoes it"), "sending in " + in + " · " + s.keys.hint(doUndo, "undoes"),
			"in " + in + " · " + s.keys.hint(doUndo, "undoes"),
		}
	case sending:
		return []string{"sending the revoke …", "sending …"}
	case heldBack:
		if r.Token.RevokeTries > 0 {
			return []string{"not yet accepted · cannot be sent again: " + why, "not yet accepted · " + why, "unaccepted, " + why, "unaccepted"}
		}
		return []string{"the revoke is not sent: " + why, "not sent: " + why, "not sent"}
	}
	in := brief(s, left)
	whole, short := reasons(r.Token)
	whole, short = s.veil.text(whole), s.veil.text(short)
	out := []string{"not yet accepted · retry in " + in, "unaccepted, in " + in}
	if short != "" && short != whole {
		out = append([]string{out[0] + " · " + short}, out...)
	}
	if whole != "" {
		out = append([]string{"not yet accepted · retry in " + in + " · " + whole}, out...)
	}
	return out
}

// detail says what there is to know of a row beyond its columns, and what to do about it; nil when that is nothing.
func (s *scene) detail(r *session.Row) []string {
	if r == nil {
		return nil
	}
	gone := s.board.Apps[r.App].Source == console.Gone
	var status console.Status
	if r.Token != nil {
		status = s.board.Status(r, s.now)
	}
	switch {
	case r.Mark != nil && gone:
		ends := s.lostEnds(r.Mark)
		return []string{"the answer to a get was lost, and the application is no longer configured; of its token, " + ends, "answer lost: " + ends, "its answer was lost"}
	case r.Mark != nil:
		again, ends := s.keys.hint(doGet, "asks anew"), s.lostEnds(r.Mark)
		return []string{
			"the answer to a get was lost: " + again + "; of a token that only it held, " + ends, "the answer to a get was lost: " + again + "; " + ends,
			"the answer to a get was lost: " + again, "answer lost: " + again, "lost: " + again,
		}
	case r.Pending():
		return s.revokeWords(r)
	case r.State == console.Revoking:
		return []string{revokedElsewhere, "its revoke is not yet accepted", "being revoked"}
	case r.State == console.Unsure && gone:
		revokes := s.keys.hint(doRevoke, "revokes it")
		return []string{"the answer to its renewal was lost: " + revokes, "answer lost: " + revokes, "lost: " + revokes}
	case r.State == console.Unsure:
		again, revokes := s.keys.hint(doRenew, "asks anew"), ", "+s.keys.hint(doRevoke, "revokes it")
		return []string{
			"the answer to its renewal was lost: " + again + revokes + "; of a token that only that answer held, " + s.lostEnds(r.Token.Unsure),
			"the answer to its renewal was lost: " + again + revokes, "its answer was lost: " + again + revokes,
			"answer lost: " + again + revokes, "lost: " + again,
		}
	case r.Token.RevokeError != "" && r.Token.AcceptedAt.IsZero() && r.Token.RefreshAcceptedAt.IsZero():
		whole, short := reasons(r.Token)
		whole, short = s.veil.text(whole), s.veil.text(short)
		return []string{"not revoked, the server refused: " + whole, "not revoked: " + short, "not revoked"}
	case status.Warning() != "":
		return []string{status.Warning(), "let through too late"}
	case status.Cause == console.CauseElsewhere || status.Cause == console.CauseRefused:
		return []string{status.Cause.Words() + ", though nobody revoked it here", status.Cause.Words()}
	case r.State == console.Active || r.State == console.Expiring:
		return refusedAtGateway(r.Token)
	}
	return nil
}

// refusedAtGateway says of a token that lives by the clock that the gateway refused it when it was last asked; nil where it
// did not.
func refusedAtGateway(t *console.Token) []string {
	n := len(t.Probes)
	if n == 0 || t.Probes[n-1].Verdict != console.ProbeRefused {
		return nil
	}
	p := t.Probes[n-1]
	text := strconv.Itoa(p.Status)
	if p.FaultCode != 0 {
		text += " " + strconv.Itoa(p.FaultCode)
	}
	return []string{"the gateway refused it when it was last probed: " + text + ", though its time is not over", "the gateway refused it last: " + text, "gateway: " + text}
}

// fitting is the first of the texts that fits into w cells, or "".
func fitting(texts []string, w int) string {
	for _, t := range texts {
		if kit.Width(t) <= w {
			return t
		}
	}
	return ""
}

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
		asks := s.keys.list(doGet, doRenew, doRevoke, doCopy, doProbe) + " ask for the passphrase"
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

// brief is a short wait: "3 s", and from a minute and a half on "2:10".
func brief(s *scene, d time.Duration) string {
	s.until(console.LeftChanges(d))
	return inWords(d)
}

func inWords(d time.Duration) string {
	if d < 100*time.Second {
		return strconv.Itoa(int(d/time.Second)) + " s"
	}
	return console.Left(d)
}
