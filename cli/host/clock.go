package host

import "time"

// NewClock returns a clock for the life of one process that neither jumps nor stands still. It
// starts at the wall clock, and then counts the time that really passed, also while the machine was
// suspended. Setting the wall clock changes no countdown.
func NewClock() func() time.Time {
	began := time.Now()
	elapsed := sinceNow()
	return func() time.Time { return began.Round(0).Add(elapsed()) }
}

// sinceEither counts by the monotonic clock, and by the wall clock where that has gone further: on
// systems whose monotonic clock stands still during a suspend, that is how a suspend shows. A wall
// clock that is set back changes nothing.
func sinceEither(wall func() time.Time, mono func() time.Duration) func() time.Duration {
	w, m := wall(), mono()
	return func() time.Duration { return max(mono()-m, wall().Sub(w)) }
}

// processClocks are the process's own.
func processClocks() (wall func() time.Time, mono func() time.Duration) {
	began := time.Now()
	return func() time.Time { return time.Now().Round(0) }, func() time.Duration { return time.Since(began) }
}
