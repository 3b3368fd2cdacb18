package session_test

import (
	"testing"
	"time"

	"lanyard/console"
	"lanyard/tokenapi"
	"lanyard/ui/session"
)

func TestDelivery(t *testing.T) {
	t.Parallel()
	d := sit(t)
	id := d.get(1)[0]
	d.does(session.Revoke{Token: id})
	if e := once[session.Decided](d); e.ID != id || e.Err != nil || e.Bulk {
		t.Errorf("decided %+v", e)
	}
	due := d.row(id).Token.RevokeAt
	if want := d.now.Add(3 * time.Second); !due.Equal(want) || !d.RevokesSoon() {
		t.Fatalf("due at %s, want %s; soon %t", due, want, d.RevokesSoon())
	}
	if d.run(d.tick(due.Add(-time.Nanosecond))...); len(d.api.revokes) > 0 {
		t.Fatal("sent before the undo window is over")
	}
	work := d.tick(due)
	if len(work) != 1 || !d.IsDelivering() {
		t.Fatalf("%d works when it is due", len(work))
	}
	if more := d.tick(due.Add(time.Minute)); len(more) > 0 {
		t.Error("it is sent twice")
	}
	d.now = due
	if d.run(work...); len(d.api.revokes) != 1 || d.IsDelivering() {
		t.Fatalf("%d revokes", len(d.api.revokes))
	}
	f := once[session.Delivery](d)
	if f.Err != nil || f.Token.ID != id || session.ExchangeOf(f) == 0 {
		t.Errorf("delivered %+v", f)
	}
	never[session.AllAccepted](d)
	d.after(time.Minute)
	if len(d.api.revokes) != 1 || d.row(id).Pending() {
		t.Error("it is sent again, or still shown as pending")
	}
}

// Each of several deliveries is reported. If all were accepted, their number is reported too.
func TestSeveralDeliveries(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err    error
		summed bool
	}{{nil, true}, {refused("revoke", "invalid_token"), false}} {
		d := sit(t)
		ids := d.get(3)
		d.does(session.Bulk{Verb: session.VerbRevoke, Tokens: ids, Confirmed: true})
		d.api.during = func(string) {
			if len(d.api.revokes) == 3 {
				d.api.revokeErr = c.err
			}
		}
		d.facts = nil
		d.after(4 * time.Second)
		if n := len(told[session.Delivery](d)); n != 3 {
			t.Errorf("%d deliveries told", n)
		}
		if sums := told[session.AllAccepted](d); len(sums) == 1 != c.summed {
			t.Errorf("summed up: %v", sums)
		} else if c.summed && sums[0].N != 3 {
			t.Errorf("%d accepted", sums[0].N)
		}
	}
}

// The revokes of the access and the refresh token of one row are reported as one.
func TestDeliveryOfAPair(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.api.refresh = true
	d.does(session.Revoke{Token: d.get(1)[0]})
	d.after(4 * time.Second)
	if len(d.api.revokes) != 2 {
		t.Fatalf("%d calls", len(d.api.revokes))
	}
	if f := once[session.Delivery](d); f.Kind != console.RevokeRefresh {
		t.Errorf("told of the %s token", f.Kind)
	}
	never[session.AllAccepted](d)
}

// Deliveries that fail in this program are tried again after 1 s, 2 s, 4 s … and at most 1 min.
func TestDeliveryBacksOff(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.does(session.Revoke{Token: d.get(1)[0]})
	d.kept.viewErr = errDisk
	attempt := func() []session.Work {
		for range 100 {
			if work := d.tick(d.Next()); d.IsDelivering() {
				return work
			}
		}
		t.Fatal("it is not tried again")
		return nil
	}
	d.run(attempt()...)
	for i, want := range []int{1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60, 60} {
		last := d.now
		work := attempt()
		if got := d.now.Sub(last); got != time.Duration(want)*time.Second {
			t.Fatalf("attempt %d: after %s, want %d s", i+2, got, want)
		}
		d.run(work...)
	}
	if f := once[session.NotDelivered](d); f.Err == nil {
		t.Error("no cause")
	}
	d.kept.viewErr = &console.Error{Code: "store_busy", Text: "the store is busy"}
	d.after(2 * time.Minute)
	once[session.NotDelivered](d) // another cause

	d.kept.viewErr = nil
	d.after(2 * time.Minute)
	if len(d.api.revokes) != 1 {
		t.Fatalf("%d revokes", len(d.api.revokes))
	}
	never[session.NotDelivered](d)
	d.get(1)
	d.does(session.Revoke{Token: d.held(1)})
	d.facts = nil
	d.kept.viewErr = &console.Error{Code: "store_busy", Text: "the store is busy"}
	d.after(3 * time.Second)
	once[session.NotDelivered](d) // the same cause as before, in between it was sent
	last := d.now
	if attempt(); d.now.Sub(last) != time.Second {
		t.Errorf("after a success it begins with %s", d.now.Sub(last))
	}
}

// If the server fails, the console names the time of the next try, and the session waits for it.
func TestServerFails(t *testing.T) {
	t.Parallel()
	d := sit(t)
	id := d.get(1)[0]
	d.does(session.Revoke{Token: id})
	d.api.revokeErr = &tokenapi.Error{Op: "revoke", Kind: tokenapi.KindTimeout, Sent: true}
	d.after(4 * time.Second)
	f := once[session.Delivery](d)
	if !f.Kept || f.Err == nil || d.Next().Before(d.row(id).Token.RevokeNext) {
		t.Fatalf("kept %t, %v", f.Kept, f.Err)
	}
	never[session.NotDelivered](d)
	d.api.revokeErr = nil
	d.after(10 * time.Second)
	if f := once[session.Delivery](d); f.Err != nil {
		t.Error(f.Err)
	}
}

// If another console is sending a due revoke, the session pauses between its tries.
func TestDeliveryOfAnother(t *testing.T) {
	t.Parallel()
	d := sit(t)
	id := d.get(1)[0]
	d.does(session.Revoke{Token: id})
	ok := false
	err := d.kept.Update(t.Context(), func(w console.Writer) (err error) {
		ok, err = w.Lease("token/"+id, "other", d.now, d.now.Add(time.Minute))
		return err
	})
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	d.after(10 * time.Second) // fails if it spins
	if len(d.api.revokes) > 0 {
		t.Error("both have sent it")
	}
}

func TestRefusedElsewhere(t *testing.T) {
	t.Parallel()
	d := sit(t)
	ids := d.get(2)
	d.does(session.Bulk{Verb: session.VerbRevoke, Tokens: ids, Confirmed: true})
	d.now = d.now.Add(5 * time.Second)
	d.api.revokeErr = refused("revoke", "invalid_token")
	if _, err := d.other().DeliverOne(t.Context(), ids[0]); err != nil {
		t.Fatal(err)
	}
	d.api.revokeErr = nil
	if _, err := d.other().DeliverOne(t.Context(), ids[1]); err != nil {
		t.Fatal(err)
	}
	d.facts = nil
	d.changed()
	if f := once[session.SettledElsewhere](d); f.Token.ID != ids[0] || f.Refusal == "" {
		t.Errorf("told %+v", f) // that the other was accepted is no news
	}
	d.changed()
	never[session.SettledElsewhere](d)
}

// A revoke that this session ended is reported by its own answer only.
func TestSettledHereIsNotToldTwice(t *testing.T) {
	t.Parallel()
	d := sit(t)
	ids := d.get(2)
	d.does(session.Revoke{Token: ids[0]})
	undo := d.ask(session.Undo{})
	undone := d.came(undo...)
	d.changed() // read before the answer is filed
	d.run(d.apply(undone...)...)
	never[session.SettledElsewhere](d)

	d.does(session.Revoke{Token: ids[1]})
	d.api.revokeErr = refused("revoke", "invalid_token")
	d.now = d.now.Add(4 * time.Second)
	sent := d.came(d.tick(d.now)...)
	d.changed()
	d.run(d.apply(sent...)...)
	once[session.Delivery](d)
	never[session.SettledElsewhere](d)
}

// If the store fails after the decision, the decided revoke is still sent.
func TestDeliveryIsNotForgotten(t *testing.T) {
	t.Parallel()
	d := sit(t)
	decided := d.came(d.ask(session.Revoke{Token: d.get(1)[0]})...)
	d.kept.viewErr = errDisk
	d.run(d.apply(decided...)...)
	d.after(10 * time.Second)
	once[session.NotDelivered](d)
	d.kept.viewErr = nil
	if d.after(time.Minute); len(d.api.revokes) != 1 {
		t.Errorf("%d revokes", len(d.api.revokes))
	}
}

// After a restored backup no revoke is reported as ended elsewhere.
func TestRestoredSettlesNothing(t *testing.T) {
	t.Parallel()
	d := sit(t)
	id := d.get(1)[0]
	before := d.stored()
	d.does(session.Revoke{Token: id})
	before.Restored = 7
	d.file(before)
	once[session.Restored](d)
	never[session.SettledElsewhere](d)
}

// A revoke counts as sent soon during the whole undo window, even if quitting would not wait for
// it.
func TestRevokesSoon(t *testing.T) {
	t.Parallel()
	d := sit(t, func(o *options) { o.console.UndoWindow = time.Minute })
	if id := d.get(1)[0]; d.RevokesSoon() {
		t.Error("nothing is pending")
	} else {
		d.does(session.Revoke{Token: id})
	}
	for range 59 {
		if d.after(time.Second); !d.RevokesSoon() {
			t.Fatalf("at %s the revoke is not counted", d.now)
		}
	}
	if d.after(2 * time.Second); d.RevokesSoon() || len(d.api.revokes) != 1 {
		t.Errorf("%d revokes were sent", len(d.api.revokes))
	}
}
