package console

import (
	"cmp"
	"slices"
	"time"

	"lanyard/tokenapi"
)

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
