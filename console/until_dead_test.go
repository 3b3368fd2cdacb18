package console_test

import (
	"slices"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/tokenapi"
)

// An answer is hopeless only if waiting cannot change it.
func TestProbeInVain(t *testing.T) {
	t.Parallel()
	for why, vain := range map[tokenapi.Why]bool{
		tokenapi.WhyOpen: true, tokenapi.WhyControlOff: true, tokenapi.WhyControlActs: true,
		tokenapi.WhyChanged: false, tokenapi.WhyNotSeen: false, tokenapi.WhyUnsigned: false,
		tokenapi.WhyServer: false, tokenapi.WhyWait: false, tokenapi.WhyControlSpent: false,
		tokenapi.WhyLetThrough: false, tokenapi.WhyNoAnswer: false,
	} {
		ans := tokenapi.ProbeAnswer{Why: why}
		if got := console.ProbeInVain(ans); got != vain {
			t.Errorf("%s: in vain: %v", why, got)
		}
		if vain && !console.Hopeless(ans) {
			t.Errorf("%s: in vain, and not hopeless", why)
		}
	}
}

func TestProbeLoopUntil(t *testing.T) {
	t.Parallel()
	ended := func(stale, passed int) console.Status {
		s := console.Status{HasExpiry: true, ExpiresAt: at(100), Ended: true, StaleKnown: true}
		if s.StaleUntil = at(stale); passed > 0 {
			s.Passed = at(passed)
		}
		return s
	}
	for name, c := range map[string]struct {
		s     console.Status
		began int
		want  int // 0: not known
	}{
		"alive":                    {console.Status{HasExpiry: true, ExpiresAt: at(100)}, 1, 160},
		"alive, no expiry":         {console.Status{}, 1, 0},
		"expired before":           {console.Status{HasExpiry: true, ExpiresAt: at(100)}, 200, 260},
		"ended":                    {ended(30, 0), 1, 90},
		"ended, and nobody knows":  {console.Status{Ended: true}, 1, 0},
		"let through after its":    {ended(100, 30), 1, 90},
		"the same, without expiry": {console.Status{Ended: true, Passed: at(30)}, 1, 90},
	} {
		l := console.ProbeLoop{Began: at(c.began)}
		until, ok := l.Until(c.s)
		if ok != (c.want > 0) || ok && !until.Equal(at(c.want)) {
			t.Errorf("%s: %v %v, want %v", name, until, ok, at(c.want))
		}
	}
}

// probing plays a loop in virtual time against a gateway that answers by the second. It returns
// when the loop probed, when it stopped and why.
func probing(
	t *testing.T, l console.ProbeLoop, tok console.Token, p console.Policy,
	gateway func(second int) tokenapi.ProbeAnswer,
) (probed []int, end int, why console.ProbeStop) {
	t.Helper()
	now := l.Began
	second := func() int { return int(now.Sub(t0) / time.Second) }
	for range 1000 {
		step := l.Next(tok, p, now)
		if again := l.Next(tok, p, now); again != step {
			t.Fatalf("the same values give %v and %v", step, again)
		}
		if step.Stop != console.GoOn {
			return probed, second(), step.Stop
		}
		if step.At.After(now) {
			now = step.At
		} else if step.Wait {
			t.Fatalf("waits for %v at %v", step.At, now)
		}
		if step.Wait {
			continue
		}
		ans := gateway(second())
		ans.At = now
		probed = append(probed, second())
		tok.Probes = append(tok.Probes, console.Probe{
			At: now, Status: ans.Status, Verdict: ans.Verdict, URL: p.ProbeURL,
			NamesToken: ans.NamesToken,
		})
		if ans.Verdict == tokenapi.Accepted && tok.SeenAt.IsZero() {
			tok.SeenAt, tok.SeenURL = now, p.ProbeURL
		}
		l.Answered(ans)
	}
	t.Fatal("it does not end")
	return nil, 0, ""
}

func TestProbeLoopNext(t *testing.T) {
	t.Parallel()
	accepted := tokenapi.ProbeAnswer{Status: 200, Verdict: tokenapi.Accepted}
	refused := tokenapi.ProbeAnswer{Status: 401, Verdict: tokenapi.Refused, NamesToken: true}
	open := tokenapi.ProbeAnswer{Status: 200, Verdict: tokenapi.Unclear, Why: tokenapi.WhyOpen}
	failing := tokenapi.ProbeAnswer{Status: 500, Verdict: tokenapi.Unclear, Why: tokenapi.WhyServer}
	busy := tokenapi.ProbeAnswer{Status: 429, Verdict: tokenapi.Unclear, Why: tokenapi.WhyWait}
	busy.RetryAfter = 40 * time.Second
	always := func(a tokenapi.ProbeAnswer) func(int) tokenapi.ProbeAnswer {
		return func(int) tokenapi.ProbeAnswer { return a }
	}
	from := func(second int, then tokenapi.ProbeAnswer) func(int) tokenapi.ProbeAnswer {
		return func(s int) tokenapi.ProbeAnswer {
			if s >= second {
				return then
			}
			return accepted
		}
	}
	once := func(second int) func(int) tokenapi.ProbeAnswer { // refuses, and changes its mind
		return func(s int) tokenapi.ProbeAnswer {
			if s == second {
				return refused
			}
			return accepted
		}
	}
	// short is the policy of a gateway with a 30 s cache. mute has no URL to probe, and forever
	// accepts a revoked token until it expires.
	short, mute, forever := policy, policy, policy
	short.CacheTTL, short.ProbeURL = 30*time.Second, api
	mute.CacheTTL = 30 * time.Second
	forever.CacheTTL, forever.ProbeURL = console.UntilExpiry, api
	revokedAt := func(s int) console.Token {
		return with(func(t *console.Token) {
			t.RevokeAt, t.RevokeKind, t.AcceptedAt = at(s), console.RevokeAccess, at(s)
		})
	}
	revoked, over, dead, cut := revokedAt(0), revokedAt(-60), revokedAt(-10), revokedAt(0)
	dead.Probes = probes(-9, tokenapi.Refused, -8, tokenapi.Refused, -7, tokenapi.Refused)
	cut.ExpiresAt = at(20)
	brief := with(func(t *console.Token) { t.ExpiresAt = at(20) })
	endless := with(func(t *console.Token) {
		t.Lifetime, t.ExpiresAt = tokenapi.Unbounded, time.Time{}
	})
	leaked := with(func(t *console.Token) { // the end of its access token is unknown
		t.Lifetime, t.ExpiresAt = tokenapi.Unknown, time.Time{}
		t.RevokeAt, t.RevokeKind = at(0), console.RevokeRefresh
		t.Refresh, t.RefreshAcceptedAt = console.RefreshRevoked, at(0)
	})
	grown := []int{0, 5, 11, 18, 26, 35, 45, 56, 68, 81} // while it is accepted

	plain, waits := console.ProbeLoop{Began: at(0)}, console.ProbeLoop{Began: at(0), AnyProof: true}
	fast, late := plain, plain
	fast.Every, late.Began = 250*time.Millisecond, at(300)
	timed := func(l console.ProbeLoop, d time.Duration) console.ProbeLoop {
		l.Timeout = d
		return l
	}
	for _, c := range []struct {
		name    string
		loop    console.ProbeLoop
		token   console.Token
		policy  console.Policy
		gateway func(int) tokenapi.ProbeAnswer
		probed  []int
		end     int
		why     console.ProbeStop
	}{
		{
			"refuses after a while", plain, revoked, short, from(20, refused),
			[]int{0, 5, 11, 18, 26, 27, 28}, 28, console.StopDead,
		},
		{
			"refuses at once", plain, revoked, short, always(refused),
			[]int{0, 1, 2}, 2, console.StopDead,
		},
		{
			"refuses once", plain, revoked, short, once(5),
			[]int{0, 5, 6, 11, 17, 24, 32, 41, 51, 62, 74, 87, 90}, 90, console.StopLimit,
		},
		{
			"accepts past its window", plain, revoked, short, always(accepted),
			append(slices.Clone(grown), 90), 90, console.StopLimit,
		},
		{
			"the longest pause", timed(plain, 200*time.Second), live(), short, always(accepted),
			append(slices.Clone(grown), 95, 110, 125, 140, 155, 170, 185, 200), 200,
			console.StopLimit,
		},
		{
			"a pace of its own", timed(fast, time.Second), live(), short, always(accepted),
			[]int{0, 0, 0, 0, 1}, 1, console.StopLimit,
		},
		{
			"which a refusal changes", fast, revoked, short, always(refused),
			[]int{0, 1, 2}, 2, console.StopDead,
		},
		{
			"begun after its time", late, revoked, short, always(failing),
			[]int{300, 305, 311, 318, 326, 335, 345, 356, 360}, 360, console.StopLimit,
		},
		{
			"alive until it expires", plain, brief, short, always(accepted),
			[]int{0, 5, 11, 18, 26, 35, 45, 56, 68, 80}, 80, console.StopLimit,
		},
		{
			"alive, and proved dead", plain, live(), short, from(3, refused),
			[]int{0, 5, 6, 7}, 7, console.StopDead,
		},
		{
			"proved dead before", plain, dead, short, always(refused),
			[]int{0}, 0, console.StopDead,
		},
		{
			"proved dead, and is not", plain, dead, short, from(5, refused),
			[]int{0, 5, 6, 7}, 7, console.StopDead,
		},
		{
			"a URL that proves nothing", plain, revoked, short, always(open),
			[]int{0, 5, 11}, 11, console.StopVain,
		},
		{
			"the same, with a time", timed(plain, time.Hour), endless, short, always(open),
			[]int{0, 5, 11}, 11, console.StopVain,
		},
		{
			"wants to be left alone", plain, revoked, short, always(busy),
			[]int{0, 40, 80}, 90, console.StopLimit,
		},
		{
			"a time that is over", timed(plain, 1), live(), short, always(accepted),
			[]int{0, 0}, 0, console.StopLimit,
		},
		{
			"waits: the window", waits, revoked, short, always(accepted),
			[]int{0, 5, 11, 18, 26, 30, 40, 51, 63, 76, 90}, 90, console.StopLimit,
		},
		{
			"waits: its last word", waits, revoked, short, from(27, failing),
			[]int{0, 5, 11, 18, 26, 30}, 30, console.StopDead,
		},
		{
			"waits: refused before", waits, revoked, short, from(3, refused),
			[]int{0, 5, 6, 7}, 7, console.StopDead,
		},
		{
			"waits: no probe URL", waits, revoked, mute, nil,
			nil, 30, console.StopDead,
		},
		{
			"waits: it proves nothing", waits, revoked, short, always(open),
			[]int{0, 5, 11}, 30, console.StopDead,
		},
		{
			"waits: left alone", waits, revoked, short, always(busy),
			[]int{0}, 30, console.StopDead,
		},
		{
			"waits: dead before", waits, dead, short, nil,
			nil, 0, console.StopDead,
		},
		{
			"waits: over before", waits, over, short, always(refused),
			[]int{0}, 0, console.StopDead,
		},
		{
			"waits: its expiry", waits, cut, forever, always(failing),
			[]int{0, 5, 11, 18}, 20, console.StopDead,
		},
		{
			"waits: not long enough", timed(waits, 10*time.Second), revoked, short,
			always(accepted),
			[]int{0, 5, 10}, 10, console.StopLimit,
		},
		{
			"waits: no URL, not enough", timed(waits, 10*time.Second), revoked, mute, nil,
			nil, 10, console.StopLimit,
		},
		{
			"waits: nobody knows", waits, leaked, short, nil,
			nil, 0, console.StopUnbounded,
		},
		{
			"waits: nobody knows, timed", timed(waits, 10*time.Second), leaked, short,
			always(accepted),
			[]int{0, 5, 10}, 10, console.StopLimit,
		},
	} {
		probed, end, why := probing(t, c.loop, c.token, c.policy, c.gateway)
		if !slices.Equal(probed, c.probed) || end != c.end || why != c.why {
			t.Errorf("%s: probed at %v, stopped at %d: %s; want %v, %d, %s",
				c.name, probed, end, why, c.probed, c.end, c.why)
		}
	}
}
