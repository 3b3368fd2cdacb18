package describe_test

import (
	"testing"

	"lanyard/console"
	"lanyard/console/describe"
)

func TestEnded(t *testing.T) {
	t.Parallel()
	for want, s := range map[string]console.Status{
		"expired":                         {State: console.Expired},
		"dead: the window ran out":        {State: console.Dead, Proof: console.ProofWindow},
		"replaced: not proved":            {State: console.Superseded},
		"dead: its own expiry came first": {State: console.Dead, Proof: console.ProofExpiry},
	} {
		if got := (describe.Voice{}).Ended(s); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if describe.AfterEnd(console.ActRenew) == describe.AfterEnd(console.ActGet) {
		t.Error("a get and a renewal read alike")
	}
}

func TestCalls(t *testing.T) {
	t.Parallel()
	var probes []console.Probe
	for _, c := range []struct {
		status int
		want   string
	}{
		{200, "1 call answered 200"}, {200, "2 calls answered 200"},
		{0, "2 calls answered 200, then 1 without an answer"},
		{401, "2 calls answered 200, then 1 without an answer, then 1 answered 401"},
		{401, "2 calls answered 200, then 1 without an answer, then 2 answered 401"},
		{200, "1 call without an answer, then 2 answered 401, then 1 answered 200"},
	} {
		probes = append(probes, console.Probe{Status: c.status})
		if got := describe.Calls(probes); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	if got := describe.Calls(nil); got != "" {
		t.Errorf("without calls: %q", got)
	}
}

func TestMoment(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		m                  console.Moment
		long, brief, label string
	}{
		{console.Moment{Kind: console.MomentGot, Grant: console.GrantPassword, WithRefresh: true},
			"got by password, with a refresh token", "got by password + refresh token", ""},
		{console.Moment{Kind: console.MomentGot, Grant: console.GrantClientCredentials},
			"got by client credentials", "got by client credentials", ""},
		{console.Moment{Kind: console.MomentGot, Grant: console.GrantPassword, Refreshed: true},
			"got by refresh", "got by refresh", ""},
		{console.Moment{Kind: console.MomentGot, Grant: console.GrantAdopted},
			"adopted: it was issued elsewhere", "adopted: it was issued elsewhere", ""},
		{console.Moment{Kind: console.MomentCopied, Form: console.FormCurl},
			"copied as a curl line", "copied as a curl line", "copied 09:48"},
		{console.Moment{Kind: console.MomentCopied, Screen: true},
			"shown on the screen", "shown on the screen", "shown 09:48"},
		{console.Moment{Kind: console.MomentPrinted, Form: console.FormHeader},
			"printed as a header", "printed as a header", "printed 09:48"},
		{console.Moment{Kind: console.MomentProbed, Status: 200},
			"probed 200", "probed 200", "probed 09:48 200"},
		{console.Moment{Kind: console.MomentProbed},
			"probed no answer", "probed no answer", "probed 09:48 no answer"},
		{console.Moment{Kind: console.MomentProbed, Status: 401, FaultCode: 900901},
			"probed 401 900901", "probed 401 900901", "probed 09:48 401"},
		{console.Moment{Kind: console.MomentAsked, AtServer: console.ServerActive},
			"introspected: active", "introspected: active", "introspected 09:48 active"},
		{console.Moment{Kind: console.MomentAsked},
			"introspected, as before", "introspected, as before", "introspected 09:48"},
		{console.Moment{Kind: console.MomentReplaced}, "replaced by a newer one",
			"replaced by a newer one", "replaced 09:48"},
		{console.Moment{Kind: console.MomentDecided}, "revoke decided", "revoke decided",
			"revoke decided 09:48"},
		{console.Moment{Kind: console.MomentAccepted}, "revoked", "revoked", "revoked 09:48"},
		{console.Moment{Kind: console.MomentEnded, Cause: console.CauseElsewhere},
			"the server calls it inactive", "ended elsewhere", "ended 09:48"},
		{console.Moment{Kind: console.MomentDead, Proof: console.ProofProbe}, "dead", "dead",
			"dead 09:48"},
		{console.Moment{Kind: console.MomentDead, Proof: console.ProofWindow},
			"dead: its window was over", "dead", "dead 09:48"},
		{console.Moment{Kind: console.MomentWindowEnds}, "may pass until then at most",
			"may pass until then at most", ""},
		{console.Moment{Kind: console.MomentExpires}, "expires", "expires", ""},
		{console.Moment{Kind: console.MomentExpired}, "expired", "expired", ""},
	} {
		for _, x := range []struct{ got, want string }{
			{describe.Moment(c.m), c.long}, {describe.MomentBrief(c.m), c.brief},
			{describe.MomentLabel(c.m, "09:48"), c.label},
		} {
			if x.got != x.want {
				t.Errorf("%s: %q, want %q", c.m.Kind, x.got, x.want)
			}
		}
	}
}
