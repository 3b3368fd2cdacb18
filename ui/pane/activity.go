package pane

import (
	"strconv"
	"strings"

	"lanyard/console"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// Activity is the pane of the calls that this process made to servers, newest first.
type Activity struct{ List scene.List }

// Title implements [Pane].
func (p *Activity) Title(*scene.Scene) string {
	return "Activity"
}

// RightTitle implements [Pane].
func (p *Activity) RightTitle(*scene.Scene) []string { return []string{"this run"} }

// CallID returns the IDs of calls by index.
func CallID(rows []*console.Exchange) func(int) string {
	return func(i int) string { return strconv.FormatInt(rows[i].Seq, 10) }
}

// Selected returns the selected call; nil if there is none.
func (p *Activity) Selected(s *scene.Scene) *console.Exchange {
	rows := s.Calls()
	if i := p.List.Index(len(rows), CallID(rows)); i >= 0 {
		return rows[i]
	}
	return nil
}

// Cursor implements [Pane].
func (p *Activity) Cursor(s *scene.Scene) (*scene.List, int, func(int) string) {
	rows := s.Calls()
	return &p.List, len(rows), CallID(rows)
}

// Target implements [Pane]. It never returns a token.
func (p *Activity) Target(s *scene.Scene) (*session.Row, *scene.Refuse) {
	return nil, scene.Cannot("a call that was made cannot be acted on",
		s.Keys.Hint(keys.Tokens, "goes to the tokens"))
}

// Lines implements [Pane].
func (p *Activity) Lines(s *scene.Scene, w, h int, focused bool) []string {
	n := len(s.Board.Exchanges)
	if n == 0 {
		return scene.Placeholder(s, w, h, "", "No call was made in this run.", "",
			s.Keys.Hint(keys.Get, "gets a token, ")+s.Keys.Hint(keys.Probe,
				"probes one: every call to a Token API or gateway is listed here."))
	}
	rows := s.Calls()
	if len(rows) == 0 {
		return scene.Placeholder(s, w, h, "No call matches "+s.Redacted(s.View.FindCalls)+".")
	}
	from, to, sel := p.List.Window(len(rows), h, CallID(rows))
	out := make([]string, 0, to-from)
	p.List.Drawn = p.List.Drawn[:0]
	for i := from; i < to; i++ {
		p.List.Drawn = append(p.List.Drawn, CallID(rows)(i))
		out = append(out, p.line(s, rows[i], w, i == sel, focused))
	}
	return out
}

func (p *Activity) line(s *scene.Scene, e *console.Exchange, w int, selected, focused bool) string {
	l := s.BeginRow(selected, focused)
	l.Put(string(s.Styles.Quiet), e.Started.Format("15:04:05"))
	path := min(max(8+(w-56)/2, 8), 28)
	l.Put("", "  "+kit.Fit(kit.Clean(e.Method), 4)+" "+
		kit.Fit(kit.Middle(s.Path(e.URL), path), path))
	status, paint := strconv.Itoa(e.Status), s.Styles.Quiet
	switch {
	case e.Status == 0:
		status, paint = "–", s.Styles.Danger
	case e.Status >= 500:
		paint = s.Styles.Danger
	case e.Status >= 400:
		paint = s.Styles.Warn
	case e.Status < 300:
		paint = s.Styles.Good
	}
	l.Put(string(paint), " "+kit.Right(status, 3))
	l.Put(string(s.Styles.Quiet), " "+kit.Right(scene.Took(e.Took), 7)+"  ")
	rest := w - 1 - l.Width()
	if rest < 4 {
		return l.End(w)
	}
	if e.Status == 0 && e.Err != "" {
		l.Put(string(s.Styles.Danger), kit.Fit(s.Redacted(e.Err), rest))
		return l.End(w)
	}
	const wWhat = len(" refresh")
	name := min(max(rest-wWhat, min(rest, 6)), 20)
	label, _, _ := strings.Cut(s.Show(e.Application), "@")
	l.Cell("", kit.Middle(label, name), name)
	l.Put(string(s.Styles.Quiet), kit.Cut(" "+e.Verb(), rest-name))
	return l.End(w)
}
