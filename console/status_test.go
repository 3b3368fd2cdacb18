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
	return console.Token{ID: "t_x", Lifetime: tokenapi.Bounded, IssuedAt: t0, ExpiresAt: at(3600),
		Granted: time.Hour}
}

func with(change func(*console.Token)) console.Token {
	t := live()
	change(&t)
	return t
}

// api is the URL of the probes of these tests.
const api = "https://gateway.example/orders"

// probes names the token in each refusal.
func probes(v ...any) []console.Probe { // pairs of second and verdict
	var out []console.Probe
	for i := 0; i < len(v); i += 2 {
		out = append(out,
			console.Probe{At: at(v[i].(int)), Verdict: v[i+1].(tokenapi.Verdict), URL: api,
				NamesToken: v[i+1] == tokenapi.Refused})
	}
	return out
}

func TestStatusAt(t *testing.T) {
	t.Parallel()
	const yes, no, huh = tokenapi.Accepted, tokenapi.Refused, tokenapi.Unclear
	revoked := func(p ...console.Probe) console.Token {
		return with(func(t *console.Token) {
			t.RevokeAt, t.RevokeKind, t.AcceptedAt, t.Probes = at(100), console.RevokeBoth, at(100),
				p
		})
	}
	replaced := func(p ...console.Probe) console.Token {
		return with(func(t *console.Token) {
			t.ReplacedAt, t.ReplacedBy, t.Probes = at(100), "t_y", p
		})
	}
	stateless, opaque, whole := policy, policy, policy
	stateless.Regime, opaque.Regime, whole.CacheTTL = console.RegimeStateless, console.RegimeOpaque,
		console.UntilExpiry
	bare := func(p []console.Probe) []console.Probe {
		// as a scope that is missing, which names no token
		for i := range p {
			p[i].NamesToken = false
		}
		return p
	}
	legacy := func(status int, p []console.Probe) []console.Probe {
		for i := range p {
			p[i].URL, p[i].NamesToken, p[i].Status = "", false, status
		}
		return p
	}
	elsewhere := func(p []console.Probe) []console.Probe {
		for i := range p {
			p[i].URL = "https://gateway.example/billing"
		}
		return p
	}
	refreshEnded := func(t *console.Token) {
		t.RefreshAcceptedAt, t.Refresh = at(100), console.RefreshRevoked
	}
	says := func(t console.Token, state console.ServerState, s int, counts bool) console.Token {
		t.AtServer, t.AtServerAt, t.AtServerSince, t.AtServerCounts = state, at(s), at(s), counts
		return t
	}
	const active, inactive = console.ServerActive, console.ServerInactive
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
		{"unbounded", with(func(t *console.Token) {
			t.Lifetime, t.ExpiresAt = tokenapi.Unbounded, time.Time{}
		}), policy, 1e9, console.Active, "", -1},
		{"unknown", with(func(t *console.Token) {
			t.Lifetime, t.ExpiresAt = tokenapi.Unknown, time.Time{}
		}), policy, 1e9, console.Active, "", -1},
		{"decided", with(
			func(t *console.Token) { t.RevokeAt, t.RevokeKind = at(3), console.RevokeBoth }),
			policy, 1, console.Revoking, "", -1},
		{"undelivered long after",
			with(func(t *console.Token) { t.RevokeAt, t.RevokeKind = at(3), console.RevokeBoth }),
			policy, 3599, console.Revoking, "", -1},
		{"undelivered, expired",
			with(func(t *console.Token) { t.RevokeAt, t.RevokeKind = at(3), console.RevokeBoth }),
			policy, 3600, console.Expired, "", -1},
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
			t.RevokeAt, t.RevokeKind, t.RefreshAcceptedAt, t.Refresh = at(100),
				console.RevokeRefresh, at(100), console.RefreshRevoked
		}), policy, 2000, console.Lingering, "", 3600},
		{"only the refresh token, expiry unknown", with(func(t *console.Token) {
			t.Lifetime, t.ExpiresAt = tokenapi.Unknown, time.Time{}
			t.RevokeAt, t.RevokeKind, t.RefreshAcceptedAt, t.Refresh = at(100),
				console.RevokeRefresh, at(100), console.RefreshRevoked
		}), policy, 1e8, console.Lingering, "", -1},
		{"access accepted, refresh not yet delivered", with(func(t *console.Token) {
			t.RevokeAt, t.RevokeKind, t.AcceptedAt, t.Refresh = at(100), console.RevokeBoth,
				at(100), console.RefreshLive
		}), policy, 200, console.Lingering, "", 1000},
		{"only the refresh token, expired", with(func(t *console.Token) {
			t.RevokeAt, t.RevokeKind, t.RefreshAcceptedAt, t.Refresh = at(100),
				console.RevokeRefresh, at(100), console.RefreshRevoked
		}), policy, 3600, console.Dead, console.ProofExpiry, 3600},
		{"its refresh token revoked by another row", with(refreshEnded), policy, 200,
			console.Lingering, "", 3600},
		{"replaced, regime not known", replaced(), policy, 1000, console.Lingering, "", 3600},
		{"replaced, regime not known, expired", replaced(), policy, 3600, console.Superseded,
			console.ProofExpiry, 3600},
		{"replaced", replaced(), opaque, 200, console.Lingering, "", 1000},
		{
			"replaced, window over",
			replaced(),
			opaque,
			1000,
			console.Superseded,
			console.ProofWindow,
			1000,
		},
		{
			"the gateway honours it until its end",
			revoked(),
			whole,
			1000,
			console.Lingering,
			"",
			3600,
		},
		{"the gateway honours it until an end that is not known", with(func(t *console.Token) {
			t.Lifetime, t.ExpiresAt = tokenapi.Unknown, time.Time{}
			t.RevokeAt, t.RevokeKind, t.AcceptedAt = at(100), console.RevokeAccess, at(100)
		}), whole, 1e8, console.Lingering, "", -1},
		{"replaced, stateless", replaced(), stateless, 2000, console.Lingering, "", 3600},
		{"replaced, stateless, expired", replaced(), stateless, 3600, console.Superseded,
			console.ProofExpiry, 3600},
		{"refused once", revoked(probes(200, no)...), policy, 210, console.Lingering, "", 1000},
		{"refused three times", revoked(probes(200, no, 201, no, 202, no)...), policy, 210,
			console.Dead, console.ProofProbe, 1000},
		{"refused three times too fast", revoked(probes(200, no, 200, no, 200, no)...), policy, 210,
			console.Lingering, "", 1000},
		{"refused before it was revoked", revoked(probes(10, no, 11, no, 12, no)...), policy, 210,
			console.Dead, console.ProofProbe, 1000},
		{"refused at two URLs",
			revoked(append(probes(200, no, 201, no), elsewhere(probes(202, no))...)...), policy,
			210, console.Lingering, "", 1000},
		{"refused here, accepted elsewhere",
			revoked(append(probes(200, no, 201, no, 202, no), elsewhere(probes(203, yes))...)...),
			policy, 210, console.Lingering, "", 1000},
		{"refused without naming it", revoked(bare(probes(200, no, 201, no, 202, no))...), policy,
			210, console.Lingering, "", 1000},
		{
			"refused without naming it, accepted elsewhere before",
			revoked(append(elsewhere(probes(150, yes)),
				bare(probes(200, no, 201, no, 202, no))...)...),
			policy,
			210,
			console.Lingering,
			"",
			1000,
		},
		{"refused without naming it, accepted there before",
			revoked(bare(probes(150, yes, 200, no, 201, no, 202, no))...), policy, 210,
			console.Dead, console.ProofProbe, 1000},
		{"refused three times, stored before URLs were",
			revoked(legacy(401, probes(200, no, 201, no, 202, no))...), policy, 210,
			console.Lingering, "", 1000},
		{"answered by an API after the window, stored before URLs were",
			revoked(legacy(404, probes(1100, yes))...), policy, 1200, console.Dead,
			console.ProofWindow, 1000},
		{"let through after the window, stored before URLs were",
			revoked(legacy(200, probes(1100, yes))...), policy, 1200, console.Lingering, "", 3600},
		{"refused three times, nobody revoked it",
			with(func(t *console.Token) { t.Probes = probes(200, no, 201, no, 202, no) }), policy,
			210, console.Dead, console.ProofProbe, -1},
		{"refused three times after its expiry",
			with(func(t *console.Token) { t.Probes = probes(3700, no, 3701, no, 3702, no) }),
			policy, 3800, console.Expired, "", -1},
		{"called active after its revoke", says(revoked(), active, 200, true), policy, 1000,
			console.Lingering, "", 3600},
		{"called active before its revoke", says(revoked(), active, 50, true), policy, 1000,
			console.Dead, console.ProofWindow, 1000},
		{"called active after its replacement", says(replaced(), active, 2000, true), opaque, 2000,
			console.Lingering, "", 3600},
		{"called inactive after its revoke", says(revoked(), inactive, 500, false), policy, 999,
			console.Lingering, "", 1000},
		{"called inactive after its replacement", says(replaced(), inactive, 500, true), policy,
			1399, console.Lingering, "", 1400},
		{"called inactive after its replacement, window over",
			says(replaced(), inactive, 500, true), policy, 1400, console.Superseded,
			console.ProofWindow, 1400},
		{"called inactive, nobody revoked it", says(live(), inactive, 500, true), policy, 600,
			console.Lingering, "", 1400},
		{"called inactive, nobody revoked it, window over", says(live(), inactive, 500, true),
			policy, 1400, console.Dead, console.ProofWindow, 1400},
		{"called inactive by who may not know", says(live(), inactive, 500, false), policy, 1400,
			console.Active, "", -1},
		{"unsure, expired", with(func(t *console.Token) { t.Unsure = &console.Mark{ID: "m"} }),
			policy, 3600, console.Expired, "", -1},
		{"due for a quarter of its life at most",
			with(func(t *console.Token) { t.ExpiresAt, t.Granted = at(60), time.Minute }), policy,
			44, console.Active, "", -1},
		{"the last quarter",
			with(func(t *console.Token) { t.ExpiresAt, t.Granted = at(60), time.Minute }), policy,
			45, console.Expiring, "", -1},
		{"a node lets it through", revoked(probes(200, no, 201, no, 202, yes, 203, no)...), policy,
			210, console.Lingering, "", 1000},
		{"an unclear one breaks the row", revoked(probes(200, no, 201, huh, 202, no, 203, no)...),
			policy, 210, console.Lingering, "", 1000},
		{"an unclear one after the proof", revoked(probes(200, no, 201, no, 202, no, 203, huh)...),
			policy, 210, console.Dead, console.ProofProbe, 1000},
		{"reopened within the window", revoked(probes(200, no, 201, no, 202, no, 300, yes)...),
			policy, 310, console.Lingering, "", 1000},
		{"reopened within the window, then over",
			revoked(probes(200, no, 201, no, 202, no, 300, yes)...), policy, 1000, console.Dead,
			console.ProofWindow, 1000},
		{"let through after the window", revoked(probes(1100, yes)...), policy, 1200,
			console.Lingering, "", 3600},
		{"let through after the window, expired", revoked(probes(1100, yes)...), policy, 3600,
			console.Expired, console.ProofExpiry, 3600},
		{"let through after its expiry", revoked(probes(3700, yes)...), policy, 3800, console.Dead,
			console.ProofWindow, 1000},
		{"let through after the window, then proved",
			revoked(probes(1100, yes, 1200, no, 1201, no, 1202, no)...), policy, 1300, console.Dead,
			console.ProofProbe, 3600},
		{"refused after the window adds nothing", revoked(probes(1100, no, 1101, no, 1102, no)...),
			policy, 1300, console.Dead, console.ProofWindow, 1000},
		{"replaced and proved", replaced(probes(200, no, 201, no, 202, no)...), policy, 210,
			console.Superseded, console.ProofProbe, 3600},
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
			if known := c.stale >= 0; s.StaleKnown != known ||
				known && !s.StaleUntil.Equal(at(c.stale)) {
				t.Errorf("stale_until %v known %v, want second %d", s.StaleUntil, s.StaleKnown,
					c.stale)
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
		t.Probes = probes(200, tokenapi.Refused, 201, tokenapi.Refused, 202, tokenapi.Refused, 500,
			tokenapi.Refused)
	})
	if s := console.StatusAt(tok, policy, at(600)); !s.OverAt.Equal(at(200)) {
		t.Errorf("over at %v, want second 200", s.OverAt)
	}
}

// The time that is told of a token which is over belongs to the word of its state.
func TestOverSince(t *testing.T) {
	t.Parallel()
	replaced := with(func(t *console.Token) { t.ReplacedAt, t.ReplacedBy = at(100), "t_y" })
	revoked := with(func(t *console.Token) {
		t.RevokeAt, t.RevokeKind, t.AcceptedAt = at(100), console.RevokeBoth, at(100)
	})
	refused := revoked
	refused.Probes = probes(106, tokenapi.Refused, 107, tokenapi.Refused, 108, tokenapi.Refused)
	for _, c := range []struct {
		token console.Token
		now   int
		state console.State
		since time.Time
	}{
		{replaced, 1100, console.Superseded, at(100)},
		{revoked, 1100, console.Dead, at(1000)}, // the end of its window
		{refused, 1100, console.Dead, at(106)},
		{live(), 3700, console.Expired, at(3600)},
	} {
		opaque := policy
		opaque.Regime = console.RegimeOpaque
		s := console.StatusAt(c.token, opaque, at(c.now))
		if s.State != c.state || !s.OverSince().Equal(c.since) {
			t.Errorf("%s since %s, want %s since %s", s.State, s.OverSince(), c.state, c.since)
		}
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

// Acceptances after the bound are separated: those after the token's own expiry are an extra case.
func TestAcceptedTooLate(t *testing.T) {
	t.Parallel()
	tok := with(func(t *console.Token) {
		t.RevokeAt, t.RevokeKind, t.AcceptedAt = at(100), console.RevokeBoth, at(100)
	})
	tok.Probes = probes(999, tokenapi.Accepted)
	if s := console.StatusAt(tok, policy, at(999)); s.Reopened || s.Overrun != 0 {
		t.Errorf("within its window: %+v", s)
	}
	tok.Probes = probes(1007, tokenapi.Accepted, 1300, tokenapi.Accepted)
	if s := console.StatusAt(tok, policy, at(1400)); !s.Reopened || s.Overrun != 300*time.Second ||
		s.PastExpiry != 0 {
		t.Errorf("after its window: %+v", s)
	}
	tok.Probes = probes(3780, tokenapi.Accepted)
	if s := console.StatusAt(tok, policy, at(3800)); s.Reopened || s.Overrun != 0 ||
		s.PastExpiry != 180*time.Second {
		t.Errorf("after its expiry: %+v", s)
	}
}

// After the first replacement of a token was refuted, that of another row with the same access
// token ends it again.
func TestReplacedAgain(t *testing.T) {
	t.Parallel()
	opaque := policy
	opaque.Regime = console.RegimeOpaque
	tok := with(func(t *console.Token) { t.ReplacedAt, t.ActiveAt = at(100), at(200) })
	twin := with(func(t *console.Token) { t.ID, t.ReplacedAt = "t_y", at(300) })
	tok.Twins = []console.Twin{{Row: twin, Policy: opaque}}
	s := console.StatusAt(tok, opaque, at(400))
	if want := at(300).Add(opaque.CacheTTL); !s.StaleUntil.Equal(want) {
		t.Errorf("its bound is %s, want %s", s.StaleUntil, want)
	}
}

// AtServer follows the newest evidence, and AtServerAt is its time.
func TestAtServer(t *testing.T) {
	t.Parallel()
	says := func(t console.Token, state console.ServerState, s int, counts bool) console.Token {
		t.AtServer, t.AtServerAt, t.AtServerSince, t.AtServerCounts = state, at(s), at(s), counts
		return t
	}
	decided := with(
		func(t *console.Token) { t.RevokeAt, t.RevokeKind = at(90), console.RevokeBoth })
	accepted := decided
	accepted.AcceptedAt = at(100)
	confirmed := accepted
	confirmed.Confirmed = true
	for _, c := range []struct {
		name string
		tok  console.Token
		word console.AtServer
		at   int
	}{
		{"decided", decided, console.AtServerPending, 90},
		{
			"decided, active",
			says(decided, console.ServerActive, 95, true),
			console.AtServerPending,
			90,
		},
		{"decided, ended elsewhere", says(decided, console.ServerInactive, 95, true),
			console.AtServerInactive, 95},
		{"accepted", accepted, console.AtServerAccepted, 100},
		{"confirmed", confirmed, console.AtServerConfirmed, 100},
		{"active before", says(confirmed, console.ServerActive, 99, true),
			console.AtServerConfirmed, 100},
		{
			"active after",
			says(confirmed, console.ServerActive, 101, true),
			console.AtServerActive,
			101,
		},
		{"inactive before", says(accepted, console.ServerInactive, 99, true),
			console.AtServerAccepted, 100},
		{"inactive after", says(accepted, console.ServerInactive, 101, false),
			console.AtServerInactive, 101},
		{"inactive, or not ours to ask", says(live(), console.ServerInactive, 101, false),
			console.AtServerUnknown, -1},
	} {
		s := console.StatusAt(c.tok, policy, at(200))
		if s.AtServer != c.word || c.at >= 0 && !s.AtServerAt.Equal(at(c.at)) {
			t.Errorf("%s: %s at %v", c.name, s.AtServer, s.AtServerAt)
		}
	}
}

// anyToken makes a token with a random combination of facts, sensible or not.
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
		t.RevokeKind = []console.RevokeKind{console.RevokeAccess, console.RevokeRefresh,
			console.RevokeBoth}[r.IntN(3)]
		maybe(func() { t.AcceptedAt = sec() })
		maybe(func() { t.RefreshAcceptedAt = sec() })
	})
	maybe(func() { t.Unsure = &console.Mark{} })
	maybe(func() {
		for now := r.IntN(2000); r.IntN(6) > 0; now += r.IntN(400) {
			v := []tokenapi.Verdict{tokenapi.Accepted, tokenapi.Refused, tokenapi.Refused,
				tokenapi.Refused, tokenapi.Unclear}[r.IntN(5)]
			t.Probes = append(t.Probes, console.Probe{
				At: at(now), Verdict: v, Status: 200, NamesToken: r.IntN(2) == 0,
				URL: []string{"", api, api, api + "/other"}[r.IntN(4)],
			})
		}
	})
	maybe(func() { t.Granted = time.Duration(r.IntN(4000)) * time.Second })
	maybe(func() {
		t.AtServer = []console.ServerState{console.ServerActive, console.ServerInactive}[r.IntN(2)]
		t.AtServerAt, t.AtServerSince, t.AtServerCounts = sec(), sec(), r.IntN(2) == 0
	})
	return t, anyPolicy(r)
}

func anyPolicy(r *rand.Rand) console.Policy {
	p := console.Policy{DueBefore: time.Duration(r.IntN(300)) * time.Second,
		CacheTTL: time.Duration(r.IntN(1500)) * time.Second, ProbeURL: api}
	p.Regime = []console.Regime{console.RegimeAuto, console.RegimeOpaque,
		console.RegimeStateless}[r.IntN(3)]
	if r.IntN(5) == 0 {
		p.CacheTTL = console.UntilExpiry
	}
	return p
}

// Between two changes nothing changes, and at a change something does.
func TestStateIsConstantBetweenChanges(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	changes := 0
	for i := range 20_000 {
		tok, p := anyToken(r)
		if r.IntN(4) == 0 {
			row, other := anyToken(r)
			tok.Twins = []console.Twin{{Row: row, Policy: other}}
		}
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
				t.Fatalf("#%d: %s became %s at %v, before the announced change (%v, %v)\n%+v", i,
					state, got, mid, next, ok, tok)
			}
		}
	}
	if changes < 1000 {
		t.Errorf("only %d changes in the sample: it proves nothing", changes)
	}
}

func ExampleLeft() {
	for _, d := range []time.Duration{0, 41 * time.Second, 58*time.Minute + 12*time.Second,
		2*time.Hour + 13*time.Minute, 76 * time.Hour, 1<<63 - 1} {
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

// An upper bound is never below the time that is left.
func TestAtMost(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		d    time.Duration
		want string
	}{
		{-time.Second, "0:00"}, {0, "0:00"}, {time.Millisecond, "0:01"}, {30 * time.Second, "0:30"},
		{29*time.Second + 400*time.Millisecond, "0:30"}, {time.Hour - time.Millisecond, "1h 00m"},
		{time.Hour, "1h 00m"}, {time.Hour + time.Second, "1h 01m"}, {24 * time.Hour, "1d 00h"},
		{25*time.Hour + time.Second, "1d 02h"}, {10*24*time.Hour + time.Second, "11d"},
	} {
		if got := console.AtMost(c.d); got != c.want {
			t.Errorf("%v: %q, want %q", c.d, got, c.want)
		}
	}
	r := rand.New(rand.NewPCG(5, 6))
	for range 20_000 {
		d := time.Duration(r.Int64N(int64(100*time.Hour))) + 1
		step := console.AtMostChanges(d)
		if now, then := console.AtMost(d), console.AtMost(d-step); now == then ||
			now != console.AtMost(d-step+1) {
			t.Fatalf("%v: %q; %q %v later", d, now, then, step)
		}
	}
}
