package kit

import (
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// graphemes is whether the terminal has said that it places a cluster as one (mode 2027). It is of the process, as its
// terminal is.
var graphemes atomic.Bool

// MeasureClusters chooses how cells are counted: as Bubble Tea counts them for the terminal that it draws on. Terminals
// with mode 2027 place a cluster as one, all others each of its characters.
func MeasureClusters(on bool) { graphemes.Store(on) }

func method() ansi.Method {
	if graphemes.Load() {
		return ansi.GraphemeWidth
	}
	return ansi.WcWidth
}

// next takes one cluster or one escape sequence off the beginning of s, and says how many cells it takes.
func next(s string, state byte) (seq string, w int, rest string, after byte) {
	m := method()
	seq, w, n, after := m.DecodeSequenceInString(s, state, nil)
	if n == 1 && len(s) > 1 && s[1] >= utf8.RuneSelf && seq[0] >= ' ' && seq[0] < 0x7f { // ASCII with marks on it, as Bubble Tea takes it
		seq, w = ansi.FirstGraphemeCluster(s, m)
		n = len(seq)
	}
	return seq, w, s[n:], after
}

// Cells calls f with each cluster and each escape sequence of a line and the cells that it takes.
func Cells(line string, f func(seq string, w int)) {
	var state byte
	for line != "" {
		seq, w, rest, after := next(line, state)
		if len(rest) == len(line) {
			return
		}
		f(seq, w)
		line, state = rest, after
	}
}

// zero reports whether a sequence without cells is text: marks without a letter, which belong to what is before them.
func zero(seq string, w int) bool { return w == 0 && seq[0] >= 0xc0 }

// head cuts s to at most w cells, at the end of a cluster, and puts tail behind it. Escape sequences all stay.
func head(s string, w int, tail string) string {
	if Width(s) <= w {
		return s
	}
	room, over := w-Width(tail), false
	if room < 0 {
		return ""
	}
	var b strings.Builder
	n := 0
	Cells(s, func(seq string, w int) {
		switch {
		case over && (w > 0 || zero(seq, w)):
		case n+w > room:
			over = true
			b.WriteString(tail)
		default:
			n += w
			b.WriteString(seq)
		}
	})
	return b.String()
}

// tail is what is left of s without its first n cells; a cluster that is cut goes whole.
func tail(s string, n int) string {
	var b strings.Builder
	cut := false
	Cells(s, func(seq string, w int) {
		switch {
		case n > 0 && w > 0:
			n -= w
			cut = true
		case cut && zero(seq, w):
		default:
			cut = cut && w == 0
			b.WriteString(seq)
		}
	})
	return b.String()
}

// End is the end of s, of at most w cells; a cluster that is cut goes whole.
func End(s string, w int) string { return tail(s, Width(s)-w) }

// Around gives how many characters the clusters before and after the place at in rs have. Within a cluster they are those to
// its beginning and to its end.
func Around(rs []rune, at int) (before, after int) {
	n := 0
	for rest := string(rs); rest != ""; {
		cluster, _ := ansi.FirstGraphemeCluster(rest, ansi.GraphemeWidth)
		rest = rest[len(cluster):]
		from := n
		n += utf8.RuneCountInString(cluster)
		if from < at && at <= n {
			before = at - from
		}
		if from <= at && at < n {
			after = n - at
		}
	}
	return before, after
}
