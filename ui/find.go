package ui

import (
	"strconv"
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"lanyard/text"
	"lanyard/ui/form"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// finding holds the scope and the token from before a find. They are restored when the person gives
// the find up.
type finding struct {
	scope session.Scope
	token string // ID of the selected token
}

// openFind begins to type what is looked for: among all applications and tokens, or among the calls
// if Activity has the focus.
func (m *root) openFind() {
	v := &m.view
	v.Typing, v.InCalls, v.Input = true, m.focus == scene.Activity, textinput.New()
	v.Input.CharLimit = 100
	v.Input.SetValue(*m.found())
	v.Input.CursorEnd()
	v.Input.Focus()
	if v.InCalls {
		return
	}
	if m.before == nil {
		m.before = &finding{m.panes.apps.Scope(m.s), m.panes.tokens.List.Selected}
	}
	m.panes.apps.Select(session.Scope{})
	m.focusOn(scene.Tokens)
}

// found returns the text that is looked for.
func (m *root) found() *string {
	if m.view.InCalls {
		return &m.view.FindCalls
	}
	return &m.view.Find
}

// clearFind shows all rows again, and reports whether some were not shown.
func (m *root) clearFind() bool {
	v := &m.view
	switch {
	case m.focus == scene.Activity && v.FindCalls != "":
		v.FindCalls = ""
	case m.before != nil:
		m.endFind()
	default:
		return false
	}
	return true
}

// afterFind returns the scope and the token that the end of the find will select: those from before
// it. A token that the person has chosen by enter stays selected; if the scope does not hold it,
// all applications are chosen.
func (m *root) afterFind() finding {
	was, board := *m.before, m.s.Board()
	if board.Row(was.token) != nil {
		return was
	}
	was.token = m.panes.tokens.List.Selected
	if r := board.Row(was.token); r != nil && !was.scope.Holds(&board.Apps[r.App]) {
		was.scope = session.Scope{}
	}
	return was
}

// endFind ends the find.
func (m *root) endFind() {
	then := m.afterFind()
	m.before, m.view.Find = nil, ""
	m.panes.apps.Select(then.scope)
	m.panes.tokens.List.Selected = then.token
}

// keepFound ends the typing, and chooses the selected token.
func (m *root) keepFound() {
	if m.stopTyping(); !m.view.InCalls {
		m.chooseFound()
	}
}

// chooseFound keeps the selected token when the find ends.
func (m *root) chooseFound() {
	if m.before != nil {
		m.before.token = ""
	}
}

// stopTyping ends the typing of what is looked for. Without a text the find ends.
func (m *root) stopTyping() {
	m.view.Typing = false
	if m.before != nil && m.view.Find == "" {
		m.endFind()
	}
}

// findTyped takes a key while the text is typed: esc shows all rows again, enter keeps the rows
// that match, arrows move the cursor. The configuration cannot remap these keys.
func (m *root) findTyped(msg tea.KeyPressMsg) tea.Cmd {
	v := &m.view
	switch msg.String() {
	case "esc":
		m.clearFind()
		v.Typing = false
	case "enter":
		m.keepFound()
	case "up":
		return m.Act(keys.Up)
	case "down":
		return m.Act(keys.Down)
	case "pgup":
		return m.Act(keys.PageUp)
	case "pgdown":
		return m.Act(keys.PageDown)
	case "tab":
		m.keepFound()
		return m.Act(keys.NextPane)
	case "shift+tab":
		m.keepFound()
		return m.Act(keys.PreviousPane)
	default:
		v.Input = form.TypeInto(v.Input, form.InText(msg))
		m.find()
	}
	return nil
}

// find looks for the typed text, and selects the first row that matches.
func (m *root) find() {
	*m.found() = m.view.Input.Value()
	if l, n, id := m.panes.at(m.focus).Cursor(m.Scene()); n > 0 {
		l.Selected = id(0)
	}
}

// findPasted takes the first line of a paste into the text.
func (m *root) findPasted(text string) {
	v := &m.view
	text, _, _ = strings.Cut(strings.TrimSpace(text), "\n")
	if len([]rune(text)) > scene.LongestPaste { // it may be a token, and the text is shown
		m.Notify(scene.Info, "what was pasted is too long to look for, and nothing of it was taken",
			"paste a fingerprint, or type")
		return
	}
	v.Input, _ = v.Input.Update(tea.PasteMsg{Content: kit.Clean(text)})
	m.find()
}

// findLine draws the text that is typed in place of the footer, with the number of matches.
func (m *root) findLine(s *scene.Scene) string {
	var matches string
	if m.view.InCalls {
		matches = text.Count(len(s.Calls()), "call")
	} else {
		matches = text.Count(s.TokenPage().Len(), "token") + ", " +
			text.Count(s.Rail().Apps, "application")
	}
	if *m.found() == "" {
		matches = "type a name, a fingerprint, a state, a user or a scope"
	}
	l := kit.NewLine("", 256)
	l.Gap(1)
	l.Put(string(m.st.Key), "/ ")
	l.Put("", s.Typing(m.view.Input))
	room := m.w - 1 - l.Width() - 2
	right := scene.Fitting([]string{
		matches + " · enter keeps this · esc shows all again", matches + " · enter · esc", matches,
		strconv.Itoa(s.TokenPage().Len()),
	}, room)
	l.Gap(max(m.w-1-kit.Width(right)-l.Width(), 0))
	l.Put(string(m.st.Quiet), right)
	return l.End(m.w)
}

// toggleDead hides or shows dead, replaced and expired tokens.
func (m *root) toggleDead() {
	m.view.HideOver = !m.view.HideOver
	if m.view.HideOver {
		m.Notify(scene.Info, "dead, replaced and expired tokens are hidden",
			m.keys.Hint(keys.HideDead, "shows them again"))
	} else {
		m.notices.hide()
	}
}

// sortBy sorts the tokens. The same order a second time reverses it.
func (m *root) sortBy(a keys.Action) {
	v := &m.view
	v.Reverse = !v.Reverse && v.Order() == a
	v.Sort = a
	word := "sorted" + strings.TrimPrefix(m.keys.Row(a).Word, "sort")
	if v.Reverse {
		word += ", reversed"
	}
	m.Notify(scene.Info, word, "")
}
