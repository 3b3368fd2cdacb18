package session_test

import (
	"testing"
	"time"

	"lanyard/ui/session"
)

// The tour goes on when a revoke was accepted before any reading showed that it was decided.
func TestTourSeesAnAcceptedRevoke(t *testing.T) {
	t.Parallel()
	d := sit(t, func(o *options) { o.console.UndoWindow = 0 })
	tour := &session.Tour{}
	id := d.get(1)[0]
	d.does(session.Probe{Token: id})
	if !d.ObserveTour(tour) || tour.Step() != 2 || d.ObserveTour(tour) {
		t.Fatalf("after a get and a probe it is at step %d", tour.Step())
	}
	d.after(time.Second)
	d.does(session.Revoke{Token: id})
	d.after(2 * time.Second)
	if !d.ObserveTour(tour) || tour.Step() != 4 {
		t.Errorf("after an accepted revoke it is at step %d", tour.Step())
	}
}

// The log and the help count in the last step only. A nil tour is over.
func TestTourLookedUp(t *testing.T) {
	t.Parallel()
	d := sit(t)
	tour := &session.Tour{}
	if tour.LookedUp() || tour.Over() || tour.Step() != 0 {
		t.Errorf("it is at step %d before the first one was done", tour.Step())
	}
	id := d.get(1)[0]
	d.does(session.Probe{Token: id})
	d.does(session.Revoke{Token: id})
	d.after(4 * time.Second)
	d.api.gateway = 401
	for range 3 {
		d.does(session.Probe{Token: id})
		d.after(2 * time.Second)
	}
	d.ObserveTour(tour)
	if tour.Step() != session.TourSteps-1 || tour.Over() {
		t.Fatalf("after the refusal it is at step %d", tour.Step())
	}
	if !tour.LookedUp() || !tour.Over() || d.ObserveTour(tour) || tour.LookedUp() {
		t.Error("the last step does not end it")
	}
	if none := (*session.Tour)(nil); !none.Over() || none.LookedUp() || d.ObserveTour(none) {
		t.Error("no tour goes on")
	}
}
