package ui

import (
	tea "charm.land/bubbletea/v2"

	"lanyard/ui/keys"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// mark toggles the mark of the selected token. In a list it moves to the next token, whichever pane
// has the focus. Moving the cursor of Applications would choose another scope. The full view stays
// at the token, because its verbs act on the token that it shows.
func (m *root) mark(s *scene.Scene) tea.Cmd {
	r := m.target(s)
	m.s.ToggleMark(r.ID)
	if m.showsFullView() {
		m.tellMark(r)
		return nil
	}
	if _, moved := m.move(scene.Tokens, keys.Down); !moved {
		m.flash("this is the last row", "")
	}
	return nil
}

// tellMark shows a notice: whether a token is marked, and in which panes verbs act on the marks.
func (m *root) tellMark(r *session.Row) {
	name := r.Token.Fingerprint
	if !m.s.Marks()[r.ID] {
		m.flash(name+" is no longer marked", "")
		return
	}
	m.flash(name+" is marked: keys in the list act on all marked tokens, here on this one", "")
}
