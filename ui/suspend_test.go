package ui_test

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

// Bubble Tea draws the last view when it returns from the shell, before it reports the return. That
// view must not show times that are out of date.
func TestSuspendedShowsNothing(t *testing.T) {
	t.Parallel()
	for _, back := range []tea.Msg{tea.SuspendMsg{}, tea.ResumeMsg{}} {
		l := alive(t)
		if !strings.Contains(l.Frame(), "Applications") {
			t.Fatal(l.Frame())
		}
		l.Hold = true // the shell has the terminal
		l.Key("ctrl+z")
		if frame := l.Frame(); frame != "" {
			t.Errorf("it would come back with %q", frame)
		}
		l.Hold = false
		l.Send(back)
		if !strings.Contains(l.Frame(), "Applications") {
			t.Errorf("%T: it stays away", back)
		}
	}
}
