package console

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"lanyard/text"
	"lanyard/tokenapi"
)

// The rules below serve the configuration file and the forms. Each returns an error text, or "". It
// repeats nothing of its argument, which may be a secret in the wrong place.

// NameProblem returns why the name of an application or environment is invalid, or "". It accepts
// an empty one.
func NameProblem(name string) string {
	switch {
	case utf8.RuneCountInString(name) > 100:
		return "must have at most 100 characters"
	case strings.TrimSpace(name) != name:
		return "must not begin or end with a space"
	case strings.HasPrefix(name, "-"):
		return "must not begin with -"
	case !text.Passes(name):
		return "must not contain control characters, or others that cannot be seen"
	}
	return ""
}

// EnvironmentNameProblem is NameProblem for an environment, whose name is also typed after an @.
func EnvironmentNameProblem(name string) string {
	if strings.ContainsAny(name, "@/") {
		return "must not contain @ or /"
	}
	return NameProblem(name)
}

// PlainHTTP is the result of URLProblem for a URL that would send secrets unencrypted.
const PlainHTTP = "http:// would show secrets to everyone on the way"

// URLProblem returns why a URL to which secrets are sent is invalid, or "". It accepts an empty
// one.
func URLProblem(raw string, allowHTTP bool) string {
	if raw == "" {
		return ""
	}
	u, err := url.Parse(raw)
	switch {
	case strings.ContainsFunc(raw, unicode.IsSpace), err != nil && strings.Contains(raw, "://"):
		return "is not a URL" // not err: it repeats the URL
	case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "",
		!tokenapi.GoodPort(u.Port()):
		return "must be https:// and a host, such as https://api.example"
	case u.User != nil:
		return "must not hold a user name or password"
	case u.Fragment != "" || strings.Contains(raw, "#"):
		return "must not contain #"
	case u.Scheme == "http" && !allowHTTP && !Loopback(u.Hostname()):
		return PlainHTTP
	}
	return ""
}

// RedirectProblem returns why the URL to which a browser returns is invalid, or "". It must be http
// on this machine, which has no TLS certificate. Port 0 is any free port.
func RedirectProblem(raw string) string {
	if raw == "" {
		return ""
	}
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "http" || !Loopback(u.Hostname()) || u.User != nil ||
		u.Fragment != "" || u.RawQuery != "" ||
		u.Port() != "0" && !tokenapi.GoodPort(u.Port()) {
		return "must be http:// on this machine without a query"
	}
	return ""
}

// ScopesProblem returns why scopes are invalid, or "". Each must be a scope-token of RFC 6749
// section 3.3.
func ScopesProblem(scopes []string) string {
	bad := func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' }
	odd := func(s string) bool { return s == "" || strings.ContainsFunc(s, bad) }
	if slices.ContainsFunc(scopes, odd) {
		return "must be single words without quotes"
	}
	return ""
}

// ResourceProblem returns why a resource is invalid, or "". It must be an absolute URI without a
// fragment (RFC 8707 section 2).
func ResourceProblem(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || !u.IsAbs() || strings.Contains(raw, "#") ||
		strings.ContainsFunc(raw, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "must be an absolute URI without a fragment"
	}
	return ""
}

// ExtraProblem returns why a further form parameter cannot have that name, or "": the protocol sets
// it, or it has a setting of its own.
func ExtraProblem(name string) string {
	small := strings.ToLower(name)
	if name == "" || slices.Contains(RequestParams(), small) ||
		slices.Contains(OnceParams(), small) {
		return "is set by the protocol and cannot be given here"
	}
	return ""
}

// RequestParams returns the parameters of token and revoke requests that have fields of their own
// in a draft, or that Lanyard sends by itself.
func RequestParams() []string {
	return []string{"grant_type", "scope", "redirect_uri", "client_id", "client_secret", "username",
		"password", "audience", "resource", "token", "token_type_hint"}
}

// OnceParams returns the parameters of token requests that differ in each request, or that the
// grant sets.
func OnceParams() []string {
	return []string{"refresh_token", "code", "code_verifier", "device_code", "assertion",
		"response_type", "state", "nonce", "code_challenge", "code_challenge_method",
		"requested_token_type", "client_assertion", "client_assertion_type", "subject_token",
		"subject_token_type", "actor_token", "actor_token_type", "callback"}
}

// SecretParam reports whether a parameter may hold a secret. Such a parameter is neither shown nor
// stored in the clear.
func SecretParam(name, value string) bool {
	return !publicParam(name) && (tokenapi.NamesSecret(name) || tokenapi.LooksSecret(value))
}

// ExtraText writes extra parameters as ReadExtra reads them: name=value, with & between them.
func ExtraText(extra url.Values) string { return extra.Encode() }

// ReadExtra reads extra parameters as a form shows them.
func ReadExtra(text string) (url.Values, string) {
	if text == "" {
		return nil, ""
	}
	extra, err := url.ParseQuery(text)
	if err != nil {
		return nil, "must be name=value, with & between several"
	}
	return extra, extraProblem(extra)
}

// extraProblem returns why the extra parameters of a draft are invalid, or "". They are stored in
// the clear.
func extraProblem(extra url.Values) string {
	for name, values := range extra {
		if why := ExtraProblem(name); why != "" {
			return "a parameter " + why
		}
		if slices.ContainsFunc(values, func(v string) bool { return SecretParam(name, v) }) {
			return "a parameter may be a secret: the store would keep it in the clear"
		}
	}
	return ""
}

// NoSpan is the error of Span for a text that is no duration.
const NoSpan = "is not a duration"

// Span reads a duration such as "15m".
func Span(text string) (time.Duration, string) {
	d, err := time.ParseDuration(text)
	switch {
	case err != nil:
		return 0, NoSpan
	case d < 0:
		return 0, "must not be negative"
	}
	return d, ""
}

// untilExpiry stands for UntilExpiry in texts.
const untilExpiry = "expiry"

// NoCacheSpan is the error of CacheSpan for a text that is neither.
const NoCacheSpan = `is neither a duration nor "expiry"`

// CacheSpan reads how long a gateway may accept a revoked token: a duration, or "expiry".
func CacheSpan(text string) (time.Duration, string) {
	if text == untilExpiry {
		return UntilExpiry, ""
	}
	d, why := Span(text)
	if why == NoSpan {
		why = NoCacheSpan
	}
	return d, why
}

// CacheText writes what CacheSpan reads: 15m, not 15m0s.
func CacheText(d time.Duration) string {
	if d < 0 {
		return untilExpiry
	}
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = s[:len(s)-2]
	}
	if strings.HasSuffix(s, "h0m") {
		s = s[:len(s)-2]
	}
	return s
}

// Loopback reports whether a host is this machine.
func Loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.Unmap().IsLoopback()
}
