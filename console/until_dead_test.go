package console_test

import (
	"testing"

	"lanyard/console"
	"lanyard/tokenapi"
)

// Only answers that no time changes are in vain, and three of them in a row end it.
func TestVigilInVain(t *testing.T) {
	t.Parallel()
	for why, vain := range map[tokenapi.Why]bool{
		tokenapi.WhyOpen: true, tokenapi.WhyControlOff: true,
		tokenapi.WhyChanged: false, tokenapi.WhyNotSeen: false, tokenapi.WhyUnsigned: false, tokenapi.WhyServer: false,
		tokenapi.WhyWait: false, tokenapi.WhyControlSpent: false, tokenapi.WhyLetThrough: false, tokenapi.WhyNoAnswer: false,
	} {
		ans := tokenapi.ProbeAnswer{Why: why}
		if got := console.ProbeInVain(ans); got != vain {
			t.Errorf("%s: in vain: %v", why, got)
		}
		if hopeless, hint := console.ProbeHopeless(ans); vain && (hopeless == "" || hint == "") {
			t.Errorf("%s: nothing is said of it", why)
		}
	}
	var v console.Vigil
	for i, vain := range []bool{true, true, false, true, true, true} {
		if end := v.InVain(vain); end != (i == 5) {
			t.Errorf("answer %d: ends: %v", i, end)
		}
	}
}

func TestVigilUntil(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		s     console.Status
		began int
		want  int // 0: nobody knows
	}{
		"alive":                    {console.Status{HasExpiry: true, ExpiresAt: at(100)}, 1, 160},
		"alive, no expiry":         {console.Status{}, 1, 0},
		"expired before":           {console.Status{HasExpiry: true, ExpiresAt: at(100)}, 200, 260},
		"ended":                    {console.Status{HasExpiry: true, ExpiresAt: at(100), Ended: true, StaleKnown: true, StaleUntil: at(30)}, 1, 90},
		"ended, and nobody knows":  {console.Status{Ended: true}, 1, 0},
		"let through after its":    {console.Status{Ended: true, StaleKnown: true, StaleUntil: at(100), Passed: at(30)}, 1, 90},
		"the same, without expiry": {console.Status{Ended: true, Passed: at(30)}, 1, 90},
	} {
		v := console.Vigil{Began: at(c.began)}
		until, ok := v.Until(c.s)
		if ok != (c.want > 0) || ok && !until.Equal(at(c.want)) {
			t.Errorf("%s: %v %v, want %v", name, until, ok, at(c.want))
		}
	}
}
