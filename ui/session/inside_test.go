package session_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/tokenapi"
	"lanyard/ui/session"
)

// What was read of a token is kept until the server hands it out again. A failure is kept until the
// row changes.
func TestInsideIsKept(t *testing.T) {
	t.Parallel()
	d := sit(t)
	id := d.get(1)[0]
	token := func() *console.Token { return d.row(id).Token }
	if _, ok := d.Inside(token()); ok {
		t.Fatal("nothing was read yet")
	}
	d.does(session.Inspect{Token: id})
	if in, ok := d.Inside(token()); !ok || in.JWT || in.Err != nil {
		t.Fatalf("read: %+v %v", in, ok)
	}
	d.does(session.Probe{Token: id}) // another revision of the same token
	if _, ok := d.Inside(token()); !ok {
		t.Error("a probe changes nothing inside")
	}
	again := *token()
	again.AnswerRev++
	if _, ok := d.Inside(&again); ok {
		t.Error("the server handed it out again")
	}
	d.kept.viewErr = errDisk
	d.does(session.Inspect{Token: id})
	d.kept.viewErr = nil
	if in, ok := d.Inside(token()); !ok || in.Err == nil {
		t.Fatalf("it failed: %+v %v", in, ok)
	}
	d.now = d.now.Add(time.Second)
	d.does(session.Probe{Token: id})
	if _, ok := d.Inside(token()); ok {
		t.Error("a failure counts after the row has changed")
	}
}

// The contents of the last 64 tokens are kept.
func TestInsideIsBounded(t *testing.T) {
	t.Parallel()
	d := sit(t)
	for i := range 70 {
		d.apply(session.Inspected{ID: fmt.Sprintf("t_%d", i)})
	}
	for id, want := range map[string]bool{"t_5": false, "t_6": true, "t_69": true} {
		if _, ok := d.Inside(&console.Token{ID: id}); ok != want {
			t.Errorf("%s is kept: %v", id, ok)
		}
	}
}

func TestAnswerIsKept(t *testing.T) {
	t.Parallel()
	d := sit(t)
	if _, ok := d.Answer("t_x"); ok {
		t.Error("an answer without a question")
	}
	d.apply(session.Introspected{ID: "t_x", Err: errDisk})
	if a, ok := d.Answer("t_x"); !ok || a.Err == nil {
		t.Errorf("failed: %+v %v", a, ok)
	}
	d.apply(session.Introspected{ID: "t_x", Answer: session.Introspection{Active: true}})
	if a, ok := d.Answer("t_x"); !ok || a.Err != nil || !a.Active {
		t.Errorf("the next answer: %+v %v", a, ok)
	}
}

// A lineage has the tokens that were refreshed or replaced, oldest first, and ends in a circle.
func TestLineage(t *testing.T) {
	t.Parallel()
	b := console.Board{Applications: []console.Application{{ID: "a"}}}
	add := func(id, from, by string) {
		b.Tokens = append(b.Tokens, console.Token{ID: id, AppID: "a", From: from, ReplacedBy: by,
			Lifetime: tokenapi.Bounded, Granted: time.Duration(len(b.Tokens)+1) * time.Minute})
	}
	add("1", "", "2")
	add("2", "1", "3") // refreshed
	add("3", "", "4")  // replaced by a get
	add("4", "gone", "")
	add("5", "6", "6") // no server makes this
	add("6", "5", "5")
	add("7", "", "")
	board := session.NewBoard(b,
		func(console.Application) console.Policy { return console.Policy{} }, t0)
	for id, want := range map[string]string{
		"1": "1234", "2": "1234", "3": "1234", "4": "1234", "5": "65", "7": "7",
	} {
		got := ""
		for _, r := range board.Lineage(board.Row(id)) {
			got += r.ID
		}
		if got != want {
			t.Errorf("of %s: %s, want %s", id, got, want)
		}
	}
	b.Tokens = nil
	for i := range 40 {
		add(strconv.Itoa(i), strconv.Itoa(i-1), strconv.Itoa(i+1))
	}
	long := session.NewBoard(b,
		func(console.Application) console.Policy { return console.Policy{} }, t0)
	if chain := long.Lineage(long.Row("20")); len(chain) != 17 || chain[0].ID != "12" ||
		chain[16].ID != "28" {
		t.Errorf("of a long lineage %d rows", len(chain))
	}
	if got := board.LastLife(""); got != 7*time.Minute {
		t.Errorf("the last life is %s", got)
	}
	if got := board.LastLife("elsewhere"); got != 0 {
		t.Errorf("the last life elsewhere is %s", got)
	}
}

// Subscriptions that were read are kept. They are stale after the store has changed.
func TestSubscriptionsAreKept(t *testing.T) {
	t.Parallel()
	d := sit(t)
	key := d.apps[0].ConsumerKey
	if _, ok := d.Subscriptions(key); ok {
		t.Fatal("nothing was read yet")
	}
	d.does(session.ReadSubscriptions{ConsumerKey: key})
	if k, ok := d.Subscriptions(key); !ok || !k.At.IsZero() || k.Err != nil || k.Stale {
		t.Fatalf("read: %+v %v", k, ok)
	}
	err := d.other().KeepSubscriptions(t.Context(), string(key),
		[]console.Subscription{{API: "orders"}})
	if err != nil {
		t.Fatal(err)
	}
	d.run(d.apply(session.StoreChanged{})...)
	if k, _ := d.Subscriptions(key); !k.Stale {
		t.Errorf("the store has changed: %+v", k)
	}
	d.does(session.ReadSubscriptions{ConsumerKey: key})
	if k, _ := d.Subscriptions(key); k.Stale || len(k.All) != 1 {
		t.Errorf("read again: %+v", k)
	}
	d.kept.viewErr = errDisk
	d.does(session.ReadSubscriptions{ConsumerKey: key})
	if k, _ := d.Subscriptions(key); k.Err == nil {
		t.Errorf("it failed: %+v", k)
	}
}
