package tokenapi

import (
	"context"
	"net/http"
	"net/url"
	"strings"
)

const opProbe = "probe"

// Probe calls an API with a token. A transport failure is no error: it is an answer with Verdict Unclear.
// An error (KindUsage) means that nothing was sent. The body of a 2xx is not read: a probe wants the
// gateway's verdict, not the API's data.
func (c *Client) Probe(ctx context.Context, r ProbeRequest) (ProbeAnswer, Exchange, error) {
	k := c.begin(opProbe, http.MethodGet, r.URL)
	token := r.Token.Reveal()
	k.mask.add(token, true)
	k.header.Set("Authorization", "Bearer "+token)
	k.header.Set("Accept", "application/json, */*;q=0.5")
	var e *Error
	if err := checkURL("probe_url", r.URL, c.cfg.AllowHTTP); err != nil {
		e, _ = AsError(err)
	} else if r.Token.IsZero() {
		e = usage(opProbe, "there is no token to probe with", "")
	} else if !sendable(token) {
		e = usage(opProbe, "the token holds characters that cannot go into a header", "")
	} else if c.readByProxy(r.URL) {
		e = usage(opProbe, "probe_url is http://, and a proxy on the way would get to see the token", "use https://, or name the host in NO_PROXY")
	}
	if e != nil {
		x, err := k.end(e)
		return ProbeAnswer{Verdict: Unclear}, x, err
	}
	a, e := k.do(ctx, c.fresh, probeBodyLimit, true)
	if e != nil {
		x, _ := k.end(e)
		return ProbeAnswer{Verdict: Unclear, Message: x.Err, At: c.now()}, x, nil
	}
	p := ProbeAnswer{Status: a.status, At: a.at}
	p.Verdict, p.FaultCode, p.Message = ClassifyProbe(a.status, a.header, a.body)
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
	via, err := proxyOf(c.cfg)(&http.Request{URL: u})
	return err == nil && via != nil
}

// ClassifyProbe says what an answer to a probe shows. A fault code decides before WWW-Authenticate,
// which WSO2 sends with the same text whatever the cause. The message is the gateway's, cleaned.
func ClassifyProbe(status int, header http.Header, body []byte) (v Verdict, faultCode int, message string) {
	var f fault
	if status < 200 || status > 299 {
		f = parseFault(body)
	}
	if f.known() || f.gateway {
		faultCode, message = f.code, f.words()
	}
	switch {
	case status >= 200 && status <= 299:
		return Accepted, 0, ""
	case status == http.StatusUnauthorized && f.known():
		if f.code == 900901 || f.code == 900903 || f.code == 900904 {
			return Refused, faultCode, message
		}
		return Unclear, faultCode, message
	case status == http.StatusUnauthorized:
		if message == "" {
			message = challenge(header)
		}
		return Refused, faultCode, message
	case f.known() || f.gateway:
		return Unclear, faultCode, message
	case status >= 300 && status <= 499 && status != http.StatusProxyAuthRequired && status != http.StatusTooManyRequests,
		status == http.StatusInternalServerError, status == http.StatusNotImplemented:
		return Accepted, 0, ""
	}
	return Unclear, 0, strings.TrimSpace(http.StatusText(status))
}

// challenge gives the description in a WWW-Authenticate header, or its error, or "".
func challenge(h http.Header) string {
	if words := challengeParam(h, "error_description"); words != "" {
		return words
	}
	return challengeParam(h, "error")
}

// challengeParam gives a quoted parameter of a WWW-Authenticate header, cleaned, or "". Gateways leave out
// the comma between challenge and parameter; what matters is that the name begins a word.
func challengeParam(h http.Header, name string) string {
	for _, v := range h.Values("WWW-Authenticate") {
		for rest := v; ; {
			before, after, ok := strings.Cut(rest, name+`="`)
			if !ok {
				break
			}
			if before == "" && len(rest) == len(v) || strings.HasSuffix(before, " ") || strings.HasSuffix(before, ",") {
				words, _, _ := strings.Cut(after, `"`)
				return clean(words, rawLimit)
			}
			rest = after
		}
	}
	return ""
}
