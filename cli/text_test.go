package cli

import (
	"encoding/json"
	"strings"
	"testing"

	"lanyard/ui/kit"
)

func TestPlain(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Orders":                                  "Orders",
		"":                                        "",
		"a\tb\r\nc":                               "a b  c",
		"a\x1b[31mb\x07\x7f\x00":                  "a·[31mb···",
		"a\u0085b\u009b31mc\u009d":                "a·b·31mc·",
		"raw \x9b31m and \xff":                    "raw ·31m and ·",
		"\u202eevil\u2066x\u2069":                 "·evil·x·",
		"a\u200eb\u200fc\u061cd":                  "a·b·c·d",
		"a\u2028b\u2029c\ufeffd":                  "a·b·c·d",
		"Or\u200dders Or\u200cders":               "Or·ders Or·ders",
		"Ord\u200bers\u00adx\u2060":               "Ord·ers·x·",
		"\u200da\u200d":                           "·a·",
		"\u3164\u115f\U000e0041":                  "···",
		"می\u200cخواهم":                           "می\u200cخواهم",
		"क्\u200dष":                               "क्\u200dष",
		"👩\u200d💻 ok":                             "👩\u200d💻 ok",
		"👩\u200d\u202e":                           "👩··",
		"Or\ufe00ders Orders\ufe0f":               "Or·ders Orders·",
		"Ор\ufe0eдер\U000e0100":                   "Ор·дер·",
		"\ufe0fOrders 1\ufe0f2":                   "·Orders 1·2",
		"❤\ufe0f ☎\ufe0e ℹ\ufe0f":                 "❤\ufe0f ☎\ufe0e ℹ\ufe0f",
		"❤\ufe0f\ufe0f ❤\U000e01ef":               "❤\ufe0f· ❤·",
		"👩🏽\u200d❤\ufe0f\u200d👩":                  "👩🏽\u200d❤\ufe0f\u200d👩",
		"1\ufe0f\u20e3 #\ufe0f\u20e3":             "1\ufe0f\u20e3 #\ufe0f\u20e3",
		"葛\U000e0100飾区":                           "葛\U000e0100飾区",
		"か\U000e0100 葛\ufe0f":                     "か· 葛·",
		"Übung – 日本 ✓":                            "Übung – 日本 ✓",
		"e" + strings.Repeat("\u0301", 299) + "x": "e" + strings.Repeat("\u0301", 8) + "x",
	} {
		if got := plain(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

// JSON keeps every value as it is, and shows a terminal none of it.
func TestHarmless(t *testing.T) {
	t.Parallel()
	odd := "a\x1b[31m\x7f\u0085\u009b\u202e\u2066\u200d\u200b\u2028\ufeff\u3164\U000e0041\n\tü日" + strings.Repeat("\u0301", 299)
	doc, err := json.Marshal(map[string]string{odd: odd})
	if err != nil {
		t.Fatal(err)
	}
	out := harmless(doc)
	var marks kit.Cluster
	for _, r := range string(out) {
		if kit.Hidden([]rune{r}, 0) || marks.Over(r) {
			t.Errorf("%U is in %s", r, out)
		}
	}
	var back map[string]string
	if err := json.Unmarshal(out, &back); err != nil || back[odd] != odd {
		t.Errorf("%v: %q", err, back)
	}
	if !strings.Contains(string(out), "ü日") {
		t.Errorf("what is readable was escaped: %s", out)
	}
}
