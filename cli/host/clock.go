package host

import "time"

// NewClock returns a clock for the life of one process that never jumps and never stops. It starts
// at the wall clock and then counts elapsed time, including the time that the machine is suspended.
// Setting the wall clock does not change it.
func NewClock() func() time.Time {
	began := time.Now()
	elapsed := sinceNow()
	return func() time.Time { return began.Round(0).Add(elapsed()) }
}

// sinceEither returns the elapsed time by the monotonic clock or the wall clock, whichever is more.
// On systems whose monotonic clock stops during a suspend, the wall clock shows the suspend.
// Setting the wall clock back has no effect.
func sinceEither(wall func() time.Time, mono func() time.Duration) func() time.Duration {
	w, m := wall(), mono()
	return func() time.Duration { return max(mono()-m, wall().Sub(w)) }
}

// processClocks returns the wall clock and the monotonic clock of this process.
func processClocks() (wall func() time.Time, mono func() time.Duration) {
	began := time.Now()
	return func() time.Time { return time.Now().Round(0) },
		func() time.Duration { return time.Since(began) }
}
