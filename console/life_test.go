package console_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lanyard/console"
)

// A life has the events of the token and those of the log, each once, in the order of their times.
func TestLifeOf(t *testing.T) {
	t.Parallel()
	event := func(s int, kind console.EventKind, facts string) console.Event {
		return console.Event{
			At: at(s), Kind: kind, TokenID: live().ID, Facts: json.RawMessage(facts)}
	}
	probe := func(s, status int, v console.Verdict) console.Probe {
		return console.Probe{At: at(s), Status: status, Verdict: v, NamesToken: true, URL: api}
	}
	fact := func(p console.Probe) string {
		b, err := json.Marshal(map[string]any{"probes": []any{map[string]any{
			"at": p.At, "status": p.Status, "verdict": p.Verdict}}})
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	seen, older := probe(90, 200, console.ProbeAccepted), probe(40, 503, console.ProbeUnclear)
	dead := with(func(k *console.Token) {
		k.RevokeAt, k.RevokeKind, k.AcceptedAt = at(100), console.RevokeAccess, at(101)
		k.Probes = []console.Probe{
			seen, probe(103, 401, console.ProbeRefused), probe(104, 401, console.ProbeRefused),
			probe(105, 401, console.ProbeRefused),
		}
		k.SeenAt, k.SeenURL = at(90), api
	})
	log := []console.Event{
		event(0, console.EventIssued, `{"expires_at":"2026-03-01T13:00:00Z"}`),
		event(30, console.EventCopied, `{"via":"osc52","form":"curl"}`),
		event(40, console.EventProbed, fact(older)),
		event(50, console.EventPrinted, `{"via":"stdout"}`),
		event(60, console.EventIntrospected, `{"at_server":"active"}`),
		event(90, console.EventProbed, fact(seen)),
		event(95, console.EventRevokeDecided, `{"revoke_kind":"access"}`),
		event(100, console.EventRevokeTried, `{"revoke_tries":1}`),
		event(101, console.EventRevoked, `{}`),
		{At: at(102), Kind: console.EventCopied, TokenID: "t_other", Facts: json.RawMessage(`{}`)},
		event(103, "of_a_newer_version", `{}`),
		event(103, console.EventCopied, `not JSON`),
	}
	revoked := with(func(k *console.Token) {
		k.RevokeAt, k.RevokeKind, k.AcceptedAt = at(100), console.RevokeAccess, at(100)
	})
	replaced := with(func(k *console.Token) {
		k.ReplacedAt, k.ReplacedBy, k.From = at(50), "t_newer", "t_older"
		k.Refresh = console.RefreshSpent
	})
	for _, c := range []struct {
		name  string
		token console.Token
		log   []console.Event
		now   int
		want  string
	}{
		{"active", live(), nil, 10, "0 got, 3600 expires"},
		{"expired", live(), nil, 3600, "0 got, 3600 expired"},
		{"never expires", with(func(k *console.Token) {
			k.Lifetime, k.ExpiresAt = console.LifeUnbounded, time.Time{}
		}), nil, 10, "0 got"},
		{"revoke decided, without its log", with(func(k *console.Token) {
			k.RevokeAt, k.RevokeKind = at(20), console.RevokeAccess
		}), nil, 16, "0 got, 20 decided, 3600 expires"},
		{"revoke decided", with(func(k *console.Token) {
			k.RevokeAt, k.RevokeKind = at(20), console.RevokeAccess
		}), []console.Event{event(15, console.EventRevokeDecided, `{}`)}, 16,
			"0 got, 15 decided, 3600 expires"},
		{"undone", live(), []console.Event{event(15, console.EventRevokeDecided, `{}`),
			event(17, console.EventRevokeUndone, `{}`)}, 18,
			"0 got, 15 decided, 17 undone, 3600 expires"},
		{"may pass", revoked, nil, 200, "0 got, 100 accepted, 1000 window_ends"},
		{"the window is over", revoked, nil, 1000, "0 got, 100 accepted, 1000 dead"},
		{"replaced", replaced, nil, 60, "0 got, 50 replaced, 3600 expires"},
		{"proved dead", dead, log, 200, "0 got, 30 copied, 40 probed 503, 50 printed, " +
			"60 introspected, 90 probed 200, 95 decided, 101 accepted, 103 probed 401, " +
			"103 dead, 104 probed 401, 105 probed 401"},
		{"proved dead, without its log", dead, nil, 200, "0 got, 90 probed 200, 101 accepted, " +
			"103 probed 401, 103 dead, 104 probed 401, 105 probed 401"},
	} {
		st := console.StatusAt(c.token, policy, at(c.now))
		life := console.LifeOf(c.token, st, c.log)
		var got []string
		for _, m := range life {
			text := fmt.Sprintf("%d %s", int(m.At.Sub(at(0)).Seconds()), m.Kind)
			if m.Kind == console.MomentProbed {
				text += fmt.Sprint(" ", m.Status)
			}
			got = append(got, text)
		}
		if all := strings.Join(got, ", "); all != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, all, c.want)
		}
		for _, m := range life {
			if m.Upcoming() != m.At.After(at(c.now)) && m.Kind != console.MomentDecided {
				t.Errorf("%s: %s is upcoming: %v", c.name, m.Kind, m.Upcoming())
			}
		}
	}
	life := console.LifeOf(dead, console.StatusAt(dead, policy, at(200)), log)
	i := slices.IndexFunc(life,
		func(m console.Moment) bool { return m.Kind == console.MomentCopied })
	if i < 0 || life[i].Form != console.FormCurl || life[i].Screen {
		t.Errorf("the copy is %+v", life)
	}
}
