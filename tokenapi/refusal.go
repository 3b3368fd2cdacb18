package tokenapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"lanyard/text"
	"lanyard/tokenapi/secret"
)

// accepted returns the members of a 2xx without an error in it, or the error. The status of a
// refusal does not matter: servers answer a pending device grant with 200, 400, 403, 428 and 429.
func (a answer) accepted(op string) (members, notation, *Error) {
	if a.large && a.ok() {
		e := a.failure(op, KindGarbled)
		e.Err = fmt.Errorf("the answer is larger than %d KiB", bodyLimit>>10)
		e.Hint, e.Action = "is the URL right?", Stop
		return nil, isOther, e
	}
	m, n := readMembers(a.body)
	code, words, bad := oauthError(m)
	f := faultOf(m, n, a.body)
	if a.ok() && !bad && !f.known() {
		return m, n, nil
	}
	if !bad && challengeParam(a.header, "error") == "invalid_client" { // of any scheme
		code = "invalid_client"
		if words == "" {
			words = challengeParam(a.header, "error_description")
		}
	}
	e := a.failure(op, KindRefused)
	e.Code, e.Description = text.Words(code, rawLimit), text.Words(words, rawLimit)
	e.URI = text.Words(m.str("error_uri"), rawLimit)
	if e.Page = n == isHTML; e.Page {
		e.Title = pageTitle(a.body)
	}
	e.Nonce = secret.New(strings.TrimSpace(a.header.Get("DPoP-Nonce")))
	e.Interval = pollInterval(m)
	e.RetryAfter = retryAfter(a.header, a.at)
	if !bad || f.known() {
		e.FaultCode = f.code
		if words := f.words(); words != "" {
			e.Description = words
		}
		if e.RetryAfter == 0 {
			e.RetryAfter = f.wait(a.header, a.at)
		}
	}
	if e.Code == "" && e.Description == "" {
		e.Err = a.describe(n)
	}
	e.Action, e.Hint = a.next(e, f)
	return m, n, e
}

// pollInterval reads the new interval of a slow_down. GitHub sends it; RFC 8628 section 3.5 does
// not define it.
func pollInterval(m members) time.Duration {
	n, ok := m.seconds("interval")
	if !ok {
		return 0
	}
	return clampSeconds(n, time.Hour)
}

// clampSeconds returns n seconds, clamped to the range from 0 to most.
func clampSeconds(n int64, most time.Duration) time.Duration {
	return time.Duration(min(max(n, 0), int64(most/time.Second))) * time.Second
}

// failure returns the start of an error about this answer.
func (a answer) failure(op string, kind Kind) *Error {
	return &Error{Op: op, Kind: kind, Status: a.status, Sent: true}
}

// describe describes an answer without an error code or a description.
func (a answer) describe(n notation) error {
	switch {
	case isRedirect(a.status):
		what, _ := a.redirected()
		return errors.New(what)
	case n == isHTML:
		if t := pageTitle(a.body); t != "" {
			return fmt.Errorf("a web page titled “%s”", t)
		}
		return errors.New("a web page without a title")
	case n == isEmpty:
		return errors.New("the answer is empty")
	case n == isOther:
		head := string(toUTF8(a.body[:min(len(a.body), 4*rawLimit)]))
		if strings.HasPrefix(strings.TrimSpace(head), "{") { // it may hold an unmasked token
			return errors.New("its JSON cannot be read")
		}
		if s := text.Words(head, rawLimit); s != "" && !a.large {
			return fmt.Errorf("it says “%s”", s)
		}
	}
	return errors.New("no reason given")
}

// garbled returns the error of a 2xx without a usable result.
func (a answer) garbled(op string, n notation) *Error {
	e := a.failure(op, KindGarbled)
	e.Action = Stop
	switch n {
	case isHTML:
		e.Err = errors.New("a web page without a title")
		if t := pageTitle(a.body); t != "" {
			e.Err = fmt.Errorf("this is a web page titled “%s”", t)
		}
		e.Hint = "is the URL right, is a proxy or captive portal between?"
		if strings.HasPrefix(a.url, "https:") { // a captive portal has no certificate
			e.Hint = "is " + a.urlKey() +
				" right? this may be a page for people; or a proxy that reads along has answered"
		}
	case isEmpty:
		e.Err = fmt.Errorf("answered %d with an empty body", a.status)
		e.Hint = "is the URL right? a revocation endpoint answers like this"
	case isOther:
		e.Err = errors.New("the answer cannot be read")
		e.Hint = "is the URL right, does it lead to a Token API?"
	default:
		e.Err = fmt.Errorf("the answer holds no %s", requiredMembers(op))
		e.Hint = "is the URL right, does it lead to the " + endpointOf(op) + " endpoint?"
	}
	return e
}

// requiredMembers names the members that an answer must have.
func requiredMembers(op string) string {
	switch op {
	case opIntrospect:
		return "active"
	case opDevice:
		return "device_code, user_code and verification_uri"
	}
	return "access_token"
}

// endpointOf names the endpoint that an operation calls.
func endpointOf(op string) string {
	switch op {
	case opIntrospect:
		return "introspection"
	case opDevice:
		return "device authorization"
	case opRevoke:
		return "revocation"
	}
	return "token"
}

// oauthError finds the error in a body. Servers use many variants of RFC 6749 section 5.2.
func oauthError(m members) (code, words string, bad bool) {
	words = m.text("error_description", "errorDescription", "error_msg", "error_message", "errmsg",
		"message", "detail", "errorSummary")
	switch v := m["error"].(type) {
	case string:
		if v != "" && v != "0" {
			return standardCode(v), words, true
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
			code = o.code()
			var f fault
			if f.readTexts(o); f.words() != code {
				words = f.words()
			}
			return code, words, true
		}
		if list, ok := m[name].([]any); ok && len(list) > 0 {
			if s, ok := list[0].(string); ok {
				return "", s, true
			}
		}
	}
	if n, ok := wholeSeconds(m.text("errcode")); ok && n != 0 { // WeChat and its family
		return m.text("errcode"), words, true
	}
	if m.isFalse("ok") || m.isFalse("success") || strings.EqualFold(m.str("status"), "error") &&
		!m.has("access_token") {
		return m.text("code", "error_code"), words, true
	}
	return "", words, false
}

// code finds the error code in an object. A code of the standards comes before other words, and
// words come before numbers, because "status" and "code" may repeat the HTTP status.
func (m members) code() string {
	first := ""
	for _, name := range []string{
		"error", "errorType", "type", "status", "errorCode", "error_code", "code", "id", "title",
	} {
		switch s := standardCode(m.text(name)); {
		case slices.Contains(errorNames(), s):
			return s
		case first == "" || isDigits(first) && s != "" && !isDigits(s):
			first = s
		}
	}
	return first
}

// standardCode returns a standard error code in lower case if the server sent it in upper case. It
// returns any other code unchanged.
func standardCode(code string) string {
	if low := strings.ToLower(code); code == strings.ToUpper(code) &&
		slices.Contains(errorNames(), low) {
		return low
	}
	return code
}

// longestWait is the longest wait that is accepted from a server.
const longestWait = 30 * 24 * time.Hour

// retryAfter reads Retry-After (RFC 9110 section 10.2.3): seconds, or a date by the server's clock.
func retryAfter(h http.Header, now time.Time) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if v == "" {
		return 0
	}
	if n, ok := wholeSeconds(v); ok {
		return clampSeconds(n, longestWait)
	}
	at, err := http.ParseTime(v)
	if err != nil {
		return 0
	}
	return until(at, h, now)
}

// until returns the time from now to at, from 0 to longestWait. It takes now from the server's Date
// header if there is one.
func until(at time.Time, h http.Header, now time.Time) time.Duration {
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	return min(max(at.Sub(now), 0), longestWait)
}
