package ui

import (
	"strconv"

	tea "charm.land/bubbletea/v2"

	"lanyard/ui/keys"
	"lanyard/ui/session"
)

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
	m.s.ToggleMark(r.ID)
	return m.perform(moveCursor{keys.Down})
}

// bulkOf is what an action does to all marked tokens; nil when none is marked or it is not done to
// tokens.
func (m *root) bulkOf(a keys.Action) intent {
	ids := m.s.Marked()
	if len(ids) == 0 || m.on() == activity {
		return nil
	}
	for v, act := range verbs {
		if act == a {
			return request{session.Bulk{Verb: v, Tokens: ids, What: markedTokens, Marked: true, Unseen: m.unseen(ids)}}
		}
	}
	switch a {
	case keys.Copy, keys.CopyAs, keys.ShowToken:
		return refuse{strconv.Itoa(len(ids)) + " tokens are marked, and one at a time can be copied", m.keys.Hint(keys.Close, "takes the marks away")}
	}
	return nil
}

// moveCursor moves the cursor of the focused pane.
type moveCursor struct{ act keys.Action }

func (moveCursor) intent() {}
