package pane_test

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
	"lanyard/ui/pane"
)

// On every screen the full view has the word of the state beside its sign, and how long the token
// lives or may pass. The time of the issue gives way.
func TestSelectedKeepsTheEndOfALife(t *testing.T) {
	t.Parallel()
	d := draw(t)
	for _, id := range d.everyState() {
		s := d.scene(id)
		if s.Current.Token == nil {
			continue
		}
		st := s.Board.Status(s.Current, s.Now)
		for w := 30; w <= 240; w++ {
			lines := d.pane(pane.Zoomed).Full(s, w, 60, true)
			first, life := ansi.Strip(lines[0]), ansi.Strip(lines[2])
			word := string(st.State)
			end := "left"
			switch {
			case st.State == console.Lingering && st.StaleKnown && !st.Reopened:
				word, end = "may pass", "at most"
				if !strings.Contains(plain(lines[:6]), "at most") {
					end = "until 1"
				}
				if w < 38 {
					end = "≤"
				}
			case st.State == console.Lingering:
				word, end = "may pass", ""
			case st.State == console.Superseded:
				word, end = "replaced", "over"
			case st.State.IsOver() || !st.HasExpiry:
				end = ""
			}
			if !strings.Contains(first, word) {
				t.Errorf("%s, %d cells: no %q in %q", id, w, word, first)
			}
			if !strings.Contains(plain(lines[:6]), end) {
				t.Errorf("%s, %d cells: no %q in %q", id, w, end, life)
			}
		}
	}
}
