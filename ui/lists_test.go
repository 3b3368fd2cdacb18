package ui_test

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
)

func TestFilter(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32)
	p.Feed(orders())
	p.Key("down", "down")
	was := p.Selected()
	p.Key("/")
	p.Type("ana q") // q is typed and does not quit
	if p.Quit {
		t.Fatal("a letter of the filter quit")
	}
	if frame := ansi.Strip(p.Frame()); !strings.Contains(frame, "Nothing here matches") {
		t.Errorf("a filter that matches nothing:\n%s", frame)
	}
	if p.Selected() != "" {
		t.Error("a token that is filtered out is selected")
	}
	p.Key("backspace", "backspace")
	frame := ansi.Strip(p.Frame())
	if !strings.Contains(frame, "77b209dd") || strings.Contains(frame, "aa01bb02") ||
		!strings.Contains(frame, "/ana") {
		t.Errorf("the filter shows the wrong rows:\n%s", frame)
	}
	if p.Selected() != "" {
		t.Error("a row is selected that nobody has chosen yet")
	}
	p.Key("esc", "esc", "esc")
	if strings.Contains(ansi.Strip(p.Frame()), "/ana") {
		t.Error("esc leaves the filter")
	}
	if p.Selected() != was {
		t.Errorf("selected %q, before %q", p.Selected(), was)
	}
	p.Key("/")
	p.Type("!ana")
	if frame := ansi.Strip(p.Frame()); strings.Contains(frame, "77b209dd") ||
		!strings.Contains(frame, "aa01bb02") {
		t.Errorf("! does not say the opposite:\n%s", frame)
	}
}

func TestHideAndSort(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32)
	p.Feed(orders())
	order := func(a, b string) bool {
		frame := ansi.Strip(p.Frame())
		i, j := strings.Index(frame, a), strings.Index(frame, b)
		return i >= 0 && j >= 0 && i < j
	}
	p.Key("f", "esc")
	if frame := ansi.Strip(p.Frame()); strings.Contains(frame, "○ expired") ||
		strings.Contains(frame, "◇ superseded") || !strings.Contains(frame, "hidden") {
		t.Errorf("the dead are not hidden:\n%s", frame)
	}
	p.Key("f")
	p.Key("down", "down", "down")
	was := p.Selected()
	p.Do("sort_by_left")
	if !order("77b209dd", "3f9ca71e") || p.Selected() != was {
		t.Errorf("sorted by time left, selected %s before %s:\n%s", p.Selected(), was,
			ansi.Strip(p.Frame()))
	}
	p.Do("sort_by_left")
	if !order("3f9ca71e", "77b209dd") {
		t.Errorf("the other way round:\n%s", ansi.Strip(p.Frame()))
	}
}

func TestBulkRevoke(t *testing.T) {
	t.Parallel()
	l := alive(t)
	l.Key("g", "g", "g", "home", "space", "space")
	l.shows("2 marked")
	l.Key("y")
	l.said("one at a time")
	l.Key("x")
	l.unanswered("x", "n")
	if l.board(t, "revoking") != 0 {
		t.Fatal("revoked without a yes")
	}
	l.Key("y")
	l.said("decided to revoke 2 of 2")
	if n := l.board(t, "revoking"); n != 2 {
		t.Errorf("%d revoking", n)
	}
	if strings.Contains(ansi.Strip(l.Frame()), "marked ·") {
		t.Error("the marks stay")
	}
	// A token that is already being revoked has an outcome of its own.
	l.Key("home", "space", "space", "space", "x", "y")
	l.said("is being revoked already")
}

func TestBulkRenewAndProbe(t *testing.T) {
	t.Parallel()
	l := alive(t)
	l.Key("g", "g", "home", "space", "space", "p")
	l.said("probed 2 of 2")
	before := l.api.tokens
	l.Key("home", "space", "space", "r")
	l.said("renewed")
	if l.api.tokens != before+2 {
		t.Errorf("%d requests", l.api.tokens-before)
	}
	l.Key("home", "space", "esc", "esc")
	if strings.Contains(ansi.Strip(l.Frame()), "1 marked") {
		t.Error("esc leaves the marks")
	}
}

// board counts the tokens in a state, as the screen shows them.
func (l *live) board(t *testing.T, state string) int {
	t.Helper()
	return strings.Count(ansi.Strip(l.Frame()), " "+state+"  ")
}

func TestRevokeAll(t *testing.T) {
	t.Parallel()
	l := alive(t)
	l.Key("g", "g", "g", "X", "enter", "y", "x")
	l.shows("3 living tokens of Orders")
	l.Paste("3")
	l.shows("typed, not pasted")
	l.after(time.Second)
	l.Key("enter")
	l.shows("that is not 3")
	l.Key("esc")
	if l.board(t, "revoking") != 0 || l.Overlays() != 0 {
		t.Fatal("revoked without the number")
	}
	l.Key("X")
	l.Type("3")
	l.Key("enter")
	l.said("decided to revoke 3 of 3")
	if n := l.board(t, "revoking"); n != 3 {
		t.Errorf("%d revoking", n)
	}
	l.Key("X")
	l.said("holds no token that lives")
}

// A revoke that quitting waits for can still be undone.
func TestUndoWhileQuitting(t *testing.T) {
	t.Parallel()
	l := alive(t)
	l.Key("g", "x", "q")
	l.shows("finishing")
	l.Key("u")
	l.after(5 * time.Second)
	if !l.Quit || len(l.api.revokes) != 0 {
		t.Errorf("left: %t, revokes sent: %q", l.Quit, l.api.revokes)
	}
}

// A verb under an overlay tells why it has no effect.
func TestVerbUnderAnOverlay(t *testing.T) {
	t.Parallel()
	l := alive(t)
	l.Key("g", "enter", "x")
	l.shows("revoke is for the panes", "esc closes this first")
	if l.board(t, "revoking") != 0 || l.Overlays() != 1 {
		t.Error("it did something")
	}
}

// Opening Activity selects the newest call. It stays selected when another call is made.
func TestActivitySelectsOnArrival(t *testing.T) {
	t.Parallel()
	l := alive(t)
	l.Key("g", "4", "enter")
	l.shows("POST /token", "As curl")
	l.Key("esc", "g", "enter")
	l.shows("12:04:00 POST /token", "As curl")
	l.Key("esc", "2", "p", "4", "enter")
	l.shows("POST /token") // not the probe
}

// Actions on the selected token also work in Applications, where the token is shown beside.
func TestApplicationsActOnTheToken(t *testing.T) {
	t.Parallel()
	l := alive(t)
	l.Key("g", "1", "enter")
	l.shows("Token "+fp("access-1"), "Its life")
	l.Key("esc", "space")
	l.shows("1 marked")
	l.Key("down", "enter") // an application without a token gives the reason
	l.said("no token is selected")
}
