package ui

import (
	"time"

	"lanyard/themes"
	"lanyard/ui/kit"
	"lanyard/ui/overlay"
	"lanyard/ui/scene"
)

// typedBefore reports whether a key was typed before the question on top was drawn. The person
// cannot have read it by then.
func (m *root) typedBefore(q scene.Question) bool {
	return m.question.box != q || m.input.reads() <= m.question.reads
}

// reactionTime is how long a person who is about to answer a question goes on after it is closed.
const reactionTime = time.Second

// meantForClosed reports whether a key may be meant for a question that has closed by itself: it
// was typed before the screen was drawn without the question, or too soon after the close.
func (m *root) meantForClosed() bool {
	if m.closed.why == "" {
		return false
	}
	q, _ := m.topQuestion()
	if m.typedBefore(q) || m.now.Before(m.closed.at.Add(reactionTime)) {
		return true
	}
	m.closed = closedQuestion{}
	return false
}

// topQuestion returns the overlay on top if it is a question.
func (m *root) topQuestion() (q scene.Question, asks bool) {
	if n := len(m.overlays); n > 0 {
		q, asks = m.overlays[n-1].(scene.Question)
	}
	return q, asks
}

// noteQuestion notes that the question on top was drawn.
func (m *root) noteQuestion() {
	if q, _ := m.topQuestion(); m.question.box != q {
		m.question = drawnQuestion{q, m.input.reads()}
	}
}

// layAll draws the overlays over the lines of a frame. The one on top has the footer. Everything
// outside of it is dimmed, but for the permanent warnings, the notice and the row that it is about.
func (m *root) layAll(s *scene.Scene, lines []string, warnings int) {
	n := len(m.overlays)
	if n == 0 {
		return
	}
	area := m.boxArea(warnings)
	if _, large := m.overlays[n-1].(*overlay.Invite); large && warnings == 0 &&
		m.layout() <= narrow {
		area.Y, area.H = 0, area.Y+area.H // a QR code is worth the header
	}
	for _, o := range m.overlays[:n-1] {
		m.lay(s, lines, o, area, kit.Rect{})
	}
	o := m.overlays[n-1]
	row := kit.Rect{}
	if about, ok := o.(scene.About); ok && n == 1 {
		row = m.rowOf(about.About())
	}
	behind := string(m.st.Quiet + themes.Faint)
	for i := range m.h - 1 - m.frame.notice {
		switch {
		case i == row.Y && row.W > 0:
			lines[i] = kit.Dim(lines[i], behind, row.X, row.X+row.W)
		case i == 0 || i > warnings:
			lines[i] = kit.Dim(lines[i], behind, 0, 0)
		}
	}
	m.frame.inside = m.lay(s, lines, o, area, row)
	if !m.noticeInFooter(m.layout()) || !m.notices.on {
		lines[m.h-1] = m.boxFooter(s, o)
	}
}

// boxArea returns the part of the screen in which boxes are placed. It never has the permanent
// warnings and the footer, and on a high screen neither the header nor the lines of a notice.
func (m *root) boxArea(warnings int) kit.Rect {
	top, bottom := 0, m.h-1
	if m.h >= 16 && m.welcome == nil || warnings > 0 {
		top = 1 + warnings
	}
	if !m.noticeInFooter(m.layout()) {
		bottom -= m.noticeLinesAtMost(m.layout())
	}
	return kit.Rect{Y: top, W: m.w, H: max(bottom-top, 0)}
}

// rowOf returns the cells of a row of Tokens on the screen; none if it is not to be seen.
func (m *root) rowOf(id string) kit.Rect {
	for _, z := range m.frame.zones {
		for i, drawn := range m.panes.tokens.List.Drawn {
			if z.pane == scene.Tokens && drawn == id && id != "" && i < z.H-2 {
				return kit.Rect{X: z.X + 1, Y: z.Y + 1 + i, W: z.W - 2, H: 1}
			}
		}
	}
	return kit.Rect{}
}

// lay draws an overlay over the lines of a frame, and returns where its inside is.
func (m *root) lay(s *scene.Scene, lines []string, o scene.Overlay, area, row kit.Rect) kit.Rect {
	if area.W < 8 || area.H < 4 {
		return kit.Rect{}
	}
	bw, bh := o.Size(s, area.W-4, area.H-2)
	r := place(area, row, bw+2, bh+2)
	body := o.Box(s, r.W-2, r.H-2)
	border, title := s.Styles.BorderOn, s.Styles.TitleOn
	if o.Danger() {
		border, title = s.Styles.Danger, s.Styles.Danger
	}
	box := kit.Frame(r.W, r.H, string(border),
		[]kit.Label{{SGR: string(title), Text: titleOf(s, o, r.W-4)}}, kit.Label{},
		kit.Label{SGR: string(s.Styles.Quiet), Text: hiddenRows(o)}, body)
	for i, line := range box {
		lines[r.Y+i] = kit.Splice(lines[r.Y+i], line, r.X, m.w)
	}
	return kit.Rect{X: r.X + 1, Y: r.Y + 1, W: r.W - 2, H: r.H - 2}
}

// titleOf returns the title of a box that has w cells for it.
func titleOf(s *scene.Scene, o scene.Overlay, w int) string {
	title := o.Title(s)
	if short, ok := o.(scene.ShortTitled); ok && kit.Width(title) > w {
		return short.ShortTitle(s)
	}
	return title
}

// hiddenRows says how many rows a box or pane does not show; "" if it shows all.
func hiddenRows(o any) string {
	if p, ok := o.(scene.Partial); ok {
		return scene.HiddenRows(p.Hidden())
	}
	return ""
}

// place returns the place of a box of w by h cells. It is under the row that the box is about, else
// above it, else in the middle of the area.
func place(area, row kit.Rect, w, h int) kit.Rect {
	r := area.Center(w, h)
	switch {
	case row.W == 0:
	case row.Y+1+r.H <= area.Y+area.H && row.Y+1 >= area.Y:
		r.Y = row.Y + 1
	case row.Y-r.H >= area.Y && row.Y <= area.Y+area.H:
		r.Y = row.Y - r.H
	}
	return r
}
