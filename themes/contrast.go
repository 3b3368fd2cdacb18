package themes

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
)

// The contrast that WCAG 2.2 requires: 1.4.3 for text, and 1.4.11 for signs, bars and the edges
// that show the focus.
const (
	ReadText = 4.5
	SeeSign  = 3.0
)

// readBetter is the contrast of text in the stricter level of WCAG (1.4.6).
const readBetter = 7.0

// RGB is a colour with eight bits per channel.
type RGB struct{ R, G, B uint8 }

// Parse reads "#rrggbb" or the number of a colour that no terminal changes (16 to 255). Terminals
// define the first sixteen colours, so their contrast cannot be computed.
func Parse(s string) (RGB, bool) {
	if len(s) == 7 && s[0] == '#' {
		n, err := strconv.ParseUint(s[1:], 16, 32)
		return RGB{uint8(n >> 16), uint8(n >> 8), uint8(n)}, err == nil // #nosec G115 -- six digits
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 16 || n > 255 {
		return RGB{}, false
	}
	return indexed(n), true
}

func (c RGB) String() string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

// indexed returns a colour of the cube (16 to 231) or of the greys after it.
func indexed(n int) RGB {
	if n >= 232 {
		v := uint8(8 + 10*(n-232)) // #nosec G115 -- at most 238
		return RGB{v, v, v}
	}
	level := func(i int) uint8 {
		if i == 0 {
			return 0
		}
		return uint8(55 + 40*i) // #nosec G115 -- at most 255
	}
	n -= 16
	return RGB{level(n / 36), level(n / 6 % 6), level(n % 6)}
}

// nearest returns the number of the colour nearest to c for which does is true, or of all colours
// if there is none.
func nearest(c RGB, does func(RGB) bool) string {
	best, least, near, leastNear := -1, math.Inf(1), 16, math.Inf(1)
	for n := 16; n < 256; n++ {
		o := indexed(n)
		d := distance(c, o)
		if d < leastNear {
			near, leastNear = n, d
		}
		if d < least && does(o) {
			best, least = n, d
		}
	}
	if best < 0 {
		best = near
	}
	return strconv.Itoa(best)
}

// distance returns the distance of two colours. The weights of the channels approximate the eye.
func distance(a, b RGB) float64 {
	r, g, bl := float64(a.R)-float64(b.R), float64(a.G)-float64(b.G), float64(a.B)-float64(b.B)
	return 2*r*r + 4*g*g + 3*bl*bl
}

// Ratio returns the contrast of two colours by WCAG: 1 for none, 21 for black on white.
func Ratio(a, b RGB) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + .05) / (min(x, y) + .05)
}

// least returns the lowest contrast of c with any of the others; 21 with none.
func least(c RGB, others []RGB) float64 {
	r := 21.0
	for _, o := range others {
		r = min(r, Ratio(c, o))
	}
	return r
}

func luminance(c RGB) float64 {
	linear := func(v uint8) float64 {
		f := float64(v) / 255
		if f <= .04045 {
			return f / 12.92
		}
		return math.Pow((f+.055)/1.055, 2.4)
	}
	return .2126*linear(c.R) + .7152*linear(c.G) + .0722*linear(c.B)
}

// Role is one use of colour on the screen.
type Role struct {
	Name  string  // name of the field in Styles
	Key   string  // key that sets it in a palette
	Need  float64 // the lowest contrast with each background that it may have; 0 for decoration
	OnRow bool    // it may stand on a selected row
}

// Roles returns all roles. A test checks that every Paint of Styles has one.
func Roles() []Role {
	return []Role{
		{"Ground", "text", ReadText, false},
		{"Brand", "accent", ReadText, false},
		{"Chip", "on_accent", ReadText, false},
		{"Quiet", "quiet", ReadText, true},
		{"Strong", "text", ReadText, true},
		{"Accent", "accent", ReadText, true},
		{"Border", "border", 0, false},
		{"BorderOn", "accent", SeeSign, false},
		{"Title", "quiet", ReadText, false},
		{"TitleOn", "accent", ReadText, false},
		{"Key", "accent", ReadText, true},
		{"Good", "good", ReadText, true},
		{"Warn", "warn", ReadText, true},
		{"Danger", "danger", ReadText, true},
		{"GoodBar", "good_bar", SeeSign, false},
		{"WarnBar", "warn_bar", SeeSign, false},
		{"Banner", "on_danger", ReadText, false},
		{"Row", "tint", ReadText, false},
		{"RowQuiet", "tint_quiet", ReadText, false},
		{"Edge", "accent", SeeSign, true},
		{"EdgeQuiet", "quiet", SeeSign, true},
	}
}

// Short is a role whose contrast is too low on a ground.
type Short struct {
	Role
	// "the ground", "its own background", "the selected row", "the selected row of another pane"
	On    string
	Ratio float64
}

func (s Short) String() string {
	return fmt.Sprintf("%s has %.1f to 1 on %s, and %.1f is needed", s.Key,
		math.Floor(s.Ratio*10)/10, s.On, s.Need)
}

// Contrast lists the roles with too little contrast on a ground. It leaves out roles without a
// colour, and those whose colour the terminal chooses.
func (s Styles) Contrast(ground RGB) []Short {
	type surface struct {
		name string
		c    RGB
	}
	rows := []surface{}
	for _, r := range []struct {
		name string
		p    Paint
	}{{"the selected row", s.Row}, {"the selected row of another pane", s.RowQuiet}} {
		if _, bg := r.p.colours(); bg != nil {
			rows = append(rows, surface{r.name, *bg})
		}
	}
	var out []Short
	all := reflect.ValueOf(s)
	for _, role := range Roles() {
		field := all.FieldByName(role.Name)
		if !field.IsValid() {
			continue
		}
		fg, bg := Paint(field.String()).colours()
		if fg == nil || role.Need == 0 {
			continue
		}
		on := []surface{{"the ground", ground}}
		switch bar := role.Name == "GoodBar" || role.Name == "WarnBar"; {
		case bar && bg != nil:
			on = append(on, surface{"its track", *bg})
		case bg != nil:
			on = []surface{{"its own background", *bg}}
		case role.OnRow:
			on = append(on, rows...)
		}
		for _, o := range on {
			if r := Ratio(*fg, o.c); r < role.Need {
				out = append(out, Short{role, o.name, r})
			}
		}
	}
	return out
}

// colours returns the text colour and the background of a sequence. One is nil if the sequence does
// not set it, or if the terminal defines it.
func (p Paint) colours() (fg, bg *RGB) {
	reversed := false
	for seq := range strings.SplitSeq(string(p), "\x1b[") {
		args := strings.Split(strings.TrimSuffix(seq, "m"), ";")
		for i := 0; i < len(args); i++ {
			switch args[i] {
			case "7":
				reversed = true
			case "38", "48":
				c, n := colourOf(args[i+1:])
				if args[i] == "38" {
					fg = c
				} else {
					bg = c
				}
				i += n
			}
		}
	}
	if reversed { // with any ground the contrast is the same
		return fg, nil
	}
	return fg, bg
}

// colourOf reads the arguments after 38 or 48. It returns the colour and the number of arguments
// that it read.
func colourOf(args []string) (*RGB, int) {
	number := func(i int) int {
		if i >= len(args) {
			return 0
		}
		n, _ := strconv.Atoi(args[i])
		return n
	}
	switch number(0) {
	case 2:
		// #nosec G115 -- written by build
		return &RGB{uint8(number(1)), uint8(number(2)), uint8(number(3))}, 4
	case 5:
		c, ok := Parse(strconv.Itoa(number(1)))
		if !ok {
			return nil, 2
		}
		return &c, 2
	}
	return nil, 0
}
