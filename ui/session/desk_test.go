package session_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi"
	"lanyard/ui/session"
)

// desk is a session on a real console.Service, with a store in memory and a scripted API. Its clock
// stands still until the test moves it. The test runs the work.
type desk struct {
	*session.Session
	t     testing.TB
	now   time.Time
	api   *api
	clip  *clip
	kept  *keeper
	svc   *console.Service
	apps  []console.Application
	facts []session.Fact // reported, and not taken yet
}

// options are changed by a test before the desk is made.
type options struct {
	session.Options
	console console.Options
	app     func(*console.Application)
	now     time.Time
	clock   func() time.Time
}

// sit returns a desk whose board was read. Its applications are Orders and Payments.
func sit(t testing.TB, change ...func(*options)) *desk {
	t.Helper()
	st, err := store.OpenMemory(t.Context(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	d := &desk{t: t, clip: &clip{}, kept: &keeper{Store: st}}
	d.kept.key = console.KeyStatus{Kind: "passphrase", Place: "a passphrase, in the store",
		Asks: true}
	o := options{now: t0, app: func(*console.Application) {},
		clock: func() time.Time { return d.now }}
	o.console = console.Options{
		Vault:      openVault{},
		Connect:    func(console.Environment) (console.API, error) { return d.api, nil },
		UndoWindow: 3 * time.Second, DueBefore: time.Minute, Attended: true, Owner: "test",
	}
	o.Clipboard, o.ClearAfter, o.AsksPassphrase = d.clip, 45*time.Second, true
	o.Follow = func(*console.Service) <-chan struct{} { return nil }
	for _, f := range change {
		f(&o)
	}
	d.now = o.now
	d.api = &api{clock: o.clock, gateway: 200}
	for _, name := range []string{"Orders", "Payments"} {
		a := console.Application{
			Name: console.Private(name), KeyType: "PRODUCTION", ConsumerKey: console.Private(name),
			ProbeURL: console.Private("https://gw.example/" + name),
			Grant:    tokenapi.GrantClientCredentials, Source: console.FromConfig,
			Secret: console.SecretAvailable, Environment: console.Environment{
				Name: "cloud", CacheTTL: 15 * time.Minute, Regime: console.RegimeAuto,
				ClientAuth: tokenapi.AuthBasic, Timeout: time.Second, Endpoints: console.Endpoints{
					TokenURL: "https://gw.example/token", RevokeURL: "https://gw.example/revoke",
					DeviceURL: "https://gw.example/device",
				},
			},
		}
		o.app(&a)
		a.ID = a.Identity()
		d.apps = append(d.apps, a)
	}
	o.console.Clock, o.console.Keeper, o.console.Applications = o.clock, d.kept, d.apps
	d.svc = d.service(o.console)
	o.Service = d.svc
	d.Session = session.New(t.Context(), o.Options)
	d.run(d.Start(d.now)...)
	d.facts = nil
	return d
}

func (d *desk) service(o console.Options) *console.Service {
	d.t.Helper()
	svc, err := console.New(o)
	if err != nil {
		d.t.Fatal(err)
	}
	return svc
}

// other returns another console on the same store.
func (d *desk) other() *console.Service {
	d.t.Helper()
	return d.service(console.Options{
		Clock: func() time.Time { return d.now }, Keeper: d.kept, Vault: openVault{},
		Connect:      func(console.Environment) (console.API, error) { return d.api, nil },
		Applications: d.apps, UndoWindow: 3 * time.Second, Attended: true, Owner: "other",
	})
}

// ask starts a request and returns its work, which has not run.
func (d *desk) ask(r session.Request) []session.Work {
	d.t.Helper()
	return d.noted(d.Do(r, d.now))
}

// noted collects the new facts, and returns work.
func (d *desk) noted(work []session.Work) []session.Work {
	d.facts = append(d.facts, d.Facts()...)
	return work
}

// apply applies events, and returns the work that follows.
func (d *desk) apply(events ...session.Event) (work []session.Work) {
	for _, e := range events {
		work = append(work, d.noted(d.Apply(e, d.now))...)
	}
	return work
}

// stored returns what the store holds.
func (d *desk) stored() console.Board {
	d.t.Helper()
	b, err := d.svc.Board(d.t.Context())
	if err != nil {
		d.t.Fatal(err)
	}
	return b
}

// file applies a reading that is newer than all before.
func (d *desk) file(b console.Board) []session.Work {
	return d.apply(session.BoardRead{Ticket: max(d.Tickets()) + 1, Board: b})
}

// came runs work, and returns its events, which are not applied.
func (d *desk) came(work ...session.Work) (events []session.Event) {
	for _, w := range work {
		events = append(events, w(d.t.Context()))
	}
	return events
}

// run runs work and all that follows from it, first in, first out.
func (d *desk) run(work ...session.Work) {
	d.t.Helper()
	for n := 0; len(work) > 0; n++ {
		if n > 1000 {
			d.t.Fatal("the work never ends")
		}
		work = append(work[1:], d.apply(d.came(work[0])...)...)
	}
}

// does starts a request, and runs all that follows.
func (d *desk) does(r session.Request) {
	d.t.Helper()
	d.run(d.ask(r)...)
}

// quits quits, and returns the work that follows when the store was checked.
func (d *desk) quits() []session.Work {
	d.t.Helper()
	return d.apply(d.came(d.ask(session.Quit{})...)...)
}

// changed reports a change of the store, and runs all that follows.
func (d *desk) changed() {
	d.t.Helper()
	d.run(d.apply(session.StoreChanged{})...)
}

// tick moves the clock, and returns the work that is due.
func (d *desk) tick(at time.Time) []session.Work {
	d.now = at
	return d.noted(d.Tick(d.now))
}

// after lets time pass from one due instant to the next, and runs all work. It fails if the session
// makes no progress.
func (d *desk) after(length time.Duration) {
	d.t.Helper()
	end := d.now.Add(length)
	for n := 0; ; n++ {
		at := d.Next()
		if at.IsZero() || at.After(end) {
			break
		}
		if n > 20+10*int(length/time.Second) {
			d.t.Fatalf("the session spins at %s", d.now)
		}
		if at.After(d.now) {
			d.now = at
		}
		d.run(d.tick(d.now)...)
	}
	d.now = end
	d.run(d.tick(end)...)
}

// get gets n tokens of the first application.
func (d *desk) get(n int) (ids []string) {
	d.t.Helper()
	for range n {
		d.does(session.Get{App: d.apps[0].ID, Confirmed: true})
		d.now = d.now.Add(time.Millisecond)
	}
	for _, f := range told[session.Got](d) {
		if f.Err != nil {
			d.t.Fatal(f.Err)
		}
		ids = append(ids, f.Outcome.Token.ID)
	}
	d.facts = nil
	return ids
}

// row returns the row of a token.
func (d *desk) row(id string) *session.Row {
	d.t.Helper()
	r := d.Board().Row(id)
	if r == nil {
		d.t.Fatalf("%s is not on the board", id)
	}
	return r
}

// told removes the facts of one type from the collected ones, and returns them.
func told[F session.Fact](d *desk) (some []F) {
	d.facts = slices.DeleteFunc(d.facts, func(f session.Fact) bool {
		one, ok := f.(F)
		if ok {
			some = append(some, one)
		}
		return ok
	})
	return some
}

// once removes and returns the only fact of a type.
func once[F session.Fact](d *desk) (f F) {
	d.t.Helper()
	some := told[F](d)
	if len(some) != 1 {
		d.t.Fatalf("%T was told %d times; the others are %v", f, len(some), d.kinds())
	}
	return some[0]
}

// never fails if a fact of a type was reported.
func never[F session.Fact](d *desk) {
	d.t.Helper()
	if some := told[F](d); len(some) > 0 {
		d.t.Errorf("%T was told: %+v", some[0], some)
	}
}

// kinds returns the types of the collected facts.
func (d *desk) kinds() (names []string) {
	for _, f := range d.facts {
		names = append(names, reflect.TypeOf(f).Name())
	}
	return names
}

// lock locks the store, or opens it without an event.
func (d *desk) lock(on bool) { d.kept.key.Locked = on }

// held returns the ID of a token, counted from the oldest.
func (d *desk) held(i int) string { return slices.Collect(d.Tokens())[i].ID }
