package ui_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"lanyard/console"
	"lanyard/ui"
)

// footed are the boards whose footers the tests read, each with the keys that lead there.
func footed(t *testing.T) map[string]func() *ui.Pump {
	t.Helper()
	all := map[string]func() *ui.Pump{}
	add := func(name string, b console.Board, press ...string) {
		all[name] = func() *ui.Pump {
			p, _ := still(t, 120, 32)
			p.Feed(b)
			p.Key(press...)
			return p
		}
	}
	add("no application", console.Board{})
	add("live", orders())
	add("full view", orders(), "enter")
	add("revoked", orders(), "end", "up", "up")
	add("over", orders(), "end")
	add("marked", orders(), "space", "space", "space")
	add("activity", orders(), "4", "z")
	add("applications", orders(), "1", "z")
	demo := func(name string, press ...string) {
		all[name] = func() *ui.Pump {
			s := liveDemo(t, 120, 32)
			s.pump.Key(press...)
			return s.pump
		}
	}
	demo("demo")
	demo("demo, live", "home")
	demo("demo, paused", "home", "t")
	demo("demo, revoking", "home", "x", "y")
	demo("demo, probing", "P")
	demo("demo, probing, full view", "P", "enter")
	demo("demo, full view", "home", "enter")
	demo("demo, found", "/", "o", "enter")
	return all
}

// hints returns the keys of a footer with their words.
func hints(line string) [][]string {
	var out [][]string
	for _, h := range regexp.MustCompile(` {2,}`).Split(strings.TrimSpace(line), -1) {
		out = append(out, strings.SplitN(h, " ", 2))
	}
	return out
}

// A key of the footer has its word, or is not shown. A footer of less than 80 cells shows a few
// keys without: those of every footer, and the verbs of a token.
func TestFooterNamesItsKeys(t *testing.T) {
	t.Parallel()
	for name, begin := range footed(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := begin()
			p.Hush()
			for w := 30; w <= 160; w++ {
				h := 24
				if w < 80 {
					h = 12
				}
				p.Resize(w, h)
				fits(t, p.Frame(), w, h)
				line := lastLine(p)
				all := hints(line)
				for _, key := range []string{":", "q", "?"} {
					if !slices.ContainsFunc(all, func(h []string) bool { return h[0] == key }) {
						t.Errorf("%d cells: no %s in %q", w, key, line)
					}
				}
				for _, h := range all {
					bare := w < 80 && strings.Contains("g r x y p / : q ?", h[0])
					if len(h) < 2 && !bare {
						t.Errorf("%d cells: %s has no word in %q", w, h[0], line)
					}
				}
				if strings.Contains(name, "probing") && !strings.Contains(line, "P stop") {
					t.Errorf("%d cells: no P stop in %q", w, line)
				}
			}
		})
	}
}
