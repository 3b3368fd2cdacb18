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
	bodyLimit      = 1 << 20 // bytes of an answer's body; a longer answer is garbled
	probeBodyLimit = 64 << 10
	headerLimit    = 256 << 10
	idleFor        = 20 * time.Second // short: a POST on a closing connection is lost
)

// newTransport returns the transport of an environment. It has no timeouts of its own: the deadline
// of the call covers everything.
func newTransport(cfg Config) (*http.Transport, error) {
	conf := &tls.Config{MinVersion: tls.VersionTLS12}
	conf.InsecureSkipVerify = cfg.InsecureSkipVerify //nolint:gosec // asked for, with a warning
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
	// Without this function crypto/tls withholds the certificate from a server whose list of
	// authorities does not match. The server may still know the chain, and otherwise reports a
	// missing certificate.
	conf.GetClientCertificate = func(r *tls.CertificateRequestInfo) (*tls.Certificate, error) {
		if k, ok := r.Context().Value(callKey{}).(*call); ok {
			k.certRequested.Store(true)
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

// answer is an HTTP answer.
type answer struct {
	status   int
	header   http.Header
	body     []byte
	large    bool // the body is longer than the limit
	host     string
	key      string    // the configuration key of the URL; "" if unknown
	url      string    // the URL that was called, masked; "" if unknown
	path     string    // path of that URL
	via      Proxy     // the proxy that may have answered for the server, or none
	headerAt time.Time // time at which its header had been read
	at       time.Time // time at which it had been read to the end
}

// ok reports whether the status is a 2xx.
func (a answer) ok() bool { return a.status >= 200 && a.status < 300 }

// callKey is the key of a call in the context of its requests.
type callKey struct{}

// trace records the progress of the call.
func (k *call) trace() *httptrace.ClientTrace {
	reach := func(p phase) {
		if phase(k.phase.Load()) != phaseReady { // another connection may still be opening
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
		TLSHandshakeStart: func() { k.certRequested.Store(false); reach(phaseHandshake) },
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) {
			if err == nil {
				reach(phaseConnected) // the handshake may have been with the proxy
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

// request builds the HTTP request of the call.
func (k *call) request(ctx context.Context) (*http.Request, *Error) {
	req, err := http.NewRequestWithContext(ctx, k.x.Method, k.url, nil)
	if err != nil {
		return nil, usage(k.x.Op, "the request could not be built", "")
	}
	req.Header = k.header
	if k.body != nil {
		// Without GetBody net/http cannot rewind the body, so it never sends a grant again after a
		// stale connection.
		req.Body, req.GetBody = io.NopCloser(bytes.NewReader(k.body)), nil
		req.ContentLength = int64(len(k.body))
	}
	return req, nil
}

// do sends the request once and reads the answer. It uses the RoundTripper directly, because
// http.Client follows redirects and puts URLs into its errors.
func (k *call) do(parent context.Context, rt http.RoundTripper, limit int64,
	skipOK bool) (answer, *Error) {
	ctx, cancel := k.c.deadline(parent)
	defer cancel()
	if ctx.Err() != nil {
		return answer{}, k.noAnswer(parent, ctx, ctx.Err())
	}
	if k.c.ours && rt == k.c.calls {
		k.c.closeStale()
	}
	if k.c.ours {
		ctx = context.WithValue(httptrace.WithClientTrace(ctx, k.trace()), callKey{}, k)
	} else {
		k.sent.Store(true) // an unknown transport does not report, so assume it was sent
	}
	req, e := k.request(ctx)
	if e != nil {
		return answer{}, e
	}
	resp, err := rt.RoundTrip(req)
	if err == nil && resp == nil {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return answer{}, k.noAnswer(parent, ctx, err)
	}
	defer func() { _ = resp.Body.Close() }() // it was read to the end, or is not needed
	k.sent.Store(true)
	a := answer{
		status: resp.StatusCode, header: resp.Header, host: hostOf(k.url), url: k.x.URL,
		key: k.key, path: pathOf(k.url), headerAt: k.c.now(),
	}
	if via := k.via(); strings.HasPrefix(k.url, "http:") { // a tunnel's refusal is no answer
		a.via = via
	}
	k.x.Status, k.x.Size = a.status, -1
	if a.header == nil {
		a.header = http.Header{}
	}
	if !skipOK || !a.ok() {
		body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
		k.x.Size = int64(len(body))
		if err != nil {
			k.answer = &a
			return answer{}, k.cutOff(parent, ctx, err)
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
