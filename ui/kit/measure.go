package kit

import (
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// graphemes is set if the terminal places a grapheme cluster as one unit (mode 2027). It is global
// because the process has one terminal.
var graphemes atomic.Bool

// MeasureClusters chooses how cells are counted, to agree with Bubble Tea. A terminal with mode
// 2027 places a grapheme cluster as one unit. Other terminals place each of its characters.
func MeasureClusters(on bool) { graphemes.Store(on) }

func method() ansi.Method {
	if graphemes.Load() {
		return ansi.GraphemeWidth
	}
	return ansi.WcWidth
}

// next splits the first cluster or escape sequence off s, and returns its width.
func next(s string, state byte) (seq string, w int, rest string, after byte) {
	m := method()
	seq, w, n, after := m.DecodeSequenceInString(s, state, nil)
	if n == 1 && len(s) > 1 && s[1] >= utf8.RuneSelf && seq[0] >= ' ' && seq[0] < 0x7f {
		// as Bubble Tea
		seq, w = ansi.FirstGraphemeCluster(s, m)
		n = len(seq)
	}
	return seq, w, s[n:], after
}

// Cells calls f with each cluster or escape sequence of a line and with its width.
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

// zero reports whether a sequence without cells is text: combining marks, which belong to the
// cluster before them.
func zero(seq string, w int) bool { return w == 0 && seq[0] >= 0xc0 }

// head cuts s to at most w cells at the end of a cluster, and appends tail if it cut. It keeps all
// escape sequences.
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

// tail returns s without its first n cells. It drops a cluster that is cut.
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

// End returns the end of s, at most w cells wide. It drops a cluster that is cut.
func End(s string, w int) string { return tail(s, Width(s)-w) }

// Around returns the lengths in characters of the clusters before and after index at of rs. Inside
// a cluster they are the distances to its start and to its end.
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
