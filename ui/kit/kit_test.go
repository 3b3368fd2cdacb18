package kit_test

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"lanyard/ui/kit"
)

var texts = []string{
	"", "plain", "決済ゲートウェイ", "Zahlungs\u0308dienst", "👩‍💻 team", "🇩🇪", "❤️ love", "العربية",
	"\u202egnp.exe", "e\u0301\u0301\u0301", "\x1b[31mred\x1b[m",
	"a\tb\nc", "नमस्ते", "한국어", "\xff\xfe\x80", "👨‍👩‍👧‍👦", "Z͑ͫ̓ͪ̂a̗l̸g̨o",
	strings.Repeat("語a", 40),
}

func TestClean(t *testing.T) {
	t.Parallel()
	for _, s := range texts {
		c := kit.Clean(s)
		if kit.Clean(c) != c {
			t.Errorf("%q: cleaning twice differs", s)
		}
		if strings.ContainsAny(c, "\x1b\n\t\u202e") {
			t.Errorf("%q: %q is not clean", s, c)
		}
	}
	for in, want := range map[string]string{
		// text has the table; only Korean letters are drawn otherwise
		"\u1112\u1161\u11ab\u1100\u1173\u11af": "한글", "a\tb\nc": "a b c", "\u0301x": "x",
		"Or\u200bders \xff \x1b[31m!": "Orders ? !", "क\u094d\u200dष": "क\u094d\u200dष",
	} {
		if got := kit.Clean(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
	for _, s := range []string{"plain", "決済", "Zürich", "한국어"} {
		if kit.Clean(s) != s {
			t.Errorf("%q became %q", s, kit.Clean(s))
		}
	}
}

func TestFit(t *testing.T) {
	t.Parallel()
	for _, s := range texts {
		s = kit.Clean(s)
		for w := range 30 {
			if n := kit.Width(kit.Fit(s, w)); n != w {
				t.Errorf("Fit(%q, %d) is %d wide", s, w, n)
			}
			if n := kit.Width(kit.Right(s, w)); n != w {
				t.Errorf("Right(%q, %d) is %d wide", s, w, n)
			}
			if n := kit.Width(kit.Middle(s, w)); n > w {
				t.Errorf("Middle(%q, %d) is %d wide", s, w, n)
			}
			if n := kit.Width(kit.Cut(s, w)); n > w {
				t.Errorf("Cut(%q, %d) is %d wide", s, w, n)
			}
			if n := kit.Width(kit.Splice(kit.Fit(s, 30), "[over]", w, 40)); w <= 30 && n != 40 {
				t.Errorf("Splice(%q, %d) is %d wide", s, w, n)
			}
		}
	}
	if got := kit.Middle("Legacy importer", 9); got != "Lega…rter" {
		t.Errorf("Middle: %q", got)
	}
}

// Each function keeps the right part of a text.
func TestCutsKeepTheText(t *testing.T) {
	t.Parallel()
	for i, c := range [][2]string{
		{kit.Fit("Legacy importer", 9), "Legacy i…"}, {kit.Fit("ab", 4), "ab  "},
		{kit.Right("Legacy importer", 9), "Legacy i…"}, {kit.Right("ab", 4), "  ab"},
		{kit.Cut("Legacy importer", 6), "Legacy"}, {kit.Cut("a決済", 2), "a"},
		{kit.Short("Legacy importer", 7), "Legacy…"}, {kit.Short("ab", 2), "ab"},
		{kit.End("Legacy importer", 8), "importer"}, {kit.End("a決済", 3), "済"},
		{ansi.Strip(kit.Splice("abcdef", "XY", 2, 6)), "abXYef"},
		{ansi.Strip(kit.Splice("決済決", "x", 1, 6)), " x済決"}, // half of a cluster is dropped
		{strings.Join(kit.Wrap("two words", 5), "|"), "two|words"},
		{strings.Join(kit.Chop("two words", 5), "|"), "two w|ords"},
	} {
		if c[0] != c[1] {
			t.Errorf("%d: %q, want %q", i, c[0], c[1])
		}
	}
}

// A word with a hyphen is broken only if no line has room for it.
func TestWrapKeepsWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		s    string
		w, n int // n: lines at most; 0: any number
		want string
	}{
		{"revoke orders-staging now", 16, 0, "revoke|orders-staging|now"},
		{"revoke orders-staging now", 14, 0, "revoke|orders-staging|now"},
		{"an orders-staging-eu-west", 12, 0, "an orders-|staging-eu-|west"},
		{"a‑b c-d", 9, 0, "a‑b c-d"}, // U+2011 is kept
		{"read-only here", 9, 0, "read-only|here"},
		{"one two three four", 9, 2, "one two|three fo…"},
		{"one two", 9, 2, "one two"}, {"one two three", 5, 1, "one …"}, {"one", 5, 0, "one"},
		{"one two three", 3, 1, "on…"},
	} {
		got := kit.Wrap(c.s, c.w)
		if c.n > 0 {
			got = kit.WrapTo(c.s, c.w, c.n)
		}
		if text := strings.Join(got, "|"); text != c.want {
			t.Errorf("%q in %d cells, %d lines: %q, want %q", c.s, c.w, c.n, text, c.want)
		}
	}
	if got := kit.WrapTo("one two", 5, 0); len(got) != 0 {
		t.Errorf("in no lines: %q", got)
	}
}

func TestRect(t *testing.T) {
	t.Parallel()
	r := kit.Rect{X: 1, Y: 2, W: 10, H: 7}
	for n := -2; n < 14; n++ {
		top, rest := r.Top(n)
		if top.H+rest.H != r.H || rest.Y != r.Y+top.H || top.H < 0 || rest.H < 0 {
			t.Errorf("Top(%d): %v %v", n, top, rest)
		}
		rest, bottom := r.Bottom(n)
		if bottom.H+rest.H != r.H || bottom.Y != r.Y+rest.H || bottom.H < 0 || rest.H < 0 {
			t.Errorf("Bottom(%d): %v %v", n, rest, bottom)
		}
		left, rest := r.Left(n)
		if left.W+rest.W != r.W || rest.X != r.X+left.W || left.W < 0 || rest.W < 0 {
			t.Errorf("Left(%d): %v %v", n, left, rest)
		}
		if c := r.Center(n, n); c.X < r.X || c.Y < r.Y || c.X+c.W > r.X+r.W || c.Y+c.H > r.Y+r.H {
			t.Errorf("Center(%d): %v", n, c)
		}
	}
}

func TestRectParts(t *testing.T) {
	t.Parallel()
	r := kit.Rect{X: 1, Y: 2, W: 10, H: 7}
	top, below := r.Top(3)
	above, bottom := r.Bottom(3)
	left, right := r.Left(4)
	got := [...]kit.Rect{top, below, above, bottom, left, right, r.Center(4, 3)}
	if want := [...]kit.Rect{
		{1, 2, 10, 3}, {1, 5, 10, 4}, {1, 2, 10, 4}, {1, 6, 10, 3}, {1, 2, 4, 7}, {5, 2, 6, 7},
		{4, 4, 4, 3},
	}; got != want {
		t.Errorf("got\n%v, want\n%v", got, want)
	}
}

func TestFrame(t *testing.T) {
	t.Parallel()
	titles := []kit.Label{{SGR: "\x1b[1m", Text: "決済ゲートウェイ"}, {Text: "Activity"}}
	for w := range 50 {
		for h := range 6 {
			lines := kit.Frame(w, h, "\x1b[2m", titles, kit.Label{Text: "right"},
				kit.Label{Text: "foot"}, nil)
			if len(lines) != h {
				t.Fatalf("%dx%d: %d lines", w, h, len(lines))
			}
			for _, l := range lines {
				if n := ansi.StringWidth(l); n != w {
					t.Fatalf("%dx%d: %q is %d wide", w, h, ansi.Strip(l), n)
				}
			}
		}
	}
}

func TestDimKeepsSomeCells(t *testing.T) {
	t.Parallel()
	line := "\x1b[31mab\x1b[m\x1b[7mcd日\x1b[mef"
	for _, c := range []struct {
		from, to int
		want     string
	}{
		{0, 0, "\x1b[2mabcd日ef\x1b[m"},
		{2, 4, "\x1b[2mab\x1b[m\x1b[31m\x1b[m\x1b[7mcd\x1b[m\x1b[m\x1b[2m日ef\x1b[m"},
	} {
		if got := kit.Dim(line, "\x1b[2m", c.from, c.to); got != c.want {
			t.Errorf("%d to %d: %q, want %q", c.from, c.to, got, c.want)
		}
	}
}

// The label at the foot stands in the bottom border if there is room for it.
func TestFoot(t *testing.T) {
	t.Parallel()
	for w, want := range map[int]string{
		20: "╰──────── ↓ 5 more ─╯", 14: "╰── ↓ 5 more ─╯", 11: "╰──────────╯",
	} {
		lines := kit.Frame(w+1, 3, "", nil, kit.Label{}, kit.Label{Text: "↓ 5 more"}, nil)
		if got := lines[2]; got != want {
			t.Errorf("%d cells: %q, want %q", w+1, got, want)
		}
	}
}
