package session_test

import (
	"testing"
	"time"

	"lanyard/console"
	"lanyard/ui/session"
)

// ended returns the IDs and the states of the tokens whose end was reported.
func (d *desk) ended() (ids []string, states []console.State) {
	for _, f := range told[session.Ended](d) {
		for _, e := range f.All {
			ids, states = append(ids, e.Row.ID), append(states, e.Status.State)
		}
	}
	return ids, states
}

// endedOnly fails if anything else was reported than the end of one token.
func (d *desk) endedOnly(id string, st console.State) {
	d.t.Helper()
	ids, states := d.ended()
	if len(ids) != 1 || ids[0] != id || states[0] != st {
		d.t.Errorf("told that %v are %v, not that %s is %s", ids, states, id, st)
	}
}

// stays lets a day pass, with readings, and fails if an end is reported.
func (d *desk) stays() {
	d.t.Helper()
	d.changed()
	d.after(24 * time.Hour)
	d.changed()
	never[session.Ended](d)
}

func TestEndedExpiredOnce(t *testing.T) {
	t.Parallel()
	d := sit(t)
	id := d.get(1)[0]
	d.after(d.row(id).Token.ExpiresAt.Sub(d.now) - time.Nanosecond)
	never[session.Ended](d)
	d.after(time.Second)
	d.endedOnly(id, console.Expired)
	d.stays()
}

// All that ended during a long sleep is one fact, the earliest first.
func TestEndedWhileAsleep(t *testing.T) {
	t.Parallel()
	d := sit(t)
	ids := d.get(2)
	d.run(d.tick(d.now.Add(5 * time.Hour))...)
	all := once[session.Ended](d).All
	if len(all) != 2 || all[0].Row.ID != ids[0] || all[1].Row.ID != ids[1] {
		t.Errorf("told %+v", all)
	}
	d.stays()
}

func TestEndedDeadOnce(t *testing.T) {
	t.Parallel()
	d := sit(t)
	id := d.get(1)[0]
	d.does(session.Revoke{Token: id})
	d.after(10 * time.Minute)
	never[session.Ended](d)
	d.after(6 * time.Minute) // the gateway's window is 15
	d.endedOnly(id, console.Dead)
	d.stays()
}

func TestEndedReplacedOnce(t *testing.T) {
	t.Parallel()
	d := sit(t, func(o *options) {
		o.app = func(a *console.Application) { a.Environment.Regime = console.RegimeOpaque }
	})
	d.api.refresh = true
	id := d.get(1)[0]
	d.does(session.Renew{Token: id})
	d.after(16 * time.Minute)
	d.endedOnly(id, console.Superseded)
}

// A token that another console has got, and that has ended before it was on the board, is reported
// if it ended after the start. Others are not.
func TestEndedBetweenTwoLooks(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.api.lasts = 60
	if _, err := d.other().Get(t.Context(), d.apps[0].ID, console.GetOptions{}); err != nil {
		t.Fatal(err)
	}
	d.now = d.now.Add(2 * time.Minute)
	b := d.stored()
	late := sit(t, func(o *options) { o.now = d.now })
	late.file(b)
	never[session.Ended](late)
	d.changed()
	d.endedOnly(d.held(0), console.Expired)
	d.stays()
}

// refused returns a revoked token that the gateway refuses from now on.
func (d *desk) refused() string {
	id := d.get(1)[0]
	d.does(session.Revoke{Token: id})
	d.after(10 * time.Second)
	d.api.gateway = 401
	return id
}

// The answer to a probe reports the death that it proves, and so does the end of a probe loop.
func TestEndedIsNotToldBesideAnAnswer(t *testing.T) {
	t.Parallel()
	for _, loop := range []bool{false, true} {
		d := sit(t)
		id := d.refused()
		if loop {
			d.does(session.ProbeUntilDead{Tokens: []string{id}, Confirmed: true})
			d.after(30 * time.Second)
			once[session.ProbesEnded](d)
		}
		for range 3 {
			d.does(session.Probe{Token: id})
			d.after(2 * time.Second)
		}
		if st := d.row(id).State; st != console.Dead {
			t.Fatalf("it is %s", st)
		}
		d.stays()
	}
}

// A reading may show a death while the answer of the probe that proves it is under way.
func TestEndedWaitsForAnAnswer(t *testing.T) {
	t.Parallel()
	for _, answer := range []bool{false, true} {
		d := sit(t)
		id := d.refused()
		other := d.other()
		probe := func() {
			if _, _, err := other.Probe(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			d.now = d.now.Add(2 * time.Second)
		}
		probe()
		probe()
		var work []session.Work
		if answer {
			work = d.ask(session.Probe{Token: id})
		} else {
			work = d.ask(bare(id))
		}
		var events []session.Event
		if answer {
			events = d.came(work...) // stored, and not applied
		} else {
			probe()
			events = d.came(work...)
		}
		d.changed()
		if st := d.row(id).State; st != console.Dead {
			t.Fatalf("it is %s", st)
		}
		never[session.Ended](d)
		d.run(d.apply(events...)...)
		if answer {
			never[session.Ended](d)
		} else {
			d.endedOnly(id, console.Dead)
		}
		d.stays()
	}
}

// Two rows of one access token have one end, and it is reported again if the token has lived again.
func TestEndedOncePerAccessToken(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.get(1)
	b := d.stored()
	feed := func(first, second time.Duration) {
		both := b
		one := b.Tokens[0]
		one.AccessHash, one.ExpiresAt = "hash", d.now.Add(first)
		two := one
		two.ID, two.AppID, two.ExpiresAt = "t_two", d.apps[1].ID, d.now.Add(second)
		both.Tokens = []console.Token{one, two}
		d.file(both)
	}
	for range 2 {
		feed(time.Hour, time.Hour)
		never[session.Ended](d)
		d.tick(d.now.Add(2 * time.Hour))
		d.endedOnly(b.Tokens[0].ID, console.Expired)
		d.tick(d.now.Add(2 * time.Hour))
		never[session.Ended](d)
	}
	feed(time.Hour, 3*time.Hour) // as long as one of them lives, the token does
	d.tick(d.now.Add(2 * time.Hour))
	never[session.Ended](d)
	d.tick(d.now.Add(2 * time.Hour))
	d.endedOnly(b.Tokens[0].ID, console.Expired)
}

// A restored backup shows what its tokens are, and not that they have just ended.
func TestEndedNotOfARestoredStore(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.get(1)
	b := d.stored()
	d.now = d.now.Add(time.Minute)
	b.Restored++
	b.Tokens[0].ExpiresAt = d.now.Add(-time.Second)
	d.file(b)
	never[session.Ended](d)
}
