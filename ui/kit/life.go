package kit

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Life is the life of a token in time, as far as a line can show it.
type Life struct {
	Start, Now time.Time
	Late       bool      // Start is later than the issue, so that the end has room
	End        time.Time // latest time at which the token can work; zero if it has none
	Ended      time.Time // when the server accepted the revoke or replaced the token; zero if not
	Died       time.Time // since when the gateway refuses it; zero if that is not known
	Events     []LifeEvent
}

// LifeEvent is a mark on the line of a [Life]. An event at Died labels the sign of the death.
type LifeEvent struct {
	At    time.Time
	Label string
	Main  bool // it has the sign of its cell, and its label is placed first
}

// LifeKind is the meaning of a part of a line of life.
type LifeKind int

// The kinds of parts. After the death the line is blank, which is LifePast.
const (
	LifeMark         LifeKind = iota // issue, now, end, death and events
	LifePast                         // before the end at the server
	LifeAfter                        // after the end at the server, in the past
	LifeLeft                         // in the future
	LifeMayStillPass                 // in the future, after the end at the server
)

// LifeSpan is a part of a line of life that is painted in one style.
type LifeSpan struct {
	Kind LifeKind
	Text string
}

// scaleEnd returns the time of the last cell. Without an end it is Start plus a power of two
// minutes, so that the marks stand still between two steps, and after the death.
func (l *Life) scaleEnd() time.Time {
	if l.End.After(l.Start) {
		return l.End
	}
	last, span := l.Now, time.Minute
	if !l.Died.IsZero() {
		last = l.Died
	}
	for now := last.Sub(l.Start); span-span/4 < now && span < 1<<61; {
		span *= 2
	}
	return l.Start.Add(span)
}

// Cell returns the cell of a time on a line of w cells, rounded. It is -1 for a time before Start,
// and w or more for one after the end of the scale, at most 2 w.
func (l *Life) Cell(at time.Time, w int) int {
	whole, passed := l.scaleEnd().Sub(l.Start).Seconds(), at.Sub(l.Start).Seconds()
	cell := int(min(passed/whole, 2)*float64(w-1) + 0.5)
	switch {
	case passed < 0:
		return -1
	case passed > whole:
		return max(cell, w)
	}
	return cell
}

// Moves returns the time after which the sign for now may stand in another cell of a line of w
// cells; 0 if it does not move.
func (l *Life) Moves(w int) time.Duration {
	if l.over() || w < 1 {
		return 0
	}
	return max(l.scaleEnd().Sub(l.Start)/time.Duration(w), time.Second)
}

// inside returns the cell of a mark other than the issue. The sign of the issue stays visible.
func (l *Life) inside(at time.Time, w int) int { return min(max(l.Cell(at, w), 1), w-1) }

// afterEnd returns the cell of a mark that is later than Ended. It is never the cell of Ended, so
// that the sign of that event and its label are seen at once.
func (l *Life) afterEnd(at time.Time, w int) int {
	c := l.inside(at, w)
	if !l.Ended.IsZero() && !at.Before(l.Ended) && l.Ended.After(l.Start) {
		c = max(c, min(l.inside(l.Ended, w)+1, w-1))
	}
	return c
}

// place returns the cell of an event.
func (l *Life) place(e LifeEvent, w int) int {
	if !l.Died.IsZero() && e.At.Equal(l.Died) {
		return l.afterEnd(e.At, w)
	}
	return l.inside(e.At, w)
}

// shown returns the events that have a cell of their own, newest first.
func (l *Life) shown(w int) []LifeEvent {
	now, died := l.afterEnd(l.Now, w), l.afterEnd(l.Died, w)
	over := l.over()
	events := slices.Clone(l.Events)
	slices.SortStableFunc(events, func(a, b LifeEvent) int {
		if a.Main != b.Main {
			if a.Main {
				return -1
			}
			return 1
		}
		return b.At.Compare(a.At)
	})
	taken := make(map[int]bool, len(events))
	return slices.DeleteFunc(events, func(e LifeEvent) bool {
		c := l.place(e, w)
		switch {
		case e.At.Before(l.Start), e.At.After(l.Now), taken[c]:
			return true
		case !l.Died.IsZero():
			if e.At.After(l.Died) || c >= died && !e.At.Equal(l.Died) {
				return true
			}
		case c == w-1 || !over && c == now:
			return true
		}
		taken[c] = true
		return false
	})
}

// over reports whether the scale ends before now, so that the line has no sign for now.
func (l *Life) over() bool { return !l.Died.IsZero() || l.Now.After(l.scaleEnd()) }

// Draw returns the line in w cells. The scale is linear in time, from Start to End.
//
//	● issue   ━ past   ▒ past after the end at the server   ┃ now   ─ left   ░ may still pass
//	○ end     → no end     ✕ death     ┯ an event     ╌ the issue is earlier
func (l *Life) Draw(w int) []LifeSpan {
	if w <= 0 {
		return nil
	}
	signs, kinds := make([]rune, w), make([]LifeKind, w)
	ended, now := w, l.afterEnd(l.Now, w)
	if !l.Ended.IsZero() {
		ended = l.Cell(l.Ended, w)
	}
	if l.over() {
		now = w
	}
	died := w
	if !l.Died.IsZero() {
		died = l.afterEnd(l.Died, w)
	}
	for i := range w {
		switch {
		case i > died:
			signs[i], kinds[i] = ' ', LifePast
		case i < now && i < ended:
			signs[i], kinds[i] = '━', LifePast
		case i < now:
			signs[i], kinds[i] = '▒', LifeAfter
		case ended < w:
			signs[i], kinds[i] = '░', LifeMayStillPass
		default:
			signs[i], kinds[i] = '─', LifeLeft
		}
	}
	mark := func(at int, sign rune) {
		if at >= 0 && at < w {
			signs[at], kinds[at] = sign, LifeMark
		}
	}
	for _, e := range l.shown(w) {
		mark(l.place(e, w), '┯')
	}
	switch {
	case !l.Died.IsZero():
	case l.End.IsZero():
		mark(w-1, '→')
	default:
		mark(w-1, '○')
	}
	if mark(0, '●'); l.Late {
		mark(0, '╌')
	}
	mark(now, '┃')
	mark(died, '✕')
	return spans(signs, kinds)
}

// spans joins neighbours of one kind.
func spans(signs []rune, kinds []LifeKind) (out []LifeSpan) {
	for from := 0; from < len(signs); {
		to := from + 1
		for to < len(signs) && kinds[to] == kinds[from] {
			to++
		}
		out = append(out, LifeSpan{kinds[from], string(signs[from:to])})
		from = to
	}
	return out
}

// label is a text in the line under a line of life.
type label struct {
	from int
	text string
}

// near reports whether less than two cells are between two labels.
func (l label) near(o label) bool {
	return l.from < o.from+Width(o.text)+2 && o.from < l.from+Width(l.text)+2
}

// Labels returns the line under Draw(w), with the free cells before and after that line. A label
// stands to the right of its event, or to the left if the line has no room at the right, or beyond
// the line. Labels of main events are placed first, then newer ones. One with less than two cells
// to another one goes to another side of its event, or is left out.
func (l *Life) Labels(before, w, after int) string {
	var placed []label
	var rest [][]label // the further places of labels that are not placed yet
	add := func(all []label) bool {
		for _, p := range all {
			if !slices.ContainsFunc(placed, p.near) {
				placed = append(placed, p)
				return true
			}
		}
		return false
	}
	for _, e := range l.shown(w) {
		if all := l.places(e, before, w, after); len(all) > 0 && !add(all[:1]) {
			rest = append(rest, all[1:])
		}
	}
	for _, all := range rest {
		add(all)
	}
	slices.SortFunc(placed, func(a, b label) int { return cmp.Compare(a.from, b.from) })
	var b strings.Builder
	at := -before
	for _, p := range placed {
		b.WriteString(Spaces(p.from - at))
		b.WriteString(p.text)
		at = p.from + Width(p.text)
	}
	return Fit(b.String(), before+w+after)
}

// places returns the places where the label of an event has room, the best one first.
func (l *Life) places(e LifeEvent, before, w, after int) (out []label) {
	if e.Label == "" {
		return nil
	}
	at, size := l.place(e, w), Width(e.Label)+2
	right, left := label{at, "└ " + e.Label}, label{at + 1 - size, e.Label + " ┘"}
	for _, beyond := range []bool{false, true} {
		if outside := at+size > w; outside == beyond && at+size <= w+after {
			out = append(out, right)
		}
		if outside := left.from < 0; outside == beyond && left.from >= -before {
			out = append(out, left)
		}
	}
	return out
}
