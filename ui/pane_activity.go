package ui

import (
	"strconv"
	"strings"

	"lanyard/console"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/session"
)

// activityPane answers: what just went over the wire? The newest exchange is the first row.
type activityPane struct{ list list }

func (p *activityPane) title(s *scene) string {
	return "Activity" + s.label(activity)
}

func (p *activityPane) right(*scene) string { return "" }

func actID(rows []*console.Exchange) func(int) string {
	return func(i int) string { return strconv.FormatInt(rows[i].Seq, 10) }
}

// selected is the call under the cursor; nil for none.
func (p *activityPane) selected(s *scene) *console.Exchange {
	rows := s.actRows()
	if i := p.list.index(len(rows), actID(rows)); i >= 0 {
		return rows[i]
	}
	return nil
}

func (p *activityPane) cursor(s *scene) (*list, int, func(int) string) {
	rows := s.actRows()
	return &p.list, len(rows), actID(rows)
}

func (p *activityPane) target(s *scene) (*session.Row, refuse) {
	return nil, refuse{"a call that was made cannot be acted on", s.keys.Hint(keys.Tokens, "goes to the tokens")}
}

func (p *activityPane) lines(s *scene, w, h int, focused bool) []string {
	n := len(s.board.Exchanges)
	if n == 0 {
		return hint(s, w, h, "", "No call was made in this run.", "",
			s.keys.Hint(keys.Get, "gets a token, ")+s.keys.Hint(keys.Probe,
				"probes one: every call to a Token API or gateway is listed here."))
	}
	rows := s.actRows()
	if len(rows) == 0 {
		return s.nothingLeft(activity, w, h)
	}
	from, to, sel := p.list.window(len(rows), h, actID(rows))
	out := make([]string, 0, to-from)
	for i := from; i < to; i++ {
		out = append(out, p.line(s, rows[i], w, i == sel, focused))
	}
	return out
}

func (p *activityPane) line(s *scene, e *console.Exchange, w int, selected, focused bool) string {
	l := s.begin(selected, focused)
	l.Put(string(s.st.Quiet), e.Started.Format("15:04:05"))
	path := min(max(8+(w-56)/2, 8), 28)
	l.Put("", "  "+kit.Fit(kit.Clean(e.Method), 4)+" "+kit.Fit(kit.Middle(pathOf(e.URL), path), path))
	status, paint := strconv.Itoa(e.Status), s.st.Quiet
	switch {
	case e.Status == 0:
		status, paint = "–", s.st.Danger
	case e.Status >= 500:
		paint = s.st.Danger
	case e.Status >= 400:
		paint = s.st.Warn
	case e.Status < 300:
		paint = s.st.Good
	}
	l.Put(string(paint), " "+kit.Right(status, 3))
	l.Put(string(s.st.Quiet), " "+kit.Right(took(e.Took), 7)+"  ")
	rest := w - 1 - l.Width()
	if rest < 4 {
		return l.End(w)
	}
	if e.Status == 0 && e.Err != "" {
		l.Put(string(s.st.Danger), kit.Fit(s.redactor.Text(kit.Clean(e.Err)), rest))
		return l.End(w)
	}
	const wWhat = len(" refresh")
	name := min(max(rest-wWhat, min(rest, 6)), 20)
	label, _, _ := strings.Cut(s.redactor.Text(kit.Clean(e.Application)), "@")
	l.Cell("", kit.Middle(label, name), name)
	l.Put(string(s.st.Quiet), kit.Cut(" "+whatOf(e.Op), rest-name))
	return l.End(w)
}
