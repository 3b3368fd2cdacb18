package themes_test

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lanyard/themes"
)

func TestByName(t *testing.T) {
	t.Parallel()
	want := []string{"auto", "dark", "light", "mono", "high-contrast", "catppuccin-mocha",
		"catppuccin-latte", "gruvbox", "nord"}
	if !slices.Equal(themes.Names(), want) {
		t.Errorf("the built-in themes are %q", themes.Names())
	}
	for _, n := range themes.Names() {
		th := byName(t, n)
		if th.Name() != n || th.About() == "" || th.File() != "" || th.Replaces() {
			t.Errorf("%s calls itself %q and says %q", n, th.Name(), th.About())
		}
		if follows := n == "auto" || n == "high-contrast"; th.Follows() != follows {
			t.Errorf("%s follows the terminal: %t", n, th.Follows())
		}
	}
	if th := byName(t, ""); th.Name() != "auto" {
		t.Errorf("no name: %q", th.Name())
	}
	_, err := themes.Set{}.ByName("../secret")
	if err == nil || !strings.Contains(err.Error(), "auto, dark, light, mono") {
		t.Errorf("an unknown name: %v", err)
	}
}

// auto is dark and light by the background, and nothing else.
func TestAutoIsDarkAndLight(t *testing.T) {
	t.Parallel()
	auto := byName(t, "auto")
	for _, d := range []themes.Depth{themes.Many, themes.All} {
		if !reflect.DeepEqual(auto.Styles(true, d), byName(t, "dark").Styles(true, d)) {
			t.Error("on a dark background auto is not dark")
		}
		if !reflect.DeepEqual(auto.Styles(false, d), byName(t, "light").Styles(true, d)) {
			t.Error("on a light background auto is not light")
		}
	}
}

var (
	anyColour = regexp.MustCompile(`[34]8;|[\[;](3[0-7]|4[0-7]|9[0-7]|10[0-7])[;m]`)
	rich      = regexp.MustCompile(`[34]8;`)
	behind    = regexp.MustCompile(`[\[;](4[0-8]|10[0-7])[;m]`)
)

func TestNoColour(t *testing.T) {
	t.Parallel()
	for _, n := range themes.Names() {
		th := byName(t, n)
		all := []themes.Styles{th.Styles(true, themes.NoColours),
			th.Styles(false, themes.NoColours), th.Before(themes.NoColours)}
		if n == "mono" {
			all = append(all, th.Styles(true, themes.All), th.Before(themes.All))
		}
		for _, st := range all {
			for name, p := range paints(st) {
				if anyColour.MatchString(string(p)) {
					t.Errorf("%s: %s has a colour: %q", n, name, p)
				}
			}
			if st.Row == "" || st.Color {
				t.Errorf("%s: nothing tells the selected row", n)
			}
		}
	}
}

// With sixteen colours only those are used, and none of them as a background, because text
// disappears on rounded backgrounds. The selected row is reversed.
func TestSixteenColours(t *testing.T) {
	t.Parallel()
	for _, n := range themes.Names() {
		if n == "mono" {
			continue
		}
		th := byName(t, n)
		for what, st := range map[string]themes.Styles{"dark": th.Styles(true, themes.Sixteen),
			"light": th.Styles(false, themes.Sixteen), "before": th.Before(themes.Sixteen)} {
			for name, p := range paints(st) {
				if rich.MatchString(string(p)) || behind.MatchString(string(p)) {
					t.Errorf("%s, %s: %s is %q", n, what, name, p)
				}
			}
			if st.Row != "\x1b[7m" || !st.Color {
				t.Errorf("%s, %s: the selected row is %q", n, what, st.Row)
			}
			told := map[themes.Paint]string{}
			for name, p := range map[string]themes.Paint{"good": st.Good, "warn": st.Warn,
				"danger": st.Danger, "accent": st.Accent} {
				if told[p] != "" {
					t.Errorf("%s, %s: %s and %s look the same", n, what, name, told[p])
				}
				told[p] = name
			}
		}
	}
}

// Before the terminal has answered, a theme that waits for the answer uses the terminal's own
// sixteen colours.
func TestBeforeTheAnswer(t *testing.T) {
	t.Parallel()
	for _, n := range themes.Names() {
		th := byName(t, n)
		st := th.Before(themes.All)
		for name, p := range paints(st) {
			if th.Follows() && rich.MatchString(string(p)) {
				t.Errorf("%s: %s is %q", n, name, p)
			}
		}
		if !th.Follows() && !reflect.DeepEqual(st, th.Styles(true, themes.All)) {
			t.Errorf("%s depends on an answer that it does not need", n)
		}
	}
}

// In 256 colours all colours are among the 256, so the terminal rounds none.
func TestManyColours(t *testing.T) {
	t.Parallel()
	for _, n := range themes.Names() {
		for name, p := range paints(byName(t, n).Styles(true, themes.Many)) {
			if strings.Contains(string(p), "8;2;") {
				t.Errorf("%s: %s is %q", n, name, p)
			}
		}
	}
}

// States differ in colour in every theme.
func TestStatesDiffer(t *testing.T) {
	t.Parallel()
	for _, n := range themes.Names() {
		if n == "mono" {
			continue
		}
		for _, d := range []themes.Depth{themes.Sixteen, themes.Many, themes.All} {
			st := byName(t, n).Styles(true, d)
			told := map[themes.Paint]bool{st.Good: true, st.Warn: true, st.Danger: true,
				st.Quiet: true, st.Accent: true}
			if len(told) != 5 {
				t.Errorf("%s, depth %d: two roles have one colour", n, d)
			}
		}
	}
}
