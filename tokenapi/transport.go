package tokenapi

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"time"
)

const (
	bodyLimit      = 1 << 20 // of a Token API's answer; more is garbled
	probeBodyLimit = 64 << 10
	headerLimit    = 256 << 10
	idleFor        = 20 * time.Second // short: a POST on a connection that the server is closing is lost
)

// newTransport builds the transport of an environment. It has no deadlines of its own: the call's covers all.
func newTransport(cfg Config) (*http.Transport, error) {
	conf := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: cfg.InsecureSkipVerify} //nolint:gosec // asked for, with a banner
	if cfg.CAPEM != nil {
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		all, err := Certificates("ca_file", cfg.CAPEM)
		if err != nil {
			return nil, err
		}
		for _, c := range all {
			pool.AddCert(c)
		}
		conf.RootCAs = pool
	}
	own, err := clientCertificate(cfg)
	if err != nil {
		return nil, err
	}
	if own == nil {
		own = &tls.Certificate{} // none is sent
	}
	// Certificates would be held back from a server that names an authority which our PEM does not lead
	// up to, though the server may know the way; it then complains that there is none.
	conf.GetClientCertificate = func(r *tls.CertificateRequestInfo) (*tls.Certificate, error) {
		if k, ok := r.Context().Value(callKey{}).(*call); ok {
			k.asked.Store(true)
		}
		return own, nil
	}
	return &http.Transport{
		Proxy:                  proxyOf(cfg),
		OnProxyConnectResponse: refusedByProxy,
		TLSClientConfig:        conf,
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    2,
		IdleConnTimeout:        idleFor,
		MaxResponseHeaderBytes: headerLimit,
	}, nil
}

// answer is what a server said.
type answer struct {
	status int
	header http.Header
	body   []byte
	large  bool // the body went on after the limit
	host   string
	key    string    // the configuration key of the URL that was asked; "" when it is not known
	url    string    // that was asked, masked; "" when it is not known
	path   string    // of that URL
	via    Proxy     // its URL is nil: no proxy that could have answered in place of the server
	begun  time.Time // when its header had come
	at     time.Time // when it had come whole
}

// ok says whether the status is a 2xx.
func (a answer) ok() bool { return a.status >= 200 && a.status < 300 }

// callKey is the key of a call in the context of its requests.
type callKey struct{}

// trace notes how far a call comes.
func (k *call) trace() *httptrace.ClientTrace {
	reach := func(p phase) {
		if phase(k.phase.Load()) != phaseReady { // a connection that is opened beside the one that is used
			k.phase.Store(int32(p))
		}
	}
	return &httptrace.ClientTrace{
		DNSStart:     func(httptrace.DNSStartInfo) { reach(phaseLookup) },
		ConnectStart: func(string, string) { reach(phaseConnect) },
		ConnectDone: func(_, _ string, err error) {
			if err == nil {
				reach(phaseConnected)
			}
		},
		TLSHandshakeStart: func() { k.asked.Store(false); reach(phaseHandshake) },
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) {
			if err == nil {
				reach(phaseConnected) // the handshake may have been the proxy's
			}
		},
		GotConn:      func(httptrace.GotConnInfo) { k.phase.Store(int32(phaseReady)) },
		WroteHeaders: func() { k.sent.Store(true) },
		WroteRequest: func(i httptrace.WroteRequestInfo) {
			if i.Err == nil {
				k.sent.Store(true)
			}
		},
	}
}

// do sends the request of a call once and reads the answer. It goes to the round tripper itself, not
// through http.Client, which would follow redirects and put URLs into its errors.
func (k *call) do(parent context.Context, rt http.RoundTripper, limit int64, skipOK bool) (answer, *Error) {
	ctx, cancel := k.c.deadline(parent)
	defer cancel()
	if ctx.Err() != nil {
		return answer{}, k.lost(parent, ctx, ctx.Err())
	}
	if k.c.ours && rt == k.c.calls {
		k.c.dropStale()
	}
	if k.c.ours {
		ctx = context.WithValue(httptrace.WithClientTrace(ctx, k.trace()), callKey{}, k)
	} else {
		k.sent.Store(true) // a foreign transport does not report: assume the worst
	}
	req, err := http.NewRequestWithContext(ctx, k.x.Method, k.url, nil)
	if err != nil {
		return answer{}, usage(k.x.Op, "the request could not be built", "")
	}
	req.Header = k.header
	if k.body != nil {
		// Without GetBody net/http cannot rewind the body, so it never replays a grant on a second
		// connection when the first turns out to be stale.
		req.Body, req.ContentLength, req.GetBody = io.NopCloser(bytes.NewReader(k.body)), int64(len(k.body)), nil
	}
	resp, err := rt.RoundTrip(req)
	if err == nil && resp == nil {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return answer{}, k.lost(parent, ctx, err)
	}
	defer func() { _ = resp.Body.Close() }() // read whole or given up: nothing to lose
	k.sent.Store(true)
	a := answer{status: resp.StatusCode, header: resp.Header, host: hostOf(k.url), url: k.x.URL, key: k.key, path: pathOf(k.url), begun: k.c.now()}
	if via := k.via(); strings.HasPrefix(k.url, "http:") { // of a tunnel, a refusal is no answer
		a.via = via
	}
	k.x.Status = a.status
	if a.header == nil {
		a.header = http.Header{}
	}
	if !skipOK || !a.ok() {
		body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
		k.x.Size = int64(len(body))
		if err != nil {
			k.answer = &a
			return answer{}, k.broken(parent, ctx, err)
		}
		a.body = body
		if a.large = int64(len(body)) > limit; a.large {
			a.body = body[:limit]
		}
	}
	a.at = k.c.now()
	k.answer = &a
	return a, nil
}
