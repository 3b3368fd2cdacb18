package session_test

import (
	"testing"

	"lanyard/console"
	"lanyard/ui/session"
)

// remembers makes a desk store its selection.
func remembers(o *options) { o.Remembers = true }

// opened returns another console on the store of a desk, whose board was read.
func (d *desk) opened() *desk {
	d.t.Helper()
	o := &desk{t: d.t, now: d.now, api: d.api, clip: &clip{}, kept: d.kept, apps: d.apps}
	o.svc = d.other()
	o.Session = session.New(d.t.Context(), session.Options{
		Service: o.svc, Remembers: true,
		Follow: func(*console.Service) <-chan struct{} { return nil },
	})
	o.run(o.Start(o.now)...)
	o.facts = nil
	return o
}

// left quits a console with a choice.
func (d *desk) left(c ...console.Choice) {
	d.t.Helper()
	for _, x := range c {
		d.does(session.Remember{Choice: x})
	}
	d.does(session.Quit{Force: true})
	once[session.Finished](d)
}

// The selection of the console that was left last is that of the next one.
func TestRemember(t *testing.T) {
	t.Parallel()
	first := sit(t, remembers)
	tok := first.get(1)[0]
	none := console.Choice{}
	if got := first.Remembered(); got != none {
		t.Errorf("a new store remembers %+v", got)
	}
	second, third := first.opened(), first.opened()
	app := console.Choice{App: first.apps[1].ID}
	env := console.Choice{Environment: "cloud", Token: tok}

	first.does(session.Remember{Choice: app})
	if got := first.opened().Remembered(); got != none {
		t.Errorf("it is stored before the console is left: %+v", got)
	}
	first.left(env, app)
	if got := first.opened().Remembered(); got != app {
		t.Errorf("after the first: %+v", got)
	}
	second.left(env)
	next := first.opened()
	if got := next.Remembered(); got != env {
		t.Errorf("the console that was left last does not count: %+v", got)
	}
	third.left() // nothing was chosen in it
	if got := first.opened().Remembered(); got != env {
		t.Errorf("a console without a choice overwrites one: %+v", got)
	}
	other := first.opened()
	other.left(app)
	next.left(app, env) // as it began
	if got := first.opened().Remembered(); got != app {
		t.Errorf("a console with the choice that it began with writes it: %+v", got)
	}
}

// A choice from before the first reading is not overwritten by it.
func TestRememberBeforeTheFirstReading(t *testing.T) {
	t.Parallel()
	first := sit(t, remembers)
	app := console.Choice{App: first.apps[1].ID}
	first.left(console.Choice{App: first.apps[0].ID})
	d := &desk{t: t, now: first.now, api: first.api, clip: &clip{}, kept: first.kept,
		apps: first.apps}
	d.svc = d.other()
	d.Session = session.New(t.Context(), session.Options{
		Service: d.svc, Remembers: true,
		Follow: func(*console.Service) <-chan struct{} { return nil },
	})
	reading := d.Start(d.now)
	d.ask(session.Remember{Choice: app})
	d.run(reading...)
	d.left()
	if got := first.opened().Remembered(); got != app {
		t.Errorf("%+v", got)
	}
}

// What is gone is not remembered.
func TestRememberedIsThere(t *testing.T) {
	t.Parallel()
	d := sit(t, remembers)
	d.left(console.Choice{Environment: "gone", App: "app_gone", Token: "t_gone"})
	if got := d.opened().Remembered(); got != (console.Choice{}) {
		t.Errorf("%+v", got)
	}
}

// A demo remembers nothing, and neither does a console whose store cannot be written.
func TestRememberNothing(t *testing.T) {
	t.Parallel()
	d := sit(t)
	c := console.Choice{App: d.apps[1].ID}
	d.left(c)
	if got := d.opened().Remembered(); got != (console.Choice{}) {
		t.Errorf("a demo stored %+v", got)
	}
	d = sit(t, remembers)
	d.kept.updateErr = errDisk
	d.left(c)
	d.kept.updateErr = nil
	if got := d.opened().Remembered(); got != (console.Choice{}) {
		t.Errorf("a failed write stored %+v", got)
	}
}

// A locked console remembers too: the selection is no secret.
func TestRememberLocked(t *testing.T) {
	t.Parallel()
	d := sit(t, remembers)
	d.lock(true)
	c := console.Choice{App: d.apps[1].ID}
	d.left(c)
	if got := d.opened().Remembered(); got != c {
		t.Errorf("%+v", got)
	}
}
