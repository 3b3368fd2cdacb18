package session_test

import (
	"testing"
	"time"

	"lanyard/console"
	"lanyard/ui/session"
)

// busy returns a desk of a demo, whose client calls every second.
func busy(t *testing.T) *desk {
	t.Helper()
	return sit(t, func(o *options) { o.Traffic = true })
}

// The client calls once a second with each token that is not over, on the session's clock.
func TestTraffic(t *testing.T) {
	t.Parallel()
	d := busy(t)
	if at := d.Next(); !at.IsZero() || d.Traffic() != session.TrafficRunning {
		t.Errorf("without a token the next thing is at %s", at)
	}
	d.get(2)
	d.now = session.Second(d.now).Add(time.Second)
	d.run(d.tick(d.now)...)
	before := d.api.probes
	d.after(10 * time.Second)
	if n := d.api.probes - before; n != 20 {
		t.Errorf("%d calls in ten seconds with two tokens, want 20", n)
	}
	if n := len(d.row(d.held(0)).Token.Probes); n < 11 {
		t.Errorf("the board shows %d calls", n)
	}
	for _, f := range d.facts {
		switch f.(type) {
		case session.BoardFiled, session.Judged:
		default:
			t.Errorf("the traffic reports %T", f)
		}
	}
}

// The tokens that the client uses are looked for when the board changes, not at each message.
func TestTrafficLooksOnce(t *testing.T) {
	t.Parallel()
	d := busy(t)
	d.get(2)
	first := d.InUse()
	d.Next()
	d.tick(d.now.Add(time.Millisecond))
	if again := d.InUse(); len(first) != 2 || &again[0] != &first[0] {
		t.Errorf("%v, and again %v", first, again)
	}
	d.does(session.SetTraffic{})
	d.after(2 * time.Hour) // both expire
	if left := d.InUse(); len(left) != 0 {
		t.Errorf("tokens that are over are in use: %v", left)
	}
}

// One round of calls is in flight at a time, however long it takes.
func TestTrafficDoesNotPileUp(t *testing.T) {
	t.Parallel()
	d := busy(t)
	d.get(1)
	round := d.tick(d.now.Add(time.Second))
	if len(round) != 1 {
		t.Fatalf("%d rounds are due", len(round))
	}
	if again := d.tick(d.now.Add(time.Minute)); len(again) > 0 {
		t.Errorf("%d rounds are due while one is in flight", len(again))
	}
	d.run(d.apply(d.came(round...)...)...)
}

// Paused traffic sends nothing. When it goes on, it calls at once.
func TestTrafficPauses(t *testing.T) {
	t.Parallel()
	d := busy(t)
	d.get(1)
	d.does(session.SetTraffic{})
	if f := once[session.TrafficSet](d); f.On || d.Traffic() != session.TrafficPaused {
		t.Errorf("paused: %+v, %d", f, d.Traffic())
	}
	d.does(session.SetTraffic{})
	never[session.TrafficSet](d)
	before := d.api.probes
	d.after(time.Minute)
	if d.api.probes != before {
		t.Errorf("%d calls while it is paused", d.api.probes-before)
	}
	if at := d.Next(); at.Before(d.now.Add(time.Minute)) {
		t.Errorf("the next thing is at %s while it is paused", at)
	}
	d.does(session.SetTraffic{On: true})
	if f := once[session.TrafficSet](d); !f.On || d.api.probes != before+1 {
		t.Errorf("it goes on: %+v, %d calls", f, d.api.probes-before)
	}
}

// A revoked token is used until the gateway has refused it three times.
func TestTrafficStopsAtTheDeath(t *testing.T) {
	t.Parallel()
	d := busy(t)
	id := d.get(1)[0]
	d.does(session.Revoke{Token: id})
	d.after(10 * time.Second)
	if r := d.row(id); r.State != console.Lingering {
		t.Fatalf("it is %s", r.State)
	}
	before := d.api.probes
	d.after(5 * time.Second)
	if n := d.api.probes - before; n != 5 {
		t.Errorf("%d calls in five seconds with the revoked token", n)
	}
	d.api.gateway = 401
	d.after(5 * time.Second)
	if r := d.row(id); r.State != console.Dead {
		t.Errorf("after the refusals it is %s", r.State)
	}
	before = d.api.probes
	d.after(time.Minute)
	if n := d.api.probes - before; n > 0 {
		t.Errorf("%d calls with the dead token", n)
	}
	if at := d.Next(); !at.IsZero() && at.Before(d.now.Add(time.Minute)) {
		t.Errorf("the next thing is at %s, with a dead token alone", at)
	}
}

// Quitting waits for no call, and makes no more of them.
func TestTrafficEndsWithTheConsole(t *testing.T) {
	t.Parallel()
	d := busy(t)
	d.get(1)
	round := d.tick(d.now.Add(time.Second))
	if len(round) != 1 {
		t.Fatalf("%d rounds are due", len(round))
	}
	d.does(session.Quit{})
	once[session.Finished](d)
	d.run(d.apply(d.came(round...)...)...)
	before := d.api.probes
	if d.after(time.Minute); d.api.probes != before {
		t.Errorf("%d calls after the end", d.api.probes-before)
	}
}

// Outside of a demo there is no traffic, and none can be begun.
func TestNoTraffic(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.get(1)
	d.does(session.SetTraffic{On: true})
	d.does(session.SetTraffic{})
	never[session.TrafficSet](d)
	if d.after(time.Minute); d.api.probes > 0 || d.Traffic() != session.TrafficOff {
		t.Errorf("%d calls, state %d", d.api.probes, d.Traffic())
	}
}

// A locked store sends nothing.
func TestTrafficWaitsForTheKey(t *testing.T) {
	t.Parallel()
	d := busy(t)
	d.get(1)
	d.lock(true)
	d.changed()
	before := d.api.probes
	if round := d.tick(d.now.Add(time.Minute)); len(round) > 0 {
		t.Errorf("%d rounds are due while the store is locked", len(round))
	}
	d.lock(false)
	d.changed()
	if d.after(2 * time.Second); d.api.probes == before {
		t.Error("no call after the store was opened")
	}
}
