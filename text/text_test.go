package text_test

import (
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"lanyard/text"
)

const england = "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"

// many is one character n times.
func many(s string, n int) string { return strings.Repeat(s, n) }

// The rule leaves this of each input.
func TestRule(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ what, in, want string }{
		{"printable ASCII", "Orders (v2)", "Orders (v2)"},
		{"other letters", "Übung – 日本 ✓", "Übung – 日本 ✓"},
		{"blanks", " a  b ", " a  b "},

		{"CSI", "a\x1b[31mred\x1b[0m b", "ared b"},
		{"OSC, ended by BEL", "\x1b]52;c;eA==\x07x", "x"},
		{"OSC, ended by ST", "\x1b]8;;http://e\x1b\\x", "x"},
		{"DCS", "a\x1bPq\x1b\\b", "ab"},
		{"character set", "a\x1b(0b", "ab"},
		{"ESC before another script", "a\x1bé", "aé"},
		{"ESC at the end", "a\x1b", "a"},
		{"CSI without end", "half \x1b[", "half "},
		{"CSI that other text follows", "a\x1b[é", "aé"},
		{"OSC without end", "a\x1b]words remain", "awords remain"},
		{"CSI of C1", "a\u009b31mb", "ab"},
		{"OSC of C1", "a\u009d0;t\u009cb", "ab"},
		{"DCS of C1", "a\u0090x\u009cb", "ab"},
		{"APC of C1", "a\u009fx\u009cb", "ab"},
		{"raw byte of C1", "raw \x9b31m", "raw ?31m"},

		{"NUL, BEL, DEL", "a\x00b\x07c\x7fd", "abcd"},
		{"tab", "a\tb", "a b"},
		{"line ends", "a\r\nb\u2028c\u2029d\u0085e", "a  b c d e"},
		{"other white space", "a\u00a0b\u3000c\u202fd", "a b c d"},
		{"blank of Braille", "a\u2800\u200db", "a b"},
		{"invalid UTF-8", "a\xff\xfeb", "a?b"},

		{"overrides", "\u202eevil\u202c", "evil"},
		{"isolates", "\u2066a\u2069b", "ab"},
		{"direction marks", "a\u200eb\u200fc\u061cd", "abcd"},
		{"zero width space", "Or\u200bders\u2060", "Orders"},
		{"soft hyphen", "Or\u00adders", "Orders"},
		{"BOM", "\ufeffx", "x"},
		{"Hangul fillers", "\u3164a\u115f\uffa0", "a"},
		{"grapheme joiner", "a\u034fb", "ab"},
		{"ignorable, not assigned", "a\u2065b\U000e0fff", "ab"},
		{"private use", "a\ue000b\U000f0000c", "abc"},
		{"noncharacters", "a\uffffb\ufdd0", "ab"},
		{"not assigned yet", "a\u0378b", "a\u0378b"},
		{"musical format", "a\U0001d173b", "ab"},
		{"sign before a number", "\u06001", "1"},

		{"ZWJ in a Latin word", "Or\u200dders", "Orders"},
		{"ZWJ alone", "\u200da\u200d", "a"},
		{"ZWNJ in a Latin word", "Or\u200cders", "Orders"},
		{"ZWJ in Chinese", "語\u200d語", "語語"},
		{"two joiners", "م\u200c\u200dم", "مم"},
		{"ZWNJ in Persian", "می\u200cخواهم", "می\u200cخواهم"},
		{"ZWJ in Devanagari", "क्\u200dष र्\u200dय", "क्\u200dष र्\u200dय"},
		{"ZWJ that ends Malayalam", "ന്\u200d", "ന്\u200d"},
		{"ZWJ in emoji", "👩\u200d💻 👩🏽\u200d❤\ufe0f\u200d👩", "👩\u200d💻 👩🏽\u200d❤\ufe0f\u200d👩"},
		{"ZWNJ in emoji", "👩\u200c💻", "👩💻"},
		{"ZWJ after emoji", "👩\u200d\u202e", "👩"},

		{"variation of emoji", "❤\ufe0f ☎\ufe0e ℹ\ufe0f", "❤\ufe0f ☎\ufe0e ℹ\ufe0f"},
		{"variation of Latin", "Or\ufe00ders\ufe0f", "Orders"},
		{"variation twice", "❤\ufe0f\ufe0f ❤\U000e01ef", "❤\ufe0f ❤"},
		{"keycap", "1\ufe0f\u20e3 #\ufe0f\u20e3 1\ufe0f2", "1\ufe0f\u20e3 #\ufe0f\u20e3 12"},
		{"variation of Chinese", "葛\U000e0100飾 葛\ufe0f か\U000e0100", "葛\U000e0100飾 葛 か"},
		{"tags", "x\U000e0041\U000e0042", "x"},
		{"flag of England", england, england},
		{"flag without end", "🏴\U000e0067\U000e0062", "🏴"},

		{"heap of marks", "e" + many("\u0301", 299) + "x", "e" + many("\u0301", 8) + "x"},
		{"heap, with controls between", "e" + many("\u0301\x07", 20), "e" + many("\u0301", 8)},
		{"heap, with zero widths between", "e" + many("\u0301\u200b", 9), "e" + many("\u0301", 8)},
		{"heap of finals", "\u1100\u1161" + many("\u11a8", 20), "\u1100\u1161" + many("\u11a8", 7)},
		{"heap of emoji", many("👩\u200d", 20) + "👩", many("👩\u200d", 8) + many("👩", 13)},
		{"marks first", "\u0301\u0308x", "x"},
		{"Tibetan", "ཧྐྵྨླྺྼྻྂ", "ཧྐྵྨླྺྼྻྂ"},
	} {
		if got := text.Line(c.in); got != c.want {
			t.Errorf("%s: Line(%+q) is %+q, want %+q", c.what, c.in, got, c.want)
		}
		if got := strings.ReplaceAll(text.Value(c.in, 1000), "\ufffd", "?"); got != c.want {
			t.Errorf("%s: Value(%+q) is %+q, want %+q", c.what, c.in, got, c.want)
		}
		words := strings.ReplaceAll(text.Words(c.in, 1000), "\ufffd", "?")
		if got, want := words, strings.Join(strings.Fields(c.want), " "); got != want {
			t.Errorf("%s: Words(%+q) is %+q, want %+q", c.what, c.in, got, want)
		}
		if text.Passes(c.in) != (c.in == c.want) {
			t.Errorf("%s: Passes(%+q) is %t", c.what, c.in, c.in != c.want)
		}
	}
}

func TestLimit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in           string
		limit        int
		value, words string
	}{
		{many("é", 20), 10, many("é", 10), many("é", 10) + "…"},
		{"ten letters", 11, "ten letters", "ten letters"},
		{"ten letters", 4, "ten ", "ten…"},
		{"\u200b\u200bab", 2, "ab", "ab"},
		{"👩\u200d💻", 2, "👩", "👩…"},
		{england, 3, "🏴", "🏴…"},
		{"a", 0, "", "…"},
		{"a\xff\ufffd", 3, "a\ufffd\ufffd", "a\ufffd\ufffd"},
		{"", 0, "", ""},
	} {
		if got := text.Value(c.in, c.limit); got != c.value {
			t.Errorf("Value(%+q, %d) is %+q, want %+q", c.in, c.limit, got, c.value)
		}
		if got := text.Words(c.in, c.limit); got != c.words {
			t.Errorf("Words(%+q, %d) is %+q, want %+q", c.in, c.limit, got, c.words)
		}
	}
}

// What people write in any script passes whole.
func TestEveryScript(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../ui/kit/testdata/clusters.txt")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(data)) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if strings.HasPrefix(line, "#") || f[0] == "prepend" {
			// signs before numbers are format characters
			continue
		}
		s := ""
		for hex := range strings.FieldsSeq(f[1]) {
			r, err := strconv.ParseInt(hex, 16, 32)
			if err != nil {
				t.Fatal(err)
			}
			s += string(rune(r))
		}
		n++
		for _, s := range []string{s, "a " + s + " b", many(s, 5)} {
			if !text.Passes(s) || text.Value(s, 1000) != s || text.Words(s, 1000) != s {
				t.Errorf("%s: of %+q Line leaves %+q", f[0], s, text.Line(s))
			}
		}
	}
	if n < 200 {
		t.Errorf("only %d clusters", n)
	}
}

// JSON keeps each value, and no control character of it reaches the terminal.
func TestJSON(t *testing.T) {
	t.Parallel()
	odd := "a\x1b[31m\x7f\u0085\u009b\u202e\u2066\u200d\u200b\u2028\ufeff\u3164" +
		"\ue000\U000e0041\n\tü日" +
		many("\u0301", 299)
	doc, err := json.MarshalIndent(map[string]string{odd: odd}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	out := text.JSON(doc)
	for line := range strings.Lines(string(out)) {
		if line = strings.TrimSuffix(line, "\n"); !text.Passes(line) {
			t.Errorf("%+q is not safe", line)
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

func FuzzRule(f *testing.F) {
	for _, s := range []string{"", "a\x1b[31mred", "\x1b]0;t\x07", "\u202eab\u200b", "\x9b31m",
		"👩\u200d💻",
		"क्\u200d\u200bष", "e" + many("\u0301", 20)} {
		f.Add(s, uint16(20))
	}
	f.Fuzz(func(t *testing.T, s string, limit uint16) {
		n := int(limit)
		words := strings.TrimSuffix(text.Words(s, n), "…")
		for _, out := range []string{text.Line(s), text.Value(s, n), words} {
			odd := strings.ContainsAny(out, "\x1b\u009b\u202e\u200b\n")
			if odd || !utf8.ValidString(out) || !text.Passes(out) {
				t.Fatalf("%+q: %+q", s, out)
			}
		}
		if out := text.Value(s, n); utf8.RuneCountInString(out) > n || text.Value(out, n) != out {
			t.Fatalf("%+q: %+q", s, out)
		}
		if out := text.Words(s, n); utf8.RuneCountInString(out) > n+1 {
			t.Fatalf("%+q: %+q", s, out)
		}
	})
}
