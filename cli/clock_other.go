//go:build !linux

package cli

import "time"

// sinceNow counts by what the system offers.
func sinceNow() func() time.Duration { return sinceEither(theClocks()) }

// leaseClock is nil: there is no clock here that all processes share and nobody sets.
func leaseClock() func() time.Time { return nil }
