//go:build !linux

package cli

import "time"

// sinceNow counts by what the system offers.
func sinceNow() func() time.Duration { return sinceEither(theClocks()) }
