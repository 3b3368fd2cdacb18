package session_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/tokenapi/secret"
	"lanyard/ui/session"
)

func TestDismiss(t *testing.T) {
	t.Parallel()
	d := sit(t)
	m := console.Mark{ID: "m_1", Op: "get", AppID: d.apps[0].ID, SentAt: d.now}
	err := d.kept.Update(t.Context(), func(w console.Writer) error { return w.PutMark(m) })
	if err != nil {
		t.Fatal(err)
	}
	d.changed()
	r := d.row("mark:m_1")
	if r.LostAnswer() == nil || r.Pending() {
		t.Fatalf("the row of a mark: %+v", r)
	}
	d.does(session.Dismiss{Mark: "m_1"})
	if e := once[session.Dismissed](d); e.Err != nil || e.Mark.ID != "m_1" {
		t.Errorf("dismissed %+v", e)
	}
	if d.Board().Row("mark:m_1") != nil {
		t.Error("the mark stays")
	}
}

func TestForget(t *testing.T) {
	t.Parallel()
	d := sit(t)
	id := d.get(1)[0]
	d.does(session.Forget{What: console.ForgetWhat{Over: true}})
	if f := once[session.NothingOver](d); f.Err != nil {
		t.Error(f.Err)
	}
	d.now = d.now.Add(48 * time.Hour)
	d.facts = nil
	d.does(session.Forget{What: console.ForgetWhat{Over: true}})
	q := once[session.Ask](d)
	about, ok := q.About.(session.ForgettingOver)
	if !ok || len(about.Found.Tokens) != 1 || d.Board().Row(id) == nil {
		t.Fatalf("asked about %+v", q.About)
	}
	d.does(q.Then)
	if e := once[session.Forgot](d); e.Err != nil || len(e.Done.Tokens) != 1 {
		t.Errorf("forgot %+v", e)
	}
	if d.Board().Row(id) != nil {
		t.Error("it is not forgotten")
	}
}

// If nothing is forgotten, a token whose state is over is named before one that lives.
// Each character that a person types into a find has a list of calls, and not all are kept.
func TestFewListsOfCallsAreKept(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.get(1)
	for i := range 200 {
		d.Calls(strings.Repeat("x", i), false)
	}
	if n := d.CallLists(); n > 65 {
		t.Errorf("%d lists are kept", n)
	}
}

func TestNothingOverNamesTheOver(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.does(session.Forget{What: console.ForgetWhat{Over: true}})
	if f := once[session.NothingOver](d); f.Err != nil || f.Kept != nil {
		t.Errorf("told %+v", f)
	}
	d.api.refresh = true
	lives := d.get(1)[0]
	d.does(session.Forget{What: console.ForgetWhat{Over: true}})
	if f := once[session.NothingOver](d); f.Kept == nil || f.Kept.Token.ID != lives {
		t.Errorf("told %+v", f)
	}
	d.api.lasts = 60
	expires := d.get(1)[0]
	d.after(2 * time.Minute)
	d.does(session.Forget{What: console.ForgetWhat{Over: true}})
	if f := once[session.NothingOver](d); f.Kept == nil || f.Kept.Token.ID != expires {
		t.Errorf("told %+v", f)
	}
}

func TestLooks(t *testing.T) {
	t.Parallel()
	d := sit(t)
	id := d.get(1)[0]
	d.does(session.ReadLog{For: 7})
	if e := once[session.LogRead](d); e.Err != nil || e.For != 7 || len(e.Events) == 0 {
		t.Errorf("the log: %+v", e)
	}
	d.does(session.Inspect{For: 7, Token: id})
	if r := once[session.Began](d); r.Request != (session.Inspect{For: 7, Token: id}) {
		t.Errorf("began %+v", r)
	}
	if e := once[session.Inspected](d); e.Err != nil || e.For != 7 {
		t.Errorf("inspected %+v", e)
	}
	d.does(session.Show{For: 7, Token: id})
	e := once[session.Revealed](d)
	if e.Err != nil || e.For != 7 || !e.Text.Equal(secret.New(access(1))) {
		t.Errorf("revealed %+v", e)
	}
	d.does(session.LogShow{Token: id, Fingerprint: fp(1)})
	if e := once[session.RevealLogged](d); e.Err != nil || e.Fingerprint != fp(1) {
		t.Errorf("noted %+v", e)
	}
	d.does(session.Probe{Token: id})
	if e := once[session.Probed](d); e.Err != nil || e.ID != id || e.Exchange() == 0 {
		t.Errorf("probed %+v", e)
	}
	d.does(session.Introspect{For: 7, Token: id})
	if e := once[session.Introspected](d); e.Err == nil || e.For != 7 || e.ID != id {
		t.Errorf("introspected without an address: %+v", e)
	}
}

// At most one introspection of a token is in flight.
func TestIntrospectOnce(t *testing.T) {
	t.Parallel()
	d := sit(t)
	id := d.get(1)[0]
	first := d.ask(session.Introspect{Token: id})
	if second := d.ask(session.Introspect{Token: id}); len(second) > 0 {
		t.Error("a second request is sent")
	}
	key := session.Key{Kind: session.Introspecting, ID: id}
	if f := once[session.Refused](d); f.Reason != session.InFlight || f.Key != key {
		t.Errorf("refused %+v", f)
	}
	once[session.Began](d)
	if d.run(first...); d.Busy(key) || !d.AllDone() {
		t.Error("it is still in flight")
	}
}

// A token can be inspected and shown at once. A second request of a kind that reads is done when
// the first has ended.
func TestLooksAgain(t *testing.T) {
	t.Parallel()
	d := sit(t)
	id := d.get(1)[0]
	inspect := d.ask(session.Inspect{For: 1, Token: id})
	show := d.ask(session.Show{For: 1, Token: id})
	if len(inspect) != 1 || len(show) != 1 {
		t.Fatalf("%d and %d pieces of work", len(inspect), len(show))
	}
	for n := range 2 { // the last one counts
		again := append(d.ask(session.Inspect{For: 2 + n, Token: id}),
			d.ask(session.Show{For: 2 + n, Token: id})...)
		if len(again) > 0 {
			t.Fatal("work of the same key begins")
		}
	}
	d.run(inspect...)
	if d.AllDone() {
		t.Error("all is done, and the token is not shown")
	}
	d.run(show...)
	seen, shown := told[session.Inspected](d), told[session.Revealed](d)
	if len(seen) != 2 || len(shown) != 2 || seen[1].For != 3 || shown[1].For != 3 {
		t.Errorf("inspected %+v, shown %+v", seen, shown)
	}
	if never[session.Refused](d); !d.AllDone() {
		t.Error("something is in flight")
	}
}

func TestAdopt(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.does(session.Adopt{For: 7, App: d.apps[0].ID, Access: secret.New("from-elsewhere")})
	if r := once[session.Began](d); r.Request.(session.Adopt).For != 7 {
		t.Errorf("began %+v", r)
	}
	e := once[session.Adopted](d)
	if e.Err != nil || e.For != 7 || d.Board().Row(e.Token.ID) == nil {
		t.Errorf("adopted %+v", e)
	}
}

// Tokens that were over for longer than store.keep are removed after the first reading.
func TestPrune(t *testing.T) {
	t.Parallel()
	keep := func(o *options) { o.console.Keep = time.Hour }
	d := sit(t, keep)
	id := d.get(1)[0]
	d.after(10 * time.Hour)
	if d.changed(); d.Board().Row(id) != nil {
		t.Error("it is not forgotten")
	}
	if e := told[session.Pruned](d); len(e) != 1 || len(e[0].Done.Tokens) != 1 {
		t.Errorf("told %+v", e)
	}
	d.get(1)
	d.now = d.now.Add(20 * time.Hour)
	d.lock(true)
	d.changed()
	d.lock(false)
	never[session.Pruned](d)
	d.does(session.Quit{Force: true})
	d.changed()
	never[session.Pruned](d) // cut short, it would not be tried again for a day
}

// A second pruning does not begin while the first is in flight.
func TestPruneOnce(t *testing.T) {
	t.Parallel()
	d := sit(t, func(o *options) { o.console.Keep = time.Hour })
	d.get(1)
	read := func() []session.Work { // returns the work that follows from the reading
		d.now = d.now.Add(48 * time.Hour)
		return d.apply(d.came(d.apply(session.StoreChanged{})...)...)
	}
	first := read()
	if second := read(); len(first) != 1 || len(second) > 0 {
		t.Fatalf("%d, then %d prunings begin", len(first), len(second))
	}
	d.run(first...)
	e := told[session.Pruned](d) // the second one is still due, and follows
	if len(e) != 2 || len(e[0].Done.Tokens) != 1 || len(e[1].Done.Tokens) != 0 {
		t.Errorf("told %+v", e)
	}
}

// Before the first run there is no store. A get is refused, and a save creates the store.
func TestFirstRun(t *testing.T) {
	t.Parallel()
	full := sit(t)
	begun := 0
	s := session.New(t.Context(), session.Options{
		Begin: func(_ context.Context, kept bool) (*console.Service, error) {
			if begun++; begun == 1 {
				return nil, errDisk
			}
			return full.svc, nil
		},
		Follow: func(*console.Service) <-chan struct{} { return nil },
	})
	d := &desk{Session: s, t: t, now: t0}
	d.run(d.Start(d.now)...)
	if !d.MayBegin() || d.Service() != nil || !d.Session.Now().IsZero() {
		t.Error("there is a service")
	}
	for _, r := range []session.Request{
		session.Get{App: "a"}, session.Renew{Token: "t"}, session.Probe{Token: "t"},
		session.ReadLog{},
		session.Delete{App: "a"}, session.Forget{}, session.Dismiss{}, session.WriteOut{},
		session.Adopt{},
		session.ProbeUntilDead{Tokens: []string{"t"}}, session.Bulk{Verb: session.VerbProbe},
	} {
		if d.does(r); once[session.Refused](d).Reason != session.NothingYet {
			t.Errorf("%T is refused for something else", r)
		}
	}
	draft := console.Draft{Application: full.apps[0]}
	d.does(session.Save{For: 7, Draft: draft})
	if e := once[session.Saved](d); !errors.Is(e.Err, errDisk) || d.Service() != nil {
		t.Errorf("saved without a store: %+v", e)
	}
	d.does(session.Test{For: 7, Draft: draft, Changes: 3})
	if e := once[session.Tested](d); e.Changes != 3 || e.For != 7 || d.Service() != nil {
		t.Errorf("a test keeps the service: %+v", e)
	}
	d.facts = nil
	d.does(session.Save{For: 7, Draft: draft})
	if e := once[session.Saved](d); e.For != 7 || d.Service() != full.svc {
		t.Errorf("saved %+v", e)
	}
	if once[session.BoardFiled](d); !d.Board().Read {
		t.Error("the board is not read")
	}
	never[session.Refused](d)
}

func TestNowhereToSave(t *testing.T) {
	t.Parallel()
	d := &desk{Session: session.New(t.Context(), session.Options{}), t: t, now: t0}
	for _, r := range []session.Request{
		session.Save{}, session.Test{}, session.AskPortal{}, session.KeepFound{},
	} {
		if d.does(r); once[session.Refused](d).Reason != session.NowhereToSave || d.MayBegin() {
			t.Errorf("%T is refused for something else", r)
		}
	}
	d.does(session.Quit{})
	once[session.Finished](d)
}

// Subscriptions are read for the view that asks, also while the store is locked.
func TestReadSubscriptions(t *testing.T) {
	t.Parallel()
	d := sit(t)
	key := d.apps[0].ConsumerKey
	err := d.other().KeepSubscriptions(t.Context(), string(key),
		[]console.Subscription{{API: "orders", Version: "1.0", Status: "UNBLOCKED"}})
	if err != nil {
		t.Fatal(err)
	}
	d.lock(true)
	view := new(int)
	d.does(session.ReadSubscriptions{For: view, ConsumerKey: key})
	f := once[session.SubscriptionsRead](d)
	if f.Err != nil || session.For(f) != any(view) || f.ConsumerKey != key ||
		len(f.Subscriptions.All) != 1 || f.Subscriptions.At.IsZero() {
		t.Errorf("read %+v", f)
	}
	d.facts = nil
	d.does(session.ReadSubscriptions{ConsumerKey: "another"})
	if f := once[session.SubscriptionsRead](d); f.Err != nil || !f.Subscriptions.At.IsZero() {
		t.Errorf("of a key that no portal told of: %+v", f)
	}
}
