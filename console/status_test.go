package console_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/tokenapi"
)

var t0 = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func at(s int) time.Time { return t0.Add(time.Duration(s) * time.Second) }

var policy = console.Policy{DueBefore: time.Minute, CacheTTL: 15 * time.Minute}

// live is a token with an hour to live.
func live() console.Token {
	return console.Token{ID: "t_x", Lifetime: tokenapi.Bounded, IssuedAt: t0, ExpiresAt: at(3600), Granted: time.Hour}
}

func with(change func(*console.Token)) console.Token {
	t := live()
	change(&t)
	return t
}

func probes(v ...any) []console.Probe { // pairs of second and verdict
	var out []console.Probe
	for i := 0; i < len(v); i += 2 {
		out = append(out, console.Probe{At: at(v[i].(int)), Verdict: v[i+1].(tokenapi.Verdict)})
	}
	return out
}

func TestStatusAt(t *testing.T) {
	t.Parallel()
	const yes, no, huh = tokenapi.Accepted, tokenapi.Refused, tokenapi.Unclear
	revoked := func(p ...console.Probe) console.Token {
		return with(func(t *console.Token) {
			t.RevokeAt, t.RevokeKind, t.AcceptedAt, t.Probes = at(100), console.RevokeBoth, at(100), p
		})
	}
	replaced := func(p ...console.Probe) console.Token {
		return with(func(t *console.Token) { t.ReplacedAt, t.ReplacedBy, t.Probes = at(100), "t_y", p })
	}
	stateless := policy
	stateless.Regime = console.RegimeStateless
	for _, c := range []struct {
		name   string
		token  console.Token
		policy console.Policy
		now    int
		state  console.State
		proof  console.Proof
		stale  int // seconds after t0; -1: not known
	}{
		{"fresh", live(), policy, 0, console.Active, "", -1},
		{"the last instant of active", live(), policy, 3539, console.Active, "", -1},
		{"due", live(), policy, 3540, console.Expiring, "", -1},
		{"expired", live(), policy, 3600, console.Expired, "", -1},
		{"unbounded", with(func(t *console.Token) { t.Lifetime, t.ExpiresAt = tokenapi.Unbounded, time.Time{} }), policy, 1e9, console.Active, "", -1},
		{"unknown", with(func(t *console.Token) { t.Lifetime, t.ExpiresAt = tokenapi.Unknown, time.Time{} }), policy, 1e9, console.Active, "", -1},
		{"decided", with(func(t *console.Token) { t.RevokeAt, t.RevokeKind = at(3), console.RevokeBoth }), policy, 1, console.Revoking, "", -1},
		{"undelivered long after", with(func(t *console.Token) { t.RevokeAt, t.RevokeKind = at(3), console.RevokeBoth }), policy, 9999, console.Revoking, "", -1},
		{"accepted", revoked(), policy, 100, console.Lingering, "", 1000},
		{"the last instant of the window", revoked(), policy, 999, console.Lingering, "", 1000},
		{"the window is over", revoked(), policy, 1000, console.Dead, console.ProofWindow, 1000},
		{"its own expiry comes first", with(func(t *console.Token) {
			t.RevokeAt, t.RevokeKind, t.AcceptedAt = at(3000), console.RevokeAccess, at(3000)
		}), policy, 3600, console.Dead, console.ProofExpiry, 3600},
		{"accepted, expiry unknown", with(func(t *console.Token) {
			t.Lifetime, t.ExpiresAt = tokenapi.Unknown, time.Time{}
			t.RevokeAt, t.RevokeKind, t.AcceptedAt = at(100), console.RevokeAccess, at(100)
		}), policy, 999, console.Lingering, "", 1000},
		{"only the refresh token", with(func(t *console.Token) {
			t.RevokeAt, t.RevokeKind, t.RefreshAcceptedAt, t.Refresh = at(100), console.RevokeRefresh, at(100), console.RefreshRevoked
		}), policy, 2000, console.Lingering, "", 3600},
		{"only the refresh token, expiry unknown", with(func(t *console.Token) {
			t.Lifetime, t.ExpiresAt = tokenapi.Unknown, time.Time{}
			t.RevokeAt, t.RevokeKind, t.RefreshAcceptedAt, t.Refresh = at(100), console.RevokeRefresh, at(100), console.RefreshRevoked
		}), policy, 1e8, console.Lingering, "", -1},
		{"access accepted, refresh not yet delivered", with(func(t *console.Token) {
			t.RevokeAt, t.RevokeKind, t.AcceptedAt, t.Refresh = at(100), console.RevokeBoth, at(100), console.RefreshLive
		}), policy, 200, console.Lingering, "", 1000},
		{"replaced", replaced(), policy, 200, console.Lingering, "", 1000},
		{"replaced, window over", replaced(), policy, 1000, console.Superseded, console.ProofWindow, 1000},
		{"replaced, stateless", replaced(), stateless, 2000, console.Lingering, "", 3600},
		{"replaced, stateless, expired", replaced(), stateless, 3600, console.Superseded, console.ProofExpiry, 3600},
		{"refused once", revoked(probes(200, no)...), policy, 210, console.Lingering, "", 1000},
		{"refused three times", revoked(probes(200, no, 201, no, 202, no)...), policy, 210, console.Dead, console.ProofProbe, 1000},
		{"refused three times too fast", revoked(probes(200, no, 200, no, 200, no)...), policy, 210, console.Lingering, "", 1000},
		{"refused before it was revoked", revoked(probes(10, no, 11, no, 12, no)...), policy, 210, console.Lingering, "", 1000},
		{"a node lets it through", revoked(probes(200, no, 201, no, 202, yes, 203, no)...), policy, 210, console.Lingering, "", 1000},
		{"an unclear one breaks the row", revoked(probes(200, no, 201, huh, 202, no, 203, no)...), policy, 210, console.Lingering, "", 1000},
		{"an unclear one after the proof", revoked(probes(200, no, 201, no, 202, no, 203, huh)...), policy, 210, console.Dead, console.ProofProbe, 1000},
		{"reopened within the window", revoked(probes(200, no, 201, no, 202, no, 300, yes)...), policy, 310, console.Lingering, "", 1000},
		{"reopened within the window, then over", revoked(probes(200, no, 201, no, 202, no, 300, yes)...), policy, 1000, console.Dead, console.ProofWindow, 1000},
		{"let through after the window", revoked(probes(1100, yes)...), policy, 1200, console.Lingering, "", 1000},
		{"let through after the window, then proved", revoked(probes(1100, yes, 1200, no, 1201, no, 1202, no)...), policy, 1300, console.Dead, console.ProofProbe, 1000},
		{"refused after the window adds nothing", revoked(probes(1100, no, 1101, no, 1102, no)...), policy, 1300, console.Dead, console.ProofWindow, 1000},
		{"replaced and proved", replaced(probes(200, no, 201, no, 202, no)...), policy, 210, console.Superseded, console.ProofProbe, 1000},
		{"unsure wins", with(func(t *console.Token) {
			t.Unsure, t.RevokeAt, t.AcceptedAt = &console.Mark{ID: "m"}, at(1), at(1)
		}), policy, 10, console.Unsure, "", 901},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := console.StatusAt(c.token, c.policy, at(c.now))
			if s.State != c.state || s.Proof != c.proof {
				t.Errorf("state %s proof %q, want %s %q", s.State, s.Proof, c.state, c.proof)
			}
			if known := c.stale >= 0; s.StaleKnown != known || known && !s.StaleUntil.Equal(at(c.stale)) {
				t.Errorf("stale_until %v known %v, want second %d", s.StaleUntil, s.StaleKnown, c.stale)
			}
			if s.HasExpiry && s.Left < 0 || s.StaleLeft < 0 {
				t.Errorf("negative time left: %v, %v", s.Left, s.StaleLeft)
			}
		})
	}
}

func TestDeathIsDatedAtTheFirstRefusal(t *testing.T) {
	t.Parallel()
	tok := with(func(t *console.Token) {
		t.RevokeAt, t.RevokeKind, t.AcceptedAt = at(100), console.RevokeBoth, at(100)
		t.Probes = probes(200, tokenapi.Refused, 201, tokenapi.Refused, 202, tokenapi.Refused, 500, tokenapi.Refused)
	})
	if s := console.StatusAt(tok, policy, at(600)); !s.OverAt.Equal(at(200)) {
		t.Errorf("over at %v, want second 200", s.OverAt)
	}
}

func TestProvedDeadLooksOnlyAtWhatCameSince(t *testing.T) {
	t.Parallel()
	tok := live()
	tok.Probes = probes(10, tokenapi.Refused, 11, tokenapi.Refused, 12, tokenapi.Refused)
	if !console.ProvedDead(tok, at(10)) || console.ProvedDead(tok, at(11)) {
		t.Error("three since second 10 prove it, two since second 11 do not")
	}
	tok.Probes = append(tok.Probes, probes(13, tokenapi.Accepted)...)
	if console.ProvedDead(tok, at(10)) {
		t.Error("it was let through since")
	}
}

// anyToken makes a token out of every combination of facts there is, sensible or not.
func anyToken(r *rand.Rand) (console.Token, console.Policy) {
	sec := func() time.Time { return at(r.IntN(4000)) }
	maybe := func(set func()) {
		if r.IntN(3) == 0 {
			set()
		}
	}
	t := live()
	t.ExpiresAt = sec()
	maybe(func() { t.Lifetime, t.ExpiresAt = tokenapi.Unknown, time.Time{} })
	maybe(func() { t.ReplacedAt = sec() })
	maybe(func() {
		t.RevokeAt = sec()
		t.RevokeKind = []console.RevokeKind{console.RevokeAccess, console.RevokeRefresh, console.RevokeBoth}[r.IntN(3)]
		maybe(func() { t.AcceptedAt = sec() })
		maybe(func() { t.RefreshAcceptedAt = sec() })
	})
	maybe(func() { t.Unsure = &console.Mark{} })
	maybe(func() {
		for now := r.IntN(2000); r.IntN(6) > 0; now += r.IntN(400) {
			v := []tokenapi.Verdict{tokenapi.Accepted, tokenapi.Refused, tokenapi.Refused, tokenapi.Refused, tokenapi.Unclear}[r.IntN(5)]
			t.Probes = append(t.Probes, console.Probe{At: at(now), Verdict: v})
		}
	})
	p := console.Policy{DueBefore: time.Duration(r.IntN(300)) * time.Second, CacheTTL: time.Duration(r.IntN(1500)) * time.Second}
	maybe(func() { p.Regime = console.RegimeStateless })
	return t, p
}

// Between two changes nothing changes, and at a change something does.
func TestStateIsConstantBetweenChanges(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	changes := 0
	for i := range 20_000 {
		tok, p := anyToken(r)
		now := at(r.IntN(4000))
		state := console.StatusAt(tok, p, now).State
		next, ok := console.NextChange(tok, p, now)
		end := at(10_000)
		if ok {
			changes++
			if !next.After(now) {
				t.Fatalf("#%d: next change %v is not after %v", i, next, now)
			}
			if got := console.StatusAt(tok, p, next).State; got == state {
				t.Fatalf("#%d: still %s at the announced change", i, got)
			}
			end = next
		}
		for range 20 {
			mid := now.Add(time.Duration(r.Int64N(int64(end.Sub(now)))))
			if got := console.StatusAt(tok, p, mid).State; got != state {
				t.Fatalf("#%d: %s became %s at %v, before the announced change (%v, %v)\n%+v", i, state, got, mid, next, ok, tok)
			}
		}
	}
	if changes < 1000 {
		t.Errorf("only %d changes in the sample: it proves nothing", changes)
	}
}

func ExampleLeft() {
	for _, d := range []time.Duration{0, 41 * time.Second, 58*time.Minute + 12*time.Second, 2*time.Hour + 13*time.Minute, 76 * time.Hour, 1<<63 - 1} {
		fmt.Println(console.Left(d))
	}
	// Output:
	// 0:00
	// 0:41
	// 58:12
	// 2h 13m
	// 3d 04h
	// 292y
}

// LeftChanges is exact: one nanosecond before it the words are the same, at it they are not.
func TestLeftChanges(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for range 20_000 {
		d := time.Duration(r.Int64N(int64(100 * time.Hour)))
		step := console.LeftChanges(d)
		if step > d {
			continue // over before
		}
		if console.Left(d) == console.Left(d-step) {
			t.Fatalf("%v: %q is the same %v later", d, console.Left(d), step)
		}
		if step > 1 && console.Left(d) != console.Left(d-step+1) {
			t.Fatalf("%v: %q changed before %v", d, console.Left(d), step)
		}
	}
}
