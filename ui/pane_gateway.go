package ui

import (
	"strconv"

	"lanyard/console"
	"lanyard/themes"
	"lanyard/ui/kit"
)

// gatewayPane answers: what did I kill that may still walk?
type gatewayPane struct{ list list }

func (p *gatewayPane) title(*scene) string { return "Gateway cache" }

func (p *gatewayPane) right(*scene) string { return "" }

func (p *gatewayPane) row(s *scene) *row {
	if i := p.list.index(len(s.board.gate), rowID(s.board.gate)); i >= 0 {
		return s.board.gate[i]
	}
	return nil
}

func (p *gatewayPane) press(s *scene, a action) intent {
	switch a {
	case doGet:
		return getSelected(s)
	case doRenew, doRevoke, doCopy, doProbe:
		r := p.row(s)
		if r == nil {
			return refuse{"no token is selected here", "↑ ↓ select one"}
		}
		return act(s, a, r)
	}
	p.list.move(a, len(s.board.gate), rowID(s.board.gate))
	return nil
}

func (p *gatewayPane) lines(s *scene, w, h int, focused bool) []string {
	n := len(s.board.gate)
	if n == 0 && s.board.total.revoking > 0 {
		return hint(s, w, h, "", "A revoke waits until the server has accepted it.", "", "Until then the gateway lets the token through.")
	}
	if n == 0 {
		return hint(s, w, h, "", "Nothing revoked or replaced may still pass the gateway.", "", "A token revoked with x is watched here until it is dead.")
	}
	from, to, sel := p.list.window(n, h, rowID(s.board.gate))
	out := make([]string, 0, to-from)
	for i := from; i < to; i++ {
		out = append(out, p.line(s, s.board.gate[i], w, i == sel, focused))
	}
	return out
}

const notSeen = "not seen at the gateway by us"

const (
	wWindow = 7  // "≤14:32", "≤2h 13m"
	wMiddle = 17 // that and a bar, or "dead after 15:00"
)

func (p *gatewayPane) line(s *scene, r *row, w int, selected, focused bool) string {
	l := s.begin(selected, focused)
	st := s.board.status(r, s.now)
	over := st.Proof != console.ProofNone
	text := themes.Paint("")
	if over {
		text = s.st.Quiet
	}
	sign, paint := s.look(r.state)
	l.Put(string(paint), sign+" ")
	l.Put(string(text), kit.Fit(r.tok.Fingerprint, wToken)+" ")
	// The name is as wide as leaves room for the longest thing that is said about a token.
	name := min(max(w-2-(2+wToken+1)-1-(wWindow+2)-len(notSeen), 6), 20)
	l.Put(string(text), kit.Fit(kit.Middle(s.board.apps[r.app].name, name), name)+" ")

	said := p.said(s, r, st, w-1-l.Width()-wMiddle-1)
	switch {
	case over:
		word := "dead"
		if r.state == console.Superseded {
			word = "over"
		}
		l.Cell(string(s.st.Quiet), word+" after "+console.Left(st.OverAt.Sub(st.EndedAt)), wMiddle)
		l.Gap(1)
	case len(said) == 1 && said[0].text == notSeen:
		c := lingers(s, st)
		l.Cell(string(c.paint), c.text, wWindow)
		l.Gap(2)
		if w-1-l.Width() < len(notSeen) {
			said[0].text = "not seen by us"
		}
	default:
		c := lingers(s, st)
		l.Cell(string(c.paint), c.text, wWindow)
		l.Gap(1)
		const bar = wMiddle - wWindow - 1
		if st.StaleKnown && st.StaleLeft > 0 {
			l.Bare(string(s.st.WarnBar), kit.Bar(int64(st.StaleLeft), int64(st.StaleUntil.Sub(st.EndedAt)), bar))
		} else {
			l.Gap(bar)
		}
		l.Gap(1)
	}
	for _, c := range said {
		if room := w - 1 - l.Width(); room > 0 {
			l.Put(string(c.paint), kit.Cut(c.text, room))
		}
	}
	if room := w - 1 - l.Width(); r.tok.AtServer == console.ServerInactive && room >= len(" "+atServer) {
		l.Gap(1)
		l.Put(string(s.st.Quiet), atServer)
	}
	return l.End(w)
}

// said is what we know from the gateway itself: the last probes, or that it never was asked.
func (p *gatewayPane) said(s *scene, r *row, st console.Status, w int) []cell {
	out := strip(s, r, st)
	if st.RefusedOnce && len(out) > 1 && w < 4*len(out)+len(" refused once") {
		out = out[len(out)-1:] // the last one is what it is about
		out[0].text = out[0].text[1:]
	}
	switch {
	case st.Proof == console.ProofProbe, len(out) > 0 && st.Proof != console.ProofNone:
	case st.Proof == console.ProofExpiry:
		out = []cell{textCell(s.st.Quiet, "by its own expiry")}
	case st.Proof == console.ProofWindow:
		out = []cell{textCell(s.st.Quiet, "the window ran out")}
	case st.Reopened:
		out = append(out, textCell(s.st.Danger, " let through after its window"))
	case st.RefusedOnce:
		out = append(out, textCell(s.st.Warn, " refused once"))
	case len(out) == 0 && !st.SeenAtGW:
		out = []cell{textCell(s.st.Quiet, notSeen)}
	}
	return out
}

// strip writes the probes since the token ended, the newest last: "200 200", "401 ×3".
func strip(s *scene, r *row, st console.Status) []cell {
	type run struct {
		verdict string
		status  int
		n       int
	}
	var runs []run
	for _, p := range r.tok.Probes {
		if p.At.Before(st.EndedAt) {
			continue
		}
		if k := len(runs) - 1; k >= 0 && runs[k].status == p.Status {
			runs[k].n++
		} else {
			runs = append(runs, run{string(p.Verdict), p.Status, 1})
		}
	}
	if len(runs) > 3 {
		runs = runs[len(runs)-3:]
	}
	var out []cell
	for i, u := range runs {
		text := strconv.Itoa(u.status)
		if u.status == 0 {
			text = "–"
		}
		switch {
		case u.n == 2:
			text += " " + text
		case u.n > 2:
			text += " ×" + strconv.Itoa(u.n)
		}
		if i > 0 {
			text = " " + text
		}
		paint := s.st.Quiet
		if u.verdict == "accepted" {
			paint = s.st.Warn
		}
		out = append(out, textCell(paint, text))
	}
	return out
}
