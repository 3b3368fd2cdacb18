package pane

import (
	"strconv"
	"strings"
	"time"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/themes"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// Gateway is the Gateway cache pane: tokens that were revoked or replaced and that the gateway may
// still let through.
type Gateway struct{ List scene.List }

// Title implements [Pane].
func (p *Gateway) Title(s *scene.Scene) string {
	return "Gateway cache" + s.TitleSuffix(scene.Gateway)
}

// RightTitle implements [Pane].
func (p *Gateway) RightTitle(*scene.Scene) string { return "" }

// Row returns the selected row; nil if there is none.
func (p *Gateway) Row(s *scene.Scene) *session.Row {
	rows := s.GatewayPage()
	if i := p.List.Index(rows.Len(), rows.ID); i >= 0 {
		return rows.Row(i)
	}
	return nil
}

// Cursor implements [Pane].
func (p *Gateway) Cursor(s *scene.Scene) (*scene.List, int, func(int) string) {
	rows := s.GatewayPage()
	return &p.List, rows.Len(), rows.ID
}

// Target implements [Pane]. It is the selected row.
func (p *Gateway) Target(s *scene.Scene) (*session.Row, *scene.Refuse) {
	return p.Row(s), scene.Cannot("no token is selected here", s.Keys.Selects())
}

// Lines implements [Pane]. Above the rows it draws the most important window in large digits, if
// there is room.
func (p *Gateway) Lines(s *scene.Scene, w, h int, focused bool) []string {
	n := s.Board.AtGateway()
	if n == 0 && s.Board.Total.Revoking > 0 {
		return scene.Placeholder(s, w, h, "", "A revoke waits until the server has accepted it.",
			"", "Until then the gateway lets the token through.")
	}
	if n == 0 {
		return scene.Placeholder(s, w, h, "",
			"Nothing revoked or replaced may still pass the gateway.", "",
			"A token revoked with "+s.Keys.Way(keys.Revoke)+" is watched here until it is dead.")
	}
	rows := s.GatewayPage()
	if rows.Len() == 0 {
		return s.NoMatch(scene.Gateway, w, h)
	}
	foot := p.measuredWindow(s, w)
	large := p.bigWindow(s, rows, w, h-min(rows.Len(), 6)-len(foot))
	list := h - len(large)
	if rows.Len()+len(foot) <= list {
		list -= len(foot)
	} else {
		foot = nil // rows matter more than the foot
	}
	from, to, sel := p.List.Window(rows.Len(), list, rows.ID)
	out := make([]string, 0, h)
	out = append(out, large...)
	for i := from; i < to; i++ {
		out = append(out, p.line(s, rows.Row(i), w, i == sel, focused))
	}
	if len(foot) > 0 {
		for len(out) < h-len(foot) {
			out = append(out, kit.Spaces(w))
		}
	}
	return append(out, foot...)
}

// bigWindow draws the window of the selected row, or else of the first open one, in block digits
// with a line of explanation. It returns nil if h lines are not enough.
func (p *Gateway) bigWindow(s *scene.Scene, rows session.Page, w, h int) []string {
	r := p.Row(s)
	if r == nil || r.State != console.Lingering {
		r = rows.First(console.Lingering)
	}
	if r == nil || r.Token == nil || r.State != console.Lingering {
		return nil
	}
	st := s.Board.Status(r, s.Now)
	if !st.StaleKnown || st.Reopened {
		return nil
	}
	scale := 1
	if h >= 14 && w >= 90 {
		scale = 2
	} else if s.ASCII {
		scale = 0
	}
	big := kit.Big("≤"+s.Left(st.StaleLeft), scale)
	if len(big) == 0 || h < len(big)+4 || w < 40 {
		return nil
	}
	out := []string{kit.Spaces(w)}
	for _, b := range big {
		l := kit.NewLine("", 256)
		l.Gap(2)
		l.Put(string(s.Styles.Warn), b)
		out = append(out, l.End(w))
	}
	l := kit.NewLine("", 256)
	l.Gap(2)
	l.Put(string(s.Styles.Quiet), kit.Cut(scene.Fitting([]string{
		r.Token.Fingerprint +
			" is revoked or replaced; the gateway may let it through for that long at most",
		r.Token.Fingerprint + " may still pass the gateway, that long at most",
		r.Token.Fingerprint + " may still pass the gateway",
	}, w-3), w-3))
	return append(out, kit.Spaces(w), l.End(w), kit.Spaces(w))
}

// measuredWindow returns a line with the length of the gateway's cache window in earlier revokes,
// or nil if none was measured. The gateway is that of the selected row or application.
func (p *Gateway) measuredWindow(s *scene.Scene, w int) []string {
	var env console.Private
	if r := p.Row(s); r != nil {
		env = s.Board.Apps[r.App].Environment.Name
	} else if a, ok := s.Selected(); ok {
		env = a.Environment.Name
	}
	k := s.Board.Learned[string(env)]
	if more := describe.Longer(s.Board.Longer[string(env)]); more != "" {
		return []string{
			scene.Padded(s.Styles.Warn,
				scene.Fitting([]string{more, strings.TrimPrefix(more, "this gateway was ")}, w-2),
				w)}
	}
	if k.Times == 0 {
		return nil
	}
	text := minutes(k.Longest)
	if !k.Steady() {
		text = minutes(k.Shortest) + " to " + text
	}
	times := " the last time"
	if k.Times > 1 {
		times = " the last " + strconv.Itoa(k.Times) + " times"
	}
	return []string{
		scene.Padded(s.Styles.Quiet,
			scene.Fitting([]string{"this gateway: " + text + times, text}, w-2), w)}
}

// minutes formats a duration that has passed: "2 m 11 s".
func minutes(d time.Duration) string {
	if d < time.Minute {
		return strconv.Itoa(int(d/time.Second)) + " s"
	}
	return strconv.Itoa(int(d/time.Minute)) + " m " + strconv.Itoa(int(d/time.Second)%60) + " s"
}

const (
	wWindow = 7  // "≤14:32", "≤2h 13m"
	wMiddle = 17 // a window and its bar, or "dead after 15:00"
)

// window puts the window of a token, or its end, on a line of width w. It shortens evidence for
// which the line has no room.
func (p *Gateway) window(
	s *scene.Scene, l *kit.Line, st console.Status, evidence []scene.Cell, w int) {
	switch {
	case st.Proof != console.ProofNone:
		word := "dead"
		if st.Cause == console.CauseReplaced {
			word = "over"
		}
		if took := st.OverAt.Sub(st.EndedAt); took > 0 { // else refused before its end
			word += " after " + console.Left(took)
		}
		l.Cell(string(s.Styles.Quiet), word, wMiddle)
		l.Gap(1)
	case len(evidence) == 1 && evidence[0].Text == describe.NotSeen:
		c := windowCell(s, st)
		l.Cell(string(c.Paint), c.Text, wWindow)
		l.Gap(2)
		if w-1-l.Width() < len(describe.NotSeen) {
			evidence[0].Text = "not seen by us"
		}
	default:
		c := windowCell(s, st)
		l.Cell(string(c.Paint), c.Text, wWindow)
		l.Gap(1)
		const bar = wMiddle - wWindow - 1
		if st.StaleKnown && st.StaleLeft > 0 {
			l.Bare(string(s.Styles.WarnBar),
				kit.Bar(int64(st.StaleLeft), int64(st.StaleUntil.Sub(st.EndedAt)), bar))
		} else {
			l.Gap(bar)
		}
		l.Gap(1)
	}
}

func (p *Gateway) line(s *scene.Scene, r *session.Row, w int, selected, focused bool) string {
	l := s.BeginTokenRow(r, selected, focused)
	st := s.Board.Status(r, s.Now)
	over := st.Proof != console.ProofNone
	text := themes.Paint("")
	if over {
		text = s.Styles.Quiet
	}
	sign, paint := s.Look(r.State)
	l.Put(string(paint), sign+" ")
	l.Put(string(text), kit.Fit(r.Token.Fingerprint, wToken)+" ")
	// The width of the name leaves room for the longest text about a token.
	name := min(max(w-2-(2+wToken+1)-1-(wWindow+2)-len(describe.NotSeen), 6), 20)
	label := kit.Middle(s.Show(s.Board.Apps[r.App].Name), name)
	if r.AwaitsServer {
		p.revokeText(s, l, r, label, name, w)
		return l.End(w)
	}
	l.Put(string(text), kit.Fit(label, name)+" ")

	evidence := p.evidence(s, r, st, w-1-l.Width()-wMiddle-1)
	p.window(s, l, st, evidence, w)
	for _, c := range evidence {
		if room := w - 1 - l.Width(); room > 0 {
			l.Put(string(c.Paint), kit.Cut(c.Text, room))
		}
	}
	if word := describe.AtServer(st); word != "" {
		long := " " + keyManager + word
		l.Put(string(s.Styles.Quiet),
			scene.Fitting([]string{long + " " + st.AtServerAt.UTC().Format("15:04:05Z"), long},
				w-1-l.Width()))
	}
	return l.End(w)
}

// revokeText draws the stage of a revoke that the server has not accepted. If a longer text fits
// right after the name, the text starts there and not in its column.
func (p *Gateway) revokeText(s *scene.Scene, l *kit.Line, r *session.Row, label string,
	column, w int) {
	words := s.RevokeWords(r)
	room := w - 1 - l.Width() - 1
	text := scene.Fitting(words, room-column)
	if closer := scene.Fitting(words, room-kit.Width(label)); closer != text &&
		kit.Width(closer) > kit.Width(text) {
		text, column = closer, kit.Width(label)
	}
	l.Put("", kit.Fit(label, column)+" ")
	l.Put(string(s.Styles.Danger), text)
}

// evidence returns what probes have shown of a token at the gateway, in at most w cells.
func (p *Gateway) evidence(s *scene.Scene, r *session.Row, st console.Status, w int) []scene.Cell {
	var behind []scene.Cell
	switch {
	case st.Proof != console.ProofNone && st.PastExpiry == 0:
	case st.Reopened:
		behind = []scene.Cell{scene.NewCell(s.Styles.Danger, " let through after its window")}
	case st.PastExpiry > 0:
		behind = []scene.Cell{scene.NewCell(s.Styles.Danger, " let through after its expiry")}
	case st.RefusedOnce:
		behind = []scene.Cell{scene.NewCell(s.Styles.Warn, " refused once")}
	}
	if st.Proof == console.ProofNone && s.Session.IsProbing(r.ID) {
		behind = append(behind, scene.NewCell(s.Styles.Accent, " probing"))
	}
	for _, c := range behind {
		w -= kit.Width(c.Text)
	}
	out := probeStrip(s, r, st, w)
	switch {
	case len(out) > 0:
	case st.Proof == console.ProofExpiry:
		out = []scene.Cell{scene.NewCell(s.Styles.Quiet, "by its own expiry")}
	case st.Proof == console.ProofWindow:
		out = []scene.Cell{scene.NewCell(s.Styles.Quiet, "the window ran out")}
	case !st.SeenAtGW && len(behind) == 0:
		out = []scene.Cell{scene.NewCell(s.Styles.Quiet, describe.NotSeen)}
	}
	out = append(out, behind...)
	if len(out) > 0 {
		out[0].Text = strings.TrimPrefix(out[0].Text, " ")
	}
	return out
}

// probeRun is a run of probes with the same HTTP status.
type probeRun struct {
	accepted bool
	status   int
	n        int
}

func (u probeRun) text() string {
	text := "–"
	if u.status != 0 {
		text = strconv.Itoa(u.status)
	}
	switch {
	case u.n == 2:
		return text + " " + text
	case u.n > 2:
		return text + " ×" + strconv.Itoa(u.n)
	}
	return text
}

// probeStrip draws the probes since the token ended, newest last, in w cells. If not all of them
// fit, it draws runs ("200 ×9 401") and leaves out the oldest. The newest is always drawn.
func probeStrip(s *scene.Scene, r *session.Row, st console.Status, w int) []scene.Cell {
	var each, runs []probeRun
	for _, p := range r.Token.ProbesSince(st, s.Board.Apps[r.App].Policy) {
		one := probeRun{p.Verdict == console.ProbeAccepted, p.Status, 1}
		each = append(each, one)
		if k := len(runs) - 1; k >= 0 && runs[k].status == p.Status {
			runs[k].n++
		} else {
			runs = append(runs, one)
		}
	}
	if st.Proof == console.ProofNone && 4*len(each) <= w+1 {
		runs = each
	}
	from := len(runs)
	for used := 0; from > 0; from-- {
		if used += kit.Width(runs[from-1].text()) + 1; used > w+1 && from < len(runs) {
			break
		}
	}
	var out []scene.Cell
	for _, u := range runs[from:] {
		paint := s.Styles.Quiet
		if u.accepted {
			paint = s.Styles.Warn
		}
		text := u.text()
		if len(out) > 0 {
			text = " " + text
		}
		out = append(out, scene.NewCell(paint, text))
	}
	return out
}
