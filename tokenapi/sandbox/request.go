package sandbox

import (
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"sort"
	"strings"

	"lanyard/tokenapi/secret"
)

// maxBody is the largest body read, in bytes.
const maxBody = 1 << 20

// form is the body of a request to the Token API: each parameter once. An empty value is as good as
// none (RFC 6749 section 3.2).
type form map[string]string

// readForm reads a POST of application/x-www-form-urlencoded. Like WSO2 it refuses repeated parameters
// and credentials in the URL, where proxies and access logs would keep them.
func readForm(w http.ResponseWriter, r *http.Request) (form, *refusal) {
	if r.Method != http.MethodPost {
		return nil, &refusal{http.StatusMethodNotAllowed, "invalid_request", "Only POST is supported."}
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
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, badRequest("invalid_request", "Content-Type must be application/x-www-form-urlencoded.")
	}
	var body []byte
	if r.Body != nil { // nil on a client's request that reaches the handler without a socket
		if body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody)); err != nil {
			if big := (*http.MaxBytesError)(nil); errors.As(err, &big) {
				return nil, &refusal{http.StatusRequestEntityTooLarge, "invalid_request", "The request body is too large."}
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

// sensitive says whether a parameter must not stand in a URL.
func sensitive(name string) bool {
	switch name {
	case "client_secret", "client_assertion", "username", "password", "token", "access_token",
		"refresh_token", "code", "code_verifier", "assertion", "subject_token", "actor_token":
		return true
	}
	return false
}

// missing names the parameters of f that are not there, or is empty.
func (f form) missing(names ...string) string {
	var gone []string
	for _, n := range names {
		if f[n] == "" {
			gone = append(gone, n)
		}
	}
	return strings.Join(gone, " ")
}

// authenticate finds the client of a request: Basic, or client_id and client_secret in the body, never
// both (RFC 6749 section 2.3).
func (s *Server) authenticate(r *http.Request, f form) (*client, *refusal) {
	id, pass := f["client_id"], f["client_secret"]
	header := r.Header.Values("Authorization")
	if len(header) > 0 && isBasic(header[0]) {
		hid, hpass, ok := basic(header)
		if !ok {
			return nil, invalidClient("Client credentials are invalid.")
		}
		if pass != "" || id != "" && id != hid {
			return nil, badRequest("invalid_request", "The client MUST NOT use more than one authentication method in each request.")
		}
		id, pass = hid, hpass
	} else if id == "" || pass == "" {
		return nil, invalidClient("Unsupported Client Authentication Method!")
	}
	c := s.byKey[id]
	if c == nil {
		if !isKey(id) { // not repeated: it may be a secret in the wrong place, or bytes for a terminal
			return nil, invalidClient("Client credentials are invalid.")
		}
		return nil, invalidClient("A valid OAuth client could not be found for client_id: " + id)
	}
	if !c.ConsumerSecret.Equal(secret.New(pass)) {
		return nil, invalidClient("Client credentials are invalid.")
	}
	return c, nil
}

func isBasic(header string) bool {
	scheme, _, _ := strings.Cut(strings.TrimSpace(header), " ")
	return strings.EqualFold(scheme, "Basic")
}

// basic splits the one Authorization header as WSO2's BasicAuthClientAuthenticator does: two words, the
// second base64 of two pieces around one colon. The pieces are not percent-decoded, whatever RFC 6749
// section 2.3.1 says, so a secret with a colon cannot be sent this way at all.
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

// isKey says whether s could be a consumer key (WSO2: clientIdValidationRegex).
func isKey(s string) bool {
	return s != "" && len(s) <= 64 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == ""
}

// maxScope is the longest scope parameter taken, in bytes.
const maxScope = 2048

// parseScope gives the scopes as asked for, each once, and the same as a set: sorted. What is not a
// scope-token (RFC 6749 section 3.3) is refused; any other is granted as it is, registered or not.
func parseScope(asked string) (scope, set string, err *refusal) {
	if len(asked) > maxScope {
		return "", "", badRequest("invalid_scope", "Invalid Scope!")
	}
	seen := map[string]bool{}
	var list []string
	for word := range strings.SplitSeq(asked, " ") {
		if strings.ContainsFunc(word, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' }) {
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
