package kit_test

import (
	"strings"
	"testing"
	"time"

	"lanyard/ui/kit"
)

// clock returns a time of one day. An empty text is the zero time.
func clock(t *testing.T, at string) time.Time {
	t.Helper()
	if at == "" {
		return time.Time{}
	}
	c, err := time.Parse(time.TimeOnly, at)
	if err != nil {
		t.Fatal(err)
	}
	return c.AddDate(2026, 0, 0)
}

func joined(spans []kit.LifeSpan) string {
	var b strings.Builder
	for _, s := range spans {
		b.WriteString(s.Text)
	}
	return b.String()
}

// run repeats a sign.
func run(sign string, n int) string { return strings.Repeat(sign, n) }

// The lines of the drawings, from the times that they show.
func TestLifeLines(t *testing.T) {
	t.Parallel()
	long := []string{"09:48:10 copied 09:48", "10:12:40 probed 10:12 200",
		"10:41:30 probed 10:41 200", "10:46:18 probed 10:46 200"}
	revoked := []string{"10:46:02 revoked 10:46:02"}
	const presented = "10:45:17"
	for name, c := range map[string]struct {
		start, now, end, ended, died string
		events                       []string
		line, labels                 string
	}{
		"expiring, 120x32": {start: "09:47:02", now: "10:46:21", end: "10:47:02", events: long,
			line: "●┯" + run("━", 31) + "┯" + run("━", 36) + "┯" + run("━", 5) + "┃○",
			labels: " └ copied 09:48                  └ probed 10:12 200  " +
				"probed 10:41 200 ┘       "},
		"expiring, 100x30": {start: "09:47:02", now: "10:46:21", end: "10:47:02", events: long,
			line:   "●┯" + run("━", 22) + "┯" + run("━", 27) + "┯" + run("━", 3) + "┃○",
			labels: " └ copied 09:48                    probed 10:41 200 ┘     "},
		"now at the end": {start: "09:47:02", now: "10:46:21", end: "10:46:39", events: long[:3],
			line: "●┯" + run("━", 31) + "┯" + run("━", 36) + "┯" + run("━", 6) + "┃",
			labels: " └ copied 09:48                  └ probed 10:12 200  " +
				"probed 10:41 200 ┘       "},
		"question": {start: "09:59:05", now: "10:46:21", end: "10:59:05",
			events: []string{"10:05:24 copied 10:05"},
			line:   "●" + run("━", 7) + "┯" + run("━", 51) + "┃" + run("─", 15) + "○",
			labels: run(" ", 8) + "└ copied 10:05" + run(" ", 55)},
		"undo": {start: "10:26:31", now: "10:46:21", end: "11:26:31",
			events: []string{"10:41:30 probed 10:41 200"},
			line:   "●" + run("━", 18) + "┯" + run("━", 5) + "┃" + run("─", 50) + "○",
			labels: run(" ", 19) + "└ probed 10:41 200" + run(" ", 40)},
		"log": {start: "10:45:51", now: "10:46:21", end: "10:46:51",
			line:   "●" + run("━", 36) + "┃" + run("─", 36) + "○",
			labels: run(" ", 75)},
		"demo": {start: "10:45:05", now: "10:46:21", end: "10:47:11", ended: "10:46:11",
			events: []string{"10:46:11 revoked 10:46:11"},
			line:   "●" + run("━", 22) + "┯▒▒▒┃" + run("░", 16) + "○",
			labels: run(" ", 23) + "└ revoked 10:46:11" + run(" ", 4)},
		"presenter revoked, 120x32": {start: presented, now: "10:46:04", end: "10:47:02",
			ended: "10:46:02", events: revoked,
			line:   "●" + run("━", 34) + "┯▒┃" + run("░", 44) + "○",
			labels: run(" ", 35) + "└ revoked 10:46:02" + run(" ", 30)},
		"presenter passes, 120x32": {start: presented, now: "10:46:12", end: "10:47:02",
			ended: "10:46:02", events: revoked,
			line:   "●" + run("━", 34) + "┯" + run("▒", 7) + "┃" + run("░", 38) + "○",
			labels: run(" ", 35) + "└ revoked 10:46:02" + run(" ", 30)},
		"presenter dead, 120x32": {start: presented, now: "10:46:11", end: "10:47:02",
			ended: "10:46:02", died: "10:46:08",
			events: append([]string{"10:46:08 dead 10:46:08"}, revoked...),
			line:   "●" + run("━", 34) + "┯▒▒▒▒✕" + run(" ", 42),
			labels: run(" ", 18) + "revoked 10:46:02 ┘    └ dead 10:46:08" + run(" ", 28)},
		"presenter revoked, 80x24": {start: presented, now: "10:46:04", end: "10:47:02",
			ended: "10:46:02", events: revoked,
			line:   "●" + run("━", 17) + "┯┃" + run("░", 22) + "○",
			labels: run(" ", 18) + "└ revoked 10:46:02" + run(" ", 7)},
		"presenter passes, 80x24": {start: presented, now: "10:46:12", end: "10:47:02",
			ended: "10:46:02", events: revoked,
			line:   "●" + run("━", 17) + "┯▒▒▒┃" + run("░", 19) + "○",
			labels: run(" ", 18) + "└ revoked 10:46:02" + run(" ", 7)},
		"presenter dead, 80x24": {start: presented, now: "10:46:11", end: "10:47:02",
			ended: "10:46:02", died: "10:46:08",
			events: append([]string{"10:46:08 dead 10:46:08"}, revoked...),
			line:   "●" + run("━", 17) + "┯▒✕" + run(" ", 22),
			labels: run(" ", 20) + "└ dead 10:46:08" + run(" ", 8)},
		// No drawing shows the following.
		"no end": {start: "10:00:00", now: "10:03:00",
			line: "●━━━━━━┃─→", labels: run(" ", 10)},
		"revoked, no end": {start: "10:00:00", now: "10:02:30", ended: "10:01:30",
			line: "●━━▒▒▒┃░░→", labels: run(" ", 10)},
		"dead, no end": {start: "10:00:00", now: "10:30:00", ended: "10:00:20", died: "10:00:40",
			line: "●━━▒▒▒✕   ", labels: run(" ", 10)},
		"revoked now": {start: "10:00:00", now: "10:00:50", end: "10:01:40", ended: "10:00:50",
			events: []string{"10:00:50 r"},
			line:   "●━━━━┯┃░░○", labels: "     └ r  "},
		"dead soon after the revoke": {start: "10:00:00", now: "10:01:00", end: "10:01:40",
			ended: "10:00:20", died: "10:00:21", events: []string{"10:00:20 r", "10:00:21 dead"},
			line: "●━┯✕      ", labels: "   └ dead "},
		"issued before": {start: "10:00:00", now: "10:00:05", end: "10:00:10",
			line: "╌━━━━┃───○", labels: run(" ", 10)},
		"issued now": {start: "10:00:00", now: "10:00:00", end: "10:00:10",
			line: "●┃───────○", labels: run(" ", 10)},
		"expired": {start: "10:00:00", now: "10:00:11", end: "10:00:10",
			line: "●━━━━━━━━○", labels: run(" ", 10)},
		"window over": {start: "10:00:00", now: "10:00:12", end: "10:00:10", ended: "10:00:05",
			line: "●━━━━▒▒▒▒○", labels: run(" ", 10)},
		"dead at the end": {start: "10:00:00", now: "10:00:12", end: "10:00:10",
			ended: "10:00:05", died: "10:00:10", line: "●━━━━▒▒▒▒✕", labels: run(" ", 10)},
		"of unknown use": {start: "10:00:00", now: "10:00:05", end: "10:00:10",
			ended: "10:00:00", line: "●▒▒▒▒┃░░░○", labels: run(" ", 10)},
		"an end before the start": {start: "10:00:00", now: "10:00:30", end: "09:59:00",
			line: "●━━━━┃───○", labels: run(" ", 10)},
		"a label to the left hides an older one": {start: "10:00:00", now: "10:00:09",
			end: "10:00:10", events: []string{"10:00:03 four", "10:00:07 12345"},
			line: "●━━┯━━┯━┃○", labels: "12345 ┘   "},
		"a label without room": {start: "10:00:00", now: "10:00:09",
			end: "10:00:10", events: []string{"10:00:03 four", "10:00:06 12345"},
			line: "●━━┯━┯━━┃○", labels: "   └ four "},
	} {
		l := kit.Life{Start: clock(t, c.start), Now: clock(t, c.now), End: clock(t, c.end),
			Ended: clock(t, c.ended), Died: clock(t, c.died),
			Late: strings.HasPrefix(c.line, "╌")}
		for _, e := range c.events {
			at, text, _ := strings.Cut(e, " ")
			l.Events = append(l.Events, kit.LifeEvent{At: clock(t, at), Label: text})
		}
		w := kit.Width(c.line)
		if got := joined(l.Draw(w)); got != c.line {
			t.Errorf("%s:\n%s, want\n%s", name, got, c.line)
		}
		if got := l.Labels(0, w, 0); got != c.labels {
			t.Errorf("%s: labels\n%s, want\n%s", name, got, c.labels)
		}
	}
}

// A label may stand beyond its line, under the texts at the ends of that. The newest is placed
// first.
func TestLifeLabelsBeyond(t *testing.T) {
	t.Parallel()
	l := kit.Life{Start: clock(t, "10:00:00"), Now: clock(t, "10:00:09"),
		End: clock(t, "10:00:10"), Events: []kit.LifeEvent{
			{At: clock(t, "10:00:03"), Label: "copied 10:00"},
			{At: clock(t, "10:00:07"), Label: "probed 10:00"},
		}} // ●━━┯━━┯━┃○
	for _, c := range []struct {
		before, after int
		want          string
	}{
		{0, 0, run(" ", 10)},
		{0, 10, "      └ probed 10:00"},
		{9, 0, "  probed 10:00 ┘"},
		{11, 10, " copied 10:00 ┘  └ probed 10:00"},
	} {
		got, want := l.Labels(c.before, 10, c.after), kit.Fit(c.want, c.before+10+c.after)
		if got != want {
			t.Errorf("%d cells before and %d after: %q, want %q", c.before, c.after, got, want)
		}
	}
}

// Every sign of a line has the kind that gives it its paint.
func TestLifeKinds(t *testing.T) {
	t.Parallel()
	l := kit.Life{Start: clock(t, "10:00:00"), Now: clock(t, "10:00:30"),
		End: clock(t, "10:01:00"), Ended: clock(t, "10:00:15")}
	l.Events = []kit.LifeEvent{{At: l.Ended}}
	kinds := map[rune]kit.LifeKind{'●': kit.LifeMark, '┯': kit.LifeMark, '┃': kit.LifeMark,
		'○': kit.LifeMark, '✕': kit.LifeMark, '━': kit.LifePast, '▒': kit.LifeAfter,
		'░': kit.LifeMayStillPass, '─': kit.LifeLeft, ' ': kit.LifePast}
	for _, died := range []time.Time{{}, clock(t, "10:00:20")} {
		for _, ended := range []time.Time{{}, l.Ended} {
			l.Died, l.Ended = died, ended
			for _, s := range l.Draw(61) {
				for _, r := range s.Text {
					if k, ok := kinds[r]; !ok || k != s.Kind {
						t.Errorf("%q has the kind %d in %q", r, s.Kind, s.Text)
					}
				}
			}
		}
	}
}

// A line and its labels have their width, whatever the times and the room.
func TestLifeWidths(t *testing.T) {
	t.Parallel()
	start := clock(t, "10:00:00")
	times := []time.Time{{}, start.Add(-time.Second), start, start.Add(time.Second),
		start.Add(time.Minute), start.AddDate(5, 0, 0)}
	for _, now := range times[1:] {
		for _, end := range times {
			for _, ended := range times {
				for _, died := range times {
					l := kit.Life{Start: start, Now: now, End: end, Ended: ended, Died: died}
					for _, at := range times[1:] {
						l.Events = append(l.Events, kit.LifeEvent{At: at, Label: "決済 10:00"})
					}
					for w := range 30 {
						if got := kit.Width(joined(l.Draw(w))); got != w {
							t.Fatalf("%+v: %d cells, want %d", l, got, w)
						}
						if got := kit.Width(l.Labels(3, w, 5)); got != w+8 {
							t.Fatalf("%+v: labels of %d cells, want %d", l, got, w+8)
						}
					}
				}
			}
		}
	}
}

// A line moves until the death or the end of the scale, at least once a second.
func TestLifeMoves(t *testing.T) {
	t.Parallel()
	l := kit.Life{Start: clock(t, "10:00:00"), Now: clock(t, "10:00:30"),
		End: clock(t, "11:00:00")}
	if got := l.Moves(60); got != time.Minute {
		t.Errorf("the next move is in %s", got)
	}
	if got := l.Moves(10_000); got != time.Second {
		t.Errorf("on a long line the next move is in %s", got)
	}
	l.Died = l.Now
	if got := l.Moves(60); got != 0 {
		t.Errorf("it moves %s after the death", got)
	}
	l.Died, l.Now = time.Time{}, clock(t, "11:00:01")
	if got := l.Moves(60); got != 0 {
		t.Errorf("it moves %s after the end", got)
	}
}
