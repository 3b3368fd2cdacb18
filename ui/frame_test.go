package ui_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"lanyard/ui"
)

var update = flag.Bool("update", false, "write the golden frames")

func size(s string) (w, h int, ok bool) {
	n, err := fmt.Sscanf(s, "%dx%d", &w, &h)
	return w, h, n == 2 && err == nil
}

// golden compares a frame, without its styles, with the one that somebody has looked at.
func golden(t *testing.T, name, frame string) {
	t.Helper()
	var b strings.Builder
	for line := range strings.SplitSeq(frame, "\n") {
		b.WriteString(strings.TrimRight(ansi.Strip(line), " ") + "\n")
	}
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := b.String(); got != string(want) {
		t.Errorf("%s differs; go test ./ui -update, and look at it\n%s", path, got)
	}
}

// fits fails when a frame is not exactly as large as its screen.
func fits(t *testing.T, frame string, w, h int) {
	t.Helper()
	lines := strings.Split(frame, "\n")
	if len(lines) > h {
		t.Fatalf("%dx%d: %d lines", w, h, len(lines))
	}
	for i, l := range lines {
		if n := ansi.StringWidth(l); n > w {
			t.Fatalf("%dx%d: line %d is %d wide: %q", w, h, i, n, ansi.Strip(l))
		}
		if n := ansi.StringWidthWc(l); n > w {
			t.Fatalf("%dx%d: line %d is %d wide on a terminal without clusters: %q", w, h, i, n, ansi.Strip(l))
		}
	}
}

func TestGolden(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"30x8", "60x12", "60x20", "80x24", "120x32"} {
		w, h, _ := size(s)
		for _, c := range []struct{ name, keys string }{
			{"tokens", ""}, {"help", "?"}, {"gateway", "3 down"}, {"activity", "4 down down"}, {"empty", "1 down down down 2"},
			{"confirm", "2 down down down x"}, {"log", "x 4 x = !"}, {"zoom", "3 z"},
		} {
			t.Run(s+"-"+c.name, func(t *testing.T) {
				t.Parallel()
				p, _ := still(t, w, h)
				p.Feed(orders())
				p.Key(strings.Fields(c.keys)...)
				fits(t, p.Frame(), w, h)
				golden(t, s+"-"+c.name, p.Frame())
			})
		}
		t.Run(s+"-welcome", func(t *testing.T) {
			t.Parallel()
			p, _ := still(t, w, h, func(o *ui.Options) { o.Welcome = true })
			fits(t, p.Frame(), w, h)
			golden(t, s+"-welcome", p.Frame())
		})
	}
}

func TestExactlyAsLargeAsTheScreen(t *testing.T) {
	t.Parallel()
	for _, th := range []string{"auto", "light", "mono"} {
		p, _ := still(t, 80, 24, func(o *ui.Options) { o.Theme = theme(t, th); o.Banners = []ui.Banner{{Text: "one"}, {Text: "two"}} })
		p.Feed(orders())
		for w := 30; w < 140; w += 7 {
			for h := 8; h < 40; h += 3 {
				p.Resize(w, h)
				lines := strings.Split(p.Frame(), "\n")
				if len(lines) != h {
					t.Fatalf("%dx%d: %d lines", w, h, len(lines))
				}
				for i, l := range lines {
					if n := ansi.StringWidth(l); n != w {
						t.Fatalf("%s %dx%d: line %d is %d wide: %q", th, w, h, i, n, ansi.Strip(l))
					}
				}
				if last := ansi.Strip(lines[h-1]); !strings.Contains(last, "? help") {
					t.Fatalf("%dx%d: no help in the footer: %q", w, h, last)
				}
			}
		}
	}
}

var nasty = []string{
	"決済ゲートウェイ", "Zahlungs\u0308dienst", "👩‍💻 team", "🇩🇪 Berlin", "❤️ love", "العربية", "\u202egnp.exe", "a\u200db\u200c", "e\u0301\u0301\u0301\u0301",
	"\x1b[31mred", "tab\there", "line\nbreak", "", "नमस्ते", "한국어 앱", "x\u00adsoft", strings.Repeat("very long ", 30), "\xff\xfe", "👨‍👩‍👧‍👦", "Z͑ͫ̓ͪ̂a̗l̸g̨o",
}

var everyKey = []string{
	"g", "r", "x", "u", "y", "p", "tab", "shift+tab", "1", "2", "3", "4", "z", "up", "down", "left", "right", "h", "j", "k", "l",
	"pgup", "pgdown", "home", "end", "?", "!", "esc", "enter", "n", "w", "ß", "語",
}

// TestAnything presses random keys on random screens with names that break other programs.
func TestAnything(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 7))
		p, c := still(t, 80, 24, func(o *ui.Options) {
			o.Banners = []ui.Banner{{Text: nasty[r.IntN(len(nasty))], Short: nasty[r.IntN(len(nasty))]}}
			o.Title = nasty[r.IntN(len(nasty))]
			o.Welcome = seed%10 == 9
		})
		b := orders()
		for i := range b.Applications {
			b.Applications[i].Name = nasty[r.IntN(len(nasty))]
			b.Applications[i].KeyType = nasty[r.IntN(len(nasty))]
			b.Applications[i].Environment.Name = nasty[r.IntN(len(nasty))]
		}
		for i := range b.Tokens {
			b.Tokens[i].User = nasty[r.IntN(len(nasty))]
			b.Tokens[i].Scopes = []string{nasty[r.IntN(len(nasty))], nasty[r.IntN(len(nasty))]}
		}
		for i := range b.Exchanges {
			b.Exchanges[i].Application, b.Exchanges[i].URL = nasty[r.IntN(len(nasty))], nasty[r.IntN(len(nasty))]
		}
		p.Feed(b)
		for range 60 {
			w, h := 1+r.IntN(200), 1+r.IntN(80)
			p.Resize(w, h)
			p.Key(everyKey[r.IntN(len(everyKey))])
			c.now = c.now.Add(1e9 * 7)
			p.Beat()
			fits(t, p.Frame(), w, h)
			if r.IntN(5) == 0 {
				b.Tokens = b.Tokens[:r.IntN(len(b.Tokens)+1)]
				p.Feed(b)
			}
		}
	}
}

var colour = regexp.MustCompile(`\x1b\[[0-9;]*\b(3[0-9]|4[0-9]|9[0-7]|10[0-7])\b[0-9;]*m`)

func TestNoColourTellsEverything(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32, func(o *ui.Options) { o.NoColor = true; o.Banners = []ui.Banner{{Text: "plain http"}} })
	p.Feed(orders())
	check := func() {
		t.Helper()
		if m := colour.FindString(p.Frame()); m != "" {
			t.Errorf("a colour: %q", m)
		}
	}
	check()
	text := ansi.Strip(p.Frame())
	for _, word := range []string{"active", "expiring", "lingering", "expired", "superseded", "revoking", "unsure", "dead after", "WARNING", "production"} {
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
