package session_test

import (
	"errors"
	"testing"
	"time"

	"lanyard/ui/session"
)

func TestUndo(t *testing.T) {
	t.Parallel()
	d := sit(t)
	ids := d.get(3)
	d.does(session.Revoke{Token: ids[0]})
	d.now = d.now.Add(time.Second)
	d.does(session.Bulk{Verb: session.VerbRevoke, Tokens: ids[1:], Confirmed: true})
	d.facts = nil
	d.does(session.Undo{}) // the last decision, whole
	if u := once[session.Undone](d); u.Err != nil || len(u.Undone.Taken) != 2 ||
		u.Undone.Sent != 0 {
		t.Errorf("undone %+v", u)
	}
	if !d.row(ids[0]).Pending() || d.row(ids[1]).Pending() || d.row(ids[2]).Pending() {
		t.Error("others were taken back")
	}
	d.after(10 * time.Second)
	if len(d.api.revokes) != 1 || d.api.revokes[0] != fp(1) {
		t.Errorf("sent %v", d.api.revokes)
	}
	never[session.SettledElsewhere](d)
}

func TestUndoOne(t *testing.T) {
	t.Parallel()
	d := sit(t)
	ids := d.get(2)
	d.does(session.Bulk{Verb: session.VerbRevoke, Tokens: ids, Confirmed: true})
	d.facts = nil
	d.does(session.Undo{Token: ids[1], One: true})
	if u := once[session.Undone](d); u.Err != nil || len(u.Undone.Taken) != 1 {
		t.Errorf("undone %+v", u)
	}
	if !d.row(ids[0]).Pending() || d.row(ids[1]).Pending() {
		t.Error("another one was taken back")
	}
}

// If one revoke of a decision was sent, undo takes back the others.
func TestUndoAfterOneWasSent(t *testing.T) {
	t.Parallel()
	d := sit(t)
	ids := d.get(2)
	d.does(session.Bulk{Verb: session.VerbRevoke, Tokens: ids, Confirmed: true})
	if _, err := d.other().DeliverOne(t.Context(), ids[0]); err != nil {
		t.Fatal(err)
	}
	d.facts = nil
	d.does(session.Undo{Token: ids[1]})
	if u := once[session.Undone](d); u.Err != nil || u.Undone.Sent != 1 ||
		len(u.Undone.Taken) != 1 {
		t.Errorf("undone %+v", u)
	}
	never[session.SettledElsewhere](d)
}

func TestNothingToUndo(t *testing.T) {
	t.Parallel()
	d := sit(t)
	id := d.get(1)[0]
	if work := d.ask(session.Undo{}); len(work) > 0 {
		t.Error("nothing is undone")
	}
	if f := once[session.Refused](d); f.Reason != session.NothingToUndo {
		t.Errorf("refused for %d", f.Reason)
	}
	d.does(session.Revoke{Token: id})
	d.after(4 * time.Second)
	d.facts = nil
	d.does(session.Undo{Token: id})
	if u := once[session.Undone](d); u.Err == nil {
		t.Error("what was sent was taken back")
	}
	d.ask(session.Undo{})
	if f := once[session.Refused](d); f.Reason != session.NothingToUndo {
		t.Errorf("what was sent: refused for %d", f.Reason)
	}
}

func TestUndoTwiceAtOnce(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.does(session.Revoke{Token: d.get(1)[0]})
	d.facts = nil
	first := d.ask(session.Undo{})
	if d.ask(session.Undo{}); once[session.Refused](d).Reason != session.InFlight {
		t.Error("two undos run at once")
	}
	d.run(first...)
	once[session.Undone](d)
}

// A revoke can be undone as soon as it is decided, even before the board shows it.
func TestUndoBeforeTheBoardIsRead(t *testing.T) {
	t.Parallel()
	d := sit(t)
	id := d.get(1)[0]
	reading := d.apply(d.came(d.ask(session.Revoke{Token: id})...)...)
	undo := d.ask(session.Undo{})
	never[session.Refused](d)
	d.run(append(undo, reading...)...)
	if u := once[session.Undone](d); u.Err != nil || d.row(id).Pending() {
		t.Errorf("undone %+v", u)
	}
}

// A revoke can be undone while the decision is being stored. The undo starts when it is stored.
func TestUndoWhileTheDecisionIsStored(t *testing.T) {
	t.Parallel()
	d := sit(t)
	ids := d.get(3)
	for _, r := range []session.Request{
		session.Revoke{Token: ids[0]},
		session.Bulk{Verb: session.VerbRevoke, Tokens: ids[1:], Confirmed: true},
	} {
		d.facts = nil
		decision := d.ask(r)
		if !d.CanUndo() {
			t.Errorf("%T: it cannot be undone", r)
		}
		if work := d.ask(session.Undo{}); len(work) > 0 {
			t.Errorf("%T: the undo starts before there is a decision", r)
		}
		never[session.Refused](d)
		d.ask(session.Undo{})
		if f := once[session.Refused](d); f.Reason != session.InFlight {
			t.Errorf("%T: a second undo is refused for %d", r, f.Reason)
		}
		d.run(decision...)
		if u := once[session.Undone](d); u.Err != nil {
			t.Errorf("%T: %v", r, u.Err)
		}
		for _, id := range ids {
			if d.row(id).Pending() {
				t.Errorf("%T: %s is still being revoked", r, id)
			}
		}
	}
	d.after(10 * time.Second)
	if len(d.api.revokes) > 0 {
		t.Errorf("sent %v", d.api.revokes)
	}
}

// An undo that waits for a decision ends with it if the decision cannot be stored.
func TestUndoOfADecisionThatFails(t *testing.T) {
	t.Parallel()
	d := sit(t)
	id := d.get(1)[0]
	decision := d.ask(session.Revoke{Token: id})
	d.ask(session.Undo{})
	d.kept.updateErr = errors.New("disk full")
	d.run(decision...)
	d.kept.updateErr = nil
	if f := once[session.Decided](d); f.Err == nil {
		t.Fatal("the decision was stored")
	}
	never[session.Undone](d)
	d.ask(session.Undo{})
	if f := once[session.Refused](d); f.Reason != session.NothingToUndo {
		t.Errorf("refused for %d", f.Reason)
	}
}

// A reading that began before a decision does not list it. It can be undone nevertheless.
func TestUndoAfterAnOlderReading(t *testing.T) {
	t.Parallel()
	d := sit(t)
	id := d.get(1)[0]
	older := d.apply(d.came(d.ask(session.Get{App: d.apps[0].ID, Confirmed: true})...)...)
	reading := d.came(older...) // read before the decision is stored
	decision := d.ask(session.Revoke{Token: id})
	d.apply(d.came(decision...)...)
	newer := d.apply(reading...)
	if d.row(id).Pending() {
		t.Fatal("the reading has the decision already")
	}
	d.facts = nil
	if !d.CanUndo() {
		t.Error("it cannot be undone")
	}
	undo := d.ask(session.Undo{})
	never[session.Refused](d)
	d.run(append(undo, newer...)...)
	if u := once[session.Undone](d); u.Err != nil || d.row(id).Pending() || d.CanUndo() {
		t.Errorf("undone %+v", u)
	}
}

// An undo that waits for a decision takes back no older one if the decision cannot be stored.
func TestUndoOfADecisionThatFailsLeavesTheOlderOne(t *testing.T) {
	t.Parallel()
	d := sit(t)
	ids := d.get(3)
	d.does(session.Revoke{Token: ids[0]})
	for _, r := range []session.Request{
		session.Revoke{Token: ids[1]},
		session.Bulk{Verb: session.VerbRevoke, Tokens: ids[1:], Confirmed: true},
	} {
		d.facts = nil
		decision := d.ask(r)
		d.ask(session.Undo{})
		d.kept.updateErr = errors.New("disk full")
		d.run(decision...)
		d.kept.updateErr = nil
		never[session.Undone](d)
		if !d.row(ids[0]).Pending() {
			t.Fatalf("%T: the older one was taken back", r)
		}
	}
	// It waits for the last of several decisions, and for no later one.
	first := d.ask(session.Revoke{Token: ids[1]})
	d.now = d.now.Add(time.Second)
	last := d.ask(session.Revoke{Token: ids[2]})
	d.ask(session.Undo{})
	d.run(last...)
	d.run(first...)
	if d.row(ids[2]).Pending() || !d.row(ids[1]).Pending() || !d.row(ids[0]).Pending() {
		t.Error("another than the last one was taken back")
	}
}

// Without an undo window no revoke can be undone: not while it is decided, and not after it.
func TestNothingToUndoWithoutAWindow(t *testing.T) {
	t.Parallel()
	d := sit(t, func(o *options) { o.console.UndoWindow = 0 })
	decision := d.ask(session.Revoke{Token: d.get(1)[0]})
	refused := func(when string) {
		t.Helper()
		d.facts = nil
		if d.CanUndo() {
			t.Errorf("%s: it can be undone", when)
		}
		d.run(d.ask(session.Undo{})...)
		if f := once[session.Refused](d); f.Reason != session.NothingToUndo {
			t.Errorf("%s: refused for %d", when, f.Reason)
		}
	}
	refused("while it is decided")
	d.apply(d.came(decision...)...)
	refused("decided")
}

// A decision that the board does not list yet can be undone until it is due.
func TestUndoUntilItIsDue(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.apply(d.came(d.ask(session.Revoke{Token: d.get(1)[0]})...)...)
	if !d.CanUndo() {
		t.Error("it cannot be undone")
	}
	d.tick(d.now.Add(d.svc.UndoWindow()))
	if d.CanUndo() {
		t.Error("it can be undone when it is due")
	}
}
