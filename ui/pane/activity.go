package pane

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/themes"
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
	scope    session.Scope // the names of applications depend on it
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
		l := lines[i]
		if day := l.heading; day != "" && i == to-1 && to < len(lines) && cols.fitsDay(day) {
			next := rows[lines[to].row]
			p.List.Drawn = append(p.List.Drawn, next.ID())
			out = append(out, cols.line(s, next, false, focused, day))
		} else if l.heading != "" {
			p.List.Drawn = append(p.List.Drawn, "")
			out = append(out, headingLine(s, l.heading, w))
		} else {
			p.List.Drawn = append(p.List.Drawn, rows[l.row].ID())
			out = append(out, cols.line(s, rows[l.row], i == sel, focused, ""))
		}
	}
	return out
}

// measure computes lines and columns if something has changed that they depend on.
func (p *Activity) measure(s *scene.Scene, rows []session.CallRow, w int) {
	y, m, d := s.Now.Date()
	is := callTable{
		first: &rows[0], w: w, day: time.Date(y, m, d, 0, 0, 0, 0, s.Now.Location()),
		redactor: s.Redactor, scope: s.Scope,
	}
	if t := &p.table; t.first == is.first && t.w == w && t.redactor == is.redactor &&
		t.scope == s.Scope && t.day.Equal(is.day) {
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

// callColumns are the widths of the columns of calls; 0 leaves one out. The text has the rest.
type callColumns struct{ w, gap, method, path, took, app, print int }

// The widths of columns in cells. From the least width of the text on, another column becomes
// narrower or is left out.
const (
	leastPath, leastApp    = 8, 6
	readablePath           = 14
	wholePath, briefPath   = 18, 20 // while the other texts are whole, and if they are not
	readableApp, briefApp  = 8, 12
	leastText, longText    = 20, 48
	leastReason            = 12 // a reason is cut, but not to fewer cells
	wTime, wMethod         = 8, 4
	wStatus, wTook, wPrint = 3, 6, 8
)

// room returns the cells of the text, which a blank at both ends of the row leaves.
func (k callColumns) room() int {
	n := k.w - 2
	for _, w := range [...]int{wTime, k.method, k.path, wStatus, k.took, k.app, k.print} {
		if w > 0 {
			n -= w + k.gap
		}
	}
	return n
}

// callColumnsFor returns the columns for w cells. If not all of the texts fit, the path becomes
// shorter and the duration goes. Then the gaps become narrower. At last path and method go, which
// the verb in the text tells too, and the fingerprint. Time, status and application always stay.
func callColumnsFor(s *scene.Scene, rows []session.CallRow, w int) callColumns {
	path, app := leastPath, leastApp // the longest ones
	texts := [3]int{}                // the longest ones: in full, without bounds, in the next form
	for _, r := range rows {
		call := r.Call()
		path = max(path, kit.Width(s.Show(call.Path)))
		app = max(app, kit.Width(nameOf(s, call)))
		effect := s.Session.CallEffect(call)
		forms := callForms(s, r, call, effect)
		for i := range texts {
			at := min(i, len(forms)-1, 1)
			if i == 1 && effect.Replaced == "" {
				at = 0
			}
			n := kit.Width(forms[at])
			if n > longText {
				n = leastText // it is cut
			}
			texts[i] = max(texts[i], n)
		}
	}
	c := callColumns{w: w, gap: 2, method: wMethod, path: path, took: wTook,
		app: min(app, briefApp), print: wPrint}
	for i, text := range texts {
		least := path
		if i > 0 {
			least = min(path, wholePath)
		}
		if c := c; c.shrink(text, least, c.app) {
			c.app += max(min(app-c.app, c.room()-text), 0)
			return c
		}
	}
	c.path = min(path, briefPath)
	for _, step := range [...]struct {
		leave           []*int
		gap             int
		path, app, text int // the least widths
	}{
		{nil, 2, readablePath, briefApp, leastText},
		{[]*int{&c.took}, 2, leastPath, readableApp, leastText},
		{nil, 1, leastPath, leastApp, 17}, // "cea55f74 replaced"
		{nil, 1, leastPath, leastApp, 11},
		{[]*int{&c.path, &c.method}, 1, 0, leastApp, 7},
		{[]*int{&c.print}, 1, 0, leastApp, 7},
	} {
		for _, column := range step.leave {
			*column = 0
		}
		c.gap = step.gap
		if fit := c; fit.shrink(step.text, step.path, step.app) {
			if spare := fit.room() - texts[0]; fit.path > 0 && spare > 0 {
				fit.path += min(spare, path-fit.path)
			}
			return fit
		}
	}
	return c
}

// shrink takes cells from the path and then from the application until the text has its cells. It
// reports whether that was enough.
func (k *callColumns) shrink(text, leastPath, leastApp int) bool {
	for _, column := range [...]struct {
		width *int
		least int
	}{{&k.path, leastPath}, {&k.app, leastApp}} {
		*column.width -= max(min(text-k.room(), *column.width-column.least), 0)
	}
	return k.room() >= text
}

// nameOf returns the name of a call's application as the list of tokens has it.
func nameOf(s *scene.Scene, c console.Call) string {
	if app := s.Board.IndexOf(c.AppID); app >= 0 {
		return s.AppName(app)
	}
	return s.Show(c.AppName())
}

// callForms describes what a call came to, from the longest text to the shortest.
func callForms(s *scene.Scene, r session.CallRow, c console.Call, e console.CallEffect) []string {
	if x := r.Exchange; x != nil && x.Status == 0 && x.Err != "" {
		why := s.Redacted(x.Err)
		return []string{describe.CallVerb(c) + " · " + why, why}
	}
	return s.CallForms(c, e)
}

// cutPath cuts a path to w cells at a slash, so that its last segments stay.
func cutPath(path string, w int) string {
	if kit.Width(path) <= w {
		return path
	}
	for i, c := range path {
		if c == '/' && i > 0 && kit.Width(path[i:]) < w {
			return "…" + path[i:]
		}
	}
	return kit.Middle(path[strings.LastIndexByte(path, '/')+1:], w)
}

// fitsDay reports whether a row has room for its day behind a text.
func (k callColumns) fitsDay(day string) bool { return k.room() >= leastText+2+kit.Width(day) }

// line draws a row. A day, which may be empty, stands at its right end: it is the heading of the
// row where only one of the two has a line.
func (k callColumns) line(s *scene.Scene, r session.CallRow, selected, focused bool,
	day string) string {
	c := r.Call()
	e := s.Session.CallEffect(c)
	l := s.BeginRow(selected, focused)
	put := func(paint themes.Paint, text string, w int) {
		if w > 0 {
			l.Put(string(paint), kit.Fit(text, w))
			l.Gap(k.gap)
		}
	}
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
	put(s.Styles.Quiet, c.At.In(s.Now.Location()).Format("15:04:05"), wTime)
	put("", kit.Clean(c.Method), k.method)
	put("", cutPath(s.Show(c.Path), k.path), k.path)
	put(paint, kit.Right(status, wStatus), wStatus)
	put(s.Styles.Quiet, kit.Right(scene.Took(c.Took), k.took), k.took)
	put("", kit.Middle(nameOf(s, c), k.app), k.app)
	put(s.Styles.Quiet, cmp.Or(kit.Clean(e.Fingerprint), "–"), k.print)
	forms, room := callForms(s, r, c, e), max(k.room(), 0)
	if day != "" {
		room -= 2 + kit.Width(day)
	}
	paint = s.Styles.Quiet
	if c.Status == 0 {
		paint = s.Styles.Danger
	}
	text := cmp.Or(scene.Fitting(forms, room), kit.Short(forms[len(forms)-1], room))
	if strings.HasPrefix(forms[0], text+": ") && room >= kit.Width(text)+leastReason {
		text = kit.Short(forms[0], room)
	}
	l.Put(string(paint), text)
	if day != "" {
		l.Gap(k.w - 1 - kit.Width(day) - l.Width())
		l.Put(string(s.Styles.Quiet), day)
	}
	return l.End(k.w)
}
