package tokenapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// accepted gives the members of a 2xx that holds no error, or the error.
func (a answer) accepted(op string) (members, notation, *Error) {
	if a.large && a.ok() {
		e := a.failure(op, KindGarbled)
		e.Err = fmt.Errorf("the answer is larger than %d KiB", bodyLimit>>10)
		e.Hint = "is the URL right?"
		return nil, isOther, e
	}
	m, n := readMembers(a.body)
	code, words, bad := oauthError(m)
	if a.ok() && !bad {
		if f := parseFault(a.body); !f.known() {
			return m, n, nil
		}
	}
	e := a.failure(op, KindRefused)
	e.Code, e.Description = clean(code, rawLimit), clean(words, rawLimit)
	e.RetryAfter = retryAfter(a.header, a.at)
	f := parseFault(a.body)
	if !bad || f.known() {
		e.FaultCode = f.code
		if words := f.words(); words != "" {
			e.Description = words
		}
	}
	if e.Code == "" && e.Description == "" {
		e.Err = a.silent(n)
	}
	e.Hint = a.hint(op, e, f)
	return m, n, e
}

// failure begins an error about this answer.
func (a answer) failure(op string, kind Kind) *Error {
	return &Error{Op: op, Kind: kind, Status: a.status, Sent: true}
}

// silent puts into words an answer that names no reason.
func (a answer) silent(n notation) error {
	switch {
	case a.status >= 300 && a.status < 400:
		if host := redirectHost(a.header); host != "" {
			return fmt.Errorf("redirected to %s, which is not followed", host)
		}
		return errors.New("redirected, which is not followed")
	case n == isHTML:
		if t := pageTitle(a.body); t != "" {
			return fmt.Errorf("a web page titled “%s”", t)
		}
		return errors.New("a web page without a title")
	case n == isEmpty:
		return errors.New("the answer is empty")
	case n == isOther:
		if s := clean(string(a.body[:min(len(a.body), 4*rawLimit)]), rawLimit); s != "" && !a.large {
			return fmt.Errorf("it says “%s”", s)
		}
	}
	return errors.New("no reason given")
}

// garbled is the error of a 2xx that holds nothing of use.
func (a answer) garbled(op string, n notation) *Error {
	e := a.failure(op, KindGarbled)
	switch n {
	case isHTML:
		e.Err = errors.New("a web page without a title")
		if t := pageTitle(a.body); t != "" {
			e.Err = fmt.Errorf("this is a web page titled “%s”", t)
		}
		e.Hint = "is the URL right, is a proxy or captive portal between?"
	case isEmpty:
		e.Err = fmt.Errorf("answered %d with an empty body", a.status)
		e.Hint = "is the URL right? a revocation endpoint answers like this"
	case isOther:
		e.Err = errors.New("the answer cannot be read")
		e.Hint = "is the URL right, does it lead to a Token API?"
	default:
		e.Err = errors.New("the answer holds no access_token")
		e.Hint = "is the URL right, does it lead to the token endpoint?"
	}
	return e
}

// oauthError finds the error in a body, in the many shapes of RFC 6749 section 5.2 that exist.
func oauthError(m members) (code, words string, bad bool) {
	words = m.text("error_description", "errorDescription", "error_msg", "error_message", "message", "detail", "errorSummary")
	switch v := m["error"].(type) {
	case string:
		if v != "" {
			return v, words, true
		}
	case json.Number:
		if v.String() != "0" {
			return v.String(), words, true
		}
	case bool:
		if v {
			return m.text("error_code", "code"), words, true
		}
	}
	for _, name := range []string{"error", "errors"} {
		if o := m.object(name); len(o) > 0 {
			code = o.text("error", "errorType", "type", "status", "errorCode", "code", "title")
			return code, o.text("error_description", "message", "detail", "description"), true
		}
		if list, ok := m[name].([]any); ok && len(list) > 0 {
			if s, ok := list[0].(string); ok {
				return "", s, true
			}
		}
	}
	if m.no("ok") || m.no("success") || strings.EqualFold(m.str("status"), "error") && !m.has("access_token") {
		return m.text("code", "error_code"), words, true
	}
	return "", words, false
}

// retryAfter reads Retry-After as seconds or a date. The date counts from the server's own clock.
func retryAfter(h http.Header, now time.Time) time.Duration {
	const most = 30 * 24 * time.Hour
	v := strings.TrimSpace(h.Get("Retry-After"))
	if v == "" {
		return 0
	}
	if n, err := strconv.ParseInt(v, 10, 64); err == nil {
		return time.Duration(min(max(n, 0), int64(most/time.Second))) * time.Second
	}
	at, err := http.ParseTime(v)
	if err != nil {
		return 0
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	return min(max(at.Sub(now), 0), most)
}

// redirectHost gives the host that a redirect leads to, without the rest of the URL.
func redirectHost(h http.Header) string {
	u, err := url.Parse(h.Get("Location"))
	if err != nil {
		return ""
	}
	return clean(u.Host, 100)
}

// hint names the next thing to try.
func (a answer) hint(op string, e *Error, f fault) string {
	switch e.Code {
	case "invalid_client":
		return "check consumer key and consumer secret, and client_auth (basic, basic-encoded, post)"
	case "invalid_grant":
		switch op {
		case GrantRefreshToken:
			return "the refresh token was used, has expired or was revoked: ask for a new token"
		case GrantPassword:
			return "check user name and password"
		}
	case "invalid_scope":
		if op == GrantRefreshToken {
			return "ask for no scope: a refresh may only repeat scopes the token already has"
		}
		return "the server does not grant one of the scopes to this application"
	case "unauthorized_client":
		if op == opRevoke {
			return "the token was issued to another application: revoke it with that one's consumer key"
		}
		return "the application is not allowed to use this grant: enable it in the portal"
	case "unsupported_grant_type":
		return "the server does not offer this grant"
	case "unsupported_token_type":
		return "the server does not revoke this kind of token: try the refresh token"
	case "server_error", "temporarily_unavailable":
		return "the fault is the server's: try again later"
	case "invalid_request":
		return "the server misses a parameter, or sees one twice; two ways of client_auth at once count too"
	}
	switch {
	case a.status >= 300 && a.status < 400:
		if host := redirectHost(a.header); host != "" {
			return "if " + host + " is right, name it in the URL: credentials are not sent on"
		}
		return "name the final URL: credentials are not sent on"
	case a.status == http.StatusNotFound && (f.gateway || f.code != 0):
		host, _, _ := strings.Cut(a.host, ":")
		if strings.HasPrefix(a.host, "[") || host == "" {
			host = "HOST"
		}
		return "gateways of version 4 and later have no /token: try https://" + host + ":9443/oauth2/token (or /oauth2/revoke)"
	case a.status == http.StatusNotFound:
		return "is the URL right?"
	case a.status == http.StatusBadRequest && strings.Contains(string(a.body[:min(len(a.body), 200)]), "HTTP request to an HTTPS server"):
		return "this port speaks TLS: use https://"
	case f.known() && a.status >= 500:
		return "the gateway cannot reach its key manager: try again later"
	case a.status == http.StatusTooManyRequests, a.status == http.StatusServiceUnavailable:
		return "try again later"
	case a.status == http.StatusProxyAuthRequired:
		return "the proxy wants credentials: check HTTPS_PROXY"
	case a.status == http.StatusUnauthorized:
		return "check consumer key and consumer secret, and client_auth (basic, basic-encoded, post)"
	}
	return ""
}
