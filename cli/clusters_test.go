package cli

import (
	"bytes"
	"os"
	"strconv"
	"strings"
	"testing"

	"lanyard/console"
	"lanyard/tokenapi"
	"lanyard/ui/kit"
)

// readClusters gives the table of ui/kit: kind, text and cells of each cluster.
func readClusters(t *testing.T) (kinds, texts []string, cells []int) {
	t.Helper()
	data, err := os.ReadFile("../ui/kit/testdata/clusters.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if strings.HasPrefix(line, "#") || f[0] == "prepend" { // signs that begin a number are format characters
			continue
		}
		text := ""
		for hex := range strings.FieldsSeq(f[1]) {
			r, err := strconv.ParseInt(hex, 16, 32)
			if err != nil {
				t.Fatal(err)
			}
			text += string(rune(r))
		}
		n, err := strconv.Atoi(f[2])
		if err != nil {
			t.Fatal(err)
		}
		kinds, texts, cells = append(kinds, f[0]), append(texts, text), append(cells, n)
	}
	if len(texts) < 200 {
		t.Fatalf("only %d clusters", len(texts))
	}
	return kinds, texts, cells
}

// Names in any script are taken, and come out of a list whole, in columns that are straight on a terminal.
func TestColumnsOfEveryScript(t *testing.T) {
	t.Parallel()
	kinds, texts, cells := readClusters(t)
	var rows [][]string
	for _, text := range texts {
		if why := console.NameProblem("a" + text); why != "" {
			t.Errorf("%+q as a name %s", text, why)
		}
		rows = append(rows, []string{"a" + text + "b", "|"})
	}
	var out bytes.Buffer
	columns(&out, []string{"NAME", "END"}, rows)
	lines := strings.Split(out.String(), "\n")[1:]
	end := -1
	for i, text := range texts {
		rest, whole := strings.CutPrefix(lines[i], "a"+text+"b")
		if !whole {
			t.Errorf("%s: %+q is not whole in %+q", kinds[i], text, lines[i])
			continue
		}
		if kinds[i] == "hangul-LV" && strings.ContainsFunc(text, func(r rune) bool { return r >= 0x1100 && r < 0x1200 }) {
			continue // terminals differ in the cells that they give to letters of syllables
		}
		at := 1 + cells[i] + 1 + strings.Index(rest, "|")
		if end < 0 {
			end = at
		}
		if at != end {
			t.Errorf("%s: the column after %+q is at %d, others at %d", kinds[i], text, at, end)
		}
	}
}

// The screen and the server's texts go by one rule.
func TestOneRuleOfWhatIsHidden(t *testing.T) {
	t.Parallel()
	var all []rune
	for _, s := range []string{"a é م\u0651\u064eه क\u094d\u093e ന\u0d4d ක\u0dca ᠮ\u180b 語か 가\u1100\u1161\u115f 👩🏽❤\ufe0f\ufe0e🏴\U000e0067\U000e0062\U000e0065\U000e007f\U000e0100\ufe00 1#\u20e3",
		"\u200b\u200c\u200d\u200e\u202e\u2066\u2060\ufeff\u00ad\u034f\u0600\u2028\x1b\n\u009b\ue000\ufffd\u3164"} {
		all = append(all, []rune(s)...)
	}
	for _, a := range all {
		for _, b := range all {
			for _, c := range all {
				for _, rs := range [][]rune{{a, b, c}, {'ക', a, b, c}, {'🏴', 0xe0067, 0xe0062, a, b, c}} {
					for i := range rs {
						if kit.Hidden(rs, i) != tokenapi.Hidden(rs, i) {
							t.Fatalf("%+q at %d", string(rs), i)
						}
					}
				}
			}
		}
	}
}
