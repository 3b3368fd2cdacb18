package integration

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// guarded is an application whose probe URL is a path of auth-request's gateways.
const guarded = `
	[[environment]]
	name = "oauth2"
	token_url = "OAUTH2/token"
	revoke_url = "OAUTH2/revoke"
	cache_ttl = "5m"
	[[application]]
	name = "Orders"
	consumer_key = "orders"
	consumer_secret = { env = "ORDERS_SECRET" }
	probe_url = "GATEWAY/`

// The answers of the gateways to a token that is alive, and to every other one.
var refusals = []struct {
	name, path  string
	alive, dead int
}{
	{"its own page", "plain/orders/1", 200, 401},
	{"an empty 403", "empty/orders/1", 200, 403},
	{"a login page", "login/orders/1", 200, 302},
	{"an API without this order", "plain/orders/2", 404, 401},
}

// A gateway answers a dead token like a made-up one, and it accepted this token before. So each
// answer is a refusal, and three of them prove the death.
func TestRefusedLikeControl(t *testing.T) {
	t.Parallel()
	b := requireBench(t, "nginx")
	gw := b.gateways(t, b.oauth2)
	for _, c := range refusals {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := b.sit(t, gw, guarded+c.path+`"`)
			got := s.token("token", "Orders")
			if p := s.probe(exitDone, got.Fingerprint); p.Status != c.alive ||
				p.Verdict != "accepted" {
				t.Errorf("alive: %+v", p)
			}
			s.does("revoke", got.Fingerprint)
			if p := s.probe(exitRefused, got.Fingerprint); p.Status != c.dead ||
				p.Verdict != "refused" {
				t.Errorf("revoked: %+v", p)
			}
			var all []probe
			read(t, s.does("probe", got.Fingerprint, "--until-dead", "--every", "250ms",
				"--timeout", "1h", "--json"), &all)
			for _, p := range all {
				if p.Status != c.dead || p.Verdict != "refused" {
					t.Errorf("until dead: %+v", p)
				}
			}
			if r := s.revocation(); r.Verdict != "dead" || r.Proof == nil || *r.Proof != "probe" {
				t.Errorf("%+v", r)
			}
		})
	}
}

// The same answers prove nothing about a token that this gateway never accepted, because it answers
// every token like this.
func TestNeverAccepted(t *testing.T) {
	t.Parallel()
	b := requireBench(t, "nginx")
	gw := b.gateways(t, b.oauth2)
	for _, c := range refusals {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := b.sit(t, gw, guarded+c.path+`"`)
			got := s.token("token", "Orders")
			s.does("revoke", got.Fingerprint)
			if p := s.probe(exitUnclear, got.Fingerprint); p.Status != c.dead ||
				p.Verdict != "unclear" {
				t.Errorf("revoked: %+v", p)
			}
			s.notProved(exitStillAccepted, got.Fingerprint)
			if r := s.revocation(); r.Verdict != "lingering" || r.Proof != nil {
				t.Errorf("%+v", r)
			}
		})
	}
}

// While the key manager is down, each gateway answers 500. That is no evidence about any token.
func TestKeyManagerDown(t *testing.T) {
	t.Parallel()
	b := requireBench(t, "nginx")
	keyManager := b.starts(t, "oauth2-server/start.sh")
	gw := b.gateways(t, keyManager)
	type person struct {
		*seat
		token issuedToken
	}
	sit := func() person {
		s := b.sit(t, gw, strings.ReplaceAll(guarded, "OAUTH2", keyManager.ready)+`empty/orders/1"`)
		got := s.token("token", "Orders")
		s.probe(exitDone, got.Fingerprint)
		return person{s, got}
	}
	keeps, ended := sit(), sit()
	ended.does("revoke", ended.token.Fingerprint)
	keyManager.stop()

	for _, p := range []person{keeps, ended} {
		if seen := p.probe(exitUnclear, p.token.Fingerprint); seen.Status != 500 ||
			seen.Verdict != "unclear" {
			t.Errorf("%+v", seen)
		}
		p.notProved(exitStillAccepted, p.token.Fingerprint)
	}
	if r := ended.revocation(); r.Verdict != "lingering" || r.Proof != nil {
		t.Errorf("%+v", r)
	}
	if again := keeps.seat.token("token", "Orders"); again.How != "reused" ||
		again.Access != keeps.token.Access {
		t.Errorf("the living token is not handed out again: %s", again.How)
	}
}

// A URL that accepts every request proves nothing. Lanyard says so, in doctor too.
func TestUnprotectedURL(t *testing.T) {
	t.Parallel()
	b := requireBench(t, "nginx")
	s := b.sit(t, b.gateways(t, b.oauth2), guarded+`open/orders/1"`)
	got := s.token("token", "Orders")
	if p := s.probe(exitUnclear, got.Fingerprint); p.Status != 200 || p.Verdict != "unclear" {
		t.Errorf("alive: %+v", p)
	}
	if r := s.run("probe", got.Fingerprint); !strings.Contains(r.out+r.err, "anybody") {
		t.Errorf("probe does not say why: %s%s", r.out, r.err)
	}
	if r := s.run("doctor"); !strings.Contains(r.out+r.err, "anybody") {
		t.Errorf("doctor does not tell of the probe URL: %s%s", r.out, r.err)
	}
	s.does("revoke", got.Fingerprint)
	s.notProved(exitUnclear, got.Fingerprint)
	if r := s.revocation(); r.Verdict != "lingering" || r.Proof != nil {
		t.Errorf("revoked: %+v", r)
	}
}

// A valid token without the required scope is answered like any other token. It stays alive and in
// use.
func TestScopeMissing(t *testing.T) {
	t.Parallel()
	b := requireBench(t, "nginx")
	s := b.sit(t, b.gateways(t, b.oauth2), guarded+`scoped/orders/1"`)
	got := s.token("token", "Orders")
	if p := s.probe(exitUnclear, got.Fingerprint); p.Status != 401 || p.Verdict != "unclear" {
		t.Errorf("%+v", p)
	}
	s.notProved(exitStillAccepted, got.Fingerprint)
	if again := s.token("token", "Orders"); again.How != "reused" || again.Access != got.Access {
		t.Errorf("it is not handed out again: %s", again.How)
	}
	if now := s.held(got.Fingerprint); now.State != "active" {
		t.Errorf("its state is %s", now.State)
	}
}

// The control is a made-up token of the same length, and probe_control = false switches it off.
// Then the answers of this gateway cannot be judged.
func TestControl(t *testing.T) {
	t.Parallel()
	b := requireBench(t, "nginx")
	for _, on := range []bool{true, false} {
		name, key := "on", ""
		if !on {
			name, key = "off", "\nprobe_control = false"
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			keyManager := b.starts(t, "oauth2-server/start.sh")
			s := b.sit(t, b.gateways(t, keyManager),
				strings.ReplaceAll(guarded, "OAUTH2", keyManager.ready)+`empty/orders/1"`+key)
			got := s.token("token", "Orders")
			s.probe(exitDone, got.Fingerprint)
			s.does("revoke", got.Fingerprint)
			if on {
				s.probe(exitRefused, got.Fingerprint)
			} else {
				s.probe(exitUnclear, got.Fingerprint)
			}
			madeUp := slices.DeleteFunc(keyManager.visits(t),
				func(v visit) bool { return v.Known == nil || *v.Known })
			if on == (len(madeUp) == 0) {
				t.Errorf("the gateway saw %d made-up tokens", len(madeUp))
			}
			for _, v := range madeUp {
				if v.Length != len(got.Access) {
					t.Errorf("a made-up token has %d characters, the real one %d", v.Length,
						len(got.Access))
				}
			}
		})
	}
}

// probe probes once. lanyard must end with this exit code.
func (s *seat) probe(code int, fingerprint string) (p probe) {
	s.t.Helper()
	read(s.t, s.ends(code, "probe", fingerprint, "--json").out, &p)
	return p
}

// notProved probes until the token is dead. lanyard must give up with this exit code.
func (s *seat) notProved(code int, fingerprint string) {
	s.t.Helper()
	r := s.ends(code, "probe", fingerprint, "--until-dead", "--every", "250ms", "--timeout", "3s",
		"--json")
	if found := regexp.MustCompile(`"verdict": *"(accepted|refused)"`).FindString(
		r.out); found != "" {
		s.t.Errorf("one of the probes: %s", found)
	}
}
