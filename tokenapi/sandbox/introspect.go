package sandbox

import (
	"math"
	"net/http"
	"time"
)

// introspection is the answer of RFC 7662 section 2.2 with the members of WSO2's
// IntrospectionResponse. Times are seconds since 1970. Only JWTs have the last four members.
type introspection struct {
	Aut       string `json:"aut,omitempty"` // WSO2: APPLICATION or APPLICATION_USER
	NotBefore int64  `json:"nbf,omitempty"`
	Scope     string `json:"scope,omitempty"`
	Active    bool   `json:"active"`
	TokenType string `json:"token_type,omitempty"` // Bearer, or Refresh for a refresh token
	Expires   int64  `json:"exp,omitempty"`        // the largest int64 if it never expires
	Issued    int64  `json:"iat,omitempty"`
	ClientID  string `json:"client_id,omitempty"`
	Username  string `json:"username,omitempty"`
	Issuer    string `json:"iss,omitempty"`
	ID        string `json:"jti,omitempty"`
	Subject   string `json:"sub,omitempty"`
	Audience  string `json:"aud,omitempty"`
}

// serveIntrospect returns the key manager's state of a token. The gateway may behave differently.
// Any client may ask about any token, as with newer WSO2 servers, and so may the portal's user.
// With Options.IntrospectAdminOnly only the portal's user may. It ignores token_type_hint, for the
// reason given at serveRevoke.
func (s *Server) serveIntrospect(w http.ResponseWriter, r *http.Request) {
	f, bad := readForm(w, r)
	if bad == nil && !s.isPortalUser(r) {
		if _, bad = s.authenticate(r, f); bad == nil && s.set.adminOnly {
			bad = invalidClient("Client Authentication failed.")
		}
	}
	if bad != nil && bad.status != http.StatusBadRequest {
		s.refuse(w, bad)
		return
	}
	if bad != nil || f["token"] == "" {
		writeJSON(w, http.StatusBadRequest, struct {
			Error string `json:"error"`
		}{"Invalid input"})
		return
	}
	writeJSON(w, http.StatusOK, s.introspect(f["token"]))
}

func (s *Server) introspect(token string) introspection {
	now := s.set.clock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tidy(now)
	p, isRefresh := s.ledger.validPair(token, now)
	if p == nil || isRefresh && !p.refreshLives(now) || !isRefresh && !p.accessLives(now) {
		return introspection{}
	}
	issued := s.serverTime(p.issued).Unix()
	i := introspection{
		Active: true, Aut: "APPLICATION", TokenType: "Bearer", Scope: p.scope,
		ClientID: p.client.ConsumerKey, Username: p.user, Issued: issued, NotBefore: issued,
		Expires: s.unixOrNever(p.accessEnds),
	}
	if p.user != owner {
		i.Aut = "APPLICATION_USER"
	}
	if isRefresh {
		i.TokenType, i.Expires = "Refresh", s.serverTime(p.refreshEnds).Unix()
	}
	if p.id != "" {
		i.Issuer, i.Subject, i.Audience = p.issuer, p.user, p.client.ConsumerKey
		if !isRefresh {
			i.ID = p.id
		}
	}
	return i
}

func (s *Server) unixOrNever(t time.Time) int64 {
	if t.IsZero() {
		return math.MaxInt64
	}
	return s.serverTime(t).Unix()
}
