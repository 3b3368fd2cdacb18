package cli

import "time"

// newClock gives a clock for the life of one process that neither jumps nor stands still: it starts at the
// wall clock and from there counts the time that really passed, also while the machine was suspended. Setting
// the wall clock meanwhile changes no countdown.
func newClock() func() time.Time {
	began := time.Now()
	elapsed := sinceNow()
	return func() time.Time { return began.Round(0).Add(elapsed()) }
}

// sinceWall counts by the monotonic clock, and by the wall clock where that has gone further: on systems whose
// monotonic clock stands still during a suspend, that is how a suspend shows.
func sinceWall(now func() time.Time) func() time.Duration {
	began := now()
	return func() time.Duration {
		t := now()
		return max(t.Sub(began), t.Round(0).Sub(began.Round(0)))
	}
}
