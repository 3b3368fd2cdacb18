package session_test

import (
	"testing"

	"lanyard/console"
	"lanyard/ui/session"
)

// A get is reported with the reading that lists its token, not before: a person who reads of the
// token may press a verb at once.
func TestGotIsToldWithItsRow(t *testing.T) {
	t.Parallel()
	d := sit(t)
	work := d.ask(session.Get{App: d.apps[0].ID, Confirmed: true})
	reading := d.apply(session.StoreChanged{}) // began before the answer
	if len(reading) == 0 {
		t.Fatal("the board is not read")
	}
	old := d.came(reading[0])
	d.apply(d.came(work...)...)
	never[session.Got](d)
	next := d.apply(old...)
	never[session.Got](d)
	d.run(next...)
	d.row(once[session.Got](d).Outcome.Token.ID)
}

// If only the calls of other runs cannot be read, the rest of the reading counts.
func TestReadWithoutPastCalls(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.opened().get(1)
	if d.changed(); len(d.Board().Past) == 0 {
		t.Fatal("there is no call of the other run")
	}
	d.kept.noEvents = &console.Error{Text: "the log is damaged"}
	id := d.get(1)[0]
	if d.Board().Row(id) == nil || len(d.Board().Past) == 0 {
		t.Errorf("the token is not listed, or %d past calls are left", len(d.Board().Past))
	}
	d.facts = nil
	d.changed()
	if e := once[session.BoardRead](d); e.Err == nil || !e.Again {
		t.Errorf("told %v, again %t", e.Err, e.Again)
	}
}

// If the board cannot be read, or the console ends, a get is reported without its row.
func TestGotIsToldWithoutARow(t *testing.T) {
	t.Parallel()
	for _, end := range []func(d *desk, next []session.Work){
		func(d *desk, _ []session.Work) {
			asked, _ := d.Tickets()
			d.apply(session.BoardRead{Ticket: asked, Err: &console.Error{Text: "full"}})
		},
		func(d *desk, _ []session.Work) { d.run(d.quits()...) },
		func(d *desk, _ []session.Work) {
			d.quits()
			d.ask(session.Quit{Force: true})
		},
	} {
		d := sit(t)
		next := d.apply(d.came(d.ask(session.Get{App: d.apps[0].ID, Confirmed: true})...)...)
		never[session.Got](d)
		end(d, next)
		once[session.Got](d)
	}
}
