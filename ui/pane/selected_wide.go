package pane

import (
	"slices"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
)

// wholeLine is the width for which lines are made that are wrapped afterwards.
const wholeLine = 240

// mostEvents is the number of events that a column lists of a life.
const mostEvents = 9

// Column draws the pane as a third column: the state, the time left in large digits, then whole
// blocks until one does not fit.
func (p *Selected) Column(s *scene.Scene, w, h int, _ bool) []string {
	if w < 2 || h <= 0 {
		return blank(w, h)
	}
	r := s.Current
	var out []string
	if len(s.Marks) > 0 {
		out = append(inWords(s, w, p.marked(s, wholeLine)), kit.Spaces(w))
	}
	switch {
	case r == nil && len(out) > 0:
	case r == nil:
		out = inWords(s, w, p.request(s, wholeLine))
		if b := subscriptions(s, w, 2); len(b) > 0 && len(out)+1+len(b) <= h {
			out = append(append(out, kit.Spaces(w)), b...)
		}
	case r.Token == nil:
		out = append(out, inWords(s, w, p.of(s, r).lost(wholeLine))...)
	default:
		out = append(out, p.of(s, r).column(w, h-len(out))...)
	}
	return out[:min(len(out), h)]
}

// column draws a token in a column of h lines.
func (d *selected) column(w, h int) []string {
	s := d.s
	sign, paint := s.Look(d.r.State)
	state, name := d.word(), d.name(w)
	state.key, state.keyPaint, state.isSign, name.key = sign, paint, true, ""
	out := []string{phrases(s, w, 3, state, name)}
	if why := d.why(); len(why.texts) > 0 {
		for _, part := range kit.Wrap(why.texts[0], max(w-2, 1)) {
			out = append(out, scene.Padded(why.paint, part, w))
		}
	}
	if digits := d.digits(w); len(digits) > 0 {
		out = append(append(out, kit.Spaces(w)), digits...)
	}
	const indent = 2
	blocks := []block{
		d.lifeBlock(w, indent, mostEvents), d.ifRevoked(w, indent, false), d.keysBlock(w, indent),
		d.whose(w, indent, false), d.useIt(w, indent), d.inside(w, indent, false),
		d.manager(w, indent, false), d.lineage(w, indent, false),
	}
	for _, b := range slices.DeleteFunc(blocks, func(b block) bool { return len(b) == 0 }) {
		if len(out)+1+len(b) > h {
			break
		}
		out = append(append(out, kit.Spaces(w)), b...)
	}
	return out
}

// digits draws the time that counts in large digits, with its meaning beside it; nil if there is
// none.
func (d *selected) digits(w int) []string {
	s, st := d.s, d.status
	_, paint := s.Look(d.r.State)
	var lead, at string
	var texts []string
	stage, left, _ := d.stage()
	switch {
	case d.status.Pending && stage == describe.Undoable:
		at, paint = s.Left(left), s.Styles.Warn
		texts = []string{"until the revoke is sent"}
	case d.r.State == console.Lingering:
		if !st.StaleKnown || st.Reopened {
			return nil
		}
		lead, at, paint = "at most", s.AtMost(st.StaleLeft), s.Styles.Danger
		texts = []string{"until " + stamp(s, st.StaleUntil)}
	case d.r.State.IsOver() || !st.HasExpiry || st.Left <= 0:
		return nil
	default:
		if d.status.Pending { // the colour of its state means "may still pass" here
			paint = s.Styles.Strong
		}
		at = s.Left(st.Left)
		texts = []string{"left, expires " + stamp(s, st.ExpiresAt), "left"}
	}
	lines, wide := bigTime(s, lead, at, paint, w)
	return besideDigits(s, lines, wide, w, texts)
}

// besideDigits adds a text to the middle line of digits.
func besideDigits(s *scene.Scene, lines []string, wide, w int, texts []string) []string {
	for i := range lines {
		l := kit.NewLine("", 256)
		if i == len(lines)/2 {
			l.Put(string(s.Styles.Quiet), scene.Fitting(texts, w-wide-1))
		}
		lines[i] += l.End(w - wide)
	}
	return lines
}
