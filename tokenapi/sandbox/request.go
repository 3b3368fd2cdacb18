package sandbox

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"sort"
	"strings"
)

// maxBody is the limit of a request body, in bytes.
const maxBody = 1 << 20

// form is the body of a request to the Token API, with each parameter once. An empty value counts
// as missing (RFC 6749 section 3.2).
type form map[string]string

// readForm reads a POST of application/x-www-form-urlencoded. Like WSO2 it refuses repeated
// parameters. It also refuses credentials in the URL, because proxies and access logs keep URLs.
func readForm(w http.ResponseWriter, r *http.Request) (form, *refusal) {
	if r.Method != http.MethodPost {
		return nil, &refusal{
			http.StatusMethodNotAllowed, "invalid_request", "Only POST is supported.",
		}
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, badRequest("invalid_request", "The URL query is malformed.")
	}
	for name := range query {
		if sensitive(name) {
			return nil, badRequest("invalid_request", "Sensitive data in the URL: "+name)
		}
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil ||
		kind != "application/x-www-form-urlencoded" {
		return nil, badRequest("invalid_request",
			"Content-Type must be application/x-www-form-urlencoded.")
	}
	var body []byte
	if r.Body != nil { // nil if the handler is called without a server
		if body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody)); err != nil {
			if big := (*http.MaxBytesError)(nil); errors.As(err, &big) {
				return nil, &refusal{
					http.StatusRequestEntityTooLarge, "invalid_request",
					"The request body is too large.",
				}
			}
			return nil, badRequest("invalid_request", "The request body could not be read.")
		}
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, badRequest("invalid_request", "The request body is malformed.")
	}
	f := make(form, len(values))
	for name, v := range values {
		if len(v) > 1 {
			return nil, badRequest("invalid_request", "Invalid request with repeated parameters.")
		}
		f[name] = v[0]
	}
	return f, nil
}

// sensitive reports whether a parameter must not be in a URL.
func sensitive(name string) bool {
	switch name {
	case "client_secret", "client_assertion", "username", "password", "token", "access_token",
		"refresh_token", "code", "code_verifier", "device_code", "assertion", "subject_token",
		"actor_token":
		return true
	}
	return false
}

// missing returns the names of the missing parameters, or "".
func (f form) missing(names ...string) string {
	var gone []string
	for _, n := range names {
		if f[n] == "" {
			gone = append(gone, n)
		}
	}
	return strings.Join(gone, " ")
}

// isKey reports whether s could be a consumer key (WSO2: clientIdValidationRegex).
func isKey(s string) bool {
	return s != "" && len(s) <= 64 &&
		strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == ""
}

// maxScope is the limit of the scope parameter, in bytes.
const maxScope = 2048

// parseScope returns the scopes as requested, each once, and as a set: sorted. It refuses a word
// that is not a scope-token (RFC 6749 section 3.3). It grants any other, registered or not.
func parseScope(asked string) (scope, set string, err *refusal) {
	if len(asked) > maxScope {
		return "", "", badRequest("invalid_scope", "Invalid Scope!")
	}
	seen := map[string]bool{}
	var list []string
	for word := range strings.SplitSeq(asked, " ") {
		odd := func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' }
		if strings.ContainsFunc(word, odd) {
			return "", "", badRequest("invalid_scope", "Invalid Scope!")
		}
		if word != "" && !seen[word] {
			seen[word] = true
			list = append(list, word)
		}
	}
	scope = strings.Join(list, " ")
	sort.Strings(list)
	return scope, strings.Join(list, " "), nil
}
