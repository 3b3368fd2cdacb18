package sandbox

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	codeTTL    = 5 * time.Minute // WSO2: AuthorizationCodeDefaultValidityPeriod, 300 s
	maxWaiting = 10_000          // codes, device codes and assertions, of each kind
)

// code is an authorization code. A used code is kept until its expiry, to detect a second use.
type code struct {
	client              *client
	redirect, challenge string
	scope, user, nonce  string
	ends                time.Time
	used                bool
	family              string
}

// refuseCode returns why the client gets no code for a request, or nil.
func (c *client) refuseCode(f form) *refusal {
	method, challenge := f["code_challenge_method"], f["code_challenge"]
	switch {
	case f["response_type"] != "code":
		return badRequest("unsupported_response_type", "Only code is supported.")
	case challenge == "" && (c.Auth == AuthNone || method != ""):
		return badRequest("invalid_request",
			"PKCE is mandatory for this application. PKCE Challenge is not provided.")
	case challenge != "" && method != "S256":
		return badRequest("invalid_request",
			"This application does not support the transformation algorithm; use S256.")
	case challenge != "" && len(challenge) != 43:
		return badRequest("invalid_request",
			"Code challenge used is not up to RFC 7636 specifications.")
	}
	_, _, bad := parseScope(f["scope"])
	return bad
}

// serveAuthorize serves RFC 6749 section 4.1.1 with PKCE (RFC 7636), iss in the answer (RFC 9207)
// and any port of a loopback redirect (RFC 8252 section 7.3). The user is always the seeded one,
// already signed in, and a page asks for consent. approve=1 or auto=1 in the request, or
// Options.AutoApprove, skips the page.
func (s *Server) serveAuthorize(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		refuseMethod(w, "GET, POST")
		return
	}
	if r.Body != nil { // nil if the handler is called without a server
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	}
	if err := r.ParseForm(); err != nil {
		page(w, http.StatusBadRequest, "The request cannot be read", "")
		return
	}
	f := form{}
	for name, v := range r.Form {
		if len(v) > 1 {
			page(w, http.StatusBadRequest, "A parameter is repeated", "")
			return
		}
		f[name] = v[0]
	}
	c, bad := s.clientOf(f["client_id"])
	if bad != nil || !c.grants[grantCode] || !c.allowsRedirect(f["redirect_uri"]) {
		// Never redirect to an address that is not registered (RFC 6749 section 4.1.2.1).
		page(w, http.StatusBadRequest,
			"Unknown client_id, or redirect_uri is not registered for it", "")
		return
	}
	answer := url.Values{"iss": {s.base(r) + issuerPath}}
	if f["state"] != "" {
		answer.Set("state", f["state"])
	}
	fail := func(code, why string) {
		answer.Set("error", code)
		answer.Set("error_description", why)
		redirect(w, r, f["redirect_uri"], answer)
	}
	if bad := c.refuseCode(f); bad != nil {
		fail(bad.code, bad.description)
		return
	}
	switch {
	case f["deny"] != "":
		fail("access_denied", "User denied the consent")
	case f["approve"] != "" || f["auto"] == "1" || s.set.autoApprove:
		code, ok := s.newCode(c, f)
		if !ok {
			fail("temporarily_unavailable", "Too many codes are waiting.")
			return
		}
		answer.Set("code", code)
		redirect(w, r, f["redirect_uri"], answer)
	default:
		consent(w, c, f)
	}
}

func (s *Server) newCode(c *client, f form) (string, bool) {
	now := s.set.clock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tidy(now)
	if len(s.codes) >= maxWaiting {
		return "", false
	}
	text := s.newToken()
	s.codes[text] = &code{
		client: c, redirect: f["redirect_uri"], challenge: f["code_challenge"],
		scope: f["scope"], user: userID + tenant, nonce: f["nonce"], ends: now.Add(codeTTL),
	}
	return text, true
}

// redirect redirects the browser to a URL with the parameters of answer added.
func redirect(w http.ResponseWriter, r *http.Request, to string, answer url.Values) {
	u, err := url.Parse(to)
	if err != nil {
		page(w, http.StatusBadRequest, "redirect_uri is not a URL", "")
		return
	}
	q := u.Query()
	for name, v := range answer {
		q[name] = v
	}
	u.RawQuery = q.Encode()
	noStore(w)
	http.Redirect(w, r, u.String(), http.StatusFound) //nolint:gosec // to is registered
}

// allowsRedirect compares strings, except for the port of a loopback address.
func (c *client) allowsRedirect(uri string) bool {
	for _, known := range c.RedirectURIs {
		if uri == known || withoutPort(uri) == known && isLoopback(known) {
			return true
		}
	}
	return false
}

func withoutPort(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.Port() == "" || u.User != nil {
		return ""
	}
	rest, ok := strings.CutPrefix(uri, u.Scheme+"://"+u.Host)
	if !ok {
		return ""
	}
	return u.Scheme + "://" + strings.TrimSuffix(u.Host, ":"+u.Port()) + rest
}

// isLoopback reports whether a URL is a loopback address. localhost counts because WSO2's samples
// use it, although RFC 8252 section 8.3 advises against it.
func isLoopback(uri string) bool {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "http" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// redeem exchanges a code (RFC 6749 section 4.1.3). A second use revokes the tokens of the first
// (section 4.1.2). A failed attempt does not use up the code. The caller holds the mutex.
func (s *Server) redeem(a tokenRequest, f form, now time.Time) (g granted, bad *refusal) {
	if f.missing("code") != "" {
		return g, badRequest("invalid_request", "Missing parameters: code")
	}
	c := s.codes[f["code"]]
	switch {
	case c == nil || c.client != a.client:
		return g, badRequest("invalid_grant",
			"Invalid authorization code received from token request")
	case c.used:
		for _, p := range s.ledger.family(c.family) {
			s.notifyGateways(p, now)
			s.ledger.drop(p)
		}
		return g, badRequest("invalid_grant",
			"Inactive authorization code received from token request")
	case !now.Before(c.ends):
		return g, badRequest("invalid_grant",
			"Expired authorization code received from token request")
	case f["redirect_uri"] != c.redirect:
		return g, badRequest("invalid_grant", "Callback url mismatch")
	case !verified(c.challenge, f["code_verifier"]):
		return g, badRequest("invalid_grant", "PKCE validation failed")
	}
	a.user, a.scope = c.user, c.scope
	if g, bad = s.issueUser(a, c.nonce, "", now); bad == nil {
		c.used, c.family = true, g.family
	}
	return g, bad
}

// verified checks a verifier against its challenge (RFC 7636 section 4.6). It also refuses a
// verifier without a challenge, because an attacker may have removed the challenge.
func verified(challenge, verifier string) bool {
	if challenge == "" || verifier == "" {
		return challenge == verifier
	}
	const unreserved = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"
	sum := sha256.Sum256([]byte(verifier))
	return len(verifier) >= 43 && len(verifier) <= 128 &&
		strings.Trim(verifier, unreserved) == "" &&
		subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])),
			[]byte(challenge)) == 1
}
