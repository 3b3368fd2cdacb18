package tokenapi

import (
	"net/http"
	"net/url"
	"slices"
	"sort"
	"strings"
	"sync/atomic"

	"lanyard/text"
	"lanyard/tokenapi/secret"
)

// call is one exchange in progress: the request, the answer, and the secrets of both.
type call struct {
	c             *Client
	x             Exchange
	mask          masker
	url           string // not masked
	key           string // the configuration key of the URL
	header        http.Header
	form          url.Values
	userHeaders   []string // the names of the headers that the user configured
	body          []byte
	sent          atomic.Bool  // set by goroutines of net/http, like phase and asked
	phase         atomic.Int32 // a phase
	certRequested atomic.Bool  // the server of the last handshake asked for a client certificate
	answer        *answer
}

// begin starts the record of a call.
func (c *Client) begin(op, method, target string) *call {
	return &call{
		c: c, url: target, key: keyOf(op), mask: masker{publicTexts: []string{maskURL(target)}},
		x: Exchange{Op: op, Method: method, URL: maskURL(target), Started: c.now()},
		header: http.Header{
			"Accept":     {"application/json"},
			"User-Agent": {c.cfg.UserAgent},
		},
	}
}

// end completes the record, and masks both the record and the error. Every call must return through
// it, or through bare.
func (k *call) end(e *Error) (Exchange, error) {
	x := k.x
	x.Took = max(k.c.now().Sub(x.Started), 0)
	if k.answer != nil {
		x.Skew, x.HasSkew = skew(k.answer.header, x.Started, k.answer.headerAt)
		if x.HasSkew {
			k.c.noteSkew(k.url, x.Skew)
		}
		k.learnHeaders(k.answer.header)
		x.ResponseBody = k.mask.body(k.answer.body)
		x.ResponseHeaders = k.headers(k.answer.header)
	}
	x.RequestHeaders = k.headers(k.header)
	for i, h := range x.RequestHeaders {
		if slices.Contains(k.userHeaders, http.CanonicalHeaderKey(h.Name)) {
			x.RequestHeaders[i].Value = secret.Mask
		}
	}
	x.Form = k.params()
	x.URL = k.mask.text(text.Words(x.URL, 4*rawLimit))
	if e == nil {
		k.x = x
		return x, nil
	}
	if e.Action == "" {
		e.Action = e.actionWithoutAnswer()
	}
	k.mask.error(e)
	if !e.Answered() && e.Err != nil {
		x.Err = e.Err.Error()
	}
	return x, e
}

// bare completes the record of an answer that is a success, and leaves out headers and bodies.
func (k *call) bare() Exchange {
	x := k.x
	x.Took = max(k.c.now().Sub(x.Started), 0)
	return x
}

// learnHeaders adds the secrets in an answer's headers to the mask, before anything is shown.
func (k *call) learnHeaders(h http.Header) {
	for name, values := range h {
		for _, v := range values {
			if !isSecret(name, v) {
				continue
			}
			k.mask.learn(v, isTokenKey(name))
			if c, err := http.ParseSetCookie(v); err == nil &&
				strings.EqualFold(name, "set-cookie") {
				k.mask.learn(c.Value, false)
			}
		}
	}
}

// headers returns headers sorted by name, masked by name and by value.
func (k *call) headers(h http.Header) []Header {
	names := make([]string, 0, len(h))
	for name := range h {
		names = append(names, name)
	}
	sort.Strings(names)
	var out []Header
	for _, name := range names {
		for _, v := range h[name] {
			out = append(out,
				Header{k.mask.text(text.Words(spelling(name), 100)), k.headerValue(name, v)})
		}
	}
	var all strings.Builder
	for _, h := range out {
		all.WriteString(h.Name + " " + h.Value + " ")
	}
	if k.mask.repeats(all.String(), false) { // in several parts, of which none shows it alone
		for i := range out {
			out[i].Value = secret.Mask
		}
	}
	return out
}

func (k *call) headerValue(name, v string) string {
	switch n := strings.ToLower(name); {
	case n == "authorization" || n == "proxy-authorization":
		scheme, rest, ok := strings.Cut(v, " ")
		if !ok || k.mask.text(scheme) != scheme {
			return secret.Mask
		}
		return text.Words(scheme, 20) + " " + masked(rest, strings.EqualFold(scheme, "bearer"))
	case isSecret(n, v):
		return masked(v, isTokenKey(n))
	case n == "location" || n == "content-location" || n == "referer":
		v = maskURL(v)
	case n == "link" || n == "refresh":
		if i := strings.IndexAny(v, "?#@"); i >= 0 {
			v = v[:i] + secret.Mask
		}
	}
	return k.mask.words(v, 4*wordsLimit)
}

// spelling returns the spelling of a header in WSO2's documentation. net/http changes its capitals.
func spelling(name string) string {
	for _, s := range []string{
		"DeactivatedAccessToken", "RevokedAccessToken", "RevokedRefreshToken", "AuthorizedUser",
		"WWW-Authenticate", "DPoP-Nonce",
	} {
		if strings.EqualFold(s, name) {
			return s
		}
	}
	return name
}

// publicParams are the form parameters whose values are not masked by name.
func publicParams() []string {
	return []string{
		"grant_type", "scope", "username", "token_type_hint", "client_id", "validity_period",
		"redirect_uri", "client_assertion_type", "subject_token_type", "requested_token_type",
		"audience", "resource",
	}
}

// params returns the form, masked, in the order in which it is sent.
func (k *call) params() []Param {
	names := make([]string, 0, len(k.form))
	for name := range k.form {
		names = append(names, name)
	}
	sort.Strings(names)
	var out []Param
	for _, name := range names {
		for _, v := range k.form[name] {
			switch {
			// Constants of the protocol.
			case name == "grant_type" || name == "token_type_hint" ||
				name == "client_assertion_type":
			case name == "redirect_uri":
				v = k.mask.words(maskURL(v), wordsLimit)
			case slices.Contains(publicParams(), name):
				v = k.mask.words(v, wordsLimit)
			default:
				v = masked(v, isTokenKey(name))
			}
			shown := name
			if !slices.Contains(reservedParams(), name) { // "password" may be a password too
				shown = k.mask.text(text.Words(name, 100))
			}
			out = append(out, Param{shown, v})
		}
	}
	return out
}
