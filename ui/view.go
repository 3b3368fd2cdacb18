package ui

import (
	"slices"
	"strings"

	"lanyard/themes"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/pane"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// layout is the arrangement of the panes that fit on the screen.
type layout int

const (
	tooSmall layout = iota
	listOnly        // the token list alone
	onePane         // one pane at a time
	twoRows         // gateway and activity share a pane
	fourPanes
)

func (m *root) layout() layout {
	switch {
	case m.w >= 120 && m.h >= 28:
		return fourPanes
	case m.w >= 80 && m.h >= 20:
		return twoRows
	case m.w >= 60 && m.h >= 12:
		return onePane
	case m.w >= 30 && m.h >= 8:
		return listOnly
	}
	return tooSmall
}

// on returns the pane that has the keys. On the smallest layout that is the token list.
func (m *root) on() scene.PaneID {
	if m.layout() == listOnly {
		return scene.Tokens
	}
	return m.focus
}

// Scene returns what panes and overlays draw from now.
func (m *root) Scene() *scene.Scene {
	n := len(m.board().Apps)
	s := &scene.Scene{
		Board: m.board(), Now: session.Second(m.now), Styles: &m.st, Session: m.s,
		ASCII: m.set.ASCII,
		Keys:  &m.keys, Light: m.term.knowsBackground && !m.term.dark, Key: m.shownKey(),
		View: &m.view, Redactor: m.redactor, Marks: m.s.Marks(), Focus: m.on(),
		App: m.panes.apps.List.Index(n, func(i int) string { return m.board().Apps[i].ID }),
	}
	if s.App >= 0 && !slices.Contains(s.AppRows(), s.App) {
		s.App = -1
	}
	l := m.layout()
	if m.on() == scene.Tokens || m.focus == scene.Applications && !m.zoomed && l != onePane {
		s.Token = m.panes.tokens.Row(s)
	}
	return s
}

// draw makes the frame, and notes when its next character changes.
func (m *root) draw() {
	m.frame.zones, m.frame.buttons = m.frame.zones[:0], m.frame.buttons[:0]
	m.frame.inside = kit.Rect{}
	s := m.Scene()
	var lines []string
	switch {
	case m.w <= 0 || m.h <= 0:
		m.frame.text = ""
		return
	case m.layout() == tooSmall:
		forms := []string{"more room, please: 30×8", "please: 30×8", "30×8"}
		text := kit.Cut(scene.Fitting(forms, m.w), m.w)
		lines = append(lines, string(m.st.Warn)+text+themes.Off)
	case m.welcome != nil:
		lines = m.welcome.lines(s, m.o.ConfigPath, m.w, m.h)
		for _, o := range m.overlays {
			m.frame.inside = lay(s, lines, o, m.w, m.h)
		}
	default:
		warnings := m.banners(m.layout())
		lines = m.lines(s, warnings)
		top := len(warnings)
		if top > 0 {
			top++ // the header is above them
		}
		for _, o := range m.overlays { // never over the permanent warnings
			m.frame.inside = lay(s, lines[top:], o, m.w, m.h-top)
			m.frame.inside.Y += top
		}
	}
	m.noteQuestion()
	m.frame.next, m.frame.drawn = s.NextChange, s.RowsDrawn
	if !m.frame.next.IsZero() {
		m.frame.next = session.NextSecond(m.frame.next)
	}
	m.frame.text = kit.Ground(strings.Join(lines, "\n"), string(m.st.Ground), m.w, m.h)
	if m.set.ASCII {
		m.frame.text = kit.ASCII(m.frame.text)
	}
}

// lines draws header, warnings, panes, notice and footer: exactly h lines of exactly w cells.
func (m *root) lines(s *scene.Scene, warnings []string) []string {
	l := m.layout()
	screen := kit.Rect{W: m.w, H: m.h}
	_, body := screen.Top(1)
	out := []string{m.header(s)}
	out = append(out, warnings...)
	_, body = body.Top(len(warnings))
	counted := m.countdown(s)
	out = append(out, counted...)
	_, body = body.Top(len(counted))
	body, _ = body.Bottom(1)
	ownLine := m.h >= 20 // the notice has a line of its own
	if ownLine {
		body, _ = body.Bottom(1)
		if !m.tour.Over() {
			body, _ = body.Bottom(1)
		}
	}
	out = append(out, m.body(s, l, body)...)
	if ownLine {
		if !m.tour.Over() {
			out = append(out, m.tourLine(m.w))
		}
		if m.notices.until.IsZero() {
			out = append(out, m.tellRow(s, m.w, true))
		} else {
			out = append(out, m.notice(m.w))
		}
		return append(out, m.footer(s))
	}
	key := m.keys.Key(keys.Help)
	help := "  " + key + " help"
	if key == "" {
		help = ""
	}
	var said string
	if m.notices.until.IsZero() && !m.tour.Over() {
		said = m.tourLine(m.w - kit.Width(help) - 1)
	} else if m.notices.until.IsZero() {
		if said = m.tellRow(s, m.w-kit.Width(help)-1, false); said == "" {
			return append(out, m.footer(s))
		}
	} else {
		said = m.notice(m.w - kit.Width(help) - 1)
	}
	last := kit.NewLine("", 256)
	if key != "" {
		last.Put("", "  ")
		last.Put(string(m.st.Key), key)
		last.Put("", " help")
		m.frame.buttons = append(m.frame.buttons,
			button{m.w - kit.Width(help) + 1, kit.Width(help) - 2, keys.Help})
	}
	return append(out, said+last.End(kit.Width(help)+1))
}

// body arranges the panes.
func (m *root) body(s *scene.Scene, l layout, r kit.Rect) []string {
	all := []scene.PaneID{scene.Applications, scene.Tokens, scene.Gateway, scene.Activity}
	switch {
	case l == listOnly:
		m.frame.zones = append(m.frame.zones,
			zone{kit.Rect{X: r.X - 1, Y: r.Y - 1, W: r.W + 2, H: r.H + 2}, scene.Tokens, nil})
		return m.panes.tokens.PaddedLines(s, r.W, r.H)
	case l == onePane || m.zoomed:
		return m.frameOf(s, r, m.focus, all)
	}
	high := r.H * 3 / 5
	if l == twoRows {
		high = r.H - max(r.H/3, 6)
	}
	top, low := r.Top(high)
	left, right := top.Left(m.appsWide(l, r.W))
	out := beside(m.frameOf(s, left, scene.Applications, nil),
		m.frameOf(s, right, scene.Tokens, nil))
	if l == twoRows {
		return append(out,
			m.frameOf(s, low, m.lower, []scene.PaneID{scene.Gateway, scene.Activity})...)
	}
	left, right = low.Left(r.W*53/100 + 1)
	return append(out,
		beside(m.frameOf(s, left, scene.Gateway, nil), m.frameOf(s, right, scene.Activity, nil))...)
}

// appsWide returns the width of the Applications pane on a screen of w cells: as wide as its
// longest name, unless the tokens would lose a column for it.
func (m *root) appsWide(l layout, w int) int {
	least, most := 28, 40+max((w-120)/6, 0)
	if l == twoRows {
		least, most = 23, max(23+w-80, 23)
	}
	return max(least, min(m.panes.apps.NameWidth+pane.AppsFixedWidth, most))
}

// frameOf draws a pane in its border. Panes that share one place are tabs in the border.
func (m *root) frameOf(s *scene.Scene, r kit.Rect, id scene.PaneID, tabs []scene.PaneID) []string {
	if tabs == nil {
		tabs = []scene.PaneID{id}
	}
	on := m.focus == id
	border := m.st.Border
	if on {
		border = m.st.BorderOn
	}
	titles := make([]kit.Label, 0, len(tabs))
	room := r.W - 2
	for _, t := range tabs {
		paint, text := m.st.Title, m.panes.at(t).Title(s)
		switch {
		case t == id && on:
			paint = m.st.TitleOn
		case t == id && len(tabs) > 1:
			paint = m.st.Strong
		}
		if t != id { // a tab that is not open is shortened
			text, _, _ = strings.Cut(text, " · ")
			if r.W < 80 {
				text, _, _ = strings.Cut(text, " ")
			}
			room -= kit.Width(text)
		}
		room -= 3
		titles = append(titles, kit.Label{SGR: string(paint), Text: text})
	}
	for i, t := range tabs {
		if t == id {
			titles[i].Text = titleIn(s, m.panes.at(id), id, room)
		}
	}
	m.frame.zones = append(m.frame.zones, zoneOf(r, id, tabs, titles))
	p := m.panes.at(id)
	body := p.Lines(s, max(r.W-2, 0), max(r.H-2, 0), on)
	return kit.Frame(r.W, r.H, string(border), titles,
		kit.Label{SGR: string(m.st.Warn), Text: p.RightTitle(s)}, body)
}

func beside(a, b []string) []string {
	for i := range a {
		a[i] += b[i]
	}
	return a
}

// notice draws the notice on w cells. It cuts a long notice, and the log has the whole text.
func (m *root) notice(w int) string {
	n := m.notices.shown
	n.Text, n.Hint = m.redactor.Text(n.Text), m.redactor.Text(n.Hint)
	sign, paint := n.Look(&m.st)
	l := kit.NewLine("", 256)
	l.Put("", " ")
	l.Put(string(paint), sign+" ")
	text := paint
	if n.Severity <= scene.Good {
		text = ""
	}
	room := w - l.Width() - 1
	tail := ""
	if n.Hint != "" {
		tail = "  " + n.Hint
	}
	if kit.Width(n.Text)+kit.Width(tail) > room {
		more := "  " + m.keys.Key(keys.Messages) + " log"
		if room > 40 && m.keys.Key(keys.Messages) != "" {
			room -= kit.Width(more)
			if kit.Width(n.Text) > room {
				tail = ""
			}
			l.Put(string(text), kit.Cut(kit.Fit(n.Text, min(kit.Width(n.Text), room)), room))
			l.Put(string(m.st.Quiet),
				kit.Fit(tail, min(kit.Width(tail), room-min(kit.Width(n.Text), room))))
			l.Put(string(m.st.Key), "  "+m.keys.Key(keys.Messages))
			l.Put("", " log")
			return l.End(w)
		}
		tail = ""
	}
	l.Put(string(text), kit.Fit(n.Text, min(kit.Width(n.Text), max(room, 0))))
	l.Put(string(m.st.Quiet), tail)
	return l.End(w)
}

// footer draws the keys that can be pressed here, with help at the end.
func (m *root) footer(s *scene.Scene) string {
	l := kit.NewLine("", 512)
	l.Gap(1)
	help := m.keys.Key(keys.Help)
	if help != "" {
		help += " help"
	}
	limit := m.w - kit.Width(help) - 2
	narrow := m.w < 60
	if text := s.Key.Short(); text != "" && m.h < 20 && s.KeyShown == "" {
		// otherwise the line above tells it
		l.Put(string(m.st.Warn), text)
		l.Gap(2)
	}
	for _, b := range m.keys.Rows {
		if !b.InFooter || b.Shown() == "" || b.Where&placeOf(m.on()) == 0 {
			continue
		}
		name, text := m.keys.Key(b.Act), " "+b.Word
		if narrow {
			text = ""
		}
		if b.Act == keys.Undo && m.board().UndoableCount == 0 {
			continue // nothing to take back
		}
		if l.Width()+kit.Width(name)+kit.Width(text)+2 > limit {
			break
		}
		key, word := m.st.Key, m.st.Quiet
		if b.Act <= keys.Inspect && b.Act != keys.Get && b.Act != keys.Undo && s.Token == nil &&
			m.on() != scene.Gateway {
			key = m.st.Quiet
		}
		m.frame.buttons = append(m.frame.buttons, button{l.Width(), kit.Width(name + text), b.Act})
		l.Put(string(key), name)
		l.Put(string(word), text)
		l.Gap(2)
	}
	l.Gap(m.w - 1 - kit.Width(help) - l.Width())
	if help != "" {
		m.frame.buttons = append(m.frame.buttons, button{l.Width(), kit.Width(help), keys.Help})
		l.Put(string(m.st.Key), m.keys.Key(keys.Help))
		l.Put(string(m.st.Quiet), " help")
	}
	return l.End(m.w)
}
