package describe

import (
	"strconv"
	"time"

	"lanyard/console"
)

// Longer describes the longest acceptance of a token by a gateway after its bound; "" if there was
// none.
func Longer(l console.Longer) string {
	if l.By <= 0 {
		return ""
	}
	return "this gateway was seen to accept " + inSeconds(l.By) + " longer"
}

// Warning describes an acceptance of a token that the gateway should have refused; "" if there was
// none.
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
