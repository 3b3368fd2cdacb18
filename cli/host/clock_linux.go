package host

import (
	"time"

	"golang.org/x/sys/unix"
)

// sinceNow counts by CLOCK_BOOTTIME, which goes on during a suspend and is not set by anybody.
func sinceNow() func() time.Duration {
	began, ok := bootTime()
	if !ok {
		return sinceEither(processClocks())
	}
	return func() time.Duration {
		now, _ := bootTime()
		return now - began
	}
}

func bootTime() (time.Duration, bool) {
	var t unix.Timespec
	err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &t)
	return time.Duration(t.Nano()), err == nil
}

// LeaseClock returns a clock that counts the time since the machine was started, also while it was
// suspended. All processes share it, and nothing sets it. It returns nil if there is none.
func LeaseClock() func() time.Time {
	if _, ok := bootTime(); !ok {
		return nil
	}
	return func() time.Time {
		now, _ := bootTime()
		return time.Unix(0, 0).Add(now)
	}
}
