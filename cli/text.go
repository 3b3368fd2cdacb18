package cli

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

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
		case mischief(r) && !joins(rs, i) && !varies(rs, i):
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

// mischief says whether a terminal does something else than show a character: controls, format characters, line
// separators, and fillers and variation selectors, which are letters or marks by name and nothing to look at.
func mischief(r rune) bool {
	switch r {
	case '\u034f', '\u115f', '\u1160', '\u17b4', '\u17b5', '\u180b', '\u180c', '\u180d', '\u180f', '\u2028', '\u2029', '\u3164', '\uffa0':
		return true
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Variation_Selector)
}

// joins says whether the character is a joiner where one belongs: between characters of Arabic, Indic and other
// scripts that need it, or of emoji. Between Latin, Greek or Cyrillic letters it only hides.
func joins(rs []rune, i int) bool {
	const arabic = '\u0600' // what is before it has no use for joiners
	return (rs[i] == '\u200c' || rs[i] == '\u200d') && i > 0 && i+1 < len(rs) && rs[i-1] >= arabic && rs[i+1] >= arabic &&
		(!mischief(rs[i-1]) || varies(rs, i-1)) && !mischief(rs[i+1])
}

// varies says whether the character is a variation selector where one can be seen: after an emoji, which it makes coloured or plain,
// and after a Chinese character, of which it chooses a form. After a letter it only hides.
func varies(rs []rune, i int) bool {
	if i == 0 || !unicode.Is(unicode.Variation_Selector, rs[i]) {
		return false
	}
	if r := rs[i]; r == '\ufe0e' || r == '\ufe0f' {
		return emoji(rs[i-1]) || i+1 < len(rs) && rs[i+1] == '\u20e3' && strings.ContainsRune("#*0123456789", rs[i-1]) // a keycap
	}
	return unicode.Is(unicode.Han, rs[i-1])
}

// emoji says whether a character may be drawn as one. Most of them are among the symbols from U+2100 on.
func emoji(r rune) bool {
	switch r {
	case '©', '®', '‼', '⁉', 'ℹ', '↔', '◻', '◼', '◽', '◾', '〰', '\U0001f3fb', '\U0001f3fc', '\U0001f3fd', '\U0001f3fe', '\U0001f3ff':
		return true
	}
	return r >= '\u2100' && unicode.Is(unicode.So, r)
}

// harmless escapes in JSON what a terminal would act on; the value stays the same.
func harmless(doc []byte) []byte {
	var b strings.Builder
	var marks kit.Cluster
	for _, r := range string(doc) {
		act := marks.Over(r) || mischief(r)
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
