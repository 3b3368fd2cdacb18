package describe

import (
	"strconv"
	"time"

	"lanyard/console"
)

// Call describes a call to a server by its verb, its outcome and its effect: "probe · accepted".
// One that stands for several has their number: "traffic ×48 · accepted". The first form is the
// longest one. Shorter forms keep an outcome that says more than the verb and the status do:
// "dead, 6 s".
func (v Voice) Call(c console.Call, e console.CallEffect) []string {
	verb, plain := CallVerb(c), CallOutcome(c)
	outcomes, own := []string{plain}, false // own: the outcome says more than the verb
	switch {
	case e.Dead && e.DeadAfter > 0:
		short := "dead, " + v.Span(e.DeadAfter)
		outcomes = []string{short + " after the revoke", short}
	case e.Dead:
		outcomes = []string{"dead"}
	case e.Replaced != "":
		replaced := e.Replaced + " " + EndWord(console.CauseReplaced)
		outcomes = []string{replaced}
		if e.Bounded && e.MayPass > 0 {
			may := MayPass(EndWord(console.CauseReplaced)) + " " + v.AtMost(e.MayPass)
			outcomes = []string{e.Replaced + " " + may, replaced}
		}
	case c.Failure != "", c.AtServer != console.NotAsked:
		own = true
	case c.Verdict == console.ProbeUnclear:
		outcomes, own = append(outcomes, string(c.Verdict)), true
	}
	counted := verb
	if c.Repeats > 0 {
		counted += " ×" + strconv.Itoa(c.Repeats+1)
	}
	forms := make([]string, 0, 5)
	for _, outcome := range outcomes {
		if outcome != "" {
			forms = append(forms, counted+" · "+outcome)
		}
	}
	switch last := outcomes[len(outcomes)-1]; {
	case e.Dead:
		return append(forms, last, "dead")
	case own:
		return append(forms, last)
	case e.Replaced != "": // a fingerprint is not cut
		forms = append(forms, last)
	}
	forms = append(forms, counted, verb)
	if c.Revokes == console.RevokeRefresh {
		forms = append(forms, "revoke refresh")
	}
	return forms
}

// CallVerb returns what a call was for. A revoke is of the access token unless the words name the
// refresh token.
func CallVerb(c console.Call) string {
	switch {
	case c.Verb == console.OpRevoke && c.Revokes == console.RevokeRefresh:
		return "revoke refresh token"
	case c.Verb == "control":
		return "made-up token"
	case c.Verb == "jwks":
		return "signing keys"
	}
	return c.Verb
}

// CallOutcome describes the outcome of a call, without its effect. It is "" for a call that brought
// a token.
func CallOutcome(c console.Call) string {
	switch {
	case c.Failure != "":
		return c.Failure
	case c.AtServer != console.NotAsked:
		return string(c.AtServer)
	case c.Verdict == console.ProbeUnclear:
		return string(c.Verdict) + unclear(c.Answer())
	case c.Verdict != "":
		return string(c.Verdict)
	case c.Verb == console.OpRevoke:
		return "accepted"
	}
	return ""
}

// unclear returns the reason of an unclear answer after a colon, or "".
func unclear(ans console.ProbeAnswer) string {
	if cause, _ := Fault(ans); cause != "" {
		return ": " + cause
	}
	return because(ans)
}

// Event describes an entry of the audit log in a few words, and its details. detail is the result
// of [console.Event.Detail]. The details may hold words of a server.
func Event(e console.Event, detail string) (words, details string) {
	words = e.Kind.Words()
	c, ok := e.Call()
	switch {
	case e.Kind == console.EventUnsure && e.Unanswered && e.Open:
		return string(console.EventUnsure), detail + " was never answered"
	case e.Kind == console.EventUnsure && e.Unanswered:
		return words, detail + " was never answered"
	case !ok:
	case e.Kind == console.EventUnanswered:
		if detail = c.Verb; c.Status != 0 {
			detail += ", " + Code(c.Status, 0)
		}
	case e.Kind == console.EventSettled && c.Failure != "":
		detail = c.Verb + ", " + CallOutcome(c)
	case e.Kind == console.EventProbed && c.Verdict == console.ProbeUnclear:
		detail += unclear(c.Answer())
	}
	return words, detail
}

// Day names the day of a past call for a reader at now: "today, other runs", "yesterday",
// "Mon 23 Nov".
func Day(at, now time.Time) string {
	at = at.In(now.Location())
	day := func(t time.Time) time.Time {
		return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
	}
	switch {
	case day(at).Equal(day(now)):
		return "today, other runs"
	case day(at).Equal(day(now.AddDate(0, 0, -1))):
		return "yesterday"
	case at.Year() == now.Year():
		return at.Format("Mon 2 Jan")
	}
	return at.Format("Mon 2 Jan 2006")
}
