package ui_test

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
	"lanyard/store"
)

// unanswered presses keys that the question on top does not name. Each is ignored, and a notice
// names the valid keys.
func (l *live) unanswered(keys ...string) {
	l.t.Helper()
	open := l.Overlays()
	for _, k := range keys {
		l.Key(k)
		if l.Overlays() != open || l.Quit {
			l.t.Fatalf("%s answers the question: %d open, %d before", k, l.Overlays(), open)
		}
		l.said(k + " is no answer")
		l.shows("The key "+k+" is no answer", "esc: No")
	}
}

// drawnQuestion opens each of the questions.
var drawnQuestion = map[string]func(*testing.T) *live{
	"revoke": func(t *testing.T) *live {
		l := alive(t, func(e *console.Environment) { e.Production = true }).scoped("Orders")
		l.Key("g", "x")
		return l
	},
	"revoke marked ones": func(t *testing.T) *live {
		l := alive(t).scoped("Orders")
		l.Key("g", "g", "home", "space", "space", "x")
		return l
	},
	"leave": func(t *testing.T) *live {
		v := &vanished{}
		l := keptBy(t, func(st *store.Store) console.Keeper { v.Store = st; return v },
			func(*console.Application) {})
		v.gone.Store(true)
		l.Changed()
		l.Key("q")
		return l
	},
	"end the older token": func(t *testing.T) *live {
		l := alive(t, superseding).scoped("Orders")
		l.Key("g", "g")
		return l
	},
	"delete": func(t *testing.T) *live {
		l := alive(t).scoped("Orders")
		fill(l.Pump, "Billing", "billing-key", "s3cr3t-of-billing")
		l.Key("ctrl+s", "1", "D")
		return l
	},
}

// Keys typed before a question is drawn, and keys that it does not name, do not answer it.
func TestQuestionsIgnoreOtherKeys(t *testing.T) {
	t.Parallel()
	for name, open := range drawnQuestion {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := open(t)
			l.unanswered("x", "space", "q", "up", "j", "home", "?", "f1")
			if !strings.Contains(ansi.Strip(l.Frame()), " enter open") {
				l.unanswered("enter")
			}
			l.Send(tea.MouseWheelMsg{X: 60, Y: 10, Button: tea.MouseWheelDown})
			if l.Overlays() != 1 {
				t.Error("the wheel answers it")
			}
			l.Key("esc")
			if l.Overlays() != 0 {
				t.Error("esc does not close it")
			}
		})
	}
}

func TestQuestionsIgnoreWhatWasTypedAhead(t *testing.T) {
	t.Parallel()
	l := alive(t, func(e *console.Environment) { e.Production = true }).scoped("Orders")
	l.Key("g")
	l.Behind(true) // the keys wait behind x, so the question is not drawn
	l.Reads(7)
	l.Key("x", "y")
	l.Behind(false)
	l.Key("y", "y", "esc") // the keys were read before the question was drawn
	if l.Overlays() != 1 || l.board(t, "revoking") != 0 {
		t.Fatalf("%d open: what was typed ahead is an answer", l.Overlays())
	}
	l.shows("esc was typed before this question", "y revoke it")
	l.Reads(8)
	l.Key("y")
	if l.Overlays() != 0 || l.board(t, "revoking") != 1 {
		t.Error("what was typed then is no answer")
	}
	l = alive(t, superseding).scoped("Orders")
	l.Reads(7)
	l.Key("g", "g", "y")
	if l.api.tokens != 1 || !strings.Contains(ansi.Strip(l.Frame()), "End the older token?") {
		t.Errorf("%d requests", l.api.tokens)
	}
}

// A question whose token has expired or was revoked by another console has nothing left to ask: it
// is closed, and a notice says why. Its key then answers nothing.
func TestStaleQuestionsClose(t *testing.T) {
	t.Parallel()
	production := func(e *console.Environment) { e.Production = true }
	for name, c := range map[string]struct {
		change func(*console.Environment)
		keys   []string
		says   string
	}{
		"revoke":      {production, []string{"g", "x"}, "is over, so there is nothing to revoke"},
		"revoke both": {production, []string{"g", "g", "home", "space", "space", "x"}, "none of"},
		"revoke all":  {production, []string{"g", "g", "X"}, "none of the tokens of Orders"},
		"get":         {superseding, []string{"g", "g"}, "the older token"},
	} {
		for _, elsewhere := range []bool{false, true} {
			l := alive(t, c.change).scoped("Orders")
			l.Key(c.keys...)
			if l.Overlays() != 1 {
				t.Fatalf("%s: there is no question", name)
			}
			if !elsewhere {
				l.after(2 * time.Hour)
				l.said("the question was closed: ")
				l.said(c.says)
			} else {
				other := l.service("other")
				b, err := other.Board(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for i := range b.Tokens {
					if _, err := other.Revoke(t.Context(), b.Tokens[i].ID, console.RevokeUseful,
						time.Hour); err != nil {
						t.Fatal(err)
					}
				}
				l.Changed()
			}
			if l.Overlays() != 0 {
				t.Errorf("%s, elsewhere %t: it is open still", name, elsewhere)
			}
		}
	}
}

// The question before all tokens are revoked stays while work on them is in flight.
func TestRevokeAllStaysOpenWhileTheTokenIsBusy(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g")
	l.Hold = true
	l.Key("p")
	l.Hold = false
	l.Key("X")
	l.Changed()
	if l.Overlays() != 1 {
		t.Errorf("%d boxes: the question was closed", l.Overlays())
	}
}

// A key that was meant for a question that closed by itself does nothing in the pane below.
func TestKeyAfterTheQuestionClosed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		reads int
		wait  time.Duration
	}{
		"read before it was drawn": {7, time.Minute},
		"typed at once":            {8, 0},
	} {
		l := alive(t, func(e *console.Environment) { e.Production = true }).scoped("Orders")
		l.Key("g", "x")
		l.Reads(7)
		if l.after(59 * time.Minute); l.Overlays() != 1 {
			t.Fatal("there is no question")
		}
		for i := 0; l.Overlays() != 0; i++ {
			if l.after(time.Second); i > 120 {
				t.Fatal("the question stays")
			}
		}
		l.clock.now = l.clock.now.Add(c.wait)
		l.Reads(c.reads)
		l.Key("y")
		l.shows("The question was closed: ", "The key y did nothing.")
		if !l.clip.holds.IsZero() {
			t.Errorf("%s: it copies the token below", name)
		}
		click(t, l.Pump, "y copy")
		l.shows("The click did nothing.")
		if !l.clip.holds.IsZero() {
			t.Errorf("%s: a click copies the token below", name)
		}
		l.clock.now = l.clock.now.Add(time.Minute)
		l.Reads(8)
		l.Key("y")
		l.shows("Copied ")
	}
}

// A click after a question that closed by itself does nothing either, also in a box below it.
func TestClickAfterTheQuestionClosed(t *testing.T) {
	t.Parallel()
	l := alive(t, func(e *console.Environment) { e.Production = true }).scoped("Orders")
	l.Key("g")
	l.after(59 * time.Minute)
	l.Key("Y")
	l.Reads(7)
	l.Do("revoke")
	if l.Overlays() != 2 {
		t.Fatalf("%d boxes: %q", l.Overlays(), l.Log())
	}
	for i := 0; l.Overlays() != 1; i++ {
		if l.after(time.Second); i > 120 {
			t.Fatal("the question stays")
		}
	}
	l.Reads(8)
	before := cursorLine(l.Pump)
	for _, text := range []string{"esc close", "JSON"} {
		click(t, l.Pump, text)
		l.shows("The click did nothing.")
		if l.Overlays() != 1 || cursorLine(l.Pump) != before {
			t.Errorf("a click on %q acts on the box below", text)
		}
	}
	l.clock.now = l.clock.now.Add(time.Minute)
	click(t, l.Pump, "esc close")
	if l.Overlays() != 0 {
		t.Error("the box does not close")
	}
}
