package pane

import "lanyard/ui/session"

// The sections of the list, in short.
const (
	live    = session.Living
	revoked = session.MayPass
	over    = session.Over
)

// division says how many lines each section of the token list gets. Headings, rows, blank lines and
// the line about further rows are never more than the lines that were divided.
type division struct {
	heading [3]bool // never for live
	rows    [3]int  // lines with a row
	blank   bool    // an empty line stands between two sections
	more    bool    // a line after the live rows counts those that are not shown
}

// divide divides lines among the sections, which have some rows each. cursor is the section of the
// selected row. If there are too few lines, over gets its heading alone, and live gets what revoked
// leaves. The section of the cursor always has a row.
func divide(lines int, counts [3]int, cursor session.Section) division {
	if lines <= 0 {
		return division{}
	}
	for s := live; counts[cursor] == 0 && s <= over; s++ {
		cursor = s // nothing is selected, or the section of the cursor is empty
	}
	if d := undivided(counts); d.lines() <= lines {
		d.blank = true
		d.blank = d.lines() <= lines
		return d
	}
	const (
		withOver    = 6 // lines from which on over has a heading beside other sections
		withRevoked = 4 // lines from which on live and revoked are beside each other
	)
	switch {
	case lines < withRevoked, lines < withOver && cursor == over:
		return alone(lines, counts[cursor], cursor)
	case lines < withOver && counts[over] > 0:
		counts[over] = 0
		return divide(lines, counts, cursor)
	}
	var d division
	d.heading[revoked], d.heading[over] = counts[revoked] > 0, counts[over] > 0
	least, most := 2, 0 // rows of revoked, and of over
	switch cursor {
	case revoked:
		least = 3
	case over:
		most = 3
	}
	d.rows[revoked] = min(counts[revoked], max(least, lines/4))
	d.rows[over] = min(counts[over], most)
	for lines-d.lines() < min(counts[live], 3) && d.rows[revoked] > 1 {
		d.rows[revoked]--
	}
	for s := live; s <= over; s++ { // what one section leaves goes to the next
		d.rows[s] = min(counts[s], d.rows[s]+max(lines-d.lines(), 0))
	}
	if d.rows[live] < counts[live] && d.rows[live] > 1 {
		d.rows[live]--
		d.more = true
	}
	return d
}

// undivided returns the division in which each row is shown.
func undivided(counts [3]int) division {
	d := division{rows: counts}
	d.heading[revoked], d.heading[over] = counts[revoked] > 0, counts[over] > 0
	return d
}

// alone returns the division in which one section has all lines. It has a heading if there is room
// for a row under it.
func alone(lines, count int, s session.Section) division {
	var d division
	d.heading[s] = s != live && lines > 1
	d.rows[s] = min(count, lines-d.lines())
	if s == live && d.rows[s] < count && d.rows[s] > 1 {
		d.rows[s]--
		d.more = true
	}
	return d
}

// lines returns the number of lines that the division takes.
func (d division) lines() int {
	n, sections := 0, 0
	for s := live; s <= over; s++ {
		n += d.rows[s]
		if d.heading[s] {
			n++
		}
		if d.heading[s] || d.rows[s] > 0 {
			sections++
		}
	}
	if d.more {
		n++
	}
	if d.blank {
		n += max(sections-1, 0)
	}
	return n
}
