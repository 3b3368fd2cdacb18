package describe_test

import (
	"strings"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/console/describe"
)

// Only a hopeless probe gets a text, with the reason and the way out.
func TestHopeless(t *testing.T) {
	t.Parallel()
	n := 0
	for _, why := range []console.Why{
		"", console.WhyOpen, console.WhyServer, console.WhyWait, console.WhyProxy,
		console.WhyLikeMadeUp,
		console.WhyNotSeen, console.WhyChanged, console.WhyUnsigned, console.WhyUnlike,
		console.WhyAPI,
		console.WhyNoControl, console.WhyControlOff, console.WhyControlActs,
		console.WhyControlSpent,
		console.WhyElse,
	} {
		ans := console.ProbeAnswer{Why: why, ControlStatus: 200}
		text, hint := describe.Hopeless(ans)
		if is := console.Hopeless(ans); is != (text != "") || is != (hint != "") {
			t.Errorf("%q: hopeless %v: %q, %q", why, is, text, hint)
		} else if is {
			n++
		}
		if reason := describe.Why(ans); (reason == "") != (why == "") ||
			!strings.HasPrefix(text, reason) && text != "" {
			t.Errorf("%q: %q, %q", why, reason, text)
		}
	}
	if n != 7 {
		t.Errorf("%d are hopeless", n)
	}
	text, hint := describe.Hopeless(console.ProbeAnswer{Why: console.WhyOpen, ControlStatus: 200})
	if !strings.Contains(text,
		"this URL lets anybody through: it answers 200 to a made-up token") ||
		!strings.Contains(hint, "probe_url") {
		t.Errorf("%q, %q", text, hint)
	}
}

func TestProbeURL(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		is          console.ProbeURLCheck
		words, hint bool
	}{
		{console.ProbeURLCheck{}, false, false},
		{console.ProbeURLCheck{Why: console.WhyControlActs}, true, false},
		{console.ProbeURLCheck{Why: console.WhyControlSpent}, true, false},
		{console.ProbeURLCheck{Why: console.WhyControlOff}, true, false},
		{console.ProbeURLCheck{Worth: console.WorthOpen, Status: 200}, true, true},
		{console.ProbeURLCheck{Worth: console.WorthNothing, Status: 404}, true, true},
		{console.ProbeURLCheck{Worth: console.WorthFailing, Status: 500}, true, true},
		{console.ProbeURLCheck{Worth: console.WorthFine, Status: 401}, false, false},
	} {
		words, hint := describe.ProbeURL(c.is, "POST")
		if (words != "") != c.words || (hint != "") != c.hint {
			t.Errorf("%+v: %q, %q", c.is, words, hint)
		}
	}
}

// A bound is rounded up.
func TestWarning(t *testing.T) {
	t.Parallel()
	late := describe.Warning(console.Status{PastExpiry: 1500 * time.Millisecond})
	over := describe.Warning(console.Status{Overrun: time.Second})
	if late != "the gateway let it through 2 s after its expiry: it allows for clocks that "+
		"differ, or one is wrong" ||
		over != "the gateway let it through 1 s after its window was over" ||
		describe.Warning(console.Status{}) != "" {
		t.Errorf("%q, %q", late, over)
	}
	got := describe.Longer(console.Longer{By: 11 * time.Second})
	if got != "this gateway was seen to accept 11 s longer" {
		t.Error(got)
	}
}
