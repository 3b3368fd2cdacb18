package pane

import (
	"strconv"
	"strings"

	"lanyard/console"
	"lanyard/themes"
	"lanyard/ui/kit"
)

// untilWidth is the least width of the text right of the line of life. It keeps the scale the same
// before and after the death.
const untilWidth = len("at most 10:47:02")

// lifeLines draws the line of life, its labels, and the strip of calls on the same scale. A text
// that the labels have is not right of the line too, if labels are shown.
func (p *Presenter) lifeLines(w int, labelled bool) (line, labels, strip string) {
	if p.Life == nil {
		blank := kit.Spaces(w)
		return blank, blank, blank
	}
	margin := min(2, w/30)
	from, until, n := "", "", w-2*margin
	for i, least := range []int{20, 14} {
		f := kit.Width(p.From[i]) + 1
		u := kit.Width(p.Until[i]) + 1
		if i == 0 {
			u = max(u, untilWidth+1)
		}
		if w-2*margin-f-u >= least {
			from, until, n = p.From[i], p.Until[i], w-2*margin-f-u
			break
		}
	}
	at := margin
	if from != "" {
		at += kit.Width(from) + 1
	}
	l := kit.NewLine("", 512)
	l.Gap(margin)
	if from != "" {
		l.Put(string(p.Styles.Quiet), from)
		l.Gap(1)
	}
	for _, s := range p.Life.Draw(n) {
		l.Put(string(p.lifePaint(s.Kind)), s.Text)
	}
	under := kit.NewLine("", 256)
	under.Gap(margin)
	putLabels(under, p.Styles.Quiet, *p.Life, at-margin, n, w-margin-at-n)
	labels = under.End(w)
	if until != "" && (!labelled || !strings.Contains(labels, p.Until[0])) {
		l.Gap(1)
		l.Put(string(p.Styles.Strong), until)
	}
	return l.End(w), labels, p.strip(at, n, w)
}

// lifePaint returns the style of a part of the line of life.
func (p *Presenter) lifePaint(k kit.LifeKind) themes.Paint {
	switch k {
	case kit.LifePast:
		return p.Styles.Good
	case kit.LifeAfter, kit.LifeMayStillPass:
		return p.Styles.Danger
	case kit.LifeLeft:
		return p.Styles.Quiet
	case kit.LifeMark:
	}
	return p.Styles.Strong
}

// strip draws the calls under a line of life that has n cells from cell at on, and their number by
// status.
func (p *Presenter) strip(at, n, w int) string {
	if len(p.Calls) == 0 && p.NoCalls == "" {
		return kit.Spaces(w)
	}
	l := kit.NewLine("", 512)
	if name := "calls"; at > len(name) {
		l.Gap(at - len(name) - 1)
		l.Put(string(p.Styles.Quiet), name)
		l.Gap(1)
	} else {
		l.Gap(at)
	}
	if len(p.Calls) == 0 {
		l.Put(string(p.Styles.Quiet), p.NoCalls)
		return l.End(w)
	}
	// Calls after the end of the scale show what the gateway says after the window.
	signs := make([]byte, n+callsBehind)
	last := -1
	for _, c := range p.Calls {
		i := p.Life.Cell(c.At, n)
		if i < 0 || i >= len(signs) {
			continue
		}
		if sign := callSign(c.Verdict); strings.IndexByte(signRank, sign) >
			strings.IndexByte(signRank, signs[i]) {
			signs[i] = sign
		}
		last = max(last, i)
	}
	ended := len(signs)
	if !p.Life.Ended.IsZero() {
		ended = p.Life.Cell(p.Life.Ended, n)
	}
	for from := 0; from <= last; {
		to := from + 1
		for to <= last && signs[to] == signs[from] && to != ended {
			to++
		}
		paint, sign := p.callPaint(signs[from], from >= ended), " "
		if signs[from] != 0 {
			sign = string(signs[from])
		}
		l.Put(string(paint), strings.Repeat(sign, to-from))
		from = to
	}
	l.Put(string(p.Styles.Quiet), p.counts(w-l.Width()-1))
	return l.End(w)
}

// callsBehind is the number of cells behind the line of life that calls may take.
const callsBehind = 7

// signRank lists the signs of a call. In a cell with several calls the last of them is shown.
const signRank = "?|x"

// callSign returns the sign of a call.
func callSign(v console.Verdict) byte {
	switch v {
	case console.ProbeAccepted:
		return '|'
	case console.ProbeRefused:
		return 'x'
	}
	return '?'
}

// callPaint returns the style of the sign of a call. ended is set after the end at the server.
func (p *Presenter) callPaint(sign byte, ended bool) themes.Paint {
	switch {
	case sign == '|' && ended:
		return p.Styles.Danger
	case sign == '|':
		return p.Styles.Good
	case sign == 'x':
		return p.Styles.Strong
	}
	return p.Styles.Quiet
}

// counts returns the number of calls by status, each after two blanks. The oldest ones are left out
// if w cells are not enough.
func (p *Presenter) counts(w int) (text string) {
	var order []int
	n := map[int]int{}
	for i := len(p.Calls) - 1; i >= 0; i-- {
		s := p.Calls[i].Status
		if n[s]++; n[s] == 1 {
			order = append(order, s)
		}
	}
	for _, s := range order { // the newest first
		name := strconv.Itoa(s)
		if s == 0 {
			name = "no answer"
		}
		part := "  " + name + " ×" + strconv.Itoa(n[s])
		if kit.Width(part)+kit.Width(text) > w {
			break
		}
		text = part + text
	}
	return text
}
