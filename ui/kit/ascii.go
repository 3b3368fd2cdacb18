package kit

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// ASCII puts a frame into ASCII for terminals whose font or locale has nothing else: every cell stays where it is. What
// Lanyard draws itself becomes the character of glyph, other text a ? for each of its cells. Escape sequences are not
// touched.
func ASCII(frame string) string {
	if foreignFrom(frame) == len(frame) {
		return frame
	}
	var b strings.Builder
	b.Grow(len(frame))
	var state byte
	for rest := frame; rest != ""; {
		if state == ansi.NormalState && rest[0] != '\x1b' { // all that is plain at once
			if n := foreignFrom(rest); n > 0 {
				if esc := strings.IndexByte(rest[:n], '\x1b'); esc > 0 {
					n = esc
				}
				b.WriteString(rest[:n])
				rest = rest[n:]
				continue
			}
		}
		seq, w, left, after := next(rest, state)
		if len(left) == len(rest) {
			break
		}
		rest, state = left, after
		r, size := utf8.DecodeRuneInString(seq)
		switch {
		case w == 0 && seq[0] < utf8.RuneSelf: // controls and escape sequences
			b.WriteString(seq)
		case w == 0: // a mark; its letter stays without it
		case size == len(seq) && r < utf8.RuneSelf:
			b.WriteString(seq)
		case size == len(seq) && glyph(r) != 0 && w == 1:
			b.WriteByte(glyph(r))
		default:
			b.WriteString(strings.Repeat("?", w))
		}
	}
	return b.String()
}

// foreignFrom is the place of the first byte that is not ASCII.
func foreignFrom(s string) int {
	i := 0
	for i < len(s) && s[i] < utf8.RuneSelf {
		i++
	}
	return i
}

// glyph is the ASCII character for one that Lanyard draws, or 0. The signs of the states stay different from each
// other, and so do the edges of a selected row that has the keys and of one that has not.
func glyph(r rune) byte {
	switch r {
	case '●': // active
		return '*'
	case '◐': // expiring
		return '!'
	case '◒': // lingering
		return '%'
	case '◌': // revoking
		return '-'
	case '✕', '✗', '✘', '×': // dead, and "times"
		return 'x'
	case '◇', '◆': // superseded
		return '='
	case '○': // expired
		return 'o'
	case '◉':
		return '@'
	case '✓', '✔':
		return '+'
	case '╭', '╮', '╰', '╯', '┌', '┐', '└', '┘', '├', '┤', '┬', '┴', '┼', '┏', '┓', '┗', '┛':
		return '+'
	case '─', '━', '┄', '┈', '╌', '–', '—', '‒', '−', '·', '∙':
		return '-'
	case '│', '┃', '┆', '┊', '╎', '▏', '▕':
		return '|'
	case '█', '▉', '▊', '▋', '▓', '▒', '■', '▪', '▮':
		return '#'
	case '░', '▁', '▂', '□', '▯':
		return '.'
	case '▌', '▍', '▎', '▐', '→', '▶', '▸', '►', '»', '⟶', '⇒':
		return '>'
	case '←', '◀', '◂', '◄', '«', '≤', '⟵', '⇐':
		return '<'
	case '≥':
		return '>'
	case '›':
		return ':'
	case '‹':
		return '<'
	case '…', '≈':
		return '~'
	case '↑', '▲', '▴', '⌃':
		return '^'
	case '↓', '▼', '▾':
		return 'v'
	case '•':
		return '*'
	case '▀', '▔':
		return '"'
	case '▄', '▃', '▅', '▆', '▇', '␣':
		return '_'
	case '“', '”', '„':
		return '"'
	case '‘', '’', '′':
		return '\''
	case '↵', '⏎', '↩', '⤶':
		return '<'
	case '↺', '↻', '⟳':
		return '@'
	case '±':
		return '+'
	case '≠':
		return '!'
	case '°':
		return 'o'
	case '\u00a0':
		return ' '
	}
	return 0
}
