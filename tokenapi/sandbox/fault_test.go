package sandbox_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"lanyard/tokenapi/sandbox"
)

func TestParseFault(t *testing.T) {
	for text, want := range map[string]sandbox.Fault{
		"token:lost:1":  {Endpoint: "token", Kind: "lost", Times: 1},
		"gateway:503":   {Endpoint: "gateway", Kind: "503"},
		"any:hang:-1":   {Endpoint: "any", Kind: "hang", Times: -1},
		"revoke:html:7": {Endpoint: "revoke", Kind: "html", Times: 7},
	} {
		if f, err := sandbox.ParseFault(text); err != nil || f != want {
			t.Errorf("%s: %+v, %v", text, f, err)
		}
	}
	for _, text := range []string{"", "token", "token:", "x:lost", "token:x", "token:lost:0",
		"token:lost:x", "a:b:c:d"} {
		if _, err := sandbox.ParseFault(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
	if _, err := sandbox.New(
		sandbox.Options{Faults: []sandbox.Fault{{Endpoint: "x", Kind: "lost"}}}); err == nil {
		t.Error("New takes a fault at no endpoint")
	}
}

// order requests a fault at run time.
func (b *bench) order(form string) reply {
	b.Helper()
	return b.plain(b.request("POST", "/__sandbox/fault", form, "Content-Type", formType))
}

func TestFaultKinds(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	for kind, check := range map[string]func(r reply) bool{
		"500": func(r reply) bool { return r.status == 500 && r.body == "" },
		"502": func(r reply) bool {
			return r.status == 502 && strings.Contains(r.body, "server_error")
		},
		"503": func(r reply) bool {
			return r.status == 503 && r.header.Get("Retry-After") == "2"
		},
		"garbage": func(r reply) bool { return r.status == 200 && len(r.body) == 512 },
		"truncated": func(r reply) bool {
			return r.status == 200 && r.body[0] == '{' && !json.Valid([]byte(r.body))
		},
		"html": func(r reply) bool {
			return r.status == 200 && strings.HasPrefix(r.body, "<!DOCTYPE")
		},
		"empty": func(r reply) bool { return r.status == 200 && r.body == "" },
	} {
		if r := b.order("kind=" + kind + "&endpoint=token&times=2&after=1"); r.status != 200 {
			t.Fatalf("%s: %d %s", kind, r.status, r.body)
		}
		ask := func() reply {
			return b.plain(b.request("POST", "/token", "grant_type=client_credentials",
				"Content-Type", formType, "Authorization", basic(b.orders)))
		}
		if r := ask(); r.status != 200 || !json.Valid([]byte(r.body)) {
			t.Errorf("%s: the request before it: %d", kind, r.status)
		}
		if r := b.plain(b.request("GET", "/oauth2/jwks", "")); r.status != 200 {
			t.Errorf("%s: another endpoint: %d", kind, r.status)
		}
		for range 2 {
			if r := ask(); !check(r) {
				t.Errorf("%s: %d, %d bytes", kind, r.status, len(r.body))
			}
		}
		if r := ask(); r.status != 200 || !json.Valid([]byte(r.body)) {
			t.Errorf("%s: the request after it: %d", kind, r.status)
		}
	}
}

func TestFaultOrders(t *testing.T) {
	b := newBench(t,
		sandbox.Options{Faults: []sandbox.Fault{{Endpoint: "revoke", Kind: "500", Times: -1}}})
	for _, bad := range []string{"", "kind=x", "kind=500&endpoint=x", "kind=500&times=x",
		"kind=500&after=-1", "kind=slow&wait=x", "kind=clock&seconds=x", "kind=500&kind=502"} {
		if r := b.order(bad); r.status != 400 {
			t.Errorf("%q: %d", bad, r.status)
		}
	}
	if r := b.order(
		"kind=clock&seconds=-600"); r.body !=
		`{"faults":[{"endpoint":"revoke","kind":"500","times":-1,"after":0}],"clock_off":-600}` {
		t.Errorf("%s", r.body)
	}
	if d := b.do(b.request("GET", "/", "")).header.Get(
		"Date"); d != "Sun, 01 Mar 2026 08:50:00 GMT" {
		t.Errorf("Date %q", d)
	}
	for range 3 {
		if r := b.plain(b.request("POST", "/revoke", "")); r.status != 500 {
			t.Errorf("every time: %d", r.status)
		}
	}
	r := b.request("POST", "/__sandbox/fault", "kind=500", "Content-Type", formType, "Origin",
		"https://evil.test")
	if got := b.plain(r); got.status != 403 {
		t.Errorf("a foreign page: %d", got.status)
	}
	if r := b.plain(
		b.request("DELETE", "/__sandbox/fault", "")); r.body != `{"faults":[],"clock_off":0}` {
		t.Errorf("%s", r.body)
	}
}

// Over a socket: the grant takes effect, its answer never arrives, and the refresh token is used
// up.
func TestLostAnswer(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	arrived, answered := func() {}, func() {}
	srv := httptest.NewUnstartedServer(
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			arrived()
			b.server.ServeHTTP(w, r)
			answered()
		}))
	srv.Config.ErrorLog = nil
	srv.Start()
	defer srv.Close()
	p := b.getAna("")
	b.order("kind=lost&endpoint=token")
	refresh := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {p.Refresh}}.Encode()
	send := func(ctx context.Context, path, body string) (*http.Response, error) {
		r, err := http.NewRequestWithContext(ctx, "POST", srv.URL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", formType)
		r.Header.Set("Authorization", basic(b.payments))
		return srv.Client().Do(r)
	}
	if res, err := send(t.Context(), "/token", refresh); err == nil {
		res.Body.Close()
		t.Fatalf("an answer arrived: %d", res.StatusCode)
	}
	res, err := send(t.Context(), "/token", refresh)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if body, _ := io.ReadAll(res.Body); res.StatusCode != 400 ||
		!strings.Contains(string(body), "invalid_grant") {
		t.Errorf("the refresh token was not spent: %d", res.StatusCode)
	}
	if b.active(p.Access) {
		t.Error("the replaced token is alive")
	}

	// hang ends when the client gives up, and has no effect.
	q := b.getAna("")
	b.order("kind=hang&endpoint=revoke")
	ctx, cancel := context.WithCancel(t.Context())
	over := make(chan struct{})
	// The client gives up once the request is there.
	arrived, answered = cancel, func() { close(over) }
	if res, err := send(ctx, "/revoke", "token="+q.Access); err == nil {
		res.Body.Close()
		t.Error("a hanging server answered")
	}
	<-over // else the next request could take this fault, and hang
	arrived, answered = func() {}, func() {}
	if !b.active(q.Access) {
		t.Error("the request that hung had an effect")
	}

	// slow takes effect, late.
	b.order("kind=slow&endpoint=revoke&wait=1ms")
	if res, err := send(t.Context(), "/revoke", "token="+q.Access); err != nil ||
		res.StatusCode != 200 || b.active(q.Access) {
		t.Errorf("slow: %v", err)
	}
}
