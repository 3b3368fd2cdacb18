package ui

import (
	"strings"

	"lanyard/themes"
	"lanyard/ui/kit"
)

// layout is how much of the four panes fits.
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

// scene is what the panes are shown now.
func (m *root) scene() *scene {
	n := len(m.board.apps)
	s := &scene{
		board: &m.board, now: m.second(), st: &m.st, busy: m.busy, keys: &m.keys, light: m.asked && !m.dark,
		app: m.panes.apps.list.index(n, func(i int) string { return m.board.apps[i].ID }),
	}
	l := m.layout()
	if m.focus == tokens || m.focus == applications && !m.zoomed && l != onePane || l == listOnly {
		s.token = m.panes.tokens.row(s)
	}
	return s
}

// draw makes the frame. It is called when something changed, and notes when the next thing will.
func (m *root) draw() {
	m.dirty = false
	s := m.scene()
	var lines []string
	switch {
	case m.w <= 0 || m.h <= 0:
		m.frame = ""
		return
	case m.layout() == tooSmall:
		lines = append(lines, kit.Cut(string(m.st.Warn)+"more room, please: 30×8"+themes.Off, m.w))
	case m.welcome != nil:
		lines = m.welcome.lines(s, m.o.ConfigPath, m.w, m.h)
	default:
		lines = m.lines(s)
		top := len(m.banners(m.layout()))
		if top > 0 {
			top++ // the header is above them
		}
		for _, o := range m.overlays { // never over a permanent warning
			lay(s, lines[top:], o, m.w, m.h-top)
		}
	}
	m.next, m.drawn = s.next, s.drawn
	if !m.next.IsZero() {
		m.next = wholeSecond(m.next)
	}
	m.frame = strings.Join(lines, "\n")
}

// lines draws header, warnings, panes, notice and footer: exactly h lines of exactly w cells.
func (m *root) lines(s *scene) []string {
	l := m.layout()
	screen := kit.Rect{W: m.w, H: m.h}
	_, body := screen.Top(1)
	out := []string{m.header(s)}
	warnings := m.banners(l)
	out = append(out, warnings...)
	_, body = body.Top(len(warnings))
	body, _ = body.Bottom(1)
	ownLine := m.h >= 20 // the notice has a line of its own
	if ownLine {
		body, _ = body.Bottom(1)
	}
	out = append(out, m.body(s, l, body)...)
	if ownLine {
		if m.until.IsZero() {
			out = append(out, kit.Spaces(m.w))
		} else {
			out = append(out, m.notice(m.w))
		}
		return append(out, m.footer(s))
	}
	if m.until.IsZero() {
		return append(out, m.footer(s))
	}
	const help = "  ? help"
	last := kit.NewLine("", 256)
	last.Put("", "  ")
	last.Put(string(m.st.Key), "?")
	last.Put("", " help")
	return append(out, m.notice(m.w-len(help)-1)+last.End(len(help)+1))
}

// body arranges the panes.
func (m *root) body(s *scene, l layout, r kit.Rect) []string {
	all := []paneID{applications, tokens, gateway, activity}
	switch {
	case l == listOnly:
		return m.panes.tokens.alone(s, r.W, r.H)
	case l == onePane || m.zoomed:
		return m.frameOf(s, r, m.focus, all)
	}
	high := r.H * 3 / 5
	if l == twoRows {
		high = r.H - max(r.H/3, 6)
	}
	top, low := r.Top(high)
	wide := 28
	if l == twoRows {
		wide = 23
	} else {
		wide += min((r.W-120)/6, 12)
	}
	left, right := top.Left(wide)
	out := beside(m.frameOf(s, left, applications, nil), m.frameOf(s, right, tokens, nil))
	if l == twoRows {
		return append(out, m.frameOf(s, low, m.lower, []paneID{gateway, activity})...)
	}
	left, right = low.Left(r.W*53/100 + 1)
	return append(out, beside(m.frameOf(s, left, gateway, nil), m.frameOf(s, right, activity, nil))...)
}

// frameOf draws a pane in its border. Panes that share the place are named in it as tabs.
func (m *root) frameOf(s *scene, r kit.Rect, id paneID, tabs []paneID) []string {
	if tabs == nil {
		tabs = []paneID{id}
	}
	on := m.focus == id
	border := m.st.Border
	if on {
		border = m.st.BorderOn
	}
	titles := make([]kit.Label, 0, len(tabs))
	room := r.W - 2
	for _, t := range tabs {
		paint, text := m.st.Title, m.panes.at(t).title(s)
		switch {
		case t == id && on:
			paint = m.st.TitleOn
		case t == id && len(tabs) > 1:
			paint = m.st.Strong
		}
		if t != id { // the tabs that are not open keep to their first word, where it is tight to less
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
			titles[i].Text = kit.Middle(titles[i].Text, max(room, 6))
		}
	}
	p := m.panes.at(id)
	body := p.lines(s, max(r.W-2, 0), max(r.H-2, 0), on)
	return kit.Frame(r.W, r.H, string(border), titles, kit.Label{SGR: string(m.st.Warn), Text: p.right(s)}, body)
}

func beside(a, b []string) []string {
	for i := range a {
		a[i] += b[i]
	}
	return a
}

// notice is the last thing said, on w cells. What does not fit is in the log.
func (m *root) notice(w int) string {
	n := m.log[len(m.log)-1]
	sign, paint := n.look(&m.st)
	l := kit.NewLine("", 256)
	l.Put("", " ")
	l.Put(string(paint), sign+" ")
	text := paint
	if n.sev <= good {
		text = ""
	}
	room := w - l.Width() - 1
	tail := ""
	if n.hint != "" {
		tail = "  " + n.hint
	}
	if kit.Width(n.text)+kit.Width(tail) > room {
		more := "  ! log"
		if room > 40 {
			room -= len(more)
			if kit.Width(n.text) > room {
				tail = ""
			}
			l.Put(string(text), kit.Cut(kit.Fit(n.text, min(kit.Width(n.text), room)), room))
			l.Put(string(m.st.Quiet), kit.Fit(tail, min(kit.Width(tail), room-min(kit.Width(n.text), room))))
			l.Put(string(m.st.Key), "  !")
			l.Put("", " log")
			return l.End(w)
		}
		tail = ""
	}
	l.Put(string(text), kit.Fit(n.text, min(kit.Width(n.text), max(room, 0))))
	l.Put(string(m.st.Quiet), tail)
	return l.End(w)
}

// footer offers what can be done here; help is always at its end.
func (m *root) footer(s *scene) string {
	l := kit.NewLine("", 512)
	l.Gap(1)
	const help = "? help"
	limit := m.w - len(help) - 2
	narrow := m.w < 60
	for _, b := range m.keys.rows {
		if b.word == "" || b.act == openHelp || b.act < moveUp && b.where&placeOf(m.focus) == 0 {
			continue
		}
		text := " " + b.word
		if narrow {
			text = ""
		}
		if b.act == doUndo && m.board.deliver.IsZero() {
			continue // nothing to take back
		}
		if l.Width()+kit.Width(b.show())+kit.Width(text)+2 > limit {
			break
		}
		key, word := m.st.Key, m.st.Quiet
		if b.act < moveUp && b.act != doGet && b.act != doUndo && s.token == nil && m.focus != gateway {
			key = m.st.Quiet
		}
		l.Put(string(key), b.show())
		l.Put(string(word), text)
		l.Gap(2)
	}
	l.Gap(m.w - 1 - len(help) - l.Width())
	l.Put(string(m.st.Key), "?")
	l.Put(string(m.st.Quiet), " help")
	return l.End(m.w)
}

// alone is the token list alone, for small terminals: sign, state, fingerprint, time left.
func (p *tokensPane) alone(s *scene, w, h int) []string {
	out := p.lines(s, w, h, true)
	for len(out) < h {
		out = append(out, kit.Spaces(w))
	}
	return out
}
