package console

import (
	"cmp"
	"slices"
	"time"

	"lanyard/tokenapi"
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

// Proof names the evidence that the gateway refuses a token which has ended.
type Proof string

// The proofs.
const (
	ProofNone   Proof = ""
	ProofWindow Proof = "window" // the gateway's cache window ran out
	ProofExpiry Proof = "expiry" // the token's own expiry came first
	ProofProbe  Proof = "probe"  // three refusals in a row
)

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

// evidence is the combined evidence of all rows that hold one access token.
type evidence struct {
	expires time.Time     // zero: not known
	granted time.Duration // zero: not known
	ttl     time.Duration // the longest CacheTTL

	pending   bool // a revoke is decided and not accepted
	pendingAt time.Time
	kind      RevokeKind
	confirmed bool

	accepted, replaced, refreshEnded time.Time   // when each was first read, or zero
	replacedKnown                    []time.Time // when the server is known to have ended a row so

	active     time.Time   // when introspection last called it active
	inactive   []time.Time // since when each row has known it to be inactive, if that counts
	inactiveAt time.Time   // when introspection last did

	seenAt time.Time // when a probe was first accepted
	seen   []string  // URLs at which one was
	probes []Probe   // those that count, oldest first, each with its URL
}

func gather(t *Token, p Policy) evidence {
	e := evidence{ttl: p.CacheTTL, accepted: acceptedAt(*t)}
	e.row(t, p, p, true)
	for i := range t.Twins {
		e.row(&t.Twins[i].Row, t.Twins[i].Policy, p, false)
	}
	if len(t.Twins) > 0 {
		slices.SortStableFunc(e.probes, func(a, b Probe) int { return a.At.Compare(b.At) })
	}
	e.calledInactive(t)
	for i := range t.Twins {
		e.calledInactive(&t.Twins[i].Row)
	}
	if e.kind == "" && !e.refreshEnded.IsZero() && e.replaced.IsZero() {
		e.kind = RevokeRefresh
	}
	return e
}

// row adds the facts of one row. with is the policy of its application; judged is the policy of the
// token that StatusAt judges.
func (e *evidence) row(t *Token, with, judged Policy, own bool) {
	if t.Lifetime == tokenapi.Bounded && t.ExpiresAt.After(e.expires) {
		e.expires = t.ExpiresAt
	}
	e.granted = max(e.granted, t.Granted)
	if with.CacheTTL < 0 || e.ttl >= 0 && with.CacheTTL > e.ttl {
		e.ttl = with.CacheTTL
	}
	e.confirmed = e.confirmed || t.Confirmed && !t.AcceptedAt.IsZero()
	if t.RevokeKind != "" && e.kind == "" {
		e.kind = t.RevokeKind
	}
	switch {
	case t.RevokeAt.IsZero():
	case t.RevokeKind == RevokeRefresh && t.RefreshAcceptedAt.IsZero() && t.Refresh == RefreshLive,
		t.RevokeKind != RevokeRefresh && e.accepted.IsZero():
		e.pending, e.pendingAt = true, t.RevokeAt
	}
	e.refreshEnded = sooner(e.refreshEnded, t.RefreshAcceptedAt)
	if t.ActiveAt.After(e.active) {
		e.active = t.ActiveAt
	}
	if t.AtServer == ServerActive && t.AtServerAt.After(e.active) {
		// an older row, without ActiveAt
		e.active = t.AtServerAt
	}
	e.replaced = sooner(e.replaced, t.ReplacedAt)
	if with.endsReplaced() && !t.ReplacedAt.IsZero() {
		e.replacedKnown = append(e.replacedKnown, t.ReplacedAt)
	}
	if own || tokenapi.SameOrigin(with.ProbeURL, judged.ProbeURL) {
		e.seenAt = sooner(e.seenAt, t.seenAtGateway())
	}
	if t.SeenURL != "" && (own || tokenapi.SameOrigin(t.SeenURL, judged.ProbeURL)) {
		e.seen = append(e.seen, t.SeenURL)
	}
	for _, q := range t.Probes {
		if q.URL == "" { // an older row, by looser rules
			if !q.letThrough() {
				continue
			}
			q.URL = with.ProbeURL
		}
		if own || tokenapi.SameOrigin(q.URL, judged.ProbeURL) {
			e.probes = append(e.probes, q)
		}
	}
}

// calledInactive adds that introspection called the token of one row inactive, if that counts and
// no row was called active since. The caller has added all rows before.
func (e *evidence) calledInactive(t *Token) {
	// revoked here, so the answer is about it
	revoked := !e.accepted.IsZero() && !t.AtServerAt.Before(e.accepted)
	if t.AtServer != ServerInactive || !t.AtServerCounts && !revoked ||
		t.AtServerAt.Before(e.active) {
		return
	}
	since := t.AtServerSince
	if since.IsZero() || since.Before(e.active) {
		since = t.AtServerAt
	}
	e.inactive = append(e.inactive, since)
	if t.AtServerAt.After(e.inactiveAt) {
		e.inactiveAt = t.AtServerAt
	}
}

// due returns the remaining life at which the token becomes Expiring.
func (e *evidence) due(p Policy) time.Duration {
	if e.granted > 0 {
		return min(p.DueBefore, e.granted/4)
	}
	return p.DueBefore
}

// acceptedAt returns when the server accepted the revoke, of either token of the pair.
func (e *evidence) acceptedAt() time.Time {
	if e.accepted.IsZero() && !e.pending && e.kind != "" {
		return e.refreshEnded
	}
	return e.accepted
}

// cause returns what ended the token, and when.
func (e *evidence) cause() (Cause, time.Time) {
	switch {
	case !e.accepted.IsZero():
		return CauseRevoked, e.accepted
	case !e.refreshEnded.IsZero() && e.kind == RevokeRefresh:
		return CauseRefresh, e.refreshEnded
	case !e.replaced.IsZero():
		return CauseReplaced, e.replaced
	case !e.refreshEnded.IsZero():
		return CauseRefresh, e.refreshEnded
	case len(e.inactive) > 0:
		return CauseElsewhere, slices.MinFunc(e.inactive, time.Time.Compare)
	}
	return CauseNone, time.Time{}
}

// atServer returns the newest evidence of the token's state at its server, and when it was read.
func (e *evidence) atServer() (AtServer, time.Time) {
	word, at := AtServerUnknown, time.Time{}
	switch accepted := e.acceptedAt(); {
	case !accepted.IsZero() && e.confirmed:
		word, at = AtServerConfirmed, accepted
	case !accepted.IsZero():
		word, at = AtServerAccepted, accepted
	case e.pending:
		word, at = AtServerPending, e.pendingAt
	}
	switch {
	case !e.inactiveAt.IsZero() && !e.inactiveAt.Before(at):
		return AtServerInactive, e.inactiveAt
	case e.active.After(at) && word != AtServerPending:
		return AtServerActive, e.active
	}
	return word, at
}

// until returns the latest time at which the gateway may accept a token that ended at an instant;
// zero if that is not known.
func (e *evidence) until(ended time.Time) time.Time {
	if e.ttl < 0 {
		return e.expires
	}
	return sooner(ended.Add(e.ttl), e.expires)
}

// ending is the result of weighing the evidence of a token's end.
type ending struct {
	ended    bool
	until    time.Time // the end of the window; zero: not known
	reopened bool      // the gateway accepted it after the window
	active   bool      // the server called it active after its end

	passed              time.Time // the end of the window that the gateway exceeded
	overrun, pastExpiry time.Duration
}

// incident is one piece of that evidence.
type incident struct {
	at    time.Time
	what  int
	until time.Time // the end of its window
}

// The kinds, in the order in which incidents of one instant count.
const (
	anEnd = iota
	anAcceptance
	calledActive
	calledInactive
)

// weigh goes through the evidence in order of time. An end, or an inactive of the server, may move
// the end of the window forward. An active of the server, or an acceptance after the window, moves
// it back to the expiry.
func (e *evidence) weigh() (r ending) {
	all := make([]incident, 0, 8)
	if !e.accepted.IsZero() {
		all = append(all, incident{e.accepted, anEnd, e.until(e.accepted)})
	}
	if !e.replaced.IsZero() {
		all = append(all, incident{e.replaced, anEnd, e.expires})
	}
	for _, at := range e.replacedKnown {
		all = append(all, incident{at, anEnd, e.until(at)})
	}
	if !e.refreshEnded.IsZero() {
		all = append(all, incident{e.refreshEnded, anEnd, e.expires})
	}
	if !e.active.IsZero() {
		all = append(all, incident{at: e.active, what: calledActive})
	}
	for _, at := range e.inactive {
		all = append(all, incident{at: at, what: calledInactive})
	}
	for _, p := range e.probes {
		if p.Verdict == tokenapi.Accepted {
			all = append(all, incident{at: p.At, what: anAcceptance})
		}
	}
	slices.SortStableFunc(all,
		func(a, b incident) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.what, b.what)) })

	var last time.Time // the last end
	for _, i := range all {
		switch i.what {
		case anEnd, calledInactive:
			if i.what == calledInactive {
				i.until = e.until(i.at)
			}
			if r.ended {
				i.until = sooner(r.until, i.until)
			}
			r.ended, r.until, r.reopened, r.active = true, i.until, false, false
			last, r.passed = i.at, time.Time{}
		case calledActive:
			if r.ended && i.at.After(last) {
				r.until, r.active = e.expires, true
			}
		case anAcceptance:
			switch {
			case !e.expires.IsZero() && !i.at.Before(e.expires):
				r.pastExpiry = i.at.Sub(e.expires)
			case r.ended && !r.until.IsZero() && !i.at.Before(r.until):
				r.passed, r.until, r.reopened = r.until, e.expires, true
				fallthrough
			case !r.passed.IsZero():
				r.overrun = max(r.overrun, i.at.Sub(r.passed))
			}
		}
	}
	return r
}

// probeGap is the least time between two refusals that count as two.
const probeGap = time.Second

// record is the result of weighing the probes of a token.
type record struct {
	run int       // the most refusals in a row at one URL
	at  time.Time // the first of three that prove it; zero: not proved, or refuted
}

// refusals are consecutive refusals at one URL.
type refusals struct {
	url  string
	last []Probe
}

// weighProbes looks for three refusals in a row at one URL, at least probeGap apart. One of them
// must name the token, or the URL must have accepted the token before (seen). Refusals before since
// do not count, and none from expires on unless expires is zero. An acceptance from expires on does
// not refute an earlier proof.
func weighProbes(probes []Probe, seen []string, since, expires time.Time) (r record) {
	seen = slices.DeleteFunc(slices.Clone(seen), func(url string) bool {
		// probes at that URL are better evidence
		return slices.ContainsFunc(probes,
			func(p Probe) bool { return p.Verdict == tokenapi.Accepted && p.URL == url })
	})
	var runs []refusals
	for _, p := range probes {
		i := slices.IndexFunc(runs, func(u refusals) bool { return u.url == p.URL })
		switch p.Verdict {
		case tokenapi.Accepted:
			runs = runs[:0]
			if expires.IsZero() || p.At.Before(expires) || !r.at.Before(expires) {
				r.at = time.Time{}
			}
			if !slices.Contains(seen, p.URL) {
				seen = append(seen, p.URL)
			}
		case tokenapi.Unclear:
			if i >= 0 && r.at.IsZero() {
				runs = slices.Delete(runs, i, i+1)
			}
		case tokenapi.Refused:
			if p.At.Before(since) || !expires.IsZero() && !p.At.Before(expires) {
				continue // every gateway refuses an expired token
			}
			if i < 0 {
				runs = append(runs, refusals{url: p.URL})
				i = len(runs) - 1
			}
			u := &runs[i]
			if n := len(u.last); n > 0 && p.At.Sub(u.last[n-1].At) < probeGap {
				continue
			}
			u.last = append(u.last, p)
			if n := len(u.last); n >= 3 && r.at.IsZero() {
				three := u.last[n-3:]
				if slices.Contains(seen, p.URL) ||
					slices.ContainsFunc(three, func(p Probe) bool { return p.NamesToken }) {
					r.at = three[0].At
				}
			}
		}
	}
	for _, u := range runs {
		r.run = max(r.run, len(u.last))
	}
	return r
}

// ProvedDead reports whether the probes since an instant prove that the gateway refuses the token,
// by the rule of StatusAt. It also serves for tokens that were not revoked here.
func ProvedDead(t Token, since time.Time) bool {
	e := gather(&t, Policy{})
	return !weighProbes(e.probes, e.seen, since, time.Time{}).at.IsZero()
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
