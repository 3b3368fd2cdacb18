package pane

import (
	"lanyard/ui/session"
	"testing"
)

func TestDivide(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lines   int
		counts  [3]int
		cursor  session.Section
		rows    [3]int
		heading string // r: revoked, o: over
		blank   bool
		more    bool
	}{
		{16, [3]int{12, 2, 1}, live, [3]int{12, 2, 0}, "ro", false, false},
		{15, [3]int{12, 2, 1}, live, [3]int{10, 2, 0}, "ro", false, true},
		{13, [3]int{12, 2, 1}, live, [3]int{8, 2, 0}, "ro", false, true},
		{8, [3]int{12, 2, 1}, live, [3]int{3, 2, 0}, "ro", false, true},
		{5, [3]int{12, 2, 1}, live, [3]int{2, 1, 0}, "r", false, true},
		{33, [3]int{12, 2, 1}, live, [3]int{12, 2, 1}, "ro", true, false},
		{19, [3]int{12, 2, 1}, live, [3]int{12, 2, 1}, "ro", true, false},
		{18, [3]int{12, 2, 1}, live, [3]int{12, 2, 1}, "ro", false, false},
		{16, [3]int{96, 5, 12}, live, [3]int{9, 4, 0}, "ro", false, true},
		{16, [3]int{96, 5, 12}, over, [3]int{6, 4, 3}, "ro", false, true},
		{8, [3]int{96, 5, 12}, live, [3]int{3, 2, 0}, "ro", false, true},
		{8, [3]int{96, 5, 12}, revoked, [3]int{2, 3, 0}, "ro", false, true},
		{39, [3]int{96, 5, 12}, live, [3]int{31, 5, 0}, "ro", false, true},
		{16, [3]int{0, 0, 5}, over, [3]int{0, 0, 5}, "o", true, false},
		{16, [3]int{0, 0, 5}, live, [3]int{0, 0, 5}, "o", true, false},
		{16, [3]int{7, 2, 0}, live, [3]int{7, 2, 0}, "r", true, false},
		{16, [3]int{3, 2, 30}, live, [3]int{3, 2, 9}, "ro", false, false},
		{16, [3]int{3, 30, 30}, live, [3]int{3, 11, 0}, "ro", false, false},
		{5, [3]int{96, 5, 12}, over, [3]int{0, 0, 4}, "o", false, false},
		{5, [3]int{96, 0, 12}, live, [3]int{4, 0, 0}, "", false, true},
		{6, [3]int{96, 5, 12}, over, [3]int{0, 1, 3}, "ro", false, false},
		{3, [3]int{96, 5, 12}, live, [3]int{2, 0, 0}, "", false, true},
		{3, [3]int{96, 5, 12}, revoked, [3]int{0, 2, 0}, "r", false, false},
		{1, [3]int{96, 5, 12}, revoked, [3]int{0, 1, 0}, "", false, false},
		{1, [3]int{96, 5, 12}, live, [3]int{1, 0, 0}, "", false, false},
		{5, [3]int{0, 0, 12}, live, [3]int{0, 0, 4}, "o", false, false},
		{3, [3]int{0, 5, 12}, live, [3]int{0, 2, 0}, "r", false, false},
		{0, [3]int{96, 5, 12}, live, [3]int{}, "", false, false},
		{9, [3]int{}, live, [3]int{}, "", true, false},
	} {
		got := divide(c.lines, c.counts, c.cursor)
		want := division{rows: c.rows, blank: c.blank, more: c.more}
		for _, r := range c.heading {
			want.heading[map[rune]session.Section{'r': revoked, 'o': over}[r]] = true
		}
		if got != want {
			t.Errorf("%d lines for %v, cursor in %d:\n%+v, want\n%+v", c.lines, c.counts, c.cursor,
				got, want)
		}
	}
}

func TestDivideHoldsItsRules(t *testing.T) {
	t.Parallel()
	for lines := 1; lines <= 60; lines++ {
		for l := range 31 {
			for r := range 31 {
				for o := range 31 {
					for cursor := live; cursor <= over; cursor++ {
						counts := [3]int{l, r, o}
						if counts[cursor] == 0 && l+r+o > 0 {
							continue
						}
						d := divide(lines, counts, cursor)
						if fault := divisionFault(d, lines, counts, cursor); fault != "" {
							t.Fatalf("%d lines for %v, cursor in %d: %+v: %s", lines, counts,
								cursor, d, fault)
						}
					}
				}
			}
		}
	}
}

func divisionFault(d division, lines int, counts [3]int, cursor session.Section) string {
	unused := lines - d.lines()
	all := undivided(counts)
	for s := live; s <= over; s++ {
		switch shown := d.heading[s] || d.rows[s] > 0; {
		case d.rows[s] > counts[s] || d.rows[s] < 0:
			return "a section has rows that do not exist"
		case s == cursor && counts[s] > 0 && d.rows[s] == 0:
			return "the row of the cursor is not shown"
		case d.heading[s] && (s == live || counts[s] == 0):
			return "a section has a heading that it does not need"
		case s != live && !d.heading[s] && lines > 1 && d.rows[s] > 0:
			return "a section has no heading"
		case s != live && lines >= 6 && counts[s] > 0 && !d.heading[s]:
			return "a section is not named"
		case d.rows[s] < counts[s] && unused > 0 && shown:
			return "rows are left out, and lines are unused"
		case d.rows[s] < counts[s] && unused > 0 && lines >= 6:
			return "a section is left out, and lines are unused"
		}
	}
	switch {
	case unused < 0:
		return "there are too many lines"
	case all.lines() <= lines && d.rows != all.rows:
		return "not all rows are shown, and they fit"
	case d.more && d.rows[live] >= counts[live]:
		return "the list of live tokens counts rows that are shown"
	case d.rows[live] > 1 && d.rows[live] < counts[live] && !d.more:
		return "live tokens that are not shown are not counted"
	case d.blank && all.rows != d.rows && d.rows[over] > 0:
		return "blank lines take the place of rows"
	case lines >= 8 && cursor != over && counts[revoked] > 0 && d.rows[revoked] == 0:
		return "a token that may still pass is not shown"
	case lines >= 8 && counts[live] > 1 && d.rows[live] < 2 && cursor != over:
		return "too few live tokens are shown"
	}
	return ""
}
