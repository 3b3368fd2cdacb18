package kit_test

import (
	"strings"
	"testing"
	"time"

	"lanyard/ui/kit"
)

const (
	second = time.Second
	minute = time.Minute
	hour   = time.Hour
	day    = 24 * time.Hour
	year   = 365 * day
)

// The scale depends on granted lives only.
func TestLogScale(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		shortest, longest time.Duration
		want              bool
	}{
		{minute, 20 * minute, true}, {minute, 20*minute - 1, false}, {hour, hour, false},
		{hour, kit.Endless, true}, {kit.Endless, kit.Endless, false}, {0, 0, false},
		{0, hour, false}, {1, 1<<63 - 1, true},
	} {
		if got := kit.LogScale(c.shortest, c.longest); got != c.want {
			t.Errorf("%s beside %s: %t", c.shortest, c.longest, got)
		}
	}
}

// An axis ends on a whole step, or at one of the ends of a logarithmic axis.
func TestAxisEnd(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cells   int
		log     bool
		longest time.Duration
		want    time.Duration
	}{
		{32, false, 59*minute + 40*second, hour}, {32, false, 44*minute + 18*second, 45 * minute},
		{32, false, hour, hour}, {32, false, hour + 1, 90 * minute},
		{25, false, 59 * minute, hour}, {12, false, 59 * minute, hour},
		{12, false, 61 * minute, 2 * hour}, {4, false, 31 * minute, hour},
		{32, false, 0, 10 * second}, {32, false, 41 * second, minute},
		{32, false, 5 * year, 6 * year}, {32, false, 4 * year, 4 * year},
		{8, false, 3*year + 1, 4 * year}, {32, false, 1<<63 - 1, 100 * year},
		{32, true, hour, hour}, {32, true, hour + 1, 6 * hour}, {32, true, 0, hour},
		{32, true, 29 * day, 30 * day}, {32, true, kit.Endless, year},
		{32, true, year + 1, 2 * year},
	} {
		if got := kit.NewAxis(c.cells, c.log, c.longest).End(); got != c.want {
			t.Errorf("%d cells, log %t, %s: ends at %s, want %s", c.cells, c.log, c.longest, got,
				c.want)
		}
	}
}

// Ticks stand at their cells, and none touches another.
func TestTicks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cells   int
		log     bool
		longest time.Duration
		want    string
	}{
		{32, false, 59 * minute, "0       15m     30m     45m   1h"},
		{32, false, 44 * minute, "0         15m        30m     45m"},
		{35, false, 59 * minute, "0       15m      30m      45m    1h"},
		{28, false, 59 * minute, "0             30m         1h"},
		{25, false, 59 * minute, "0           30m        1h"},
		{16, false, 59 * minute, "0       30m   1h"},
		{12, false, 59 * minute, "0         1h"},
		{32, false, 61 * minute, "0         30m        1h      90m"},
		{32, false, 350 * day, "0       90d     180d        360d"},
		{32, true, 52 * minute, "0  10s    1m          10m     1h"},
		{32, true, year, "0   1m  10m 1h  6h 1d  7d 30d 1y"},
		{2, false, hour, "0 "}, {1, false, hour, "0"}, {0, true, hour, ""},
	} {
		if got := kit.NewAxis(c.cells, c.log, c.longest).Ticks(); got != c.want {
			t.Errorf("%d cells, log %t, %s:\n%q, want\n%q", c.cells, c.log, c.longest, got, c.want)
		}
	}
	var zero kit.Axis
	if got := zero.Ticks() + zero.Bar(hour) + zero.Hatched(hour) + zero.NoEnd(true); got != "" {
		t.Errorf("the zero axis draws %q", got)
	}
	for cells := range 300 {
		for _, longest := range []time.Duration{0, minute, hour, 5 * day, 3 * year, 1<<63 - 1} {
			for _, log := range []bool{false, true} {
				got := kit.NewAxis(cells, log, longest).Ticks()
				if len(got) != cells || cells > 0 && got[0] != '0' {
					t.Errorf("%d cells, log %t, %s: %q", cells, log, longest, got)
				}
			}
		}
	}
}

func TestAxisBars(t *testing.T) {
	t.Parallel()
	lin, log := kit.NewAxis(32, false, hour), kit.NewAxis(32, true, kit.Endless)
	for i, c := range [][2]string{
		{lin.Bar(41 * second), "▎"}, {lin.Bar(252 * second), "██▏"}, {lin.Bar(0), "▏"},
		{lin.Bar(-hour), "▏"}, {lin.Bar(15 * minute), "████████"},
		{lin.Bar(2 * hour), strings.Repeat("█", 32)}, {lin.Hatched(889 * second), "░░░░░░░░"},
		{lin.Hatched(542 * second), "░░░░░"}, {lin.Hatched(0), "░"},
		{lin.Hatched(2 * hour), strings.Repeat("░", 32)},
		{log.Bar(30 * second), "██▉"}, {log.Bar(4*hour + 5*minute), "███████████████▌"},
		{log.Hatched(889 * second), "░░░░░░░░░░"},
		{log.NoEnd(false), strings.Repeat("█", 31) + "→"},
		{log.NoEnd(true), strings.Repeat("░", 31) + "→"},
	} {
		if c[0] != c[1] {
			t.Errorf("%d: %s, want %s", i, c[0], c[1])
		}
	}
	for cells := range 300 {
		for _, log := range []bool{false, true} {
			a, before := kit.NewAxis(cells, log, hour), 0
			for d := -minute; d < 70*minute; d += 7 * minute {
				bar, hatched := kit.Width(a.Bar(d)), kit.Width(a.Hatched(d))
				if bar > cells || hatched > cells || cells > 0 && (bar < 1 || hatched < 1) {
					t.Errorf("%d cells, log %t, %s: bars of %d and %d", cells, log, d, bar, hatched)
				}
				if bar < before {
					t.Errorf("%d cells, log %t: the bar of %s is shorter", cells, log, d)
				}
				before = bar
			}
			if kit.Width(a.NoEnd(false)) != cells || kit.Width(a.NoEnd(true)) != cells {
				t.Errorf("%d cells: a bar without an end is not full", cells)
			}
		}
	}
}

// The end stands still while time passes, until the longest time is below half of it.
func TestAxisStandsStill(t *testing.T) {
	t.Parallel()
	a := kit.NewAxis(32, false, 59*minute)
	if got := a.Next(32, false, 30*minute, false); got != a {
		t.Errorf("the axis now ends at %s", got.End())
	}
	if got := a.Next(32, false, 30*minute-1, false); got.End() != 30*minute {
		t.Errorf("below half, the axis ends at %s", got.End())
	}
	if got := a.Next(32, false, 40*minute, true); got.End() != 40*minute {
		t.Errorf("after a row went, the axis ends at %s", got.End())
	}
	if got := a.Next(40, false, 40*minute, false); len(got.Ticks()) != 40 {
		t.Errorf("a wider axis has the ticks %q", got.Ticks())
	}
	if got := a.Next(32, true, 59*minute, false); got == a {
		t.Error("the scale did not change")
	}
}

// Without block characters a full bar, a hatched one and one without an end stay different.
func TestAxisASCII(t *testing.T) {
	t.Parallel()
	a := kit.NewAxis(8, false, hour)
	for _, c := range [][2]string{
		{a.Bar(30 * minute), "####"}, {a.Bar(33 * minute), "####>"},
		{a.Hatched(30 * minute), "...."},
		{a.NoEnd(false), "#######>"}, {a.NoEnd(true), ".......>"}, {a.Bar(0), "|"},
	} {
		if got := kit.ASCII(c[0]); got != c[1] {
			t.Errorf("%s became %q, want %q", c[0], got, c[1])
		}
	}
}

func BenchmarkAxis(b *testing.B) {
	b.ReportAllocs()
	a := kit.NewAxis(32, true, kit.Endless)
	for b.Loop() {
		_, _, _ = a.Bar(41*minute), a.Hatched(9*minute), a.NoEnd(true)
	}
}
