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

// The bound is longer than the test and shorter than the token's life, so that the probes and not the end of the window
// prove the death.
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
	At        time.Time
	Status    int
	Verdict   string
	FaultCode int `json:"fault_code"`
}

type revocation struct {
	AcceptedAt time.Time `json:"accepted_at"`
	StaleUntil time.Time `json:"stale_until"`
	Verdict    string
	Proof      *string
}

// TestStaleGateway shows that a token which the server has revoked passes the gateway until the gateway's
// cache entry ends, and that lanyard proves the end by probes. The test ends the entry itself.
func TestStaleGateway(t *testing.T) {
	t.Parallel()
	b := need(t, "nginx")
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
	if r := s.revocation(); r.Verdict != "lingering" || r.StaleUntil.Sub(r.AcceptedAt) != 5*time.Minute {
		t.Errorf("%+v", r)
	}

	var all []probe
	known := len(gw.questions(t))
	ended := make(chan said, 1)
	go func() {
		r, err := s.try("", "probe", got.Fingerprint, "--until-dead", "--every", "250ms", "--timeout", "1h", "--json")
		if err != nil {
			t.Error(err)
		}
		ended <- r
	}()
	for deadline := time.Now().Add(patience); len(gw.questions(t)) < known+2; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it does not probe")
		}
	}
	gw.forget(t)
	forgotten := time.Now()
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
		if p.Verdict != "accepted" || p.At.After(forgotten) {
			t.Errorf("before it: %+v, and the entry ended before %s", p, forgotten)
		}
	}
	if r := s.revocation(); r.Verdict != "dead" || r.Proof == nil || *r.Proof != "probe" {
		t.Errorf("%+v", r)
	}
}

// TestGatewayForgets shows the bound that docs/oauth-servers.md tells people to configure: the time for which the
// gateway caches, and one second. No probe after it is accepted, however slow the machine is.
func TestGatewayForgets(t *testing.T) {
	t.Parallel()
	b := need(t, "nginx")
	const cached = 2 * time.Second
	gw := b.gateway(t, cached)
	s := b.sit(t, gw, behindGateway)
	got := s.token("token", "Orders")
	s.does("probe", got.Fingerprint)
	s.does("revoke", got.Fingerprint)
	var all []probe
	read(t, s.does("probe", got.Fingerprint, "--until-dead", "--every", "250ms", "--timeout", "1h", "--json"), &all)
	end := gw.entryEnd(t, cached)
	bound := s.revocation().AcceptedAt.Add(cached + time.Second)
	accepted := 0
	for _, p := range all {
		if p.Verdict != "accepted" {
			continue
		}
		accepted++
		if p.At.After(end) || p.At.After(bound) {
			t.Errorf("accepted at %s, after the entry's end %s or the bound %s", p.At, end, bound)
		}
	}
	t.Logf("%d probes were accepted, %s before the end of the entry and later none", accepted, end.Sub(all[0].At))
}

// A token that is revoked before the gateway ever saw it is refused at once: there is no entry to outlive.
func TestRevokedBeforeFirstUse(t *testing.T) {
	t.Parallel()
	b := need(t, "nginx")
	s := b.sit(t, b.gateway(t, time.Hour), behindGateway)
	got := s.token("token", "Orders")
	s.does("revoke", got.Fingerprint)
	s.ends(exitRefused, "probe", got.Fingerprint)
}

// A token that is held nowhere is probed from standard input.
func TestProbeLeaked(t *testing.T) {
	t.Parallel()
	b := need(t, "nginx")
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

// revocation is the only one there is.
func (s *seat) revocation() revocation {
	s.t.Helper()
	var all []revocation
	read(s.t, s.does("revocations", "--json"), &all)
	if len(all) != 1 {
		s.t.Fatalf("%d revocations", len(all))
	}
	return all[0]
}

// questions are the lines of the gateway's log, one for each probe: when, MISS or HIT, and the status.
func (s *server) questions(t *testing.T) []string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(s.state, "questions.log"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(data)), "\n")
}

// forget ends all entries of the gateway's cache. nginx asks again where the file of an entry is gone.
func (s *server) forget(t *testing.T) {
	t.Helper()
	if err := os.RemoveAll(filepath.Join(s.state, "cache")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(s.state, "cache"), 0o700); err != nil {
		t.Fatal(err)
	}
}

// entryEnd is when the first cache entry of the gateway ended. nginx counts in whole seconds of its clock and lets the
// last one pass entirely: an entry made at 12.7 for 8 s is good until 21.
func (s *server) entryEnd(t *testing.T, cached time.Duration) time.Time {
	t.Helper()
	first := strings.Fields(s.questions(t)[0])
	if len(first) < 3 || first[1] != "MISS" {
		t.Fatalf("the gateway did not ask first: %s", first)
	}
	made, err := strconv.ParseFloat(first[0], 64)
	if err != nil {
		t.Fatal(err)
	}
	return time.Unix(int64(made)+1, 0).Add(cached)
}
