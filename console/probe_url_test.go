package console_test

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/tokenapi"
)

// A check uses stored controls, and sends new ones within their limits.
func TestCheckProbeURL(t *testing.T) {
	t.Parallel()
	for status, worth := range map[int]console.URLWorth{
		200: console.WorthOpen, 204: console.WorthOpen, 404: console.WorthNothing,
		405: console.WorthNothing, 500: console.WorthFailing, 429: console.WorthFailing,
		401: console.WorthFine, 403: console.WorthFine, 302: console.WorthFine,
	} {
		g := newGate(t, func(_ *gate, w http.ResponseWriter, _ *http.Request,
			_ bool) {
			w.WriteHeader(status)
		})
		got := must[console.ProbeURLCheck](t)(g.s.CheckProbeURL(t.Context(), g.app))
		if got.Worth != worth || got.Status != status || !got.Kept.IsZero() {
			t.Errorf("%d: %+v", status, got)
		}
		if all, made := g.asked(); all != 1 || made != 1 {
			t.Errorf("%d: %d calls, %d with a made-up token", status, all, made)
		}
	}
}

// A check sends a control once in 5 minutes, or a minute after one that showed nothing. The last
// ones of a day are left to refusals. A stored control is shown with its time.
func TestCheckProbeURLKeepsTheLimits(t *testing.T) {
	t.Parallel()
	var status atomic.Int32
	status.Store(401)
	g := newGate(t, func(_ *gate, w http.ResponseWriter, _ *http.Request, good bool) {
		if !good {
			w.WriteHeader(int(status.Load()))
		}
	})
	check := func(want int, worth console.URLWorth, kept time.Time) console.ProbeURLCheck {
		t.Helper()
		got := must[console.ProbeURLCheck](t)(g.s.CheckProbeURL(t.Context(), g.app))
		if _, made := g.asked(); made != want || got.Worth != worth || !got.Kept.Equal(kept) {
			t.Errorf("%d made-up tokens, want %d: %+v", made, want, got)
		}
		return got
	}
	// of another form than the token here
	g.sees(g.token().ID, tokenapi.Accepted, tokenapi.WhyLetThrough)
	first := g.clock.Now()
	check(1, console.WorthFine, first)
	g.s = g.console() // another process
	g.clock.advance(5*time.Minute - time.Second)
	check(1, console.WorthFine, first)
	g.clock.advance(2 * time.Second)
	status.Store(503)
	check(2, console.WorthFailing, time.Time{})
	check(2, console.WorthFine, first) // the earlier result, with its time
	g.clock.advance(time.Minute)
	status.Store(404)
	check(3, console.WorthNothing, time.Time{})
	for n := 4; n <= 15; n++ {
		g.clock.advance(6 * time.Minute)
		check(n, console.WorthNothing, time.Time{})
	}
	last := g.clock.Now()
	g.clock.advance(6 * time.Minute)
	check(15, console.WorthNothing, last)
	g.clock.advance(-24 * time.Hour) // a record from the future does not count
	status.Store(503)
	check(16, console.WorthFailing, time.Time{})
	check(16, console.WorthUnknown, time.Time{})

	none := newGate(t,
		func(_ *gate, w http.ResponseWriter, _ *http.Request, _ bool) { w.WriteHeader(500) })
	g = none
	check(1, console.WorthFailing, time.Time{})
	if got := check(1, console.WorthUnknown, time.Time{}); got.Status != 0 ||
		got.Why != console.WhyControlSpent {
		t.Errorf("%+v", got)
	}
	g.app.ProbeURL = ""
	_, err := g.s.CheckProbeURL(t.Context(), g.app)
	refusal(t, err, "no_probe_url")
}
