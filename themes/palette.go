package themes

import "cmp"

// palette gives each role a colour: "#rrggbb", an ANSI number, or "" for the terminal's own.
type palette struct {
	Ground string // the background it is made for
	// strong text and the selected row; with Fill all other text, too
	Text             string
	Quiet, Border    string
	Accent, OnAccent string
	Good, Warn       string
	Danger, OnDanger string
	Tint, TintQuiet  string // backgrounds of the selected row, focused and not
	GoodBar, WarnBar string // bars of life left
	Track            string // background of the elapsed part of a bar
	Fill             bool   // the ground is painted; else it is the terminal's own
	Faint            bool   // quiet text is faint instead of coloured
	stated           []string
}

// slot is one colour of a palette and the key it is written under.
type slot struct {
	key string
	of  func(*palette) *string
}

func slots() []slot {
	return []slot{
		{"ground", func(p *palette) *string { return &p.Ground }},
		{"text", func(p *palette) *string { return &p.Text }},
		{"quiet", func(p *palette) *string { return &p.Quiet }},
		{"border", func(p *palette) *string { return &p.Border }},
		{"accent", func(p *palette) *string { return &p.Accent }},
		{"on_accent", func(p *palette) *string { return &p.OnAccent }},
		{"good", func(p *palette) *string { return &p.Good }},
		{"warn", func(p *palette) *string { return &p.Warn }},
		{"danger", func(p *palette) *string { return &p.Danger }},
		{"on_danger", func(p *palette) *string { return &p.OnDanger }},
		{"tint", func(p *palette) *string { return &p.Tint }},
		{"tint_quiet", func(p *palette) *string { return &p.TintQuiet }},
		{"good_bar", func(p *palette) *string { return &p.GoodBar }},
		{"warn_bar", func(p *palette) *string { return &p.WarnBar }},
		{"track", func(p *palette) *string { return &p.Track }},
	}
}

// switches returns the keys of a palette that are true or false.
func switches() []struct {
	key string
	of  func(*palette) *bool
} {
	return []struct {
		key string
		of  func(*palette) *bool
	}{
		{"fill", func(p *palette) *bool { return &p.Fill }},
		{"faint", func(p *palette) *bool { return &p.Faint }},
	}
}

// mixed reports whether the palette has a colour beyond the terminal's own sixteen.
func (p palette) mixed() bool {
	for _, s := range slots() {
		if _, ok := Parse(*s.of(&p)); ok {
			return true
		}
	}
	return false
}

// Depth is the number of colours that the terminal has.
type Depth int

// The depths, the poorest first.
const (
	NoColours Depth = iota
	Sixteen
	Many // 256
	All  // 24 bits
)

// in256 returns the palette in those 240 of the 256 colours that no terminal changes. A background
// becomes the nearest colour that differs from the other backgrounds. A text colour becomes the
// nearest one that has enough contrast with its backgrounds. Plain rounding would make dimmed text
// or the tint of a row invisible.
func (p palette) in256() palette {
	q := p
	behind := func(of func(*palette) *string, apart ...string) {
		c, ok := Parse(*of(&p))
		if !ok {
			return
		}
		*of(&q) = nearest(c, func(n RGB) bool {
			for _, a := range apart {
				if other, ok := Parse(a); ok && n == other {
					return false
				}
			}
			return true
		})
	}
	if p.Fill {
		behind(func(p *palette) *string { return &p.Ground })
	}
	behind(func(p *palette) *string { return &p.TintQuiet }, q.Ground)
	behind(func(p *palette) *string { return &p.Tint }, q.Ground, q.TintQuiet)
	behind(func(p *palette) *string { return &p.Track }, q.Ground)
	before := func(of func(*palette) *string, need float64, on ...string) {
		c, ok := Parse(*of(&p))
		if !ok {
			return
		}
		var grounds []RGB
		for _, text := range on {
			if g, ok := Parse(text); ok {
				grounds = append(grounds, g)
			}
		}
		if need == ReadText && least(c, grounds) >= readBetter {
			need = readBetter // the role was chosen with this contrast, so it keeps it
		}
		*of(&q) = nearest(c, func(n RGB) bool { return least(n, grounds) >= need })
	}
	for _, s := range slots() {
		switch s.key {
		case "ground", "tint", "tint_quiet", "track":
		case "border":
			before(s.of, 0)
		case "on_accent":
			before(s.of, ReadText, q.Accent)
		case "on_danger":
			before(s.of, ReadText, q.Danger)
		case "good_bar", "warn_bar":
			before(s.of, SeeSign, cmp.Or(q.Track, q.Ground), q.Ground)
		default:
			before(s.of, ReadText, q.Ground, q.Tint, q.TintQuiet)
		}
	}
	return q
}
