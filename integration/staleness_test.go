package integration

import (
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The bound is longer than the test and shorter than the token's lifetime, so that the probes prove
// the death, not the end of the window.
const behindGateway = `
	[[environment]]
	name = "oidc"
	token_url = "HTTP/token"
	revoke_url = "HTTP/token/revocation"
	cache_ttl = "5m"
	[[application]]
	name = "Orders"
	consumer_key = "orders"
	consumer_secret = { env = "ORDERS_SECRET" }
	probe_url = "GATEWAY/orders/1"`

type probe struct {
	Status    int
	Verdict   string
	FaultCode int `json:"fault_code"`
}

type revocation struct {
	AcceptedAt time.Time `json:"accepted_at"`
	StaleUntil time.Time `json:"stale_until"`
	AtServer   string    `json:"at_server"`
	Verdict    string
	Proof      *string
}

// TestStaleGateway shows that a revoked token passes the gateway until the gateway's cache entry
// ends, and that lanyard proves the end by probes. The test ends the entry itself.
func TestStaleGateway(t *testing.T) {
	t.Parallel()
	b := requireBench(t, "nginx")
	gw := b.gateway(t, time.Hour)
	s := b.sit(t, gw, behindGateway)
	got := s.token("token", "Orders")
	one := func() probe {
		t.Helper()
		var p probe
		read(t, s.run("probe", got.Fingerprint, "--json").out, &p)
		return p
	}
	if p := one(); p.Status != 200 || p.Verdict != "accepted" {
		t.Fatalf("new: %d %s", p.Status, p.Verdict)
	}
	s.does("revoke", got.Fingerprint)
	if b.alive(t, got.Access) {
		t.Fatal("alive at the server")
	}
	if p := one(); p.Status != 200 || p.Verdict != "accepted" {
		t.Fatalf("revoked: %d %s", p.Status, p.Verdict)
	}
	if r := s.revocation(); r.Verdict != "lingering" ||
		r.StaleUntil.Sub(r.AcceptedAt) != 5*time.Minute {
		t.Errorf("%+v", r)
	}

	var all []probe
	known := len(gw.questions(t, got.Fingerprint))
	ended := make(chan result, 1)
	go func() {
		r, err := s.try("", "probe", got.Fingerprint, "--until-dead", "--every", "250ms",
			"--timeout", "1h", "--json")
		if err != nil {
			t.Error(err)
		}
		ended <- r
	}()
	for deadline := time.Now().Add(patience); len(gw.questions(t, got.Fingerprint)) < known+
		2; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it does not probe")
		}
	}
	gw.forget(t)
	r := <-ended
	if r.code != exitDone {
		t.Fatalf("exit %d: %s", r.code, r.err)
	}
	read(t, r.out, &all)
	if len(all) < 5 {
		t.Fatalf("%d probes", len(all))
	}
	proof, before := all[len(all)-3:], all[:len(all)-3]
	for _, p := range proof {
		if p.Status != 401 || p.Verdict != "refused" || p.FaultCode != 900901 {
			t.Errorf("the proof holds %+v", p)
		}
	}
	for _, p := range before {
		if p.Verdict != "accepted" {
			t.Errorf("before it: %+v", p)
		}
	}
	if r := s.revocation(); r.Verdict != "dead" || r.Proof == nil || *r.Proof != "probe" {
		t.Errorf("%+v", r)
	}
}

// TestGatewayForgets checks the bound in docs/oauth-servers.md: the caching time of the gateway and
// one second. By the gateway's own log and clock no probe passes later, on a machine of any speed.
func TestGatewayForgets(t *testing.T) {
	t.Parallel()
	b := requireBench(t, "nginx")
	const cached = 2 * time.Second
	gw := b.gateway(t, cached)
	s := b.sit(t, gw, behindGateway)
	got := s.token("token", "Orders")
	s.does("probe", got.Fingerprint)
	s.does("revoke", got.Fingerprint)
	var all []probe
	read(t, s.does("probe", got.Fingerprint, "--until-dead", "--every", "250ms", "--timeout", "1h",
		"--json"), &all)
	var made, last time.Time
	hits := 0
	for i, line := range gw.questions(t, got.Fingerprint) {
		words := strings.Fields(line)
		seconds, err := strconv.ParseFloat(words[0], 64)
		if err != nil || len(words) < 3 || i == 0 && words[1] != "MISS" {
			t.Fatalf("question %d: %q, %v", i, line, err)
		}
		if i > 0 && words[1] != "HIT" {
			break // the gateway asks again, and caches that the token is inactive
		}
		last = time.UnixMilli(int64(seconds * 1000))
		if hits = i; i == 0 {
			made = last
		}
	}
	// nginx counts in whole seconds of its clock and includes the last one: an entry that is made
	// at 12.7 for 8 s is valid until 21.
	end := made.Truncate(time.Second).Add(cached + time.Second)
	if !last.Before(end) {
		t.Errorf("made at %s, passed at %s", made, last)
	}
	accepted := 0
	for _, p := range all {
		if p.Verdict == "accepted" {
			accepted++
		}
	}
	if accepted != hits {
		t.Errorf("%d probes were accepted, the gateway let %d pass", accepted, hits)
	}
	t.Logf("%d probes passed, the last one %s before the end of the entry", hits, end.Sub(last))
}

// If a token is revoked before the gateway has seen it, the gateway refuses it at once: it has no
// cache entry.
func TestRevokedBeforeFirstUse(t *testing.T) {
	t.Parallel()
	b := requireBench(t, "nginx")
	s := b.sit(t, b.gateway(t, time.Hour), behindGateway)
	got := s.token("token", "Orders")
	s.does("revoke", got.Fingerprint)
	s.ends(exitRefused, "probe", got.Fingerprint)
}

// A token that is not in the store is probed from standard input.
func TestProbeLeaked(t *testing.T) {
	t.Parallel()
	b := requireBench(t, "nginx")
	_, answer := b.post(t, "/token", url.Values{"grant_type": {"client_credentials"}})
	leaked, _ := answer["access_token"].(string)
	s := b.sit(t, b.gateway(t, time.Hour), behindGateway)
	if r := s.runWith(leaked+"\n", "probe", "Orders", "-"); r.code != exitDone {
		t.Errorf("exit %d: %s", r.code, r.err)
	}
	if r := s.runWith("not-a-token\n", "probe", "Orders", "-"); r.code != exitRefused {
		t.Errorf("exit %d: %s", r.code, r.err)
	}
}

// revocation returns the only revocation.
func (s *seat) revocation() revocation {
	s.t.Helper()
	var all []revocation
	read(s.t, s.does("revocations", "--json"), &all)
	if len(all) != 1 {
		s.t.Fatalf("%d revocations", len(all))
	}
	return all[0]
}

// questions returns the lines of the gateway's log about a token, one for each probe: time, MISS or
// HIT, and status. It leaves out probes with a made-up token.
func (s *server) questions(t *testing.T, fingerprint string) (about []string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(s.state, "questions.log"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if line, found := strings.CutSuffix(line, " "+fingerprint+"\n"); found {
			about = append(about, line)
		}
	}
	return about
}

// forget ends all entries of the gateway's cache. nginx asks again if the file of an entry is
// missing.
func (s *server) forget(t *testing.T) {
	t.Helper()
	if err := os.RemoveAll(filepath.Join(s.state, "cache")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(s.state, "cache"), 0o700); err != nil {
		t.Fatal(err)
	}
}
