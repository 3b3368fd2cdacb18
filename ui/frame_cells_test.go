package ui_test

import (
	"cmp"
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

// look describes how a cell is drawn. A colour is "" for the terminal's default, "#rrggbb", or the
// number of one of the 256.
type look struct {
	fg, bg                                 string
	bold, faint, italic, under, rev, cross bool
}

// cell is one cell of a frame: its text, and how many cells the text covers. The cells after the
// first one of a wide character have 0.
type cell struct {
	text string
	wide int
	look
}

// cells splits a line of a frame. A line may hold text and whole SGR sequences, and must end
// without a style.
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
		if r, _ := utf8.DecodeRuneInString(cluster); r < ' ' || r == 0x7f ||
			r >= 0x80 && r < 0xa0 || r == utf8.RuneError {
			return out, fmt.Errorf("a control character or half a character: %q", cluster)
		}
		s = s[len(cluster):]
		if w == 0 { // a combining mark without a letter
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

// sgr returns the parameters of the SGR sequence at the start of s, and the rest.
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

// after returns the look after an SGR sequence.
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

// grid splits a whole frame into cells.
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

// marks are the letters of roles in a golden: on the screen, on the selected row, and on the
// selected row of a pane without the focus. A role that looks like an earlier one of themes.Styles
// in every kind of terminal has the letter of that one, because the golden compares the look.
var marks = map[string]string{
	"": " ._", "Brand": "bB1", "Chip": "cC", "Quiet": "qQ2", "Strong": "sS3",
	"Accent": "aA4", "Border": "-",
	"Good": "gG5", "Warn": "wW6", "Danger": "dD7", "GoodBar": "h", "WarnBar": "i", "Banner": "nN",
	"EdgeQuiet": "eou",
}

// terminals is the number of kinds of terminals with goldens: the dark theme, the light theme, and
// no colours.
const terminals = 3

// looks holds the look of a cell in each of them.
type looks [terminals]look

// stylesIn returns the styles of a screen in each kind of terminal.
func stylesIn(t testing.TB, sc screen) [terminals]themes.Styles {
	t.Helper()
	dark, light := theme(t, "dark"), theme(t, "light")
	if sc.dark {
		light = dark
	}
	return [terminals]themes.Styles{
		dark.Styles(true, themes.All), light.Styles(sc.dark, themes.All),
		dark.Styles(true, themes.NoColours),
	}
}

// lettersOf returns the letter for each look of the roles, and a list of them.
func lettersOf(t testing.TB, all [terminals]themes.Styles) (letters map[looks]byte, list string) {
	t.Helper()
	letters = map[looks]byte{}
	put := func(c byte, name string, paints [terminals]string) (added bool) {
		var l looks
		for i, sgr := range paints {
			row, err := cells(sgr + "x" + themes.Off)
			if err != nil {
				t.Fatal(err)
			}
			l[i] = row[0].look
		}
		if _, there := letters[l]; there {
			return false
		}
		letters[l] = c
		list += fmt.Sprintf("%c  %-20s  %-24s  %-24s  %s\n", c, name, l[0], l[1], l[2])
		return true
	}
	// on returns the name and the looks of a role on a ground. role and ground are names of fields.
	on := func(ground, role string) (name string, paints [terminals]string) {
		for i, st := range all {
			v := reflect.ValueOf(st)
			for _, name := range []string{ground, role} {
				if name != "" {
					paints[i] += v.FieldByName(name).String()
				}
			}
		}
		return strings.TrimSpace(ground + " " + role), paints
	}
	roles := []string{""}
	for i := range reflect.TypeFor[themes.Styles]().NumField() {
		f := reflect.TypeFor[themes.Styles]().Field(i)
		if f.Type == reflect.TypeFor[themes.Paint]() && !strings.HasPrefix(f.Name, "Row") {
			roles = append(roles, f.Name)
		}
	}
	grounds := []string{"", "Row", "RowQuiet"}
	for i, ground := range grounds {
		for _, role := range roles {
			if m := marks[role]; i < len(m) {
				name, paints := on(ground, role)
				put(m[i], name, paints)
			}
		}
	}
	spare := "jklmrvxyzEFHIJKLMORTUVXYZ"
	for _, ground := range grounds {
		for _, role := range roles {
			if name, paints := on(ground, role); put(spare[0], name, paints) && len(spare) > 1 {
				spare = spare[1:]
			}
		}
	}
	square := string(themes.DarkOnLight)
	put('#', "a square to be scanned", [terminals]string{square, square, ""})
	put('~', "Row, beside a bar", [terminals]string{string(all[0].Row), string(all[1].Row), ""})
	return letters, list
}

// String describes how a cell is drawn.
func (l look) String() string {
	var words []string
	for _, w := range []struct {
		is   bool
		word string
	}{
		{l.bold, "bold"}, {l.faint, "faint"}, {l.italic, "italic"}, {l.under, "underlined"},
		{l.rev, "reverse"}, {l.cross, "crossed out"}, {l.fg != "", l.fg},
		{l.bg != "", "on " + l.bg},
	} {
		if w.is {
			words = append(words, w.word)
		}
	}
	return cmp.Or(strings.Join(words, " "), "plain")
}

// The golden holds the letters, and the look of each role in the dark theme, in the light theme and
// without colours.
func TestStylesGolden(t *testing.T) {
	t.Parallel()
	_, list := lettersOf(t, stylesIn(t, screen{}))
	compare(t, "styles", "text", list)
}

// styled returns the styles of a screen, or of a part of it, in all kinds of terminals as one grid
// of letters. It fails for a cell without a role: its colour is of no theme, or it has different
// roles in different terminals.
func styled(t testing.TB, all [terminals]themes.Styles, screens [terminals][][]cell) string {
	t.Helper()
	letters, _ := lettersOf(t, all)
	var lines []string
	for y, row := range screens[0] {
		line := make([]byte, 0, len(row))
		for x, c := range row {
			var l looks
			for i, rows := range screens {
				if y >= len(rows) || x >= len(rows[y]) {
					t.Fatalf("line %d, column %d: the frames are not of one size", y, x)
				}
				l[i] = rows[y][x].look
			}
			m, known := letters[l]
			if !known {
				t.Errorf("line %d, column %d: %q looks as no role does: %+v", y, x, c.text, l)
				m = '?'
			}
			line = append(line, m)
		}
		lines = append(lines, strings.TrimRight(string(line), " "))
	}
	return folded(lines)
}
