package sandbox_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"lanyard/tokenapi/sandbox"
)

func TestOptions(t *testing.T) {
	for _, c := range []struct {
		name         string
		options      sandbox.Options
		token, cache time.Duration
	}{
		{"zero", sandbox.Options{}, time.Hour, 15 * time.Minute},
		{"given", sandbox.Options{TokenTTL: 90 * time.Second, CacheTTL: 20 * time.Second},
			90 * time.Second, 20 * time.Second},
		{"slow", sandbox.Options{Speed: 0.5}, 2 * time.Hour, 30 * time.Minute},
		{"too fast", sandbox.Options{Speed: 1e9}, time.Second, time.Second},
		{
			"too short",
			sandbox.Options{TokenTTL: 1, CacheTTL: 1, RefreshTTL: 1},
			time.Second,
			time.Second,
		},
	} {
		s, err := sandbox.New(c.options)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		} else if s.TokenTTL() != c.token || s.CacheTTL() != c.cache {
			t.Errorf("%s: token %v, cache %v", c.name, s.TokenTTL(), s.CacheTTL())
		}
	}
	for want, o := range map[string]sandbox.Options{
		"token ttl -1s":           {TokenTTL: -time.Second},
		"refresh ttl -1ns":        {RefreshTTL: -1},
		"cache ttl -1ns":          {CacheTTL: -1},
		"latency -1ns":            {Latency: -1},
		"speed -1":                {Speed: -1},
		"speed NaN":               {Speed: math.NaN()},
		"speed +Inf":              {Speed: math.Inf(1)},
		"token ttl 0s at speed 1": {Speed: 1e-300},
		"refresh ttl 2562047h":    {RefreshTTL: math.MaxInt64},
		"public url":              {PublicURL: "127.0.0.1:8243"},
		"public url: must":        {PublicURL: "http://user:hunter2@host/"},
		"public url: must be":     {PublicURL: "ftp://host"},
	} {
		_, err := sandbox.New(o)
		if err == nil || !strings.Contains(err.Error(), want) ||
			strings.Contains(err.Error(), "hunter2") {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}

func TestLatencyEndsWithTheRequest(t *testing.T) {
	b := newBench(t, sandbox.Options{Latency: 24 * time.Hour})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r := b.request("POST", "/token", "grant_type=client_credentials", "Content-Type", formType,
		"Authorization", basic(b.orders))
	rec := httptest.NewRecorder()
	b.server.ServeHTTP(rec, r.WithContext(ctx))
	if rec.Body.Len() != 0 {
		t.Error("a request that nobody waits for was answered")
	}
}

func TestLatencyIsWaited(t *testing.T) {
	b := newBench(t, sandbox.Options{Latency: time.Millisecond})
	b.get(b.orders, "")
}

func TestSelfSigned(t *testing.T) {
	now := time.Now()
	c, err := sandbox.SelfSigned([]string{"127.0.0.1", "::1", "localhost"}, now)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(c.CAPEM) {
		t.Fatal("no authority in CAPEM")
	}
	if block, rest := pem.Decode(c.CAPEM); block == nil || block.Type != "CERTIFICATE" ||
		len(rest) != 0 {
		t.Error("CAPEM is not one certificate")
	}
	leaf, err := x509.ParseCertificate(c.Server.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	for host, good := range map[string]bool{"127.0.0.1": true, "::1": true, "localhost": true,
		"example.com": false, "127.0.0.2": false} {
		_, err := leaf.Verify(x509.VerifyOptions{DNSName: host, Roots: roots, CurrentTime: now})
		if (err == nil) != good {
			t.Errorf("%s: %v", host, err)
		}
	}
	for _, when := range []time.Time{now.Add(-2 * time.Hour), now.Add(31 * 24 * time.Hour)} {
		if _, err := leaf.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: when}); err == nil {
			t.Errorf("valid at %v", when)
		}
	}

	// A handshake over a pipe, with a client that trusts only the authority.
	near, far := net.Pipe()
	defer near.Close()
	defer far.Close()
	done := make(chan error, 1)
	go func() {
		done <- tls.Server(far,
			&tls.Config{Certificates: []tls.Certificate{c.Server}}).Handshake()
	}()
	if err := tls.Client(near,
		&tls.Config{RootCAs: roots, ServerName: "localhost"}).Handshake(); err != nil {
		t.Error(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}

	other, err := sandbox.SelfSigned([]string{"localhost"}, now)
	if err != nil {
		t.Fatal(err)
	}
	if string(other.CAPEM) == string(c.CAPEM) {
		t.Error("two authorities are one")
	}
	for _, hosts := range [][]string{nil, {""}, {"localhost", ""}} {
		if _, err := sandbox.SelfSigned(hosts, now); err == nil {
			t.Errorf("%q: no error", hosts)
		}
	}
}

var _ http.Handler = (*sandbox.Server)(nil)
