package sandbox

import (
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"lanyard/tokenapi/secret"
)

// The default scopes (WSO2: default_app_scope, default_requested_scopes).
const (
	defaultAppScope  = "am_application_scope default"
	defaultUserScope = "default"
)

// The grants by the names of Application.Grant. wireGrants maps grant_type to them.
const (
	grantClient   = "client_credentials"
	grantPassword = "password"
	grantRefresh  = "refresh_token"
	grantCode     = "authorization_code"
	grantDevice   = "device_code"
	grantJWT      = "jwt_bearer"
	grantExchange = "token_exchange"
)

// wireGrants maps every supported grant_type to its short name.
func wireGrants() map[string]string {
	const urn = "urn:ietf:params:oauth:grant-type:"
	return map[string]string{
		grantClient: grantClient, grantPassword: grantPassword, grantRefresh: grantRefresh,
		grantCode: grantCode, urn + "device_code": grantDevice, urn + "jwt-bearer": grantJWT,
		urn + "token-exchange": grantExchange,
	}
}

// unboundedSeconds is the expires_in of a token that never expires: WSO2 divides the largest int64
// of milliseconds by 1000. It overflows a time.Duration, so clients must be tested with it.
const unboundedSeconds = math.MaxInt64 / 1000

// never is the lifetime of a token that does not expire.
const never time.Duration = -1

// granted is the result of a grant.
type granted struct {
	*pair
	old  *pair  // the pair that a refresh replaced
	id   string // the ID token, for the scope openid
	kind string // issued_token_type of an exchange (RFC 8693 section 2.2.1)
}

// serveToken serves RFC 6749 section 3.2 for the grants of wireGrants.
func (s *Server) serveToken(w http.ResponseWriter, r *http.Request) {
	f, bad := readForm(w, r)
	var c *client
	if bad == nil {
		c, bad = s.authenticate(r, f)
	}
	var g granted
	now := s.set.clock()
	if bad == nil {
		g, bad = s.grant(c, f, s.base(r), now)
	}
	if bad != nil {
		s.refuse(w, bad)
		return
	}
	if g.old != nil && s.set.regime.profile != ProfileIntrospecting && s.set.regime.names {
		w.Header().Set("DeactivatedAccessToken", g.old.access) // clients must mask it
	}
	answer := struct {
		AccessToken  string `json:"access_token"`
		RefreshToken string `json:"refresh_token,omitempty"`
		Scope        string `json:"scope"`
		TokenType    string `json:"token_type"`
		ExpiresIn    int64  `json:"expires_in"`
		IDToken      string `json:"id_token,omitempty"`
		IssuedType   string `json:"issued_token_type,omitempty"`
	}{g.access, "", g.scope, "Bearer", unboundedSeconds, g.id, g.kind}
	if g.refreshLives(now) {
		answer.RefreshToken = g.refresh
	}
	if !g.accessEnds.IsZero() {
		answer.ExpiresIn = int64(g.accessEnds.Sub(now) / time.Second) // rounded down
	}
	writeJSON(w, http.StatusOK, answer)
}

// grant performs the grant of f.
func (s *Server) grant(c *client, f form, base string, now time.Time) (g granted, bad *refusal) {
	grant, known := wireGrants()[f["grant_type"]]
	switch {
	case f["grant_type"] == "":
		return g, badRequest("invalid_request", "Missing grant_type parameter value")
	case !known:
		return g, badRequest("unsupported_grant_type",
			"Unsupported grant type : "+printable(f["grant_type"])+", is used.")
	case !c.grants[grant]:
		return g, badRequest("unauthorized_client",
			"The authenticated client is not authorized to use this authorization grant type")
	}
	a := tokenRequest{
		client: c, user: owner, scope: f["scope"], unset: defaultUserScope,
		life: s.set.tokenTTL, refresh: c.grants[grantRefresh], issuer: base + issuerPath,
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tidy(now)
	switch grant {
	case grantClient:
		a.unset, a.refresh = defaultAppScope, false
		if a.life, bad = s.validity(f["validity_period"]); bad == nil {
			g.pair, bad = s.issue(a, now)
		}
		return g, bad
	case grantPassword:
		bad = s.readPassword(&a, f)
	case grantRefresh:
		g.pair, g.old, bad = s.refresh(a, f, now)
		return g, bad
	case grantCode:
		return s.redeem(a, f, now)
	case grantDevice:
		return s.poll(a, f, now)
	case grantJWT:
		bad = s.readAssertion(&a, f, base, now)
	default:
		g.kind, bad = s.readExchange(&a, f, base, now)
	}
	if bad != nil {
		return g, bad
	}
	return s.issueUser(a, "", g.kind, now)
}

// issueUser issues tokens for a user, with an ID token for the scope openid.
func (s *Server) issueUser(a tokenRequest, nonce, kind string, now time.Time) (granted, *refusal) {
	p, bad := s.issue(a, now)
	g := granted{pair: p, kind: kind}
	if bad == nil && slices.Contains(strings.Fields(p.scope), "openid") {
		at := s.serverTime(now)
		g.id = s.signer().sign(typID, claims{
			Issuer: a.issuer, Subject: a.user, Audience: audience{a.client.ConsumerKey},
			Azp: a.client.ConsumerKey, Nonce: nonce, Issued: epochOf(at),
			Expires: epochOf(at.Add(s.set.tokenTTL)), ID: s.newToken(),
		})
	}
	return g, bad
}

// validity reads WSO2's parameter validity_period of client_credentials, in seconds: -1 is the
// default, -2 means that the token never expires (product-apim issue 9941). Options.Speed does not
// divide it, so that the client gets what it requested.
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

func (s *Server) readPassword(a *tokenRequest, f form) *refusal {
	if gone := f.missing("username", "password"); gone != "" {
		return badRequest("invalid_request", "Missing parameters: "+gone)
	}
	name := strings.TrimSuffix(f["username"], tenant)
	if !slices.Contains(a.client.users, name) ||
		!s.accounts[name].Equal(secret.New(f["password"])) {
		return badRequest("invalid_grant", "Authentication failed for "+printable(f["username"]))
	}
	a.user = name + tenant
	return nil
}
