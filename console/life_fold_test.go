package console_test

import (
	"testing"
	"time"

	"lanyard/console"
	"lanyard/tokenapi"
)

// Many probes in a row are one event, so that the revoke between them is seen.
func TestLifeFoldsProbes(t *testing.T) {
	t.Parallel()
	probes := func(from, n, status int, v tokenapi.Verdict) (out []console.Probe) {
		for i := range n {
			out = append(out, console.Probe{At: at(from + i), Status: status, Verdict: v})
		}
		return out
	}
	k := console.Token{IssuedAt: at(0), ExpiresAt: at(3600), AcceptedAt: at(50), RevokeAt: at(50)}
	k.Probes = append(k.Probes, probes(10, 5, 200, tokenapi.Accepted)...)
	k.Probes = append(k.Probes, probes(60, 3, 200, tokenapi.Accepted)...)
	k.Probes = append(k.Probes, probes(70, 4, 503, tokenapi.Unclear)...)
	type event struct {
		kind  console.MomentKind
		times int
		until time.Time
	}
	var got []event
	for _, m := range console.LifeOf(k, console.Status{AcceptedAt: k.AcceptedAt}, nil) {
		got = append(got, event{m.Kind, m.Times, m.Until})
	}
	one := event{kind: console.MomentProbed}
	want := []event{
		{kind: console.MomentGot}, {console.MomentProbed, 5, at(14)},
		{kind: console.MomentAccepted}, one, one, one, {console.MomentProbed, 4, at(73)},
	}
	if len(got) != len(want) {
		t.Fatalf("events %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("event %d is %v, want %v", i, got[i], want[i])
		}
	}
}
