package ui_test

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
	"lanyard/ui"
)

// Every action there is can be found and run from the palette, or says why not.
func TestPaletteHasEveryAction(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32)
	p.Feed(console.Board{})
	for _, name := range ui.Actions() {
		p.Key(":")
		p.Type(ui.Word(name))
		frame := ansi.Strip(p.Frame())
		if !strings.Contains(frame, ui.Word(name)) {
			t.Errorf("%s: not found as %q:\n%s", name, ui.Word(name), frame)
		}
		p.Key("esc")
	}
}

func TestPaletteSaysWhy(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32)
	p.Feed(console.Board{})
	p.Key(":")
	p.Type("renew")
	if frame := ansi.Strip(p.Frame()); !strings.Contains(frame, "– no token") {
		t.Errorf("no reason beside it:\n%s", frame)
	}
	p.Key("enter")
	if p.Overlays() != 1 || !strings.Contains(ansi.Strip(p.Frame()), "renew: no token is selected") {
		t.Errorf("enter on what cannot run:\n%s", ansi.Strip(p.Frame()))
	}
}

func TestPaletteAndHelpRun(t *testing.T) {
	t.Parallel()
	for _, opener := range []string{":", "?"} {
		l := alive(t)
		l.Key(opener)
		l.Type("usual grant")
		l.Key("enter")
		if l.api.tokens != 1 || l.Overlays() != 0 {
			t.Errorf("%s get: %d requests, %d open", opener, l.api.tokens, l.Overlays())
		}
		l.Key(opener)
		l.Paste("xyz-a-secret-that-was-on-the-clipboard")
		l.shows("that paste is nothing to look for")
		l.after(time.Second)
		l.Key(opener)
		if l.Overlays() != 0 {
			t.Errorf("%s does not close its own", opener)
		}
	}
}
