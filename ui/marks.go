package ui

import (
	"lanyard/ui/session"
	"maps"
	"slices"
	"strconv"

	tea "charm.land/bubbletea/v2"
)

// marks are the tokens that are marked, by ID.
type marks map[string]bool

func (m *root) cannotMark(s *scene) *refuse {
	if r := m.target(s); r == nil || r.Token == nil {
		return m.needToken(s)
	}
	return nil
}

// mark marks the selected row, or takes its mark away, and goes on to the next one.
func (m *root) mark() tea.Cmd {
	r := m.target(m.scene())
	if r == nil {
		return nil
	}
	if m.marks[r.ID] {
		delete(m.marks, r.ID)
	} else {
		m.marks[r.ID] = true
	}
	return m.perform(moveCursor{moveDown})
}

// forget takes the marks of tokens away that are gone.
func (k marks) forget(b *session.Board) {
	maps.DeleteFunc(k, func(id string, _ bool) bool { return b.ByID[id] == nil })
}

// bulkOf is what an action does to all marked tokens; nil when none is marked or it is not done to tokens.
func (m *root) bulkOf(_ *scene, a action) intent {
	if len(m.marks) == 0 || m.on() == activity {
		return nil
	}
	switch a {
	case doRenew, doRevoke, doProbe:
		return forTokens{act: a, ids: slices.Sorted(maps.Keys(m.marks)), what: markedTokens}
	case doCopy, chooseCopy, reveal:
		return refuse{strconv.Itoa(len(m.marks)) + " tokens are marked, and one at a time can be copied", "esc takes the marks away"}
	}
	return nil
}

// moveCursor moves the cursor of the focused pane.
type moveCursor struct{ act action }

func (moveCursor) intent() {}
