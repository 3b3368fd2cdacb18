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

// The bound is a careful one, so that it is the probes and not the end of the window that prove the death.
const behindGateway = `
	[[environment]]
	name = "oidc"
	token_url = "HTTP/token"
	revoke_url = "HTTP/token/revocation"
	cache_ttl = "30s"
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

// The whole point: a token that the server has revoked still passes the gateway until the gateway's cache entry ends,
// and lanyard measures when that is. A machine that is too busy for the seconds of the entry gets another try.
func TestStaleGateway(t *testing.T) {
	t.Parallel()
	b := need(t, "nginx")
	for range 5 {
		slow := b.outlived(t)
		if slow == "" {
			return
		}
		t.Logf("once more: %s", slow)
	}
	t.Error("the machine was too slow five times")
}

// outlived revokes a token that the gateway knows and probes it until it is dead; it says what was too slow to be judged.
func (b *bench) outlived(t *testing.T) (slow string) {
	t.Helper()
	gw := b.gateway(t)
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
	p, end := one(), gw.entryEnd(t)
	if !p.At.Before(end.Add(-time.Second)) { // or nobody would see how the entry ends
		return "the entry was over before it was probed"
	}
	if p.Status != 200 || p.Verdict != "accepted" {
		t.Fatalf("revoked: %d %s", p.Status, p.Verdict)
	}
	if r := s.revocation(); r.Verdict != "lingering" || r.StaleUntil.Sub(r.AcceptedAt) != 30*time.Second {
		t.Errorf("%+v", r)
	}

	var all []probe
	read(t, s.does("probe", got.Fingerprint, "--until-dead", "--every", "250ms", "--timeout", "60s", "--json"), &all)
	if len(all) < 4 {
		return "the entry ended before it was probed on"
	}
	proof := all[len(all)-3:]
	for _, p := range proof {
		if p.Status != 401 || p.Verdict != "refused" || p.FaultCode != 900901 {
			t.Errorf("the proof holds %+v", p)
		}
	}
	for _, p := range all[:len(all)-3] {
		if p.Verdict != "accepted" {
			t.Errorf("before it: %+v", p)
		}
	}
	r := s.revocation()
	if r.Verdict != "dead" || r.Proof == nil || *r.Proof != "probe" {
		t.Errorf("%+v", r)
	}
	death, last := proof[0].At, all[len(all)-4].At
	t.Logf("the cache entry ended %s, the first refusal was %s later, after %d accepted probes",
		end.Format("15:04:05.000"), death.Sub(end), len(all)-3)
	if gap := death.Sub(last); gap > 750*time.Millisecond {
		return "the probes at the end were " + gap.String() + " apart"
	}
	if off := death.Sub(end).Abs(); off > time.Second {
		t.Errorf("death was measured %s off", off)
	}
	// What docs/oauth-servers.md tells people to write: the gateway's cache and one second.
	if bound := r.AcceptedAt.Add((cached + 1) * time.Second); last.After(bound) {
		t.Errorf("it passed at %s, after %s", last, bound)
	}
	return ""
}

// A token that is revoked before the gateway ever saw it is refused at once: there is no entry to outlive.
func TestRevokedBeforeFirstUse(t *testing.T) {
	t.Parallel()
	b := need(t, "nginx")
	s := b.sit(t, b.gateway(t), behindGateway)
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
	s := b.sit(t, b.gateway(t), behindGateway)
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

// entryEnd is when the gateway's one cache entry ended. nginx counts in whole seconds of its clock and lets the last
// one pass entirely: an entry made at 12.7 for 8 s is good until 21.
func (s *server) entryEnd(t *testing.T) time.Time {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(s.state, "questions.log"))
	if err != nil {
		t.Fatal(err)
	}
	first := strings.Fields(string(data))
	if len(first) < 3 || first[1] != "MISS" {
		t.Fatalf("the gateway did not ask first: %s", data)
	}
	made, err := strconv.ParseFloat(first[0], 64)
	if err != nil {
		t.Fatal(err)
	}
	return time.Unix(int64(made)+cached+1, 0)
}
