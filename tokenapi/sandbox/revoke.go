package sandbox

import (
	"net/http"
)

// serveRevoke is RFC 7009 as WSO2's OAuthRevocationEndpoint does it: an authenticated client gets 200 and
// nothing else for whatever it sends as token. The headers say that something died; two of them carry the
// dead tokens in clear, which clients must mask, and are off by default since WSO2 4.7.
//
// token_type_hint needs no reading: it would only change which kind is looked for first, and no string
// is both.
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
		if bad.code == "invalid_client" { // JSON under the wrong label; here the text is always the same, too
			bad = invalidClient("Client Authentication failed.")
			w.Header().Set("Content-Type", "text/html")
		}
		s.refuse(w, bad)
		return
	}
	p, foreign := s.revoke(c, f["token"])
	if foreign {
		s.refuse(w, &refusal{http.StatusUnauthorized, "unauthorized_client", "Client Authentication failed."})
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

// revoke kills token at the key manager, with the other half of its pair where a row holds both, and gives
// the pair, or nil when there was nothing to kill. Of another client's tokens WSO2 finds the access token
// and complains, and does not find the refresh token. The gateways hear of a token that was revoked as an
// access token only: through its refresh token it dies without their notice.
func (s *Server) revoke(c *client, token string) (p *pair, foreign bool) {
	now := s.set.clock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tidy(now)
	p, isRefresh := s.ledger.living(token, now)
	if p == nil || !s.set.regime.paired && (isRefresh && !p.refreshLives(now) || !isRefresh && !p.accessLives(now)) {
		return nil, false
	}
	if p.client != c {
		return nil, !isRefresh
	}
	if !isRefresh {
		s.tellGateways(p, now)
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
