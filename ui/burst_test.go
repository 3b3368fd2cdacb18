package ui_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"lanyard/ui"
)

// fed returns the input that the program reads when a terminal sends these chunks.
func fed(chunks ...string) string {
	var all [][]byte
	for _, c := range chunks {
		all = append(all, []byte(c))
	}
	return string(ui.Fed(4096, 4096, all...))
}

// Input that is too fast for a person is marked as a paste, like the bracketed paste of a terminal.
func TestBursts(t *testing.T) {
	t.Parallel()
	mark := func(s string) string { return "\x1b[200~" + s + "\x1b[201~" }
	for _, c := range []struct {
		in   []string
		want string
	}{
		{[]string{"g", "p", "x"}, "gpx"},
		{[]string{"1kkk2gp"}, "1kkk2gp"},   // a fast typist
		{[]string{"jjjjjjjj"}, "jjjjjjjj"}, // a held key
		{[]string{"xgpu: q hello\r"}, mark("xgpu: q hello") + "\r"},
		{[]string{"Nightly\t\tsome-key\tno"}, "Nightly\t\t" + mark("some-key") + "\tno"},
		{[]string{"x\ry\rz\rq\rg"}, mark("x\ry\rz\rq\rg")},
		{[]string{"ключ ключ"}, mark("ключ ключ")},
		{[]string{"鍵"}, "鍵"},
		{[]string{"éééééé"}, "éééééé"},
		{[]string{"\x1b[A\x1b[A\x1b[A"}, "\x1b[A\x1b[A\x1b[A"},
		{[]string{"\x1b[<0;12;7M"}, "\x1b[<0;12;7M"},
		{[]string{mark("quit")}, mark("quit")},
		{[]string{"\x03\x03\x03q"}, "\x03\x03\x03q"},
		{[]string{"quit now", "q"}, mark("quit now") + "q"},
	} {
		if got := fed(c.in...); got != c.want {
			t.Errorf("%q: %q", c.in, got)
		}
	}
	// A paste longer than one read stays one paste, with all its letters, also if a read cuts a
	// character.
	for _, unit := range []string{"ab", "é€", "x\n"} {
		text := strings.Repeat(unit, 5000)
		if got := fed(inReads(text)...); got != mark(strings.TrimRight(text, "\n"))+
			text[len(strings.TrimRight(text, "\n")):] {
			t.Errorf("%q: %d bytes came of %d, ending %q", unit, len(got), len(text),
				got[len(got)-20:])
		}
	}
	if got := fed(strings.Repeat("a", 65)); got != mark(strings.Repeat("a", 65)) {
		// no held key repeats so often between two reads
		t.Errorf("one letter: %q", got)
	}
}

// inReads splits a text into reads of 4096 bytes.
func inReads(text string) (chunks []string) {
	for ; len(text) > 4096; text = text[4096:] {
		chunks = append(chunks, text[:4096])
	}
	return append(chunks, text)
}

func FuzzBursts(f *testing.F) {
	f.Add("xgpu: q hello\r", 3, 4096)
	f.Add("\x1b[200~abc\x1b[201~", 100, 3)
	f.Add(strings.Repeat("é", 3000), 4000, 4095)
	f.Fuzz(func(t *testing.T, text string, size, reads int) {
		size, reads = max(1, size%5000), max(1, reads%5000)
		if !utf8.ValidString(text) || strings.ContainsAny(text, "\x03\x1b") || len(text) > 4<<10 {
			return
		}
		var chunks [][]byte
		for rest := []byte(text); len(rest) > 0; {
			n := min(reads, len(rest))
			chunks, rest = append(chunks, rest[:n]), rest[n:]
		}
		out := string(ui.Fed(reads, size, chunks...))
		if got := strings.NewReplacer("\x1b[200~", "", "\x1b[201~", "").Replace(out); got != text {
			t.Errorf("%q became %q", text, got)
		}
	})
}
