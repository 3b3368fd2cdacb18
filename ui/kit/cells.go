package kit

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"lanyard/text"
)

// Width returns the number of cells of s. Escape sequences take none.
func Width(s string) int {
	if n, ok := plain(s); ok {
		return n
	}
	return method().StringWidth(s)
}

// plain returns the width of s if it is printable ASCII. It is faster than looking for clusters.
func plain(s string) (int, bool) {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return 0, false
		}
	}
	return len(s), true
}

// Clean makes text from elsewhere safe for a column. It applies text.Line, composes Korean letters,
// and parts joined emoji: the width of both differs between terminals.
func Clean(s string) string {
	if _, ok := plain(s); ok {
		return s
	}
	return partEmoji(syllables(text.Line(s)))
}

// partEmoji removes the joiners between emoji. A family becomes its members, as where a font has no
// family (UTS 51, section 2.3). Each of them has two cells in every terminal. If the terminal
// measures by clusters, the sequence stays.
func partEmoji(s string) string {
	const joiner, symbols = "\u200d", 0x2000 // the joiners of Indic letters stay
	if graphemes.Load() || !strings.Contains(s, joiner) {
		return s
	}
	var b strings.Builder
	for after := s; after != ""; {
		before, rest, ok := strings.Cut(after, joiner)
		b.WriteString(before)
		after = rest
		last, _ := utf8.DecodeLastRuneInString(b.String())
		next, _ := utf8.DecodeRuneInString(after)
		if ok && (last < symbols || next < symbols) {
			b.WriteString(joiner)
		}
	}
	return b.String()
}

// syllables composes Korean letters into syllables, as fonts do (Unicode, section 3.12).
func syllables(s string) string {
	const first, lead, vowel, final, vowels, finals = 0xac00, 0x1100, 0x1161, 0x11a7, 21, 28
	if !strings.ContainsFunc(s, func(r rune) bool { return r >= vowel && r < 0x11c3 }) {
		return s
	}
	var out []rune
	for _, r := range s {
		if n := len(out) - 1; n >= 0 {
			before := out[n]
			switch {
			case before >= lead && before < lead+19 && r >= vowel && r < vowel+vowels:
				out[n] = first + ((before-lead)*vowels+r-vowel)*finals
				continue
			case before >= first && before < first+19*vowels*finals && (before-first)%finals == 0 &&
				r > final && r < final+finals:
				out[n] += r - final
				continue
			}
		}
		out = append(out, r)
	}
	return string(out)
}

// Fit cuts s at its end or pads it, so that it has exactly w cells. A cut is marked by "…".
func Fit(s string, w int) string {
	if w <= 0 {
		return ""
	}
	n := Width(s)
	if n > w {
		s = head(s, w, "…")
		n = Width(s)
	}
	return s + Spaces(w-n)
}

// Right is [Fit] with s at the right end.
func Right(s string, w int) string {
	n := Width(s)
	if n >= w {
		return Fit(s, w)
	}
	return Spaces(w-n) + s
}

// Middle cuts s in its middle to at most w cells, and does not pad. Names often differ at their
// ends only.
func Middle(s string, w int) string {
	n := Width(s)
	if n <= w {
		return s
	}
	if w <= 0 {
		return ""
	}
	if w == 1 {
		return "…"
	}
	left := head(s, w/2, "")
	return left + "…" + tail(s, n-(w-1-Width(left)))
}

const blanks = "                                                                               " +
	"                                                 "

// Spaces returns n spaces; "" if n is negative.
func Spaces(n int) string {
	if n <= 0 {
		return ""
	}
	if n <= len(blanks) {
		return blanks[:n]
	}
	return strings.Repeat(" ", n)
}

// Line builds a line of known width from painted text. base is the SGR sequence under all of it.
type Line struct {
	b    strings.Builder
	base string
	w    int
}

// NewLine starts a line. size is an estimate of its length in bytes.
func NewLine(base string, size int) *Line {
	l := &Line{base: base}
	l.b.Grow(size)
	return l
}

const (
	off     = "\x1b[m"
	bold    = "\x1b[1m"
	reverse = "\x1b[7m"
)

// Put appends text, painted with sgr over the base.
func (l *Line) Put(sgr, text string) {
	if text == "" {
		return
	}
	l.w += Width(text)
	if l.base == reverse && sgr != bold {
		sgr = "" // in reverse video, colours are hard to read
	}
	if l.base == "" && sgr == "" {
		l.b.WriteString(text)
		return
	}
	l.b.WriteString(l.base)
	l.b.WriteString(sgr)
	l.b.WriteString(text)
	l.b.WriteString(off)
}

// Bare appends text painted with sgr alone. A bar must not be drawn in the base's reverse video,
// which would invert it.
func (l *Line) Bare(sgr, text string) {
	l.w += Width(text)
	l.b.WriteString(paint(sgr, text))
}

// Cell appends text cut or padded to w cells.
func (l *Line) Cell(sgr, text string, w int) { l.Put(sgr, Fit(text, w)) }

// Gap appends n cells of the base.
func (l *Line) Gap(n int) { l.Put("", Spaces(n)) }

// Width returns the number of cells so far.
func (l *Line) Width() int { return l.w }

// End returns the line padded or cut to w cells.
func (l *Line) End(w int) string {
	if l.w > w {
		return head(l.b.String(), w, "")
	}
	l.Gap(w - l.w)
	return l.b.String()
}

// Splice returns the line under with over laid on it from column x. The result has w cells.
func Splice(under, over string, x, w int) string {
	left := head(under, x, "")
	left += off + Spaces(x-Width(left))
	right := ""
	if end := x + Width(over); end < w {
		right = tail(under, end)
		right = Spaces(w-end-Width(right)) + right // drop a wide character that crosses the edge
	}
	return left + over + right
}

// Cut cuts s to at most w cells without a mark.
func Cut(s string, w int) string {
	return head(s, max(w, 0), "")
}

// Short cuts s at its end to at most w cells, and does not pad. A cut is marked by "…".
func Short(s string, w int) string {
	return head(s, max(w, 0), "…")
}

// Wrap breaks s into lines of at most w cells, between words if possible. It breaks a word only if
// that word is longer than a line, after a hyphen if it has one.
func Wrap(s string, w int) []string {
	if w < 1 {
		return nil
	}
	if !strings.Contains(s, "-") || strings.Contains(s, unbroken) {
		return strings.Split(method().Wrap(s, w, ""), "\n")
	}
	words := strings.Split(s, " ")
	for i, word := range words { // the library breaks after every hyphen
		if Width(word) <= w {
			words[i] = strings.ReplaceAll(word, "-", unbroken)
		}
	}
	wrapped := method().Wrap(strings.Join(words, " "), w, "")
	return strings.Split(strings.ReplaceAll(wrapped, unbroken, "-"), "\n")
}

// unbroken is the hyphen after which no line is broken (U+2011).
const unbroken = string(rune(0x2011))

// WrapTo is [Wrap] into at most n lines. A text that is too long is cut in its last line.
func WrapTo(s string, w, n int) []string {
	lines := Wrap(s, w)
	if n < 1 || len(lines) <= n {
		return lines[:min(len(lines), max(n, 0))]
	}
	return append(lines[:n-1:n-1], Short(strings.Join(lines[n-1:], " "), w))
}

// Chop breaks s into pieces of w cells, regardless of words. Joined, the pieces are s.
func Chop(s string, w int) []string {
	if w < 1 || s == "" {
		return nil
	}
	return strings.Split(method().Hardwrap(s, w, true), "\n")
}

const rules = "────────────────────────────────────────────────────────────────────────────────" +
	"────────────────────────────────────────────────────────────────────────────────"

// Rule returns a horizontal line of n cells; "" if n is not positive.
func Rule(n int) string {
	const size = len("─")
	if n <= 0 {
		return ""
	}
	if n*size <= len(rules) {
		return rules[:n*size]
	}
	return strings.Repeat("─", n)
}

// Dim returns a line without its styles, painted with sgr. The cells from up to to keep theirs.
func Dim(line, sgr string, from, to int) string {
	if from >= to {
		return paint(sgr, ansi.Strip(line))
	}
	kept := Cut(tail(line, from), to-from)
	return paint(sgr, ansi.Strip(head(line, from, ""))) + kept + off +
		paint(sgr, ansi.Strip(tail(line, to)))
}
