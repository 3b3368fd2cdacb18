package ui

import (
	"runtime"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// stopAsked is the message that the process got SIGTSTP.
type stopAsked struct{}

func (m *root) watchStop() tea.Cmd {
	s, ctx := m.o.Stop, m.ctx
	if s == nil {
		return nil
	}
	return func() tea.Msg {
		select {
		case <-s.Asked:
			return stopAsked{}
		case <-ctx.Done():
			return nil
		}
	}
}

// stop hides secrets, clears the clipboard and then stops the process.
func (m *root) stop() tea.Cmd {
	switch {
	case m.away:
		return nil
	case m.o.Stop != nil && !m.o.Stop.Possible():
		m.Notify(scene.Info, "not stopped: no shell could continue it", "")
		return nil
	}
	m.hideAgain() // a stopped process could not hide it in time
	return m.Request(session.Suspend{})
}

// suspended gives the terminal back and stops the process. The clipboard is clear by now.
func (m *root) suspended() tea.Cmd {
	m.away = true
	if m.o.Stop == nil {
		return tea.Suspend
	}
	return func() tea.Msg { // Bubble Tea gives the terminal back and stops the process
		m.o.Stop.Allow()
		return tea.SuspendMsg{}
	}
}

// drawer is the goroutine of Bubble Tea that draws.
const drawer = "(*Program).startRenderer.func"

// drawing reports whether a goroutine of Bubble Tea draws.
func drawing() bool {
	records := make([]runtime.StackRecord, 64)
	n, ok := runtime.GoroutineProfile(records)
	for ; !ok; n, ok = runtime.GoroutineProfile(records) {
		records = make([]runtime.StackRecord, 2*n)
	}
	for _, r := range records[:n] {
		frames := runtime.CallersFrames(r.Stack())
		for more := true; more; {
			var f runtime.Frame
			if f, more = frames.Next(); strings.Contains(f.Function, drawer) {
				return true
			}
		}
	}
	return false
}

// waitForDrawer returns when no goroutine of Bubble Tea draws. Bubble Tea 2.1 tells the goroutine
// to end before the process stops, but does not wait for it. If it ends after the process has
// continued, it stops the ticker of its successor, and nothing is drawn any more.
// See https://github.com/charmbracelet/bubbletea/issues/1778.
func waitForDrawer() {
	for drawing() {
		time.Sleep(time.Millisecond)
	}
}
