package tokenapi

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"lanyard/text"
)

// keyOf returns the configuration key of the URL that an operation calls.
func keyOf(op string) string {
	switch op {
	case opRevoke:
		return "revoke_url"
	case opIntrospect:
		return "introspect_url"
	case opDevice:
		return "device_url"
	case opProbe, opControl:
		return "probe_url"
	case opDiscover:
		return "issuer"
	}
	return "token_url"
}

// urlKey returns the configuration key of the URL that was called.
func (a answer) urlKey() string {
	if a.key == "" {
		return "the URL"
	}
	return a.key
}

// redirected describes the target of a redirect, without user info, fragment and query values, and
// the next step.
func (a answer) redirected() (what, hint string) {
	base, err := url.Parse(a.url)
	if err != nil {
		base = &url.URL{}
	}
	to, err := base.Parse(strings.TrimSpace(a.header.Get("Location")))
	if a.header.Get("Location") == "" || err != nil || to.Host == "" ||
		to.Scheme != "http" && to.Scheme != "https" {
		return "redirected, which is not followed, and the answer does not say where to",
			"is " + a.urlKey() + " right?"
	}
	differs := differences(base, to)
	shown := text.Words(maskURL(to.String()), wordsLimit)
	where := ""
	if base.Host != "" && len(differs) > 0 && sameHost(base, to) {
		where = " (another " + strings.Join(differs, ", another ") + ")"
	}
	what = "redirected to " + shown + where + ", which is not followed"
	switch {
	case base.Scheme == "https" && to.Scheme == "http":
		return what, "credentials would go there unencrypted: do not name that URL; is " +
			a.urlKey() + " right?"
	case base.Host != "" && len(differs) == 0:
		return what, "that is the very URL that was asked: the server may want a cookie, as " +
			"pages for a browser do; is " + a.urlKey() + " right?"
	case signInPath().MatchString(strings.ToLower(to.Path)):
		return what, "that may be a page to sign in at, of the server or " +
			"of something between: is " +
			a.urlKey() + " right?"
	case a.key == "issuer":
		return what, "if that server is right, set issuer to its own, which is the URL without " +
			"/.well-known/ and what follows"
	case a.url != "" && strings.Contains(a.url, "?"):
		return what, "if that is right, set " + a.urlKey() +
			" to it, with the query that it needs: credentials are not sent on"
	}
	return what, "if that is right, set " + a.urlKey() + " to it: credentials are not sent on"
}

// differences names the parts in which two URLs differ, except query and fragment.
func differences(x, y *url.URL) (parts []string) {
	if x.Scheme != y.Scheme {
		parts = append(parts, "scheme")
	}
	if !sameHost(x, y) {
		parts = append(parts, "host")
	}
	if portOf(x) != portOf(y) && (x.Scheme == y.Scheme || x.Port() != "" || y.Port() != "") {
		parts = append(parts, "port")
	}
	if x.EscapedPath() != y.EscapedPath() {
		parts = append(parts, "path")
	}
	return parts
}

func sameHost(x, y *url.URL) bool { return strings.EqualFold(x.Hostname(), y.Hostname()) }

// signInPath matches the path, in lower case, of a login page or a captive portal.
var signInPath = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(
		`\b(?:log-?[io]n|sign-?[io]n|sso|saml2?|authorize|portal|captive|guest|welcome|hotspot)\b`)
})

// isRedirect reports whether a status is a redirect.
func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}
