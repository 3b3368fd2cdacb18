package overlay

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
	"lanyard/themes"
	"lanyard/ui/keys"
	"lanyard/ui/scene"
)

// A question shows each character of its lines in a box of any width that it may get.
func TestQuestionIsNotCut(t *testing.T) {
	t.Parallel()
	bound := keys.New(nil)
	s := &scene.Scene{Keys: &bound, Styles: &themes.Styles{}}
	line := strings.TrimSpace(strings.Repeat("ab ", 40))
	o := &Confirm{lines: []console.Private{console.Private(line)}, verb: "do it"}
	for most := 20; most < 140; most++ {
		w, h := o.Size(s, most, 40)
		box := ansi.Strip(strings.Join(o.Box(s, w, h), "\n"))
		if n := strings.Count(box, "ab"); n != 40 || strings.Contains(box, "…") {
			t.Errorf("%d cells: %d words:\n%s", w, n, box)
		}
	}
}
