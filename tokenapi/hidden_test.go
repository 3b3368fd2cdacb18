package tokenapi

import (
	"os"
	"strconv"
	"strings"
	"testing"
)

// Server texts keep what people write, in any script; ui/kit has the table.
func TestClustersInServerTexts(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../ui/kit/testdata/clusters.txt")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(data)) {
		kind, hex, _ := strings.Cut(line, "\t")
		if strings.HasPrefix(line, "#") || kind == "prepend" { // signs that begin a number are format characters
			continue
		}
		hex, _, _ = strings.Cut(hex, "\t")
		text := ""
		for f := range strings.FieldsSeq(hex) {
			r, err := strconv.ParseInt(f, 16, 32)
			if err != nil {
				t.Fatal(err)
			}
			text += string(rune(r))
		}
		n++
		for _, s := range []string{text, "a " + text + " b"} {
			if got := clean(s, 100); got != s {
				t.Errorf("%s: clean of %+q is %+q", kind, s, got)
			}
			if got := keep(s, 100); got != s {
				t.Errorf("%s: keep of %+q is %+q", kind, s, got)
			}
		}
	}
	if n < 200 {
		t.Errorf("only %d clusters", n)
	}
	for in, want := range map[string]string{
		"Or\u200dders\u200b": "Orders", "Or\ufe0fders": "Orders", "x\U000e0067\U000e007f": "x", "🏴\U000e0067\U000e0062": "🏴", "a\u3164\u034fb": "ab",
		"語\u200d語": "語語", "م\u200c\u200dم": "مم",
	} {
		if got := clean(in, 100); got != want {
			t.Errorf("clean of %+q is %+q, want %+q", in, got, want)
		}
		if got := keep(in, 100); got != want {
			t.Errorf("keep of %+q is %+q, want %+q", in, got, want)
		}
	}
}
