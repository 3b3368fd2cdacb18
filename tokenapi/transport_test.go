package tokenapi_test

import (
	"context"
	"crypto/tls"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

func TestTimeoutAndCancel(t *testing.T) {
	release := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/revoke" { // the deadline covers the body too
			w.WriteHeader(200)
			w.(http.Flusher).Flush()
		}
		<-release
	}))
	defer s.Close()
	defer close(release)
	var c *tokenapi.Client
	// sent repeats a call with longer timeouts until the machine was fast enough to send a request.
	sent := func(call func() error, words ...string) {
		t.Helper()
		for timeout := 100 * time.Millisecond; ; timeout *= 4 {
			c = clientFor(t, s.URL, func(c *tokenapi.Config) { c.Timeout = timeout })
			e := failure(t, call(), tokenapi.KindTimeout, words...)
			if !e.Sent && timeout < 10*time.Second {
				words = nil // they name the first timeout
				continue
			}
			if !e.Sent || e.Answered() {
				t.Errorf("%+v", e)
			}
			return
		}
	}
	sent(func() error { _, _, err := get(t.Context(), c); return err }, "100ms")
	sent(func() error {
		_, _, err := c.Revoke(t.Context(),
			tokenapi.RevokeRequest{Credentials: creds(tokenapi.AuthBasic), Token: secret.New("t")})
		return err
	})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := get(ctx, c)
	if e := failure(t, err, tokenapi.KindCanceled); e.Sent {
		t.Errorf("%+v", e)
	}
}

func TestTLS(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"access_token":"t"}`)
	}))
	s.EnableHTTP2 = true
	s.Config.ErrorLog = quiet()
	s.StartTLS()
	defer s.Close()
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})

	_, _, err := get(t.Context(), clientFor(t, s.URL, nil))
	if e := failure(t, err, tokenapi.KindTLS, "unknown authority", "ca_file"); e.Sent {
		t.Error("nothing is sent before the handshake")
	}
	trust := func(c *tokenapi.Config) { c.CAPEM = ca }
	if _, _, err := get(t.Context(), clientFor(t, s.URL, trust)); err != nil {
		t.Error(err)
	}
	if _, _, err := get(t.Context(),
		clientFor(t, s.URL, func(c *tokenapi.Config) { c.InsecureSkipVerify = true })); err != nil {
		t.Error(err)
	}
	named := strings.Replace(s.URL, "127.0.0.1", "localhost", 1)
	_, _, err = get(t.Context(), clientFor(t, named, trust))
	failure(t, err, tokenapi.KindTLS, "is not for localhost", "example.com")

	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	_, _, err = get(t.Context(),
		clientFor(t, strings.Replace(plain.URL, "http:", "https:", 1), nil))
	failure(t, err, tokenapi.KindTLS, "use http://")
	_, _, err = get(t.Context(), clientFor(t, strings.Replace(s.URL, "https:", "http:", 1), nil))
	failure(t, err, tokenapi.KindRefused, "use https://")
}

func TestExpiredCertificate(t *testing.T) {
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	cert, pemBytes := oldCertificate(t)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	s.Config.ErrorLog = quiet()
	s.StartTLS()
	defer s.Close()
	_, _, err := get(t.Context(),
		clientFor(t, s.URL, func(c *tokenapi.Config) { c.CAPEM = pemBytes }))
	failure(t, err, tokenapi.KindTLS, "expired on 2021-01-01")
}

func TestNoServer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	c := clientFor(t, "http://"+addr, nil)
	_, _, err = get(t.Context(), c)
	if e := failure(t, err, tokenapi.KindNetwork, "nothing listens at "+addr); e.Sent {
		t.Error("nothing was sent")
	}
	p, x, err := c.Probe(t.Context(),
		tokenapi.ProbeRequest{URL: "http://" + addr, Token: secret.New("t")})
	if err != nil || p.Verdict != tokenapi.Unclear || p.Status != 0 ||
		!strings.Contains(p.Message, "nothing listens") || x.Err == "" {
		t.Errorf("%+v %+v %v", p, x, err)
	}
	dns := c.WithTransport(tripper(func(*http.Request) (*http.Response, error) {
		return nil, &net.OpError{Op: "dial",
			Err: &net.DNSError{Name: "gone.example", IsNotFound: true}}
	}))
	_, _, err = get(t.Context(), dns)
	if e := failure(t, err, tokenapi.KindNetwork, "no such host: gone.example"); e.Sent {
		t.Error("nothing was sent")
	}
	for _, f := range []struct {
		op    string
		errno syscall.Errno
		want  string
	}{
		{"dial", syscall.EHOSTUNREACH, "no way to " + addr},
		{"dial", syscall.ENETUNREACH, "no way to " + addr},
		{"proxyconnect", syscall.ECONNREFUSED, "could not be reached"},
		{"socks connect", syscall.ECONNREFUSED, "could not be reached"},
	} {
		_, _, err = get(t.Context(), c.WithTransport(tripper(
			func(*http.Request) (*http.Response, error) {
				return nil, &net.OpError{Op: f.op, Err: os.NewSyscallError("connect", f.errno)}
			})))
		if e := failure(t, err, tokenapi.KindNetwork, f.want); e.Sent {
			t.Errorf("%s: nothing was sent", f.op)
		}
	}
}
