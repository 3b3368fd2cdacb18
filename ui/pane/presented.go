package pane

import (
	"strconv"
	"strings"
	"time"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// Present returns what presenter mode shows of a row, or of none if r is nil.
func Present(s *scene.Scene, r *session.Row) *Presenter {
	p := &Presenter{Styles: s.Styles, ASCII: s.ASCII, Paint: s.Styles.Quiet}
	if r == nil {
		p.Word = s.Show(noToken(s, "").Why)
		if get := getsOne(s); get != "" {
			p.Words = []string{get}
		}
		return p
	}
	app := &s.Board.Apps[r.App]
	if p.Name = s.Show(app.Name) + " unknown"; r.Token == nil {
		p.lost(s, r.Mark)
		return p
	}
	t, st := r.Token, s.Board.Status(r, s.Now)
	p.Name = s.Show(app.Name) + " " + t.Fingerprint
	// The scene's time is a whole second, and so are the marks: none is later than now.
	p.Life = &kit.Life{Start: t.IssuedAt, Now: s.Now, Ended: session.Second(st.EndedAt)}
	p.From, p.NoCalls = clockTexts(s, "issued", t.IssuedAt), "never tried"
	p.Until = [2]string{"end unknown", "unknown"}
	switch {
	case st.HasExpiry:
		p.Life.End, p.Until = st.ExpiresAt, clockTexts(s, "expires", st.ExpiresAt)
	case t.Lifetime == console.LifeUnbounded:
		p.Until = [2]string{"never expires", "never"}
	}
	for _, c := range t.ProbesSince(console.Status{}, app.Policy) {
		p.Calls = append(p.Calls, Call{c.At, c.Verdict, c.Status})
	}
	if st.Ended && r.State != console.Revoking && r.State != console.Unsure {
		p.ended(s, st)
	}
	since := t.ProbesSince(st, app.Policy)
	switch r.State {
	case console.Unsure:
		p.Paint, p.Word = s.Styles.Warn, "unsure"
		if st.HasExpiry {
			p.Word, p.Time = "at most", s.Left(st.Left)
		}
		p.Words = []string{"The answer to its renewal was lost: it may be replaced.",
			s.Keys.Hint(keys.Renew, "asks anew")}
	case console.Revoking:
		p.revoking(s, r)
	case console.Lingering:
		p.lingering(s, st, since)
	case console.Dead, console.Superseded:
		p.dead(s, st, since)
	case console.Expired:
		p.Word, p.Words = "expired", []string{"Its time is over."}
		if w := describe.Warning(st); w != "" {
			p.Words = []string{sentence(w)}
		}
	case console.Active, console.Expiring:
		p.alive(s, r, st)
	}
	return p
}

// clockTexts returns a word with a time of day, and the time alone. A time of another day has its
// date in place of its seconds.
func clockTexts(s *scene.Scene, word string, at time.Time) [2]string {
	at = at.In(s.Now.Location())
	clock := at.Format(time.TimeOnly)
	if at.Format(time.DateOnly) != s.Now.Format(time.DateOnly) {
		clock = at.Format("2 Jan 15:04")
	}
	return [2]string{word + " " + clock, clock}
}

// boundTexts is clockTexts for the time until which a token may pass. It has seconds on every day.
func boundTexts(s *scene.Scene, at time.Time) [2]string {
	out := clockTexts(s, "at most", at)
	if at = at.In(s.Now.Location()); at.Format(time.DateOnly) != s.Now.Format(time.DateOnly) {
		out[1] = at.Format("2 Jan 15:04:05")
		out[0] = "at most " + out[1]
	}
	return out
}

// sentence returns words with a capital and a full stop.
func sentence(words string) string {
	if words == "" {
		return ""
	}
	return strings.ToUpper(words[:1]) + words[1:] + "."
}

// lost presents the lost answer to a get. Nobody holds its token.
func (p *Presenter) lost(s *scene.Scene, m *console.Mark) {
	p.Paint, p.Word = s.Styles.Warn, "unsure"
	p.Life = &kit.Life{Start: m.SentAt, Ended: m.SentAt, Now: s.Now, End: m.EndsBy}
	p.From, p.Until = clockTexts(s, "sent", m.SentAt), [2]string{"end unknown", "unknown"}
	if !m.EndsBy.IsZero() {
		p.Word, p.Time = "at most", s.Left(m.EndsBy.Sub(s.Now))
		p.Until = boundTexts(s, m.EndsBy)
	}
	p.Words = []string{"Nobody holds this token, so nothing can be done to it.",
		"The answer to a get was lost: the server may have issued it."}
}

// alive presents a token that may be used.
func (p *Presenter) alive(s *scene.Scene, r *session.Row, st console.Status) {
	p.Paint, p.Word = s.Styles.Good, p.Until[0]
	if st.HasExpiry {
		p.Word, p.Time = "expires in", s.Left(st.Left)
	}
	p.Words = []string{"The gateway has not been asked."}
	if n := len(p.Calls); n > 0 {
		p.Words = []string{map[console.Verdict]string{
			console.ProbeAccepted: "The gateway lets the token through.",
			console.ProbeRefused:  "The gateway refuses the token.",
			console.ProbeUnclear:  "The gateway's last answer was unclear.",
		}[p.Calls[n-1].Verdict]}
	}
	if r.State == console.Expiring {
		p.Paint = s.Styles.Warn
		p.Words = append(p.Words, "It is expiring: "+s.Keys.Hint(keys.Renew, "renews it."))
	}
	if d := s.Detail(r); len(d) > 0 {
		p.Words = append(p.Words, sentence(d[0]))
	}
}

// revoking presents a token whose revoke the server has not accepted.
func (p *Presenter) revoking(s *scene.Scene, r *session.Row) {
	p.Paint, p.Word = s.Styles.Warn, "the revoke waits"
	p.Words = []string{"Until the server accepts the revoke the token works."}
	if s.Board.Status(r, s.Now).Ended { // it was replaced, or the gateway refused it
		p.Words = []string{"The token had ended before this revoke."}
	}
	if !r.Pending() { // a twin of it is revoked
		p.Words = append(p.Words, sentence(describe.OfTwin))
		return
	}
	words := s.RevokeWords(r)
	switch at, left, _ := s.RevokeStage(r); at {
	case describe.Undoable:
		p.Word, p.Time = "in", s.Left(left)
		p.Words = append(p.Words, "The revoke is not sent yet: "+
			s.Keys.Hint(keys.Undo, "undoes it."))
	case describe.Undelivered:
		p.Word, p.Time = "sent again in", s.Left(left)
		p.Words = append(p.Words, sentence(words[0]))
	case describe.Sending:
		p.Word = "the revoke is being sent"
	case describe.Held:
		p.Words = append(p.Words, sentence(words[0]))
	}
}

// windowShare divides the line of life. A window shorter than this part of it gets half of the
// line, which then begins later than the issue.
const windowShare = 4

// ended presents a token that has ended at the server.
func (p *Presenter) ended(s *scene.Scene, st console.Status) {
	p.Stage, p.Replaced = RevokedStage, st.Cause == console.CauseReplaced
	word := "revoked"
	if p.Replaced {
		word = "replaced"
	}
	if st.Cause != console.CauseRefused {
		p.Life.Events = append(p.Life.Events, kit.LifeEvent{
			At: p.Life.Ended, Label: clockTexts(s, word, st.EndedAt)[0],
		})
	}
	if !st.StaleKnown {
		p.Life.End, p.Until = time.Time{}, [2]string{"no bound known", "no bound"}
		return
	}
	p.Life.End, p.Until = st.StaleUntil, boundTexts(s, st.StaleUntil)
	window := st.StaleUntil.Sub(st.EndedAt)
	if before := st.EndedAt.Sub(p.Life.Start); before > (windowShare-1)*window {
		p.Life.Start, p.Life.Late = st.EndedAt.Add(-window), true
	}
}

// endWords tells what has ended a token.
func endWords(c console.Cause) string {
	switch c {
	case console.CauseRevoked:
		return "The server has accepted the revoke."
	case console.CauseReplaced:
		return "A newer token has replaced it."
	case console.CauseRefresh:
		return "The server has accepted the revoke of its refresh token."
	case console.CauseElsewhere:
		return "The server calls it inactive, though nobody revoked it here."
	case console.CauseNone, console.CauseRefused:
	}
	return ""
}

// lingering presents a token that the gateway may still let through. since are the calls since its
// end at the server.
func (p *Presenter) lingering(s *scene.Scene, st console.Status, since []console.Probe) {
	p.Paint, p.Word = s.Styles.Danger, "nobody knows how long"
	if st.StaleKnown {
		p.Word, p.Time = "at most", s.AtMost(st.StaleLeft)
	}
	gateway := "The gateway has not been asked since."
	if len(since) > 0 {
		gateway = "The gateway's answers since then are unclear."
	}
	for _, c := range since {
		if c.Verdict == console.ProbeAccepted {
			p.Stage, gateway = PassesStage, "The gateway still lets the token through."
		}
	}
	switch {
	case st.Reopened:
		gateway = sentence(s.Voice().Passing(st))
		if w := describe.Warning(st); w != "" {
			gateway = sentence(w)
		}
	case st.RefusedOnce:
		gateway = "The gateway has refused it; three times in a row prove it dead."
	}
	p.Words = []string{endWords(st.Cause), gateway}
	if st.StillActive {
		p.Words[0] = "The server calls it active still."
	}
}

// dead presents a token that the gateway refuses.
func (p *Presenter) dead(s *scene.Scene, st console.Status, since []console.Probe) {
	p.Stage, p.Paint, p.Word = DeadStage, s.Styles.Strong, "after"
	took := st.Took()
	p.Time, p.Life.Died = console.Left(took), session.Second(st.OverAt)
	p.Until = clockTexts(s, "dead", st.OverAt)
	p.Life.Events = append(p.Life.Events, kit.LifeEvent{At: p.Life.Died, Label: p.Until[0]})
	status, asked := "", "no call has asked the gateway."
	for _, c := range since {
		switch {
		case c.Verdict == console.ProbeRefused && c.Status != 0:
			status = strconv.Itoa(c.Status)
			asked = "the gateway refuses it: " + status + "."
		case c.Verdict != console.ProbeRefused:
			asked = "no call has proved the death."
		}
	}
	event := "revoke"
	if p.Replaced {
		event = "replacement"
	}
	switch {
	case st.Cause == console.CauseRefused:
		p.Word, p.Time = "dead", ""
		p.Words = []string{endWords(st.Cause),
			"The gateway refused it three times in a row, though nobody revoked it here."}
	case st.Proof == console.ProofExpiry:
		p.Words = []string{"Its own expiry came first; " + asked}
	case st.Proof == console.ProofWindow:
		p.Words = []string{"The window of " + scene.Seconds(took) + " is over; " + asked}
	default:
		p.Words = []string{"The gateway refuses it: " + status + ", three times in a row.",
			scene.Seconds(took) + " after the " + event}
		if st.StaleKnown {
			p.Words[1] += "; the bound was " + scene.Seconds(st.StaleUntil.Sub(st.EndedAt))
		}
		p.Words[1] += "."
	}
	if w := describe.Warning(st); w != "" {
		p.Words = append(p.Words, sentence(w))
	}
}
