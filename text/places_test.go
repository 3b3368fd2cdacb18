package text_test

import (
	"strings"
	"testing"

	"lanyard/text"
)

func TestFindKeys(t *testing.T) {
	t.Parallel()
	const file = "# a.b = 1\n" +
		"top = \"x = 1\"\n" +
		"  ü.\"q\\u0041 \\e\\\"\" . 'l\\t' =  1\n" +
		"text = \"\"\"\nno = 1\n\\\"\"\"\"\nafter = '''\nno = 2'''\n" +
		"list = [ 1, \"a]\", # ]\n  { in = 2 } ]\n" +
		"[table . sub]\r\nkey = { one = 1, two = { three = 3 } }\n" +
		"[[array]]\nname = 1\n[[array]]\nname = 2\n[array.below]\nx = 1\n" +
		"[[array.more]]\ny = 1\nquotes = [ \"\"\"a\"\"\"\", 2 ]\n"
	found, deep := text.FindKeys(file)
	if deep != (text.Place{}) {
		t.Errorf("too deep at %v", deep)
	}
	for _, c := range []struct {
		path       string
		key, value text.Place
	}{
		{text.Path("top"), text.Place{2, 1}, text.Place{2, 7}},
		{text.Path("ü"), text.Place{3, 3}, text.Place{3, 31}},
		{text.Path("ü", "qA \x1b\"", `l\t`), text.Place{3, 3}, text.Place{3, 31}},
		{text.Path("text"), text.Place{4, 1}, text.Place{4, 8}},
		{text.Path("after"), text.Place{7, 1}, text.Place{7, 9}},
		{text.Path("list"), text.Place{9, 1}, text.Place{9, 8}},
		{text.Path("list", 1), text.Place{9, 13}, text.Place{9, 13}},
		{text.Path("list", 2, "in"), text.Place{10, 5}, text.Place{10, 10}},
		{text.Path("table", "sub"), text.Place{11, 1}, text.Place{11, 1}},
		{text.Path("table", "sub", "key", "two", "three"), text.Place{12, 26}, text.Place{12, 34}},
		{text.Path("array", 0, "name"), text.Place{14, 1}, text.Place{14, 8}},
		{text.Path("", "array", 1, "name"), text.Place{16, 1}, text.Place{16, 8}},
		{text.Path("array", 1, "below", "x"), text.Place{18, 1}, text.Place{18, 5}},
		{text.Path("array", 1, "more", 0, "y"), text.Place{20, 1}, text.Place{20, 5}},
		{text.Path("array", 1, "more", 0, "quotes", 1), text.Place{21, 22}, text.Place{21, 22}},
		{text.Path("no"), text.Place{}, text.Place{}},
		{text.Path("a"), text.Place{}, text.Place{}},
	} {
		if got := found[c.path]; got.Key != c.key || got.Value != c.value {
			t.Errorf("%q: %v, want %v %v", c.path, got, c.key, c.value)
		}
	}
	for in, want := range map[string]text.Place{
		"x = " + strings.Repeat("[", 40):    {1, 38},
		strings.Repeat("a.", 40) + "a = 1":  {1, 65},
		"\nx = " + strings.Repeat("[", 1e5): {2, 38},
	} {
		if _, deep := text.FindKeys(in); deep != want {
			t.Errorf("%.20q: too deep at %v, want %v", in, deep, want)
		}
	}
	if got := text.PlaceAt("ab\nüx", 5); got != (text.Place{2, 2}) {
		t.Errorf("%v", got)
	}
	for offset, want := range map[int]text.Place{-1: {1, 1}, 3: {1, 7}, 9: {1, 8}} {
		if got := text.PlaceOfError("a =   x", offset); got != want {
			t.Errorf("an error at %d is placed at %v", offset, got)
		}
	}
}

// The finder ends for every text.
func FuzzFindKeys(f *testing.F) {
	for _, s := range []string{"", "a = 1", "[[a]]\nb.c = {d = [1, {e = '''", "\"\\e\\x41\" = \"\\",
		"[a",
		"=", "a.b.", "{}]"} {
		f.Add(s)
	}
	f.Fuzz(func(_ *testing.T, s string) { text.FindKeys(s) })
}
