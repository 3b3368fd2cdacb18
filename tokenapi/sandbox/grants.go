package sandbox

import (
	"slices"
	"strings"
	"time"
)

// The token type identifiers of RFC 8693 section 3 that an exchange accepts and returns.
const (
	typeJWT     = "urn:ietf:params:oauth:token-type:jwt" //nolint:gosec // a name, not a token
	typeAccess  = "urn:ietf:params:oauth:token-type:access_token"
	typeRefresh = "urn:ietf:params:oauth:token-type:refresh_token"
)

// readAssertion reads the assertion of a JWT bearer grant (RFC 7523 section 2.1), which names the
// user. It accepts any issuer and subject: only the signature counts. An assertion with a jti is
// accepted once.
func (s *Server) readAssertion(a *tokenRequest, f form, base string, now time.Time) *refusal {
	if f.missing("assertion") != "" {
		return badRequest("invalid_request", "Missing parameters: assertion")
	}
	c, why := s.verifyAssertion(f["assertion"], base, issuerPath, now)
	switch {
	case why != "":
		return badRequest("invalid_grant", "Assertion: "+why)
	case c.Issuer == "" || !isName(c.Subject):
		return badRequest("invalid_grant", "Assertion: iss or sub is missing.")
	case c.ID != "" && !s.firstUse(c, now):
		return badRequest("invalid_grant", "Assertion: jti was used before.")
	}
	a.user = strings.TrimSuffix(c.Subject, tenant) + tenant
	return nil
}

// readExchange reads the token to be exchanged (RFC 8693 section 2.1): a valid token of this
// server, or an assertion as for readAssertion. kind is the type of the issued token. Delegation is
// not supported.
func (s *Server) readExchange(a *tokenRequest, f form, base string,
	now time.Time) (kind string, bad *refusal) {
	if gone := f.missing("subject_token", "subject_token_type"); gone != "" {
		return "", badRequest("invalid_request", "Missing parameters: "+gone)
	}
	if !slices.Contains([]string{typeJWT, typeAccess, typeRefresh}, f["subject_token_type"]) {
		return "", badRequest("invalid_request", "Unsupported subject_token_type.")
	}
	if f["actor_token"] != "" {
		return "", badRequest("invalid_request", "An actor_token is not supported.")
	}
	switch kind = f["requested_token_type"]; kind {
	case "":
		kind = typeAccess
	case typeAccess, typeJWT:
	default:
		return "", badRequest("invalid_request", "Unsupported requested_token_type.")
	}
	if kind == typeJWT && !s.set.regime.jwt {
		return "", badRequest("invalid_request", "Access tokens are not JWTs here.")
	}
	p, isRefresh := s.ledger.validPair(f["subject_token"], now)
	if p != nil && (isRefresh && p.refreshLives(now) || !isRefresh && p.accessLives(now)) {
		a.user = p.user
		return kind, nil
	}
	c, why := s.verifyAssertion(f["subject_token"], base, issuerPath, now)
	if why != "" || !isName(c.Subject) {
		return "", badRequest("invalid_grant", "The subject_token is not valid.")
	}
	a.user = strings.TrimSuffix(c.Subject, tenant) + tenant
	return kind, nil
}

// isName reports whether s may be shown as the name of a user.
func isName(s string) bool {
	return s != "" && len(s) <= 64 && printable(s) == s
}
