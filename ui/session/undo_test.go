package session_test

import (
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
