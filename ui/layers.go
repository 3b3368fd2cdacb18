package ui

import (
	"strings"

	"lanyard/ui/kit"
	"lanyard/ui/scene"
)

// typedBefore reports whether a key was typed before the question on top was drawn. The person
// cannot have read it by then.
func (m *root) typedBefore(q scene.Question) bool {
	return m.question.box != q || m.input.reads() <= m.question.reads
}

// noteQuestion notes that the question on top was drawn.
func (m *root) noteQuestion() {
	var q scene.Question
	if n := len(m.overlays); n > 0 {
		q, _ = m.overlays[n-1].(scene.Question)
	}
	if m.question.box != q {
		m.question = drawnQuestion{q, m.input.reads()}
	}
}

// lay draws an overlay over the lines of a frame, and returns where its inside is.
func lay(s *scene.Scene, lines []string, o scene.Overlay, w, h int) (inside kit.Rect) {
	if w < 8 || h < 4 {
		return inside
	}
	bw, bh := o.Size(s, w-4, h-2)
	r := kit.Rect{W: w, H: h}.Center(min(bw+2, w), min(bh+2, h))
	body := o.Box(s, r.W-2, r.H-2)
	border, title := s.Styles.BorderOn, s.Styles.TitleOn
	if o.Danger() {
		border, title = s.Styles.Danger, s.Styles.Danger
	}
	name, foot := onBorder(o.Title(s), o.Foot(), r.W)
	box := kit.Frame(r.W, r.H, string(border), []kit.Label{{SGR: string(title), Text: name}},
		kit.Label{SGR: string(s.Styles.Quiet), Text: foot}, body)
	for i, line := range box {
		lines[r.Y+i] = kit.Splice(lines[r.Y+i], line, r.X, w)
	}
	return kit.Rect{X: r.X + 1, Y: r.Y + 1, W: r.W - 2, H: r.H - 2}
}

// onBorder fits a title and a foot into a border w cells wide. The foot keeps its last parts; a
// long title is cut so that the last one stays.
func onBorder(title, foot string, w int) (string, string) {
	if foot == "" {
		return title, ""
	}
	parts := strings.Split(foot, " · ")
	var texts []string
	for i := range parts {
		texts = append(texts, strings.Join(parts[i:], " · "))
	}
	if strings.Contains(foot, scene.More) {
		texts = append(texts[:len(texts)-1], "↓ more · esc", "↓ more")
	}
	if foot = scene.Fitting(texts, w-8-kit.Width(title)); foot != "" {
		return title, foot
	}
	least := texts[len(texts)-1]
	title = kit.Middle(title, max(w-8-kit.Width(least), 8))
	return title, scene.Fitting(texts, w-8-kit.Width(title))
}
