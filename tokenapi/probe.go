package tokenapi

import (
	"cmp"
	"context"
	"iter"
	"net/http"
	"net/url"
	"strings"

	"lanyard/text"
)

const (
	opProbe   = "probe"
	opControl = "control" // the same call with a made-up token
)

// Probe calls an API with a token. A transport failure is not an error: the answer has the Verdict
// Unclear. An error (KindUsage) means that nothing was sent. Probe does not read the body of a 2xx,
// because only the gateway's verdict matters. The verdict rests on this answer alone. To judge it
// with a control, pass ProbeAnswer.Facts to Judge.
func (c *Client) Probe(ctx context.Context, r ProbeRequest) (ProbeAnswer, Exchange, error) {
	op := opProbe
	if r.Control {
		op = opControl
	}
	method := cmp.Or(r.Method, http.MethodGet)
	k := c.begin(op, text.Words(method, 50), r.URL)
	token := r.Token.Reveal()
	k.mask.add(token, true)
	k.hideFields(r.Headers)
	k.header.Set("Accept", "application/json, */*;q=0.5")
	e := k.setFields("probe_headers", r.Headers)
	k.header.Set("Authorization", "Bearer "+token)
	if why := MethodProblem(method); why != "" {
		e = usage(op, "probe_method "+why, "")
	} else if err := checkURL("probe_url", r.URL, c.cfg.AllowHTTP); err != nil {
		e, _ = AsError(err)
	} else if r.Token.IsZero() {
		e = usage(op, "there is no token to probe with", "")
	} else if !sendable(token) {
		e = usage(op, "the token has "+unsendable(token)+", which no header can carry",
			"the server issued a token that cannot be sent in a header, or more than the token "+
				"was pasted")
	} else if c.readByProxy(r.URL) {
		e = usage(op, "probe_url is http://, and a proxy on the way would get to see the token",
			"use https://, or name the host in NO_PROXY")
	}
	if e != nil {
		x, err := k.end(e)
		return ProbeAnswer{Verdict: Unclear}, x, err
	}
	a, e := k.do(ctx, c.fresh, probeBodyLimit, true)
	if e != nil {
		x, _ := k.end(e)
		return ProbeAnswer{Verdict: Unclear, Why: WhyNoAnswer, Message: x.Err, At: c.now()}, x, nil
	}
	p := ProbeAnswer{
		Status: a.status, At: a.at, Facts: probeFacts(a.status, a.header, a.body, token),
	}
	p.Judge(Shape{}, History{})
	p.FaultCode, p.Message = probeWords(a.status, a.header, a.body)
	if !a.ok() {
		f := parseFault(a.body)
		if f.known() || f.gateway { // an API's own fault is not about the token
			p.Advice = f.advise(a.status, a.header)
		}
		if p.RetryAfter = retryAfter(a.header, a.at); p.RetryAfter == 0 {
			p.RetryAfter = f.wait(a.header, a.at)
		}
	}
	if a.ok() && r.Unlisted == a.status {
		return p, k.bare(), nil
	}
	x, _ := k.end(nil)
	p.Message = k.mask.words(p.Message, wordsLimit)
	p.Advice.Scope = k.mask.words(p.Advice.Scope, wordsLimit)
	p.Advice.Next = k.mask.words(p.Advice.Next, 2*wordsLimit)
	return p, x, nil
}

// readByProxy reports whether a proxy would read the request, and the token in it, because an
// http:// URL gets no tunnel. An invalid proxy setting fails later, when the request is sent.
func (c *Client) readByProxy(target string) bool {
	u, err := url.Parse(target)
	if err != nil || u.Scheme != "http" || !c.ours {
		return false
	}
	via, err := c.cfg.Proxies.Choose(u)
	return err == nil && via.URL != nil
}

// Judge sets the verdict from the facts, the control and the history.
func (p *ProbeAnswer) Judge(control Shape, h History) {
	j := Judge(p.Facts, control, h)
	p.Verdict, p.NamesToken, p.Why, p.ControlStatus = j.Verdict, j.NamesToken, j.Why, control.Status
}

// probeWords returns the fault code and the gateway's text, cleaned.
func probeWords(status int, header http.Header, body []byte) (faultCode int, message string) {
	if status >= 200 && status <= 299 {
		return 0, ""
	}
	switch f := parseFault(body); {
	case f.known() || f.gateway:
		faultCode, message = f.code, f.words()
	case status == http.StatusUnauthorized || status == http.StatusForbidden || status >= 500:
		message = f.words() // a fault of another gateway
	}
	switch {
	case message != "":
	case status == http.StatusUnauthorized:
		message = challenge(header)
	case faultCode == 0 &&
		(status >= 500 || status == http.StatusProxyAuthRequired ||
			status == http.StatusTooManyRequests):
		message = strings.TrimSpace(http.StatusText(status))
	}
	return faultCode, message
}

// challenge returns the description in a WWW-Authenticate header, or its error, or "".
func challenge(h http.Header) string {
	if words := challengeParam(h, "error_description"); words != "" {
		return words
	}
	return challengeParam(h, "error")
}

// challengeParam returns a parameter of a WWW-Authenticate header, cleaned, or "".
func challengeParam(h http.Header, name string) string {
	for v := range challengeParams(h, name) {
		return text.Words(v, rawLimit)
	}
	return ""
}

// challengeHas reports whether a parameter of any challenge has this value.
func challengeHas(h http.Header, name, value string) bool {
	for v := range challengeParams(h, name) {
		if strings.EqualFold(strings.TrimSpace(v), value) {
			return true
		}
	}
	return false
}

// challengeParams returns the values of a parameter in all challenges, quoted or not. Gateways omit
// the comma between challenge and parameter, so a name counts if it begins a word.
func challengeParams(h http.Header, name string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, v := range h.Values("WWW-Authenticate") {
			for low, at := asciiLower(v), 0; ; {
				i := strings.Index(low[at:], name)
				if i < 0 {
					break
				}
				begin := at + i
				at = begin + len(name)
				rest, ok := strings.CutPrefix(strings.TrimLeft(v[at:], " \t"), "=")
				if !ok || begin > 0 && !strings.ContainsRune(" \t,", rune(v[begin-1])) {
					continue
				}
				rest = strings.TrimLeft(rest, " \t")
				if !strings.HasPrefix(rest, `"`) && strings.Count(v[:begin], `"`)%2 == 1 {
					continue // within the value of another parameter
				}
				if !yield(paramValue(rest)) {
					return
				}
			}
		}
	}
}

// paramValue returns the value at the start of s, a quoted string or a word.
func paramValue(s string) string {
	if quoted, ok := strings.CutPrefix(s, `"`); ok {
		s, _, _ = strings.Cut(quoted, `"`)
		return s
	}
	if i := strings.IndexAny(s, " \t,;"); i >= 0 {
		s = s[:i]
	}
	return s
}
