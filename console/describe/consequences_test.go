package describe_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/console/describe"
)

func TestRenewsAndRevokes(t *testing.T) {
	t.Parallel()
	known := console.Bound{Known: true, Until: t0.Add(41 * time.Second), Left: 41 * time.Second}
	refresh := console.Consequences{Renewal: console.RenewalRefresh, Refreshed: known}
	unknown, over, pending := refresh, refresh, refresh
	unknown.Refreshed, over.Over, pending.Pending = console.Bound{}, true, true
	anew := func(why console.NoRefresh) console.Consequences {
		return console.Consequences{Renewal: console.RenewalAnew, Without: why}
	}
	for _, c := range []struct {
		c    console.Consequences
		want string
	}{
		{refresh, "refreshes it; the old one may pass at most most 41s | " +
			"refreshes it; the old one may pass ≤most 41s | " +
			"refreshes it, the old one may pass ≤most 41s | " +
			"refreshes it, the old may pass ≤most 41s | refreshes it"},
		{unknown, "refreshes it; nobody knows how long the old one may pass | " +
			"refreshes it; the old one may pass on | refreshes it"},
		{over, "refreshes it"},
		{pending, "refreshes it"},
		{console.Consequences{}, ""},
		{anew(console.NoRefreshOfGrant),
			"asks anew: this grant has no refresh token | asks anew"},
		{anew(console.NoRefreshCame), "asks anew: no refresh token came with it | asks anew"},
		{anew(console.NoRefreshSpent), "asks anew: its refresh token is spent | asks anew"},
		{anew(console.NoRefreshRevoked), "asks anew: its refresh token is revoked | asks anew"},
		{anew(console.NoRefreshLost),
			"asks anew: the answer to its refresh was lost | asks anew"},
	} {
		if got := strings.Join(voice().Renews(c.c), " | "); got != c.want {
			t.Errorf("%+v:\n%s, want\n%s", c.c, got, c.want)
		}
	}
	revocable := console.Consequences{Revocable: true, Revoked: known}
	production, forever, refresh := revocable, revocable, revocable
	refresh.Revokes = console.RevokeRefresh
	production.Production, forever.Revoked = true, console.Bound{}
	for _, c := range []struct {
		c            console.Consequences
		revokes, now string
	}{
		{revocable, "revokes", "the gateway may pass it until 12:00 at most (most 41s)"},
		{refresh, "revokes its refresh token", ""},
		{production, "revokes, asks first: production",
			"the gateway may pass it until 12:00 at most (most 41s)"},
		{forever, "revokes", "the gateway may pass it, nobody knows how long"},
		{console.Consequences{}, "", ""},
	} {
		first := func(all []string) string { return append(all, "")[0] }
		revokes, now := first(describe.Revokes(c.c)), first(voice().IfRevoked(c.c, "12:00"))
		if revokes != c.revokes || now != c.now {
			t.Errorf("%+v: %q, %q", c.c, revokes, now)
		}
	}
}

func TestWhenAccepted(t *testing.T) {
	t.Parallel()
	window := console.Bound{
		Known: true, Until: t0.Add(15 * time.Minute), Left: 15 * time.Minute, Window: true}
	expiry := console.Bound{Known: true, Until: t0.Add(time.Minute), Left: time.Minute}
	of := func(b console.Bound) console.Consequences {
		return console.Consequences{Revocable: true, Revoked: b}
	}
	refresh := of(window)
	refresh.Revokes = console.RevokeRefresh
	for _, c := range []struct {
		c    console.Consequences
		want string
	}{
		{of(window), "its gateway may pass the token for at most most 15m0s"},
		{of(expiry), "its gateway may pass the token for at most most 1m0s"},
		{of(console.Bound{}), "its gateway may pass the token, nobody knows how long"},
		{of(console.Bound{Known: true, Until: t0}), "its gateway refuses the token at once"},
		{refresh, ""},
		{console.Consequences{Revoked: window}, ""},
	} {
		if got := voice().WhenAccepted(c.c); got != c.want {
			t.Errorf("%+v: %q, want %q", c.c, got, c.want)
		}
	}
}

// The time from a revoke to its proof is the difference of the two times as they are shown.
func TestTookIsTheDifferenceOfTheShownTimes(t *testing.T) {
	t.Parallel()
	revoked := time.Date(2026, 7, 1, 16, 33, 39, 900_000_000, time.UTC)
	s := console.Status{
		State: console.Dead, Cause: console.CauseRevoked, EndedAt: revoked,
		Proof: console.ProofProbe, OverAt: revoked.Add(31200 * time.Millisecond),
	}
	at := func(at time.Time) string { return at.Format(time.TimeOnly) }
	if got := describe.OverBrief(s, at, "")[0]; got != "revoked 16:33:39, refused 32 s later" {
		t.Error(got)
	}
}

func TestGrantOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		grant   string
		refresh console.RefreshState
		want    []string
	}{
		{console.GrantPassword, console.RefreshLive, []string{
			"grant password, with a refresh token", "password, with a refresh token",
			"password + refresh"}},
		{console.GrantClientCredentials, console.RefreshNone,
			[]string{"client credentials", "client credentials"}},
		{console.GrantAdopted, console.RefreshSpent, []string{"adopted", "adopted"}},
		{"", console.RefreshNone, []string{"unknown grant", "unknown grant"}},
	} {
		got := describe.GrantOf(console.Token{Grant: c.grant, Refresh: c.refresh})
		if !slices.Equal(got, c.want) {
			t.Errorf("%q: %q", c.grant, got)
		}
	}
}

func TestSeveral(t *testing.T) {
	t.Parallel()
	bound := func(s int) console.Bound {
		d := time.Duration(s) * time.Second
		return console.Bound{Known: true, Until: t0.Add(d), Left: d}
	}
	ends := func(left time.Duration) console.Status {
		return console.Status{HasExpiry: true, ExpiresAt: t0.Add(left), Left: left}
	}
	var all console.Several
	all.Add(console.Consequences{Revocable: true, Revoked: bound(41),
		Renewal: console.RenewalRefresh}, ends(41*time.Second))
	all.Add(console.Consequences{Revocable: true, Revoked: bound(900), Production: true},
		ends(time.Hour))
	all.Add(console.Consequences{Revocable: true, Revoked: bound(60)}, console.Status{})
	parts := strings.Join(voice().Several(all, []string{"prod-eu"}, t0), "; ")
	if parts != "one of them in production (prod-eu); one has a refresh token; "+
		"the first of them ends in span 41s" {
		t.Error(parts)
	}
	if got := voice().RevokesSeveral(all)[0]; got !=
		"revokes all 3, the gateway may pass them for at most most 15m0s; it asks first" {
		t.Error(got)
	}
	passes := ends(10 * time.Second) // what has ended has no end to come but that of its window
	passes.State, passes.Ended = console.Lingering, true
	passes.StaleKnown, passes.StaleUntil, passes.StaleLeft = true, t0.Add(7*time.Second), 7e9
	all.Add(console.Consequences{}, passes) // cannot be revoked, and changes no bound
	if got := voice().RevokesSeveral(all)[0]; !strings.HasPrefix(got, "revokes 3 of 4, the "+
		"gateway may pass them for at most most 15m0s") {
		t.Error(got)
	}
	parts = strings.Join(voice().Several(all, []string{"prod-eu"}, t0), "; ")
	if !strings.HasSuffix(parts, "; the first of them ends in span 41s; "+
		"one of them may pass for at most most 7s") {
		t.Error(parts)
	}
	passes.StaleKnown = false
	var one console.Several
	one.Add(console.Consequences{}, passes)
	if got := voice().Several(one, nil, t0); len(got) != 1 ||
		got[0] != "it may pass, nobody knows how long" {
		t.Error(got)
	}
	all.Add(console.Consequences{Revocable: true}, console.Status{})
	all.Add(console.Consequences{Revocable: true, Revoked: bound(9)}, console.Status{})
	if got := voice().RevokesSeveral(all)[0]; !strings.Contains(got, "nobody knows how long") {
		t.Error(got)
	}
}

func TestOverBrief(t *testing.T) {
	t.Parallel()
	ended, over := t0.Add(-time.Minute), t0.Add(-54*time.Second)
	for _, c := range []struct {
		s    console.Status
		want string
	}{
		{console.Status{State: console.Dead, Cause: console.CauseRevoked, EndedAt: ended,
			Proof: console.ProofProbe, OverAt: over}, "revoked 11:59, refused 6 s later"},
		{console.Status{State: console.Dead, Cause: console.CauseRevoked, EndedAt: ended,
			Proof: console.ProofWindow, OverAt: t0}, "revoked 11:59, its window was over 12:00"},
		{console.Status{State: console.Dead, Cause: console.CauseRefused, EndedAt: ended,
			Proof: console.ProofProbe, OverAt: ended}, "refused 11:59"},
		{console.Status{State: console.Superseded, Cause: console.CauseReplaced, EndedAt: ended},
			"by 9c24d1e8 at 11:59"},
		{console.Status{State: console.Expired, ExpiresAt: t0}, "at 12:00"},
		{console.Status{State: console.Active}, ""},
	} {
		got := append(describe.OverBrief(c.s, voice().Clock, "9c24d1e8"), "")[0]
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.s.State, got, c.want)
		}
	}
	for _, c := range []struct {
		state console.State
		cause console.Cause
		want  string
	}{
		{console.Lingering, console.CauseRevoked, "revoked, may pass"},
		{console.Lingering, console.CauseReplaced, "replaced, may pass"},
		{console.Lingering, console.CauseElsewhere, "inactive, may pass"},
		{console.Superseded, console.CauseReplaced, "replaced"},
		{console.Dead, console.CauseRevoked, "dead"},
	} {
		if got := describe.StateWord(c.state, c.cause); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.state, c.cause, got, c.want)
		}
	}
	took := describe.GatewayTook(console.Learned{Times: 1, Shortest: 6e9, Longest: 6e9})
	length := describe.Length(time.Hour) + describe.Length(15*time.Minute) +
		describe.Length(90*time.Second) + describe.Length(100*time.Minute+time.Second)
	if took != "this gateway took 6 s the last time" || length != "1 h15 min90 s1h 40m" {
		t.Error(took, length)
	}
}
