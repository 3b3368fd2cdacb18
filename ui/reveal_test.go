package ui_test

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"lanyard/ui"
)

// Presenter mode hides a token that is shown, or that is about to be shown.
func TestRevealEndsWithPresenterMode(t *testing.T) {
	t.Parallel()
	on := func(s *ui.Settings) { s.Presenter = true }
	for name, do := range map[string]func(*live){
		"shown": func(l *live) { l.Key("v"); l.shows("access-1"); l.Reconfigured(on) },
		"about to be": func(l *live) {
			l.Hold = true
			l.Key("v")
			l.Reconfigured(on)
			l.Release()
		},
	} {
		l := alive(t).scoped("Orders")
		l.Key("g")
		do(l)
		if l.Overlays() != 0 || strings.Contains(ansi.Strip(l.Frame()), "access-1") {
			t.Errorf("%s: it stays in the open", name)
		}
	}
}

// A token that is longer than the screen is wrapped, and all of it is visible.
func TestRevealWraps(t *testing.T) {
	t.Parallel()
	l, text := adopted(t)
	for _, s := range []string{"60x20", "80x24", "120x32"} {
		w, h, _ := size(s)
		l.Resize(w, h)
		l.Key("2", "v")
		fits(t, l.Frame(), w, h)
		l.shows("hidden in 10 s")
		var all strings.Builder
		for line := range strings.SplitSeq(ansi.Strip(l.Frame()), "\n") {
			parts := strings.Split(line, "│")
			for _, p := range parts {
				all.WriteString(strings.TrimSpace(p))
			}
		}
		if !strings.Contains(all.String(), text[:20]) ||
			!strings.Contains(all.String(), text[len(text)-8:]) {
			t.Errorf("%s: not all of it is there:\n%s", s, ansi.Strip(l.Frame()))
		}
		golden(t, "look-reveal-"+s, l.Pump)
		l.Key("esc")
	}
}
