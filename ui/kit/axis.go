package kit

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Endless is the life that counts for a token without an end.
const Endless = year

const (
	day  = 24 * time.Hour
	year = 365 * day
)

// logFrom is how many times the shortest life the longest must be for a logarithmic axis.
const logFrom = 20

// LogScale reports whether the axis of a list must be logarithmic. shortest and longest are lives
// as they were granted, so that time that passes does not change the scale. A gateway window counts
// as a life, and a token without an end as [Endless].
func LogScale(shortest, longest time.Duration) bool {
	return shortest > 0 && longest/logFrom >= shortest
}

// Axis is the time axis that all bars of a list share. It begins now, and is linear or logarithmic.
// The zero Axis has no cells.
type Axis struct {
	cells int
	log   bool
	end   time.Duration
	step  time.Duration // between two ticks of a linear axis
}

// longestAxis is the longest end. A longer time fills the axis.
const longestAxis = 100 * year

// minStep is the width of the shortest step of a linear axis, in cells.
const minStep = 8

// linearSteps are the steps of a linear axis. Above the last one, a step is whole years.
var linearSteps = [...]time.Duration{
	10 * time.Second, 30 * time.Second,
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute,
	30 * time.Minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
	day, 2 * day, 7 * day, 30 * day, 90 * day, year,
}

// logEnds are the ends of a logarithmic axis. Above the last one, the end is whole years.
var logEnds = [...]time.Duration{time.Hour, 6 * time.Hour, day, 7 * day, 30 * day, year}

// NewAxis returns an axis of some cells that ends at or after longest, the longest time left in the
// list. A linear axis has one to four steps and ends on a whole step.
func NewAxis(cells int, log bool, longest time.Duration) Axis {
	a := Axis{cells: max(cells, 0), log: log}
	longest = min(max(longest, 1), longestAxis)
	if log {
		a.end = least(logEnds[:], longest, 1)
		return a
	}
	n := min(max(a.cells/minStep, 1), 4)
	a.step = least(linearSteps[:], longest, n)
	a.end = wholes(longest, a.step)
	return a
}

// least returns the first of lengths of which n are not shorter than d. If none is long enough, it
// returns whole years.
func least(lengths []time.Duration, d time.Duration, n int) time.Duration {
	part := (d-1)/time.Duration(n) + 1
	for _, l := range lengths {
		if l >= part {
			return l
		}
	}
	return wholes(part, year)
}

// wholes returns d, rounded up to a whole multiple of step.
func wholes(d, step time.Duration) time.Duration {
	if rest := d % step; rest > 0 {
		return d + step - rest
	}
	return d
}

// End returns the time at the last cell.
func (a Axis) End() time.Duration { return a.end }

// Stale reports whether the end must be computed anew: a row came or went, or the longest time left
// is below half of the end. Otherwise the axis stands still while its bars become shorter.
func (a Axis) Stale(longest time.Duration, rowsChanged bool) bool {
	return rowsChanged || longest < a.end/2
}

// Next returns the axis of the next frame. It is a, unless a is stale, or the width or the scale
// has changed.
func (a Axis) Next(cells int, log bool, longest time.Duration, rowsChanged bool) Axis {
	if a.cells == max(cells, 0) && a.log == log && !a.Stale(longest, rowsChanged) {
		return a
	}
	return NewAxis(cells, log, longest)
}

// at returns the length of a time on the axis, in cells.
func (a Axis) at(d time.Duration) float64 {
	if d >= a.end {
		return float64(a.cells)
	}
	if a.log {
		// The first ten seconds are nearly linear.
		part := math.Log1p(d.Seconds()/10) / math.Log1p(a.end.Seconds()/10)
		return float64(a.cells) * part
	}
	return float64(a.cells) * float64(d) / float64(a.end)
}

// tick is a label of a logarithmic axis.
type tick struct {
	at    time.Duration
	label string
}

// logTicks are the ticks of a logarithmic axis between 0 and its end, in the order in which they
// are placed.
var logTicks = [...]tick{
	{time.Minute, "1m"}, {time.Hour, "1h"}, {day, "1d"}, {30 * day, "30d"},
	{10 * time.Minute, "10m"}, {7 * day, "7d"}, {10 * time.Second, "10s"}, {6 * time.Hour, "6h"},
}

// Ticks returns the labels of the axis, exactly as wide as the axis. A label begins at its cell.
// The last one ends at the last cell. A label that would touch another is left out.
func (a Axis) Ticks() string {
	if a.cells == 0 {
		return ""
	}
	line := []byte(Spaces(a.cells))
	place := func(at int, label string) {
		from, to := max(at-1, 0), min(at+len(label)+1, len(line))
		if at < 0 || at+len(label) > len(line) || strings.Trim(string(line[from:to]), " ") != "" {
			return
		}
		copy(line[at:], label)
	}
	place(0, "0")
	last := tickLabel(a.end)
	place(a.cells-len(last), last)
	if a.log {
		for _, t := range logTicks {
			if t.at < a.end {
				place(int(a.at(t.at)), t.label)
			}
		}
		return string(line)
	}
	steps := int(a.end / a.step)
	for i := 1; i < steps; i++ {
		place(i*a.cells/steps, tickLabel(time.Duration(i)*a.step))
	}
	return string(line)
}

// tickLabel writes a time in the largest unit that leaves no rest: "45m", "90m", "1h".
func tickLabel(d time.Duration) string {
	unit, name := time.Second, "s"
	for _, u := range [...]struct {
		d    time.Duration
		name string
	}{{year, "y"}, {day, "d"}, {time.Hour, "h"}, {time.Minute, "m"}} {
		if d%u.d == 0 {
			unit, name = u.d, u.name
			break
		}
	}
	return strconv.FormatInt(int64(d/unit), 10) + name
}

// Strings of which a bar of usual length is the end, so that a bar needs no memory of its own. Each
// character in them has three bytes.
const (
	blockBytes = 3
	solid8     = "████████"
	solid64    = solid8 + solid8 + solid8 + solid8 + solid8 + solid8 + solid8 + solid8
	solid      = solid64 + solid64 + solid64 + solid64
	hatched8   = "░░░░░░░░"
	hatched64  = hatched8 + hatched8 + hatched8 + hatched8 + hatched8 + hatched8 + hatched8 +
		hatched8
	hatched = hatched64 + hatched64 + hatched64 + hatched64
)

// ended returns the last n characters of long. If long has fewer, it repeats fill before them.
func ended(long, fill string, n int) string {
	if n <= 0 {
		return ""
	}
	if have := len(long) / blockBytes; n > have {
		return strings.Repeat(fill, n-have) + long
	}
	return long[len(long)-n*blockBytes:]
}

// Bar returns the bar of a time left, in eighths of a cell. It is at least ▏ and does not reach
// beyond the axis.
func (a Axis) Bar(d time.Duration) string {
	if a.cells == 0 {
		return ""
	}
	eighths := max(int(a.at(max(d, 0))*8), 1)
	n := eighths / 8
	switch eighths % 8 {
	case 1:
		return ended(solid+"▏", "█", n+1)
	case 2:
		return ended(solid+"▎", "█", n+1)
	case 3:
		return ended(solid+"▍", "█", n+1)
	case 4:
		return ended(solid+"▌", "█", n+1)
	case 5:
		return ended(solid+"▋", "█", n+1)
	case 6:
		return ended(solid+"▊", "█", n+1)
	case 7:
		return ended(solid+"▉", "█", n+1)
	}
	return ended(solid, "█", n)
}

// Hatched returns the bar of the longest time for which a token may still pass, in whole cells,
// rounded. It has at least one cell.
func (a Axis) Hatched(d time.Duration) string {
	n := int(math.Round(a.at(max(d, 0))))
	return ended(hatched, "░", min(max(n, 1), a.cells))
}

// NoEnd returns the bar of a time without an end. It fills the axis, with an arrow in its last
// cell.
func (a Axis) NoEnd(isHatched bool) string {
	if isHatched {
		return ended(hatched+"→", "░", a.cells)
	}
	return ended(solid+"→", "█", a.cells)
}
