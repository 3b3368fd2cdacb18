package themes

import (
	"cmp"
	"strings"

	"charm.land/lipgloss/v2"
)

// Paint is the SGR sequence that turns a role on. The zero value is the terminal's own text.
type Paint string

// Off ends every Paint.
const Off = "\x1b[m"

// Faint is darker text, where the terminal can draw it.
const Faint Paint = "\x1b[2m"

// DarkOnLight paints black on white in every theme, so that a camera can read a QR code. The two
// colours are among those of the 256 that no terminal changes.
const DarkOnLight Paint = "\x1b[38;5;16;48;5;231m"

// On paints s.
func (p Paint) On(s string) string {
	if p == "" || s == "" {
		return s
	}
	return string(p) + s + Off
}

// Styles are the roles of the screen.
type Styles struct {
	// under everything, where the theme brings its own background; "" leaves the terminal's
	Ground    Paint
	Brand     Paint // the product's name
	Chip      Paint // a word on the accent colour: demo
	Quiet     Paint // secondary text
	Strong    Paint // text that leads a line
	Accent    Paint
	Border    Paint
	BorderOn  Paint // border of the focused pane
	Title     Paint
	TitleOn   Paint // title of the focused pane
	Key       Paint // a key's name in the footer and in help
	Good      Paint // alive
	Warn      Paint // expiring; a warning
	Danger    Paint // may still pass; an error
	GoodBar   Paint // a bar of the remaining life, on the track
	WarnBar   Paint
	Banner    Paint // permanent warnings
	Row       Paint // background of the selected row in the focused pane
	RowQuiet  Paint // background of the selected row in the other panes
	Edge      Paint // the bar at the left of the selected row
	EdgeQuiet Paint
	Color     bool // false: roles differ by weight and reverse video only
}

// fg returns a style with a text colour, if there is one.
func fg(c string) lipgloss.Style {
	s := lipgloss.NewStyle()
	if c != "" {
		s = s.Foreground(lipgloss.Color(c))
	}
	return s
}

// bg returns a style with a background, if there is one.
func bg(s lipgloss.Style, c string) lipgloss.Style {
	if c != "" {
		s = s.Background(lipgloss.Color(c))
	}
	return s
}

// chip returns the style of text in the colour on, on the colour c. Without on it is c reversed,
// which is readable on any background.
func chip(on, c string) lipgloss.Style {
	if on == "" {
		return fg(c).Reverse(true)
	}
	return bg(fg(on), c)
}

func build(p palette) Styles {
	// Text on the tint without a role of its own has the contrast of the palette's text.
	row := lipgloss.NewStyle().Reverse(true)
	if p.Tint != "" {
		row = bg(fg(p.Text), p.Tint)
	}
	rowQuiet := lipgloss.NewStyle()
	if p.TintQuiet != "" {
		rowQuiet = bg(fg(p.Text), p.TintQuiet)
	}
	ground := lipgloss.NewStyle()
	if p.Fill {
		ground = bg(fg(p.Text), p.Ground)
	}
	quiet := fg(p.Quiet).Faint(p.Faint)
	return Styles{
		Ground:    paint(ground),
		Brand:     paint(fg(p.Accent).Bold(true)),
		Chip:      paint(chip(p.OnAccent, p.Accent)),
		Quiet:     paint(quiet),
		Strong:    paint(fg(p.Text).Bold(true)),
		Accent:    paint(fg(p.Accent)),
		Border:    paint(fg(p.Border).Faint(p.Faint && p.Border == "")),
		BorderOn:  paint(fg(p.Accent)),
		Title:     paint(quiet),
		TitleOn:   paint(fg(p.Accent).Bold(true)),
		Key:       paint(fg(p.Accent)),
		Good:      paint(fg(p.Good)),
		Warn:      paint(fg(p.Warn)),
		Danger:    paint(fg(p.Danger)),
		GoodBar:   paint(bg(fg(cmp.Or(p.GoodBar, p.Good)), p.Track)),
		WarnBar:   paint(bg(fg(cmp.Or(p.WarnBar, p.Warn)), p.Track)),
		Banner:    paint(chip(p.OnDanger, p.Danger).Bold(true)),
		Row:       paint(row),
		RowQuiet:  paint(rowQuiet),
		Edge:      paint(fg(p.Accent)),
		EdgeQuiet: paint(quiet),
		Color:     true,
	}
}

// mono returns styles that use no colour.
func mono() Styles {
	s := lipgloss.NewStyle
	return Styles{
		Brand: paint(s().Bold(true)), Chip: paint(s().Reverse(true)),
		Quiet:  paint(s().Faint(true)),
		Strong: paint(s().Bold(true)), Accent: paint(s().Bold(true)),
		Border: paint(s().Faint(true)), BorderOn: paint(s().Bold(true)),
		Title: paint(s().Faint(true)), TitleOn: paint(s().Bold(true)), Key: paint(s().Bold(true)),
		Warn: paint(s().Bold(true)), Danger: paint(s().Bold(true)),
		Banner: paint(s().Bold(true).Reverse(true)), Row: paint(s().Reverse(true)), RowQuiet: "",
		Edge: paint(s().Bold(true)), EdgeQuiet: "",
	}
}

// paint returns the sequence that turns a style on.
func paint(s lipgloss.Style) Paint {
	const mark = "x"
	before, _, _ := strings.Cut(s.Render(mark), mark)
	return Paint(before)
}
