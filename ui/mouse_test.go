package ui_test

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"lanyard/ui"
)

// at returns the place of a text on the screen.
func at(t *testing.T, p *ui.Pump, text string) (x, y int) {
	t.Helper()
	for y, line := range strings.Split(ansi.Strip(p.Frame()), "\n") {
		if before, _, ok := strings.Cut(line, text); ok {
			return ansi.StringWidth(before), y
		}
	}
	t.Fatalf("no %q on the screen:\n%s", text, ansi.Strip(p.Frame()))
	return 0, 0
}

func click(t *testing.T, p *ui.Pump, text string) {
	t.Helper()
	x, y := at(t, p, text)
	p.Send(tea.MouseClickMsg{X: x, Y: y, Button: tea.MouseLeft})
}

func TestMouse(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"80x24", "120x32", "200x50"} {
		w, h, _ := size(s)
		p, _ := still(t, w, h, func(o *ui.Options) { o.Mouse = true })
		p.Feed(orders())
		p.Key("end")
		click(t, p, rowOf("77b209dd"))
		if p.Selected() != "t_expiring" {
			t.Errorf("%s: a click on a row selects %q", s, p.Selected())
		}
		click(t, p, "TOKEN")
		if frame := ansi.Strip(p.Frame()); !strings.Contains(frame, "by fingerprint") ||
			p.Selected() != "t_expiring" {
			t.Errorf("%s: a click on a head does not sort, or moves the selection:\n%s", s, frame)
		}
		click(t, p, "TOKEN")
		if frame := ansi.Strip(p.Frame()); !strings.Contains(frame, "by fingerprint, reversed") {
			t.Errorf("%s: a second click does not reverse the order:\n%s", s, frame)
		}
	}
}

func TestMouseElsewhere(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 60, 20)
	p.Feed(orders())
	click(t, p, "4 activity")
	if !strings.Contains(ansi.Strip(p.Frame()), "POST /token") {
		t.Error("a click on the key of a pane does not open it")
	}
	click(t, p, "? help")
	if p.Overlays() != 1 {
		t.Fatal("a click on a key of the footer does not press it")
	}
	click(t, p, "Keys") // the mouse does not answer an overlay
	p.Send(tea.MouseWheelMsg{X: 5, Y: 5, Button: tea.MouseWheelDown})
	if p.Overlays() != 1 {
		t.Error("a click closed the help")
	}
	p.Key("esc", "2", "home")
	was := p.Selected()
	x, y := at(t, p, rowOf("3f9ca71e"))
	p.Send(tea.MouseWheelMsg{X: x, Y: y, Button: tea.MouseWheelDown})
	if p.Selected() == was {
		t.Error("the wheel moves nothing")
	}
	p.Resize(30, 8)
	click(t, p, rowOf("77b209dd"))
	if p.Selected() != "t_expiring" {
		t.Errorf("30x8: a click selects %q", p.Selected())
	}
}
