package ui_test

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// In the full view of a token the arrows go to another token, and the other keys and the wheel
// scroll.
func TestFullViewScrolls(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 80, 24)
	p.Feed(orders())
	p.Key("3")
	first := p.Selected()
	has := func(what, want string, yes bool) {
		t.Helper()
		if text := ansi.Strip(p.Frame()); strings.Contains(text, want) != yes {
			t.Fatalf("%s: %q, want it: %v\n%s", what, want, yes, text)
		}
	}
	has("the top", "Keys", true)
	has("the top", "At the key manager", false)
	p.Key("end")
	has("end", "At the key manager", true)
	p.Key("end")
	has("end again", "This is the last line.", true)
	p.Key("home")
	has("home", "Keys", true)
	for range 40 {
		p.Send(tea.MouseWheelMsg{X: 40, Y: 10, Button: tea.MouseWheelDown})
	}
	has("the wheel", "At the key manager", true)
	if p.Selected() != first {
		t.Errorf("%s is selected, want %s still", p.Selected(), first)
	}
	if p.Key("down"); p.Selected() == first {
		t.Error("down did not go to the next token")
	}
	has("the next token", "At the key manager", false)
	p.Resize(120, 60)
	p.Key("z", "end")
	has("what fits", "ll of it is on the screen", true)
}

// Below the lists Selected has one form, and all keys move the cursor that it follows.
func TestSelectedFollowsTheCursor(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32)
	p.Feed(orders())
	p.Key("3", "end")
	last := p.Selected()
	p.Key("2", "end")
	if p.Selected() != last {
		t.Errorf("end in Selected selected %s, want %s", last, p.Selected())
	}
}

// Where the applications stand in the place of the tokens, enter goes back to the tokens of the one
// that was chosen.
func TestEnterChoosesTheScope(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 80, 24)
	p.Feed(orders())
	p.Key("1", "end", "enter") // one without a token
	if text := ansi.Strip(p.Frame()); !strings.Contains(text, "Tokens · Mobile") &&
		!strings.Contains(text, "Tokens · Legacy") && !strings.Contains(text, "Tokens · Payments") {
		t.Errorf("enter does not go to the tokens:\n%s", text)
	}
}

// The full view says how many lines are hidden, with and without a frame, and scrolls through all.
func TestFullViewTellsOfMoreLines(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{30, 8}, {40, 12}, {60, 20}, {80, 24}, {100, 10}} {
		w, h := size[0], size[1]
		p, _ := still(t, w, h)
		p.Feed(orders())
		p.Key("enter")
		last := ""
		for range 60 {
			text := ansi.Strip(p.Frame())
			fits(t, p.Frame(), w, h)
			if text == last {
				break
			}
			if strings.Contains(text, "more · pgdn scr") != strings.Contains(text, "pgdn scrolls") {
				t.Fatalf("%dx%d: the hint is cut:\n%s", w, h, text)
			}
			if last = text; !strings.Contains(text, " more") {
				t.Fatalf("%dx%d: nothing tells of hidden lines:\n%s", w, h, text)
			}
			p.Key("pgdown")
			p.Hush()
		}
		if strings.Contains(last, "↓") || !strings.Contains(last, "↑") {
			t.Errorf("%dx%d: the last line is not reached:\n%s", w, h, last)
		}
	}
}
