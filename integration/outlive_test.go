package integration

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

// outlives is a configuration for oauth2-server whose gateway caches nothing, so that every window
// ends at once.
const outlives = `
	[[environment]]
	name = "oauth2"
	token_url = "OAUTH2/token"
	revoke_url = "OAUTH2/revoke"
	introspect_url = "OAUTH2/introspect"
	cache_ttl = "0s"
	regime = "auto"
	[[application]]
	name = "Ana"
	consumer_key = "orders"
	consumer_secret = { env = "ORDERS_SECRET" }
	grant = "password"
	username = "ana"
	password = { env = "ANA_PASSWORD" }
	probe_url = "OAUTH2/api/orders/1"
	[[application]]
	name = "Orders"
	consumer_key = "orders"
	consumer_secret = { env = "ORDERS_SECRET" }
	probe_url = "OAUTH2/api/orders/1"`

// ends revokes a token at the server without lanyard.
func (s *server) ends(t *testing.T, token string) {
	t.Helper()
	if status, _ := post(t, s.ready+"/revoke",
		url.Values{"token": {token}}); status != http.StatusOK {
		t.Fatalf("revoke: %d", status)
	}
}

// lingersToItsEnd fails the test unless lanyard shows that the token may pass until it expires.
func (s *seat) lingersToItsEnd(when, fingerprint string) {
	s.t.Helper()
	if now := s.held(fingerprint); now.State != "lingering" ||
		!now.StaleUntil.Equal(now.ExpiresAt) {
		s.t.Errorf("%s: %s until %s, it expires at %s", when, now.State, now.StaleUntil,
			now.ExpiresAt)
	}
}

// A refresh leaves the old access token alive until its expiry. Lanyard shows that it may pass
// until then, and introspection and the API agree.
func TestOldTokenOutlivesRefresh(t *testing.T) {
	t.Parallel()
	s := requireBench(t).sit(t, nil, outlives)
	old := s.token("token", "Ana")
	s.token("renew", old.Fingerprint)
	s.lingersToItsEnd("replaced", old.Fingerprint)
	if !s.active(old.Fingerprint) {
		t.Error("introspection says that the old token is not active")
	}
	if p := s.probe(exitDone, old.Fingerprint); p.Status != 200 || p.Verdict != "accepted" {
		t.Errorf("the API: %+v", p)
	}
	s.lingersToItsEnd("introspected and probed", old.Fingerprint)
}

// The configuration says that a refresh ends the old token. Introspection overrides it: an active
// answer opens the row again, an inactive one closes it.
func TestIntrospectionReopensReplaced(t *testing.T) {
	t.Parallel()
	b := requireBench(t)
	s := b.sit(t, nil, strings.ReplaceAll(outlives, `"auto"`, `"opaque"`))
	old := s.token("token", "Ana")
	s.token("renew", old.Fingerprint)
	if now := s.held(old.Fingerprint); now.State != "superseded" {
		t.Errorf("replaced: %s", now.State)
	}
	if !s.active(old.Fingerprint) {
		t.Fatal("introspection says that the old token is not active")
	}
	s.lingersToItsEnd("active", old.Fingerprint)
	b.oauth2.ends(t, old.Access)
	if s.active(old.Fingerprint) {
		t.Fatal("introspection says that the old token is active")
	}
	if now := s.held(old.Fingerprint); now.State != "superseded" {
		t.Errorf("inactive: %s", now.State)
	}
}

// A server accepts every revoke, also of an unknown token (RFC 7009 section 2.2). Introspection
// shows that the token is alive, and the newest answer decides the state.
func TestIntrospectionReopensRevoked(t *testing.T) {
	t.Parallel()
	b := requireBench(t)
	stranger := b.starts(t, "oauth2-server/start.sh")
	s := b.sit(t, nil, strings.ReplaceAll(outlives, "OAUTH2/revoke", stranger.ready+"/revoke"))
	got := s.token("token", "Orders")
	s.does("revoke", got.Fingerprint)
	if r := s.revocation(); r.Verdict != "dead" || r.AtServer != "accepted" {
		t.Errorf("revoked: %+v", r)
	}
	if !s.active(got.Fingerprint) {
		t.Fatal("introspection says that the token is not active")
	}
	s.lingersToItsEnd("active", got.Fingerprint)
	if r := s.revocation(); r.Verdict != "lingering" {
		t.Errorf("active: %+v", r)
	}
	b.oauth2.ends(t, got.Access)
	if s.active(got.Fingerprint) {
		t.Fatal("introspection says that the token is active")
	}
	if r := s.revocation(); r.Verdict != "dead" || r.AtServer != "inactive" {
		t.Errorf("inactive: %+v", r)
	}
}

// A token that was accepted after its window stays open until its own expiry, and no longer.
func TestNoStateOutlivesExpiry(t *testing.T) {
	t.Parallel()
	b := requireBench(t)
	// If the machine is too slow to probe the token while it is valid, the test repeats with a
	// longer lifetime.
	for life := 4; ; life *= 2 {
		own := b.starts(t, "oauth2-server/start.sh", fmt.Sprint(life))
		s := b.sit(t, nil,
			strings.NewReplacer("OAUTH2", own.ready, `"auto"`, `"opaque"`).Replace(outlives))
		old := s.token("token", "Ana")
		s.token("renew", old.Fingerprint)
		var p probe
		read(t, s.run("probe", old.Fingerprint, "--json").out, &p)
		if p.Status == http.StatusUnauthorized && life < 600 {
			continue
		}
		if p.Verdict != "accepted" {
			t.Fatalf("%+v", p)
		}
		for {
			began := time.Now()
			now := s.held(old.Fingerprint)
			if began.Before(now.ExpiresAt) {
				time.Sleep(100 * time.Millisecond) // until it has expired
				continue
			}
			if now.State != "expired" {
				t.Errorf("%s after its expiry, it is %s", began.Sub(now.ExpiresAt), now.State)
			}
			return
		}
	}
}

// A token that is known to be dead is not printed again. The command requests a new one and says
// why.
func TestDeadTokenIsNotPrinted(t *testing.T) {
	t.Parallel()
	b := requireBench(t)
	for _, c := range []struct {
		name, app string
		why       string // a pattern of the output
		kill      func(*testing.T, *seat, issuedToken)
	}{
		{"proved by probes", "Orders", "dead|refused",
			func(t *testing.T, s *seat, got issuedToken) {
				s.probe(exitDone, got.Fingerprint)
				b.oauth2.ends(t, got.Access)
				s.does("probe", got.Fingerprint, "--until-dead", "--every", "250ms", "--timeout",
					"1h")
			}},
		{"introspected", "Orders", "inactive", func(t *testing.T, s *seat, got issuedToken) {
			if !s.active(got.Fingerprint) {
				t.Error("not active when new")
			}
			b.oauth2.ends(t, got.Access)
			if s.active(got.Fingerprint) {
				t.Error("active after its end")
			}
		}},
		{"its grant revoked", "Ana", "revoke", func(t *testing.T, s *seat, got issuedToken) {
			s.does("revoke", got.Fingerprint, "--kind", "refresh")
			s.lingersToItsEnd("its refresh token revoked", got.Fingerprint)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := b.sit(t, nil, outlives)
			got := s.token("token", c.app)
			c.kill(t, s, got)
			r := s.ends(exitDone, "token", c.app)
			if anew := strings.TrimSpace(r.out); anew == "" || anew == got.Access {
				t.Error("it is handed out")
			}
			if !regexp.MustCompile(c.why).MatchString(r.err) {
				t.Errorf("it does not say why: %q", r.err)
			}
		})
	}
}

// A client without permission gets inactive for each token (RFC 7662 section 2.2). That does not
// count: the token stays in use.
func TestInactiveWithoutPermission(t *testing.T) {
	t.Parallel()
	s := requireBench(t).sit(t, nil, strings.NewReplacer(
		`"orders"`, `"stranger"`, `{ env = "ORDERS_SECRET" }`,
		`"stranger-secret"`).Replace(outlives))
	got := s.token("token", "Orders")
	if s.active(got.Fingerprint) {
		t.Fatal("this client is to be told that it is not active")
	}
	if r := s.run("introspect", got.Fingerprint); !strings.Contains(r.out+r.err,
		"not ours to ask") {
		t.Errorf("introspect says: %s%s", r.out, r.err)
	}
	if again := s.token("token", "Orders"); again.How != "reused" || again.Access != got.Access {
		t.Errorf("it is not handed out again: %s", again.How)
	}
	if now := s.held(got.Fingerprint); now.State != "active" {
		t.Errorf("its state is %s", now.State)
	}
}

// A 404 of a server without a revocation endpoint is final: nothing is pending, and the token is
// alive.
func TestNoRevocationEndpoint(t *testing.T) {
	t.Parallel()
	s := requireBench(t).sit(t, nil, strings.ReplaceAll(outlives, "OAUTH2/revoke", "OAUTH2/none"))
	got := s.token("token", "Orders")
	if r := s.ends(exitRefused, "revoke", got.Fingerprint); !strings.Contains(r.err, "404") {
		t.Errorf("it does not name the answer: %s", r.err)
	}
	if now := s.held(got.Fingerprint); now.State != "active" {
		t.Errorf("its state is %s", now.State)
	}
	var all []revocation
	read(t, s.does("revocations", "--json"), &all)
	for _, r := range all {
		if r.AtServer == "pending" {
			t.Errorf("it is kept: %+v", r)
		}
	}
}
