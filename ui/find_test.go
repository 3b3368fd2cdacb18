package ui_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
	"lanyard/tokenapi"
	"lanyard/ui"
)

// Hidden rows must not look like missing ones: at every size the filter and its result are visible.
func TestFilterIsAlwaysInSight(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"30x8", "60x12", "60x20", "80x24", "120x32"} {
		w, h, _ := size(s)
		for _, place := range []string{"2", "3", "4", "1"} {
			if place != "2" && s == "30x8" {
				continue // there is no other pane
			}
			p, _ := still(t, w, h)
			p.Feed(orders())
			p.Key(place, "/")
			p.Type("or")
			for _, want := range []string{"/or▏ ", "/or "} {
				frame := ansi.Strip(p.Frame())
				fits(t, p.Frame(), w, h)
				if !strings.Contains(frame, want) || !strings.Contains(frame, " of ") &&
					!strings.Contains(frame, " 0/8 ") {
					t.Errorf("%s, pane %s: no %q and count:\n%s", s, place, want, frame)
				}
				p.Key("enter")
			}
		}
		p, _ := still(t, w, h)
		p.Feed(orders())
		p.Key("f", "esc")
		if frame := ansi.Strip(p.Frame()); !strings.Contains(frame, "2 hidden") {
			t.Errorf("%s: nobody says that tokens are hidden:\n%s", s, frame)
		}
		p.Do("sort_by_issued")
		p.Key("f", "esc", "esc")
		if frame := ansi.Strip(p.Frame()); !strings.Contains(frame, "by age ↓") {
			t.Errorf("%s: nobody says what the order is:\n%s", s, frame)
		}
	}
}

// Text typed in the middle of the filter is inserted and shown at the cursor.
func TestFilterCursorAndPaste(t *testing.T) {
	t.Parallel()
	p, c := still(t, 120, 32)
	p.Feed(orders())
	p.Paste("77b2") // no field is open
	if strings.Contains(ansi.Strip(p.Frame()), "/77b2") {
		t.Fatal("a paste out of the blue does something")
	}
	c.now = c.now.Add(time.Second)
	p.Key("/")
	p.Paste("  77b209dd\nx")
	if frame := ansi.Strip(p.Frame()); !strings.Contains(frame, "/77b209dd▏ 1 of 8") ||
		p.Overlays() != 0 {
		t.Errorf("pasted:\n%s", frame)
	}
	p.Paste("eyJhbGciOiJSUzI1NiJ9-a-token-by-accident")
	if strings.Contains(p.Frame(), "eyJ") ||
		!strings.Contains(strings.Join(p.Log(), "\n"), "too long to look for") {
		t.Error("a pasted token is shown")
	}
	p.Key("home")
	p.Type("!")
	if frame := ansi.Strip(p.Frame()); !strings.Contains(frame, "/!▏77b209dd 7 of 8") {
		t.Errorf("typed in front:\n%s", frame)
	}
}

// Arrows move the selection while the filter is typed, and do not close it.
func TestFilterArrows(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32)
	p.Feed(orders())
	p.Key("/")
	p.Type("ana")
	p.Key("down", "down")
	if p.Selected() != "t_expired" {
		t.Errorf("selected %q", p.Selected())
	}
	p.Type("x")
	if !strings.Contains(ansi.Strip(p.Frame()), "/anax▏") {
		t.Error("arrows leave the field")
	}
}

func TestHiddenAndFiltered(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32)
	p.Feed(orders())
	p.Key("f", "/")
	p.Type("superseded")
	frame := ansi.Strip(p.Frame())
	if !strings.Contains(frame, "What is over is not searched: 2 hidden, f shows them.") ||
		!strings.Contains(frame, "0 of 6") {
		t.Errorf("what is hidden may be what is looked for:\n%s", frame)
	}
}

// Equal rows keep their order in both directions of a sort.
func TestSortIsStable(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32)
	p.Feed(orders())
	p.Do("sort_by_user")
	p.Key("esc")
	order := func() bool { // the default order of both lists
		frame, _, _ := strings.Cut(ansi.Strip(p.Frame()), "Gateway cache ─")
		return strings.Index(frame, "3f9ca71e") < strings.Index(frame, "aa01bb02")
	}
	if !order() {
		t.Error("sorted by user")
	}
	p.Do("sort_by_user")
	p.Key("esc")
	if frame := ansi.Strip(p.Frame()); !order() || !strings.Contains(frame, "FOR ↑") {
		t.Errorf("the other way round:\n%s", frame)
	}
}

// Sorted by time left, rows are in the order of LEFT. Rows without a time are last.
func TestSortByLeft(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 40)
	b := orders()
	app := b.Applications[0]
	for i := range b.Tokens {
		b.Tokens[i].AppID = app.ID
	}
	retry := bounded("t_retry", "7e7e7e7e", app.ID, time.Hour, 5*time.Minute)
	retry.RevokeAt, retry.RevokeKind, retry.RevokeTries, retry.RevokeNext = t0.Add(-time.Minute),
		console.RevokeBoth, 1, t0.Add(50*time.Second)
	unknown := bounded("t_unknown", "0b0b0b0b", app.ID, time.Hour, time.Minute)
	unknown.Lifetime, unknown.ExpiresAt = tokenapi.Unknown, time.Time{}
	soon := bounded("t_soon", "500050aa", app.ID, time.Hour, 20*time.Minute)
	b.Tokens = append(b.Tokens, retry, unknown, soon)
	b.Marks = append(b.Marks,
		console.Mark{ID: "m3", Op: "get", AppID: app.ID, SentAt: t0.Add(-time.Minute),
			EndsBy: t0.Add(30 * time.Minute)})
	p.Feed(b)
	shown := func() (out []string) {
		for line := range strings.Lines(ansi.Strip(p.Frame())) {
			if r := []rune(line); len(r) > 88 && strings.ContainsRune("○◐◌◇?●◒✕", r[2]) {
				out = append(out, strings.TrimSpace(string(r[72:88])))
			}
		}
		return out
	}
	p.Key("z")
	timed := []string{"in 3 s", "0:41", "in 50 s", "≤11:00", "≤13:00", "≤14:32", "20:00", "≤30:00",
		"58:12", "no end"}
	rest := []string{"?", "?", "?", "–", "–", "–"}
	p.Do("sort_by_left")
	if got := shown(); !slices.Equal(got, slices.Concat(timed, rest)) {
		t.Errorf("sorted: %q\n%s", got, ansi.Strip(p.Frame()))
	}
	p.Do("sort_by_left")
	slices.Reverse(timed)
	if got := shown(); !slices.Equal(got, slices.Concat(timed, rest)) {
		t.Errorf("the other way round: %q", got)
	}
}

func TestListsGoldens(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"30x8", "60x20", "80x24", "120x32"} {
		w, h, _ := size(s)
		for _, c := range []struct {
			name string
			do   func(*ui.Pump)
		}{
			{"everything", func(p *ui.Pump) {
				// A kept filter, marks and hidden rows are combined.
				p.Key("down", "space", "f", "esc", "/")
				p.Type("a")
				p.Key("enter")
				p.Do("sort_by_left")
			}},
			{"gateway", func(p *ui.Pump) {
				p.Key("3", "/")
				p.Type("!orders")
			}},
			{"revoke-all", func(p *ui.Pump) {
				p.Key("X")
				p.Type("4")
			}},
			{"revoke-all-wrong", func(p *ui.Pump) {
				p.Key("X")
				p.Type("4")
				p.Key("enter")
			}},
		} {
			p, _ := still(t, w, h)
			p.Feed(orders())
			c.do(p)
			fits(t, p.Frame(), w, h)
			golden(t, s+"-lists-"+c.name, p)
		}
	}
}

// A marked row stays visible, because a verb would act on it.
func TestHidingLeavesWhatIsMarked(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32)
	p.Feed(orders())
	p.Key("f")
	if strings.Contains(ansi.Strip(p.Frame()), "0c1177fe") {
		t.Fatal("it hides nothing")
	}
	p.Key("f")
	click(t, p, "0c1177fe") // an expired token
	p.Key("space", "f")
	if frame := ansi.Strip(p.Frame()); !strings.Contains(frame, "0c1177fe") {
		t.Errorf("it is marked, and out of sight:\n%s", frame)
	}
}

// If a filter leaves one row, it is selected at the end of the typing. If it leaves several, the
// selection stays.
func TestFilterSelectsTheOnlyRow(t *testing.T) {
	t.Parallel()
	for pane, only := range map[string]struct {
		text,
		shows string
	}{"1": {"legacy", "Tokens · Legacy"}, "2": {"77b2", "77b209dd"}, "3": {"0ddb", "0ddba11e"},
		"4": {"refresh", "POST"}} {
		p, _ := still(t, 120, 32)
		p.Feed(orders())
		p.Key(pane, "/")
		p.Type(only.text)
		p.Key("enter")
		if pane == "2" && p.Selected() != "t_expiring" {
			t.Errorf("selected %q", p.Selected())
		}
		if p.Key("enter"); !strings.Contains(ansi.Strip(p.Frame()), only.shows) {
			t.Errorf("pane %s: no %q:\n%s", pane, only.shows, ansi.Strip(p.Frame()))
		}
		if pane != "1" && p.Overlays() != 1 {
			t.Errorf("pane %s: there is nothing to look into:\n%s", pane, ansi.Strip(p.Frame()))
		}
	}
	p, _ := still(t, 120, 32)
	p.Feed(orders())
	p.Key("/")
	p.Type("ana")
	p.Key("enter")
	if p.Selected() != "" {
		t.Errorf("of several %q is selected", p.Selected())
	}
}
