package pane

import (
	"strconv"
	"strings"
	"time"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/redact"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// Activity is the pane of the calls to servers: those of this run, and under headings those of
// other runs. Both are newest first.
type Activity struct {
	List  scene.List
	table callTable
}

// callTable holds what depends on the rows, the width and the day. Paths and names are measured
// once, not for each frame.
type callTable struct {
	first    *session.CallRow // of rows
	w        int
	day      time.Time
	redactor *redact.Redactor
	lines    []callLine
	columns  callColumns
}

// callLine is a line of the pane: a row, or a heading above rows.
type callLine struct {
	heading string
	row     int
}

// Title implements [Pane].
func (p *Activity) Title(*scene.Scene) string {
	return "Activity"
}

// RightTitle implements [Pane].
func (p *Activity) RightTitle(s *scene.Scene) []string {
	if f := s.View.FindCalls; f != "" {
		n := strconv.Itoa(len(s.Calls())) + " of " + strconv.Itoa(s.Session.CallCount())
		return []string{n + " calls match " + s.Redacted(f), n + " match", n}
	}
	if len(s.Board.Past) == 0 {
		return []string{"this run"}
	}
	return []string{"this and past runs"}
}

// CallID returns the IDs of calls by index.
func CallID(rows []session.CallRow) func(int) string {
	return func(i int) string { return rows[i].ID() }
}

// Selected returns the selected call. ok is false if there is none.
func (p *Activity) Selected(s *scene.Scene) (r session.CallRow, ok bool) {
	rows := s.Calls()
	if i := p.List.Index(len(rows), CallID(rows)); i >= 0 {
		return rows[i], true
	}
	return r, false
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
	if s.Session.CallCount() == 0 {
		return scene.Placeholder(s, w, h, "", "No call was made yet.", "",
			s.Keys.Hint(keys.Get, "gets a token, ")+s.Keys.Hint(keys.Probe,
				"probes one: every call to a Token API or gateway is listed here."))
	}
	rows := s.Calls()
	if len(rows) == 0 {
		return scene.Placeholder(s, w, h, "No call matches "+s.Redacted(s.View.FindCalls)+".")
	}
	p.measure(s, rows, w)
	lines, cols := p.table.lines, p.table.columns
	from, to, sel := p.List.Window(len(lines), h, func(i int) string {
		if lines[i].heading != "" {
			return ""
		}
		return rows[lines[i].row].ID()
	})
	out := make([]string, 0, to-from)
	p.List.Drawn = p.List.Drawn[:0]
	for i := from; i < to; i++ {
		if l := lines[i]; l.heading != "" {
			p.List.Drawn = append(p.List.Drawn, "")
			out = append(out, headingLine(s, l.heading, w))
		} else {
			p.List.Drawn = append(p.List.Drawn, rows[l.row].ID())
			out = append(out, cols.line(s, rows[l.row], i == sel, focused))
		}
	}
	return out
}

// measure computes lines and columns if something has changed that they depend on.
func (p *Activity) measure(s *scene.Scene, rows []session.CallRow, w int) {
	y, m, d := s.Now.Date()
	is := callTable{
		first: &rows[0], w: w, day: time.Date(y, m, d, 0, 0, 0, 0, s.Now.Location()),
		redactor: s.Redactor,
	}
	if t := &p.table; t.first == is.first && t.w == w && t.redactor == is.redactor &&
		t.day.Equal(is.day) {
		return
	}
	last := ""
	for i, r := range rows {
		if r.Exchange == nil {
			if day := describe.Day(r.Call().At, s.Now); day != last {
				is.lines, last = append(is.lines, callLine{heading: day}), day
			}
		}
		is.lines = append(is.lines, callLine{row: i})
	}
	is.columns = callColumnsFor(s, rows, w)
	p.table = is
}

// Remeasure lets the next frame measure all texts again, because widths are counted otherwise now.
func (p *Activity) Remeasure() { p.table = callTable{} }

// headingLine draws the heading of a day.
func headingLine(s *scene.Scene, text string, w int) string {
	l := kit.NewLine("", 4*w)
	l.Gap(1)
	l.Put(string(s.Styles.Quiet), text+" "+strings.Repeat("─", max(w-3-kit.Width(text), 0)))
	return l.End(w)
}

// callColumns are the widths of the columns of calls; 0 leaves one out.
type callColumns struct{ w, path, took, app, print int }

// The widths of columns, and the cells of a row besides path, name and text. The gaps of two cells
// and the cells at both ends are included.
const (
	leastPath, leastApp    = 8, 6
	readablePath, briefApp = 14, 12
	wholePath, briefPath   = 18, 20 // while the other texts are whole, and if they are not
	leastText, longText    = 18, 48
	wTook, wPrint          = 6, 8
	callRest               = 1 + 8 + 2 + 4 + 2 + 2 + 3 + 2 + 2 + 1
)

// callColumnsFor returns the columns for w cells. If not all of the texts fit, the path becomes
// shorter, then the duration goes, then the fingerprint.
func callColumnsFor(s *scene.Scene, rows []session.CallRow, w int) callColumns {
	path, app, text := leastPath, leastApp, leastText // the longest ones
	for _, r := range rows {
		call := r.Call()
		path = max(path, kit.Width(s.Show(call.Path)))
		app = max(app, kit.Width(s.Show(call.AppName())))
		effect := s.Session.CallEffect(call)
		forms := callForms(s, r, call, effect)
		whole := forms[0]
		if len(forms) > 1 && !effect.Dead {
			whole = forms[1]
		}
		if n := kit.Width(whole); n <= longText { // a longer one is cut
			text = max(text, n)
		}
	}
	c := callColumns{w: w, path: path, took: wTook, app: min(app, briefApp), print: wPrint}
	over := func(text int) int {
		used := callRest + c.path + c.app + text
		for _, n := range []int{c.took, c.print} {
			if n > 0 {
				used += n + 2
			}
		}
		return used - w
	}
	if more := over(text); path-more >= min(path, wholePath) { // all texts are whole
		c.path = min(path, path-more)
		c.app += max(min(app-c.app, -more), 0)
		return c
	}
	c.path = min(path, briefPath)
	whole := c.path
	c.path = max(c.path-max(over(leastText), 0), min(c.path, readablePath))
	for _, column := range []*int{&c.took, &c.print} {
		if over(leastText) > 0 {
			*column, c.path = 0, whole
			c.path = max(c.path-max(over(leastText), 0), leastPath)
		}
	}
	c.app = max(c.app-max(over(leastText), 0), leastApp)
	return c
}

// callForms describes what a call came to, from the longest text to the shortest.
func callForms(s *scene.Scene, r session.CallRow, c console.Call, e console.CallEffect) []string {
	if x := r.Exchange; x != nil && x.Status == 0 && x.Err != "" {
		return []string{describe.CallVerb(c) + " · " + s.Redacted(x.Err)}
	}
	text := s.CallWords(c, e)
	verb, _, _ := strings.Cut(text, " · ")
	without, _, _ := strings.Cut(text, ", ") // a fingerprint is not cut
	switch {
	case e.Replaced != "":
		return []string{text, without, c.Verb}
	case e.Dead:
		return []string{text, without}
	case c.Repeats > 0:
		return []string{text, verb}
	case c.Revokes == console.RevokeRefresh:
		return []string{text, verb, strings.TrimSuffix(verb, " token")}
	}
	return []string{text}
}

func (k callColumns) line(s *scene.Scene, r session.CallRow, selected, focused bool) string {
	c := r.Call()
	e := s.Session.CallEffect(c)
	l := s.BeginRow(selected, focused)
	quiet := string(s.Styles.Quiet)
	l.Put(quiet, c.At.In(s.Now.Location()).Format("15:04:05"))
	l.Put("", "  "+kit.Fit(kit.Clean(c.Method), 4)+"  "+
		kit.Fit(kit.Middle(s.Show(c.Path), k.path), k.path))
	status, paint := strconv.Itoa(c.Status), s.Styles.Quiet
	switch {
	case c.Status == 0:
		status, paint = "–", s.Styles.Danger
	case c.Status >= 500:
		paint = s.Styles.Danger
	case c.Status >= 400:
		paint = s.Styles.Warn
	case c.Status < 300:
		paint = s.Styles.Good
	}
	l.Put(string(paint), "  "+kit.Right(status, 3))
	if k.took > 0 {
		l.Put(quiet, "  "+kit.Right(scene.Took(c.Took), k.took))
	}
	forms := callForms(s, r, c, e)
	print := e.Fingerprint
	if print == "" {
		print = "–"
	}
	room := k.w - 1 - l.Width() - 2
	if k.print > 0 {
		room -= k.print + 2
	}
	// the application goes if the fingerprint of its token stands there, and a longer text fits
	// then that has no shorter form or tells what the token replaced
	if k.print == 0 || len(forms) > 1 && e.Replaced == "" ||
		scene.Fitting(forms, room-k.app-2) == scene.Fitting(forms, room) {
		l.Gap(2)
		l.Cell("", kit.Middle(s.Show(c.AppName()), k.app), k.app)
		room -= k.app + 2
	}
	if k.print > 0 {
		l.Put(quiet, "  "+kit.Fit(kit.Clean(print), k.print))
	}
	text := forms[0]
	if len(forms) > 1 {
		text = scene.Fitting(forms, room)
	}
	text = kit.Short(text, max(room, 0))
	paint = s.Styles.Quiet
	if c.Status == 0 {
		paint = s.Styles.Danger
	}
	l.Put(string(paint), "  "+text)
	return l.End(k.w)
}
