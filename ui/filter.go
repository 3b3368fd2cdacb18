package ui

import (
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"lanyard/ui/form"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/pane"
	"lanyard/ui/scene"
)

// openFilter begins to type a filter for the focused pane.
func (m *root) openFilter() {
	v := &m.view
	v.Typing, v.Input = true, textinput.New()
	v.Input.CharLimit = 100
	v.Input.SetValue(v.Filters[m.on()])
	v.Input.CursorEnd()
	v.Input.Focus()
}

// clearFilter removes the filter of the focused pane, and reports whether there was one.
func (m *root) clearFilter() bool {
	was := m.view.Filters[m.on()] != ""
	m.view.Filters[m.on()] = ""
	return was
}

// filterTyped takes a key while a filter is typed: esc removes the filter, enter keeps it, arrows
// move the cursor. The configuration cannot remap these keys.
func (m *root) filterTyped(msg tea.KeyPressMsg) tea.Cmd {
	v := &m.view
	switch msg.String() {
	case "esc":
		v.Typing = false
		m.clearFilter()
	case "enter":
		v.Typing = false
		m.selectOnly()
	case "up":
		return m.Act(keys.Up)
	case "down":
		return m.Act(keys.Down)
	case "pgup":
		return m.Act(keys.PageUp)
	case "pgdown":
		return m.Act(keys.PageDown)
	case "tab":
		v.Typing = false
		return m.Act(keys.NextPane)
	case "shift+tab":
		v.Typing = false
		return m.Act(keys.PreviousPane)
	default:
		v.Input = form.TypeInto(v.Input, form.InText(msg))
		v.Filters[m.on()] = v.Input.Value()
	}
	return nil
}

// selectOnly selects the row that the filter left, if it left one.
func (m *root) selectOnly() {
	if l, n, id := m.panes.at(m.on()).Cursor(m.Scene()); n == 1 {
		l.Selected = id(0)
	}
}

// filterPasted takes the first line of a paste into the filter.
func (m *root) filterPasted(text string) {
	v := &m.view
	text, _, _ = strings.Cut(strings.TrimSpace(text), "\n")
	if len([]rune(text)) > scene.LongestPaste { // it may be a token, and the filter is shown
		m.Notify(scene.Info, "what was pasted is too long to look for, and nothing of it was taken",
			"paste a fingerprint, or type")
		return
	}
	v.Input, _ = v.Input.Update(tea.PasteMsg{Content: kit.Clean(text)})
	v.Filters[m.on()] = v.Input.Value()
}

// toggleDead hides or shows dead, superseded and expired tokens.
func (m *root) toggleDead() {
	m.view.HideOver = !m.view.HideOver
	if m.view.HideOver {
		m.Notify(scene.Info, "dead, superseded and expired tokens are hidden",
			m.keys.Hint(keys.HideDead, "shows them again"))
	} else {
		m.notices.until = m.now
	}
}

// sortBy sorts the tokens. The same order a second time reverses it.
func (m *root) sortBy(a keys.Action) {
	v := &m.view
	v.Reverse = !v.Reverse && v.Order() == a
	v.Sort = a
	word := m.keys.Row(a).Word
	if v.Reverse {
		word += ", the other way round"
	}
	m.Notify(scene.Info, "the tokens are in another order: "+word, "")
}

// titleIn returns the title of a pane for room cells. A tight title keeps the filter and the marks:
// without them rows that are filtered away would seem to be gone.
func titleIn(s *scene.Scene, p pane.Pane, id scene.PaneID, room int) string {
	full, labels := p.Title(s), s.TitleParts(id)
	if kit.Width(full) <= room || len(labels) == 0 {
		return kit.Middle(full, max(room, 6))
	}
	word, _, _ := strings.Cut(full, " ")
	return scene.Fitting([]string{
		word + " · " + strings.Join(labels, " · "),
		word + " " + strings.Join(labels, " · "),
		strings.Join(labels, " · "),
		word + " " + labels[0],
		kit.Middle(labels[0], max(room, 6)),
	}, max(room, 6))
}
