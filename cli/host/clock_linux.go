package host

import (
	"time"

	"golang.org/x/sys/unix"
)

// sinceNow measures elapsed time by CLOCK_BOOTTIME, which includes suspends and cannot be set.
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

// LeaseClock returns a clock that counts the time since the machine booted, including suspends. All
// processes share it, and it cannot be set. LeaseClock returns nil if there is no such clock.
func LeaseClock() func() time.Time {
	if _, ok := bootTime(); !ok {
		return nil
	}
	return func() time.Time {
		now, _ := bootTime()
		return time.Unix(0, 0).Add(now)
	}
}
