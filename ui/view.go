package ui

import (
	"strings"

	"lanyard/themes"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// layout is the arrangement of the panes that fit on the screen.
type layout int

// The layouts. Narrower ones show one pane at a time.
const (
	tooSmall layout = iota
	listOnly        // without a frame
	onePane         // in a frame, with a line about the selected token
	narrow          // in a frame, with two lines about the selected token
	full            // all four panes, Selected below the two lists
	wide            // all four panes, Selected as a third column
)

func (m *root) layout() layout {
	switch {
	case m.w >= 160 && m.h >= 40:
		return wide
	case m.w >= 100 && m.h >= 26:
		return full
	case m.w >= 80 && m.h >= 20:
		return narrow
	case m.w >= 60 && m.h >= 12:
		return onePane
	case m.w >= 30 && m.h >= 8:
		return listOnly
	}
	return tooSmall
}

// Scene returns what panes and overlays draw from now.
func (m *root) Scene() *scene.Scene {
	s := &scene.Scene{
		Board: m.board(), Now: session.Second(m.now), Styles: &m.st, Session: m.s,
		ASCII: m.set.ASCII, Demo: m.o.Demo,
		Keys: &m.keys, Light: m.term.knowsBackground && !m.term.dark, Key: m.shownKey(),
		View: &m.view, Redactor: m.redactor, Marks: m.s.Marks(), Focus: m.focus,
		Scope: m.panes.apps.Scope(m.s), App: -1,
	}
	if s.Scope.Kind == session.OneApplication {
		s.App = s.Board.IndexOf(s.Scope.Name)
	}
	if m.showsFullView() { // no verb acts on marked tokens there
		s.Marks = nil
	}
	s.Current = m.panes.tokens.Row(s)
	if m.showsCurrent() {
		s.Token = s.Current
	}
	return s
}

// showsCurrent reports whether a verb acts on the selected token: the screen shows the list or the
// full view with it, and the focused pane is not Activity.
func (m *root) showsCurrent() bool {
	switch m.focus {
	case scene.Tokens, scene.Selected:
		return true
	case scene.Applications:
		return m.layout() >= full && !m.zoomed
	}
	return false
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
		lines = append(lines, m.moreRoom())
	case m.welcome != nil:
		lines = m.welcomeLines(s)
		m.layAll(s, lines, 0)
	default:
		warnings := m.banners(m.layout())
		lines = m.lines(s, warnings)
		m.layAll(s, lines, len(warnings))
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

// moreRoom returns the line of a screen that is too small for the list.
func (m *root) moreRoom() string {
	forms := []string{"more room, please: 30×8", "please: 30×8", "30×8"}
	return string(m.st.Warn) + kit.Cut(scene.Fitting(forms, m.w), m.w) + themes.Off
}

// lines draws header, warnings, panes, notice and footer: exactly h lines of exactly w cells.
func (m *root) lines(s *scene.Scene, warnings []string) []string {
	if m.presents() {
		return m.presentation(s, warnings)
	}
	l := m.layout()
	_, body := kit.Rect{W: m.w, H: m.h}.Top(1)
	out := append([]string{m.header(s)}, warnings...)
	_, body = body.Top(len(warnings))
	body, _ = body.Bottom(1)
	notice := m.noticeLines(s, l)
	footer := ""
	if m.noticeInFooter(l) && len(notice) > 0 {
		footer, notice = notice[0], nil
	}
	m.frame.notice = len(notice)
	out = append(out, m.body(s, l, body, notice)...)
	if footer == "" && len(m.overlays) > 0 { // the overlay has its own
		footer = kit.Spaces(m.w)
	}
	if footer == "" {
		footer = m.footer(s)
	}
	return append(out, footer)
}

// briefLines returns the number of lines about the selected token above the footer.
func (m *root) briefLines() int {
	switch l := m.layout(); {
	case m.focus == scene.Selected: // its pane tells more
		return 0
	case l == narrow && !m.zoomed:
		return 2
	case l == onePane && m.h >= 16:
		return 1
	}
	return 0
}

// body arranges the panes and the lines of the notice.
func (m *root) body(s *scene.Scene, l layout, r kit.Rect, notice []string) []string {
	var scope []string
	if l <= narrow && m.h >= 10 {
		scope = []string{m.scopeLine(s, l, r.Y)}
		_, r = r.Top(1)
	}
	brief := m.brief(s, m.briefLines())
	for i := range brief {
		if i < len(notice) {
			brief[i] = notice[i]
		}
	}
	rest := notice[min(len(brief), len(notice)):]
	r, below := r.Bottom(len(brief) + len(rest))
	if below, _ = below.Top(len(brief)); len(brief) > len(notice) {
		m.frame.zones = append(m.frame.zones, zone{below, scene.Selected})
	}
	end := append(brief, rest...)
	switch {
	case l == listOnly:
		return append(append(scope, m.unframed(s, r)...), end...)
	case l <= narrow || m.zoomed:
		return append(append(scope, m.frameOf(s, r, m.focus)...), end...)
	}
	third := kit.Rect{}
	if l == wide {
		r, third = r.Left(r.W - min(max(m.w*27/100, 50), 64))
	}
	r, acts := r.Bottom(m.activityLines(l) - len(end))
	selected := kit.Rect{}
	if l == full {
		r, selected = r.Bottom(selectedLines)
	}
	left, right := r.Left(m.panes.apps.Width(s, m.w, r.W))
	out := beside(m.frameOf(s, left, scene.Applications), m.frameOf(s, right, scene.Tokens))
	if l == full {
		out = append(out, m.frameOf(s, selected, scene.Selected)...)
	}
	out = append(out, m.frameOf(s, acts, scene.Activity)...)
	if l == wide {
		out = beside(out, m.frameOf(s, third, scene.Selected))
	}
	return append(out, end...)
}

// selectedLines is the height of Selected below the lists, with its frame.
const selectedLines = 6

// activityLines returns the height of Activity with its frame. It depends on the height of the
// screen alone, so that a token that comes or goes moves no border.
func (m *root) activityLines(l layout) int {
	switch {
	case l == wide:
		return 5 + min(11, (m.h-36)/2)
	case m.h < 32:
		return 4
	}
	return 5 + (m.h-32)/4
}

// unframed draws the focused pane on a screen that has no room for frames.
func (m *root) unframed(s *scene.Scene, r kit.Rect) []string {
	m.frame.zones = append(m.frame.zones,
		zone{kit.Rect{X: r.X - 1, Y: r.Y - 1, W: r.W + 2, H: r.H + 2}, m.focus})
	out := m.linesOf(s, m.focus, r.W, r.H)
	for len(out) < r.H {
		out = append(out, kit.Spaces(r.W))
	}
	return out[:r.H]
}

// frameOf draws a pane in its border.
func (m *root) frameOf(s *scene.Scene, r kit.Rect, id scene.PaneID) []string {
	on := m.focus == id
	border, paint := m.st.Border, m.st.Title
	if on {
		border, paint = m.st.BorderOn, m.st.TitleOn
	}
	p := m.panes.at(id)
	body := m.linesOf(s, id, max(r.W-2, 0), max(r.H-2, 0))
	title := p.Title(s)
	if n := m.keys.Key(keys.Applications + keys.Action(id)); n != "" && m.layout() >= narrow {
		title = n + " " + title
	}
	right := scene.Fitting(p.RightTitle(s), r.W-8-kit.Width(title))
	if right == "" && len(p.RightTitle(s)) > 0 { // a long name gives way
		all := p.RightTitle(s)
		least := all[len(all)-1]
		title = kit.Middle(title, max(r.W-8-kit.Width(least), 12))
		right = scene.Fitting(all, r.W-8-kit.Width(title))
	}
	titles := []kit.Label{{SGR: string(paint), Text: title}}
	m.frame.zones = append(m.frame.zones, zone{r, id})
	return kit.Frame(r.W, r.H, string(border), titles,
		kit.Label{SGR: string(m.st.Quiet), Text: right},
		kit.Label{SGR: string(m.st.Quiet), Text: hiddenRows(p)}, body)
}

// linesOf draws the inside of a pane. Selected has another form in each place.
func (m *root) linesOf(s *scene.Scene, id scene.PaneID, w, h int) []string {
	on, l := m.focus == id, m.layout()
	switch {
	case id == scene.Selected && (m.zoomed || l <= narrow):
		return m.panes.selected.Full(s, w, h, on)
	case id == scene.Selected && l == wide:
		return m.panes.selected.Column(s, w, h, on)
	}
	return m.panes.at(id).Lines(s, w, h, on)
}

func beside(a, b []string) []string {
	for i := range a {
		a[i] += b[i]
	}
	return a
}

// brief draws n lines about the selected token.
func (m *root) brief(s *scene.Scene, n int) []string {
	if n == 0 {
		return nil
	}
	out := m.panes.selected.Brief(s, m.w)
	for len(out) < n {
		out = append(out, kit.Spaces(m.w))
	}
	return out[:n]
}
