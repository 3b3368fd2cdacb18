package ui

import (
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"lanyard/ui/form"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
)

// openFilter lets the rows of the focused pane be filtered while somebody types.
func (m *root) openFilter() {
	v := &m.view
	v.typing, v.input = true, textinput.New()
	v.input.CharLimit = 100
	v.input.SetValue(v.filters[m.on()])
	v.input.CursorEnd()
	v.input.Focus()
}

// clearFilter takes the filter of the focused pane away, and says whether there was one.
func (m *root) clearFilter() bool {
	was := m.view.filters[m.on()] != ""
	m.view.filters[m.on()] = ""
	return was
}

// filterTyped takes a key while the filter is typed: esc takes it away, enter keeps it, arrows move in the rows. These
// keys are what they are, whatever else the configuration has put on them.
func (m *root) filterTyped(msg tea.KeyPressMsg) tea.Cmd {
	v := &m.view
	switch msg.String() {
	case "esc":
		v.typing = false
		m.clearFilter()
	case "enter":
		v.typing = false
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
		v.typing = false
		return m.Act(keys.NextPane)
	case "shift+tab":
		v.typing = false
		return m.Act(keys.PreviousPane)
	default:
		v.input = form.TypeInto(v.input, form.InText(msg))
		v.filters[m.on()] = v.input.Value()
	}
	return nil
}

// selectOnly selects the row that a filter has left, if it is the only one: nothing else can be meant. Of several none is
// taken that was not chosen.
func (m *root) selectOnly() {
	if l, n, id := m.panes.at(m.on()).cursor(m.Scene()); n == 1 {
		l.sel = id(0)
	}
}

// filterPasted takes what was pasted while the filter is typed: a fingerprint, most likely. It is one line.
func (m *root) filterPasted(text string) {
	v := &m.view
	text, _, _ = strings.Cut(strings.TrimSpace(text), "\n")
	if len([]rune(text)) > longestWord { // it is shown, and may be a token that was pasted by accident
		m.Notify(info, "what was pasted is too long to look for, and nothing of it was taken", "paste a fingerprint, or type")
		return
	}
	v.input, _ = v.input.Update(tea.PasteMsg{Content: kit.Clean(text)})
	v.filters[m.on()] = v.input.Value()
}

// longestWord is the longest text that is taken into a filter when it is pasted; fingerprints and names are shorter, tokens longer.
const longestWord = 16

// toggleDead hides what is dead, superseded or expired, or shows it again.
func (m *root) toggleDead() {
	m.view.hide = !m.view.hide
	if m.view.hide {
		m.Notify(info, "dead, superseded and expired tokens are hidden", m.keys.Hint(keys.HideDead, "shows them again"))
	} else {
		m.notices.until = m.now
	}
}

// sortBy sorts the tokens; by the same again, the other way round.
func (m *root) sortBy(a keys.Action) {
	v := &m.view
	v.reverse = !v.reverse && v.order() == a
	v.sort = a
	word := m.keys.Row(a).Word
	if v.reverse {
		word += ", the other way round"
	}
	m.Notify(info, "the tokens are in another order: "+word, "")
}

// titleIn is the title of a pane on room cells. Where it is tight the filter and the marks are what stays: rows that
// are missing without a word would be taken for gone.
func (s *scene) titleIn(p pane, id paneID, room int) string {
	full, labels := p.title(s), s.labels(id)
	if kit.Width(full) <= room || len(labels) == 0 {
		return kit.Middle(full, max(room, 6))
	}
	word, _, _ := strings.Cut(full, " ")
	return fitting([]string{
		word + " · " + strings.Join(labels, " · "),
		word + " " + strings.Join(labels, " · "),
		strings.Join(labels, " · "),
		word + " " + labels[0],
		kit.Middle(labels[0], max(room, 6)),
	}, max(room, 6))
}
