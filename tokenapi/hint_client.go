package tokenapi

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
)

const (
	checkMethod = "the server wants another client authentication method: set client_auth " +
		"(basic, basic-encoded, post, none, private_key_jwt, tls) " +
		"to the one that it has for this application"
	checkUser = "check user name and password"
)

// aboutCaller returns the next step after a refusal of the client or the user, by the code or the
// description. Servers have invented many codes for invalid_client (RFC 6749 section 5.2). It
// returns "" if the refusal has another cause.
func aboutCaller(e *Error) (Action, string) {
	desc := withoutRFC(strings.ToLower(e.Description))
	if refusesMethod(desc) {
		return FixCredentials, checkMethod
	}
	switch wrong := wrongPart(e.Code); {
	case wrong == "client":
		return FixCredentials, checkClient
	case wrong == "user":
		return FixCredentials, checkUser
	case wrong == "credentials" && e.Op == GrantPassword:
		return FixCredentials, checkUser + "; then " + strings.TrimPrefix(checkClient, "check ")
	case wrong == "credentials":
		return FixCredentials, checkClient
	}
	if e.Op == GrantPassword && e.Code == "access_denied" &&
		(e.Status == http.StatusUnauthorized || strings.Contains(desc, "password")) {
		return FixCredentials, checkUser // dex
	}
	if e.Code == "invalid_grant" || e.Op == opRevoke || e.Op == opIntrospect {
		return "", "" // the grant is invalid, or the token is another client's
	}
	switch found := clientWords().MatchString(desc); {
	case found && e.Op == opDevice && e.Code == "unauthorized_client":
		return Stop, checkClient // WSO2 says the same if the grant is not enabled
	case found:
		return FixCredentials, checkClient
	}
	return "", ""
}

// clientWords matches a description, in lower case, of an unknown client or a wrong secret.
var clientWords = sync.OnceValue(func() *regexp.Regexp {
	const what = `(?:client|consumer|application|app)` +
		`(?:[ _-]?(?:id|secret|key|credentials?|identifier))?`
	const bad = `(?:invalid|bad|incorrect|wrong|unknown|unrecogni[sz]ed|no such|mismatched)`
	return regexp.MustCompile(`\b` + bad + ` (?:oauth2? )?` + what +
		`(?: (?:or|and) [a-z _-]{1,40})?(?:$|[.,:;!']| (?:credentials?|provided|specified` +
		`|supplied|given)\b)` +
		`|\b` + what +
		`\b(?: with [^.]{1,80})? (?:(?:was|were|is|are|could) )?(?:not (?:be )?found|unknown` +
		`|invalid|incorrect|wrong|does not exist|do(?:es)? not match|mismatch)\b`)
})

// withoutRFC removes the sentence of RFC 6749 section 5.2 that lists every cause of invalid_client.
func withoutRFC(desc string) string {
	const all = "unknown client, no client authentication included, or unsupported " +
		"authentication method"
	return strings.ReplaceAll(desc, all, "")
}

// refusesMethod reports whether a description, in lower case, refuses the client authentication
// method.
func refusesMethod(desc string) bool {
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(desc, w) })
	}
	desc = strings.NewReplacer("_", " ", "-", " ").Replace(desc)
	if desc == "client authentication failed: authentication method" { // Spring
		return true
	}
	return has("authentication method", "auth method", "authentication scheme",
		"client secret basic", "client secret post", "private key jwt",
		"client secret jwt", "tls client auth", "basic authentication", "basic auth ") &&
		has("not allowed", "not permitted", "not supported", "unsupported", "not enabled",
			"unexpected", "invalid", "mismatch", "not match",
			"was requested", "not accept", "not registered", "not authorized to use", "disallowed",
			"must use", "must be", "should be", "requires", "expected",
			"cannot use", "can't use", "may not use")
}

// wrongPart returns the part that an error code calls wrong: "client", "user", "credentials" (of
// either), or "".
func wrongPart(code string) string {
	bad, what := false, ""
	for _, word := range nameWords(code) {
		switch word {
		case "invalid", "bad", "incorrect", "wrong", "unknown", "unrecognized", "unrecognised",
			"mismatch", "missing", "found", "mismatching":
			bad = true
		case "client", "consumer", "app", "application", "appid", "clientid", "clientsecret",
			"appsecret", "appkey":
			what = "client"
		case "user", "username", "password":
			what = "user"
		case "credentials", "credential":
			if what == "" {
				what = "credentials"
			}
		case "id", "secret", "key", "identifier", "auth", "authentication", "name", "or", "not",
			"oauth", "the":
		default:
			return "" // another property of the client, such as invalid_client_metadata
		}
	}
	if !bad {
		return ""
	}
	return what
}
