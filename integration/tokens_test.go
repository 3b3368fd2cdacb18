package integration

import (
	"net/http"
	"net/url"
	"testing"
)

const user = `
	[[environment]]
	name = "oidc"
	token_url = "HTTP/token"
	revoke_url = "HTTP/token/revocation"
	introspect_url = "HTTP/token/introspection"
	[[application]]
	name = "Ana"
	consumer_key = "orders"
	consumer_secret = { env = "ORDERS_SECRET" }
	grant = "password"
	username = "ana"
	password = { env = "ANA_PASSWORD" }`

// Refresh tokens rotate: each can be used once, the store holds the newest, and a second use
// revokes all.
func TestRefreshRotates(t *testing.T) {
	t.Parallel()
	b := requireBench(t)
	s := b.sit(t, nil, user)
	first := s.token("token", "Ana")
	second := s.token("renew", first.Fingerprint)
	third := s.token("renew", second.Fingerprint)
	for _, i := range []issuedToken{second, third} {
		if i.How != "refreshed" || !i.HasRefresh {
			t.Errorf("%s, with a refresh token: %v", i.How, i.HasRefresh)
		}
	}
	if first.Refresh == second.Refresh || second.Refresh == third.Refresh {
		t.Error("a refresh token came back")
	}
	if b.alive(t, second.Refresh) || !b.alive(t, third.Refresh) || !b.alive(t, third.Access) {
		t.Error("at the server, the newest pair is to be alive and the refresh token before it " +
			"spent")
	}
	// Another program uses the old one.
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {first.Refresh}}
	if status, answer := b.post(t, "/token", form); status != http.StatusBadRequest ||
		answer["error"] != "invalid_grant" {
		t.Errorf("the old refresh token: %d %v", status, answer["error"])
	}
	if b.alive(t, third.Refresh) {
		t.Error("this server is known to kill the whole family then")
	}
	// The held refresh token is dead now. Renewing says so or requests a new token. It never leaves
	// no token.
	s.run("renew", third.Fingerprint)
	if anew := s.token("token", "Ana", "--fresh"); !b.alive(t, anew.Access) ||
		!b.alive(t, anew.Refresh) {
		t.Error("no live pair after the reuse")
	}
}

// Two programs renew the same token at once. This server revokes everything after a second use of a
// refresh token, so it must be sent only once. The token in the store must be alive at the end.
func TestTwoRenewAtOnce(t *testing.T) {
	t.Parallel()
	b := requireBench(t)
	s := b.sit(t, nil, `
		[[environment]]
		name = "oidc"
		token_url = "HTTP/token"
		[[application]]
		name = "Slow"
		consumer_key = "slow"
		consumer_secret = "slow-secret"
		grant = "password"
		username = "ana"
		password = { env = "ANA_PASSWORD" }`)
	first := s.token("token", "Slow")
	both := make(chan result)
	for range 2 {
		go func() {
			r, err := s.try("", "renew", first.Fingerprint, "--json")
			if err != nil {
				t.Error(err)
			}
			both <- r
		}()
	}
	how := map[string]int{}
	var renewed issuedToken
	for range 2 {
		r := <-both
		if r.code != exitDone {
			how["too late"]++ // it began after the other had ended
			continue
		}
		read(t, r.out, &renewed)
		how[renewed.How]++
	}
	if how["refreshed"] != 1 {
		t.Errorf("how they ended: %v", how)
	}
	if v := b.visits(t, "slow", "refresh_token"); len(v) != 1 || v[0].Status != http.StatusOK {
		t.Errorf("the server was asked: %+v", v)
	}
	if !b.alive(t, renewed.Access) || !b.alive(t, renewed.Refresh) {
		t.Error("the new pair is not alive")
	}
	if again := s.token("renew", renewed.Fingerprint); again.How != "refreshed" {
		t.Errorf("the refresh token that is held was not good: %s", again.How)
	}
}

// Introspection follows a token: active, and inactive after a revoke of either token of the pair.
func TestIntrospection(t *testing.T) {
	t.Parallel()
	b := requireBench(t)
	s := b.sit(t, nil, user)
	got := s.token("token", "Ana")
	if !s.active(got.Fingerprint) {
		t.Error("not active when new")
	}
	s.does("revoke", got.Fingerprint, "--kind", "both")
	if s.active(got.Fingerprint) {
		t.Error("active after the revoke")
	}
	if b.alive(t, got.Access) || b.alive(t, got.Refresh) {
		t.Error("the server lets a half of it live")
	}
}

// A client without permission does not conclude that the token is inactive.
func TestIntrospectionWithoutPermission(t *testing.T) {
	t.Parallel()
	s := requireBench(t).sit(t, nil, user)
	got := s.token("token", "Ana")
	s.env = append(s.env, "ORDERS_SECRET=wrong")
	if r := s.run("introspect", got.Fingerprint); r.code != exitRefused || r.out != "" {
		t.Errorf("exit %d: %s%s", r.code, r.out, r.err)
	}
}

// A leaked token that is not in the store is revoked from standard input.
func TestRevokeLeaked(t *testing.T) {
	t.Parallel()
	b := requireBench(t)
	_, answer := b.post(t, "/token", url.Values{"grant_type": {"client_credentials"}})
	leaked, _ := answer["access_token"].(string)
	if !b.alive(t, leaked) {
		t.Fatal("no token to begin with")
	}
	s := b.sit(t, nil, user)
	if r := s.runWith(leaked+"\n", "revoke", "Ana", "-"); r.code != exitDone {
		t.Errorf("exit %d: %s", r.code, r.err)
	}
	if b.alive(t, leaked) {
		t.Error("it lives on")
	}
}

// A JWT of this server is decoded, and its signature verified with the server's keys.
func TestInspect(t *testing.T) {
	t.Parallel()
	b := requireBench(t)
	s := b.sit(t, nil, `
		[[environment]]
		name = "oidc"
		issuer = "HTTP"
		[[application]]
		name = "Orders"
		consumer_key = "orders"
		consumer_secret = { env = "ORDERS_SECRET" }
		scopes = ["orders:read"]
		extra = { resource = "urn:api:jwt" }`)
	got := s.token("token", "Orders")
	var seen map[string]any
	read(t, s.does("inspect", got.Fingerprint, "--json"), &seen)
	if len(seen) == 0 {
		t.Error("it saw nothing")
	}
	t.Logf("inspect --json: %v", seen)
	if r := s.runWith("Bearer \""+got.Access+"\"\n", "inspect", "-"); r.code != exitDone {
		t.Errorf("with quotes and Bearer: exit %d: %s", r.code, r.err)
	}
}
