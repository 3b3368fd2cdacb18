package tokenapi

import (
	"net/http"
	"net/url"
	"strings"

	"lanyard/text"
	"lanyard/tokenapi/secret"
)

// Field is an HTTP header that the user adds to requests (RFC 9110 section 5). Its value may be a
// secret, such as an API key.
type Field struct {
	Name  string
	Value secret.Text
}

// FieldNameProblem returns the reason why a header cannot be added to requests, or "". A request to
// the authorization server has a form as its body, so its Content-Type is fixed; that of a probe is
// not.
func FieldNameProblem(name string, probe bool) string {
	switch strings.ToLower(name) {
	case "authorization":
		if probe {
			return "carries the token, and cannot be given here"
		}
		return "carries the client's credentials, and cannot be given here"
	case "proxy-authorization":
		return "is for a proxy, and would be sent to the server"
	case "host", "content-length", "transfer-encoding", "connection", "keep-alive",
		"proxy-connection", "te", "trailer",
		"upgrade", "expect", "accept-encoding", "content-encoding":
		return "is set by the connection, and cannot be given here"
	case "content-type":
		if !probe {
			return "is set by the protocol, and cannot be given here"
		}
	}
	if !isHTTPToken(name) {
		return "is no name of an HTTP header: letters, digits and - make one"
	}
	return ""
}

// isHTTPToken reports whether a text is a token of RFC 9110 section 5.6.2.
func isHTTPToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') &&
			!strings.ContainsRune("!#$%&'*+-.^_`|~", r)
	})
}

// FieldValueProblem returns the reason why a text cannot be the value of a header (RFC 9110 section
// 5.5), or "".
func FieldValueProblem(value secret.Text) string {
	v := value.Reveal()
	switch {
	case strings.ContainsFunc(v, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }):
		return "holds a line break or another control character, which no HTTP header can hold"
	case strings.Trim(v, " \t") != v:
		return "begins or ends with a blank, which HTTP takes away"
	}
	return ""
}

// LooksSecret reports whether a header may hold a credential, by its name or by its value.
func (f Field) LooksSecret() bool {
	v := f.Value.Reveal()
	return isSecretParam(f.Name, v) || LooksSecret(v)
}

// MethodProblem returns the reason why an HTTP method cannot be used for probes, or "".
func MethodProblem(method string) string {
	switch {
	case method == http.MethodConnect || method == http.MethodTrace: // RFC 9110 9.3.8
		return "must be a method that a token can be sent with: CONNECT and TRACE are not"
	case !isHTTPToken(method) || strings.ToUpper(method) != method:
		return "must be an HTTP method in capitals, such as GET, HEAD or POST"
	}
	return ""
}

// hideFields adds the values of the user's headers to the mask, except those of headers that never
// hold a secret.
func (k *call) hideFields(fields []Field) {
	for _, f := range fields {
		switch strings.ToLower(f.Name) {
		case "accept", "accept-language", "cache-control", "content-type", "user-agent",
			"x-requested-with":
		default:
			k.mask.addNamed(f.Value.Reveal(), false)
		}
	}
}

// setFields adds the user's headers to a request. key is the configuration key, for errors.
func (k *call) setFields(key string, fields []Field) *Error {
	for _, f := range fields {
		why := FieldNameProblem(f.Name, key == "probe_headers")
		if why == "" {
			why = FieldValueProblem(f.Value)
		}
		if why != "" {
			return usage(k.x.Op, key+": "+text.Words(f.Name, 50)+" "+why,
				"correct it in "+key+" of the application")
		}
		k.header.Set(f.Name, f.Value.Reveal())
		k.userHeaders = append(k.userHeaders, http.CanonicalHeaderKey(f.Name))
	}
	return nil
}

// SameOrigin reports whether two URLs have the same scheme, host and port.
func SameOrigin(a, b string) bool {
	x, err := url.Parse(a)
	y, err2 := url.Parse(b)
	return err == nil && err2 == nil && x.Host != "" && equalOrigin(x, y)
}

func equalOrigin(x, y *url.URL) bool {
	return x.Scheme == y.Scheme && strings.EqualFold(x.Hostname(), y.Hostname()) &&
		portOf(x) == portOf(y)
}
