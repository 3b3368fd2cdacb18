package sandbox_test

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"lanyard/tokenapi/sandbox"
)

// at calls an API at one gateway node.
func (b *bench) at(node int, path, token string) int {
	b.Helper()
	r := b.do(b.request("GET", path, "", "Authorization", "Bearer "+token, "X-Node",
		strconv.Itoa(node)))
	if r.header.Get("X-Node") != strconv.Itoa(node) {
		b.Errorf("node %s answered for node %d", r.header.Get("X-Node"), node)
	}
	return r.status
}

// state is the state of a token: at the key manager, and at each of two gateway nodes.
type state struct {
	km         bool
	node1, two int
}

func (b *bench) wantState(what, token string, want state) {
	b.Helper()
	const path = "/payments/1.0.0/balance"
	if got := (state{b.active(token), b.at(1, path, token), b.at(2, path, token)}); got != want {
		b.Errorf("%s: %+v, want %+v", what, got, want)
	}
}

func twoNodes(t *testing.T, profile string) *bench {
	t.Helper()
	return newBench(t, sandbox.Options{Profile: profile, Nodes: 2, SigningAlg: "ES256"})
}

func TestOpaqueNodes(t *testing.T) {
	b := twoNodes(t, sandbox.ProfileOpaque)
	p := b.getAna("")
	if b.at(1, b.payments.ProbePath, p.Access) != 200 {
		t.Fatal("the first use")
	}
	b.revoke(b.payments, p.Access)
	b.wantState("used at node 1 only", p.Access, state{false, 200, 401})
	b.clock.pass(15 * time.Minute)
	b.wantState("at the end of the entry", p.Access, state{false, 401, 401})
	seen := map[string]int{}
	for range 6 {
		seen[b.do(b.request("GET", "/orders/1.0.0/list", "")).header.Get("X-Node")]++
	}
	if seen["1"] != 3 || seen["2"] != 3 {
		t.Errorf("calls go to %v", seen)
	}
}

func TestJWTRegime(t *testing.T) {
	b := twoNodes(t, sandbox.ProfileJWT)
	alive, dying, dead := state{true, 200, 200}, state{false, 200, 200}, state{false, 401, 401}

	p := b.getAna("")
	b.wantState("new", p.Access, alive)
	mine := b.getAna("&scope=device_laptop")
	q := b.getAna("")
	if q.Access == p.Access || q.Refresh != p.Refresh {
		t.Errorf("a get must give a new access token, %v, beside the same refresh token, %v",
			q.Access != p.Access, q.Refresh == p.Refresh)
	}
	b.wantState("superseded, before the notice", p.Access, dying)
	b.clock.pass(2*time.Second - 1)
	b.wantState("a nanosecond before the notice", p.Access, dying)
	b.clock.pass(1)
	b.wantState("after the notice", p.Access, dead)
	b.wantState("the newer one", q.Access, alive)
	b.wantState("of a device scope", mine.Access, alive)

	r := b.renew(b.payments, q.Refresh)
	b.want(r, 200, "")
	if r.header.Get("DeactivatedAccessToken") != q.Access {
		t.Error("the refresh does not name the token it replaced")
	}
	b.wantState("replaced by a refresh", q.Access, dying)
	b.clock.pass(2 * time.Second)
	b.wantState("replaced, after the notice", q.Access, dead)
	b.want(b.renew(b.payments, q.Refresh), 400, "invalid_grant")

	b.wantRevokedAs(b.revoke(b.payments, r.Access), r)
	b.want(b.renew(b.payments, r.Refresh), 400, "invalid_grant")
	b.wantState("revoked by access token", r.Access, dying)
	b.clock.pass(2 * time.Second)
	b.wantState("revoked by access token, after the notice", r.Access, dead)

	b.wantRevokedAs(b.revoke(b.payments, mine.Refresh), mine)
	b.clock.pass(time.Minute)
	b.wantState("revoked by refresh token: nobody is told", mine.Access, dying)
	b.clock.pass(time.Hour)
	b.wantState("expired", mine.Access, dead)
}

func (b *bench) wantRevokedAs(r, p reply) {
	b.Helper()
	if r.status != 200 || r.header.Get("RevokedAccessToken") != p.Access ||
		r.header.Get("RevokedRefreshToken") != p.Refresh ||
		r.header.Get("AuthorizedUser") != "ana@carbon.super" ||
		r.header.Get("Content-Type") != "application/json" {
		b.Errorf("the revoke answered %d and does not name what it killed", r.status)
	}
}

func TestStatelessRegime(t *testing.T) {
	b := twoNodes(t, sandbox.ProfileStateless)
	alive, dying, dead := state{true, 200, 200}, state{false, 200, 200}, state{false, 401, 401}

	p, q := b.getAna(""), b.getAna("")
	if p.Access == q.Access || p.Refresh == q.Refresh || strings.Count(p.Refresh, ".") != 2 {
		t.Error("each get gives tokens of its own, JWTs both")
	}
	r := b.renew(b.payments, p.Refresh)
	b.want(r, 200, "")
	b.want(b.renew(b.payments, p.Refresh), 200, "")
	if r.header.Get("DeactivatedAccessToken") != "" {
		t.Error("nothing was deactivated")
	}
	b.clock.pass(time.Minute)
	for what, one := range map[string]string{"first": p.Access, "second": q.Access,
		"refreshed": r.Access} {
		b.wantState(what, one, alive)
	}
	answer := b.revoke(b.payments, p.Access)
	if answer.header.Get("RevokedAccessToken") != "" ||
		answer.header.Get("RevokedRefreshToken") != "" ||
		answer.header.Get("AuthorizedUser") == "" {
		t.Error("only AuthorizedUser is told")
	}
	b.wantState("revoked", p.Access, dying)
	b.clock.pass(2 * time.Second)
	b.wantState("revoked, after the notice", p.Access, dead)
	b.want(b.renew(b.payments, p.Refresh), 200, "") // it is still valid
	b.revoke(b.payments, q.Refresh)
	b.want(b.renew(b.payments, q.Refresh), 400, "invalid_grant")
	b.clock.pass(2 * time.Second)
	b.wantState("its refresh token was revoked", q.Access, alive)
	b.wantState("refreshed", r.Access, alive)
	if got := b.call(b.payments.ProbePath, p.Refresh); got != 401 {
		t.Errorf("a refresh token passes the gateway: %d", got)
	}
}

func TestIntrospectingRegime(t *testing.T) {
	b := twoNodes(t, sandbox.ProfileIntrospecting)
	p, q := b.getAna(""), b.getAna("")
	if p.Access == q.Access || p.Refresh == q.Refresh {
		t.Error("every get gives a new pair")
	}
	if b.at(1, b.payments.ProbePath, p.Access) != 200 {
		t.Fatal("the first use")
	}
	b.revoke(b.payments, p.Access)
	b.want(b.renew(b.payments, p.Refresh), 400, "invalid_grant")
	b.clock.pass(15*time.Minute - 1)
	b.wantState("in the cache of node 1", p.Access, state{false, 200, 401})
	b.clock.pass(1)
	b.wantState("at the end", p.Access, state{false, 401, 401})
	b.wantState("the other", q.Access, state{true, 200, 200})
	r := b.renew(b.payments, q.Refresh)
	b.want(r, 200, "")
	b.wantState("replaced", q.Access, state{false, 200, 200})
	b.want(b.renew(b.payments, q.Refresh), 400, "invalid_grant")
	b.wantState("the new one", r.Access, state{true, 200, 200})
}

func TestScopeOfARefresh(t *testing.T) {
	for _, profile := range sandbox.Profiles() {
		b := twoNodes(t, profile)
		p := b.getAna("&scope=a+b")
		r := b.post("/token", b.payments,
			"grant_type=refresh_token&scope=PRODUCTION&refresh_token="+p.Refresh)
		if profile == sandbox.ProfileOpaque {
			b.want(r, 200, "")
			continue
		}
		b.want(r, 400, "invalid_scope")
		if r.Description != "Invalid Scope!" {
			t.Errorf("%s: %q", profile, r.Description)
		}
		r = b.post("/token", b.payments,
			"grant_type=refresh_token&scope=b&refresh_token="+p.Refresh)
		b.want(r, 200, "") // the refusal used up nothing
		if r.Scope != "b" {
			t.Errorf("%s: scope %q", profile, r.Scope)
		}
	}
}

// payload returns the claims of a JWT, unverified.
func payload(t *testing.T, token string) map[string]any {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("%d parts", len(parts))
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var c map[string]any
	if err := json.Unmarshal(raw, &c); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestClaimsAndIntrospection(t *testing.T) {
	b := newBench(t,
		sandbox.Options{Profile: sandbox.ProfileJWT, SigningAlg: "ES256",
			PublicURL: "https://km.test/", ClockOff: 10 * time.Minute})
	p := b.getAna("&scope=read+openid")
	if p.ExpiresIn != 3600 {
		t.Errorf("expires_in %d: a lifetime does not depend on the clock", p.ExpiresIn)
	}
	at := float64(b.clock.Now().Add(10 * time.Minute).Unix())
	c := payload(t, p.Access)
	for name, want := range map[string]any{"iss": "https://km.test/oauth2/token",
		"sub": "ana@carbon.super", "aud": b.payments.ConsumerKey,
		"azp": b.payments.ConsumerKey, "client_id": b.payments.ConsumerKey, "scope": "read openid",
		"iat": at, "nbf": at, "exp": at + 3600} {
		if c[name] != want {
			t.Errorf("%s: %v, want %v", name, c[name], want)
		}
	}
	var i map[string]any
	if err := json.Unmarshal([]byte(b.post("/introspect", b.orders, "token="+p.Access).body),
		&i); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"iss", "sub", "aud", "jti", "exp", "iat"} {
		if i[name] == nil || i[name] != c[name] {
			t.Errorf("introspection says %s is %v, the token %v", name, i[name], c[name])
		}
	}
	var answer struct {
		ID string `json:"id_token"`
	}
	if err := json.Unmarshal([]byte(p.body), &answer); err != nil ||
		payload(t, answer.ID)["sub"] != "ana@carbon.super" {
		t.Error("the scope openid gives no ID token")
	}
	if got := b.call(b.payments.ProbePath, answer.ID); got != 401 {
		t.Errorf("an ID token passes the gateway: %d", got)
	}
	if d := p.header.Get("Date"); d != "Sun, 01 Mar 2026 09:10:00 GMT" {
		t.Errorf("Date %q", d)
	}
	b.clock.pass(time.Hour)
	b.wantCall(b.payments.ProbePath, p.Access, 401,
		"expired by the server's own clock, an hour later")
}

// A gateway that validates JWTs itself refuses each of these tokens.
func TestForgedJWT(t *testing.T) {
	b := newBench(t, sandbox.Options{Profile: sandbox.ProfileJWT})
	other := newBench(t, sandbox.Options{Profile: sandbox.ProfileJWT, SigningAlg: "ES256"})
	good := b.get(b.orders, "").Access
	b.wantCall(b.orders.ProbePath, good, 200, "RS256, as it is")
	parts := strings.Split(good, ".")
	b64 := base64.RawURLEncoding.EncodeToString
	for what, token := range map[string]string{
		"another server's": other.get(other.orders, "").Access,
		"no signature":     parts[0] + "." + parts[1] + ".",
		"none":             b64([]byte(`{"typ":"at+jwt","alg":"none"}`)) + "." + parts[1] + ".",
		"other claims": parts[0] + "." +
			b64([]byte(`{"client_id":"`+b.orders.ConsumerKey+`","exp":99999999999}`)) + "." +
			parts[2],
		"two parts": parts[0] + "." + parts[1],
		"padding":   good + "=",
	} {
		b.wantCall(b.orders.ProbePath, token, 401, what)
	}
}

func TestNoticeIsFaster(t *testing.T) {
	b := newBench(t, sandbox.Options{Profile: sandbox.ProfileJWT, SigningAlg: "ES256", Speed: 100})
	p := b.getAna("")
	b.revoke(b.payments, p.Access)
	b.clock.pass(20*time.Millisecond - 1)
	b.wantCall(b.payments.ProbePath, p.Access, 200, "before the notice")
	b.clock.pass(1)
	b.wantCall(b.payments.ProbePath, p.Access, 401, "2 s at a speed of 100")
}

func TestSubscriptionsAndScopes(t *testing.T) {
	for _, profile := range sandbox.Profiles() {
		b := newBench(t, sandbox.Options{Profile: profile, SigningAlg: "ES256"})
		reports, orders, admin := b.get(b.named("Reports"), "").Access, b.get(b.orders, "").Access,
			b.get(b.orders, "&scope=orders:admin").Access
		for _, c := range []struct {
			path, token string
			status      int
			code        string
		}{
			{"/orders/1.0.0/list", reports, 401, "900909"},
			{"/mobile/1.0.0/feed", reports, 401, "900907"},
			{"/payments/1.0.0/balance", reports, 403, "900908"},
			{"/orders/1.0.0/admin", orders, 403, "900910"},
			{"/orders/1.0.0/admin/x", orders, 403, "900910"},
			{"/orders/1.0.0/administration", orders, 200, ""},
			{"/orders/1.0.0/admin", admin, 200, ""},
		} {
			r := b.do(b.request("GET", c.path, "", "Authorization", "Bearer "+c.token))
			if r.status != c.status || r.Code != c.code {
				t.Errorf("%s: %s: %d %s, want %d %s", profile, c.path, r.status, r.Code, c.status,
					c.code)
			}
		}
	}
}

// named returns a seeded application.
func (b *bench) named(name string) sandbox.Application {
	b.Helper()
	for _, a := range b.server.Applications() {
		if a.Name == name {
			return a
		}
	}
	b.Fatalf("no application %q", name)
	return sandbox.Application{}
}
