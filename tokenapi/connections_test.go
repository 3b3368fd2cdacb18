package tokenapi_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// counting counts the connections to a server.
func counting(s *httptest.Server, n *atomic.Int32) {
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			n.Add(1)
		}
	}
}

// TestHTTP2 also counts connections: reused for grants, never for probes, over HTTP/2 and HTTP/1.1.
func TestHTTP2(t *testing.T) {
	a := newAuthority(t, "a")
	for major, two := range map[int]bool{1: false, 2: true} {
		var opened atomic.Int32
		var mu sync.Mutex
		var versions []int
		s := a.serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			versions = append(versions, r.ProtoMajor)
			mu.Unlock()
			if r.URL.Path == "/api" {
				w.WriteHeader(401)
			}
			_, _ = io.WriteString(w, granted)
		}), func(s *httptest.Server) { s.EnableHTTP2 = two; counting(s, &opened) })
		c := clientFor(t, s.URL, func(c *tokenapi.Config) { c.CAPEM = a.pem })
		for range 2 {
			if _, _, err := get(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		if opened.Load() != 1 {
			t.Errorf("HTTP/%d: %d connections for 2 grants", major, opened.Load())
		}
		for range 3 {
			p, _, err := c.Probe(t.Context(),
				tokenapi.ProbeRequest{URL: s.URL + "/api", Token: secret.New("t")})
			if err != nil || p.Status != 401 {
				t.Fatalf("%+v %v", p, err)
			}
		}
		if opened.Load() != 4 {
			t.Errorf("HTTP/%d: %d connections for 2 grants and 3 probes", major, opened.Load())
		}
		if mu.Lock(); !slices.Equal(versions, []int{major, major, major, major, major}) {
			t.Errorf("HTTP versions %v, want %d", versions, major)
		}
		mu.Unlock()
	}
}

// TestOnePOSTOverHTTP2 resets the stream of a request that was read.
func TestOnePOSTOverHTTP2(t *testing.T) {
	a := newAuthority(t, "a")
	var posts atomic.Int32
	s := a.serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		if posts.Add(1) > 1 {
			panic(http.ErrAbortHandler)
		}
		_, _ = io.WriteString(w, granted)
	}), nil)
	c := clientFor(t, s.URL, func(c *tokenapi.Config) { c.CAPEM = a.pem })
	if _, _, err := get(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	_, _, err := get(t.Context(), c)
	if e := failure(t, err, tokenapi.KindNetwork); !e.Sent || e.Answered() || posts.Load() != 2 {
		t.Errorf("%+v after %d POSTs", e, posts.Load())
	}
}

// TestConnectionsAfterSleep has a machine that slept between two grants: its timers stopped, but
// its clock went on.
func TestConnectionsAfterSleep(t *testing.T) {
	var opened atomic.Int32
	s := httptest.NewUnstartedServer(grants())
	counting(s, &opened)
	s.Start()
	defer s.Close()
	now := time.Date(2030, 5, 6, 7, 8, 9, 0, time.UTC)
	c, err := tokenapi.New(tokenapi.Config{Endpoints: tokenapi.Endpoints{TokenURL: s.URL}},
		func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for i, x := range []struct {
		later time.Duration
		want  int32
	}{{0, 1}, {10 * time.Second, 1}, {8 * time.Hour, 2}, {time.Second, 2}} {
		now = now.Add(x.later)
		if _, _, err := get(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		if opened.Load() != x.want {
			t.Errorf("grant %d: %d connections, want %d", i, opened.Load(), x.want)
		}
	}
}

// TestTokenStaysWithItsHost checks that no call sends a token to the target of a redirect.
func TestTokenStaysWithItsHost(t *testing.T) {
	var there []string
	other := httptest.NewServer(
		http.HandlerFunc(
			func(_ http.ResponseWriter,
				r *http.Request) {
				there = append(there, r.Header.Get("Authorization"))
			}))
	defer other.Close()
	for _, status := range []int{301, 302, 307, 308} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", other.URL+"/stolen")
			w.WriteHeader(status)
		}))
		c := clientFor(t, s.URL, nil)
		r, x, err := c.Call(t.Context(),
			tokenapi.Call{Op: "portal", Method: "GET", URL: s.URL, URLKey: "portal_url",
				Bearer: secret.New("canary-access-7d1f")})
		if err != nil || r.Status != status || strings.Contains(dump(x), "canary") {
			t.Errorf("%+v %v", x, err)
		}
		if p, _, err := c.Probe(t.Context(),
			tokenapi.ProbeRequest{URL: s.URL,
				Token: secret.New("canary-access-7d1f")}); err != nil || p.Status != status {
			t.Errorf("%+v %v", p, err)
		}
		if _, _, err := c.KeySet(t.Context(), s.URL); err == nil {
			t.Error("a redirect is no key set")
		}
		s.Close()
	}
	if len(there) != 0 {
		t.Errorf("the other host was sent %q", there)
	}
}

// TestPlainHTTP checks that no URL leads to an unencrypted connection with another machine.
func TestPlainHTTP(t *testing.T) {
	const plain = "http://h.example/x"
	for key, ends := range map[string]tokenapi.Endpoints{
		"token_url": {TokenURL: plain}, "revoke_url": {RevokeURL: plain},
		"introspect_url": {IntrospectURL: plain},
		"authorize_url":  {AuthorizeURL: plain}, "device_url": {DeviceURL: plain},
		"jwks_url": {JWKSURL: plain},
	} {
		_, err := tokenapi.New(tokenapi.Config{Endpoints: ends}, time.Now)
		if e := failure(t, err, tokenapi.KindUsage, "unencrypted", "allow_http"); e.Op != key {
			t.Errorf("%s: %v", key, e)
		}
		if _, err := tokenapi.New(tokenapi.Config{Endpoints: ends, AllowHTTP: true},
			time.Now); err != nil {
			t.Error(err)
		}
	}
	c := clientFor(t, "http://127.0.0.1:1", nil)
	_, _, probe := c.Probe(t.Context(), tokenapi.ProbeRequest{URL: plain, Token: secret.New("t")})
	_, _, keys := c.KeySet(t.Context(), plain)
	_, _, issuer := c.Discover(t.Context(), plain)
	_, _, call := c.Call(t.Context(),
		tokenapi.Call{Op: "portal", Method: "GET", URL: plain, URLKey: "portal_url"})
	for key, err := range map[string]error{"probe_url": probe, "jwks_url": keys, "issuer": issuer,
		"portal_url": call} {
		if e := failure(t, err, tokenapi.KindUsage, "unencrypted", "allow_http"); e.Op != key {
			t.Errorf("%s: %v", key, e)
		}
	}
}

func TestCallWithoutAHeaderToSend(t *testing.T) {
	s, got := recording(t, 200, "{}")
	_, _, err := clientFor(t, s.URL, nil).Call(t.Context(),
		tokenapi.Call{Op: "portal", Method: "GET", URL: s.URL, URLKey: "portal_url",
			Bearer: secret.New("a\nb")})
	if failure(t, err, tokenapi.KindUsage, "header"); len(got()) != 0 {
		t.Error("it was sent")
	}
}

// TestCallMasksItsForm has a server that repeats a value of the form under a harmless name.
func TestCallMasksItsForm(t *testing.T) {
	s, got := recording(t, 200, `{"echo":"canary-password-7d1f and canary-token-7d1f"}`)
	_, x, err := clientFor(t, s.URL, nil).Call(t.Context(), tokenapi.Call{
		Op: "portal", Method: "POST", URL: s.URL, URLKey: "portal_url",
		Form: url.Values{"password": {"canary-password-7d1f"}, "token": {"canary-token-7d1f"},
			"scope": {"a"}},
	})
	if err != nil || got()[0].form.Get("password") != "canary-password-7d1f" ||
		strings.Contains(dump(x), "canary") {
		t.Errorf("%s %v", dump(x), err)
	}
}
