package describe_test

import (
	"strings"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/tokenapi"
)

func TestTraffic(t *testing.T) {
	v := describe.Voice{Wait: func(d time.Duration) string {
		return strings.TrimSuffix(d.String(), "s") + " s"
	}}
	at := time.Date(2026, 11, 23, 10, 46, 11, 0, time.UTC)
	lingering := console.Status{Ended: true, Cause: console.CauseRevoked, EndedAt: at}
	dead := lingering
	dead.Proof, dead.OverAt = console.ProofProbe, at.Add(6200*time.Millisecond)
	replaced := console.Status{Ended: true, Cause: console.CauseReplaced, EndedAt: at}
	refused := console.Status{Ended: true, Cause: console.CauseRefused, EndedAt: at,
		Proof: console.ProofProbe, OverAt: at}
	for _, c := range []struct {
		status int
		after  time.Duration
		s      console.Status
		want   string
	}{
		{200, 0, console.Status{}, "accepted"},
		{200, -time.Minute, lingering, "accepted"},
		{200, 10200 * time.Millisecond, lingering, "accepted, although revoked 10 s ago"},
		{204, time.Second, replaced, "accepted, although replaced 1 s ago"},
		{401, 6200 * time.Millisecond, lingering, "refused"},
		{401, 7200 * time.Millisecond, dead, "dead, 6 s after the revoke"},
		{401, -time.Minute, dead, "refused"},
		{401, 0, refused, "refused"},
		{0, time.Second, lingering, "no answer"},
	} {
		x := console.Exchange{Exchange: tokenapi.Exchange{Status: c.status,
			Started: at.Add(c.after)}}
		if got := v.Traffic(x, c.s); got != c.want {
			t.Errorf("%d after %s: %q, want %q", c.status, c.after, got, c.want)
		}
	}
}
