package sandbox

import (
	"net/http"
)

// serveRevoke serves RFC 7009 like WSO2's OAuthRevocationEndpoint: an authenticated client gets 200
// with an empty body for any token. Headers report a revocation. Two of them hold the revoked
// tokens in clear, so clients must mask them; since WSO2 4.7 they are off by default.
//
// It ignores token_type_hint. The hint would only change which kind is looked up first, and no
// string is a token of both kinds.
func (s *Server) serveRevoke(w http.ResponseWriter, r *http.Request) {
	f, bad := readForm(w, r)
	var c *client
	if bad == nil {
		c, bad = s.authenticate(r, f)
	}
	if bad == nil && f["token"] == "" {
		bad = badRequest("invalid_request", "Invalid revocation request")
	}
	if bad != nil {
		if bad.code == "invalid_client" { // JSON with a wrong Content-Type, and always this text
			bad = invalidClient("Client Authentication failed.")
			w.Header().Set("Content-Type", "text/html")
		}
		s.refuse(w, bad)
		return
	}
	p, foreign := s.revoke(c, f["token"])
	if foreign {
		s.refuse(w, &refusal{
			http.StatusUnauthorized, "unauthorized_client", "Client Authentication failed.",
		})
		return
	}
	if p != nil && s.set.regime.names {
		w.Header().Set("RevokedAccessToken", p.access)
		if p.refresh != "" {
			w.Header().Set("RevokedRefreshToken", p.refresh)
		}
	}
	if p != nil {
		w.Header().Set("AuthorizedUser", p.user)
	}
	noStore(w)
	w.Header().Set("Content-Type", "text/html")
	if s.set.regime.profile != ProfileOpaque { // since September 2021
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(http.StatusOK)
}

// revoke revokes token at the key manager, and the other token of its pair if the row holds both.
// It returns the pair, or nil if there was nothing to revoke. foreign reports an access token of
// another client. WSO2 refuses that, but does not find another client's refresh token. The gateways
// learn of the access token only if it was revoked by itself, and not through its refresh token.
func (s *Server) revoke(c *client, token string) (p *pair, foreign bool) {
	now := s.set.clock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tidy(now)
	p, isRefresh := s.ledger.validPair(token, now)
	if p == nil || !s.set.regime.paired &&
		(isRefresh && !p.refreshLives(now) || !isRefresh && !p.accessLives(now)) {
		return nil, false
	}
	if p.client != c {
		return nil, !isRefresh
	}
	if !isRefresh {
		s.notifyGateways(p, now)
	}
	switch {
	case s.set.regime.paired:
		s.ledger.drop(p)
	case isRefresh:
		delete(s.ledger.byRefresh, token)
	default:
		delete(s.ledger.byAccess, token)
	}
	return p, false
}
