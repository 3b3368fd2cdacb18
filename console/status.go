package console

import (
	"cmp"
	"slices"
	"time"

	"lanyard/tokenapi"
)

// State is the state of a token; contract and order are in doc.go.
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

// Proof says why a revoked or replaced token is held to be refused by the gateway.
type Proof string

// The proofs.
const (
	ProofNone   Proof = ""
	ProofWindow Proof = "window" // the gateway's cache window ran out
	ProofExpiry Proof = "expiry" // the token's own expiry came first
	ProofProbe  Proof = "probe"  // three refusals in a row
)

// UntilExpiry is the CacheTTL of a gateway that honours a revoked token until the token's own end.
const UntilExpiry time.Duration = -1

// Policy is what an environment and the configuration say about judging tokens.
type Policy struct {
	DueBefore time.Duration // a token with this much life left or less is expiring
	CacheTTL  time.Duration // how long the gateway may honour a revoked token, or UntilExpiry
	Regime    Regime
	ProbeURL  string // where probes are made now; a probe that was stored without a URL counts as made there
}

// endsReplaced reports whether the server is known to end a token as it makes the next one.
func (p Policy) endsReplaced() bool { return p.Regime == RegimeOpaque || p.Regime == RegimeJWT }

// Status is a token judged at one instant.
type Status struct {
	State State

	HasExpiry bool // ExpiresAt and Left are meant
	ExpiresAt time.Time
	Left      time.Duration // of the token's life, never negative

	// Of a revoke that was decided or made here, for this row or a twin of it.
	Pending    bool       // the server has not accepted it yet
	RevokeKind RevokeKind // "": there is none
	AcceptedAt time.Time  // when the server accepted it

	AtServer   AtServer  // the newest evidence of what the server makes of the token
	AtServerAt time.Time // when that was read

	// The rest is about a token that was revoked or replaced, here or elsewhere.
	Ended       bool      // there is evidence of its end
	Cause       Cause     // what that is
	EndedAt     time.Time // when it was read
	StaleKnown  bool      // StaleUntil is meant
	StaleUntil  time.Time // upper bound of the gateway's lingering
	StaleLeft   time.Duration
	SeenAtGW    bool          // the gateway was seen to know this token
	SeenAt      time.Time     // when it first was
	RefusedOnce bool          // refused since, but not yet three times in a row
	Reopened    bool          // accepted after it should have been dead
	StillActive bool          // the server called it active after its end
	Passed      time.Time     // the bound that it was accepted after; zero: it was not
	Overrun     time.Duration // how long after that the gateway was seen to accept it
	Proof       Proof         // set when it is over
	OverAt      time.Time     // when it is held to have been over

	// PastExpiry is how long after its expiry the gateway last accepted it: clocks differ, or it
	// does not look.
	PastExpiry time.Duration
}

// Cause is the evidence of a token's end; of several the first in this order.
type Cause string

// The causes.
const (
	CauseNone      Cause = ""
	CauseRevoked   Cause = "revoked"   // the server accepted its revoke
	CauseReplaced  Cause = "replaced"  // by a newer one
	CauseRefresh   Cause = "refresh"   // the server accepted the revoke of its refresh token
	CauseElsewhere Cause = "elsewhere" // the server calls it inactive, and nobody revoked it here
	CauseRefused   Cause = "refused"   // the gateway refused it three times in a row
)

// Words say it of a token, to whoever wonders why it is not used.
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

// AtServer is what is known of a token at its server.
type AtServer string

// What can be known. The last two were told by introspection, and are newer than the others.
const (
	AtServerUnknown   AtServer = ""
	AtServerPending   AtServer = "pending"
	AtServerAccepted  AtServer = "accepted"
	AtServerConfirmed AtServer = "confirmed"
	AtServerActive    AtServer = "active"
	AtServerInactive  AtServer = "inactive"
)

// StatusAt judges t at now. It is a pure function: the same three values give the same Status.
func StatusAt(t Token, p Policy, now time.Time) Status {
	e := gather(&t, p)
	end := e.weigh()
	s := Status{
		Pending: e.pending, RevokeKind: e.kind, AcceptedAt: e.acceptedAt(),
		Ended: end.ended, StaleUntil: end.until, StaleKnown: end.ended && !end.until.IsZero(),
		SeenAtGW: !e.seenAt.IsZero(), SeenAt: e.seenAt, Passed: end.passed, Overrun: end.overrun, PastExpiry: end.pastExpiry,
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
		s.State = Expired // that its window ended it is refuted, so that all that is known is its age
	case t.Unsure != nil && !past:
		s.State = Unsure
	case s.Pending && !past:
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

// judgeEnd weighs the window against the probes.
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

// evidence is what is known of one access token by all the rows that hold it.
type evidence struct {
	expires time.Time     // zero: not known
	granted time.Duration // zero: not known
	ttl     time.Duration // the longest CacheTTL

	pending   bool // a revoke that the server has not accepted
	pendingAt time.Time
	kind      RevokeKind
	confirmed bool

	accepted, replaced, refreshEnded time.Time   // when each was first read; zero: it was not
	replacedKnown                    []time.Time // when the server is known to have ended a row so

	active     time.Time   // when introspection last called it active
	inactive   []time.Time // when it began to call it inactive after that, by row, as far as that counts
	inactiveAt time.Time   // when it last did

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

// row adds what one row tells. with is the policy of its application, and judged that of the one
// that is judged.
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
	if t.AtServer == ServerActive && t.AtServerAt.After(e.active) { // stored before ActiveAt was
		e.active = t.AtServerAt
	}
	e.replaced = sooner(e.replaced, t.ReplacedAt)
	if with.endsReplaced() && !t.ReplacedAt.IsZero() {
		e.replacedKnown = append(e.replacedKnown, t.ReplacedAt)
	}
	if own || sameOrigin(with.ProbeURL, judged.ProbeURL) {
		e.seenAt = sooner(e.seenAt, t.seenAtGateway())
	}
	if t.SeenURL != "" && (own || sameOrigin(t.SeenURL, judged.ProbeURL)) {
		e.seen = append(e.seen, t.SeenURL)
	}
	for _, q := range t.Probes {
		if q.URL == "" { // stored when more was taken for a verdict than is now
			if !q.letThrough() {
				continue
			}
			q.URL = with.ProbeURL
		}
		if own || sameOrigin(q.URL, judged.ProbeURL) {
			e.probes = append(e.probes, q)
		}
	}
}

// calledInactive adds that introspection called one row inactive, if that counts and no row was
// called active since. It is called when all rows were added.
func (e *evidence) calledInactive(t *Token) {
	revoked := !e.accepted.IsZero() && !t.AtServerAt.Before(e.accepted) // here, so that the answer is about it
	if t.AtServer != ServerInactive || !t.AtServerCounts && !revoked || t.AtServerAt.Before(e.active) {
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

// due is how much life is left when the token counts as expiring.
func (e *evidence) due(p Policy) time.Duration {
	if e.granted > 0 {
		return min(p.DueBefore, e.granted/4)
	}
	return p.DueBefore
}

// acceptedAt is when the server accepted the revoke, of whichever half it was for.
func (e *evidence) acceptedAt() time.Time {
	if e.accepted.IsZero() && !e.pending && e.kind != "" {
		return e.refreshEnded
	}
	return e.accepted
}

// cause is what ended the token, and when.
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

// atServer is the newest that is known of the token at its server, and when it was read.
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

// until is how long a gateway may honour what was ended at an instant; zero: nobody knows.
func (e *evidence) until(ended time.Time) time.Time {
	if e.ttl < 0 {
		return e.expires
	}
	return sooner(ended.Add(e.ttl), e.expires)
}

// ending is what the evidence of a token's end adds up to.
type ending struct {
	ended    bool
	until    time.Time // upper bound; zero: not known
	reopened bool      // the gateway accepted it after its bound
	active   bool      // the server called it active after its end

	passed              time.Time // the bound that the gateway went beyond
	overrun, pastExpiry time.Duration
}

// incident is a piece of that evidence.
type incident struct {
	at    time.Time
	what  int
	until time.Time // of an end
}

// The kinds, in the order in which those of one instant are weighed.
const (
	anEnd = iota
	anAcceptance
	calledActive
	calledInactive
)

// weigh goes through the evidence in the order of time. Each end may bring the bound forward, and
// so may the server's inactive; only its active and an acceptance by the gateway after the bound
// move it back, to the expiry.
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
	slices.SortStableFunc(all, func(a, b incident) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.what, b.what)) })

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

// record is what probes add up to.
type record struct {
	run int       // refusals in a row that count, at the URL where there are most
	at  time.Time // the first of three that prove it refused; zero: they do not, or a later answer let it through
}

// refusals are those in a row at one URL.
type refusals struct {
	url  string
	last []Probe
}

// weighProbes looks for three refusals in a row at one URL, a gap of probeGap apart, where one
// names the token or the token was accepted there before. seen are URLs where it was. Refusals
// before since and, unless that is zero, from expires on do not count. An acceptance from expires
// on, unless that is zero, takes no proof away that was there before.
func weighProbes(probes []Probe, seen []string, since, expires time.Time) (r record) {
	seen = slices.DeleteFunc(slices.Clone(seen), func(url string) bool { // there it is known when
		return slices.ContainsFunc(probes, func(p Probe) bool { return p.Verdict == tokenapi.Accepted && p.URL == url })
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
				continue // an expired token is refused by everybody
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
				if slices.Contains(seen, p.URL) || slices.ContainsFunc(three, func(p Probe) bool { return p.NamesToken }) {
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

// ProvedDead reports whether the probes of a token since an instant prove that the gateway refuses
// it, by the rule that StatusAt goes by. It is for tokens that nobody has revoked here, too.
func ProvedDead(t Token, since time.Time) bool {
	e := gather(&t, Policy{})
	return !weighProbes(e.probes, e.seen, since, time.Time{}).at.IsZero()
}

// NextChange is the first instant after now at which StatusAt gives another State because time has
// passed, if there is one.
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
	for _, a := range at { // in order of time, or with one in between that changes nothing of a token that has ended
		if a.After(now) && StatusAt(t, p, a).State != s.State {
			return a, true
		}
	}
	return time.Time{}, false
}

// sooner is the earlier of two times, where zero is never.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
