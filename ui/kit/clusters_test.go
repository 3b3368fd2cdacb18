package kit_test

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"

	"lanyard/ui/kit"
)

// cluster is a row of testdata/clusters.txt.
type cluster struct {
	kind, text string
	cells      int // on a terminal without mode 2027
}

func clusters(t *testing.T) []cluster {
	t.Helper()
	data, err := os.ReadFile("testdata/clusters.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out []cluster
	for line := range strings.Lines(string(data)) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if strings.HasPrefix(line, "#") {
			continue
		}
		c := cluster{kind: f[0]}
		for hex := range strings.FieldsSeq(f[1]) {
			r, err := strconv.ParseInt(hex, 16, 32)
			if err != nil {
				t.Fatal(err)
			}
			c.text += string(rune(r))
		}
		if c.cells, err = strconv.Atoi(f[2]); err != nil {
			t.Fatal(err)
		}
		out = append(out, c)
	}
	if len(out) < 200 {
		t.Fatalf("only %d clusters", len(out))
	}
	return out
}

// whole returns what Clean leaves of a cluster: all of it except format characters. Korean letters
// become syllables.
func (c cluster) whole() string {
	if c.kind == "prepend" {
		return strings.TrimLeft(c.text, "\u0600\u06dd\U000110bd")
	}
	if c.kind == "hangul-LV" {
		return strings.NewReplacer("\u1100\u1161\u11a8", "각", "\u1100\u1161", "가",
			"\u1112\u1161\u11ab", "한", "\uac00\u11a8", "각", "\u1102\u1161", "나").Replace(c.text)
	}
	return c.text
}

// drawn returns the column at which the renderer places a bar after s.
func drawn(m ansi.Method, s string) int {
	b := uv.NewScreenBuffer(60, 1)
	b.Method = m
	uv.NewStyledString(s+"│").Draw(b, b.Bounds())
	for x := range 60 {
		if c := b.CellAt(x, 0); c != nil && c.Content == "│" {
			return x
		}
	}
	return -1
}

// parts returns the clusters of a text.
func parts(s string) (out []string) {
	for s != "" {
		part, _ := ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
		out, s = append(out, part), s[len(part):]
	}
	return out
}

// Text passes Clean whole, but for the joiners of emoji where each is drawn alone. It is measured
// as the renderer draws it, and is cut between clusters only.
func TestClustersOfEveryScript(t *testing.T) {
	defer kit.MeasureClusters(false)
	for _, m := range []ansi.Method{ansi.WcWidth, ansi.GraphemeWidth} {
		kit.MeasureClusters(m == ansi.GraphemeWidth)
		for _, c := range clusters(t) {
			clean, want := kit.Clean(c.text), c.whole()
			if c.kind == "zwj" && m == ansi.WcWidth {
				want = strings.ReplaceAll(want, "\u200d", "")
			}
			if clean != want {
				t.Errorf("%s: %+q became %+q, want %+q", c.kind, c.text, clean, want)
			}
			if n := kit.Width(clean); n != drawn(m, clean) {
				t.Errorf("%s: %+q is counted as %d cells and drawn on %d", c.kind, clean, n,
					drawn(m, clean))
			}
			old := strings.Contains(c.text, "\ua960") // Korean letters that make no syllable today
			if n := kit.Width(clean); m == ansi.WcWidth && n != c.cells && c.kind != "prepend" &&
				!old {
				t.Errorf("%s: %+q is counted as %d cells, a terminal places it in %d", c.kind,
					clean, n, c.cells)
			}
			row := "a" + clean + "b " + clean + "c"
			for w := range kit.Width(row) + 2 {
				for _, cut := range []string{kit.Fit(row, w), kit.Right(row, w),
					kit.Splice(kit.Fit(row, 40), "[]", w, 44)} {
					if n := kit.Width(cut); n != w && n != 44 || drawn(m, cut) != n {
						t.Errorf("%s: %+q has %d cells, drawn on %d, want %d", c.kind, cut, n,
							drawn(m, cut), w)
					}
				}
				for _, cut := range []string{kit.Fit(row, w), kit.Middle(row, w), kit.Cut(row, w),
					kit.Short(row, w)} {
					if kit.Width(cut) > max(w, 1) && w > 0 {
						t.Errorf("%s: %+q is wider than %d", c.kind, cut, w)
					}
					for _, part := range parts(cut) {
						if !slices.Contains(append(parts(row), " ", "…"), part) {
							t.Errorf("%s: %+q at %d is %+q with %+q, which is part of a cluster",
								c.kind, row, w, cut, part)
						}
					}
				}
			}
			for _, l := range append(kit.Wrap(row, 12), kit.Chop(row, 12)...) {
				if kit.Width(l) > 12 {
					t.Errorf("%s: a line of %+q is %d wide", c.kind, l, kit.Width(l))
				}
			}
		}
	}
}
