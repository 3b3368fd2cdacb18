package ui_test

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"lanyard/ui"
	"lanyard/ui/session"
)

// The notice of a copy promises only what Clear can do. A later notice reports what Clear did.
func TestClearingIsToldTruly(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		clip          fakeClipboard
		promise, said string
	}{
		"read back": {fakeClipboard{later: session.ClearedIfOurs, outcome: session.WasOurs},
			"(system clipboard, cleared in 45 s)", "the clipboard was cleared"},
		"replaced": {fakeClipboard{later: session.ClearedIfOurs, outcome: session.WasReplaced},
			"cleared in 45 s)", "the clipboard holds something else now, not cleared"},
		"not read back": {fakeClipboard{later: session.NotCleared, outcome: session.CannotTell},
			"(system clipboard, not cleared later)", "cannot tell, not cleared: "},
		"blind": {fakeClipboard{later: session.ClearedBlind, outcome: session.WasBlind},
			"cleared in 45 s, whatever it then holds)",
			"the clipboard was cleared, whatever it held"},
		"tmux": {
			fakeClipboard{later: session.ClearedIfOurs, outcome: session.WasOurs, around: true},
			"cleared there in 45 s). The terminal around it keeps a copy",
			"the copy in tmux was cleared; the terminal around it: cannot tell, not cleared"},
		"tmux, replaced": {
			fakeClipboard{later: session.ClearedIfOurs, outcome: session.WasReplaced, around: true},
			"cleared there in 45 s). The terminal around it keeps a copy",
			"tmux holds something else now, not cleared; the terminal around it: cannot tell"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := alive(t).scoped("Orders")
			*l.clip = c.clip
			l.Key("g", "y")
			l.said(c.promise)
			l.after(46 * time.Second)
			l.said(c.said)
		})
	}
}

// The end of an older copy's time keeps a newer copy. The newer copy is cleared at its own time.
func TestSecondCopyIsCleared(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g", "y")
	l.after(30 * time.Second)
	l.Key("y")
	l.after(30 * time.Second)
	if l.clip.cleared != 0 {
		t.Error("the second copy was cleared in the time of the first")
	}
	l.after(16 * time.Second)
	if l.clip.cleared != 1 {
		t.Errorf("cleared %d times", l.clip.cleared)
	}
}

// ctrl+z clears the clipboard before the program stops.
func TestStopClears(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g", "y")
	l.Hold = true // the clipboard is slow
	l.Key("ctrl+z")
	if l.Frame() == "" {
		t.Error("it gave the terminal back before the clipboard was cleared")
	}
	l.Hold = false
	l.Key("ctrl+z") // the first clear is still in progress
	for _, c := range l.Held {
		l.Run(c)
	}
	if l.clip.cleared != 1 {
		t.Errorf("cleared %d times", l.clip.cleared)
	}
	l.said("the clipboard was cleared")
}

// A copy that is made while an older one is being cleared is cleared at its own time.
func TestCopyWhileClearing(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g", "y")
	l.Hold = true
	l.after(46 * time.Second) // the clipboard is slow to clear
	clearing := l.Held
	l.Held, l.Hold = nil, false
	l.Key("y")
	for _, c := range clearing {
		l.Run(c)
	}
	if l.clip.cleared != 0 || l.clip.holds.IsZero() {
		t.Fatal("the end of the first copy took the second")
	}
	l.after(46 * time.Second)
	if l.clip.cleared != 1 {
		t.Errorf("the second copy was cleared %d times", l.clip.cleared)
	}
}

// Without a clipboard both copy actions are refused with the same reason, which the palette shows.
func TestCopyingIsOff(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g")
	l.Pump = ui.NewPump(t.Context(), ui.Options{Service: l.svc,
		Settings: ui.Settings{Theme: theme(t, "dark")}, Width: 120, Height: 32}, l.clock.Now)
	const why = "opying is switched off"
	l.Key("y")
	l.shows(why)
	l.Key("esc", "Y")
	if l.shows(why); l.Overlays() != 0 {
		t.Error("it asks for a form")
	}
	l.Key("esc", ":")
	l.Type("copy")
	if n := strings.Count(ansi.Strip(l.Frame()), why); n != 3 { // two rows, and the hint below
		t.Errorf("the palette gives the reason %d times:\n%s", n, ansi.Strip(l.Frame()))
	}
}
