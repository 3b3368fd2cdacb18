package ui_test

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
	"lanyard/ui"
)

// Every action can be found in the palette, and runs from it or gives a reason.
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

// home and end go to the first and last entry. With ctrl they move in the typed text.
func TestPaletteAndHelpEnds(t *testing.T) {
	t.Parallel()
	for opener, last := range map[string]string{":": "quit now", "?": "ctrl+c"} {
		p, _ := still(t, 120, 40)
		p.Feed(console.Board{})
		at := func() string {
			for line := range strings.Lines(ansi.Strip(p.Frame())) {
				if strings.Contains(line, "▌") {
					return line
				}
			}
			return ""
		}
		p.Key(opener)
		first := at()
		p.Key("end")
		if got := at(); !strings.Contains(got, last) {
			t.Errorf("%s end: at %q", opener, got)
		}
		if p.Key("home"); at() != first {
			t.Errorf("%s home: at %q, want %q", opener, at(), first)
		}
		p.Type("et")
		p.Key("ctrl+home")
		p.Type("g")
		if frame := ansi.Strip(p.Frame()); !strings.Contains(frame, opener+" g▏et") {
			t.Errorf("typed in front:\n%s", frame)
		}
		p.Key("ctrl+end")
		p.Type("!")
		if frame := ansi.Strip(p.Frame()); !strings.Contains(frame, opener+" get!▏") {
			t.Errorf("typed behind:\n%s", frame)
		}
	}
	// home and end also work in the list of copy forms, and ctrl+home in a field of a form.
	l := alive(t).scoped("Orders")
	l.Key("g", "Y", "end", "enter")
	l.shows("the ID token: not issued")
	l.Key("home", "enter")
	l.said("copied")
	l.Key("G", "tab")
	l.Type("rite")
	l.Key("ctrl+home")
	l.Type("w")
	l.shows("w▏rite")
}

func TestPaletteSaysWhy(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32)
	p.Feed(console.Board{})
	p.Key(":")
	p.Type("renew")
	if frame := ansi.Strip(p.Frame()); !strings.Contains(frame, "– there is no application") {
		t.Errorf("no reason beside it:\n%s", frame)
	}
	p.Key("enter")
	if p.Overlays() != 1 ||
		!strings.Contains(ansi.Strip(p.Frame()), "renew: there is no application yet") {
		t.Errorf("enter on what cannot run:\n%s", ansi.Strip(p.Frame()))
	}
}

func TestPaletteAndHelpRun(t *testing.T) {
	t.Parallel()
	for _, opener := range []string{":", "?"} {
		l := alive(t).scoped("Orders")
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

// If a row is too narrow for the text of its action, the whole text is below the selected row.
func TestChooserSaysAllOfTheChosen(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 60, 20)
	p.Feed(orders())
	p.Key("?")
	p.Type("revoke, after")
	if got := flat(p.Frame()); !strings.Contains(got,
		"revoke, after the undo window; asks first in a production environment") {
		t.Errorf("not all is said:\n%s", ansi.Strip(p.Frame()))
	}
	p.Key("esc")
	selecting("mark:m2")(p)
	p.Key(":")
	p.Type("renew")
	if got := flat(p.Frame()); !strings.Contains(got,
		"nobody saw the answer to this get, so there is no token to") {
		t.Errorf("why is not said:\n%s", ansi.Strip(p.Frame()))
	}
}

// flat returns a frame without borders and line breaks.
func flat(frame string) string {
	return strings.Join(
		strings.Fields(strings.NewReplacer("│", " ", "╭", " ", "╰", " ",
			"▌", " ").Replace(ansi.Strip(frame))), " ")
}

// A person who does not know the name of an action finds it by another word.
func TestPaletteFindsBySynonym(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"colour": "choose a theme", "color": "choose a theme", "the": "choose a theme",
		"kill":       "revoke",
		"invalidate": "revoke", "refresh": "renew", "fetch": "get", "new": "get",
		"clipboard": "copy", "exit": "quit", "obs": "presenter mode",
		"screen share": "presenter mode", "demo": "presenter mode", "claims": "open",
		"token info": "open", "jwt": "open", "passphrase": "unlock the secrets",
		"devportal": "import applications",
	} {
		p, _ := still(t, 120, 32)
		p.Feed(orders())
		p.Key(":")
		p.Type(typed)
		first := ""
		for line := range strings.Lines(ansi.Strip(p.Frame())) {
			if strings.Contains(line, "▌") {
				first = line
			}
		}
		if !strings.Contains(first, "▌ "+want) {
			t.Errorf("%q: the first one is %q, want %q", typed, first, want)
		}
	}
	// the name of an action goes before a synonym, and a synonym before letters that are scattered
	p, _ := still(t, 120, 32)
	p.Feed(orders())
	p.Key(":")
	p.Type("delete")
	frame := ansi.Strip(p.Frame())
	name, synonym := strings.Index(frame, "delete application"), strings.Index(frame, " revoke ")
	if name < 0 || synonym < name {
		t.Errorf("delete: %d, %d in\n%s", name, synonym, frame)
	}
	p.Key("esc", "?")
	p.Type("kill")
	if !strings.Contains(ansi.Strip(p.Frame()), "revoke, after the undo window") {
		t.Errorf("not in the help:\n%s", ansi.Strip(p.Frame()))
	}
}

// The palette uses the lines of its box while it has more entries, and the selected entry is in
// view wherever the cursor is.
func TestPaletteUsesItsLines(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{30, 8}, {60, 20}, {80, 24}, {120, 32}} {
		p, _ := still(t, size[0], size[1])
		p.Feed(console.Board{})
		p.Key(":")
		blank := 0 // lines at the end; one may stand before a heading
		for line := range strings.Lines(ansi.Strip(p.Frame())) {
			if strings.Contains(line, "╰─") && strings.Contains(line, "─╯") {
				break
			}
			blank++
			if strings.Trim(line, " │╰╭╮╯\n") != "" {
				blank = 0
			}
		}
		if blank > 1 {
			t.Errorf("at %v %d lines are empty:\n%s", size, blank, ansi.Strip(p.Frame()))
		}
		for range ui.Actions() {
			p.Key("down")
			if frame := ansi.Strip(p.Frame()); !strings.Contains(frame, "▌") {
				t.Fatalf("at %v the cursor is out of view:\n%s", size, frame)
			}
		}
	}
}
