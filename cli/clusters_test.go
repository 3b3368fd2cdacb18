package cli

import (
	"bytes"
	"os"
	"strconv"
	"strings"
	"testing"

	"lanyard/console"
)

// readClusters returns the table of ui/kit: kind, text and cells of each grapheme cluster.
func readClusters(t *testing.T) (kinds, texts []string, cells []int) {
	t.Helper()
	data, err := os.ReadFile("../ui/kit/testdata/clusters.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if strings.HasPrefix(line, "#") || f[0] == "prepend" {
			// prepended number signs are format characters, which are removed
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

// Names in any script are accepted, and lists print them whole and in straight columns.
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
		if kinds[i] == "hangul-LV" &&
			strings.ContainsFunc(text, func(r rune) bool { return r >= 0x1100 && r < 0x1200 }) {
			continue // terminals disagree on the width of these syllables
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
