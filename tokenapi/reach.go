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

// Reached is the result of a request without a credential.
type Reached struct {
	Status  int           // HTTP status; any status means that the server is reachable
	Took    time.Duration // by the client's clock
	Skew    time.Duration // server's clock minus ours; valid if HasSkew
	HasSkew bool

	// Doubt is a reason to think that the URL is not that of an authorization server, and Hint is a
	// way out. Both are "" if there is none, which proves nothing.
	Doubt, Hint string

	TLS        string    // the version, such as "TLS 1.3"; "" for plain http
	Verified   bool      // the certificate was verified
	ValidUntil time.Time // the end of the certificate; zero for plain http
}

// Reach reports whether a server answers at the URL of a configuration key. It sends HEAD without a
// credential on a new connection, so it grants and revokes nothing. It presents the TLS client
// certificate, if there is one. It follows no redirect, and fails with an *Error if there is no
// answer.
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
	var state tls.ConnectionState // of the last handshake; the one before is with a proxy
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

// doubt returns the reason to think that an answer to HEAD is not that of an authorization server,
// and a way out.
func (k *call) doubt(a answer) (doubt, hint string) {
	words := func(s string) string { return k.mask.words(s, wordsLimit+100) }
	kind := strings.ToLower(a.header.Get("Content-Type"))
	switch {
	case isRedirect(a.status):
		what, hint := a.redirected()
		return words(what), words(hint)
	case a.status == http.StatusProxyAuthRequired,
		a.status == http.StatusMisdirectedRequest,
		a.status == http.StatusNetworkAuthenticationRequired,
		a.status == http.StatusBadGateway,
		a.status == http.StatusServiceUnavailable,
		a.status == http.StatusGatewayTimeout:
		_, hint := a.byStatus("", fault{})
		return "what stands before the server may have answered in its place", words(hint)
	case a.ok() && strings.HasPrefix(kind, "text/html"):
		return "a web page is there", "a Token API has none: is " + k.key + " right?"
	}
	return "", ""
}
