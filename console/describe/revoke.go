package describe

import (
	"strconv"
	"strings"
	"time"

	"lanyard/console"
	"lanyard/text"
)

// Hold is the reason why a due revoke cannot be sent. The zero value is none.
type Hold struct {
	ReadOnly string // name of the environment if it is read_only
	Locked   bool   // the store is locked until a person unlocks it
	NoKey    bool   // the key to the store cannot be fetched
}

// Stage is the progress of a revoke that the server has not accepted.
type Stage int

// The stages.
const (
	Undoable    Stage = iota // it can be undone
	Sending                  // it is being sent, or about to be
	Undelivered              // it was not accepted, and is sent again
	Held                     // it is due and cannot be sent now
)

// StageOf returns the stage of a pending revoke and the time left until its next step. why is the
// reason if it is Held.
func StageOf(t console.Token, h Hold, now time.Time) (at Stage, left time.Duration, why string) {
	due, _ := console.DueAt(t)
	switch left = due.Sub(now); {
	case h.ReadOnly != "":
		return Held, left, h.ReadOnly + " is read-only"
	case left < time.Second && h.Locked:
		return Held, left, "locked"
	case left < time.Second && h.NoKey:
		return Held, left, "the key is not there"
	case left < time.Second:
		return Sending, left, ""
	case t.RevokeTries == 0:
		return Undoable, left, ""
	}
	return Undelivered, left, ""
}

// Reasons returns the reason why the last delivery of a revoke failed: in full, and in a few words.
func (v Voice) Reasons(t console.Token) (whole, brief string) {
	whole = v.Others(string(t.RevokeReason()))
	return whole, Briefly(whole)
}

// Briefly returns the beginning of the reason of a failure, without the names of calls before it:
// "revoke: ". Of a failed connection it returns the end: "connection refused".
func Briefly(reason string) string {
	brief, rest, more := strings.Cut(reason, ": ")
	for more && !strings.Contains(brief, " ") {
		reason = rest
		brief, rest, more = strings.Cut(reason, ": ")
	}
	brief, _, _ = strings.Cut(brief, ", ") // the error code
	if brief == "no connection" {
		brief = reason[strings.LastIndex(reason, ": ")+1:]
	}
	return strings.TrimSpace(brief)
}

// OfTwin is the text for a row whose token is being revoked on another row.
const OfTwin = "another application holds the same token, whose revoke is not yet accepted"

// Revoke describes the progress of a revoke that the server has not accepted.
func (v Voice) Revoke(t console.Token, h Hold, now time.Time) string {
	if _, ok := console.DueAt(t); !ok {
		return OfTwin
	}
	at, left, why := StageOf(t, h, now)
	switch {
	case at == Held && h.Locked && h.ReadOnly == "":
		return "the revoke is not sent, the store is locked; " +
			v.does(console.ActUnlock, "opens it")
	case at == Held:
		return "the revoke is not sent, " + why
	case at == Undoable:
		return "the revoke is sent in " + v.Wait(left) + "; " +
			v.does(console.ActUndo, "takes it back")
	case t.RevokeError == "" && left > 0:
		return "the revoke is about to be sent"
	case t.RevokeError == "":
		return "the revoke is being sent"
	}
	whole, _ := v.Reasons(t)
	text := "the revoke is not yet accepted (" + whole + "), it is kept"
	if at == Undelivered {
		text += " and tried again in " + v.Wait(left)
	}
	return text
}

// RevokeBrief returns shorter forms of Revoke for a row, the longest first. In each of them the
// stages differ.
func (v Voice) RevokeBrief(t console.Token, h Hold, now time.Time) []string {
	at, left, why := StageOf(t, h, now)
	switch {
	case at == Undoable:
		in, undoes := v.Wait(left), " · "+v.does(console.ActUndo, "undoes")
		return []string{"the revoke is sent in " + in + undoes + " it", "sending in " + in + undoes,
			"in " + in + undoes}
	case at == Sending && left > 0: // until then it can be undone
		return []string{"the revoke is about to be sent", "about to be sent", "any moment"}
	case at == Sending:
		return []string{"sending the revoke …", "sending …"}
	case at == Held && t.RevokeTries > 0:
		return []string{
			"not yet accepted · cannot be sent again: " + why, "not yet accepted · " + why,
			"unaccepted, " + why, "unaccepted",
		}
	case at == Held:
		return []string{"the revoke is not sent: " + why, "not sent: " + why, "not sent"}
	}
	in := v.Wait(left)
	whole, brief := v.Reasons(t)
	out := []string{"not yet accepted · retry in " + in, "unaccepted, in " + in}
	if brief != "" && brief != whole {
		out = append([]string{out[0] + " · " + brief}, out...)
	}
	if whole != "" {
		out = append([]string{"not yet accepted · retry in " + in + " · " + whole}, out...)
	}
	return out
}

// Delivered describes the result of a delivery, to be put after the token's name, and the next
// step. An answer of the server is "accepted", never "dead".
func (v Voice) Delivered(d console.Delivery, s console.Status, now time.Time) (text, next string) {
	switch {
	case d.Err != nil && d.Kept:
		text, next = "the revoke is not yet accepted ("+v.Others(string(console.Reason(d.Err)))+")",
			"it is kept"
		if at := d.Token.RevokeNext; at.After(now) {
			next += " and tried again in " + v.Wait(at.Sub(now))
		}
		return text, next
	case d.Err != nil:
		reason := v.Others(string(console.Reason(d.Err)))
		return "the server refused to revoke it (" + reason + ")", ""
	case s.State != console.Lingering:
		return "the revoke was accepted by the server", ""
	case !s.StaleKnown:
		return v.Ending(s), v.does(console.ActProbe, "probes it")
	}
	return v.Ending(s), ""
}

// DeliveredBrief returns shorter forms of Delivered without the next step. Each of them has the
// bound of a revoke that the server accepted.
func (v Voice) DeliveredBrief(d console.Delivery, s console.Status) []string {
	switch {
	case d.Err != nil && d.Kept:
		const kept = "revoke not yet accepted"
		return []string{kept + ": " + Briefly(v.Others(string(console.Reason(d.Err)))), kept}
	case d.Err != nil:
		return []string{"the server refused the revoke"}
	case s.State != console.Lingering:
		return []string{"revoke accepted"}
	case !s.StaleKnown || s.Reopened:
		return []string{"accepted; may pass, nobody knows how long", "accepted, may pass"}
	}
	most := v.AtMost(s.StaleLeft)
	return []string{"accepted; may pass for at most " + most, "accepted, may pass ≤" + most,
		"may pass ≤" + most}
}

// The texts for a token whose revoke was undone, by this console or by another one.
const (
	TakenBack      = "not revoked, the decision was undone"
	TakenElsewhere = "its revoke was undone in another console"
)

// Taken counts the revokes of a decision that were undone, and those that had been sent.
func Taken(u console.Undone) string {
	taken, sent := len(u.Taken), u.Sent
	words := strconv.Itoa(taken) + " of " + text.Count(taken+sent, "revoke") + " undone"
	if sent > 0 {
		words += "; " + strconv.Itoa(sent) + " had been sent"
	}
	return words
}

// Revocation describes the progress of a revoke in one sentence: waiting to be sent, accepted by
// the server, or dead.
func (v Voice) Revocation(t console.Token, s console.Status, now time.Time) string {
	switch {
	case s.AcceptedAt.IsZero() && (s.Pending || s.Proof == console.ProofNone):
		return v.Revoke(t, Hold{}, now)
	case s.Proof == console.ProofProbe:
		return "dead: " + v.Over(s)
	case s.Proof != console.ProofNone:
		return "dead after " + v.Span(s.Took()) + ": " + v.Over(s)
	case s.SeenAtGW:
		return v.Ending(s)
	}
	return v.Ending(s) + "; " + NotSeen
}

// RefusedElsewhere is the text for a token whose revoke the server refused to another console.
func (v Voice) RefusedElsewhere(t console.Token) string {
	whole, _ := v.Reasons(t)
	return "the server refused another console to revoke it: " + whole
}
