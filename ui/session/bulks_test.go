package session_test

import (
	"testing"

	"lanyard/console"
	"lanyard/ui/session"
)

// A slow answer about some tokens does not delay the revoke of others.
func TestTwoBulksAtOnce(t *testing.T) {
	t.Parallel()
	d := sit(t)
	ids := d.get(4)
	slow := d.ask(session.Bulk{Verb: session.VerbProbe, Tokens: ids[:2], What: "first"})
	fast := d.ask(session.Bulk{
		Verb: session.VerbRevoke, Tokens: ids[2:], What: "second", Confirmed: true,
	})
	d.run(fast...)
	if f := once[session.BulkDone](d); f.What != "second" || len(f.Failures) > 0 {
		t.Errorf("summed up: %+v", f)
	}
	d.run(slow[1])
	never[session.BulkDone](d)
	d.run(slow[0])
	if f := once[session.BulkDone](d); f.What != "first" || len(f.Failures) > 0 {
		t.Errorf("summed up: %+v", f)
	}
}

// Renewals of one application run one after the other, also those of two bulks.
func TestTwoBulksRenewInTurn(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.api.refresh = true
	ids := d.get(4)
	work := d.ask(session.Bulk{Verb: session.VerbRenew, Tokens: ids[:2], What: "first"})
	second := session.Bulk{Verb: session.VerbRenew, Tokens: ids[2:], What: "second"}
	work = append(work, d.ask(second)...)
	if len(work) != 1 || len(d.Flights()) != 4 {
		t.Fatalf("%d renewals at once, in flight %v", len(work), d.Flights())
	}
	d.run(work...)
	sums := told[session.BulkDone](d)
	if len(sums) != 2 || sums[0].What != "first" || sums[1].What != "second" {
		t.Fatalf("summed up: %+v", sums)
	}
	for _, f := range sums {
		if len(f.Failures) > 0 {
			t.Errorf("summed up: %+v", f)
		}
	}
	if len(d.Flights()) > 0 {
		t.Errorf("still in flight: %v", d.Flights())
	}
}

// A queued renewal is tried and reported even if its token is gone by then.
func TestTokenVanishesWhileItWaits(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.api.refresh = true
	ids := d.get(3)
	work := d.ask(session.Bulk{Verb: session.VerbRenew, Tokens: ids})
	err := d.kept.Update(t.Context(), func(w console.Writer) error { return w.DropToken(ids[1]) })
	if err != nil {
		t.Fatal(err)
	}
	d.changed()
	d.run(work...)
	f := once[session.BulkDone](d)
	if len(f.Failures) != 1 || f.Failures[0].ID != ids[1] || f.Failures[0].Fingerprint != fp(2) {
		t.Errorf("summed up: %+v", f)
	}
	if len(d.Flights()) > 0 {
		t.Errorf("still in flight: %v", d.Flights())
	}
}

// A renewal outside of a bulk does not advance the queue of a bulk.
func TestRenewalBesideABulk(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.api.refresh = true
	ids := d.get(3)
	bulk := d.ask(session.Bulk{Verb: session.VerbRenew, Tokens: ids[:2]})
	alone := d.ask(session.Renew{Token: ids[2]})
	for _, w := range alone {
		more := d.apply(d.came(w)...)
		if len(more) != 1 { // the board is read
			t.Errorf("%d works follow", len(more))
		}
		d.run(more...)
	}
	never[session.BulkDone](d)
	d.run(bulk...)
	if f := once[session.BulkDone](d); len(f.Failures) > 0 {
		t.Errorf("summed up: %+v", f)
	}
}

// Tokens whose revoke was started lose their marks. A bulk of the marked tokens removes all marks.
// After a probe another verb may follow, so all stay marked.
func TestBulkTakesMarksAway(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		verb   session.Verb
		marked bool
		left   int
	}{
		{session.VerbRevoke, false, 1},
		{session.VerbRevoke, true, 0},
		{session.VerbProbe, false, 2},
		{session.VerbProbe, true, 2},
	} {
		d := sit(t)
		ids := d.get(2)
		d.ToggleMark(ids[0])
		d.ToggleMark(ids[1])
		d.ask(session.Bulk{Verb: c.verb, Tokens: ids[:1], Marked: c.marked, Confirmed: true})
		if left := d.Marked(); len(left) != c.left || d.Marks()[ids[0]] != (c.left == 2) {
			t.Errorf("%+v: marked are %v", c, left)
		}
	}
}
