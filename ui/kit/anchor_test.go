package kit_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"

	"lanyard/ui/kit"
)

var csi = regexp.MustCompile("^\x1b\\[([0-9]*)([GXm])")

// bars returns the columns of the bars on a terminal that measures clusters by m.
func bars(t *testing.T, m ansi.Method, out string) (at []int) {
	t.Helper()
	x := 0
	for out != "" {
		if f := csi.FindStringSubmatch(out); f != nil {
			if n, err := strconv.Atoi(f[1]); f[2] == "G" {
				if x = n - 1; err != nil {
					t.Fatal(err)
				}
			}
			out = out[len(f[0]):]
			continue
		}
		cluster, w := ansi.FirstGraphemeCluster(out, m)
		if strings.HasPrefix(cluster, "\x1b") {
			t.Fatalf("a sequence in %q", out)
		}
		if cluster == "│" {
			at = append(at, x)
		}
		x, out = x+w, out[len(cluster):]
	}
	return at
}

// Text after a cluster stays in its column, for every width that a terminal gives to the cluster.
func TestAnchors(t *testing.T) {
	t.Parallel()
	moved := 0
	for _, c := range clusters(t) {
		s := kit.Clean(c.text)
		line := "│ \x1b[1m" + kit.Fit(s+" "+s+s, 40) + "\x1b[m│" + kit.Fit("é"+s, 20) + "│"
		b := uv.NewScreenBuffer(kit.Width(line), 1)
		uv.NewStyledString(kit.Anchored(line)).Draw(b, b.Bounds())
		var out strings.Builder // the contents of the cells, as Bubble Tea writes them
		for x := range b.Width() {
			if cell := b.CellAt(x, 0); cell != nil {
				out.WriteString(cell.Content)
			}
		}
		done := string(kit.Anchors([]byte(out.String())))
		for _, m := range []ansi.Method{ansi.WcWidth, ansi.GraphemeWidth} {
			if at := bars(t, m, done); len(at) != 3 || at[0] != 0 || at[1] != 42 || at[2] != 63 {
				t.Errorf("%s: bars at %v of %q", c.kind, at, done)
			}
		}
		if strings.Contains(done, "G") {
			moved++
		}
	}
	if moved < 50 {
		t.Errorf("only %d lines have anchors", moved)
	}
	for _, same := range []string{"plain", "│ é 語 │", "\x1b[1mx\x1b[m"} {
		if got := kit.Anchored(same); got != same || string(kit.Anchors([]byte(same))) != same {
			t.Errorf("%q became %q", same, got)
		}
	}
}
