package sandbox_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"lanyard/tokenapi/sandbox"
)

func sprintf(format string, a ...any) string { return fmt.Sprintf(format, a...) }

// The purpose of the sandbox: a revoked token passes until its cache entry ends, and no longer.
func TestRevokedTokenLingers(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	p := b.get(b.orders, "")
	b.clock.pass(7 * time.Minute) // the entry begins at the first use, not at the issue
	b.wantCall(b.orders.ProbePath, p.Access, 200, "first use")
	b.clock.pass(5 * time.Minute)
	b.want(b.revoke(b.orders, p.Access), 200, "")
	if b.active(p.Access) {
		t.Error("the key manager must know at once")
	}
	for range 9 { // using it does not extend the entry
		b.wantCall(b.orders.ProbePath, p.Access, 200, "revoked")
		b.clock.pass(time.Minute)
	}
	b.clock.pass(time.Minute - time.Nanosecond)
	b.wantCall(b.orders.ProbePath, p.Access, 200, "a nanosecond before the end")
	b.wantCall("/mobile/1.0.0/feed", p.Access, 200, "at another API behind the same cache")
	b.clock.pass(time.Nanosecond)
	b.wantCall(b.orders.ProbePath, p.Access, 401, "15 minutes after the first use")
	b.clock.pass(time.Hour)
	b.wantCall(b.orders.ProbePath, p.Access, 401, "later")
}

func TestRevokedBeforeFirstUse(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	p := b.get(b.orders, "")
	b.revoke(b.orders, p.Access)
	b.wantCall(b.orders.ProbePath, p.Access, 401, "revoked before its first use")
}

func TestReplacedTokenLingers(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	used, unused := b.getAna(""), b.getAna("&scope=other")
	b.wantCall(b.payments.ProbePath, used.Access, 200, "first use")
	b.want(b.renew(b.payments, used.Refresh), 200, "")
	b.want(b.renew(b.payments, unused.Refresh), 200, "")
	b.wantCall(b.payments.ProbePath, used.Access, 200, "replaced after its first use")
	b.wantCall(b.payments.ProbePath, unused.Access, 401, "replaced before its first use")
	b.clock.pass(15 * time.Minute)
	b.wantCall(b.payments.ProbePath, used.Access, 401, "at the end of the cache entry")
}

func TestEntryEndsAndTheKeyManagerIsAsked(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	p := b.get(b.orders, "")
	b.wantCall(b.orders.ProbePath, p.Access, 200, "first use")
	b.clock.pass(15 * time.Minute)
	b.wantCall(b.orders.ProbePath, p.Access, 200, "alive, so a second entry begins")
	b.revoke(b.orders, p.Access)
	b.clock.pass(15*time.Minute - 1)
	b.wantCall(b.orders.ProbePath, p.Access, 200, "within the second entry")
	b.clock.pass(1)
	b.wantCall(b.orders.ProbePath, p.Access, 401, "at the end of the second entry")
}

func TestExpiryEndsTheEntry(t *testing.T) {
	b := newBench(t, sandbox.Options{TokenTTL: 10 * time.Minute})
	p := b.get(b.orders, "")
	b.clock.pass(9 * time.Minute)
	b.wantCall(b.orders.ProbePath, p.Access, 200, "first use")
	b.revoke(b.orders, p.Access)
	b.clock.pass(time.Minute - 1)
	b.wantCall(b.orders.ProbePath, p.Access, 200, "a nanosecond before it expires")
	b.clock.pass(1)
	b.wantCall(b.orders.ProbePath, p.Access, 401, "expired, though its entry would last longer")

	q := b.getAna("")
	b.clock.pass(10 * time.Minute)
	b.wantCall(b.payments.ProbePath, q.Access, 401,
		"expired before its first use, its refresh token still alive")
}

func TestSpeed(t *testing.T) {
	b := newBench(t, sandbox.Options{Speed: 60})
	if b.server.CacheTTL() != 15*time.Second || b.server.TokenTTL() != time.Minute {
		t.Errorf("cache %v, token %v", b.server.CacheTTL(), b.server.TokenTTL())
	}
	p := b.get(b.orders, "")
	b.wantCall(b.orders.ProbePath, p.Access, 200, "first use")
	b.revoke(b.orders, p.Access)
	b.clock.pass(15*time.Second - 1)
	b.wantCall(b.orders.ProbePath, p.Access, 200, "revoked")
	b.clock.pass(1)
	b.wantCall(b.orders.ProbePath, p.Access, 401, "after the faster end")
}

func TestFaults(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	p := b.get(b.orders, "")
	test := b.get(b.sandboxed, "")
	const challenge = `OAuth2 realm="WSO2 API Manager", error="invalid_token", ` +
		`error_description="The provided token is invalid"`
	for _, c := range []struct {
		name, method, path string
		auth               []string
		status             int
		code, message      string
	}{
		{"ok", "GET", "/orders/1.0.0/list", []string{"Bearer " + p.Access}, 200, "", ""},
		{"scheme in any case", "POST", "/orders/1.0.0", []string{"bEaReR  " + p.Access}, 200, "",
			""},
		{"every API", "DELETE", "/payments/1.0.0/a/b", []string{"Bearer " + p.Access}, 200, "", ""},
		{"sandbox key", "GET", "/orders/1.0.0/list", []string{"Bearer " + test.Access}, 200, "",
			""},
		{"sandbox key, production API", "GET", "/payments/1.0.0/balance",
			[]string{"Bearer " + test.Access}, 403, "900901", "Invalid Credentials"},
		{"unknown token", "GET", "/orders/1.0.0/list", []string{"Bearer nonsense-token"}, 401,
			"900901", "Invalid Credentials"},
		{"no header", "GET", "/orders/1.0.0/list", nil, 401, "900902", "Missing Credentials"},
		{"no token", "GET", "/orders/1.0.0/list", []string{"Bearer"}, 401, "900902",
			"Missing Credentials"},
		{"basic", "GET", "/orders/1.0.0/list", []string{basic(b.orders)}, 401, "900902",
			"Missing Credentials"},
		{"three words", "GET", "/orders/1.0.0/list", []string{"Bearer " + p.Access + " x"}, 401,
			"900902", "Missing Credentials"},
		{"two headers", "GET", "/orders/1.0.0/list", []string{"Bearer " + p.Access, "Bearer x"},
			401, "900902", "Missing Credentials"},
		{"unknown path", "GET", "/secret-path", []string{"Bearer " + p.Access}, 404, "404",
			"Not Found"},
		{"unknown version", "GET", "/orders/1.0.01/list", []string{"Bearer " + p.Access}, 404,
			"404", "Not Found"},
		{"oauth2 itself", "GET", "/oauth2/", nil, 404, "404", "Not Found"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := &bench{T: t, server: b.server, base: b.base}
			req := b.request(c.method, c.path, "")
			req.Header["Authorization"] = c.auth
			r := b.do(req)
			var body struct{ Code, Message, Description string }
			if err := json.Unmarshal([]byte(r.body), &body); err != nil {
				t.Fatal(err)
			}
			if r.status != c.status || body.Code != c.code || body.Message != c.message {
				t.Errorf("%d %s", r.status, r.body)
			}
			if c.code != "" && body.Description == "" {
				t.Error("a fault without a description")
			}
			if got := r.header.Get("WWW-Authenticate"); (got == challenge) != (c.status == 401) {
				t.Errorf("challenge %q", got)
			}
			if kind := r.header.Get("Content-Type"); !strings.HasPrefix(kind, "application/json") {
				t.Errorf("Content-Type %q", kind)
			}
			for _, echo := range []string{p.Access, test.Access, "nonsense-token", "secret-path"} {
				if strings.Contains(r.body, echo) {
					t.Errorf("the answer repeats what it was sent: %s", r.body)
				}
			}
		})
	}
	if r := b.do(b.request("GET", "/orders/1.0.0/list", "", "Authorization",
		"Bearer "+p.Access)); r.body !=
		`{"api":"orders","ok":true,"application":"Orders","key_type":"PRODUCTION"}` {
		t.Errorf("%s", r.body)
	}
}

func TestIndex(t *testing.T) {
	b := newBench(t, sandbox.Options{PublicURL: "http://127.0.0.1:8243/"})
	r := b.do(b.request("GET", "/", ""))
	if r.status != 200 || r.header.Get("Content-Type") != "text/plain; charset=utf-8" ||
		!strings.Contains(r.body, "POST http://127.0.0.1:8243/token ") ||
		!strings.Contains(r.body, "http://127.0.0.1:8243/payments/1.0.0/") {
		t.Errorf("%d\n%s", r.status, r.body)
	}
	for _, a := range b.server.Applications() {
		if strings.Contains(r.body, a.ConsumerKey) || !a.ConsumerSecret.IsZero() &&
			strings.Contains(r.body, a.ConsumerSecret.Reveal()) {
			t.Error("the index holds credentials")
		}
	}
	if r := b.do(b.request("HEAD", "/", "")); r.status != 200 || r.body != "" {
		t.Errorf("HEAD: %d, %d bytes", r.status, len(r.body))
	}
}

func TestPrintedServer(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	p := b.getAna("")
	b.wantCall(b.payments.ProbePath, p.Access, 200, "first use")
	out := fmt.Sprintf("%v %+v %#v %s", b.server, b.server, b.server,
		struct{ S *sandbox.Server }{b.server})
	if strings.Contains(out, p.Access) || strings.Contains(out, p.Refresh) {
		t.Error("a printed server shows its tokens")
	}
}

// Many clients at once. Under -race this finds unguarded state. Of many refreshes with one refresh
// token exactly one may succeed.
func TestConcurrency(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	p := b.getAna("")
	const n = 16
	won := make(chan string, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			if r := b.renew(b.payments, p.Refresh); r.status == 200 {
				won <- r.Access
			} else if r.Error != "invalid_grant" {
				t.Errorf("%d %s", r.status, r.Error)
			}
			scope := fmt.Sprintf("&scope=device_%d", i%4)
			r := b.post("/token", b.orders, "grant_type=client_credentials"+scope)
			b.call(b.orders.ProbePath, r.Access)
			b.post("/introspect", b.orders, "token="+r.Access)
			b.clock.pass(time.Minute)
			b.revoke(b.orders, r.Access)
			b.call(b.orders.ProbePath, r.Access)
			b.server.Applications()
		})
	}
	all.Wait()
	if len(won) != 1 {
		t.Fatalf("%d refreshes with one token succeeded", len(won))
	}
	if !b.active(<-won) {
		t.Error("the winner's token is not active")
	}
}
