package console

import (
	"encoding/json"
	"slices"
	"time"

	"lanyard/tokenapi"
)

// MomentKind names an event in the life of a token.
type MomentKind string

// The kinds of moments.
const (
	MomentGot         MomentKind = "got"
	MomentReissued    MomentKind = "reissued"     // the server handed the same token out again
	MomentCopied      MomentKind = "copied"       // to a clipboard or to the screen: Form
	MomentPrinted     MomentKind = "printed"      // to standard output
	MomentProbed      MomentKind = "probed"       // Status, Verdict
	MomentAsked       MomentKind = "introspected" // AtServer
	MomentReplaced    MomentKind = "replaced"     // By
	MomentDecided     MomentKind = "decided"      // a revoke was decided
	MomentUndone      MomentKind = "undone"       // and undone before it was sent
	MomentRefused     MomentKind = "refused"      // the server refused the revoke
	MomentRefreshGone MomentKind = "refresh_gone" // the server revoked the refresh token
	MomentAccepted    MomentKind = "accepted"     // the server accepted the revoke
	MomentEnded       MomentKind = "ended"        // not by a revoke of this token: Cause
	MomentDead        MomentKind = "dead"         // Proof; at the first of three refusals
	// the gateway refuses it from then on at the latest
	MomentWindowEnds MomentKind = "window_ends"
	MomentExpires    MomentKind = "expires"
	MomentExpired    MomentKind = "expired"
)

// Moment is one event in the life of a token. The fields below Kind are set for the kinds that name
// them, and zero otherwise.
type Moment struct {
	At   time.Time
	Kind MomentKind

	Grant       string    // MomentGot: the grant, or GrantAdopted
	Refreshed   bool      // MomentGot: with the refresh token of another token
	WithRefresh bool      // MomentGot: a refresh token came with it
	Form        Form      // MomentCopied, MomentPrinted
	Screen      bool      // MomentCopied: shown on the screen, not put into a clipboard
	Status      int       // MomentProbed: 0 if there was no answer
	Times       int       // MomentProbed: number of probes, the first at At; 0 for one
	Until       time.Time // MomentProbed: the last of several probes
	FaultCode   int       // MomentProbed
	Verdict     tokenapi.Verdict
	AtServer    ServerState // MomentAsked
	By          string      // MomentReplaced: ID of the newer token
	Cause       Cause       // MomentEnded
	Proof       Proof       // MomentDead
}

// Upcoming reports whether m had not happened when the status was judged from which it comes.
func (m Moment) Upcoming() bool { return m.Kind == MomentExpires || m.Kind == MomentWindowEnds }

// LifeOf returns the events of a token's life, in the order of their times. st is the status of t
// ([StatusAt]). log holds events of the audit log, oldest first; those of other tokens are ignored.
// Without a log the life lacks what the token does not hold: copies, decisions, older probes.
func LifeOf(t Token, st Status, log []Event) []Moment {
	var all []Moment
	add := func(m Moment) {
		if !m.At.IsZero() {
			all = append(all, m)
		}
	}
	add(Moment{
		At: t.IssuedAt, Kind: MomentGot, Grant: t.Grant, Refreshed: t.From != "",
		WithRefresh: t.Refresh != RefreshNone,
	})
	decided := false
	for _, e := range log {
		if e.TokenID != t.ID || e.Derived {
			continue
		}
		for _, m := range logged(e, t) {
			decided = decided || m.Kind == MomentDecided
			add(m)
		}
	}
	for _, p := range t.Probes {
		add(probedMoment(p))
	}
	if st.Pending && !decided { // a log from before the decision, or none
		add(Moment{At: t.RevokeAt, Kind: MomentDecided})
	}
	add(Moment{At: t.ReplacedAt, Kind: MomentReplaced, By: t.ReplacedBy})
	add(Moment{At: t.RefreshAcceptedAt, Kind: MomentRefreshGone})
	add(Moment{At: st.AcceptedAt, Kind: MomentAccepted})
	if st.Ended && (st.Cause == CauseRefresh && t.RefreshAcceptedAt.IsZero() ||
		st.Cause == CauseElsewhere) {
		add(Moment{At: st.EndedAt, Kind: MomentEnded, Cause: st.Cause})
	}
	for _, m := range lastMoments(st) {
		add(m)
	}
	slices.SortStableFunc(all, func(a, b Moment) int { return a.At.Compare(b.At) })
	return foldProbes(all)
}

// mostProbes is the number of probes with one result that are separate events of a life, if no
// other event is between them.
const mostProbes = 3

// foldProbes makes one event of more than mostProbes probes with one result in a row. They come
// from a program that probes all the time, and would hide the other events.
func foldProbes(all []Moment) []Moment {
	out := all[:0]
	for len(all) > 0 {
		n := 1
		for n < len(all) && all[0].Kind == MomentProbed && all[n].Kind == MomentProbed &&
			all[n].Status == all[0].Status && all[n].Verdict == all[0].Verdict {
			n++
		}
		if run := all[:n]; n > mostProbes {
			one := run[0]
			one.Times, one.Until = n, run[n-1].At
			out = append(out, one)
		} else {
			out = append(out, run...)
		}
		all = all[n:]
	}
	return out
}

// lastMoments returns how the token ends, or is going to end.
func lastMoments(st Status) []Moment {
	dead := Moment{At: st.OverAt, Kind: MomentDead, Proof: st.Proof}
	expires := Moment{At: st.ExpiresAt, Kind: MomentExpires}
	switch {
	case st.State.IsRefused():
		return []Moment{dead}
	case st.State == Expired:
		expires.Kind = MomentExpired
	case st.State == Lingering && st.StaleKnown && !st.Reopened && !st.StillActive:
		ends := Moment{At: st.StaleUntil, Kind: MomentWindowEnds}
		if st.HasExpiry && !st.ExpiresAt.After(st.StaleUntil) {
			return []Moment{expires}
		}
		return []Moment{ends}
	}
	return []Moment{expires}
}

// logged returns the moments that an entry of the audit log adds to what the token holds.
func logged(e Event, t Token) []Moment {
	var f detailFacts
	if json.Unmarshal(e.Facts, &f) != nil {
		return nil
	}
	var some []Moment
	for _, p := range f.Probes {
		// the token holds the newest probes
		if len(t.Probes) == 0 || p.At.Before(t.Probes[0].At) {
			some = append(some, probedMoment(Probe(p)))
		}
	}
	m := Moment{At: e.At}
	switch e.Kind {
	case EventReissued:
		m.Kind = MomentReissued
	case EventCopied:
		m.Kind, m.Form, m.Screen = MomentCopied, f.Form, f.Via == ViaScreen
	case EventPrinted:
		m.Kind, m.Form = MomentPrinted, f.Form
	case EventIntrospected:
		// the event has the answer only if it differs from the one before
		m.Kind, m.AtServer = MomentAsked, f.AtServer
	case EventRevokeDecided:
		m.Kind = MomentDecided
	case EventRevokeUndone:
		m.Kind = MomentUndone
	case EventRevokeRefused:
		m.Kind = MomentRefused
	case EventIssued, EventRenewed, EventReplaced, EventAdopted, EventForgotten, EventHeld,
		EventRevokeTried, EventRevoked, EventRefreshRevoked, EventRefreshSpent,
		EventRevokeDeferred, EventRevokeLapsed, EventProbed, EventUnsure, EventUnanswered,
		EventSettled, EventDismissed, EventChanged, EventDead, EventSuperseded, EventExpired:
		return some
	default: // of a newer version
		return some
	}
	return append(some, m)
}

func probedMoment(p Probe) Moment {
	return Moment{
		At: p.At, Kind: MomentProbed, Status: p.Status, FaultCode: p.FaultCode, Verdict: p.Verdict,
	}
}
