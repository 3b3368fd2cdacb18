package text_test

import (
	"testing"

	"lanyard/text"
)

func TestFuzzy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"", "anything", true}, {"ana", "ana read", true}, {"rd", "ana read", true},
		{"ard", "ana read", false}, {"dra", "ana read", false},
		{"READ ana", "ana read", true}, {"read x", "ana read", false}, {"!ana", "ana read", false},
		{"!bob", "ana read", true}, {"!", "x", true},
		{"決済", "決済ゲートウェイ", true}, {"ß", "Straße", true},
	} {
		if got := text.Fuzzy(c.pattern, c.text); got != c.want {
			t.Errorf("%q in %q: %t", c.pattern, c.text, got)
		}
	}
	for i, candidate := range []string{"re all", "to re all", "all the rest", "r-e all"} {
		if got := text.Closer("re all", candidate); got != i {
			t.Errorf("%q is %d away, want %d", candidate, got, i)
		}
	}
}
