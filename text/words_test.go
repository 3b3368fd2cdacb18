package text_test

import (
	"strings"
	"testing"

	"lanyard/text"
)

func TestNearest(t *testing.T) {
	t.Parallel()
	known := []string{"theme", "token_url", "undo_window", "tint_quiet", "quiet", "nord", "via",
		"of", "Übung"}
	for word, want := range map[string]string{
		"them": "theme", "thmee": "theme", "THEME": "theme", "tehm": "", "token-url": "token_url",
		"tokenurl": "token_url",
		"tokn_ulr": "token_url", "tintquiet": "tint_quiet", "quite": "quiet", "nrd": "nord",
		"nr":  "",
		"vai": "via", "va": "via",
		"off": "", "ubung": "Übung", "": "", "something": "", strings.Repeat("a", 1000): "",
	} {
		if got := text.Nearest(word, known); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
	if got := text.DidYouMean("them", known); got != `did you mean "theme"?` {
		t.Error(got)
	}
	if got := text.DidYouMean("something", known); got != "" {
		t.Error(got)
	}
}

func TestCount(t *testing.T) {
	t.Parallel()
	for want, got := range map[string]string{
		"no tokens": text.Count(0, "token"), "1 token": text.Count(1, "token"),
		"2 marked tokens": text.Count(2, "marked token"),
		"2 keys":          text.Count(2, "key"), "1 retry": text.Count(1, "retry"),
		"-1 retries":     text.Count(-1, "retry"),
		"no tokens stay": text.CountOf(0, "token stays", "tokens stay"),
		"1 token stays":  text.CountOf(1, "token stays", "tokens stay"),
		"3 tokens stay":  text.CountOf(3, "token stays", "tokens stay"),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestSentence(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"": "", "a b": "A b", "A b": "A b", "1 b": "1 b", "über": "über",
	} {
		if got := text.Sentence(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestKey(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"tint_quiet": "tint_quiet", "X-Tenant": "X-Tenant", "größe": "größe", "": `""`,
		"a b": `"a b"`, "a.b": `"a.b"`,
		"\x1b]0;x\a": `"\x1b]0;x\a"`, "a\u3164b": `"a\u3164b"`, "a\u202e": `"a\u202e"`,
		strings.Repeat("x", 41):   strings.Repeat("x", 40) + "…",
		strings.Repeat("x y", 41): `"` + strings.Repeat("x y", 13) + `x…"`,
	} {
		if got := text.Key(in); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}
