package tokenapi_test

import (
	"context"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// creds are the credentials of every test. The encodings of the secret differ.
func creds(auth tokenapi.ClientAuth) tokenapi.Credentials {
	return tokenapi.Credentials{ConsumerKey: "key+1",
		ConsumerSecret: secret.New("canary-secret /7d1f"), Auth: auth}
}

func clientFor(t *testing.T, base string, change func(*tokenapi.Config)) *tokenapi.Client {
	t.Helper()
	cfg := tokenapi.Config{
		Endpoints: tokenapi.Endpoints{TokenURL: base + "/token", RevokeURL: base + "/revoke"}}
	if change != nil {
		change(&cfg)
	}
	c, err := tokenapi.New(cfg, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func get(ctx context.Context, c *tokenapi.Client) (tokenapi.TokenAnswer, tokenapi.Exchange, error) {
	return c.Token(ctx,
		tokenapi.TokenRequest{Credentials: creds(tokenapi.AuthBasic),
			Grant: tokenapi.GrantClientCredentials})
}

// failure checks kind and texts of an error.
func failure(t *testing.T, err error, kind tokenapi.Kind, words ...string) *tokenapi.Error {
	t.Helper()
	e, ok := tokenapi.AsError(err)
	if !ok {
		t.Fatalf("no *Error: %v", err)
	}
	if e.Kind != kind {
		t.Errorf("kind %q, want %q (%v)", e.Kind, kind, err)
	}
	for _, w := range words {
		if !strings.Contains(e.Error()+"\n"+e.Hint, w) {
			t.Errorf("%q is not in %q, hint %q", w, e.Error(), e.Hint)
		}
	}
	return e
}

func TestNewRefusesURLs(t *testing.T) {
	for raw, words := range map[string]string{
		"gateway.example/token":                   "https://",
		"ftp://gateway.example/token":             "https://",
		"https:///token":                          "no host",
		"https://ana:canary-7d1f@h.example/token": "user name",
		"https://h.example/token#x":               "fragment",
		"http://h.example/token?k=canary-7d1f":    "unencrypted",
		"http://[::1/canary-7d1f":                 "not a URL",
	} {
		_, err := tokenapi.New(tokenapi.Config{Endpoints: tokenapi.Endpoints{RevokeURL: raw}},
			time.Now)
		e := failure(t, err, tokenapi.KindUsage, words, "revoke_url")
		if strings.Contains(e.Error()+e.Hint, "canary") {
			t.Errorf("%v shows the URL", e)
		}
	}
	for _, raw := range []string{"https://h.example:8243/token?tenantDomain=x",
		"http://127.0.0.1:1/t", "http://[::1]/t", "http://localhost:8280/t"} {
		if _, err := tokenapi.New(tokenapi.Config{Endpoints: tokenapi.Endpoints{TokenURL: raw}},
			time.Now); err != nil {
			t.Errorf("%s: %v", raw, err)
		}
	}
	_, err := tokenapi.New(
		tokenapi.Config{Endpoints: tokenapi.Endpoints{TokenURL: "http://h.example/t"},
			AllowHTTP: true}, time.Now)
	if err != nil {
		t.Error(err)
	}
	_, err = tokenapi.New(tokenapi.Config{CAPEM: []byte("nothing")}, time.Now)
	failure(t, err, tokenapi.KindUsage, "ca_file")
}

// seen is a request that a server received.
type seen struct {
	form   url.Values
	header http.Header
	query  string
}

// recording answers every request with body and records the requests.
func recording(t *testing.T, status int, body string) (*httptest.Server, func() []seen) {
	t.Helper()
	var mu sync.Mutex
	var all []seen
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		form, _ := url.ParseQuery(string(raw))
		mu.Lock()
		all = append(all, seen{form, r.Header.Clone(), r.URL.RawQuery})
		mu.Unlock()
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(s.Close)
	return s, func() []seen { mu.Lock(); defer mu.Unlock(); return all }
}

func TestGrantsOnTheWire(t *testing.T) {
	s, got := recording(t, 200, `{"access_token":"canary-access-7d1f","expires_in":60}`)
	c := clientFor(t, s.URL, nil)
	ctx := t.Context()
	base64Of := func(s string) string {
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(s))
	}
	for i, x := range []struct {
		r      tokenapi.TokenRequest
		form   string
		header string
	}{
		{tokenapi.TokenRequest{Credentials: creds(tokenapi.AuthBasic), Grant: "client_credentials",
			Scopes: []string{"a", "b"}, Username: "not sent"},
			"grant_type=client_credentials&scope=a+b", base64Of("key+1:canary-secret /7d1f")},
		{tokenapi.TokenRequest{Credentials: creds(tokenapi.AuthBasicEncoded), Grant: "password",
			Username: "ana", Password: secret.New("p&w")},
			"grant_type=password&password=p%26w&username=ana",
			base64Of("key%2B1:canary-secret+%2F7d1f")},
		{tokenapi.TokenRequest{Credentials: creds(tokenapi.AuthPost), Grant: "refresh_token",
			RefreshToken: secret.New("r/1"), Extra: url.Values{"validity_period": {"60"}}},
			"client_id=key%2B1&client_secret=canary-secret+%2F7d1f&grant_type=refresh_token&" +
				"refresh_token=r%2F1&validity_period=60",
			""},
	} {
		a, _, err := c.Token(ctx, x.r)
		if err != nil || a.Access.Reveal() != "canary-access-7d1f" || a.ExpiresIn != 60 ||
			a.At.IsZero() {
			t.Fatalf("%v %v", a, err)
		}
		g := got()[i]
		if g.form.Encode() != x.form || g.header.Get("Authorization") != x.header ||
			g.header.Get("Accept") != "application/json" {
			t.Errorf("sent %s %v", g.form.Encode(), g.header)
		}
	}
}

func TestUsageErrorsSendNothing(t *testing.T) {
	s, got := recording(t, 200, `{}`)
	c := clientFor(t, s.URL, nil)
	ok := creds(tokenapi.AuthBasic)
	for _, x := range []struct {
		r     tokenapi.TokenRequest
		words string
	}{
		{tokenapi.TokenRequest{Credentials: ok, Grant: "implicit"}, "no such grant"},
		{tokenapi.TokenRequest{Credentials: ok}, "grant is missing"},
		{tokenapi.TokenRequest{Credentials: ok, Grant: "refresh_token"}, "no refresh token"},
		{tokenapi.TokenRequest{Credentials: ok, Grant: "password", Password: secret.New("x")},
			"user name"},
		{tokenapi.TokenRequest{Credentials: ok, Grant: "password", Username: "ana"},
			"password is missing"},
		{tokenapi.TokenRequest{Credentials: creds("digest"), Grant: "client_credentials"},
			"no client_auth"},
		{tokenapi.TokenRequest{Grant: "client_credentials"}, "consumer key"},
		{tokenapi.TokenRequest{Credentials: ok, Grant: "client_credentials",
			Extra: url.Values{"Scope": {"x"}}}, "Scope"},
		{tokenapi.TokenRequest{Credentials: ok, Grant: "client_credentials",
			Extra: url.Values{"client_secret": {"x"}}}, "client_secret"},
	} {
		_, ex, err := c.Token(t.Context(), x.r)
		e := failure(t, err, tokenapi.KindUsage, x.words)
		if e.Sent || ex.Err == "" || ex.URL == "" {
			t.Errorf("%+v", ex)
		}
	}
	_, _, err := c.Revoke(t.Context(), tokenapi.RevokeRequest{Credentials: ok})
	failure(t, err, tokenapi.KindUsage, "no token")
	_, _, err = c.Probe(t.Context(),
		tokenapi.ProbeRequest{URL: "http://api.example/", Token: secret.New("t")})
	failure(t, err, tokenapi.KindUsage, "unencrypted")
	_, _, err = c.Probe(t.Context(),
		tokenapi.ProbeRequest{URL: s.URL, Token: secret.New("a\r\nX: y")})
	failure(t, err, tokenapi.KindUsage, "header")
	if n := len(got()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	var second atomic.Int32
	other := httptest.NewServer(
		http.HandlerFunc(func(http.ResponseWriter, *http.Request) { second.Add(1) }))
	defer other.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", other.URL+"/token?state=canary-state-7d1f")
			w.WriteHeader(status)
		}))
		c := clientFor(t, s.URL, nil)
		_, x, err := get(t.Context(), c)
		e := failure(t, err, tokenapi.KindRefused, strings.TrimPrefix(other.URL, "http://"))
		if e.Status != status || strings.Contains(e.Error()+e.Hint, "canary") ||
			strings.Contains(dump(x), "canary") {
			t.Errorf("%d: %v %s", status, e, dump(x))
		}
		p, _, err := c.Probe(t.Context(),
			tokenapi.ProbeRequest{URL: s.URL, Token: secret.New("canary-access-7d1f")})
		if err != nil || p.Verdict != tokenapi.Unclear || p.Status != status {
			t.Errorf("%+v %v", p, err)
		}
		s.Close()
	}
	if second.Load() != 0 {
		t.Error("a redirect was followed")
	}
}

// TestOnePOST closes the connection after the request was read. net/http would repeat the request
// on a new connection if it could rewind the body.
func TestOnePOST(t *testing.T) {
	var posts atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		if posts.Add(1) == 1 {
			_, _ = io.WriteString(w, `{"access_token":"t"}`)
			return
		}
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			_ = conn.Close()
		}
	}))
	defer s.Close()
	c := clientFor(t, s.URL, nil)
	if _, _, err := get(t.Context(), c); err != nil { // leaves a connection to be reused
		t.Fatal(err)
	}
	_, x, err := get(t.Context(), c)
	e := failure(t, err, tokenapi.KindNetwork)
	if !e.Sent || e.Answered() || x.Status != 0 || x.Err == "" {
		t.Errorf("%+v %+v", e, x)
	}
	if posts.Load() != 2 {
		t.Errorf("%d POSTs, want one for each call", posts.Load())
	}
}

// TestBodyCannotBeReplayed checks the condition of TestOnePOST in the cases in which net/http would
// replay.
func TestBodyCannotBeReplayed(t *testing.T) {
	c := clientFor(t, "http://127.0.0.1:1",
		nil).WithTransport(tripper(func(r *http.Request) (*http.Response, error) {
		if r.GetBody != nil || r.ContentLength <= 0 {
			t.Errorf("GetBody is set, or the length %d is not", r.ContentLength)
		}
		return nil, io.ErrUnexpectedEOF
	}))
	_, _, err := get(t.Context(), c)
	failure(t, err, tokenapi.KindNetwork)
}

type tripper func(*http.Request) (*http.Response, error)

func (f tripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestBodyLimit(t *testing.T) {
	s, _ := recording(t, 200, `{"access_token":"t","x":"`+strings.Repeat("x", 1<<20)+`"}`)
	_, x, err := get(t.Context(), clientFor(t, s.URL, nil))
	if e := failure(t, err, tokenapi.KindGarbled, "1024 KiB"); !e.Answered() || x.Size != 1<<20+1 {
		t.Errorf("%+v %d", e, x.Size)
	}
}

func TestBrokenAnswer(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, `{"access_token":"t"}`)
	}))
	defer s.Close()
	_, _, err := get(t.Context(), clientFor(t, s.URL, nil))
	if e := failure(t, err, tokenapi.KindNetwork, "middle of the answer"); !e.Sent || e.Answered() {
		t.Errorf("%+v", e)
	}
}

func TestProbeOpensAConnectionEachTime(t *testing.T) {
	var opened atomic.Int32
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet ||
			r.Header.Get("Authorization") != "Bearer canary-access-7d1f" {
			t.Errorf("%s %v", r.Method, r.Header)
		}
		w.WriteHeader(404) // a body that is read to its end would allow the connection to be reused
		_, _ = io.WriteString(w, "data")
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	s.Start()
	defer s.Close()
	c := clientFor(t, s.URL, nil)
	for range 3 {
		p, _, err := c.Probe(t.Context(),
			tokenapi.ProbeRequest{URL: s.URL, Token: secret.New("canary-access-7d1f")})
		if err != nil || p.Status != 404 {
			t.Fatalf("%+v %v", p, err)
		}
	}
	if opened.Load() != 3 {
		t.Errorf("%d connections for 3 probes", opened.Load())
	}
}

// The body of an accepted probe is not read, so its size is not 0 but unknown.
func TestSizeOfAProbe(t *testing.T) {
	for status, size := range map[int]int64{200: -1, 401: 4} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, "data")
		}))
		_, x, err := clientFor(t, s.URL, nil).Probe(t.Context(),
			tokenapi.ProbeRequest{URL: s.URL, Token: secret.New("canary-access-7d1f")})
		if err != nil || x.Size != size {
			t.Errorf("%d: size %d, want %d (%v)", status, x.Size, size, err)
		}
		s.Close()
	}
}
