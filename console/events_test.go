package console_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/tokenapi"
	"lanyard/tokenapi/sandbox"
	"lanyard/tokenapi/secret"
)

// log returns the stored audit log.
func (w *world) log() (all []console.Event) {
	w.t.Helper()
	err := w.keeper.View(w.t.Context(), func(r console.Reader) (err error) {
		all, err = r.Events(0)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

// kinds returns the kinds of the stored events after the first n.
func (w *world) kinds(n int) string {
	var all []string
	for _, e := range w.log()[n:] {
		all = append(all, string(e.Kind))
	}
	return strings.Join(all, " ")
}

// replays checks that a replay of the log gives the content of the store, and the same states at
// any time.
func (w *world) replays(what string) {
	w.t.Helper()
	tokens, marks, err := console.Replay(w.log())
	if err != nil {
		w.t.Fatalf("%s: %v", what, err)
	}
	var stored []console.Token
	var open []console.Mark
	err = w.keeper.View(w.t.Context(), func(r console.Reader) (err error) {
		if stored, err = r.Tokens(); err != nil {
			return err
		}
		all, err := r.Marks()
		for _, m := range all {
			if m.TokenID == "" {
				open = append(open, m)
			}
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	if len(tokens) != len(stored) || !reflect.DeepEqual(marks, open) {
		w.t.Fatalf("%s: %d tokens and marks %+v replayed, %d and %+v stored", what, len(tokens),
			marks, len(stored), open)
	}
	p := console.Policy{DueBefore: time.Minute, CacheTTL: w.env.CacheTTL, Regime: w.env.Regime}
	for i, want := range stored {
		for _, in := range []time.Duration{0, time.Second, time.Minute, 14 * time.Minute,
			59 * time.Minute, 2 * time.Hour, 48 * time.Hour} {
			at := w.clock.Now().Add(in)
			if got, want := console.StatusAt(tokens[i], p, at),
				console.StatusAt(want, p, at); got != want {
				w.t.Fatalf("%s: %s in %s: replayed %+v, stored %+v", what, tokens[i].ID, in, got,
					want)
			}
		}
		want.Rev = 0 // counts changes and is not replayed
		if !reflect.DeepEqual(tokens[i], want) {
			w.t.Fatalf("%s: replayed\n%+v\nstored\n%+v", what, tokens[i], want)
		}
	}
}

func TestEventsName(t *testing.T) {
	t.Parallel()
	w := newWorld(t,
		func(e *console.Environment) { e.Endpoints.IntrospectURL = base + "/introspect" })
	s, ctx := w.console(), t.Context()
	payments, orders := w.app("Payments", "PRODUCTION"), w.app("Orders", "PRODUCTION")
	n := 0
	step := func(what, want string) {
		t.Helper()
		if got := w.kinds(n); got != want {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
		n = len(w.log())
		w.replays(what)
		w.clock.advance(time.Second)
	}
	step("nothing", "")

	first := must[console.Outcome](t)(s.Get(ctx, payments.ID, console.GetOptions{})).Token
	step("get", "unsure issued")
	if e := w.log()[1]; e.Fingerprint != first.Fingerprint || e.Application != payments.Label() ||
		!e.At.Equal(first.IssuedAt) {
		t.Errorf("%+v", e)
	}
	second := must[console.Outcome](t)(s.Renew(ctx, first.ID)).Token
	step("renew", "unsure renewed replaced")
	must[console.Outcome](t)(s.Obtain(ctx, payments.ID, console.ObtainOptions{}))
	step("reuse", "")
	w.probe(s, second.ID, tokenapi.Accepted)
	step("probe", "probed")
	if _, _, err := s.Introspect(ctx, second.ID); err != nil {
		t.Fatal(err)
	}
	step("introspect", "introspected")
	for _, via := range []string{"tmux", "stdout"} {
		if err := s.Copied(ctx, second.ID, via, console.FormBare); err != nil {
			t.Fatal(err)
		}
	}
	step("copy", "copied printed")

	must[console.Token](t)(s.Revoke(ctx, second.ID, console.RevokeBoth, 30*time.Second))
	step("revoke", "revoke_decided")
	must[console.Token](t)(s.Undo(ctx, second.ID))
	step("undo", "revoke_undone")
	must[console.Token](t)(s.Revoke(ctx, second.ID, console.RevokeAccess, 0))
	w.wire.cut(unreachable, nil)
	must[[]console.Delivery](t)(s.DeliverOne(ctx, second.ID))
	w.wire.cut(nil, nil)
	step("undelivered", "revoke_decided revoke_tried revoke_deferred")
	must[[]console.Delivery](t)(s.DeliverOne(ctx, second.ID))
	step("delivered", "revoke_tried revoked")

	again := must[console.Outcome](t)(s.Get(ctx, orders.ID, console.GetOptions{})).Token
	w.clock.advance(time.Minute)
	n = len(w.log())
	must[console.Token](t)(s.Revoke(ctx, again.ID, console.RevokeAccess, 0))
	w.wire.instead = func(*http.Request) (*http.Response, error, bool) {
		return &http.Response{
			StatusCode: http.StatusBadRequest,
			Header:     http.Header{"Content-Type": {"application/json"}},
			Body:       io.NopCloser(strings.NewReader(`{"error":"invalid_request"}`)),
		}, nil, true
	}
	must[[]console.Delivery](t)(s.DeliverOne(ctx, again.ID))
	w.wire.instead = nil
	step("refused", "revoke_decided revoke_tried revoke_refused")

	w.wire.cut(nil, lost)
	if _, err := s.Get(ctx, orders.ID, console.GetOptions{}); err == nil {
		t.Fatal("an answer came")
	}
	step("lost", "unsure unanswered")
	w.wire.cut(unreachable, nil)
	if _, err := s.Get(ctx, orders.ID, console.GetOptions{}); err == nil {
		t.Fatal("an answer came")
	}
	step("not sent", "unsure settled")
	w.wire.cut(nil, nil)
	if out := must[console.Outcome](t)(s.Get(ctx, orders.ID, console.GetOptions{})); !out.Same {
		t.Fatal("another token")
	}
	if got := w.kinds(n); got != "unsure reissued" && got != "unsure settled" {
		// the mark was settled, and nothing else changed
		t.Errorf("the same again: %q", got)
	}
	n = len(w.log())
	w.replays("the same again")

	leak := must[console.Token](t)(
		s.Adopt(ctx, orders.ID, secret.New("a-token-from-elsewhere"), console.RevokeAccess))
	step("adopt", "adopted")
	must[console.Token](t)(s.Revoke(ctx, leak.ID, console.RevokeAccess, 0))
	w.wire.instead = func(*http.Request) (*http.Response, error, bool) {
		return &http.Response{
			StatusCode: http.StatusBadRequest,
			Header:     http.Header{"Content-Type": {"application/json"}},
			Body:       io.NopCloser(strings.NewReader(`{"error":"unauthorized_client"}`)),
		}, nil, true
	}
	must[[]console.Delivery](t)(s.DeliverOne(ctx, leak.ID))
	w.wire.instead = nil
	step("forget", "revoke_decided revoke_tried forgotten")

	for _, e := range w.log() {
		if strings.Contains(string(e.Facts), "a-token-from-elsewhere") {
			t.Errorf("a token is in the log: %s", e.Facts)
		}
	}
}

// A transaction that is rolled back leaves no event.
func TestEventsRollBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.console()
	out := must[console.Outcome](t)(
		s.Get(t.Context(), w.app("Orders", "PRODUCTION").ID, console.GetOptions{}))
	n := len(w.log())
	if _, err := s.Revoke(t.Context(), out.Token.ID, console.RevokeRefresh, 0); err == nil {
		t.Fatal("there is no refresh token")
	}
	if _, err := s.Undo(t.Context(), out.Token.ID); err == nil {
		t.Fatal("there is nothing to undo")
	}
	if got := w.kinds(n); got != "" {
		t.Errorf("refusals are logged: %s", got)
	}
}

// Events of probes must be small: probing until dead makes many.
func TestProbeEventsAreSmall(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.console()
	out := must[console.Outcome](t)(
		s.Get(t.Context(), w.app("Orders", "PRODUCTION").ID, console.GetOptions{}))
	must[console.Token](t)(s.Revoke(t.Context(), out.Token.ID, console.RevokeAccess, 0))
	must[[]console.Delivery](t)(s.DeliverOne(t.Context(), out.Token.ID))
	w.clock.advance(w.env.CacheTTL + 123456789)
	n := len(w.log())
	for range console.KeepProbes + 3 {
		w.probe(s, out.Token.ID, tokenapi.Refused)
		w.clock.advance(time.Second)
	}
	w.replays("more probes than are kept")
	for _, e := range w.log()[n:] {
		if size := 16 + len(e.Kind) + len(e.TokenID) + len(e.Fingerprint) + len(e.AppID) +
			len(e.Application) + len(e.Facts); size > 300 {
			// with its URL
			t.Fatalf("a probe takes %d bytes: %+v", size, e)
		}
	}
}

// Time ends tokens without a stored event. The log derives one for the right moment.
func TestLogDerives(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(e *console.Environment) { e.Regime = console.RegimeOpaque })
	s, ctx := w.console(), t.Context()
	dead := must[console.Outcome](t)(
		s.Get(ctx, w.app("Orders", "PRODUCTION").ID, console.GetOptions{})).Token
	must[console.Token](t)(s.Revoke(ctx, dead.ID, console.RevokeAccess, 0))
	must[[]console.Delivery](t)(s.DeliverOne(ctx, dead.ID))
	old := must[console.Outcome](t)(
		s.Get(ctx, w.app("Payments", "PRODUCTION").ID, console.GetOptions{})).Token
	w.clock.advance(time.Second)
	expired := must[console.Outcome](t)(s.Renew(ctx, old.ID)).Token
	for _, e := range must[[]console.Event](t)(s.Log(ctx)) {
		if e.Derived {
			t.Errorf("nothing is over yet: %+v", e)
		}
	}
	w.clock.advance(30 * time.Minute)
	must[console.Outcome](t)(s.Get(ctx, w.app("Mobile", "PRODUCTION").ID, console.GetOptions{}))
	w.clock.advance(time.Hour)
	log := must[[]console.Event](t)(s.Log(ctx))
	var got []string
	for _, e := range log {
		if e.Derived {
			got = append(got,
				fmt.Sprint(e.Kind, " ", e.Fingerprint, " ", e.At.Sub(t0), " ", string(e.Facts), " ",
					e.Application, e.Seq))
		}
	}
	want := []string{
		"dead " + dead.Fingerprint + ` 15m0s {"proof":"window"} Orders@sandbox/PRODUCTION0`,
		"superseded " + old.Fingerprint + ` 15m1s {"proof":"window"} Payments@sandbox/PRODUCTION0`,
		"expired " + expired.Fingerprint + " 1h0m1s {} Payments@sandbox/PRODUCTION0",
	}
	if !slices.Equal(got[:min(3, len(got))], want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if !slices.IsSortedFunc(log, func(a, b console.Event) int { return a.At.Compare(b.At) }) {
		t.Error("not in order")
	}
	w.replays("derived")
	if tokens, _, err := console.Replay(log); err != nil || len(tokens) != 4 {
		t.Error("a log with derived lines replays as well:", len(tokens), err)
	}
}

// Every field of a token is in the log, or has its reason not to be.
func TestFactsCoverTheToken(t *testing.T) {
	t.Parallel()
	without := map[string]string{
		"ID": "the event's", "Probes": "a fact of its own", "Unsure": "a mark",
		"Rev": "counts changes", "Twins": "other tokens",
	}
	for field := range reflect.TypeFor[console.Token]().Fields() {
		if without[field.Name] != "" {
			continue
		}
		before, after := console.Token{}, console.Token{}
		set(reflect.ValueOf(&after).Elem().FieldByIndex(field.Index))
		for _, pair := range [][2]console.Token{{before, after}, {after, before}} {
			facts, err := console.FactsOf(&pair[0], &pair[1])
			if err != nil || string(facts) == "{}" {
				t.Errorf("%s is in no event: %v", field.Name, err)
				continue
			}
			first, err := console.FactsOf(nil, &pair[0])
			if err != nil {
				t.Fatal(err)
			}
			tokens, _, err := console.Replay([]console.Event{
				{Kind: "issued", TokenID: "t", Facts: first},
				{Kind: "changed", TokenID: "t", Facts: facts},
			})
			pair[1].ID = "t"
			if err != nil || len(tokens) != 1 || !reflect.DeepEqual(tokens[0], pair[1]) {
				t.Errorf("%s: %s gives %+v %v", field.Name, facts, tokens, err)
			}
		}
	}
}

// The same for every field of a probe and of a mark.
func TestFactsCoverProbesAndMarks(t *testing.T) {
	t.Parallel()
	for field := range reflect.TypeFor[console.Mark]().Fields() {
		m := console.Mark{ID: "m", Op: "get"}
		set(reflect.ValueOf(&m).Elem().FieldByIndex(field.Index))
		if m.TokenID != "" {
			m.Op = "refresh"
		}
		facts, err := console.FactsOfMark(m)
		if err != nil {
			t.Fatal(err)
		}
		tokens, gets, err := console.Replay([]console.Event{
			{Kind: "issued", TokenID: m.TokenID, Facts: json.RawMessage(`{"grant":"x"}`)},
			{Kind: "unsure", TokenID: m.TokenID, Facts: facts},
		})
		got := gets
		if m.TokenID != "" {
			got = []console.Mark{*tokens[0].Unsure}
		}
		if err != nil || !reflect.DeepEqual(got, []console.Mark{m}) {
			t.Errorf("Mark.%s: %s gives %+v %v", field.Name, facts, got, err)
		}
	}
	for field := range reflect.TypeFor[console.Probe]().Fields() {
		var p console.Probe
		set(reflect.ValueOf(&p).Elem().FieldByIndex(field.Index))
		facts, err := console.FactsOfProbe(p)
		if err != nil {
			t.Fatal(err)
		}
		tokens, _, err := console.Replay(
			[]console.Event{{Kind: "probed", TokenID: "t", Facts: facts}})
		if err != nil || len(tokens) != 1 ||
			!reflect.DeepEqual(tokens[0].Probes, []console.Probe{p}) {
			t.Errorf("Probe.%s: %s gives %+v %v", field.Name, facts, tokens, err)
		}
	}
}

func set(v reflect.Value) {
	switch x := v.Addr().Interface().(type) {
	case *time.Time:
		*x = t0.Add(123456789)
		return
	case *time.Duration:
		*x = 106751*24*time.Hour + 1 // more digits than a float64 has
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("ü\"<&")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Slice:
		v.Set(reflect.ValueOf([]string{"a", ""}))
	case reflect.Pointer:
		v.Set(reflect.ValueOf(
			&console.Request{Params: url.Values{"audience": {"https://ü"}}, Subject: "hash"}))
	default:
		v.SetInt(1<<62 + 1)
	}
}

func TestReplayRefuses(t *testing.T) {
	t.Parallel()
	for _, facts := range []string{``, `[]`, `{"issued_at":"yesterday"}`, `{"probes":1}`,
		`{"marks":1}`, `{"granted":"x"}`} {
		_, _, err := console.Replay(
			[]console.Event{{Seq: 7, TokenID: "t", Facts: json.RawMessage(facts)}})
		if err == nil || !strings.Contains(err.Error(), "event 7") {
			t.Errorf("%s: %v", facts, err)
		}
	}
}

// A replay of the log gives the content of the store after any verbs, in any order, with any
// network. Without LANYARD_FULL it runs one seed for each profile of the sandbox.
func TestReplayGivesTheStore(t *testing.T) {
	t.Parallel()
	seeds := len(sandbox.Profiles())
	if full() {
		seeds = 12
	}
	for seed := range uint64(seeds) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 4)) // to be repeatable
			profiles := sandbox.Profiles()
			profile := profiles[int(seed)%len(profiles)]
			w := newWorldOf(t, sandbox.Options{Profile: profile}, func(e *console.Environment) {
				e.Endpoints.IntrospectURL = base + "/introspect"
				if profile == sandbox.ProfileJWT && seed%2 == 0 {
					e.Regime = console.RegimeJWT
				}
			})
			s, other := w.console(), w.console()
			seen := map[console.EventKind]int{}
			for i := range 40 {
				what := w.anything(r, []*console.Service{s, other}[r.IntN(2)])
				w.replays(fmt.Sprint("step ", i, ": ", what))
			}
			for _, e := range w.log() {
				seen[e.Kind]++
			}
			if seen[console.EventChanged] > 0 || len(seen) < 8 {
				t.Errorf("events: %v", seen)
			}
		})
	}
}

// anything does one random verb. Its result does not matter.
func (w *world) anything(r *rand.Rand, s *console.Service) string {
	ctx := w.t.Context()
	w.clock.advance(time.Duration(r.Int64N(int64(5 * time.Minute))))
	w.wire.cut(nil, nil)
	w.wire.instead = nil
	weather := "fine"
	switch r.IntN(8) {
	case 0:
		weather = "cut"
		w.wire.cut(unreachable, nil)
	case 1:
		weather = "lost"
		w.wire.cut(nil, lost)
	case 2:
		code, body := 503, `{"error":"temporarily_unavailable"}`
		if r.IntN(2) == 0 {
			code, body = 400,
				[]string{`{"error":"unsupported_token_type"}`,
					`{"error":"invalid_grant"}`}[r.IntN(2)]
		}
		weather = fmt.Sprint(code)
		w.wire.instead = func(*http.Request) (*http.Response, error, bool) {
			return &http.Response{
				StatusCode: code, Header: http.Header{"Content-Type": {"application/json"}},
				Body: io.NopCloser(strings.NewReader(body)),
			}, nil, true
		}
	}
	b, err := s.Board(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	app := []console.Application{w.app("Orders", "PRODUCTION"), w.app("Payments", "PRODUCTION"),
		w.app("Orders", "SANDBOX")}[r.IntN(3)]
	id := "nothing"
	if n := len(b.Tokens); n > 0 {
		id = b.Tokens[max(0, n-1-r.IntN(4))].ID
	}
	kind := []console.RevokeKind{console.RevokeAccess, console.RevokeRefresh,
		console.RevokeBoth}[r.IntN(3)]
	verb := r.IntN(12)
	switch verb {
	case 0, 1:
		var o console.GetOptions
		if r.IntN(3) == 0 {
			o.Scopes = []string{"device_laptop"}
		}
		_, err = s.Get(ctx, app.ID, o)
	case 2:
		_, err = s.Obtain(ctx, app.ID,
			console.ObtainOptions{MinLeft: 30 * time.Minute, Fresh: r.IntN(2) == 0})
	case 3, 4:
		_, err = s.Renew(ctx, id)
	case 5:
		_, err = s.Revoke(ctx, id, kind, time.Duration(r.IntN(2))*time.Minute)
	case 6:
		_, err = s.Revoke(ctx, id, kind, 0)
		_, err2 := s.DeliverOne(ctx, id)
		err = errors.Join(err, err2)
	case 7:
		_, err = s.UndoDecision(ctx, "")
	case 8:
		_, _, err = s.Deliver(ctx)
	case 9:
		for range 1 + r.IntN(4) {
			_, _, err = s.Probe(ctx, id)
			w.clock.advance(time.Second)
		}
	case 10:
		_, _, err = s.Introspect(ctx, id)
	case 11:
		if r.IntN(3) == 0 {
			w.clock.advance(50 * time.Minute)
		}
		_, err = s.Adopt(ctx, app.ID, secret.New(fmt.Sprint("leaked-", r.IntN(3))), kind)
	}
	return fmt.Sprintf("verb %d of %s, %s: %v", verb, id, weather, err)
}
