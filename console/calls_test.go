package console_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/tokenapi"
)

// brief writes what a list of calls shows of one.
func brief(c console.Call) string {
	words := []string{c.Verb, c.Method, string(c.Path), fmt.Sprint(c.Status), c.Fingerprint}
	for _, w := range []string{
		string(c.Revokes), c.Failure, string(c.Verdict), string(c.AtServer),
	} {
		if w != "" {
			words = append(words, w)
		}
	}
	return strings.Join(words, " ")
}

// A call tells which token of a pair it revoked.
func TestCallRevokes(t *testing.T) {
	t.Parallel()
	for hint, want := range map[string]console.RevokeKind{
		"access_token": console.RevokeAccess, "refresh_token": console.RevokeRefresh, "": "",
	} {
		x := console.Exchange{Exchange: tokenapi.Exchange{
			Op:   console.OpRevoke,
			Form: []tokenapi.Param{{Name: "token_type_hint", Value: hint}},
		}}
		if got := x.AsCall().Revokes; got != want {
			t.Errorf("%q: %q, want %q", hint, got, want)
		}
	}
}

// Another run knows the calls of this one from the audit log as this run knows them from memory.
func TestPastCalls(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(e *console.Environment) {
		e.Endpoints.IntrospectURL = base + "/introspect"
		e.CacheTTL *= 2 // the gateway refuses before its bound
	})
	s, ctx := w.console(), t.Context()
	payments := w.app("Payments", "PRODUCTION")
	first := must[console.Outcome](t)(s.Get(ctx, payments.ID, console.GetOptions{})).Token
	w.clock.advance(time.Second)
	second := must[console.Outcome](t)(s.Renew(ctx, first.ID)).Token
	w.clock.advance(time.Second)
	w.probe(s, second.ID, tokenapi.Accepted)
	if _, _, err := s.Introspect(ctx, second.ID); err != nil {
		t.Fatal(err)
	}
	w.clock.advance(time.Second)
	must[console.Token](t)(s.Revoke(ctx, second.ID, console.RevokeAccess, 0))
	must[[]console.Delivery](t)(s.DeliverOne(ctx, second.ID))
	w.clock.advance(w.env.CacheTTL/2 - 9*time.Second)
	for range 3 {
		w.clock.advance(9 * time.Second)
		w.probe(s, second.ID, tokenapi.Refused)
	}
	w.clock.advance(time.Second)
	w.loses(s, w.app("Orders", "PRODUCTION").ID, console.GetOptions{})

	want := []string{
		"get POST /token 0  no answer",
		"probe GET /payments/1.0.0/balance 401 " + second.Fingerprint + " refused",
		"probe GET /payments/1.0.0/balance 401 " + second.Fingerprint + " refused",
		"probe GET /payments/1.0.0/balance 401 " + second.Fingerprint + " refused",
		"revoke POST /revoke 200 " + second.Fingerprint + " access",
		"introspect POST /introspect 200 " + second.Fingerprint + " active",
		"probe GET /payments/1.0.0/balance 200 " + second.Fingerprint + " accepted",
		"refresh POST /token 200 " + second.Fingerprint,
		"get POST /token 200 " + first.Fingerprint,
	}
	if own := must[[]console.Call](t)(s.PastCalls(ctx)); len(own) != 0 {
		t.Errorf("a run lists its own calls as past ones: %+v", own)
	}
	past := must[[]console.Call](t)(w.console().PastCalls(ctx))
	var got, now []string
	for _, c := range past {
		got = append(got, brief(c))
	}
	if !slices.Equal(got, want) {
		t.Errorf("past:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	exchanges := w.board(s).Exchanges
	for _, x := range slices.Backward(exchanges) {
		if x.Verb() != "control" {
			now = append(now, brief(x.AsCall()))
		}
	}
	if !slices.Equal(now, want) {
		t.Errorf("this run:\n%s\nwant\n%s", strings.Join(now, "\n"), strings.Join(want, "\n"))
	}
	i := 0
	for _, x := range slices.Backward(exchanges) {
		if x.Verb() == "control" {
			continue
		}
		a, b := x.AsCall(), past[i]
		if i++; !a.At.Equal(b.At) || a.Took != b.Took || a.From != b.From ||
			a.Application != b.Application || a.TokenID != b.TokenID || a.Exchange == 0 ||
			b.Event == 0 {
			t.Errorf("this run knows\n%+v\nanother one\n%+v", a, b)
		}
	}
	for _, e := range w.log() {
		for _, bad := range []string{"127.0.0.1:8280/token", "Authorization", "scope="} {
			if strings.Contains(string(e.Facts), bad) {
				t.Errorf("the log has %s: %s", bad, e.Facts)
			}
		}
	}

	find := func(id string) (console.Token, console.Policy, bool) {
		if id != first.ID && id != second.ID {
			return console.Token{}, console.Policy{}, false
		}
		return w.token(id), s.Policy(payments), true
	}
	at := w.clock.Now()
	dead := console.EffectOf(past[3], find, at)
	if !dead.Dead || dead.DeadAfter != w.env.CacheTTL/2 {
		t.Errorf("the first refusal: %+v", dead)
	}
	if e := console.EffectOf(past[2], find, at); e.Dead {
		t.Errorf("the second refusal: %+v", e)
	}
	if e := console.EffectOf(past[7], find, at); e.Replaced != first.Fingerprint ||
		e.Bounded != (e.MayPass > 0) {
		t.Errorf("the refresh: %+v", e)
	}
}

// The log names each request whose answer was lost, also when its mark is gone.
func TestLogNamesLostAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, said(console.RegimeOpaque))
	s, ctx, app := w.console(), t.Context(), w.app("Payments", "PRODUCTION")
	lostOnes := func() (all []string) {
		for _, e := range must[[]console.Event](t)(s.Log(ctx)) {
			switch e.Kind {
			case console.EventUnsure:
				words, detail := describe.Event(e, e.Detail(w.clock.Now()))
				all = append(all, words+" "+detail)
			case console.EventUnanswered:
				c, ok := e.Call()
				if c.Mark == "" {
					t.Error("the call does not name its mark")
				}
				all = append(all, fmt.Sprint(ok, " ", c.Verb, " ", c.Path, ": ", c.Failure))
			}
		}
		return all
	}
	is := func(what string, want ...string) {
		t.Helper()
		if got := lostOnes(); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	must[console.Outcome](t)(s.Get(ctx, app.ID, console.GetOptions{}))
	is("answered", "asked get")
	w.loses(s, app.ID, console.GetOptions{})
	none, over := "true get /token: no answer", "asked get was never answered"
	is("lost", "asked get", "unsure get was never answered", none)
	must[console.Outcome](t)(s.Get(ctx, app.ID, console.GetOptions{})) // it settles the mark
	is("and the next one answered", "asked get", over, none, "asked get")
	m := w.loses(s, app.ID, console.GetOptions{})
	if _, err := s.Dismiss(ctx, m.ID); err != nil {
		t.Fatal(err)
	}
	is("and dismissed", "asked get", over, none, "asked get", over, none)
}

// The list of past calls is bounded. Entries of an older version and damaged entries are no calls.
func TestPastCallsAreBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.console()
	put := func(n int, facts string) {
		t.Helper()
		err := w.keeper.Update(t.Context(), func(k console.Writer) error {
			for i := range n {
				e := console.Event{
					At: t0, Kind: console.EventProbed, TokenID: "t_x",
					Facts: json.RawMessage(strings.ReplaceAll(facts, "N", fmt.Sprint(i))),
				}
				if err := k.PutEvent(e); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	const call = `{"call":{"run":"other","at":"2026-03-01T11:00:00Z","verb":"get","path":"/N"}}`
	put(2*console.KeepCalls, call)
	past := must[[]console.Call](t)(s.PastCalls(t.Context()))
	if len(past) != console.KeepCalls || past[0].Path != "/399" || past[199].Path != "/200" {
		t.Errorf("%d calls, the first %+v", len(past), past[0])
	}
	for _, odd := range []string{`{}`, `{"probes":[]}`, `{"call":null}`, `{"call":"x"}`, `[]`} {
		put(10, odd)
	}
	if n := len(must[[]console.Call](t)(s.PastCalls(t.Context()))); n != console.KeepCalls {
		t.Errorf("%d calls beside odd entries", n)
	}
	put(4*console.KeepCalls, `{}`)
	if n := len(must[[]console.Call](t)(s.PastCalls(t.Context()))); n != 0 {
		t.Errorf("the whole log is read: %d calls", n)
	}
}

// The time to a death is counted between the seconds that are shown, for a call as for its token.
func TestDeadAfterIsThatOfTheToken(t *testing.T) {
	w := newWorld(t)
	s, app := w.console(), w.app("Orders", "PRODUCTION")
	tok := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
	must[console.Token](t)(s.Revoke(t.Context(), tok.ID, console.RevokeBoth, 0))
	w.clock.advance(900 * time.Millisecond)
	if _, _, err := s.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		w.clock.advance(1200 * time.Millisecond)
		if _, _, err := s.Probe(t.Context(), tok.ID); err != nil {
			t.Fatal(err)
		}
	}
	find := func(string) (console.Token, console.Policy, bool) {
		return w.token(tok.ID), s.Policy(app), true
	}
	first := console.Call{TokenID: tok.ID, Verdict: console.ProbeRefused,
		Probe: console.CallProbe{At: w.token(tok.ID).Probes[0].At}}
	e := console.EffectOf(first, find, w.clock.Now())
	if !e.Dead || e.DeadAfter != 2*time.Second {
		t.Errorf("%+v", e)
	}
}
