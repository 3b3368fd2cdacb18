package sandbox

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// tokenRequest is a granted request for a token.
type tokenRequest struct {
	client       *client
	user         string
	scope, unset string // as requested, and the default for no scope
	life         time.Duration
	refresh      bool   // with a refresh token
	issuer       string // iss of a JWT
	family       string // family of its grant; empty: a new one
}

// issue returns the pair of (key, user, scope set). A profile with reuses returns the present pair
// while its access token has a whole second left, since an expires_in of 0 would be ambiguous.
// Otherwise the pair is new. If the key manager has one row for it, the new pair replaces and
// revokes the old one. It keeps the old refresh token while that is valid (WSO2:
// AbstractAuthorizationGrantHandler.setRefreshTokenDetails). The caller holds the mutex.
func (s *Server) issue(a tokenRequest, now time.Time) (*pair, *refusal) {
	asked := a.scope
	if strings.Trim(asked, " ") == "" {
		asked = a.unset
	}
	scope, set, bad := parseScope(asked)
	if bad != nil {
		return nil, bad
	}
	t := triple{a.client.ConsumerKey, a.user, set}
	var old *pair
	if s.set.regime.oneRow {
		old = s.ledger.byTriple[t]
	}
	if old != nil && s.set.regime.reuses && old.accessLives(now.Add(time.Second-1)) {
		return old, nil
	}
	p := &pair{triple: t, client: a.client, scope: scope, issuer: a.issuer, family: a.family}
	if a.refresh {
		p.refreshEnds = now.Add(s.set.refreshTTL)
		if old != nil && old.refreshLives(now) {
			p.refresh, p.refreshEnds, p.family = old.refresh, old.refreshEnds, old.family
		}
	}
	return p, s.begin(p, old, a.life, now)
}

// begin completes p, a pair with its owner, and stores it in place of old. It tells the gateways of
// the access token of old. The caller holds the mutex.
func (s *Server) begin(p, old *pair, life time.Duration, now time.Time) *refusal {
	if old == nil && s.ledger.full() {
		return &refusal{http.StatusBadGateway, "server_error", "Service Unavailable Error."}
	}
	if p.family == "" {
		p.family = s.newToken()
	}
	p.issued = now
	if life != never {
		p.accessEnds = now.Add(life)
		p.forget = p.accessEnds
		if p.forget.Before(p.refreshEnds) {
			p.forget = p.refreshEnds
		}
		p.forget = p.forget.Add(s.set.refreshTTL)
	}
	s.mint(p)
	if old != nil {
		s.notifyGateways(old, now)
	}
	s.ledger.put(p, old)
	return nil
}

// mint makes the tokens of p: UUIDs, or JWTs with the claims of RFC 9068 section 2.2 and WSO2's aut
// and azp.
func (s *Server) mint(p *pair) {
	wantsRefresh := p.refresh == "" && !p.refreshEnds.IsZero()
	if !s.set.regime.jwt && !p.client.jwt {
		p.access = s.newToken()
		if wantsRefresh {
			p.refresh = s.newToken()
		}
		return
	}
	p.id = s.newToken()
	at := epochOf(s.serverTime(p.issued))
	c := claims{
		Issuer: p.issuer, Subject: p.user, Audience: audience{p.key}, Azp: p.key,
		ClientID: p.key, Aut: p.aut(),
		Scope: p.scope, Issued: at, NotBefore: at, Expires: unboundedSeconds, ID: p.id,
	}
	if !p.accessEnds.IsZero() {
		c.Expires = epochOf(s.serverTime(p.accessEnds))
	}
	p.access = s.signer().sign(typAccess, c)
	switch {
	case wantsRefresh && s.set.regime.profile == ProfileStateless: // no row to find an opaque one
		c.ID, c.Expires = s.newToken(), epochOf(s.serverTime(p.refreshEnds))
		p.refresh = s.signer().sign(typRefresh, c)
	case wantsRefresh:
		p.refresh = s.newToken()
	}
}

// aut is WSO2's claim for the kind of user.
func (p *pair) aut() string {
	if p.user == owner {
		return "APPLICATION"
	}
	return "APPLICATION_USER"
}

// refresh returns a new pair for a refresh token (RFC 6749 section 6) and the pair that it
// replaced, if any. The profile decides about the scope parameter: it is ignored, or must name
// scopes of the token only. The caller holds the mutex.
func (s *Server) refresh(a tokenRequest, f form, now time.Time) (p, old *pair, bad *refusal) {
	if f.missing("refresh_token") != "" {
		return nil, nil, badRequest("invalid_request", "Missing parameters: refresh_token")
	}
	old = s.ledger.byRefresh[f["refresh_token"]]
	if old == nil || old.client != a.client { // to WSO2 a foreign token is unknown
		return nil, nil, badRequest("invalid_grant", "Persisted access token data not found")
	}
	if !old.refreshLives(now) {
		return nil, nil, badRequest("invalid_grant", "Refresh token is expired.")
	}
	t, scope := old.triple, old.scope
	if s.set.regime.scopeAsked && strings.Trim(a.scope, " ") != "" {
		if scope, t.scopes, bad = parseScope(a.scope); bad != nil {
			return nil, nil, bad
		}
		for _, one := range strings.Fields(scope) {
			if !slices.Contains(strings.Fields(old.scope), one) {
				return nil, nil, badRequest("invalid_scope", "Invalid Scope!")
			}
		}
	}
	p = &pair{
		triple: t, client: a.client, scope: scope, issuer: a.issuer, family: old.family,
		refreshEnds: now.Add(s.set.refreshTTL),
	}
	if !s.set.regime.paired {
		old = nil
	}
	return p, old, s.begin(p, old, s.set.tokenTTL, now)
}
