package kit

import (
	"strings"

	"lanyard/text"
)

// Width is how many cells s takes; escape sequences take none.
func Width(s string) int {
	if n, ok := plain(s); ok {
		return n
	}
	return method().StringWidth(s)
}

// plain measures printable ASCII, which is nearly everything, without looking for clusters.
func plain(s string) (int, bool) {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return 0, false
		}
	}
	return len(s), true
}

// Clean is text.Line for a column. It composes Korean letters: terminals differ in their cells.
func Clean(s string) string {
	if _, ok := plain(s); ok {
		return s
	}
	return syllables(text.Line(s))
}

// syllables composes Korean letters into the syllables that they spell, as fonts do: terminals differ in the cells that
// they give to the letters (Unicode, section 3.12).
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
			case before >= first && before < first+19*vowels*finals && (before-first)%finals == 0 && r > final && r < final+finals:
				out[n] += r - final
				continue
			}
		}
		out = append(out, r)
	}
	return string(out)
}

// Fit cuts s at its end, or pads it, to exactly w cells.
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

// Right is Fit with the text at the right edge.
func Right(s string, w int) string {
	n := Width(s)
	if n >= w {
		return Fit(s, w)
	}
	return Spaces(w-n) + s
}

// Middle cuts s in its middle when it is wider than w, and does not pad. Names differ at their ends.
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

const blanks = "                                                                                                                                "

// Spaces gives n spaces.
func Spaces(n int) string {
	if n <= 0 {
		return ""
	}
	if n <= len(blanks) {
		return blanks[:n]
	}
	return strings.Repeat(" ", n)
}

// Bar draws part of whole as a bar of exactly w cells in eighth blocks.
func Bar(part, whole int64, w int) string {
	if w <= 0 || whole <= 0 {
		return Spaces(w)
	}
	part = min(max(part, 0), whole)
	eighths := int(float64(part) / float64(whole) * float64(w*8))
	if part > 0 && eighths == 0 {
		eighths = 1 // something is left, so something is seen
	}
	used := eighths / 8
	bar := strings.Repeat("█", used)
	if r := eighths % 8; r > 0 {
		bar += string([]rune("▏▎▍▌▋▊▉")[r-1])
		used++
	}
	return bar + Spaces(w-used)
}

// Line builds one line of exactly known width from painted cells. Base is painted under all of it.
type Line struct {
	b    strings.Builder
	base string
	w    int
}

// NewLine starts a line; size is a guess at its bytes.
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

// Put adds text as it is.
func (l *Line) Put(sgr, text string) {
	if text == "" {
		return
	}
	l.w += Width(text)
	if l.base == reverse && sgr != bold {
		sgr = "" // colours would show as patches, and faint text could not be read
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

// Bare adds text without the line's base: a bar in reverse video would say the opposite.
func (l *Line) Bare(sgr, text string) {
	l.w += Width(text)
	l.b.WriteString(paint(sgr, text))
}

// Cell adds text cut or padded to w cells.
func (l *Line) Cell(sgr, text string, w int) { l.Put(sgr, Fit(text, w)) }

// Gap adds n cells of background.
func (l *Line) Gap(n int) { l.Put("", Spaces(n)) }

// Width is how many cells there are so far.
func (l *Line) Width() int { return l.w }

// End pads or cuts the line to w cells.
func (l *Line) End(w int) string {
	if l.w > w {
		return head(l.b.String(), w, "")
	}
	l.Gap(w - l.w)
	return l.b.String()
}

// Splice lays over upon the line under, from column x on. Both keep their styles.
func Splice(under, over string, x, w int) string {
	left := head(under, x, "")
	left += off + Spaces(x-Width(left))
	right := ""
	if end := x + Width(over); end < w {
		right = tail(under, end)
		right = Spaces(w-end-Width(right)) + right // a wide character across the edge goes whole
	}
	return left + over + right
}

// Cut cuts s to w cells without a mark.
func Cut(s string, w int) string {
	return head(s, max(w, 0), "")
}

// Short cuts s at its end, with a mark, when it is wider than w, and does not pad.
func Short(s string, w int) string {
	return head(s, max(w, 0), "…")
}

// Wrap breaks s into lines of at most w cells, between words where there are any.
func Wrap(s string, w int) []string {
	if w < 1 {
		return nil
	}
	return strings.Split(method().Wrap(s, w, ""), "\n")
}

// Chop breaks s into pieces of at most w cells, wherever it must: it is for what has no words, such as an
// address, and the pieces are all of s.
func Chop(s string, w int) []string {
	if w < 1 || s == "" {
		return nil
	}
	return strings.Split(method().Hardwrap(s, w, true), "\n")
}
