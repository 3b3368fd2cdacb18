package ui

import (
	tea "charm.land/bubbletea/v2"

	"lanyard/ui/keys"
	"lanyard/ui/scene"
)

// mark toggles the mark of the selected row and moves to the next one.
func (m *root) mark(s *scene.Scene) tea.Cmd {
	m.s.ToggleMark(m.target(s).ID)
	return m.Act(keys.Down)
}
