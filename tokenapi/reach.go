package tokenapi

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"time"
)

// Reached is what a server showed of itself to a request without a credential.
type Reached struct {
	Status  int           // of its answer, whatever it is: it is reachable
	Took    time.Duration // by the client's clock
	Skew    time.Duration // how far its clock is ahead of ours; meant with HasSkew
	HasSkew bool

	// Doubt says what speaks against a Token API being at the URL, and Hint what to do; "" when
	// nothing does. That a server answers is no proof that it is one.
	Doubt, Hint string

	TLS        string    // the version, such as "TLS 1.3"; "" for plain http
	Verified   bool      // its certificate was verified
	ValidUntil time.Time // when its certificate ends; zero for plain http
}

// Reach asks whether anybody answers at the URL that a configuration key names, with HEAD, without
// a credential and over a connection of its own: nothing is granted, revoked or told by it. A TLS
// client certificate, where there is one, belongs to the connection and is shown. No redirect is
// followed. It fails with an *Error when there is no answer.
func (c *Client) Reach(ctx context.Context, key, url string) (Reached, error) {
	k := c.begin("reach", http.MethodHead, url)
	k.key = key
	k.header.Set("Accept", "*/*")
	var e *Error
	var a answer
	if err := checkURL("reach", url, c.cfg.AllowHTTP); err != nil {
		e, _ = AsError(err)
	}
	var mu sync.Mutex
	var state tls.ConnectionState // of the last handshake: one with a proxy comes before
	if e == nil {
		ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
			TLSHandshakeDone: func(s tls.ConnectionState, err error) {
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					state = s
				}
			},
		})
		a, e = k.do(ctx, c.fresh, 0, true)
	}
	x, err := k.end(e)
	if err != nil {
		return Reached{}, err
	}
	r := Reached{Status: x.Status, Took: x.Took, Skew: x.Skew, HasSkew: x.HasSkew}
	r.Doubt, r.Hint = k.doubt(a)
	mu.Lock()
	defer mu.Unlock()
	if len(state.PeerCertificates) > 0 && strings.HasPrefix(strings.ToLower(url), "https:") {
		r.TLS, r.Verified = tls.VersionName(state.Version), !c.cfg.InsecureSkipVerify
		r.ValidUntil = state.PeerCertificates[0].NotAfter
	}
	return r, nil
}

// doubt says what in an answer to HEAD speaks against a Token API at the URL of a call, and what to
// do about it.
func (k *call) doubt(a answer) (doubt, hint string) {
	words := func(s string) string { return k.mask.words(s, wordsLimit+100) }
	kind := strings.ToLower(a.header.Get("Content-Type"))
	switch {
	case isRedirect(a.status):
		said, hint := a.redirected()
		return words(said), words(hint)
	case a.status == http.StatusProxyAuthRequired, a.status == http.StatusMisdirectedRequest, a.status == http.StatusNetworkAuthenticationRequired,
		a.status == http.StatusBadGateway, a.status == http.StatusServiceUnavailable, a.status == http.StatusGatewayTimeout:
		_, hint := a.byStatus("", fault{})
		return "what stands before the server may have answered in its place", words(hint)
	case a.ok() && strings.HasPrefix(kind, "text/html"):
		return "a web page is there", "a Token API has none: is " + k.key + " right?"
	}
	return "", ""
}
