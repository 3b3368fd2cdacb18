package tokenapi

import (
	"strings"
	"testing"
)

// TestReplaceWord checks that short secrets are masked as whole words.
func TestReplaceWord(t *testing.T) {
	for in, want := range map[string]string{
		"a":       "•",
		"a b a":   "• b •",
		"a,a":     "•,•",
		"aa":      "aa",
		"éa aé":   "éa aé",
		"1a a1 a": "1a a1 •",
		"":        "",
	} {
		if got := replaceWord(in, "a", "•"); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// TestMaskIsLinear masks an answer in which a server repeats one letter that is also the value of a
// secret. This took minutes when each hit read all the text before it.
func TestMaskIsLinear(t *testing.T) {
	body := `{"token":"a` + strings.Repeat(`\u0000`, 8) + `","x":"` +
		strings.Repeat("a ", bodyLimit/2-64) + `"}`
	var m masker
	if out := m.body([]byte(body)); !strings.Contains(out, "••• ") || strings.Contains(out, `"a `) {
		t.Errorf("%.100s", out)
	}
}
