package describe_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/tokenapi"
)

var t0 = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// voice names acts in brackets and writes times so that each kind shows.
func voice() describe.Voice {
	return describe.Voice{
		Face: console.Face{
			Name: func(a console.Act, _ string) string { return "<" + string(a) + ">" }},
		Wait:   func(d time.Duration) string { return "wait " + d.String() },
		Span:   func(d time.Duration) string { return "span " + d.String() },
		AtMost: func(d time.Duration) string { return "most " + d.String() },
		Clock:  func(t time.Time) string { return t.Format("15:04") },
		Others: func(s string) string { return "«" + s + "»" },
	}
}

// decided is a token whose revoke is to be sent in so many seconds.
func decided(in int) console.Token {
	return console.Token{
		ID: "t_x", Fingerprint: "3f9ca71e", Lifetime: "bounded", ExpiresAt: t0.Add(time.Hour),
		Granted:  time.Hour,
		RevokeAt: t0.Add(time.Duration(in) * time.Second), RevokeKind: console.RevokeAccess,
	}
}

// Each stage of a revoke has a sentence of its own, and shorter forms that tell it from the others.
func TestRevoke(t *testing.T) {
	t.Parallel()
	failed := decided(-9)
	failed.RevokeTries, failed.RevokeNext = 2, t0.Add(4*time.Second)
	failed.RevokeError = "revoke: no connection: dial: refused"
	due := failed
	due.RevokeNext = t0
	soon := decided(0)
	soon.RevokeAt = t0.Add(time.Millisecond)
	seen := map[string]string{}
	for _, c := range []struct {
		token console.Token
		hold  describe.Hold
		at    describe.Stage
		long  string
		brief string
	}{
		{decided(3), describe.Hold{}, describe.Undoable,
			"the revoke is sent in wait 3s; <undo> takes it back", "in wait 3s · <undo> undoes"},
		{decided(0), describe.Hold{}, describe.Sending, "the revoke is being sent", "sending …"},
		{soon, describe.Hold{}, describe.Sending, "the revoke is about to be sent", "any moment"},
		{decided(0), describe.Hold{Locked: true}, describe.Held,
			"the revoke is not sent, the store is locked; <unlock> opens it", "not sent"},
		{decided(3), describe.Hold{Locked: true}, describe.Undoable,
			"the revoke is sent in wait 3s; <undo> takes it back", "in wait 3s · <undo> undoes"},
		{decided(0), describe.Hold{NoKey: true}, describe.Held,
			"the revoke is not sent, the key is not there", "not sent"},
		{decided(3), describe.Hold{ReadOnly: "cloud"}, describe.Held,
			"the revoke is not sent, cloud is read-only", "not sent"},
		{
			failed, describe.Hold{}, describe.Undelivered,
			"the revoke is not yet accepted («no connection: dial: refused»), it is kept " +
				"and tried again in wait 4s",
			"unaccepted, in wait 4s",
		},
		{due, describe.Hold{Locked: true}, describe.Held,
			"the revoke is not sent, the store is locked; <unlock> opens it", "unaccepted"},
	} {
		at, _, _ := describe.StageOf(c.token, c.hold, t0)
		long, brief := voice().Revoke(c.token, c.hold, t0), voice().RevokeBrief(c.token, c.hold, t0)
		if at != c.at || long != c.long || brief[len(brief)-1] != c.brief {
			t.Errorf("stage %d: %q, at the least %q; want %d: %q, %q", at, long,
				brief[len(brief)-1], c.at,
				c.long, c.brief)
		}
		if !slices.IsSortedFunc(brief, func(a, b string) int { return len(b) - len(a) }) {
			t.Errorf("the longest is not first: %q", brief)
		}
		stage := string(rune('0' + at))
		if other, there := seen[c.brief]; there && other != stage {
			t.Errorf("%q is said of two stages", c.brief)
		}
		seen[c.brief] = stage
	}
	if got := voice().Revoke(console.Token{}, describe.Hold{}, t0); got != describe.OfTwin {
		t.Errorf("of a twin: %q", got)
	}
}

func TestStateAndProof(t *testing.T) {
	t.Parallel()
	lingering := console.Status{State: console.Lingering, Ended: true, Cause: console.CauseRevoked,
		StaleKnown: true, StaleLeft: time.Minute}
	unknown, active, reopened, replaced := lingering, lingering, lingering, lingering
	unknown.StaleKnown, active.StillActive, reopened.Reopened, replaced.Cause = false, true, true,
		console.CauseReplaced
	dead := console.Status{State: console.Dead, Ended: true, Cause: console.CauseRevoked,
		EndedAt: t0,
		OverAt:  t0.Add(time.Minute)}
	window, expiry, probed, refused := dead, dead, dead, dead
	window.Proof, expiry.Proof, probed.Proof, refused.Proof = console.ProofWindow,
		console.ProofExpiry,
		console.ProofProbe, console.ProofProbe
	refused.Cause = console.CauseRefused
	succeeded := probed
	succeeded.Cause = console.CauseReplaced
	late := expiry
	late.PastExpiry = time.Second
	live := console.Status{State: console.Active, HasExpiry: true, Left: time.Hour}
	refusedRevoke := console.Token{RevokeError: "revoke: refused"}
	for _, c := range []struct {
		token console.Token
		s     console.Status
		want  string
	}{
		{console.Token{}, lingering,
			"revoked, may pass: accepted by the server; the gateway may let it through for at " +
				"most " +
				"most 1m0s"},
		{console.Token{}, unknown,
			"revoked, may pass: accepted by the server; the gateway may let it through, nobody " +
				"knows " +
				"how long"},
		{console.Token{}, reopened,
			"revoked, may pass: accepted by the server; the gateway let it through after its " +
				"window " +
				"was over"},
		{console.Token{}, replaced,
			"replaced, may pass: replaced by a newer one; the gateway may let it through for " +
				"at most " +
				"most 1m0s"},
		{
			console.Token{}, active,
			"revoked, may pass: accepted by the server; the server calls it active still, " +
				"so that the gateway may let it through for at most most 1m0s",
		},
		{console.Token{}, window, "dead: the window ran out"},
		{console.Token{}, expiry, "dead: its own expiry came first"},
		{console.Token{}, late,
			"dead: its own expiry came first; the gateway let it through " +
				"span 1s after its expiry, a clock may be wrong"},
		{console.Token{}, probed,
			"dead: the gateway refused it three times in a row, span 1m0s after the revoke"},
		{console.Token{}, succeeded,
			"dead: the gateway refused it three times in a row, span 1m0s after it was replaced"},
		{console.Token{}, refused,
			"dead: the gateway refused it three times in a row, though nobody revoked it here"},
		{console.Token{}, live, "active, span 1h0m0s left"},
		{console.Token{Lifetime: "unbounded"}, console.Status{State: console.Active},
			"active, never expires"},
		{refusedRevoke, live,
			"active, span 1h0m0s left, not revoked because the server refused: «refused»"},
		{console.Token{}, console.Status{State: console.Expired, HasExpiry: true}, "expired"},
	} {
		if got := voice().State(c.token, c.s, console.Policy{}, describe.Hold{},
			t0); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	mark := &console.Mark{ID: "m_1", Op: "refresh", SentAt: t0}
	if got := voice().State(console.Token{Unsure: mark}, console.Status{State: console.Unsure},
		console.Policy{}, describe.Hold{}, t0); !strings.HasPrefix(got,
		"unsure: a refresh was sent") ||
		!strings.Contains(got, "<dismiss_lost_answer> dismisses this") {
		t.Errorf("unsure: %q", got)
	}
}

// A 2xx of the server is described as accepted, never as dead.
func TestDelivered(t *testing.T) {
	t.Parallel()
	kept := console.Delivery{Kept: true, Err: errors.New("no connection"),
		Token: console.Token{RevokeNext: t0.Add(5 * time.Second)}}
	s := console.Status{State: console.Lingering, Ended: true, Cause: console.CauseRevoked}
	for _, c := range []struct {
		d          console.Delivery
		s          console.Status
		text, next string
	}{
		{kept, console.Status{}, "the revoke is not yet accepted («no connection»)",
			"it is kept and tried again in wait 5s"},
		{console.Delivery{Err: errors.New("refused")}, console.Status{},
			"the server refused to revoke it («refused»)", ""},
		{console.Delivery{}, s,
			"accepted by the server; the gateway may let it through, nobody knows how long",
			"<probe> probes it"},
		{console.Delivery{}, console.Status{State: console.Dead},
			"the revoke was accepted by the server",
			""},
	} {
		if text, next := voice().Delivered(c.d, c.s, t0); text != c.text || next != c.next {
			t.Errorf("%q, %q; want %q, %q", text, next, c.text, c.next)
		}
	}
	three := console.Undone{Taken: make([]console.Token, 2), Sent: 1}
	if got := describe.Taken(three); got != "2 of 3 revokes undone; 1 had been sent" {
		t.Error(got)
	}
}

// A small screen keeps the cause of a revoke that was not accepted, and the bound of one that was.
func TestDeliveredBrief(t *testing.T) {
	t.Parallel()
	failed := &tokenapi.Error{Op: "revoke", Kind: tokenapi.KindRefused, Status: 503}
	bounded := console.Status{State: console.Lingering, StaleKnown: true, StaleLeft: time.Minute}
	forever := console.Status{State: console.Lingering}
	v := voice()
	v.Others = func(text string) string { return text }
	for _, c := range []struct {
		d    console.Delivery
		s    console.Status
		want string // the longest form
	}{
		{console.Delivery{Kept: true, Err: failed}, console.Status{},
			"revoke not yet accepted: " + string(console.Reason(failed))},
		{console.Delivery{Err: failed}, console.Status{}, "the server refused the revoke"},
		{console.Delivery{}, bounded, "accepted; may pass for at most most 1m0s"},
		{console.Delivery{}, forever, "accepted; may pass, nobody knows how long"},
		{console.Delivery{}, console.Status{State: console.Dead}, "revoke accepted"},
	} {
		if got := v.DeliveredBrief(c.d, c.s); got[0] != c.want {
			t.Errorf("%q, want %q", got[0], c.want)
		}
	}
}

func TestBriefly(t *testing.T) {
	t.Parallel()
	for reason, want := range map[string]string{
		"revoke: the token is dead, there is nothing to revoke": "the token is dead",
		"sign: password: refused (400), invalid_grant: no user": "refused (400)",
		"no connection: dial tcp: connect: connection refused":  "connection refused",
		"TLS refused: x509: signed by nobody":                   "TLS refused",
		"refused":                                               "refused",
		"":                                                      "",
	} {
		if got := describe.Briefly(reason); got != want {
			t.Errorf("%q: %q, want %q", reason, got, want)
		}
	}
}

func TestProbe(t *testing.T) {
	t.Parallel()
	yes := console.ProbeAnswer{Verdict: console.ProbeAccepted, Status: 200}
	no := console.ProbeAnswer{Verdict: console.ProbeRefused, Status: 401, FaultCode: 900901}
	huh := console.ProbeAnswer{Verdict: console.ProbeUnclear, Status: 500, Message: "oops"}
	fault := no
	fault.Advice.Cause, fault.Advice.Next = "the token is not known", "look it up"
	ended := console.Status{Ended: true, Cause: console.CauseRevoked, EndedAt: t0,
		OverAt: t0.Add(time.Minute)}
	proved, once, stale := ended, ended, ended
	proved.Proof, once.RefusedOnce = console.ProofProbe, true
	stale.StaleKnown, stale.StaleLeft = true, time.Minute
	for _, c := range []struct {
		ans  console.ProbeAnswer
		s    console.Status
		want describe.Told
	}{
		{yes, console.Status{}, describe.Told{Text: "the gateway let it through"}},
		{yes, stale, describe.Told{
			Text: "the gateway still lets it through, for at most most 1m0s"}},
		{yes, ended, describe.Told{
			Text: "the gateway still lets it through, nobody knows how long"}},
		{no, console.Status{}, describe.Told{Text: "the gateway refused it"}},
		{fault, console.Status{},
			describe.Told{
				Text:    "the token is not known; a new token would not help",
				Next:    "look it up",
				Serious: true,
			}},
		{fault, ended, describe.Told{Text: "refused"}},
		{no, once, describe.Told{
			Text: "refused (once); three in a row, a second apart, prove it dead"}},
		{no, proved,
			describe.Told{Text: "dead: the gateway refused it three times in a row, " +
				"span 1m0s after the revoke"}},
		{huh, console.Status{}, describe.Told{
			Text:    "the gateway says neither yes nor no (oops)",
			Serious: true,
		}},
	} {
		if got := voice().Probe(c.ans, c.s); got != c.want {
			t.Errorf("%+v, want %+v", got, c.want)
		}
	}
	if got := describe.Code(0, 0) + ", " +
		describe.Code(401, 900901); got != "no answer, 401 900901" {
		t.Error(got)
	}
	runs := []console.Probe{{Status: 500}, {Status: 200}, {}, {Status: 401}, {Status: 401}}
	if got := describe.Answers(runs); got != "200, no answer, 401 2 times" {
		t.Error(got)
	}
}

// The text at the end of probing until dead names the last results.
func TestNotDead(t *testing.T) {
	t.Parallel()
	l := console.ProbeLoop{Probes: 6, Accepted: 4, Refused: 1}
	timed := l
	timed.Timeout = 10 * time.Second
	const seen = "6 probes (4 accepted, 1 refused, 1 unclear)"
	for _, c := range []struct {
		l    console.ProbeLoop
		stop console.ProbeStop
		want string
	}{
		{l, console.StopLimit, "not proved dead a minute after its time was over, after " + seen},
		{timed, console.StopLimit, "not proved dead after 10s and " + seen},
		{timed, console.StopVain, "not proved dead after " + seen},
		{l, console.GoOn, "not proved dead after " + seen}, // a person stopped it
		{console.ProbeLoop{}, console.GoOn, "not proved dead after no probes"},
	} {
		if got := describe.NotDead(c.l, c.stop); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// The last answer of introspection is shown unless the state implies it.
func TestAtServer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		at    console.AtServer
		ended bool
		want  string
	}{
		{console.AtServerInactive, false, "inactive"}, {console.AtServerInactive, true, "inactive"},
		{console.AtServerActive, true, "active"}, {console.AtServerActive, false, ""},
		{console.AtServerAccepted, true, ""},
	} {
		if got := describe.AtServer(console.Status{AtServer: c.at, Ended: c.ended}); got != c.want {
			t.Errorf("%s, ended %v: %q, want %q", c.at, c.ended, got, c.want)
		}
	}
}

// A bound is never written earlier than it is.
func TestTimesOfBounds(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 10, 46, 21, 0, time.UTC)
	for _, c := range []struct{ got, want string }{
		{describe.BoundTime(now.Add(41*time.Second), now), "10:47:02"},
		{describe.BoundTime(now.Add(24*time.Hour), now), "2026-11-24 10:46:21"},
		{describe.WindowTime(now.Add(15*time.Minute), now), "11:02"},
		{describe.WindowTime(now.Add(24*time.Hour), now), "2026-11-24 10:47"},
	} {
		if c.got != c.want {
			t.Errorf("%s, want %s", c.got, c.want)
		}
	}
}
