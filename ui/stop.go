package ui

import (
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
