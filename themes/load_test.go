package themes_test

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"lanyard/themes"
)

func folder(files ...string) fstest.MapFS {
	m := fstest.MapFS{}
	for i := 0; i < len(files); i += 2 {
		m[files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
	}
	return m
}

// said writes problems as the command line does.
func said(problems []themes.Problem) string {
	var out []string
	for _, p := range problems {
		s := fmt.Sprintf("%s:%d:%d: %s: %s", p.File, p.Line, p.Column, p.Key, p.Text)
		if p.Hint != "" {
			s += " (" + p.Hint + ")"
		}
		if p.Warning {
			s = "warning " + s
		}
		out = append(out, s)
	}
	return strings.Join(out, "\n")
}

func TestLoad(t *testing.T) {
	t.Parallel()
	set, problems := themes.Load(folder(
		"mine.toml", "about = \"my own\"\nextends = \"nord\"\n[dark]\naccent = \"#8fd\"\ngood "+
			"= \"\"\n",
		"nord.toml", "extends = \"nord\"\n[dark]\nfill = false\n",
		"readme.txt", "not a theme", ".hidden.toml", "neither", "later.toml.swp", "neither",
	))
	if len(problems) > 0 {
		t.Error(said(problems))
	}
	if want := append(themes.Names(), "mine"); !slices.Equal(set.Names(), want) {
		t.Errorf("there are %q", set.Names())
	}
	mine, err := set.ByName("mine")
	if err != nil || mine.About() != "my own" || mine.File() != "mine.toml" || mine.Replaces() {
		t.Fatalf("%v, %q in %q", err, mine.About(), mine.File())
	}
	st, nord := mine.Styles(true, themes.All), byName(t, "nord").Styles(true, themes.All)
	if sgrColour(t, st.Accent, "38;") != "#88ffdd" || st.Good != "" {
		t.Errorf("what it says is not what it has: %q %q", st.Accent, st.Good)
	}
	if st.Warn != nord.Warn || st.Row != nord.Row {
		t.Error("what it does not say is not what it extends")
	}
	// It extends the other file, which has taken the ground away from the built-in theme of that
	// name.
	if st.Ground != "" {
		t.Errorf("the ground is %q", st.Ground)
	}
	own, err := set.ByName("nord")
	if err != nil || !own.Replaces() || own.Styles(true, themes.All).Ground != "" ||
		own.About() != "after nord" {
		t.Errorf("%v: the file does not win", err)
	}
	if n := len(set.All()); n != len(themes.Names())+1 {
		t.Errorf("%d themes in all", n)
	}
	_, err = set.ByName("non")
	if err == nil || !strings.Contains(err.Error(), "nord, mine") {
		t.Errorf("an unknown one: %v", err)
	}
	if _, problems := themes.Load(fstest.MapFS{}); len(problems) > 0 {
		t.Error(said(problems))
	}
}

func TestBadThemes(t *testing.T) {
	t.Parallel()
	const good = "[dark]\nground = \"#000\"\n"
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", `x.toml:0:0: : has no colours (it needs [dark], [light] or both, or ` +
			`extends = "NAME")`},
		{"unknown key", "abot = \"x\"\n" + good,
			`x.toml:1:1: abot: unknown key (did you mean "about"?)`},
		{"a role at the top", "quiet = \"#fff\"\n" + good,
			`x.toml:1:1: quiet: unknown key (it belongs in [dark], [light] or [sixteen])`},
		{"unknown role", good + "  acent= \"#fff\"",
			`x.toml:3:3: dark.acent: unknown key (did you mean "accent"?)`},
		{"a role without its line", good + `tintquiet = "4"`,
			`x.toml:3:1: dark.tintquiet: unknown key (did you mean "tint_quiet"?)`},
		{"hostile key", good + `"\u001b]0;x\u0007" = "4"`,
			`x.toml:3:1: dark."\x1b]0;x\a": unknown key`},
		{"a number", good + "accent = 4",
			`x.toml:3:10: dark.accent: must be a text in quotes (such as "4", or "#8aadf4")`},
		{"no colour", good + "\n accent =  \"blue\"",
			`x.toml:4:12: dark.accent: is not a colour (write it like "#8aadf4", "4" (0 to 255), ` +
				`or "" for the terminal's own)`},
		{"too large", "[light]\nground = \"#fff\"\nquiet = \"256\"",
			`x.toml:3:9: light.quiet: is not a colour (write it like "#8aadf4", "4" (0 to 255), ` +
				`or "" for the terminal's own)`},
		{"of seventeen", good + "[sixteen]\nquiet = \"16\"",
			`x.toml:4:9: sixteen.quiet: is not one of the sixteen colours ("0" to "15")`},
		{"no table", "dark = \"#fff\"", `x.toml:1:8: dark: must be a table, begun with [dark]`},
		{"no flag", good + "fill = \"yes\"",
			`x.toml:3:8: dark.fill: must be true or false, without quotes`},
		{"fill without text", good + "fill = true",
			`x.toml:1:1: dark.fill: needs ground and text (a background of its own can hide the ` +
				`terminal's text)`},
		{"about", "about = 1\n" + good, `x.toml:1:9: about: must be a text in quotes`},
		{"extends nothing", "extends = \"nrd\"",
			`x.toml:1:11: extends: there is no such theme (did you mean "nord"?)`},
		{"extends itself", "extends = \"x\"", `x.toml:1:11: extends: there is no such theme`},
		{"extends mono", "extends = \"mono\"\n" + good,
			`x.toml:1:11: extends: mono has no colours that could be changed ` +
				`(extend another theme)`},
		{"empty", "extends = \"\"\n" + good,
			`x.toml:1:11: extends: is empty (leave it out, or name a theme)`},
		{"syntax", good + "quiet = #fff",
			`x.toml:3:9: : expected a value here (colours stand in quotes: "#8aadf4")`},
		{"open", good + "quiet = \"#fff", `x.toml:3:13: : a quote or bracket is not closed`},
		{"twice", good + "ground = \"#fff\"", `x.toml:3:1: : is defined twice`},
		{"not text", "about = \"\xff\"", `x.toml:0:0: : is not UTF-8 text`},
		{"large", "#" + strings.Repeat("x", 64<<10),
			`x.toml:0:0: : is larger than 64 KiB; is this a theme?`},
		{"several, in their order", "foo = 1\n" + good + "bar = 1\naccent = \"x\"",
			"x.toml:1:1: foo: unknown key\nx.toml:4:1: dark.bar: unknown key\nx.toml:5:10: " +
				"dark.accent: is not a colour (write it like \"#8aadf4\", \"4\" (0 to 255), or " +
				"\"\" for the terminal's own)"},
		{"dotted", "dark.ground = \"#000\"\ndark.x = 1", `x.toml:2:1: dark.x: unknown key`},
		{"in braces", `dark = { ground = "#000", x = 1 }`, `x.toml:1:27: dark.x: unknown key`},
		{"nested", "x = " + strings.Repeat("[", 40), `x.toml:1:38: : is nested too deeply`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			set, problems := themes.Load(
				folder("x.toml", c.text, "fine.toml", "extends = \"dark\""))
			if got := said(problems); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if _, err := set.ByName("x"); !errors.Is(err, themes.ErrBroken) || !set.Has("x") ||
				slices.Contains(set.Names(), "x") {
				t.Errorf("a broken theme can be had, or is not told from none: %v", err)
			}
			if _, err := set.ByName("fine"); err != nil {
				t.Errorf("another theme is hurt: %v", err)
			}
		})
	}
}

// A theme with low contrast can be used, and Load warns about it.
func TestHardToSee(t *testing.T) {
	t.Parallel()
	set, problems := themes.Load(folder(
		"dim.toml", "extends = \"nord\"\n[dark]\nquiet = \"#4c566a\"\n",
		"bare.toml", "[dark]\nquiet = \"#4c566a\"\n",
		"own.toml", "[dark]\nquiet = \"8\"\n", // the terminal's own colours: nothing can be said
	))
	const dim = "warning dim.toml:3:9: dark.quiet: has "
	want := "warning bare.toml:1:1: dark: states no ground, so its contrast cannot be checked " +
		"(ground = \"#rrggbb\": the background it is made for)\n" +
		dim + "1.6 to 1 on the ground, and 4.5 is needed\n" +
		dim + "1.3 to 1 on the selected row, and 4.5 is needed\n" +
		dim + "1.5 to 1 on the selected row of another pane, and 4.5 is needed"
	if got := said(problems); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for _, n := range []string{"dim", "bare", "own"} {
		if _, err := set.ByName(n); err != nil {
			t.Error(err)
		}
	}
}

func TestThemesInACircle(t *testing.T) {
	t.Parallel()
	_, problems := themes.Load(
		folder("a.toml", `extends = "b"`, "b.toml", `extends = "c"`, "c.toml", `extends = "a"`))
	want := "a.toml:1:11: extends: b.toml has errors\nb.toml:1:11: extends: c.toml has " +
		"errors\nc.toml:1:11: extends: goes in a circle: a, b, c, a"
	if got := said(problems); got != want {
		t.Errorf("got\n%s", got)
	}
}

// A name that cannot be typed or printed is refused, a pipe is not read, and an unreadable folder
// is reported.
func TestOddFiles(t *testing.T) {
	t.Parallel()
	m := folder("a b.toml", "extends = \"dark\"", "\x1b[7m.toml", "extends = \"dark\"")
	m["pipe.toml"] = &fstest.MapFile{Mode: fs.ModeNamedPipe | 0o600}
	m["dir.toml/x"] = &fstest.MapFile{}
	set, problems := themes.Load(m)
	if got := said(problems); strings.Count(got, "has a name with other characters") != 2 ||
		strings.Count(got, "is not a file") != 2 {
		t.Error(got)
	}
	if !slices.Equal(set.Names(), themes.Names()) {
		t.Errorf("%q", set.Names())
	}
	_, problems = themes.Load(sealed{})
	if got := said(problems); got != ":0:0: : cannot be read: permission denied" {
		t.Error(got)
	}
}

type sealed struct{}

func (sealed) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
}

// A description loses its control characters and line breaks, and is cut.
func TestAboutIsTidied(t *testing.T) {
	t.Parallel()
	set, _ := themes.Load(
		folder("x.toml",
			"extends = \"dark\"\nabout = \"a\\u001b[7m\\nb"+strings.Repeat("é", 100)+"\""))
	x, err := set.ByName("x")
	if err != nil || strings.ContainsAny(x.About(), "\x1b\n") || len([]rune(x.About())) != 80 {
		t.Errorf("%v: %q", err, x.About())
	}
}
