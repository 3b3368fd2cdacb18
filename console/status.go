package console

import (
	"time"

	"lanyard/tokenapi"
)

// State is the state of a token; contract and order are in doc.go.
type State string

// The states, in the order in which the first match wins (Dead and Superseded exclude each other, and
// so do the last three).
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

// Proof says why a revoked or replaced token is held to be refused by the gateway.
type Proof string

// The proofs.
const (
	ProofNone   Proof = ""
	ProofWindow Proof = "window" // the gateway's cache window ran out
	ProofExpiry Proof = "expiry" // the token's own expiry came first
	ProofProbe  Proof = "probe"  // three refusals in a row
)

// Policy is what an environment and the configuration say about judging tokens.
type Policy struct {
	DueBefore time.Duration // a token with this much life left or less is expiring
	CacheTTL  time.Duration // how long the gateway may honour a revoked token
	Regime    Regime
}

// Status is a token judged at one instant.
type Status struct {
	State State

	HasExpiry bool          // Left is meant
	Left      time.Duration // of the token's life, never negative

	// The rest is about a token that was revoked or replaced.
	Ended       bool      // an answer that ends it was read: revoked or replaced
	EndedAt     time.Time // when
	StaleKnown  bool      // StaleUntil is meant
	StaleUntil  time.Time // upper bound of the gateway's lingering
	StaleLeft   time.Duration
	SeenAtGW    bool      // the gateway was seen to know this token before it ended
	RefusedOnce bool      // refused since, but not yet three times in a row
	Reopened    bool      // accepted after it should have been dead
	Proof       Proof     // set when it is over
	OverAt      time.Time // when it is held to have been over
}

// probeGap is the least time between two refusals that count as two.
const probeGap = time.Second

// StatusAt judges t at now. It is a pure function: the same three values give the same Status.
func StatusAt(t Token, p Policy, now time.Time) Status {
	var s Status
	if t.Lifetime == tokenapi.Bounded && !t.ExpiresAt.IsZero() {
		s.HasExpiry = true
		s.Left = max(t.ExpiresAt.Sub(now), 0)
	}
	s.EndedAt, s.StaleUntil, s.StaleKnown, s.Ended = window(t, p)
	if s.Ended {
		s.judgeEnd(t, now)
	}

	switch {
	case t.Unsure != nil:
		s.State = Unsure
	case !t.RevokeAt.IsZero() && !revokeAccepted(t):
		s.State = Revoking
	case s.Ended && s.Proof == ProofNone:
		s.State = Lingering
	case s.Ended && revokeAccepted(t):
		s.State = Dead
	case s.Ended:
		s.State = Superseded
	case s.HasExpiry && s.Left == 0:
		s.State = Expired
	case s.HasExpiry && s.Left <= p.DueBefore:
		s.State = Expiring
	default:
		s.State = Active
	}
	return s
}

// revokeAccepted says whether the server has accepted what the revoke is about first: the access token,
// or the refresh token when only that was to be revoked.
func revokeAccepted(t Token) bool {
	if t.RevokeKind == RevokeRefresh {
		return !t.RefreshAcceptedAt.IsZero()
	}
	return !t.AcceptedAt.IsZero()
}

// window gives when the token was ended and until when the gateway may let it through.
func window(t Token, p Policy) (ended, until time.Time, known, ok bool) {
	bounded := t.Lifetime == tokenapi.Bounded && !t.ExpiresAt.IsZero()
	cached := func(from time.Time) (time.Time, bool) {
		u := from.Add(p.CacheTTL)
		if bounded && t.ExpiresAt.Before(u) {
			u = t.ExpiresAt
		}
		return u, true
	}
	switch {
	case !t.AcceptedAt.IsZero():
		until, known = cached(t.AcceptedAt)
		return t.AcceptedAt, until, known, true
	case !t.ReplacedAt.IsZero() && p.Regime != RegimeStateless:
		until, known = cached(t.ReplacedAt)
		return t.ReplacedAt, until, known, true
	case !t.ReplacedAt.IsZero():
		return t.ReplacedAt, t.ExpiresAt, bounded, true
	case !t.RefreshAcceptedAt.IsZero() && t.RevokeKind == RevokeRefresh:
		return t.RefreshAcceptedAt, t.ExpiresAt, bounded, true
	}
	return time.Time{}, time.Time{}, false, false
}

// judgeEnd weighs the window against the probes made since the token was ended.
func (s *Status) judgeEnd(t Token, now time.Time) {
	s.SeenAtGW = !t.SeenAt.IsZero()
	if s.StaleKnown {
		s.StaleLeft = max(s.StaleUntil.Sub(now), 0)
	}
	r := weighProbes(t.Probes, s.EndedAt, s.StaleUntil, s.StaleKnown)
	s.Reopened = r.late && r.provedAt.IsZero()
	windowOver := s.StaleKnown && !now.Before(s.StaleUntil)
	switch {
	case !r.provedAt.IsZero() && (r.late || !s.StaleKnown || r.provedAt.Before(s.StaleUntil)):
		s.Proof, s.OverAt = ProofProbe, r.provedAt
	case windowOver && !s.Reopened:
		s.Proof, s.OverAt = ProofWindow, s.StaleUntil
		if t.Lifetime == tokenapi.Bounded && s.StaleUntil.Equal(t.ExpiresAt) {
			s.Proof = ProofExpiry
		}
	}
	s.RefusedOnce = r.run > 0 && s.Proof == ProofNone
}

// ProvedDead says whether the probes of a token since an instant prove that the gateway refuses it, by the
// rule that StatusAt goes by. It is for tokens that nobody has revoked here, too.
func ProvedDead(t Token, since time.Time) bool {
	return !weighProbes(t.Probes, since, time.Time{}, false).provedAt.IsZero()
}

// record is what the probes of an ended token add up to.
type record struct {
	run      int       // refusals in a row that count, a gap of probeGap apart
	provedAt time.Time // the first of three such; zero when there are not three, or a later answer let it through
	late     bool      // let through after the window
}

func weighProbes(probes []Probe, ended, stale time.Time, known bool) record {
	var r record
	var first, last time.Time
	for _, p := range probes {
		if p.At.Before(ended) {
			continue
		}
		switch p.Verdict {
		case tokenapi.Refused:
			if r.run > 0 && p.At.Sub(last) < probeGap {
				continue
			}
			if r.run == 0 {
				first = p.At
			}
			r.run, last = r.run+1, p.At
			if r.run >= 3 {
				r.provedAt = first
			}
		case tokenapi.Accepted:
			r.run, r.provedAt = 0, time.Time{}
			r.late = r.late || known && !p.At.Before(stale)
		case tokenapi.Unclear:
			if r.provedAt.IsZero() {
				r.run = 0
			}
		}
	}
	return r
}

// NextChange is the first instant after now at which StatusAt gives another State because time has
// passed, if there is one.
func NextChange(t Token, p Policy, now time.Time) (time.Time, bool) {
	var at []time.Time
	if _, until, known, ok := window(t, p); ok {
		if known {
			at = append(at, until)
		}
	} else if t.Lifetime == tokenapi.Bounded && !t.ExpiresAt.IsZero() {
		at = append(at, t.ExpiresAt.Add(-p.DueBefore), t.ExpiresAt)
	}
	state := StatusAt(t, p, now).State
	for _, a := range at { // in order of time
		if a.After(now) && StatusAt(t, p, a).State != state {
			return a, true
		}
	}
	return time.Time{}, false
}
