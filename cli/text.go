package cli

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// plain makes a text that came from elsewhere (a server, a file) safe to print on one line: control bytes,
// escape sequences and characters that turn the reading direction become "·".
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError:
			return '·'
		case r == '\t' || r == '\n' || r == '\r':
			return ' '
		case mischief(r):
			return '·'
		}
		return r
	}, s)
}

// mischief says whether a terminal does something else than show a character: controls, and invisible
// format characters. The joiners of emoji and of several scripts are let through.
func mischief(r rune) bool {
	if r == '\u200c' || r == '\u200d' {
		return false
	}
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029'
}

// harmless escapes in JSON what a terminal would act on; the value stays the same.
func harmless(doc []byte) []byte {
	var b strings.Builder
	for _, r := range string(doc) {
		switch {
		case r != '\n' && mischief(r) && r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		case mischief(r) && r >= 0x10000:
			hi, lo := utf16(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, hi, lo)
		default:
			b.WriteRune(r)
		}
	}
	return []byte(b.String())
}

func utf16(r rune) (hi, lo rune) {
	r -= 0x10000
	return 0xd800 + r>>10&0x3ff, 0xdc00 + r&0x3ff
}

// columns prints rows in columns, two spaces apart, as wide as their widest cell. Columns whose title begins
// with ">" are set to the right.
func columns(w io.Writer, titles []string, rows [][]string) {
	right := make([]bool, len(titles))
	head := make([]string, len(titles))
	for i, t := range titles {
		head[i], right[i] = strings.CutPrefix(t, ">")
	}
	all := append([][]string{head}, rows...)
	width := make([]int, len(titles))
	for _, row := range all {
		for i, cell := range row {
			row[i] = plain(cell)
			width[i] = max(width[i], ansi.StringWidth(row[i]))
		}
	}
	for _, row := range all {
		var b strings.Builder
		for i, cell := range row {
			gap := strings.Repeat(" ", width[i]-ansi.StringWidth(cell))
			if i > 0 {
				b.WriteString("  ")
			}
			if right[i] {
				b.WriteString(gap + cell)
			} else {
				b.WriteString(cell + gap)
			}
		}
		_, _ = fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
	}
}
