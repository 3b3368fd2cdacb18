package cli

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"lanyard/ui/kit"
)

// plain makes a text that came from elsewhere (a server, a file) safe to print on one line: control bytes,
// escape sequences and characters that turn the reading direction become "·", and so does what is not seen at
// all and would make two different names look the same. Of marks that pile up on one character those beyond the bound go.
func plain(s string) string {
	if isASCII(s) {
		return s
	}
	var b strings.Builder
	var marks kit.Cluster
	rs := []rune(s) // bytes that are no UTF-8 become U+FFFD
	for i, r := range rs {
		over := marks.Over(r)
		switch {
		case over:
		case r == utf8.RuneError:
			b.WriteRune('·')
		case r == '\t' || r == '\n' || r == '\r':
			b.WriteRune(' ')
		case kit.Hidden(rs, i):
			b.WriteRune('·')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// isASCII says whether a text is nothing but printable ASCII, as nearly all are.
func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// harmless escapes in JSON what a terminal would act on; the value stays the same.
func harmless(doc []byte) []byte {
	var b strings.Builder
	var marks kit.Cluster
	for _, r := range string(doc) {
		act := marks.Over(r) || kit.Hidden([]rune{r}, 0)
		switch {
		case r != '\n' && act && r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		case act && r >= 0x10000:
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
			width[i] = max(width[i], kit.Width(row[i]))
		}
	}
	for _, row := range all {
		var b strings.Builder
		for i, cell := range row {
			gap := strings.Repeat(" ", width[i]-kit.Width(cell))
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
