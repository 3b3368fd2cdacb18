package describe

import (
	"time"

	"lanyard/console"
)

// State describes the state of a token: its word, and the time for which it lasts.
func (v Voice) State(
	t console.Token, s console.Status, p console.Policy, h Hold, now time.Time,
) string {
	switch s.State {
	case console.Unsure:
		return "unsure: " + v.Advice(t, p, now)
	case console.Revoking:
		return "revoking: " + v.Revoke(t, h, now)
	case console.Lingering:
		return StateWord(s.State, s.Cause) + ": " + v.Ending(s)
	case console.Dead, console.Superseded:
		return v.Ended(s)
	case console.Expired:
		if t.Unsure != nil { // the token of its lost refresh may be alive
			return "expired; " + v.Advice(t, p, now)
		}
		return "expired"
	case console.Active, console.Expiring:
	}
	text := string(s.State) + ", " + v.Life(t, s)
	if notRevoked(t) {
		whole, _ := v.Reasons(t)
		text += ", not revoked because the server refused: " + whole
	}
	return text
}

// Advice is console.Advice with the names of this face.
func (v Voice) Advice(t console.Token, p console.Policy, now time.Time) string {
	return v.Face.Says(console.Advice(t, p, now))
}

// notRevoked reports whether the server refused to revoke a token, which stays alive.
func notRevoked(t console.Token) bool {
	return t.RevokeError != "" && t.AcceptedAt.IsZero() && t.RefreshAcceptedAt.IsZero() &&
		t.RevokeAt.IsZero()
}

// Life describes the remaining life of a token by its expiry.
func (v Voice) Life(t console.Token, s console.Status) string {
	switch {
	case s.HasExpiry && s.Left == 0:
		return "expired"
	case s.HasExpiry:
		return v.Span(s.Left) + " left"
	case t.Lifetime == console.LifeUnbounded:
		return "never expires"
	}
	return "how long it lives is unknown"
}

// Ending describes what ended a token, and the time for which the gateway may still accept it.
func (v Voice) Ending(s console.Status) string {
	text := "accepted by the server"
	switch s.Cause {
	case console.CauseRefresh:
		text = "the revoke of its refresh token is accepted by the server"
	case console.CauseReplaced:
		text = "replaced by a newer one"
	case console.CauseElsewhere:
		text = "called inactive by the server, though not revoked here"
	case console.CauseRefused:
		text = "not revoked here"
	case console.CauseNone, console.CauseRevoked:
	}
	return text + "; " + v.Passing(s)
}

// Passing describes the time for which the gateway may accept a token that has ended.
func (v Voice) Passing(s console.Status) string {
	switch {
	case s.Reopened:
		return "the gateway let it through after its window was over"
	case !s.StaleKnown:
		return "the gateway may let it through, nobody knows how long"
	case s.StillActive:
		return "the server calls it active still, so that the gateway may let it through for " +
			"at most " +
			v.AtMost(s.StaleLeft)
	}
	return "the gateway may let it through for at most " + v.AtMost(s.StaleLeft)
}

// Over describes the proof that the gateway refuses a token, with a warning about clocks if one may
// be wrong.
func (v Voice) Over(s console.Status) string {
	text := v.Proof(s)
	if s.PastExpiry > 0 {
		text += "; the gateway let it through " + v.Span(s.PastExpiry) +
			" after its expiry, a clock may be wrong"
	}
	return text
}

// Proof describes the proof that the gateway refuses a token.
func (v Voice) Proof(s console.Status) string {
	switch s.Proof {
	case console.ProofWindow:
		return "the window ran out"
	case console.ProofExpiry:
		return "its own expiry came first"
	case console.ProofProbe:
		if s.Cause == console.CauseRefused {
			return refusedThrice + ", though nobody revoked it here"
		}
		return refusedThrice + ", " + v.afterEnd(s)
	case console.ProofNone:
	}
	return "not proved"
}

// afterEnd describes the time from the end of a token to its proof.
func (v Voice) afterEnd(s console.Status) string {
	end := "its end"
	switch s.Cause {
	case console.CauseRevoked, console.CauseRefresh:
		end = "the revoke"
	case console.CauseReplaced:
		end = "it was replaced"
	case console.CauseNone, console.CauseElsewhere, console.CauseRefused:
	}
	return v.Span(s.Took()) + " after " + end
}

const refusedThrice = "the gateway refused it three times in a row"

// NoGood returns the reason why a token is of no use to a person who copies it; "" if it may be of
// use.
func NoGood(s console.Status) string {
	switch {
	case s.Pending:
		return "it is being revoked"
	case s.State == console.Unsure:
		return "nobody knows whether it still lives: the answer to its renewal was lost"
	case s.State == console.Expired:
		return "it has expired"
	case s.State == console.Lingering && s.Cause == console.CauseRevoked:
		return "it is revoked, though the gateway may still let it through"
	case s.State == console.Dead && s.Cause == console.CauseRevoked:
		return "it is revoked and dead"
	case s.Ended:
		return s.Cause.Words()
	}
	return ""
}

// AtServer returns the last answer of introspection: "active" or "inactive". It returns "" without
// an answer, or if the state implies it.
func AtServer(s console.Status) string {
	if s.AtServer == console.AtServerInactive || s.AtServer == console.AtServerActive && s.Ended {
		return string(s.AtServer)
	}
	return ""
}

// Facts returns the facts that the columns of a token do not show, with the remedy. The longest
// form comes first. It returns nil if there are no such facts. gone is set if its application is no
// longer configured.
func (v Voice) Facts(t console.Token, s console.Status, h Hold, gone bool, now time.Time) []string {
	_, pending := console.DueAt(t)
	revokes := v.does(console.ActRevoke, "revokes it")
	switch {
	case pending:
		return v.RevokeBrief(t, h, now)
	case s.State == console.Revoking:
		return []string{OfTwin, "its revoke is not yet accepted", "being revoked"}
	case s.State == console.Unsure && gone:
		return []string{"the answer to its renewal was lost: " + revokes, "answer lost: " + revokes,
			"lost: " + revokes}
	case s.State == console.Unsure:
		again := v.does(console.ActRenew, "asks anew")
		both := again + ", " + revokes
		return []string{
			"the answer to its renewal was lost: " + both +
				"; of a token that only that answer held, " +
				v.LostEnds(*t.Unsure),
			"the answer to its renewal was lost: " + both, "its answer was lost: " + both,
			"answer lost: " + both, "lost: " + again,
		}
	case notRevoked(t):
		whole, brief := v.Reasons(t)
		return []string{"not revoked, the server refused: " + whole, "not revoked: " + brief,
			"not revoked"}
	case Warning(s) != "":
		return []string{Warning(s), "let through too late"}
	case s.Cause == console.CauseElsewhere || s.Cause == console.CauseRefused:
		return []string{s.Cause.Words() + ", though nobody revoked it here", s.Cause.Words()}
	case s.State == console.Active || s.State == console.Expiring:
		return refusedLast(t)
	}
	return nil
}

// refusedLast describes a token that should be alive and was refused by the last probe, the longest
// form first; nil for any other token.
func refusedLast(t console.Token) []string {
	n := len(t.Probes)
	if n == 0 || t.Probes[n-1].Verdict != console.ProbeRefused {
		return nil
	}
	text := Code(t.Probes[n-1].Status, t.Probes[n-1].FaultCode)
	return []string{
		"the gateway refused it when it was last probed: " + text + ", though its time is not over",
		"the gateway refused it last: " + text, "gateway: " + text,
	}
}

// LostGet describes a get whose answer was lost, and what to do about it, the longest form first.
// gone is set if its application is no longer configured.
func (v Voice) LostGet(m console.Mark, gone bool) []string {
	again, ends := v.does(console.ActGet, "asks anew"), v.LostEnds(m)
	if gone {
		return []string{
			"the answer to a get was lost, and the application is no longer configured; of its " +
				"token, " +
				ends,
			"answer lost: " + ends, "its answer was lost",
		}
	}
	return []string{
		"the answer to a get was lost: " + again + "; of a token that only it held, " + ends,
		"the answer to a get was lost: " + again + "; " + ends,
		"the answer to a get was lost: " + again, "answer lost: " + again, "lost: " + again,
	}
}

// LostEnds describes the time until which the token of a lost answer can live.
func (v Voice) LostEnds(m console.Mark) string { return console.MarkEnd(m, v.Clock) }

// Lost describes a get for an application whose answer was lost, with the time when it was sent,
// and what to do about it. of is "" where the application is named already.
func (v Voice) Lost(of string, m console.Mark, r console.Regime, now time.Time) string {
	text := "a get"
	if of != "" {
		text += " for " + of
	}
	return text + " was sent at " + m.SentAt.UTC().Format("15:04:05Z") +
		" and its answer never seen: " +
		v.Face.Says(console.MarkAdvice(m, r, now))
}
