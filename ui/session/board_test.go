package session_test

import (
	"reflect"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/ui/session"
)

// Rows of one age have the same order in each reading.
func TestRowsOfOneAge(t *testing.T) {
	t.Parallel()
	d := sit(t)
	one := *d.row(d.get(1)[0]).Token
	other := one
	one.ID, other.ID = "t_1", "t_2"
	for _, tokens := range [][]console.Token{{one, other}, {other, one}} {
		b := d.stored()
		b.Tokens = tokens
		d.file(b)
		if rows := d.Board().Apps[0].Living(); rows[0].ID != "t_2" || rows[1].ID != "t_1" {
			t.Errorf("%s is before %s", rows[0].ID, rows[1].ID)
		}
	}
}

func TestReading(t *testing.T) {
	t.Parallel()
	d := sit(t)
	first := d.apply(session.StoreChanged{})
	if len(first) != 1 || !d.IsReading() {
		t.Fatalf("a change begins %d works", len(first))
	}
	for range 3 {
		if more := d.apply(session.StoreChanged{}); len(more) > 0 {
			t.Fatal("the board is read twice at a time")
		}
	}
	again := d.apply(d.came(first...)...)
	if len(again) != 1 || !d.IsReading() {
		t.Fatalf("after changes during a reading there are %d readings", len(again))
	}
	if more := d.apply(d.came(again...)...); len(more) > 0 || d.IsReading() {
		t.Error("it reads on without a change")
	}
	if n := len(told[session.BoardFiled](d)); n != 2 {
		t.Errorf("%d boards were filed", n)
	}
	if asked, filed := d.Tickets(); asked != filed || asked != 3 {
		t.Errorf("%d readings asked for, the last one filed is %d", asked, filed)
	}
	if more := d.apply(session.StoreChanged{Over: true}); len(more) > 0 {
		t.Error("it reads when no change will follow")
	}
}

func TestLateReadingIsDropped(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.get(1)
	_, filed := d.Tickets()
	d.run(d.apply(session.BoardRead{Ticket: filed, Board: console.Board{}})...)
	if never[session.BoardFiled](d); d.Board().TokenCount() != 1 {
		t.Error("an old reading replaced the board")
	}
	d.run(d.apply(session.BoardRead{Ticket: filed + 1, Board: console.Board{}})...)
	if once[session.BoardFiled](d); d.Board().TokenCount() != 0 {
		t.Error("a new reading did not replace the board")
	}
}

func TestFailedReadingKeepsTheBoard(t *testing.T) {
	t.Parallel()
	d := sit(t)
	id := d.get(1)[0]
	d.kept.viewErr = errDisk
	for _, again := range []bool{false, true} {
		d.changed()
		if e := once[session.BoardRead](d); e.Err == nil || e.Again != again {
			t.Errorf("told %v, again %t, want %t", e.Err, e.Again, again)
		}
	}
	never[session.BoardFiled](d)
	d.row(id)
	d.kept.viewErr = nil
	d.changed()
	once[session.BoardFiled](d)
	d.kept.viewErr = errDisk
	d.changed()
	if once[session.BoardRead](d).Again {
		t.Error("a cause that had gone is told as the same")
	}
}

// If the store was replaced, the session keeps the last reading of the old one.
func TestReplacedStoreIsNoted(t *testing.T) {
	t.Parallel()
	d := sit(t)
	id := d.get(1)[0]
	d.kept.viewErr = &console.Error{Code: "store_replaced", Text: "the store was replaced"}
	d.changed()
	once[session.BoardRead](d)
	if d.row(id); !d.Key().Gone() {
		t.Error("the store is not known to be gone")
	}
}

func TestUnkeptIsToldOncePerCause(t *testing.T) {
	t.Parallel()
	d := sit(t)
	_, n := d.Tickets()
	for i, c := range []struct {
		err  error
		told bool
	}{{errDisk, true}, {errDisk, false}, {errPassphrase, true}, {nil, false}, {errDisk, true}} {
		d.run(d.apply(session.BoardRead{Ticket: n + 1 + i, Board: console.Board{Unkept: c.err}})...)
		if got := len(told[session.Unkept](d)) == 1; got != c.told {
			t.Errorf("%d: told %t", i, got)
		}
	}
}

// BoardFiled comes before the facts about single revokes, and after those about the store.
func TestFactsOfABoard(t *testing.T) {
	t.Parallel()
	d := sit(t)
	id := d.get(1)[0]
	d.does(session.Revoke{Token: id})
	if _, err := d.other().Undo(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	b := d.stored()
	b.Unkept = errDisk
	d.facts = nil
	d.file(b)
	want := []string{"Unkept", "BoardFiled", "SettledElsewhere"}
	if got := d.kinds(); !reflect.DeepEqual(got, want) {
		t.Errorf("told %v, want %v", got, want)
	}
	if d.Facts() != nil {
		t.Error("facts are told twice")
	}
}

// Restored must be the first fact, because a face compares the board with what it showed. A restore
// before the first reading is not reported.
func TestRestoredIsToldBeforeTheBoard(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.Session = session.New(t.Context(), session.Options{}) // one that has read nothing yet
	for i, c := range []struct {
		restored int64
		want     []string
	}{
		{3, []string{"BoardFiled"}}, {3, []string{"BoardFiled"}},
		{7, []string{"Restored", "BoardFiled"}},
	} {
		d.facts = nil
		b := console.Board{Restored: c.restored}
		d.apply(session.BoardRead{Ticket: i + 1, Board: b})
		if got := d.kinds(); !reflect.DeepEqual(got, c.want) {
			t.Errorf("reading %d, restore %d: told %v, want %v", i, c.restored, got, c.want)
		}
	}
}

func TestChanged(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.Changed()
	if d.Tick(d.now); d.Changed() {
		t.Error("a tick without an event changes something")
	}
	d.ToggleMark("t_1")
	if !d.Changed() || d.Changed() {
		t.Error("a mark is not a change, or is one twice")
	}
	if d.Do(session.Get{App: d.apps[0].ID}, d.now); !d.Changed() {
		t.Error("work in flight is not a change")
	}
}

// A token that was replaced does not live because it is being revoked.
func TestTallyOfAReplacedTokenThatIsRevoked(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 7, 1, 10, 0, 0, 0, time.UTC)
	app := console.Application{ID: "a"}
	token := console.Token{
		ID: "t", AppID: "a", IssuedAt: now.Add(-30 * time.Minute),
		ExpiresAt: now.Add(30 * time.Minute), Lifetime: console.LifeBounded,
		RevokeKind: console.RevokeAccess, RevokeAt: now.Add(5 * time.Second),
	}
	policy := func(console.Application) console.Policy {
		return console.Policy{DueBefore: time.Minute, CacheTTL: time.Minute}
	}
	tally := func() session.Tally {
		b := session.NewBoard(console.Board{
			Applications: []console.Application{app}, Tokens: []console.Token{token},
		}, policy, now)
		return b.Total
	}
	if n := tally(); n.Revoking != 1 || n.Living() != 1 || !n.Next.Equal(token.ExpiresAt) {
		t.Errorf("a living token: %+v, %d living", n, n.Living())
	}
	token.ReplacedAt = now.Add(-20 * time.Minute)
	if n := tally(); n.Revoking != 1 || n.Living() != 0 || !n.Next.IsZero() {
		t.Errorf("a replaced token: %+v, %d living", n, n.Living())
	}
}
