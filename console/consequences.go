package console

import (
	"time"

	"lanyard/tokenapi"
)

// Consequences describes what each verb would do to one token at one instant.
type Consequences struct {
	Locked   bool // the secrets are locked, so that no verb can run
	ReadOnly bool // the environment is read_only: only a probe and a copy can run
	Pending  bool // a revoke is decided that the server has not accepted
	Over     bool // the state is final

	Renewal Renewal
	Without NoRefresh // reason why Renew does not refresh
	// Same reports that the server is known to answer Renew with this token again, because it
	// lives. A revoke, or a get with other scopes, brings a new one.
	Same bool
	// Refreshed bounds the time for which the gateway may accept the present token after a refresh.
	Refreshed Bound

	Revocable  bool       // Revoke would decide to revoke it
	Revokes    RevokeKind // what Revoke would revoke; "" if it would refuse
	Production bool       // Revoke asks first
	Revoked    Bound      // as Refreshed, if the server accepted a revoke now

	Probeable bool // the application has a probe URL, and the token can be sent to it
	UntilDead bool // probes until it is dead can show something new
}

// Renewal names the request that Renew would send for a token.
type Renewal string

// The renewals.
const (
	RenewalRefused Renewal = ""        // Renew would refuse
	RenewalRefresh Renewal = "refresh" // it sends the refresh token
	RenewalAnew    Renewal = "anew"    // it requests a new token with the application's grant
)

// NoRefresh is the reason why a renewal cannot send a refresh token.
type NoRefresh string

// The reasons. The first that applies counts.
const (
	NoRefreshNone    NoRefresh = ""        // a refresh token is alive
	NoRefreshLost    NoRefresh = "lost"    // the answer to the last refresh was lost
	NoRefreshSpent   NoRefresh = "spent"   // the refresh token was used, or the server refused it
	NoRefreshRevoked NoRefresh = "revoked" // the server accepted its revocation
	// NoRefreshOfGrant is for a grant that brings no refresh token (RFC 6749 section 4.4.3).
	NoRefreshOfGrant NoRefresh = "grant"
	NoRefreshCame    NoRefresh = "none" // none came with the token
)

// Bound is the latest time at which a gateway may accept a token.
type Bound struct {
	Known bool
	Until time.Time
	Left  time.Duration // from now until then; 0 if that is over
	// Window reports that the bound is the gateway's window. The window begins with the verb, so
	// Left does not shrink as time passes.
	Window bool
}

// ConsequencesOf returns what the verbs would do to a token of application a. p is the policy of
// a, and locked reports that the secrets cannot be read. It is pure.
func ConsequencesOf(t Token, a Application, p Policy, locked bool, now time.Time) Consequences {
	s := StatusAt(t, p, now)
	c := Consequences{
		Locked: locked, ReadOnly: a.Environment.ReadOnly, Production: a.Environment.Production,
		Pending: s.Pending, Over: s.State.IsOver(),
		Probeable: needProbeURL(a) == nil && mayBeSent(t) == nil,
	}
	c.UntilDead = c.Probeable && !c.Over
	c.Without = withoutRefresh(t)
	c.Renewal = renewalOf(t, a, p, now, c.Without)
	c.Same = c.Renewal == RenewalAnew && t.Grant == GrantAgain(t, a) && comesAgain(p, s)
	kind, err := revocable(t, RevokeUseful, s)
	if err == nil && !s.Pending && writable(a, "revoke") == nil {
		c.Revocable, c.Revokes = true, kind
	}
	replaced, revoked := t, t
	replaced.ReplacedAt = sooner(t.ReplacedAt, now)
	revoked.AcceptedAt, revoked.RevokeAt = sooner(t.AcceptedAt, now), sooner(t.RevokeAt, now)
	c.Refreshed, c.Revoked = boundOf(replaced, s, p, now), boundOf(revoked, s, p, now)
	return c
}

// boundOf returns the bound of a token that has ended. before is the status without that end.
func boundOf(t Token, before Status, p Policy, now time.Time) Bound {
	s := StatusAt(t, p, now)
	return Bound{
		Known: s.StaleKnown, Until: s.StaleUntil, Left: s.StaleLeft,
		Window: s.StaleKnown && !before.Ended && !s.StaleUntil.Equal(s.ExpiresAt),
	}
}

// withoutRefresh returns the reason why a token cannot be refreshed.
func withoutRefresh(t Token) NoRefresh {
	switch {
	case t.Unsure != nil:
		return NoRefreshLost
	case t.Refresh == RefreshLive:
		return NoRefreshNone
	case t.Refresh == RefreshSpent:
		return NoRefreshSpent
	case t.Refresh == RefreshRevoked:
		return NoRefreshRevoked
	case !BringsRefresh(t.Grant):
		return NoRefreshOfGrant
	}
	return NoRefreshCame
}

// BringsRefresh reports whether answers to a grant usually have a refresh token.
func BringsRefresh(grant string) bool {
	return grant != tokenapi.GrantClientCredentials && grant != tokenapi.GrantJWTBearer
}

// renewalOf returns what Renew would do, as Service.Renew decides it.
func renewalOf(t Token, a Application, p Policy, now time.Time, without NoRefresh) Renewal {
	if renewable(t, p, now) != nil || writable(a, "renew") != nil {
		return RenewalRefused
	}
	if without == NoRefreshNone {
		return RenewalRefresh
	}
	if mayAskAgain(t, a) != nil || a.CannotGet(GrantAgain(t, a)) != "" {
		return RenewalRefused
	}
	return RenewalAnew
}

// ActAfter returns the act that brings a usable token in place of t, which is over: ActRenew if its
// refresh token is alive, else ActGet. It is "" if t was replaced, and if the console would refuse
// the act.
func ActAfter(t Token, a Application, p Policy, now time.Time) Act {
	switch {
	case StatusAt(t, p, now).State == Superseded || t.ReplacedBy != "":
		return ""
	case renewalOf(t, a, p, now, withoutRefresh(t)) == RenewalRefresh:
		return ActRenew
	case a.CannotGet("") != "":
		return ""
	}
	return ActGet
}

// GetsAgain reports whether the server is known to answer a get of application a with t, because it
// lives and came by the same request.
func GetsAgain(t Token, a Application, p Policy, now time.Time) bool {
	return t.Grant == a.Grant && ownUser(t, a) && sameScopes(t.Asked, a.Scopes) &&
		comesAgain(p, StatusAt(t, p, now))
}

// comesAgain reports whether the server is known to answer an equal request with a token of this
// status, because it lives.
func comesAgain(p Policy, s Status) bool {
	return p.Regime == RegimeOpaque && !s.Ended && !s.Pending &&
		(s.State == Active || s.State == Expiring)
}

// LastLife returns the life that a server granted to the newest of some tokens. ok is false if it
// granted none of them a life with an end.
func LastLife(tokens []*Token) (life time.Duration, ok bool) {
	var newest time.Time
	for _, t := range tokens {
		if t.Lifetime == tokenapi.Bounded && t.Granted > 0 && t.Grant != GrantAdopted &&
			!t.IssuedAt.Before(newest) {
			life, newest, ok = t.Granted, t.IssuedAt, true
		}
	}
	return life, ok
}

// Several describes the consequences of the verbs for several tokens together.
type Several struct {
	N           int
	Production  int // tokens in production environments
	Refreshable int // tokens that Renew would refresh
	Revocable   int
	RefreshOnly int       // of Revocable: only the refresh token is revoked
	FirstEnd    time.Time // the earliest expiry of those that work; zero if none is known
	Revoked     Bound     // the longest bound; not Known if one of them is not
	Passing     int       // tokens that have ended and that a gateway may still accept
	Passes      Bound     // the longest bound of these; not Known if one of them is not
}

// Add counts a token with its status.
func (s *Several) Add(c Consequences, st Status) {
	s.N++
	if c.Production {
		s.Production++
	}
	if c.Renewal == RenewalRefresh {
		s.Refreshable++
	}
	switch {
	case st.State == Lingering:
		s.Passing++
		known := st.StaleKnown && !st.Reopened
		s.Passes.extend(s.Passing == 1,
			Bound{Known: known, Until: st.StaleUntil, Left: st.StaleLeft})
	case !st.Ended && st.HasExpiry && st.Left > 0:
		s.FirstEnd = sooner(s.FirstEnd, st.ExpiresAt)
	}
	if !c.Revocable {
		return
	}
	s.Revocable++
	if c.Revokes == RevokeRefresh {
		s.RefreshOnly++
		return
	}
	s.Revoked.extend(s.Revocable-s.RefreshOnly == 1, c.Revoked)
}

// extend makes b the longer one of itself and another bound, or that one if it is the first. A
// bound that is not known is longer than all others.
func (b *Bound) extend(first bool, other Bound) {
	if first || b.Known && (!other.Known || other.Until.After(b.Until)) {
		*b = other
	}
}
