package console

import (
	"time"

	"lanyard/tokenapi"
)

// vainAnswers is after how many answers in a row that no time changes probing until dead ends.
const vainAnswers = 3

// afterWindow is how long after a token's time nothing new is to be expected of its gateway.
const afterWindow = time.Minute

// ProbeInVain says that no probe of this URL can prove anything, and that waiting changes nothing
// about it: only another probe URL or configuration does.
func ProbeInVain(ans tokenapi.ProbeAnswer) bool {
	return ans.Why == tokenapi.WhyOpen || ans.Why == tokenapi.WhyControlOff || ans.Why == tokenapi.WhyControlActs
}

// Vigil is the watch over a token that is probed until the gateway refuses it.
type Vigil struct {
	Began time.Time
	vain  int // how many answers in a row were in vain
}

// InVain takes in whether one more answer was in vain, and reports whether probing is to end for
// that.
func (v *Vigil) InVain(vain bool) bool {
	if v.vain++; !vain {
		v.vain = 0
	}
	return v.vain >= vainAnswers
}

// Until is when to stop if nothing is proved: a minute after the window or, of a token that nobody
// has ended, its expiry. ok is false where neither is known: then it is probed until somebody stops
// it.
func (v *Vigil) Until(s Status) (at time.Time, ok bool) {
	switch {
	case !s.Passed.IsZero(): // the window that was to be expected
		at = s.Passed
	case s.Ended && s.StaleKnown:
		at = s.StaleUntil
	case !s.Ended && s.HasExpiry:
		at = s.ExpiresAt
	default:
		return time.Time{}, false
	}
	if at.Before(v.Began) { // whoever begins afterwards wants to see for themselves
		at = v.Began
	}
	return at.Add(afterWindow), true
}
