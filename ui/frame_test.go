package ui_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"lanyard/console/describe"
	"lanyard/ui"
)

// fits fails unless a frame has exactly the size of its screen.
func fits(t *testing.T, frame string, w, h int) {
	t.Helper()
	lines := strings.Split(frame, "\n")
	if len(lines) > h {
		t.Fatalf("%dx%d: %d lines", w, h, len(lines))
	}
	for i, l := range lines {
		if n := ansi.StringWidthWc(l); n > w {
			// Bubble Tea measures like this for a terminal without mode 2027.
			t.Fatalf("%dx%d: line %d is %d wide: %q", w, h, i, n, ansi.Strip(l))
		}
	}
}

func TestExactlyAsLargeAsTheScreen(t *testing.T) {
	t.Parallel()
	for _, th := range []string{"auto", "light", "mono"} {
		p, _ := still(t, 80, 24, func(o *ui.Options) {
			o.Theme = theme(t, th)
			o.Banners = []describe.Banner{{Text: "one"}, {Text: "two"}}
		})
		p.Feed(orders())
		for w := 30; w < 140; w += 7 {
			for h := 8; h < 40; h += 3 {
				p.Resize(w, h)
				lines := strings.Split(p.Frame(), "\n")
				if len(lines) != h {
					t.Fatalf("%dx%d: %d lines", w, h, len(lines))
				}
				for i, l := range lines {
					if n := ansi.StringWidthWc(l); n != w {
						t.Fatalf("%s %dx%d: line %d is %d wide: %q", th, w, h, i, n, ansi.Strip(l))
					}
				}
				want := " ? "
				if w >= 40 {
					want = " ? help "
				}
				if last := ansi.Strip(lines[h-1]); !strings.HasSuffix(last, want) {
					t.Fatalf("%dx%d: no help in the footer: %q", w, h, last)
				}
			}
		}
	}
}

var colour = regexp.MustCompile(`\x1b\[[0-9;]*\b(3[0-9]|4[0-9]|9[0-7]|10[0-7])\b[0-9;]*m`)

func TestNoColourTellsEverything(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32,
		func(o *ui.Options) {
			o.NoColor = true
			o.Banners = []describe.Banner{{Text: "plain http"}}
		})
	p.Feed(orders())
	check := func() {
		t.Helper()
		if m := colour.FindString(p.Frame()); m != "" {
			t.Errorf("a colour: %q", m)
		}
	}
	check()
	text := ansi.Strip(p.Frame())
	for _, word := range []string{"4 active", "expiring", "REVOKED, MAY STILL PASS", "≤14:33",
		"expired", "replaced", "in 3 s  u undoes it", "unsure", "never", "dead  after", "WARNING",
		"production"} {
		if !strings.Contains(text, word) {
			t.Errorf("no %q in the frame", word)
		}
	}
	if !strings.Contains(p.Frame(), "\x1b[7m") {
		t.Error("nothing tells which row is selected")
	}
	p.Key("?")
	check()
	p.Key("esc", "down", "down", "down", "x", "enter", "!")
	check()
}

// A box that is too small for its text shows that there is more, and the key that closes it.
func TestBoxesSayThatThereIsMore(t *testing.T) {
	t.Parallel()
	for _, size := range []struct {
		w, h int
		want string
	}{{120, 20, " ↑ ↓ more  enter open the token  esc close  "},
		{60, 20, " ↑ ↓ more  enter open the token  esc close  "},
		{40, 12, " ↑ ↓ more  esc close  "}, {30, 8, " ↑ ↓ more  esc close  "}} {
		p, _ := still(t, size.w, size.h)
		b := orders()
		for i := range b.Exchanges {
			b.Exchanges[i].TokenID = "t_active"
			b.Exchanges[i].ResponseBody = "[" + strings.Repeat("1,", 40) + "1]"
		}
		p.Feed(b)
		p.Key("4", "down", "enter")
		if !strings.Contains(ansi.Strip(p.Frame()), size.want) {
			t.Errorf("%dx%d: no %q:\n%s", size.w, size.h, size.want, ansi.Strip(p.Frame()))
		}
	}
}

func TestTooSmall(t *testing.T) {
	t.Parallel()
	for w, want := range map[int]string{29: "more room, please: 30×8", 20: "please: 30×8",
		6: "30×8", 3: ""} {
		p, _ := still(t, w, 5)
		if got := ansi.Strip(p.Frame()); strings.TrimSpace(got) != want {
			t.Errorf("%d wide: %q, want %q", w, got, want)
		}
	}
}
