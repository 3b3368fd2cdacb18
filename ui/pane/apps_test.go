package pane_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
	"lanyard/themes"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/pane"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// rail is the pane Applications over a session.
type rail struct {
	*pane.Apps
	t       testing.TB
	session *session.Session
	view    scene.View
	key     scene.KeyState
	keys    keys.Map
	styles  themes.Styles
}

var railNow = time.Date(2026, 11, 23, 12, 4, 0, 0, time.UTC)

// railOf returns the pane with n applications in three environments. Each third one has a token.
func railOf(t testing.TB, n int) *rail {
	t.Helper()
	theme, err := themes.Set{}.ByName("dark")
	if err != nil {
		t.Fatal(err)
	}
	r := &rail{Apps: &pane.Apps{}, t: t, session: session.New(t.Context(), session.Options{}),
		keys: keys.New(keys.Default()), styles: theme.Styles(true, themes.All)}
	var b console.Board
	for i := range n {
		env := console.Environment{
			Name:       console.Private([]string{"cloud", "onprem", "prod-eu"}[i*3/n]),
			Production: i*3/n == 2,
		}
		name := fmt.Sprintf("App %03d", i)
		b.Applications = append(b.Applications, console.Application{
			ID: name, Name: console.Private(name), Environment: env, Source: console.FromConfig,
		})
		if i%3 == 0 {
			b.Tokens = append(b.Tokens, console.Token{
				ID: "t_" + name, AppID: name, Lifetime: console.LifeBounded, IssuedAt: railNow,
				ExpiresAt: railNow.Add(time.Duration(i+2) * time.Minute),
			})
		}
	}
	r.session.Apply(session.BoardRead{Ticket: 1, Board: b}, railNow)
	r.Measure(r.scene())
	return r
}

func (r *rail) scene() *scene.Scene {
	s := &scene.Scene{
		Board: r.session.Board(), Now: railNow, Styles: &r.styles, Session: r.session,
		View: &r.view, Key: r.key,
		Keys: &r.keys, Scope: r.Scope(r.session), App: -1, ASCII: false,
	}
	if s.Scope.Kind == session.OneApplication {
		s.App = s.Board.IndexOf(s.Scope.Name)
	}
	return s
}

// press moves the cursor.
func (r *rail) press(a keys.Action) {
	l, n, id := r.Cursor(r.scene())
	l.Move(a, n, id)
}

// drawn draws the pane and checks what holds at all sizes. It returns the lines.
func (r *rail) drawn(w, h int) []string {
	r.t.Helper()
	s := r.scene()
	lines := r.Lines(s, w, h, true)
	cursor, apps, first := 0, 0, -1
	all := s.Rail()
	for i, line := range lines {
		lines[i] = ansi.Strip(line)
		if got := kit.Width(lines[i]); got != w {
			r.t.Fatalf("%dx%d: line %d has %d cells: %q", w, h, i, got, lines[i])
		}
		if strings.HasPrefix(lines[i], "▌") {
			cursor++
		}
	}
	at := all.Index(s.Scope)
	if len(lines) > h || cursor != 1 || !slices.Contains(r.List.Drawn, s.Scope.ID()) {
		r.t.Fatalf("%dx%d, row %d of %d: %d lines, %d cursors\n%s", w, h, at, len(all.Rows),
			len(lines), cursor, strings.Join(lines, "\n"))
	}
	for i, id := range r.List.Drawn {
		row := all.Rows[slices.IndexFunc(all.Rows,
			func(row session.RailRow) bool { return row.Scope.ID() == id })]
		switch {
		case i == 0 && id != (session.Scope{}).ID():
			r.t.Fatalf("%dx%d: the first line is %q", w, h, lines[0])
		case i == 0 || row.App < 0:
			continue
		}
		apps++
		if first < 0 { // its environment is above it
			first = i
			env := s.Board.Apps[row.App].Environment.Name
			if !strings.HasPrefix(strings.TrimLeft(lines[i-1], "▌ "), string(env)+" ") {
				r.t.Fatalf("%dx%d: %q is above %q", w, h, lines[i-1], lines[i])
			}
		}
	}
	r.counts(w, h, lines, all, apps)
	return lines
}

// counts checks the numbers of the title and of the last line.
func (r *rail) counts(w, h int, lines []string, all session.Rail, apps int) {
	r.t.Helper()
	want := strconv.Itoa(all.Apps)
	if apps < all.Apps {
		want = strconv.Itoa(apps) + "/" + want
	}
	if got := r.RightTitle(nil); len(got) != 1 || got[0] != want {
		r.t.Fatalf("%dx%d: the title has %q, want %q\n%s", w, h, got, want,
			strings.Join(lines, "\n"))
	}
	last := all.Rows[len(all.Rows)-1].Scope.ID()
	above, below := 0, 0
	for _, row := range all.Rows[1:] {
		if row.App >= 0 && slices.Contains(r.List.Drawn, row.Scope.ID()) {
			break
		}
		if row.App >= 0 {
			above++
		}
	}
	for i := len(all.Rows) - 1; i > 0 &&
		!slices.Contains(r.List.Drawn, all.Rows[i].Scope.ID()); i-- {
		if all.Rows[i].App >= 0 {
			below++
		}
	}
	text := strings.TrimSpace(lines[len(lines)-1])
	if slices.Contains(r.List.Drawn, last) == strings.HasSuffix(text, "below") {
		r.t.Fatalf("%dx%d: the last line is %q\n%s", w, h, text, strings.Join(lines, "\n"))
	}
	more := strconv.Itoa(below) + " more, below"
	if both := fmt.Sprintf("%d above · %d below", above, below); above > 0 && len(both) <= w-2 {
		more = both // the dot has two bytes
	}
	if below > 0 && text != more {
		r.t.Fatalf("%dx%d: %q, but %d are above and %d below\n%s", w, h, text, above, below,
			strings.Join(lines, "\n"))
	}
}

// The row of the cursor is in view at every height, wherever the cursor came from.
func TestRailWindow(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 6, 40, 200} {
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			t.Parallel()
			r := railOf(t, n)
			rows := len(r.scene().Rail().Rows)
			for h := 4; h <= 40; h++ {
				r.press(keys.First)
				for range rows {
					r.drawn(26, h)
					r.press(keys.Down)
				}
				for range rows {
					r.drawn(26, h)
					r.press(keys.Up)
				}
				for _, a := range []keys.Action{keys.Last, keys.First, keys.Last, keys.PageUp,
					keys.PageUp, keys.PageDown} {
					r.press(a)
					r.drawn(26, h)
				}
			}
			// the height changes while the cursor stays
			for _, a := range []keys.Action{keys.Last, keys.First, keys.Last} {
				r.press(a)
				for _, h := range []int{40, 4, 17, 5, 40} {
					r.drawn(26, h)
				}
			}
		})
	}
}

// Three lines are All, a heading and the cursor. One or two lines have no room for more than a part
// of that.
func TestLowRail(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 6, 40} {
		r := railOf(t, n)
		for h := range 4 {
			r.press(keys.First)
			for range r.scene().Rail().Rows {
				s := r.scene()
				lines := r.Lines(s, 24, h, true)
				if len(lines) > h {
					t.Fatalf("%d lines in %d", len(lines), h)
				}
				if h == 3 && !slices.Contains(r.List.Drawn, s.Scope.ID()) {
					t.Fatalf("%d applications, 3 lines: %v is not in view: %q", n, s.Scope,
						r.List.Drawn)
				}
				r.press(keys.Down)
			}
		}
	}
}

func TestRailText(t *testing.T) {
	t.Parallel()
	r := railOf(t, 40)
	const want = `▌All           14    2:00
  cloud ─────────────────
  App 000       1    2:00
  App 001       –
`
	lines := r.drawn(26, 14)
	got := ""
	for _, line := range lines[:4] {
		got += strings.TrimRight(line, " ") + "\n"
	}
	if got != want || strings.TrimSpace(lines[13]) != "29 more, below" {
		t.Errorf("%s\nwant\n%s\n%q", got, want, lines[13])
	}
	r.press(keys.Last)
	lines = r.drawn(26, 14)
	if !strings.HasPrefix(lines[1], "  prod-eu ── production ─") ||
		!strings.HasPrefix(lines[13], "▌ App 039       1   41:00") {
		t.Errorf("the end:\n%s", strings.Join(lines, "\n"))
	}
	// with room to spare the last line names the ways to an application
	r = railOf(t, 6)
	lines = r.drawn(26, 14)
	if len(lines) != 14 || strings.TrimSpace(lines[13]) != "a adds one · i imports" {
		t.Errorf("room to spare:\n%s", strings.Join(lines, "\n"))
	}
	r.key.KeyStatus = console.KeyStatus{Kind: "passphrase", Locked: true, Asks: true}
	if text := strings.Join(r.drawn(26, 14), "\n"); strings.Contains(text, "adds one") {
		t.Errorf("a key that asks for the passphrase first is named:\n%s", text)
	}
}

// The next deadline of an application is painted as a warning if a token is expiring.
func TestRailPaintsTheExpiring(t *testing.T) {
	t.Parallel()
	r := railOf(t, 6)
	var b console.Board
	for i, left := range []time.Duration{time.Minute, 50 * time.Minute} {
		id := strconv.Itoa(i)
		b.Applications = append(b.Applications, console.Application{ID: id, Name: "App",
			Environment: console.Environment{Name: "cloud"}, Source: console.FromConfig})
		b.Tokens = append(b.Tokens, console.Token{ID: "t" + id, AppID: id,
			Lifetime: console.LifeBounded, Granted: time.Hour,
			IssuedAt: railNow.Add(left - time.Hour), ExpiresAt: railNow.Add(left)})
	}
	r.session.Apply(session.BoardRead{Ticket: 2, Board: b}, railNow)
	lines := r.Lines(r.scene(), 26, 14, true)
	for i, want := range map[int]bool{2: true, 3: false} {
		if got := strings.Contains(lines[i], string(r.styles.Warn)); got != want {
			t.Errorf("painted as a warning: %t: %q", got, lines[i])
		}
	}
}

// The pane is as wide as its longest name, up to a third of the screen. A name that Tokens cuts too
// does not take cells from it.
func TestRailWidth(t *testing.T) {
	t.Parallel()
	r := railOf(t, 6)
	for w, want := range map[int]int{100: 28, 120: 28, 160: 28} {
		if got := r.Width(r.scene(), w, w); got != want {
			t.Errorf("%d cells: %d, want %d", w, got, want)
		}
	}
	long := railOf(t, 6)
	long.session.Board().Apps[3].Name = console.Private(strings.Repeat("x", 60))
	long.Measure(long.scene())
	for _, c := range []struct{ w, both, want int }{
		{120, 120, 40}, {160, 110, 40}, {200, 146, 46}, {300, 236, 76},
	} {
		if got := long.Width(long.scene(), c.w, c.both); got != c.want {
			t.Errorf("a name of 60 cells, %d cells: %d, want %d", c.w, got, c.want)
		}
	}
}

// The cursor of a row that has gone is on the row of all applications, also before the pane is
// drawn.
func TestRailWithoutItsCursor(t *testing.T) {
	t.Parallel()
	r := railOf(t, 6)
	r.press(keys.Down)
	if got := r.Scope(r.session); got.Kind != session.OneEnvironment || got.Name != "cloud" {
		t.Errorf("the first press of down goes to %+v", got)
	}
	r.Select(session.Scope{Kind: session.OneApplication, Name: "gone"})
	if lines := r.drawn(26, 14); !strings.HasPrefix(lines[0], "▌All") {
		t.Errorf("%q", lines[0])
	}
	r.press(keys.Down)
	if got := r.Scope(r.session); got.Kind != session.OneEnvironment || got.Name != "cloud" {
		t.Errorf("down goes to %+v", got)
	}
}
