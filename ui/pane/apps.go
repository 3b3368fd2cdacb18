package pane

import (
	"strconv"
	"strings"

	"lanyard/console"
	"lanyard/themes"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// Apps is the Applications pane. It lists the OAuth clients below headings for their environments.
// The selected row is the scope of the other panes.
type Apps struct {
	List scene.List // IDs are those of session.Scope

	longest      int // cells of the longest name of an application
	visible, all int // numbers of applications drawn last and listed
}

const (
	appsFixed  = 14  // cells of a row and its frame without name and count
	appsName   = 12  // least width of a name
	appsCount  = 2   // least width of a count
	tokensWide = 100 // the width of Tokens with its frame that a long name leaves
	wNext      = 6   // "4h 05m"
	gone       = "gone"
	noneLiving = "–"
)

// Width returns the width of the pane with its frame on a screen of w cells. both is that of this
// pane and of Tokens. It has room for the longest name, up to a third of the screen. The cells of
// longer names than those that Tokens shows go to Tokens first.
func (p *Apps) Width(s *scene.Scene, w, both int) int {
	fixed := appsFixed + p.countWidth(s)
	longest := max(p.longest, appsName)
	longest = min(longest, max(both-tokensWide-fixed, nameWiden))
	return fixed + max(min(longest, w/3-fixed), 1)
}

// Measure measures the names of the applications. It is called when they have changed.
func (p *Apps) Measure(s *scene.Scene) {
	p.longest = 0
	for i := range s.Board.Apps {
		p.longest = max(p.longest, kit.Width(railName(s, i)))
	}
}

// railName returns the name of an application, and that it is no longer configured.
func railName(s *scene.Scene, app int) string {
	name := s.RailName(app)
	if s.Board.Apps[app].Source == console.Gone {
		name += " · " + gone
	}
	return name
}

// countWidth returns the cells of the largest count, which is that of all applications.
func (p *Apps) countWidth(s *scene.Scene) int {
	return max(len(strconv.Itoa(s.Board.Total.Living())), appsCount)
}

// Title implements [Pane].
func (p *Apps) Title(*scene.Scene) string { return "Applications" }

// RightTitle implements [Pane]. It has the number of applications, and of those in view if they
// are fewer.
func (p *Apps) RightTitle(*scene.Scene) []string {
	switch {
	case p.all == 0:
		return nil
	case p.visible < p.all:
		return []string{strconv.Itoa(p.visible) + "/" + strconv.Itoa(p.all)}
	}
	return []string{strconv.Itoa(p.all)}
}

// Scope returns the scope of the selected row. It is all applications if the row is gone.
func (p *Apps) Scope(s *session.Session) session.Scope {
	for _, r := range s.Rail("", false).Rows {
		if r.Scope.ID() == p.List.Selected {
			return r.Scope
		}
	}
	return session.Scope{}
}

// Select selects the row of a scope.
func (p *Apps) Select(c session.Scope) { p.List.Selected = c.ID() }

// Cursor implements [Pane]. If the selected row is not listed, it is that of all applications.
func (p *Apps) Cursor(s *scene.Scene) (*scene.List, int, func(int) string) {
	rows := s.Rail().Rows
	if s.Rail().Index(p.Scope(s.Session)) <= 0 {
		p.Select(session.Scope{})
	}
	return &p.List, len(rows), func(i int) string { return rows[i].Scope.ID() }
}

// Target implements [Pane]. It is the token that is selected in Tokens.
func (p *Apps) Target(s *scene.Scene) (*session.Row, *scene.Refuse) {
	return s.Token, noToken(s, s.Keys.Hint(keys.Tokens, "goes to the tokens"))
}

// Lines implements [Pane]. The row of all applications and the heading of the first environment in
// view do not scroll.
func (p *Apps) Lines(s *scene.Scene, w, h int, focused bool) []string {
	rail := s.Rail()
	p.all, p.visible = rail.Apps, 0
	p.List.Drawn = p.List.Drawn[:0]
	if len(s.Board.Apps) == 0 || h < 1 {
		return nil
	}
	sel := max(rail.Index(s.Scope), 0)
	var out []string
	add := func(i int) {
		p.List.Drawn = append(p.List.Drawn, rail.Rows[i].Scope.ID())
		out = append(out, p.line(s, &rail.Rows[i], w, i == sel, focused))
		if rail.Rows[i].App >= 0 {
			p.visible++
		}
	}
	add(0)
	from, to := p.window(rail, sel, h-1)
	if from < len(rail.Rows) && from > 1 && rail.Rows[from].App >= 0 {
		for i := from; i > 0; i-- {
			if rail.Rows[i].App < 0 {
				add(i)
				break
			}
		}
	}
	for i := from; i < to; i++ {
		add(i)
	}
	if len(out) > h { // a heading has no room of its own
		p.List.Drawn = p.List.Drawn[:h]
		return out[:h]
	}
	above, rest := 0, 0
	for i, r := range rail.Rows {
		switch {
		case r.App < 0:
		case i < from:
			above++
		case i >= to:
			rest++
		}
	}
	note := ""
	switch spare := h - len(out); {
	case above+rest > 0 && spare > 0:
		note = moreText(above, rest, "", w-3)
	case spare >= 2 && !s.View.Typing && !s.Key.NeedsPassphrase(): // neither key works then
		for len(out) < h-1 {
			out = append(out, kit.Spaces(w))
		}
		out = append(out, waysLine(s, w))
	}
	if note != "" {
		l := kit.NewLine("", 64)
		l.Gap(2)
		l.Put(string(s.Styles.Quiet), note)
		out = append(out, l.End(w))
	}
	return out
}

// waysLine draws how an application is added.
func waysLine(s *scene.Scene, w int) string {
	l := kit.NewLine("", 64)
	l.Gap(2)
	for i, way := range []struct {
		act  keys.Action
		does string
	}{{keys.AddApp, " adds one"}, {keys.Import, " imports"}} {
		key, between := s.Keys.Way(way.act), [2]string{"", " · "}[i]
		if l.Width()+kit.Width(between+key+way.does) > w-1 {
			break
		}
		l.Put(string(s.Styles.Quiet), between)
		l.Put(string(s.Styles.Key), key)
		l.Put(string(s.Styles.Quiet), way.does)
	}
	return l.End(w)
}

// window returns the range of rows in view, without the first row. h is the number of lines. One
// line is kept for the heading of the first row. Another one is kept for the number of rows below
// if a row has room beside it.
func (p *Apps) window(rail session.Rail, sel, h int) (from, to int) {
	n := len(rail.Rows)
	if n-1 <= h {
		p.List.Offset = 1
		return 1, n
	}
	fit := func(from int) (to int) {
		lines := h
		if rail.Rows[from].App >= 0 {
			lines-- // its heading
		}
		if to = from + lines; to < n && lines > 1 {
			to--
		}
		return max(min(to, n), from)
	}
	from = min(max(p.List.Offset, 1), n-1)
	if sel > 0 && sel < from {
		from = sel
	}
	for sel >= fit(from) && from < sel {
		from++
	}
	for from > 1 && fit(from-1) == n {
		from--
	}
	p.List.Offset = from
	return from, fit(from)
}

func (p *Apps) line(s *scene.Scene, r *session.RailRow, w int, selected, focused bool) string {
	l := s.BeginRow(selected, focused)
	if r.Scope.Kind == session.OneEnvironment {
		p.heading(s, l, r, w)
		return l.End(w)
	}
	name, paint := s.Show(r.Name), themes.Paint("")
	if r.App >= 0 {
		l.Gap(1)
		if name = railName(s, r.App); s.Board.Apps[r.App].Source == console.Gone {
			paint = s.Styles.Quiet
		}
	}
	count, next := noneLiving, ""
	if n := r.Tally.Living(); n > 0 {
		count = strconv.Itoa(n)
	}
	if r.App >= 0 && s.Session.Busy(session.AppKey(s.Board.Apps[r.App].ID)) {
		count = "…"
	}
	switch {
	case !r.Tally.Next.IsZero():
		next = s.Left(r.Tally.Next.Sub(s.Now))
	case r.Tally.Endless:
		next = "never"
	}
	digits := p.countWidth(s)
	room := w - 1 - digits - 2 - wNext - 1 - l.Width()
	if room < 4 { // too narrow for the next deadline
		next, room = "", max(w-1-digits-1-l.Width(), 1)
	}
	l.Put(string(paint), kit.Fit(kit.Middle(name, room), room))
	due := s.Styles.Quiet
	if r.Tally.Expiring > 0 {
		due = s.Styles.Warn
	}
	l.Gap(1)
	l.Put(string(s.Styles.Quiet), kit.Right(count, digits))
	l.Gap(2)
	l.Put(string(due), kit.Right(next, wNext))
	return l.End(w)
}

// heading draws the name of an environment on a rule. An environment in production has that word.
func (p *Apps) heading(s *scene.Scene, l *kit.Line, r *session.RailRow, w int) {
	l.Gap(1)
	word := ""
	if r.Production {
		word = scene.Fitting([]string{" production ", " prod "}, w-l.Width()-8)
	}
	room := w - l.Width() - 1 - 1 - kit.Width(word) - min(len(word), 1)
	l.Put(string(s.Styles.Quiet), kit.Middle(s.Show(r.Name), max(room-2, 1)))
	l.Gap(1)
	rule := max(w-1-l.Width(), 0)
	if word != "" {
		l.Put(string(s.Styles.Border), strings.Repeat("─", max(rule-kit.Width(word)-1, 0)))
		l.Put(string(s.Styles.Strong), word)
		rule = 1
	}
	l.Put(string(s.Styles.Border), strings.Repeat("─", rule))
}
