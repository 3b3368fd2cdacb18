package scene_test

import (
	"strconv"
	"strings"
	"testing"

	"lanyard/ui/keys"
	"lanyard/ui/scene"
)

// The cursor moves by rows and pages, stays in the list, and follows its row.
func TestListMoves(t *testing.T) {
	t.Parallel()
	var l scene.List
	id := strconv.Itoa
	l.Window(10, 4, id)
	for i, step := range []struct {
		act              keys.Action
		want             string
		from, to, cursor int
	}{
		{keys.Down, "0", 0, 4, 0}, {keys.Down, "1", 0, 4, 1}, {keys.PageDown, "4", 1, 5, 4},
		{keys.Last, "9", 6, 10, 9}, {keys.Down, "9", 6, 10, 9}, {keys.Up, "8", 6, 10, 8},
		{keys.PageUp, "5", 5, 9, 5}, {keys.Get, "5", 5, 9, 5}, {keys.First, "0", 0, 4, 0},
		{keys.Up, "0", 0, 4, 0},
	} {
		l.Move(step.act, 10, id)
		from, to, cursor := l.Window(10, 4, id)
		if l.Selected != step.want || from != step.from || to != step.to || cursor != step.cursor {
			t.Errorf("step %d: %s in rows %d to %d, at %d", i, l.Selected, from, to, cursor)
		}
	}
	scrolled := scene.List{Offset: 6}
	if from, to, _ := scrolled.Window(7, 4, id); from != 3 || to != 7 {
		t.Errorf("rows %d to %d of 7 are visible after three are gone", from, to)
	}
	later := func(i int) string { return id(i - 2) } // two rows were added above
	if i := l.Index(12, later); i != 2 {
		t.Errorf("the row is at %d after two came above it", i)
	}
	if i := l.Index(2, later); i != -1 {
		t.Errorf("a row that is gone is at %d", i)
	}
	if l.Move(keys.Down, 0, id); l.Selected != "" {
		t.Errorf("%s is selected in an empty list", l.Selected)
	}
}

// A text scrolls by lines and pages, and not past its ends.
func TestScrollMoves(t *testing.T) {
	t.Parallel()
	text := strings.Split("0123456789", "")
	var p scene.Scroll
	p.Show(text, 4)
	for i, step := range []struct {
		act  keys.Action
		want string
	}{
		{keys.Up, "0123"}, {keys.Down, "1234"}, {keys.PageDown, "4567"}, {keys.PageDown, "6789"},
		{keys.Up, "5678"}, {keys.PageUp, "2345"}, {keys.Last, "6789"}, {keys.Get, "6789"},
		{keys.First, "0123"},
	} {
		p.Move(step.act)
		if got := strings.Join(p.Show(text, 4), ""); got != step.want {
			t.Errorf("step %d shows %s, want %s", i, got, step.want)
		}
	}
	p.Move(keys.Last)
	if got := strings.Join(p.Show(text[:3], 4), ""); got != "012" {
		t.Errorf("a text that became shorter than the box shows %s", got)
	}
}
