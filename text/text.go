// Package text makes text from elsewhere safe for a terminal. It also words counts and suggestions,
// compares texts with a typed pattern, and finds the places of keys in a TOML file.
//
// Text from elsewhere comes from a server, a file or a paste. One rule decides what of it passes:
//
//   - An escape sequence (ECMA-48) does not pass, from its introducer to its end.
//   - Control and format characters, direction marks, private use and noncharacters do not pass.
//     Nor do characters that show nothing (Unicode: default ignorable). Characters that Unicode
//     has not assigned yet do: they may be in new scripts and emoji.
//   - A joiner, variation selector or tag passes in the words and emoji that are spelt with it.
//   - Of the marks on one character, and of the joiners in one emoji, eight pass. A mark with no
//     character before it does not pass.
//   - Each white space character becomes a space, and so do line ends and the blank of Braille.
//   - Bytes that are not UTF-8 become U+FFFD. It is shown as "?".
//
// No mark replaces the characters that do not pass. A mark would split a secret, which then is not
// masked. Where two names must not look the same, Passes reports whether a name may be used.
//
// The package imports the standard library alone. Package ui/kit measures texts in cells.
package text

import (
	"math"
	"strings"
	"unicode"
)

// Line returns s as it may be shown on one line: without the characters that do not pass.
func Line(s string) string { return form{limit: math.MaxInt, odd: '?'}.write(s) }

// Value returns at most limit characters of Line, for a value that is stored. It keeps U+FFFD.
func Value(s string, limit int) string { return form{limit: limit, odd: odd}.write(s) }

// Words is Line for prose: runs of blanks become one space, and those at the ends go. A text of
// more than limit characters is cut there and ends in "…".
func Words(s string, limit int) string {
	return form{limit: limit, odd: odd, fold: true, more: "…"}.write(s)
}

// Passes reports whether Value leaves s as it is, however long it is.
func Passes(s string) bool { return Value(s, math.MaxInt) == s }

// form holds the options of write.
type form struct {
	fold  bool   // runs of blanks become one, and those at the ends go
	limit int    // in characters
	more  string // replaces the characters over the limit
	odd   rune   // replaces U+FFFD
}

const odd = unicode.ReplacementChar

func (f form) write(s string) string {
	if isASCII(s) && !f.fold && len(s) <= f.limit {
		return s
	}
	var b strings.Builder
	var on pile
	n, blank, cut := 0, false, false
	put := func(r rune) {
		b.WriteRune(r)
		n++
	}
	rs := []rune(strings.Map(spaced, strings.ToValidUTF8(s, string(odd))))
	for i := 0; i < len(rs) && !cut; i++ {
		r := rs[i]
		switch last := sequence(rs, i); {
		case last >= i:
			i = last
			continue
		case r == ' ' && f.fold:
			blank, on = n > 0, pile{}
			continue
		case hidden(rs, i), n == 0 && unicode.In(r, unicode.Mn, unicode.Me), on.over(r):
			continue
		}
		if cut = n >= f.limit || blank && n+1 >= f.limit; cut {
			break
		}
		if blank {
			put(' ')
			blank = false
		}
		if r == odd {
			r = f.odd
		}
		put(r)
	}
	if cut { // the rest of a cut emoji or word may not pass
		return form{fold: f.fold, limit: f.limit, odd: f.odd}.write(b.String()) + f.more
	}
	return b.String()
}

// isASCII reports whether s is printable ASCII alone, as most texts are.
func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// spaced returns a space for white space and for the character of Braille without a dot.
func spaced(r rune) rune {
	if unicode.IsSpace(r) || r == '\u2800' {
		return ' '
	}
	return r
}

const (
	esc = 0x1b
	csi = 0x9b // control sequence introducer
	st  = 0x9c // string terminator
	bel = 0x07 // ends an operating system command as well

	longestSequence = 256
)

// sequence returns the index of the last character of the escape sequence that begins at i, and -1
// if none does. If a sequence has no end, only its introducer is removed, so that it cannot swallow
// the rest of the text.
func sequence(rs []rune, i int) int {
	kind, j := rs[i], i+1
	switch kind {
	case csi, 0x90, 0x98, 0x9d, 0x9e, 0x9f: // CSI; DCS, SOS, OSC, PM, APC
	case esc:
		switch {
		case j < len(rs) && rs[j] == '[':
			kind = csi
		case j < len(rs) && strings.ContainsRune("PX]^_", rs[j]):
			kind = st
		default:
			for j < len(rs) && j-i < longestSequence && rs[j] >= ' ' && rs[j] <= '/' {
				j++
			}
			if j < len(rs) && rs[j] >= '0' && rs[j] <= '~' {
				return j
			}
			return i
		}
		j++
	default:
		return -1
	}
	introducer := j - 1
	for ; j < len(rs) && j-i < longestSequence; j++ {
		switch r := rs[j]; {
		case kind == csi && r >= '@' && r <= '~':
			return j
		case kind == csi && (r < ' ' || r > '~'):
			return introducer
		case kind != csi && (r == bel || r == st):
			return j
		case kind != csi && r == esc && j+1 < len(rs) && rs[j+1] == '\\':
			return j + 1
		case kind != csi && r == esc:
			return introducer
		}
	}
	return introducer
}

const (
	mostMarks = 8 // on one character: some Tibetan syllables have as many
	mostJoins = 8 // in one emoji: a family has three

	nonJoiner, joiner = '\u200c', '\u200d'
)

// pile counts the marks and joiners on one character. Terminals draw hundreds of marks over the
// lines above.
type pile struct {
	marks, joins int
	joined       bool
}

// over reports whether r is one too many. It is called with each character of a text in turn.
func (p *pile) over(r rune) bool {
	switch {
	case r == joiner:
		p.joins++
	case unicode.Is(unicode.M, r),
		// The vowels and finals of Hangul take no cell of their own.
		r >= 0x1160 && r <= 0x11ff, r >= 0xd7b0 && r <= 0xd7ff:
		p.marks++
	case unicode.Is(unicode.Cf, r):
	default:
		if !p.joined {
			p.joins = 0
		}
		p.marks = 0
	}
	p.joined = r == joiner
	return p.marks > mostMarks || p.joined && p.joins > mostJoins
}
