//go:build !linux

package host

import "time"

// sinceNow counts by what the system offers.
func sinceNow() func() time.Duration { return sinceEither(processClocks()) }

// LeaseClock returns nil: there is no clock here that all processes share and nothing sets.
func LeaseClock() func() time.Time { return nil }
