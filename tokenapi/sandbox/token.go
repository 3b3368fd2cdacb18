package sandbox

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"lanyard/tokenapi/secret"
)

// What is granted when no scope is asked for (WSO2: default_app_scope, default_requested_scopes).
const (
	defaultAppScope  = "am_application_scope default"
	defaultUserScope = "default"
)

// unboundedSeconds is the expires_in of a token that never expires: WSO2 divides the largest int64 of
// milliseconds by 1000. As a time.Duration it overflows, which is why a sandbox should offer it.
const unboundedSeconds = math.MaxInt64 / 1000

// never as a lifetime: the token does not expire.
const never time.Duration = -1

// serveToken is RFC 6749 section 3.2 for the grants of sections 4.3, 4.4 and 6.
func (s *Server) serveToken(w http.ResponseWriter, r *http.Request) {
	f, bad := readForm(w, r)
	var c *client
	if bad == nil {
		c, bad = s.authenticate(r, f)
	}
	var p, old *pair
	now := s.set.clock()
	if bad == nil {
		p, old, bad = s.grant(c, f, now)
	}
	if bad != nil {
		s.refuse(w, bad)
		return
	}
	if old != nil { // a credential in a response header, which is why it is here: clients must mask it
		w.Header().Set("DeactivatedAccessToken", old.access)
	}
	answer := struct {
		AccessToken  string `json:"access_token"`
		RefreshToken string `json:"refresh_token,omitempty"`
		Scope        string `json:"scope"`
		TokenType    string `json:"token_type"`
		ExpiresIn    int64  `json:"expires_in"`
	}{p.access, "", p.scope, "Bearer", unboundedSeconds}
	if p.refreshLives(now) {
		answer.RefreshToken = p.refresh
	}
	if !p.accessEnds.IsZero() {
		answer.ExpiresIn = int64(p.accessEnds.Sub(now) / time.Second) // rounded down: never longer than the truth
	}
	writeJSON(w, http.StatusOK, answer)
}

// grant gives the pair to answer with and, for a refresh, the one it replaced.
func (s *Server) grant(c *client, f form, now time.Time) (p, old *pair, bad *refusal) {
	grant := f["grant_type"]
	switch grant {
	case "":
		return nil, nil, badRequest("invalid_request", "Missing grant_type parameter value")
	case "client_credentials", "password", "refresh_token":
	default:
		return nil, nil, badRequest("unsupported_grant_type", "Unsupported grant type : "+printable(grant)+", is used.")
	}
	if !c.grants[grant] {
		return nil, nil, badRequest("unauthorized_client", "The authenticated client is not authorized to use this authorization grant type")
	}
	switch grant {
	case "client_credentials":
		p, bad = s.grantApplication(c, f, now)
	case "password":
		p, bad = s.grantUser(c, f, now)
	default:
		p, old, bad = s.refresh(c, f, now)
	}
	return p, old, bad
}

func (s *Server) grantApplication(c *client, f form, now time.Time) (*pair, *refusal) {
	life, bad := s.validity(f["validity_period"])
	if bad != nil {
		return nil, bad
	}
	return s.issue(c, owner, f["scope"], defaultAppScope, life, false, now)
}

// validity reads WSO2's own parameter of client_credentials, in seconds: -1 is the default and -2 never
// (product-apim issue 9941). A given one is not divided by Options.Speed: the client sees what it asked for.
func (s *Server) validity(asked string) (time.Duration, *refusal) {
	if asked == "" {
		return s.set.tokenTTL, nil
	}
	n, err := strconv.ParseInt(asked, 10, 64)
	switch {
	case err == nil && n == -1:
		return s.set.tokenTTL, nil
	case err == nil && n == -2:
		return never, nil
	case err != nil || n < 1 || n > int64(mostTTL/time.Second):
		return 0, badRequest("invalid_request", "Invalid validity_period.")
	}
	return time.Duration(n) * time.Second, nil
}

func (s *Server) grantUser(c *client, f form, now time.Time) (*pair, *refusal) {
	if gone := f.missing("username", "password"); gone != "" {
		return nil, badRequest("invalid_request", "Missing parameters: "+gone)
	}
	// Only an application with a user has the password grant, so c.Password is not the zero Text here.
	if strings.TrimSuffix(f["username"], tenant) != c.Username || !c.Password.Equal(secret.New(f["password"])) {
		return nil, badRequest("invalid_grant", "Authentication failed for "+printable(f["username"]))
	}
	return s.issue(c, c.Username+tenant, f["scope"], defaultUserScope, s.set.tokenTTL, true, now)
}

// issue gives the pair of (key, user, scope set): the one there is while its access token has a whole
// second left, since an expires_in of 0 would be ambiguous; otherwise a new one, beside the old refresh
// token if that still lives (WSO2: AbstractAuthorizationGrantHandler.setRefreshTokenDetails).
func (s *Server) issue(c *client, user, asked, unset string, life time.Duration, withRefresh bool, now time.Time) (*pair, *refusal) {
	if strings.Trim(asked, " ") == "" {
		asked = unset
	}
	scope, set, bad := parseScope(asked)
	if bad != nil {
		return nil, bad
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tidy(now)
	t := triple{c.ConsumerKey, user, set}
	old := s.ledger.byTriple[t]
	if old != nil && old.accessLives(now.Add(time.Second-1)) {
		return old, nil
	}
	p := &pair{triple: t, client: c, scope: scope}
	if withRefresh {
		p.refresh, p.refreshEnds = newToken(), now.Add(s.set.refreshTTL)
		if old != nil && old.refreshLives(now) {
			p.refresh, p.refreshEnds = old.refresh, old.refreshEnds
		}
	}
	return p, s.begin(p, old, life, now)
}

// begin completes p, a pair with its owner and its refresh token, and files it in place of old. The
// caller holds the mutex.
func (s *Server) begin(p, old *pair, life time.Duration, now time.Time) *refusal {
	if old == nil && s.ledger.full() {
		return &refusal{http.StatusBadGateway, "server_error", "Service Unavailable Error."}
	}
	p.access, p.issued = newToken(), now
	if life != never {
		p.accessEnds = now.Add(life)
		p.forget = p.accessEnds
		if p.forget.Before(p.refreshEnds) {
			p.forget = p.refreshEnds
		}
		p.forget = p.forget.Add(s.set.refreshTTL)
	}
	s.ledger.put(p, old)
	return nil
}

// refresh replaces a pair (RFC 6749 section 6). The scope parameter is not looked at: see the package
// comment. The gateway is not told, so the replaced access token lingers in its cache.
func (s *Server) refresh(c *client, f form, now time.Time) (p, old *pair, bad *refusal) {
	if f.missing("refresh_token") != "" {
		return nil, nil, badRequest("invalid_request", "Missing parameters: refresh_token")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tidy(now)
	old = s.ledger.byRefresh[f["refresh_token"]]
	if old == nil || old.client != c { // WSO2 looks it up by client: a foreign one is as good as unknown
		return nil, nil, badRequest("invalid_grant", "Persisted access token data not found")
	}
	if !old.refreshLives(now) {
		return nil, nil, badRequest("invalid_grant", "Refresh token is expired.")
	}
	p = &pair{triple: old.triple, client: c, scope: old.scope, refresh: newToken(), refreshEnds: now.Add(s.set.refreshTTL)}
	return p, old, s.begin(p, old, s.set.tokenTTL, now)
}
