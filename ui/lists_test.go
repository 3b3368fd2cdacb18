package ui_test

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
)

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
	if frame := ansi.Strip(p.Frame()); strings.Contains(frame, "─ OVER ─") ||
		strings.Contains(frame, "expired  ") || strings.Contains(frame, "replaced  ") ||
		!strings.Contains(frame, "9 rows · 3 hidden") {
		t.Errorf("the dead are not hidden:\n%s", frame)
	}
	p.Key("f")
	p.Key("down", "down", "down")
	was := p.Selected()
	if !order("77b209dd", "3f9ca71e") || !order("e1e2e3e4", "0ddba11e") {
		t.Errorf("at first:\n%s", ansi.Strip(p.Frame()))
	}
	p.Do("sort_by_left") // that is the order already
	if !order("3f9ca71e", "77b209dd") || !order("0ddba11e", "e1e2e3e4") || p.Selected() != was {
		t.Errorf("the other way round, selected %s before %s:\n%s", p.Selected(), was,
			ansi.Strip(p.Frame()))
	}
	p.Do("sort_by_left")
	if !order("77b209dd", "3f9ca71e") {
		t.Errorf("and back:\n%s", ansi.Strip(p.Frame()))
	}
}

func TestBulkRevoke(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g", "g", "g", "home", "space", "space")
	l.shows("2 marked")
	l.Key("y")
	l.said("copied " + l.Fingerprint(l.Selected()))
	l.Key("x")
	l.unanswered("x", "q")
	l.Key("n")
	if l.Overlays() != 0 || l.board(t, "revoking") != 0 {
		t.Fatal("revoked without a yes")
	}
	l.Key("x", "y")
	l.said("decided to revoke 2 of 2")
	if n := l.board(t, "revoking"); n != 2 {
		t.Errorf("%d revoking", n)
	}
	if strings.Contains(ansi.Strip(l.Frame()), "─ 2 marked ") {
		t.Error("the marks stay")
	}
	// A token that is already being revoked has an outcome of its own.
	l.Key("home", "space", "space", "space", "x", "y")
	l.said("is being revoked already")
}

func TestBulkRenewAndProbe(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g", "g", "home", "space", "space", "p")
	l.said("probed 2 of 2 marked tokens (2 accepted)")
	before := l.api.tokens
	l.Key("r") // they are still marked
	l.said("renewed 2 of 2 marked tokens")
	if l.api.tokens != before+2 {
		t.Errorf("%d requests", l.api.tokens-before)
	}
	l.api.same = true // both get the last token
	l.Key("home", "space", "space", "r")
	l.said("renewed 0 of 2 marked tokens (2 came back the same)")
	l.api.same = false
	l.Key("home", "space", "esc", "esc")
	if strings.Contains(ansi.Strip(l.Frame()), "1 marked") {
		t.Error("esc leaves the marks")
	}
}

// board counts the tokens in a state.
func (l *live) board(t *testing.T, state string) int {
	t.Helper()
	return l.InState(console.State(state))
}

func TestRevokeAll(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
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
	l := alive(t).scoped("Orders")
	l.Key("g", "x", "q")
	l.shows("Finishing…")
	l.Key("u")
	l.after(5 * time.Second)
	if !l.Quit || len(l.api.revokes) != 0 {
		t.Errorf("left: %t, revokes sent: %q", l.Quit, l.api.revokes)
	}
}

// A verb under an overlay tells why it has no effect.
func TestVerbUnderAnOverlay(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g", "!", "x")
	l.shows("Revoke does not work in this box. esc closes it.")
	if l.board(t, "revoking") != 0 || l.Overlays() != 1 {
		t.Error("it did something")
	}
	l.Key("esc", "enter", "x") // the full view is a pane
	l.shows("3 Selected · Orders "+fp("access-1"), "◌ Orders · app · "+fp("access-1"))
	if l.board(t, "revoking") != 1 || l.Overlays() != 0 {
		t.Error("a verb does nothing in the full view")
	}
	l.Key("u")
	l.shows("● Orders · app · " + fp("access-1"))
}

// Opening Activity selects the newest call. It stays selected when another call is made, until the
// focus leaves: then the newest calls are shown again.
func TestActivitySelectsOnArrival(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g", "4", "enter")
	l.shows("POST /token", "As curl")
	l.Key("esc", "g", "enter")
	l.shows("12:04:00 POST /token", "As curl")
	l.Key("esc", "2")
	for range 20 {
		l.Key("p")
		l.after(time.Second)
	}
	l.shows("12:04:19  GET")
	l.Key("4", "enter")
	l.shows("12:04:19 GET /Orders")
}

// Actions on the selected token also work in Applications, where the token is shown beside.
func TestApplicationsActOnTheToken(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g", "1", "enter")
	l.shows("3 Selected · Orders "+fp("access-1"), "got by client credentials")
	l.Key("esc", "1", "space")
	l.shows("1 marked")
	l.Key("esc", "esc")
	l.Key("down", "enter") // an application without a token gives the reason
	l.said("no token of Payments is held g gets one")
}

// In Applications a verb refuses where the list of the tokens is not shown.
func TestApplicationsRefuseWithoutTheList(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g")
	for _, size := range []struct{ w, h int }{{80, 24}, {60, 20}, {60, 12}, {40, 12}} {
		l.Resize(size.w, size.h)
		l.Key("1", "x")
		if l.said("no token is selected"); l.InState(console.Revoking) != 0 {
			t.Fatalf("%dx%d: a token is revoked", size.w, size.h)
		}
		l.Key("esc")
	}
}

// The screen offers no get with the grant refresh_token, and offers one with another grant.
func TestRefreshOnlyGetsWithAnotherGrant(t *testing.T) {
	t.Parallel()
	b := orders()
	b.Applications[0].Grant = console.GrantRefreshToken
	b.Tokens, b.Marks = nil, nil
	p, _ := still(t, 120, 32)
	p.Feed(b)
	p.ScopeTo("Orders")
	frame := ansi.Strip(p.Frame())
	if strings.Contains(frame, "g get") || !strings.Contains(frame, "G get") ||
		strings.Contains(frame, "g would request") || strings.Contains(frame, "g gets") ||
		!strings.Contains(frame, "its grant only refreshes") {
		t.Errorf("without a token:\n%s", frame)
	}
	p.Key("g")
	frame = ansi.Strip(p.Frame())
	if p.Overlays() != 0 || !strings.Contains(frame, "G gets one with another grant") {
		t.Errorf("g: %d boxes\n%s", p.Overlays(), frame)
	}
	p.Hush()
	p.Key("G")
	frame = ansi.Strip(p.Frame())
	if p.Overlays() != 1 || !strings.Contains(frame, "client_credentials") ||
		strings.Contains(frame, "refresh_token") {
		t.Errorf("G: %d boxes\n%s", p.Overlays(), frame)
	}
}

// The screen offers no request for a token in a read_only environment, and says why.
func TestReadOnlyRequestsNothing(t *testing.T) {
	t.Parallel()
	readOnly := func(b console.Board) console.Board {
		for i := range b.Applications {
			b.Applications[i].Environment.ReadOnly = true
		}
		return b
	}
	p, _ := still(t, 120, 32)
	p.Feed(readOnly(orders()))
	p.ScopeTo("Mobile")
	frame := ansi.Strip(p.Frame())
	if strings.Contains(frame, "g get") || strings.Contains(frame, "G get") ||
		!strings.Contains(frame, "Its environment is read-only: nothing is requested.") {
		t.Errorf("without a token:\n%s", frame)
	}
	for key, why := range map[string]string{
		"g": "nothing is requested there", "G": "nothing is requested there",
		"X": "nothing is revoked there", "r": " No token of Mobile is held. ",
	} {
		p.Key(key)
		frame := ansi.Strip(p.Frame())
		if p.Overlays() != 0 || !strings.Contains(frame, why) ||
			strings.Contains(frame, "gets one") {
			t.Errorf("%s: %d boxes\n%s", key, p.Overlays(), frame)
		}
		p.Hush()
	}
	b := readOnly(orders())
	b.Applications, b.Tokens, b.Marks = b.Applications[3:4], nil, nil // the only application
	p, _ = still(t, 120, 32)
	p.Feed(b)
	frame = ansi.Strip(p.Frame())
	p.Key("ctrl+o")
	frame += ansi.Strip(p.Frame())
	if strings.Contains(frame, "g get") || !strings.Contains(frame, "No token is held.") ||
		!strings.Contains(frame, "no token is held") {
		t.Errorf("the only application:\n%s", frame)
	}
}
