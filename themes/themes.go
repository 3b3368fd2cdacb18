// Package themes holds the palettes of the screen and the styles that are built from them once.
//
// It refuses to know what is on the screen: it hands out roles ("quiet text", "danger"), each as a ready
// SGR sequence, because styling a cell must cost a string concatenation and nothing more.
package themes

import (
	"embed"
	"fmt"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

//go:embed builtin/*.toml
var builtin embed.FS

// Theme is one or two palettes with a name.
type Theme struct {
	name    string
	about   string
	neutral *palette // looks right before the terminal has said what its background is
	dark    palette
	light   palette
}

// palette gives each role a colour: "#rrggbb", an ANSI number, or "" for the terminal's own.
type palette struct {
	Text, Quiet, Border, Accent, OnAccent string
	Good, Warn, Danger, OnDanger          string
	Tint, TintQuiet                       string // backgrounds of the selected row, focused and not
	GoodBar, WarnBar, Track               string // bars; the track is the background of what is gone
	Faint                                 bool   // quiet text is faint instead of coloured
}

// file is how a theme is written down.
type file struct {
	About   string
	Neutral *palette
	Dark    *palette
	Light   *palette
}

// Names lists the built-in themes, the default one first.
func Names() []string { return []string{"auto", "dark", "light", "mono"} }

// ByName gives a built-in theme. "" is auto.
func ByName(name string) (Theme, error) {
	if name == "" {
		name = "auto"
	}
	if !slices.Contains(Names(), name) {
		return Theme{}, fmt.Errorf("no theme %q: there are %s", name, strings.Join(Names(), ", "))
	}
	text, err := builtin.ReadFile("builtin/" + name + ".toml")
	if err != nil {
		return Theme{}, fmt.Errorf("theme %s: %w", name, err)
	}
	return parse(name, string(text))
}

// Describe says in a few words what a theme is like, or "" when there is none of that name.
func Describe(name string) string {
	t, err := ByName(name)
	if err != nil {
		return ""
	}
	return t.about
}

func parse(name, text string) (Theme, error) {
	var f file
	md, err := toml.Decode(text, &f)
	if err != nil {
		return Theme{}, fmt.Errorf("theme %s: %w", name, err)
	}
	if u := md.Undecoded(); len(u) > 0 {
		return Theme{}, fmt.Errorf("theme %s: unknown key %s", name, u[0])
	}
	t := Theme{name: name, about: f.About, neutral: f.Neutral}
	switch {
	case f.Dark != nil && f.Light != nil:
		t.dark, t.light = *f.Dark, *f.Light
	case f.Dark != nil:
		t.dark, t.light = *f.Dark, *f.Dark
	case f.Light != nil:
		t.dark, t.light = *f.Light, *f.Light
	default:
		return Theme{}, fmt.Errorf("theme %s: needs [dark], [light] or both", name)
	}
	return t, nil
}

// Name is the name it was asked for by.
func (t Theme) Name() string { return t.name }

// Follows says whether the theme depends on the terminal's background.
func (t Theme) Follows() bool { return t.neutral != nil }

// Styles builds the styles for a dark or a light background; with noColor they tell roles apart by
// weight and reverse video alone.
func (t Theme) Styles(dark, noColor bool) Styles {
	switch {
	case noColor:
		return mono()
	case t.name == "mono":
		return mono()
	case dark:
		return build(t.dark)
	}
	return build(t.light)
}

// Before builds the styles for the first frames, when nobody knows the background yet.
func (t Theme) Before(noColor bool) Styles {
	if t.neutral == nil || noColor {
		return t.Styles(true, noColor)
	}
	return build(*t.neutral)
}
