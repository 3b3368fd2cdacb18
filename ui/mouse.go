package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"lanyard/themes"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/overlay"
	"lanyard/ui/scene"
)

// captureMouse takes the mouse, or gives it back to the terminal.
func (m *root) captureMouse(on bool) {
	m.set.Mouse = on
	if on {
		m.Notify(scene.Info,
			"the mouse is the screen's: click and wheel; shift selects text in most terminals",
			m.keys.Hint(keys.Mouse, "gives it back"))
	} else {
		m.Notify(scene.Info, "the mouse is the terminal's: it selects text",
			m.keys.Hint(keys.Mouse, "takes it again"))
	}
}

// zone holds the last place of a pane on the screen.
type zone struct {
	kit.Rect
	pane scene.PaneID
}

// button is a key that was drawn last: in the footer, of an action or of the overlay on top, or in
// the line of the scope. The overlay may have been opened or closed since.
type button struct {
	x, y, w int
	act     keys.Action
	key     string // its name; "" if act is set
}

// buttonAt returns the button at a place of the screen; nil for none.
func (m *root) buttonAt(x, y int) *button {
	for i := range m.frame.buttons {
		if b := &m.frame.buttons[i]; y == b.y && x >= b.x && x < b.x+b.w {
			return b
		}
	}
	return nil
}

// zoneAt returns the zone at a place of the screen; nil for none.
func (m *root) zoneAt(x, y int) *zone {
	for i := range m.frame.zones {
		if z := &m.frame.zones[i]; x >= z.X && x < z.X+z.W && y >= z.Y && y < z.Y+z.H {
			return z
		}
	}
	return nil
}

// hintAt returns the action of the hint at a place of a pane: a key in the style of keys, and the
// words behind it up to two blanks. Where keys have the style of names it returns none.
func (m *root) hintAt(x, y int) (act keys.Action) {
	lines := strings.Split(m.frame.text, "\n")
	if y >= len(lines) || m.st.Key == "" || m.st.Key == m.st.Strong {
		return keys.None
	}
	type hint struct {
		key             string
		inKey, words, x bool // x: it is at the place
	}
	var h hint
	style, before, at := "", "", 0
	end := func() {
		if h.x {
			// of "Y h", the second key works in the box that the first one opens
			first, _, _ := strings.Cut(strings.TrimSpace(h.key), " ")
			act = m.keys.ByShown(first)
		}
		h = hint{}
	}
	kit.Cells(lines[y], func(seq string, w int) {
		if w == 0 && seq[0] == '\x1b' {
			if style += seq; seq == themes.Off {
				style = ""
			}
			return
		}
		painted := strings.HasSuffix(style, string(m.st.Key))
		gap := seq == " " && before == " " && h.words
		if painted && !h.inKey || gap || seq == "│" || seq == "|" {
			end()
		}
		if h.inKey = painted; painted {
			h.key += seq
		}
		h.words = h.words || h.key != "" && !painted && seq != " "
		h.x = h.x || h.key != "" && x >= at && x < at+w
		at, before = at+w, seq
	})
	end()
	return act
}

// click handles a mouse button. It focuses a pane, selects a row, sorts by a column or presses a
// key of the footer or of a hint in a pane. In an overlay it only moves the cursor of a list: a
// click answers no question.
func (m *root) click(e tea.Mouse) tea.Cmd {
	if e.Button != tea.MouseLeft || m.s.Quitting() {
		return nil
	}
	if m.meantForClosed() {
		m.Notify(scene.Info, m.closed.why, "the click did nothing")
		return nil
	}
	if n := len(m.overlays); n > 0 {
		if b := m.buttonAt(e.X, e.Y); b != nil && b.key != "" {
			return m.press(pressOf(b.key))
		}
		in := m.frame.inside
		if o, ok := m.overlays[n-1].(scene.Pointed); ok && e.X >= in.X && e.X < in.X+in.W {
			o.Point(e.Y - in.Y)
			m.Restyle() // the row may be a theme
		}
		return nil
	}
	if m.welcome != nil || m.layout() == tooSmall {
		return nil
	}
	m.stopTyping()
	if b := m.buttonAt(e.X, e.Y); b != nil && b.act != keys.None {
		return m.Act(b.act)
	}
	z := m.zoneAt(e.X, e.Y)
	if z == nil {
		return nil
	}
	act := m.hintAt(e.X, e.Y)
	stays := act != keys.None && m.focus == scene.Tokens // a hint of Selected is about its row
	if m.focus != z.pane && !stays {
		m.focusOn(z.pane)
	}
	if act != keys.None {
		return m.Act(act)
	}
	return m.clickRow(z, e.X-z.X-1, e.Y-z.Y-1)
}

// clickRow selects the row at a line of a pane, or sorts by the column of the head.
func (m *root) clickRow(z *zone, x, line int) tea.Cmd {
	l, n, id := m.panes.at(z.pane).Cursor(m.Scene())
	switch {
	case line < 0 || line >= z.H-2 || line >= len(l.Drawn):
		return nil
	case z.pane == scene.Tokens && line == 0 && l.Drawn[0] == "" && n > 0:
		return m.Act(m.panes.tokens.SortAt(x))
	}
	for i := range n {
		if l.Drawn[line] != id(i) {
			continue
		}
		if l.Selected = id(i); z.pane == scene.Tokens {
			m.chooseFound()
		}
	}
	m.scopeChosen(z.pane)
	return nil
}

// wheel moves the cursor of the pane under the mouse, or scrolls the overlay on top or the full
// view of a token.
func (m *root) wheel(e tea.Mouse) tea.Cmd {
	act, key := keys.Down, tea.KeyPressMsg{Code: tea.KeyDown}
	switch e.Button {
	case tea.MouseWheelUp:
		act, key = keys.Up, tea.KeyPressMsg{Code: tea.KeyUp}
	case tea.MouseWheelDown:
	default:
		return nil
	}
	if m.s.Quitting() || m.layout() == tooSmall {
		return nil
	}
	if len(m.overlays) > 0 || m.welcome != nil {
		if n := len(m.overlays); n > 0 {
			switch m.overlays[n-1].(type) { // a wheel does not answer these
			case scene.Question, *overlay.Cleartext, *overlay.Invite:
				return nil
			}
		}
		return m.press(key)
	}
	if m.showsFullView() {
		m.panes.selected.Scroll(act)
	} else if z := m.zoneAt(e.X, e.Y); z != nil {
		m.move(z.pane, act)
	}
	return nil
}
