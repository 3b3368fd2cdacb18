package session_test

import (
	"testing"

	"lanyard/console"
	"lanyard/tokenapi/secret"
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

// A saved application, a kept import and an adopted token are reported with the reading that lists
// them.
func TestStoredIsToldWithItsRow(t *testing.T) {
	t.Parallel()
	for name, ask := range map[string]func(d *desk, a console.Application) session.Request{
		"save": func(_ *desk, a console.Application) session.Request {
			return session.Save{Draft: console.Draft{Application: a}}
		},
		"keep": func(_ *desk, a console.Application) session.Request {
			return session.KeepFound{Chosen: console.PortalFound{
				All: []console.Imported{{Application: a}},
			}}
		},
		"adopt": func(d *desk, _ console.Application) session.Request {
			return session.Adopt{App: d.apps[0].ID, Access: secret.New("from-elsewhere")}
		},
	} {
		d := sit(t)
		a := d.apps[0]
		a.ID, a.Name, a.ConsumerKey, a.Source = "", "New", "new-key", console.FromStore
		reading := d.apply(d.came(d.ask(ask(d, a))...)...)
		for _, f := range d.facts {
			if _, began := f.(session.Began); !began {
				t.Errorf("%s: %T before the reading", name, f)
			}
		}
		d.facts = nil
		d.run(reading...)
		listed := false
		for _, f := range d.facts {
			switch f := f.(type) {
			case session.Saved:
				listed = f.Err == nil && d.Board().App(f.App.ID) != nil
			case session.FoundKept:
				listed = f.Err == nil && d.Board().App(f.Apps[0].ID) != nil
			case session.Adopted:
				listed = f.Err == nil && d.Board().Row(f.Token.ID) != nil
			}
		}
		if !listed {
			t.Errorf("%s: told %v, and the row is not listed", name, d.facts)
		}
	}
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
