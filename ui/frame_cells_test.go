package ui_test

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"lanyard/themes"
)

// look is how a cell is drawn. A colour is "" for the terminal's own, "#rrggbb", or the number of one of the 256.
type look struct {
	fg, bg                                 string
	bold, faint, italic, under, rev, cross bool
}

// cell is one cell of a frame: what is in it, and over how many cells that goes (0 in all but the first of a wide one).
type cell struct {
	text string
	wide int
	look
}

// cells takes a line of a frame apart. A line may hold text and whole SGR sequences, and must end as plain as it began.
func cells(line string) ([]cell, error) {
	var out []cell
	var l look
	for s := line; s != ""; {
		if s[0] == '\x1b' {
			rest, params, err := sgr(s)
			if err != nil {
				return out, err
			}
			if l, err = l.after(params); err != nil {
				return out, err
			}
			s = rest
			continue
		}
		cluster, w := s[:1], 1
		if s[0] >= utf8.RuneSelf || len(s) > 1 && s[1] >= utf8.RuneSelf {
			cluster, w = ansi.FirstGraphemeCluster(s, ansi.WcWidth)
		}
		if r, _ := utf8.DecodeRuneInString(cluster); r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == utf8.RuneError {
			return out, fmt.Errorf("a control character or half a character: %q", cluster)
		}
		s = s[len(cluster):]
		if w == 0 { // a mark without a letter
			if len(out) == 0 {
				return out, fmt.Errorf("%q takes no cell", cluster)
			}
			out[len(out)-1].text += cluster
			continue
		}
		out = append(out, cell{cluster, w, l})
		for range w - 1 {
			out = append(out, cell{look: l})
		}
	}
	if l != (look{}) {
		return out, fmt.Errorf("the line ends in a style: %+v", l)
	}
	return out, nil
}

var errCut = errors.New("a cut escape sequence")

// sgr takes one whole SGR sequence off the beginning of s.
func sgr(s string) (rest, params string, err error) {
	body, ok := strings.CutPrefix(s, "\x1b[")
	if !ok {
		return "", "", fmt.Errorf("an escape sequence that sets no style: %.12q", s)
	}
	for i := range len(body) {
		switch c := body[i]; {
		case c == 'm':
			return body[i+1:], body[:i], nil
		case (c < '0' || c > '9') && c != ';' && c != ':':
			return "", "", fmt.Errorf("%w, or none that sets a style: %.16q", errCut, s)
		}
	}
	return "", "", fmt.Errorf("%w: %.16q", errCut, s)
}

// after is the look when an SGR sequence has been read.
func (l look) after(params string) (look, error) {
	p := strings.Split(strings.ReplaceAll(params, ":", ";"), ";")
	for i := 0; i < len(p); i++ {
		n, err := strconv.Atoi("0" + p[i])
		switch {
		case err != nil:
			return l, fmt.Errorf("SGR %q", params)
		case n == 0:
			l = look{}
		case n == 1:
			l.bold = true
		case n == 2:
			l.faint = true
		case n == 3:
			l.italic = true
		case n == 4:
			l.under = true
		case n == 7:
			l.rev = true
		case n == 9:
			l.cross = true
		case n == 22:
			l.bold, l.faint = false, false
		case n == 24:
			l.under = false
		case n == 27:
			l.rev = false
		case n >= 30 && n <= 37:
			l.fg = strconv.Itoa(n - 30)
		case n >= 90 && n <= 97:
			l.fg = strconv.Itoa(n - 82)
		case n >= 40 && n <= 47:
			l.bg = strconv.Itoa(n - 40)
		case n >= 100 && n <= 107:
			l.bg = strconv.Itoa(n - 92)
		case n == 39:
			l.fg = ""
		case n == 49:
			l.bg = ""
		case (n == 38 || n == 48) && i+2 < len(p) && p[i+1] == "5":
			l.set(n, p[i+2])
			i += 2
		case (n == 38 || n == 48) && i+4 < len(p) && p[i+1] == "2":
			var c [3]int
			for k := range c {
				if c[k], err = strconv.Atoi(p[i+2+k]); err != nil || c[k] > 255 {
					return l, fmt.Errorf("SGR %q", params)
				}
			}
			l.set(n, fmt.Sprintf("#%02x%02x%02x", c[0], c[1], c[2]))
			i += 4
		default:
			return l, fmt.Errorf("SGR %q", params)
		}
	}
	return l, nil
}

func (l *look) set(ground int, c string) {
	if ground == 38 {
		l.fg = c
	} else {
		l.bg = c
	}
}

// grid takes a whole frame apart.
func grid(t testing.TB, frame string) [][]cell {
	t.Helper()
	var out [][]cell
	for i, line := range strings.Split(frame, "\n") {
		row, err := cells(line)
		if err != nil {
			t.Fatalf("line %d: %v: %q", i, err, line)
		}
		out = append(out, row)
	}
	return out
}

// marks are the letters by which a golden tells in which role a cell is drawn. A role that looks like one before it in
// themes.Styles goes by the letter of that one: what is compared is what is seen.
var marks = map[string]string{
	"": " ._", "Brand": "bB1", "Chip": "cC", "ChipDanger": "pP", "Quiet": "qQ2", "Strong": "sS3", "Accent": "aA4", "Border": "-",
	"Good": "gG5", "Warn": "wW6", "Danger": "dD7", "GoodBar": "h", "WarnBar": "i", "Banner": "nN",
}

const legend = `The letters of a style grid. In colour: b brand, or a title with the focus; s strong; q quiet; a accent: keys and the focused
border; - border; g good; w warn; d danger; h and i bars; c chip; p and n danger chip and banner; others are roles added since.
On the selected row a capital, or "." for plain text; on that of a pane without the focus a digit, or "_". In mono: b bold,
f faint, r reverse, x bold in reverse, u underlined. " alone: the line above once more.
`

// key is the letter for each look of a theme's styles.
func lettersOf(t testing.TB, st themes.Styles) map[look]byte {
	t.Helper()
	letters := map[look]byte{}
	put := func(sgr string, c byte) {
		row, err := cells(sgr + "x" + themes.Off)
		if err != nil {
			t.Fatal(err)
		}
		if _, there := letters[row[0].look]; !there {
			letters[row[0].look] = c
		}
	}
	if !st.Color {
		for sgr, c := range map[string]byte{"": ' ', "\x1b[1m": 'b', "\x1b[2m": 'f', "\x1b[7m": 'r', "\x1b[1;7m": 'x', "\x1b[4m": 'u', "\x1b[1;4m": 'U', "\x1b[4;7m": 'V'} {
			put(sgr, c)
		}
		return letters
	}
	spare := "jklmoruvxyzEFHIJKLMORTUVXYZ"
	v := reflect.ValueOf(st)
	names, paints := []string{""}, []string{""}
	for i := range v.NumField() {
		if p, ok := v.Field(i).Interface().(themes.Paint); ok && !strings.HasPrefix(v.Type().Field(i).Name, "Row") {
			names, paints = append(names, v.Type().Field(i).Name), append(paints, string(p))
		}
	}
	for base, under := range []themes.Paint{"", st.Row, st.RowQuiet} {
		for i, name := range names {
			if m := marks[name]; base < len(m) {
				put(string(under)+paints[i], m[base])
			}
		}
	}
	for _, under := range []themes.Paint{"", st.Row, st.RowQuiet} {
		for _, paint := range paints {
			before := len(letters)
			if put(string(under)+paint, spare[0]); len(letters) > before && len(spare) > 1 {
				spare = spare[1:]
			}
		}
	}
	put(string(themes.DarkOnLight), '#')
	return letters
}

// styled draws the styles of a frame as a grid of letters. A cell in a look that no role has is a colour from outside the
// themes.
func styled(t testing.TB, st themes.Styles, frame string) string {
	t.Helper()
	letters := lettersOf(t, st)
	var b strings.Builder
	above := "\x00"
	for y, row := range grid(t, frame) {
		line := make([]byte, 0, len(row))
		for x, c := range row {
			m, known := letters[c.look]
			if !known {
				t.Errorf("line %d, column %d: %q has a look that is in no role: %+v", y, x, c.text, c.look)
				m = '?'
			}
			line = append(line, m)
		}
		text := strings.TrimRight(string(line), " ")
		if text == above && text != "" {
			b.WriteString("\"\n")
			continue
		}
		above = text
		b.WriteString(text + "\n")
	}
	return b.String()
}
