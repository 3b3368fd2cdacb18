package sandbox

import (
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"lanyard/tokenapi/secret"
)

// assertionType is the client_assertion_type of RFC 7523 section 2.2.
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// authenticate returns the client of a request. It accepts one authentication method, never two
// (RFC 6749 section 2.3): the secret in the header or the body, a signed assertion, a TLS
// certificate, or only the client_id of a public client. The registration decides which grants the
// client may use.
func (s *Server) authenticate(r *http.Request, f form) (*client, *refusal) {
	id, pass := f["client_id"], f["client_secret"]
	header := r.Header.Values("Authorization")
	withHeader := len(header) > 0 && isBasic(header[0])
	switch {
	case withHeader:
		hid, hpass, ok := basic(header)
		if !ok {
			return nil, invalidClient("Client credentials are invalid.")
		}
		if pass != "" || f["client_assertion"] != "" || id != "" && id != hid {
			return nil, badRequest("invalid_request",
				"The client MUST NOT use more than one authentication method in each request.")
		}
		id, pass = hid, hpass
	case f["client_assertion"] != "":
		if pass != "" {
			return nil, badRequest("invalid_request",
				"The client MUST NOT use more than one authentication method in each request.")
		}
		return s.authenticateAssertion(r, f)
	case id != "" && pass == "":
		return s.authenticateBare(r, id)
	case id == "":
		return nil, invalidClient("Unsupported Client Authentication Method!")
	}
	c, bad := s.clientOf(id)
	if bad != nil {
		return nil, bad
	}
	if c.ConsumerSecret.IsZero() || !c.ConsumerSecret.Equal(secret.New(pass)) {
		return nil, invalidClient("Client credentials are invalid.")
	}
	return c, nil
}

// clientOf returns the client with a consumer key.
func (s *Server) clientOf(id string) (*client, *refusal) {
	s.mu.Lock()
	c := s.byKey[id]
	s.mu.Unlock()
	if c != nil {
		return c, nil
	}
	if !isKey(id) { // not repeated: it may be a misplaced secret
		return nil, invalidClient("Client credentials are invalid.")
	}
	return nil, invalidClient("A valid OAuth client could not be found for client_id: " + id)
}

// authenticateBare authenticates a client that sends only its client_id: a public client, or one
// with a TLS certificate. Any certificate is accepted.
func (s *Server) authenticateBare(r *http.Request, id string) (*client, *refusal) {
	c, bad := s.clientOf(id)
	switch {
	case bad != nil:
		return nil, bad
	case c.Auth == AuthNone, c.Auth == AuthTLS && r.TLS != nil && len(r.TLS.PeerCertificates) > 0:
		return c, nil
	}
	return nil, invalidClient("Unsupported Client Authentication Method!")
}

func (s *Server) authenticateAssertion(r *http.Request, f form) (*client, *refusal) {
	if f["client_assertion_type"] != assertionType {
		return nil, invalidClient("Unsupported Client Authentication Method!")
	}
	now := s.set.clock()
	s.mu.Lock()
	defer s.mu.Unlock()
	c, why := s.verifyAssertion(f["client_assertion"], s.base(r), r.URL.Path, now)
	id := f["client_id"]
	if id == "" {
		id = c.Issuer
	}
	client := s.byKey[id]
	switch {
	case why != "":
		return nil, invalidClient("Client assertion: " + why)
	case client == nil || client.Auth != AuthPrivateKeyJWT || c.Issuer != id || c.Subject != id:
		return nil, invalidClient(
			"Client assertion: iss and sub must be the client_id of a client that signs.")
	case c.ID == "":
		return nil, invalidClient("Client assertion: jti is missing.")
	case !s.firstUse(c, now):
		return nil, invalidClient("Client assertion: jti was used before.")
	}
	return client, nil
}

// clockSkew is the accepted difference between the clocks of client and server (WSO2:
// timestamp_skew, 300 s).
const clockSkew = 300 * time.Second

// verifyAssertion verifies an assertion (RFC 7523 section 3) and returns its claims, or the reason
// why it is invalid. It must be signed with the key of this sandbox's seed, name this server, and
// expire within a day. path is the path of the request, which is one more name of the server. The
// caller holds the mutex.
func (s *Server) verifyAssertion(assertion, base, path string,
	now time.Time) (c claims, why string) {
	_, c, ok := verifyJWT(assertion, s.assertion.Public(), algES256)
	at := s.serverTime(now)
	aimed := false
	for _, a := range c.Audience {
		aimed = aimed || a == base+issuerPath || a == base+"/token" || a == base+path || a == base
	}
	switch {
	case !ok:
		return claims{}, "the signature cannot be verified."
	case !aimed:
		return claims{}, "aud does not name this server."
	case c.Expires == 0:
		return claims{}, "exp is missing."
	case c.Expires <= epochOf(at.Add(-clockSkew)):
		return claims{}, "it is expired."
	case c.Expires > epochOf(at.Add(24*time.Hour+clockSkew)):
		return claims{}, "exp is more than a day away."
	case c.NotBefore > epochOf(at.Add(clockSkew)), c.Issued > epochOf(at.Add(clockSkew)):
		return claims{}, "it is from the future."
	}
	return c, ""
}

// firstUse reports whether the jti of an assertion is new, and remembers it for as long as the
// assertion is valid. The caller holds the mutex.
func (s *Server) firstUse(c claims, now time.Time) bool {
	if _, seen := s.assertions[c.ID]; seen || len(s.assertions) >= maxWaiting {
		return false
	}
	left := time.Duration(int64(c.Expires)-s.serverTime(now).Unix()) * time.Second
	s.assertions[c.ID] = now.Add(left + clockSkew + time.Second)
	return true
}

func isBasic(header string) bool {
	scheme, _, _ := strings.Cut(strings.TrimSpace(header), " ")
	return strings.EqualFold(scheme, "Basic")
}

// basic splits the Authorization header as WSO2's BasicAuthClientAuthenticator does: two words, the
// second base64 of two parts around one colon. It does not percent-decode the parts, contrary to
// RFC 6749 section 2.3.1, so a secret with a colon cannot be sent this way.
func basic(header []string) (id, pass string, ok bool) {
	if len(header) != 1 {
		return "", "", false
	}
	words := strings.Fields(header[0])
	if len(words) != 2 {
		return "", "", false
	}
	raw, err := base64.StdEncoding.DecodeString(words[1])
	if err != nil {
		return "", "", false
	}
	pieces := strings.Split(string(raw), ":")
	if len(pieces) != 2 || pieces[0] == "" || pieces[1] == "" {
		return "", "", false
	}
	return pieces[0], pieces[1], true
}
