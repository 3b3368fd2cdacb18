package console

import (
	"time"
)

// State is the state of a token; doc.go defines each one.
type State string

// The states, in the order in which the first match wins (Dead and Superseded exclude each other,
// and so do the last three). None but Dead, Superseded and Expired outlives the token's expiry.
const (
	Unsure     State = "unsure"
	Revoking   State = "revoking"
	Lingering  State = "lingering"
	Dead       State = "dead"
	Superseded State = "superseded"
	Expired    State = "expired"
	Expiring   State = "expiring"
	Active     State = "active"
)

// IsRefused reports whether the gateway refuses a token in this state for a reason other than its
// expiry.
func (s State) IsRefused() bool { return s == Dead || s == Superseded }

// IsOver reports whether a state is final.
func (s State) IsOver() bool { return s.IsRefused() || s == Expired }

// UntilExpiry is the CacheTTL of a gateway that may accept a revoked token until its expiry.
const UntilExpiry time.Duration = -1

// Policy holds the settings by which StatusAt judges the tokens of an application.
type Policy struct {
	DueBefore time.Duration // a token with at most this much life left is Expiring
	CacheTTL  time.Duration // as Environment.CacheTTL
	Regime    Regime
	ProbeURL  string // where probes are made; stands in for the URL of older ones
}

// endsReplaced reports whether the server is known to revoke a token when it issues the next one.
func (p Policy) endsReplaced() bool { return p.Regime == RegimeOpaque || p.Regime == RegimeJWT }

// Status is the result of judging a token at one instant ([StatusAt]).
type Status struct {
	State State

	HasExpiry bool // ExpiresAt and Left are known
	ExpiresAt time.Time
	Left      time.Duration // remaining life of the token, never negative

	// A revoke that was decided here, for this row or a twin of it.
	Pending    bool       // the server has not accepted it yet
	RevokeKind RevokeKind // "": there is none
	AcceptedAt time.Time  // when the server accepted it

	AtServer   AtServer  // the newest evidence of the token's state at the server
	AtServerAt time.Time // time at which AtServer was read

	// A token that was revoked or replaced, here or elsewhere.
	Ended       bool // there is evidence of its end: Cause
	Cause       Cause
	EndedAt     time.Time // when it was read
	StaleKnown  bool      // StaleUntil is known
	StaleUntil  time.Time // the gateway refuses it from then on at the latest
	StaleLeft   time.Duration
	SeenAtGW    bool          // a probe was accepted at the gateway
	SeenAt      time.Time     // time of the first acceptance
	RefusedOnce bool          // refused since its end, but not three times in a row
	Reopened    bool          // accepted after the end of its window
	StillActive bool          // the server called it active after its end
	Passed      time.Time     // the end of that window; zero: not Reopened
	Overrun     time.Duration // time from Passed to an acceptance by the gateway
	Proof       Proof         // set if the gateway refuses it
	OverAt      time.Time     // since when it does

	// PastExpiry is the time from the token's expiry to the gateway's last acceptance of it. Either
	// clocks differ or the gateway does not check the expiry.
	PastExpiry time.Duration
}

// Cause is the evidence of a token's end. The first that applies counts.
type Cause string

// The causes.
const (
	CauseNone     Cause = ""
	CauseRevoked  Cause = "revoked"  // the server accepted its revoke
	CauseReplaced Cause = "replaced" // by a newer one
	CauseRefresh  Cause = "refresh"  // the server accepted the revoke of its refresh token
	// the server calls it inactive, though it was not revoked here
	CauseElsewhere Cause = "elsewhere"
	CauseRefused   Cause = "refused" // the gateway refused it three times in a row
)

// Words describes the cause in a sentence whose subject is the token.
func (c Cause) Words() string {
	switch c {
	case CauseRevoked:
		return "it is revoked"
	case CauseReplaced:
		return "it was replaced by a newer one"
	case CauseRefresh:
		return "the revoke of its refresh token has ended its grant"
	case CauseElsewhere:
		return "the server calls it inactive"
	case CauseRefused:
		return "the gateway has refused it three times in a row"
	}
	return ""
}

// Took returns the time from the end of a token to the proof that the gateway refuses it. It counts
// from one second of the clock to another, as the two times are shown.
func (s Status) Took() time.Duration {
	return s.OverAt.Truncate(time.Second).Sub(s.EndedAt.Truncate(time.Second))
}

// OverSince returns the time that belongs to the state of a token that is over: when it expired,
// when it was replaced, or since when the gateway refuses it. A list says it after the state.
func (s Status) OverSince() time.Time {
	switch s.State {
	case Expired:
		return s.ExpiresAt
	case Superseded:
		return s.EndedAt
	case Dead, Unsure, Revoking, Lingering, Expiring, Active:
	}
	return s.OverAt
}

// AtServer is the state of a token at its server, as far as it is known.
type AtServer string

// The states of a token at its server. Introspection gives the last two, if its answer is the
// newest evidence.
const (
	AtServerUnknown   AtServer = ""
	AtServerPending   AtServer = "pending"
	AtServerAccepted  AtServer = "accepted"
	AtServerConfirmed AtServer = "confirmed"
	AtServerActive    AtServer = "active"
	AtServerInactive  AtServer = "inactive"
)

// StatusAt judges t at now. It is pure: equal arguments give equal results.
func StatusAt(t Token, p Policy, now time.Time) Status {
	e := gather(&t, p)
	end := e.weigh()
	s := Status{
		Pending: e.pending, RevokeKind: e.kind, AcceptedAt: e.acceptedAt(),
		Ended: end.ended, StaleUntil: end.until, StaleKnown: end.ended && !end.until.IsZero(),
		SeenAtGW: !e.seenAt.IsZero(), SeenAt: e.seenAt, Passed: end.passed, Overrun: end.overrun,
		PastExpiry: end.pastExpiry,
	}
	s.Cause, s.EndedAt = e.cause()
	s.AtServer, s.AtServerAt = e.atServer()
	past := false
	if s.HasExpiry = !e.expires.IsZero(); s.HasExpiry {
		s.ExpiresAt, s.Left = e.expires, max(e.expires.Sub(now), 0)
		past = s.Left == 0
	}
	proved := weighProbes(e.probes, e.seen, time.Time{}, e.expires)
	if !end.ended && !proved.at.IsZero() && (!s.HasExpiry || proved.at.Before(e.expires)) {
		s.Ended, s.Cause, s.EndedAt = true, CauseRefused, proved.at
	}
	if s.Ended {
		s.judgeEnd(proved, end, now)
	}

	switch {
	case past && (s.Proof == ProofNone || s.Proof == ProofExpiry && (end.reopened || end.active)):
		s.State = Expired // accepted after its window: only its age counts
	case t.Unsure != nil && !past:
		s.State = Unsure
	case s.Pending && !past && s.Proof == ProofNone: // a proved end stays
		s.State = Revoking
	case s.Ended && s.Proof == ProofNone:
		s.State = Lingering
	case s.Ended && s.Cause == CauseReplaced:
		s.State = Superseded
	case s.Ended:
		s.State = Dead
	case s.HasExpiry && s.Left <= e.due(p):
		s.State = Expiring
	default:
		s.State = Active
	}
	return s
}

// judgeEnd compares the end of the window with the probes.
func (s *Status) judgeEnd(proved record, end ending, now time.Time) {
	if s.StaleKnown {
		s.StaleLeft = max(s.StaleUntil.Sub(now), 0)
	}
	switch {
	case !proved.at.IsZero() && (!s.StaleKnown || proved.at.Before(s.StaleUntil)):
		s.Proof, s.OverAt = ProofProbe, proved.at
	case s.StaleKnown && !now.Before(s.StaleUntil):
		s.Proof, s.OverAt = ProofWindow, s.StaleUntil
		if s.HasExpiry && s.StaleUntil.Equal(s.ExpiresAt) {
			s.Proof = ProofExpiry
		}
	default:
		s.RefusedOnce, s.Reopened, s.StillActive = proved.run > 0, end.reopened, end.active
	}
}

// NextChange returns the first instant after now at which StatusAt gives another State because time
// passes. ok is false if there is none.
func NextChange(t Token, p Policy, now time.Time) (time.Time, bool) {
	s := StatusAt(t, p, now)
	e := gather(&t, p)
	at := make([]time.Time, 0, 3)
	if s.StaleKnown {
		at = append(at, s.StaleUntil)
	}
	if s.HasExpiry {
		at = append(at, s.ExpiresAt.Add(-e.due(p)), s.ExpiresAt)
	}
	for _, a := range at { // not all of these change the state of a token that has ended
		if a.After(now) && StatusAt(t, p, a).State != s.State {
			return a, true
		}
	}
	return time.Time{}, false
}

// sooner returns the earlier of two times. A zero time is never.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
