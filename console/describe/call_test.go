package describe_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"lanyard/console"
)

func TestCall(t *testing.T) {
	t.Parallel()
	probe := func(v console.Verdict, status, fault int, why string) console.Call {
		c := console.Call{Verb: console.OpProbe, Status: status, Verdict: v}
		c.Probe.FaultCode = fault
		if err := json.Unmarshal([]byte(`"`+why+`"`), &c.Probe.Why); err != nil {
			t.Fatal(err)
		}
		return c
	}
	refresh := console.Call{Verb: console.OpRefresh, Status: 200}
	for _, c := range []struct {
		call   console.Call
		effect console.CallEffect
		want   string
	}{
		{console.Call{Verb: console.OpGet, Status: 200}, console.CallEffect{}, "get"},
		{console.Call{Verb: console.OpGet, Status: 401, Failure: "invalid_client"},
			console.CallEffect{}, "get · invalid_client"},
		{console.Call{Verb: console.OpGet, Failure: "no answer"}, console.CallEffect{},
			"get · no answer"},
		{console.Call{Verb: console.OpRevoke, Status: 200, Revokes: console.RevokeRefresh},
			console.CallEffect{}, "revoke refresh token · accepted"},
		{console.Call{Verb: console.OpRevoke, Status: 200}, console.CallEffect{},
			"revoke · accepted"},
		{console.Call{Verb: console.OpRevoke, Status: 400, Failure: "invalid_request"},
			console.CallEffect{}, "revoke · invalid_request"},
		{console.Call{Verb: console.OpIntrospect, AtServer: console.ServerActive},
			console.CallEffect{}, "introspect · active"},
		{refresh, console.CallEffect{}, "refresh"},
		{refresh, console.CallEffect{Replaced: "cea55f74", MayPass: time.Minute, Bounded: true},
			"refresh · cea55f74 replaced, may pass most 1m0s"},
		{refresh, console.CallEffect{Replaced: "cea55f74"}, "refresh · cea55f74 replaced"},
		{probe(console.ProbeAccepted, 200, 0, ""), console.CallEffect{}, "probe · accepted"},
		{console.Call{Verb: console.OpTraffic, Verdict: console.ProbeAccepted, Repeats: 47},
			console.CallEffect{}, "traffic ×48 · accepted"},
		{probe(console.ProbeRefused, 401, 900901, ""), console.CallEffect{}, "probe · refused"},
		{probe(console.ProbeRefused, 401, 900901, ""), console.CallEffect{Dead: true},
			"probe · dead"},
		{probe(console.ProbeRefused, 401, 900901, ""),
			console.CallEffect{Dead: true, DeadAfter: 6 * time.Second},
			"probe · dead, span 6s after the revoke"},
		{probe(console.ProbeUnclear, 503, 0, "server"), console.CallEffect{},
			"probe · unclear: a failing server says nothing of the token"},
		{probe(console.ProbeUnclear, 403, 900908, ""), console.CallEffect{},
			"probe · unclear: the application is not subscribed to the API; " +
				"a new token would not help"},
	} {
		forms := voice().Call(c.call, c.effect)
		if forms[0] != c.want {
			t.Errorf("%q, want %q", forms[0], c.want)
		}
		for i, form := range forms[1:] {
			if len(form) > len(forms[i]) {
				t.Errorf("%q is followed by %q, which is longer", forms[i], form)
			}
		}
	}
}

// A short form keeps what neither the verb nor the status says.
func TestCallInShort(t *testing.T) {
	t.Parallel()
	dead := console.CallEffect{Dead: true, DeadAfter: 6 * time.Second}
	for _, c := range []struct {
		call   console.Call
		effect console.CallEffect
		want   []string
	}{
		{console.Call{Verb: console.OpTraffic, Repeats: 2, Verdict: console.ProbeRefused}, dead,
			[]string{"traffic ×3 · dead, span 6s after the revoke", "traffic ×3 · dead, span 6s",
				"dead, span 6s", "dead"}},
		{console.Call{Verb: console.OpRefresh, Status: 200},
			console.CallEffect{Replaced: "cea55f74", MayPass: time.Minute, Bounded: true},
			[]string{"refresh · cea55f74 replaced, may pass most 1m0s",
				"refresh · cea55f74 replaced", "cea55f74 replaced", "refresh", "refresh"}},
		{console.Call{Verb: console.OpGet, Status: 401, Failure: "invalid_client"},
			console.CallEffect{},
			[]string{"get · invalid_client", "invalid_client"}},
		{console.Call{Verb: console.OpProbe, Status: 200, Verdict: console.ProbeAccepted},
			console.CallEffect{}, []string{"probe · accepted", "probe", "probe"}},
	} {
		if got := voice().Call(c.call, c.effect); !slices.Equal(got, c.want) {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
