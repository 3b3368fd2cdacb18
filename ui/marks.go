package ui

import (
	tea "charm.land/bubbletea/v2"

	"lanyard/ui/keys"
	"lanyard/ui/scene"
)

// mark marks the selected row, or takes its mark away, and goes on to the next one.
func (m *root) mark(s *scene.Scene) tea.Cmd {
	m.s.ToggleMark(m.target(s).ID)
	return m.Act(keys.Down)
}
