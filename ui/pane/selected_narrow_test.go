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
				word, end = "may pass", "pass"
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

// The two lines of a small screen say when a doubt ends by itself.
func TestSelectedBriefTellsTheEndOfADoubt(t *testing.T) {
	t.Parallel()
	for _, known := range []bool{true, false} {
		d := draw(t)
		d.everyState()
		want := "nobody knows when"
		if known {
			want = "ends by 11:46:13"
			d.board.Marks[0].EndsBy = d.at("11:46:13")
			d.token("t_unsure00").Unsure.EndsBy = d.at("11:46:13")
		}
		for _, id := range []string{"t_unsure00", "mark:m1"} {
			s := d.scene(id)
			for w := 60; w <= 120; w++ {
				first := ansi.Strip(d.pane(pane.InRow).Brief(s, w)[0])
				if !strings.Contains(first, want) || !strings.Contains(first, "unsure") {
					t.Errorf("%s, %d cells: no %q in %q", id, w, want, first)
				}
			}
		}
	}
}

// What is known of a signature is whole at every width.
func TestSelectedWrapsTheKeyOfASignature(t *testing.T) {
	t.Parallel()
	const id, key = "t_77b209dd", "rmJaa69oQ0m3vF1yqkz1fJ6yVtq2c3"
	for w := 48; w <= 240; w++ {
		d := draw(t)
		d.inspectedWith(key)
		got := plain(d.pane(pane.Zoomed).Full(d.scene(id), w, 60, false))
		if !strings.Contains(got, "signature ✓ RS256") || !strings.Contains(got, key) {
			t.Errorf("%d cells: the key is cut:\n%s", w, got)
		}
		if w >= 60 && w < 98 && !strings.Contains(got, ", key "+key) &&
			!strings.Contains(got, "   key    "+key) {
			t.Errorf("%d cells: the key is not in the column of the claims:\n%s", w, got)
		}
	}
}
