package kit_test

import (
	"strings"
	"testing"

	"lanyard/ui/kit"
)

// bounded is what is left of a text.
func bounded(s string) string {
	var c kit.Cluster
	return strings.Map(func(r rune) rune {
		if c.Over(r) {
			return -1
		}
		return r
	}, s)
}

// Nothing that people write is cut, and nothing piles up.
func TestCluster(t *testing.T) {
	t.Parallel()
	for what, s := range map[string]string{
		"Latin": "Zu\u0308rich e\u0323\u0302", "Devanagari": "नमस्ते क्षत्रिय र्\u200dय", "Thai": "น้ำ ที่ เก็บ", "Arabic": "مُحَمَّدٌ می\u200cخواهم",
		"Hebrew": "בְּרֵאשִׁ֖ית", "Burmese": "ကြွေးကျွန်ုပ်", "Tibetan": "ཧྐྵྨླྺྼྻྂ", "Hangul in parts": strings.Repeat("\u1112\u1161\u11ab", 40),
		"family": "👨\u200d👩\u200d👧\u200d👦", "skin": "👩🏽\u200d❤\ufe0f\u200d💋\u200d👨🏿", "flags": strings.Repeat("🇩🇪", 30), "keycap": "1\ufe0f\u20e3",
		"families": strings.Repeat("👨\u200d👩\u200d👧\u200d👦", 30), "England": "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
	} {
		if got := bounded(s); got != s {
			t.Errorf("%s: %q became %q", what, s, got)
		}
	}
	for in, want := range map[string]string{
		"e" + strings.Repeat("\u0301", 299) + "x":          "e" + strings.Repeat("\u0301", 8) + "x",
		"e" + strings.Repeat("\u0301\u200d", 299) + "x":    "e" + strings.Repeat("\u0301\u200d", 8) + "x",
		"ب" + strings.Repeat("\u064b\u200c", 299):          "ب" + strings.Repeat("\u064b\u200c", 8),
		"e" + strings.Repeat("\u20dd", 20):                 "e" + strings.Repeat("\u20dd", 8),
		"\u1100\u1161" + strings.Repeat("\u11a8", 299):     "\u1100\u1161" + strings.Repeat("\u11a8", 7),
		strings.Repeat("👩\u200d", 299) + "👩":               strings.Repeat("👩\u200d", 8) + strings.Repeat("👩", 292),
		strings.Repeat("e"+strings.Repeat("\u0301", 9), 2): strings.Repeat("e"+strings.Repeat("\u0301", 8), 2),
	} {
		if got := bounded(in); got != want {
			t.Errorf("%q became %q", in, got)
		}
	}
	if got := kit.Clean("e" + strings.Repeat("\u0301", 299) + "x"); got != "e"+strings.Repeat("\u0301", 8)+"x" {
		t.Errorf("on the screen: %q", got)
	}
}
