package ui_test

import (
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"lanyard/ui"
)

// cursorLine returns the line of the frame with the cursor of the box on top; -1 for none.
func cursorLine(p *ui.Pump) int {
	box := p.Box()
	for y, line := range strings.Split(ansi.Strip(p.Frame()), "\n") {
		if y > box.Y && y < box.Y+box.H && strings.HasPrefix(ansi.Cut(line, box.X+1, box.X+box.W),
			"▌") {
			return y
		}
	}
	return -1
}

// A click selects a row in each box that has rows, and the wheel moves to the next one.
func TestEveryListTakesTheMouse(t *testing.T) {
	t.Parallel()
	all := slices.Concat(overlayScreens(), listScreens(), chooserScreens(), formScreens(),
		lookScreens(), []screen{{name: "copy", keys: "Y"}, {name: "log with calls", keys: "x y !"},
			{name: "which", keys: "1 home X"}})
	lists := map[string]bool{}
	for _, s := range all {
		for _, at := range []string{"60x20", "120x32"} {
			w, h, _ := size(at)
			p := s.open(t, w, h)
			if p.Overlays() == 0 {
				continue
			}
			first := cursorLine(p)
			p.Key("down")
			second := cursorLine(p)
			if first < 0 || second <= first {
				continue // no list, or one row
			}
			lists[p.Top()] = true
			box := p.Box()
			p.Send(tea.MouseClickMsg{X: box.X + 4, Y: first, Button: tea.MouseLeft})
			if got := cursorLine(p); got != first {
				t.Errorf("%s, %s: a click on line %d, the cursor is on %d\n%s", s.name, at, first,
					got, ansi.Strip(p.Frame()))
			}
			p.Send(tea.MouseWheelMsg{X: box.X + 4, Y: first, Button: tea.MouseWheelDown})
			if got := cursorLine(p); got != second {
				t.Errorf("%s, %s: the wheel goes to line %d, not to %d", s.name, at, got, second)
			}
		}
	}
	for _, name := range []string{"App", "Import", "Grant", "Adopt", "Copy", "Themes", "Log",
		"Palette", "Help", "Which"} {
		if !lists["*overlay."+name] {
			t.Errorf("no screen has the list of %s with two rows", name)
		}
	}
}
