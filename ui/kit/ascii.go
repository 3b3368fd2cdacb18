package kit

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// ASCII replaces all characters of a frame by ASCII of the same width, for terminals that have
// nothing else. Signs of Lanyard become the character of glyph; other text becomes "?". Escape
// sequences stay.
func ASCII(frame string) string {
	if foreignFrom(frame) == len(frame) {
		return frame
	}
	var b strings.Builder
	b.Grow(len(frame))
	var state byte
	for rest := frame; rest != ""; {
		if state == ansi.NormalState && rest[0] != '\x1b' { // copy a run of ASCII
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
		case w == 0 && seq[0] < utf8.RuneSelf: // control or escape sequence
			b.WriteString(seq)
		case w == 0: // a combining mark is dropped
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

// foreignFrom returns the index of the first byte that is not ASCII; len(s) if there is none.
func foreignFrom(s string) int {
	i := 0
	for i < len(s) && s[i] < utf8.RuneSelf {
		i++
	}
	return i
}

// glyph returns the ASCII character for a sign of Lanyard, or 0. Signs of different states stay
// different, and so do the edges of selected rows with and without focus.
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
	case '○': // expired
		return 'o'
	case '◉':
		return '@'
	case '✓', '✔':
		return '+'
	case '╭', '╮', '╰', '╯', '┌', '┐', '└', '┘', '├', '┤', '┬', '┴', '┼', '┏', '┓', '┗', '┛',
		'┯':
		return '+'
	case '─', '┄', '┈', '╌', '–', '—', '‒', '−', '·', '∙':
		return '-'
	case '━': // past, beside what is left
		return '='
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
