package kit_test

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"lanyard/ui/kit"
)

func TestGround(t *testing.T) {
	t.Parallel()
	const g, off = "\x1b[48;5;17m", "\x1b[m"
	got := kit.Ground("a\x1b[1mb"+off+"c\n語", g, 4, 3)
	want := g + "a\x1b[1mb" + off + g + "c " + off + "\n" + g + "語  " + off + "\n" + g + "    " +
		off
	if got != want {
		t.Errorf("%q", got)
	}
	for _, l := range strings.Split(got, "\n") {
		if n := ansi.StringWidth(l); n != 4 {
			t.Errorf("%q is %d wide", l, n)
		}
	}
	if kit.Ground("a\nb", "", 4, 3) != "a\nb" || kit.Ground("a", g, 0, 0) != "a" {
		t.Error("without a ground the frame is another")
	}
}
