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

func (p *gatewayPane) line(s *scene, r *row, w int, selected, focused bool) string {
	l := s.begin(selected, focused)
	st := s.board.status(r, s.now)
	a := &s.board.apps[r.app]
	over := st.Proof != console.ProofNone
	text := themes.Paint("")
	if over {
		text = s.st.Quiet
	}
	sign, paint := s.look(r.state)
	l.Put(string(paint), sign+" ")
	l.Put(string(text), r.tok.Fingerprint+" ")

	// What the probes and the gateway said comes last and may be long; the name gives way to it.
	mid, part, whole, midW := p.window(s, r, st)
	said := p.said(s, r, st)
	rest := w - 1 - l.Width() // one cell of padding at the right
	const gap = 1
	nameMin := 6
	saidW := 0
	for _, c := range said {
		saidW += kit.Width(c.text)
	}
	name := rest - midW - 2*gap - saidW
	if st.Proof == console.ProofNone && saidW > 0 && name < nameMin && len(said) == 1 && said[0].text == notSeen {
		said[0].text = "not seen by us"
		saidW = kit.Width(said[0].text)
		name = rest - midW - 2*gap - saidW
	}
	withBar := 0
	if whole > 0 {
		if withBar = min(name-gap-10, 12); withBar < 6 {
			withBar = 0
		}
	}
	if withBar > 0 {
		name -= withBar + gap
	}
	name = min(max(name, 0), 22)
	if name > 0 {
		l.Put(string(text), kit.Fit(kit.Middle(a.name, name), name)+" ")
	}
	l.Cell(string(mid.paint), mid.text, midW)
	if withBar > 0 {
		l.Gap(1)
		full, gone := kit.Bar(part, whole, withBar)
		l.Put(string(s.st.Warn), full)
		l.Put(string(s.st.Track), trackOf(s, gone))
	}
	l.Gap(gap)
	for _, c := range said {
		if room := w - 1 - l.Width(); room > 0 {
			l.Put(string(c.paint), kit.Cut(c.text, room))
		}
	}
	return l.End(w)
}

// window says how long the token may still pass, or when it was over; part of whole is for the bar.
func (p *gatewayPane) window(s *scene, r *row, st console.Status) (c cell, part, whole int64, w int) {
	if st.Proof != console.ProofNone {
		word := "dead"
		if r.state == console.Superseded {
			word = "over"
		}
		text := word + " after " + console.Left(st.OverAt.Sub(st.EndedAt))
		return cell{s.st.Quiet, text, ""}, 0, 0, kit.Width(text)
	}
	c = lingers(s, st)
	if !st.StaleKnown || st.StaleLeft == 0 {
		return c, 0, 0, 8
	}
	return c, int64(st.StaleLeft), int64(st.StaleUntil.Sub(st.EndedAt)), 8
}

// said is what we know from the gateway itself: the last probes, or that it never was asked.
func (p *gatewayPane) said(s *scene, r *row, st console.Status) []cell {
	out := strip(s, r, st)
	switch {
	case st.Proof == console.ProofProbe, len(out) > 0 && st.Proof != console.ProofNone:
	case st.Proof == console.ProofExpiry:
		out = []cell{{s.st.Quiet, "by its own expiry", ""}}
	case st.Proof == console.ProofWindow:
		out = []cell{{s.st.Quiet, "the window ran out", ""}}
	case st.Reopened:
		out = append(out, cell{s.st.Danger, " let through after its window", ""})
	case st.RefusedOnce:
		out = append(out, cell{s.st.Warn, " refused once", ""})
	case len(out) == 0 && !st.SeenAtGW:
		out = []cell{{s.st.Quiet, notSeen, ""}}
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
		out = append(out, cell{paint, text, ""})
	}
	return out
}
