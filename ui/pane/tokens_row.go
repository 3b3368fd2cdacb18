package pane

import (
	"strings"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

func (p *Tokens) line(s *scene.Scene, r *session.Row, paints *rowPaints, w int,
	selected, focused bool) string {
	l := s.BeginRow(selected, focused)
	row := p.row(s, r)
	row.draw(l, p.table.columns, paints, selected && !s.Styles.Color)
	return l.End(w)
}

// row returns the texts of a row.
func (p *Tokens) row(s *scene.Scene, r *session.Row) tokenRow {
	a := &s.Board.Apps[r.App]
	sign, paint := s.Look(r.State)
	row := tokenRow{
		marked: s.Marks[r.ID], sign: scene.NewCell(paint, sign), name: s.AppName(r.App),
		env: s.Show(a.Environment.Name), token: "unknown", user: s.Show(r.Owner),
		scopes: kit.Clean(r.Scopes), left: p.left(s, r),
	}
	if r.Token != nil {
		row.token = r.Token.Fingerprint
	}
	sec := session.SectionOf(r.State)
	switch {
	case sec == session.Over:
		row.text, row.parts = s.Styles.Quiet, p.overParts(s, r)
		if r.Pending() { // the revoke of its refresh token
			row.parts = strings.Split(s.RevokeWords(r)[0], " · ")
		}
		return row
	case r.State == console.Revoking || r.Pending():
		words := s.Detail(r)
		row.parts = strings.Split(words[max(len(words)-briefForms, 0)], " · ")
		if !r.Pending() { // decided on another row of the same token
			row.parts = words[1:2]
		}
		if at, _, _ := s.RevokeStage(r); r.Pending() && at == describe.Undoable {
			row.parts = []string{s.Keys.Hint(keys.Undo, "undoes it")}
			if bound := p.bound(s, r); bound != "" {
				row.parts = append(row.parts, "once sent, it may pass "+bound)
			}
		}
		return row
	case r.Token == nil || r.State == console.Unsure:
		row.note, row.brief = scene.NewCell(s.Styles.Quiet, "no answer"), "lost"
	}
	row.bar, row.hatched = p.bar(s, r)
	if r.State == console.Expiring {
		row.word, row.state = scene.NewCell(s.Styles.Warn, wordOf(r)), true
	}
	if r.Token != nil && r.State != console.Unsure {
		row.calls, row.probed = gatewayCalls(s, r), len(r.Token.Probes) > 0
	}
	switch {
	case r.Token != nil && s.Session.Busy(session.TokenKey(r.ID)):
		row.word, row.state = scene.NewCell(s.Styles.Accent, "working…"), false
	case r.Token == nil || !s.Session.IsProbing(r.ID):
	case len(row.calls) == 0:
		row.note = scene.NewCell(s.Styles.Accent, probingWord)
	case row.word.Text == "" && p.table.columns.calls > 0: // else the calls stand behind the bar
		row.word, row.probing = scene.NewCell(s.Styles.Accent, probingWord), true
	}
	return row
}

// gatewayCalls returns the last calls of a token at the gateway, oldest first. Of a token that has
// ended it returns those since its end.
func gatewayCalls(s *scene.Scene, r *session.Row) []call {
	probes := s.Session.GatewayCalls(*r.Token)
	probes = probes[max(len(probes)-callsDrawn, 0):]
	out := make([]call, len(probes))
	for i, p := range probes {
		kind := callUnclear
		switch p.Verdict {
		case console.ProbeAccepted:
			kind = callAccepted
		case console.ProbeRefused:
			kind = callRefused
		case console.ProbeUnclear:
		}
		out[i] = call{p.Status, kind}
	}
	return out
}

// wordOf returns the word for the state of a row.
func wordOf(r *session.Row) string { return describe.StateWord(r.State, console.CauseNone) }

// left returns the time that a row has left, or the word of its state.
func (p *Tokens) left(s *scene.Scene, r *session.Row) scene.Cell {
	_, paint := s.Look(r.State)
	word := wordOf(r)
	switch {
	case session.SectionOf(r.State) == session.Over, r.Token == nil,
		r.State == console.Unsure && !r.Pending():
		return scene.NewCell(paint, word)
	case r.State == console.Revoking || r.Pending():
		at, left, _ := s.RevokeStage(r)
		if at == describe.Undoable {
			return scene.NewCell(paint, "in "+scene.Countdown(s, left))
		}
		return scene.NewCell(paint, word)
	}
	st := s.Board.Status(r, s.Now)
	switch {
	case r.State == console.Lingering && st.StaleKnown:
		return scene.NewCell(paint, "≤"+s.AtMost(st.StaleLeft))
	case st.HasExpiry && r.State != console.Lingering:
		if r.State == console.Active {
			paint = ""
		}
		return scene.NewCell(paint, s.Left(st.Left))
	case r.State != console.Lingering && r.Token.Lifetime == console.LifeUnbounded:
		return scene.NewCell("", "never")
	}
	return scene.NewCell(s.Styles.Quiet, "unknown")
}

// bar returns the bar of a row, and whether it is hatched.
func (p *Tokens) bar(s *scene.Scene, r *session.Row) (bar scene.Cell, hatched bool) {
	end, known, never := r.End()
	axis := &p.table.axis
	left := max(end.Sub(s.Now), 0)
	switch hatched = r.State == console.Lingering || r.State == console.Unsure; {
	case hatched && known:
		return scene.NewCell(s.Styles.Danger, axis.Hatched(left)), true
	case hatched:
		return scene.NewCell(s.Styles.Danger, axis.NoEnd(true)), true
	case never:
		return scene.NewCell(s.Styles.GoodBar, axis.NoEnd(false)), false
	case !known:
		return scene.Cell{}, false
	}
	paint := s.Styles.GoodBar
	if r.State == console.Expiring {
		paint = s.Styles.WarnBar
	}
	return scene.NewCell(paint, axis.Bar(left)), false
}

// bound returns for how long a token may pass at most after the server has accepted its revoke; ""
// if it was over before.
func (p *Tokens) bound(s *scene.Scene, r *session.Row) string {
	c := s.Board.Consequences(r, false, s.Now)
	switch {
	case c.Revoked.Known && c.Revoked.Left == 0:
		return ""
	case c.Revoked.Known:
		return "≤" + s.AtMost(c.Revoked.Left)
	}
	return "for a time that is not known"
}

// overParts describes the end of a token that is over: how it ended, its last calls and when.
func (p *Tokens) overParts(s *scene.Scene, r *session.Row) (parts []string) {
	st := s.Board.Status(r, s.Now)
	switch {
	case r.State == console.Superseded:
		by := s.Board.Row(r.Token.ReplacedBy)
		if by != nil && by.Token != nil {
			text := "by " + by.Token.Fingerprint
			if by.State.IsOver() {
				text += ", which is over too"
			}
			parts = append(parts, text)
		}
	case st.Proof == console.ProofExpiry, r.State == console.Expired:
	case st.Proof == console.ProofWindow:
		parts = append(parts, "window over")
	case st.OverAt.After(st.EndedAt):
		parts = append(parts, "after "+scene.Seconds(st.Took()))
	}
	if r.State == console.Dead {
		var b strings.Builder
		runs := callRuns(nil, gatewayCalls(s, r))
		var space [8]callPiece
		pieces := space[:0]
		for i, run := range runs[max(len(runs)-2, 0):] {
			pieces = run.appendCount(pieces, i == 0)
		}
		for _, piece := range pieces {
			b.WriteString(piece.text)
		}
		if b.Len() > 0 {
			parts = append(parts, b.String())
		}
	}
	return append(parts, s.Ago(st.OverSince()))
}
