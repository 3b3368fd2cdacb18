// Package themes provides the palettes of the screen, and makes styles from a palette.
//
// A style holds an SGR sequence for each role, such as quiet text or danger, so that styling a cell
// only joins strings. The package does not depend on the contents of the screen. It reads themes
// from the folder that its caller gives.
package themes

import (
	"embed"
	"fmt"
	"strings"
)

//go:embed builtin/*.toml
var builtin embed.FS

// Theme is one or two palettes with a name.
type Theme struct {
	name     string
	about    string
	file     string // file of a person's own theme
	replaces bool   // a built-in one of the same name
	mono     bool   // no colours at all
	// for terminals of sixteen colours, and before the terminal has said what its background is
	sixteen *palette
	dark    *palette
	light   *palette
}

// Names lists the built-in themes, the default one first.
func Names() []string {
	return []string{
		"auto", "dark", "light", "mono", "high-contrast", "catppuccin-mocha",
		"catppuccin-latte", "gruvbox", "nord",
	}
}

func builtIn(name string) (Theme, error) {
	text, err := builtin.ReadFile("builtin/" + name + ".toml")
	if err != nil {
		return Theme{}, fmt.Errorf("theme %s: %w", name, err)
	}
	d := read(string(text))
	if len(d.problems) > 0 {
		return Theme{}, fmt.Errorf("theme %s: %s: %s", name, d.problems[0].Key, d.problems[0].Text)
	}
	t := d.theme
	t.name = name
	return t, nil
}

// Name returns the name by which the theme was asked for.
func (t Theme) Name() string { return t.name }

// About describes the theme in a few words.
func (t Theme) About() string { return t.about }

// File returns the theme's file in the folder of themes, or "" for a built-in one.
func (t Theme) File() string { return t.file }

// Replaces reports whether a built-in theme has the same name.
func (t Theme) Replaces() bool { return t.replaces }

// Follows reports whether the theme depends on the terminal's background.
func (t Theme) Follows() bool { return t.dark != nil && t.light != nil }

// Styles builds the styles for a dark or a light background and a number of colours. Without
// colours roles differ by weight and reverse video alone. For sixteen colours it uses the theme's
// palette sixteen, or that of auto, because text disappears if other colours are rounded to
// sixteen.
func (t Theme) Styles(dark bool, d Depth) Styles {
	if t.mono || d == NoColours {
		return mono()
	}
	p := t.palette(dark)
	switch {
	case d == Sixteen && t.sixteen != nil:
		return build(*t.sixteen)
	case d == Sixteen && p.mixed():
		return build(usual())
	case d == Many:
		return build(p.in256())
	}
	return build(p)
}

// Before builds the styles for the first frames, before the background is known.
func (t Theme) Before(d Depth) Styles {
	if t.Follows() {
		d = min(d, Sixteen)
	}
	return t.Styles(true, d)
}

func (t Theme) palette(dark bool) palette {
	switch {
	case t.dark == nil && t.light == nil:
		return palette{}
	case t.light == nil, dark && t.dark != nil:
		return *t.dark
	}
	return *t.light
}

// usual returns the palette of auto for sixteen colours.
func usual() palette {
	t, err := builtIn("auto")
	if err != nil || t.sixteen == nil {
		return palette{Faint: true, Accent: "12", Good: "2", Warn: "3", Danger: "1"}
	}
	return *t.sixteen
}

// sides returns the palettes that the theme has.
func (t Theme) sides() []side {
	var out []side
	for _, s := range []side{{"dark", t.dark}, {"light", t.light}} {
		if s.p != nil && !t.mono {
			out = append(out, s)
		}
	}
	return out
}

type side struct {
	name string
	p    *palette
}

// short lists the shortcomings of one palette, each key and ground once.
func (s side) short() []Short {
	ground, ok := Parse(s.p.Ground)
	if !ok {
		return nil
	}
	var out []Short
	seen := map[string]bool{}
	for _, short := range build(*s.p).Contrast(ground) {
		k := short.Key + " " + short.On
		if !seen[k] {
			seen[k] = true
			out = append(out, short)
		}
	}
	return out
}

// list joins names for a sentence.
func list(names []string) string { return strings.Join(names, ", ") }
