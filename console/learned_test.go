package console_test

import (
	"testing"
	"time"

	"lanyard/console"
	"lanyard/tokenapi"
)

// measurable is a token whose revoke was accepted at a second, and which was accepted by the
// gateway until passed and refused from dead on.
func measurable(accepted, passed, dead time.Duration) console.Token {
	t0 := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	t := console.Token{AcceptedAt: t0.Add(accepted)}
	t.Probes = append(t.Probes,
		console.Probe{At: t.AcceptedAt.Add(passed), Status: 200, Verdict: tokenapi.Accepted,
			URL: api})
	for i := range 3 {
		t.Probes = append(t.Probes,
			console.Probe{At: t.AcceptedAt.Add(dead + time.Duration(i)*time.Second), Status: 401,
				Verdict: tokenapi.Refused, URL: api})
	}
	return t
}

func TestLearnedWindow(t *testing.T) {
	t.Parallel()
	m := func(min, sec int) time.Duration {
		return time.Duration(min)*time.Minute + time.Duration(sec)*time.Second
	}
	unproved := measurable(0, m(1, 0), m(1, 5))
	unproved.Probes = unproved.Probes[:3]
	unseen := measurable(0, m(1, 0), m(1, 5))
	unseen.Probes, unseen.Probes[1].NamesToken = unseen.Probes[1:], true
	expired := measurable(0, m(1, 0), m(1, 5))
	expired.Lifetime, expired.ExpiresAt = tokenapi.Bounded, expired.AcceptedAt.Add(m(1, 2))
	before := measurable(0, -m(0, 10), m(0, 15)) // let through before it was revoked alone
	replaced := measurable(0, m(1, 0), m(1, 5))
	replaced.ReplacedAt, replaced.AcceptedAt = replaced.AcceptedAt, time.Time{}
	for name, tok := range map[string]console.Token{
		"two refusals": unproved, "never let through": unseen, "its own expiry": expired,
		"let through before":     before,
		"nobody looked for long": measurable(0, m(1, 0), m(2, 0)), "not revoked": replaced,
	} {
		if l := console.LearnedWindow([]console.Token{tok}); l.Times != 0 {
			t.Errorf("%s: measured %+v", name, l)
		}
	}
	if l := console.LearnedWindow(
		[]console.Token{measurable(0, m(2, 5), m(2, 11))}); l != (console.Learned{Times: 1,
		Shortest: m(2, 11), Longest: m(2, 11)}) {
		t.Errorf("one: %+v", l)
	}
	// The last three by the time of the revoke, not by their order here.
	all := []console.Token{
		measurable(m(50, 0), m(2, 5), m(2, 11)), unproved, measurable(m(10, 0), m(9, 50), m(10, 0)),
		measurable(m(30, 0), m(2, 0), m(2, 9)), measurable(m(40, 0), m(2, 0), m(2, 13)),
	}
	l := console.LearnedWindow(all)
	if l != (console.Learned{Times: 3, Shortest: m(2, 9), Longest: m(2, 13)}) || !l.Steady() {
		t.Errorf("three: %+v", l)
	}
	if (console.Learned{Times: 2, Shortest: m(1, 0), Longest: m(2, 0)}).Steady() {
		t.Error("a minute and two minutes agree")
	}
}
