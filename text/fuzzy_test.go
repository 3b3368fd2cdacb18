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
	for i, candidate := range []string{"renew", "to renew", "new x re", "r-e-n-e-w"} {
		if got, want := text.Closer("renew", candidate), []int{0, 1, 3, 3}[i]; got != want {
			t.Errorf("%q is %d away", candidate, got)
		}
	}
}
