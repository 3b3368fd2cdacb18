package describe

import (
	"strconv"
	"time"

	"lanyard/console"
)

// Longer tells that a gateway was seen to accept a token after its bound; "" if it never was.
func Longer(l console.Longer) string {
	if l.By <= 0 {
		return ""
	}
	return "this gateway was seen to accept " + inSeconds(l.By) + " longer"
}

// Warning tells that the gateway accepted a token when it should have refused it; "" if it did not.
func Warning(s console.Status) string {
	switch {
	case s.PastExpiry > 0:
		return "the gateway let it through " + inSeconds(s.PastExpiry) +
			" after its expiry: it allows for clocks that differ, or one is wrong"
	case s.Overrun > 0:
		return "the gateway let it through " + inSeconds(s.Overrun) + " after its window was over"
	}
	return ""
}

// inSeconds writes a length of time in whole seconds, rounded up as a bound must be.
func inSeconds(d time.Duration) string {
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10) + " s"
}
