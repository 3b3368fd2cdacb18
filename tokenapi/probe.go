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

// Probe calls an API with a token. A transport failure is no error: it is an answer with Verdict
// Unclear. An error (KindUsage) means that nothing was sent. The body of a 2xx is not read: a probe
// wants the gateway's verdict, not the API's data. The verdict is what the answer shows by itself:
// whoever has a control gives ProbeAnswer.Facts to Judge.
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
			"the server made a token that no API can be sent, or it was pasted with more than itself")
	} else if c.readByProxy(r.URL) {
		e = usage(op, "probe_url is http://, and a proxy on the way would get to see the token", "use https://, or name the host in NO_PROXY")
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
	p := ProbeAnswer{Status: a.status, At: a.at, Facts: probeFacts(a.status, a.header, a.body, token)}
	p.Judge(Shape{}, History{})
	p.FaultCode, p.Message = probeWords(a.status, a.header, a.body)
	if !a.ok() {
		f := parseFault(a.body)
		if f.known() || f.gateway { // what an API says of itself is no matter of tokens
			p.Advice = f.advise(a.status, a.header)
		}
		if p.RetryAfter = retryAfter(a.header, a.at); p.RetryAfter == 0 {
			p.RetryAfter = f.wait(a.header, a.at)
		}
	}
	x, _ := k.end(nil)
	p.Message = k.mask.words(p.Message, wordsLimit)
	p.Advice.Scope, p.Advice.Next = k.mask.words(p.Advice.Scope, wordsLimit), k.mask.words(p.Advice.Next, 2*wordsLimit)
	return p, x, nil
}

// readByProxy says whether a proxy would be handed the request itself, and the token in it, instead of making a
// tunnel for it. A proxy setting that cannot be read is told of when the request is made.
func (c *Client) readByProxy(target string) bool {
	u, err := url.Parse(target)
	if err != nil || u.Scheme != "http" || !c.ours {
		return false
	}
	via, err := c.cfg.Proxies.Choose(u)
	return err == nil && via.URL != nil
}

// Judge sets the verdict by what is known of the URL and the token.
func (p *ProbeAnswer) Judge(control Shape, h History) {
	j := Judge(p.Facts, control, h)
	p.Verdict, p.NamesToken, p.Why, p.ControlStatus = j.Verdict, j.NamesToken, j.Why, control.Status
}

// probeWords gives the fault code in an answer and the gateway's own words, cleaned.
func probeWords(status int, header http.Header, body []byte) (faultCode int, message string) {
	if status >= 200 && status <= 299 {
		return 0, ""
	}
	switch f := parseFault(body); {
	case f.known() || f.gateway:
		faultCode, message = f.code, f.words()
	case status == http.StatusUnauthorized || status == http.StatusForbidden || status >= 500:
		message = f.words() // the reason of another gateway; what an API says of itself is no matter of tokens
	}
	switch {
	case message != "":
	case status == http.StatusUnauthorized:
		message = challenge(header)
	case faultCode == 0 && (status >= 500 || status == http.StatusProxyAuthRequired || status == http.StatusTooManyRequests):
		message = strings.TrimSpace(http.StatusText(status))
	}
	return faultCode, message
}

// challenge gives the description in a WWW-Authenticate header, or its error, or "".
func challenge(h http.Header) string {
	if words := challengeParam(h, "error_description"); words != "" {
		return words
	}
	return challengeParam(h, "error")
}

// challengeParam gives a parameter of a WWW-Authenticate header, cleaned, or "".
func challengeParam(h http.Header, name string) string {
	for v := range challengeParams(h, name) {
		return text.Words(v, rawLimit)
	}
	return ""
}

// challengeHas reports whether a parameter of any challenge has a value.
func challengeHas(h http.Header, name, value string) bool {
	for v := range challengeParams(h, name) {
		if strings.EqualFold(strings.TrimSpace(v), value) {
			return true
		}
	}
	return false
}

// challengeParams gives the values of a parameter in all challenges, quoted or not. Gateways leave
// out the comma between challenge and parameter; what matters is that the name begins a word.
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
					continue // within the text of another parameter
				}
				if !yield(paramValue(rest)) {
					return
				}
			}
		}
	}
}

// paramValue gives the value at the beginning of s, a quoted string or a word.
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
