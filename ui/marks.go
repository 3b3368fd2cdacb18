package ui

import (
	tea "charm.land/bubbletea/v2"

	"lanyard/ui/keys"
	"lanyard/ui/scene"
)

// mark toggles the mark of the selected token and moves to the next one, whichever pane has the
// focus. Moving the cursor of Applications would choose another scope.
func (m *root) mark(s *scene.Scene) tea.Cmd {
	m.s.ToggleMark(m.target(s).ID)
	if _, moved := m.move(scene.Tokens, keys.Down); !moved {
		m.flash("this is the last row", "")
	}
	return nil
}
