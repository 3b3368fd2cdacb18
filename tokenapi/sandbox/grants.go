package sandbox

import (
	"slices"
	"strings"
	"time"
)

// The token type identifiers of RFC 8693 section 3 that an exchange takes and gives.
const (
	typeJWT     = "urn:ietf:params:oauth:token-type:jwt" //nolint:gosec // a name, not a token
	typeAccess  = "urn:ietf:params:oauth:token-type:access_token"
	typeRefresh = "urn:ietf:params:oauth:token-type:refresh_token"
)

// askBearer reads an assertion that says whom the token is for (RFC 7523 section 2.1). Any issuer will do
// and any subject: what counts is the signature. An assertion with a jti can be used once.
func (s *Server) askBearer(a *ask, f form, base string, now time.Time) *refusal {
	if f.missing("assertion") != "" {
		return badRequest("invalid_request", "Missing parameters: assertion")
	}
	c, why := s.believe(f["assertion"], base, issuerPath, now)
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

// askExchange reads the token to be exchanged (RFC 8693 section 2.1): a living one of this server, or an
// assertion as for askBearer. It gives the type of what is issued. There is no delegation.
func (s *Server) askExchange(a *ask, f form, base string, now time.Time) (kind string, bad *refusal) {
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
	p, isRefresh := s.ledger.living(f["subject_token"], now)
	if p != nil && (isRefresh && p.refreshLives(now) || !isRefresh && p.accessLives(now)) {
		a.user = p.user
		return kind, nil
	}
	c, why := s.believe(f["subject_token"], base, issuerPath, now)
	if why != "" || !isName(c.Subject) {
		return "", badRequest("invalid_grant", "The subject_token is not valid.")
	}
	a.user = strings.TrimSuffix(c.Subject, tenant) + tenant
	return kind, nil
}

// isName says whether s is fit to be shown as the name of a user.
func isName(s string) bool {
	return s != "" && len(s) <= 64 && printable(s) == s
}
