package tokenapi

import (
	"context"
	"net/http"
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
		p.RetryAfter = retryAfter(a.header, a.at)
	}
	x, _ := k.end(nil)
	p.Message = k.mask.words(p.Message, wordsLimit)
	return p, x, nil
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
	for _, v := range h.Values("WWW-Authenticate") {
		for _, name := range []string{`error_description="`, `error="`} {
			if _, rest, ok := strings.Cut(v, name); ok {
				words, _, _ := strings.Cut(rest, `"`)
				return clean(words, rawLimit)
			}
		}
	}
	return ""
}
