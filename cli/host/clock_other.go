//go:build !linux

package host

import "time"

// sinceNow measures elapsed time by the clocks of the process.
func sinceNow() func() time.Duration { return sinceEither(processClocks()) }

// LeaseClock returns nil: this system has no clock that all processes share and that cannot be set.
func LeaseClock() func() time.Time { return nil }
