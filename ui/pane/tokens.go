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

// Tokens is the list of the tokens of the scope. It has a section for living tokens, one for
// revoked tokens that the gateway may still let through, and one for those that are over. The bars
// of all rows share one time axis.
type Tokens struct {
	List    scene.List
	due     map[string]bool // IDs of new tokens that are not on the board yet
	listed  int             // number of rows when the board was read or the scope chosen last
	offsets [session.SectionCount]int
	table   table
}

// table holds what depends on the rows of the scope and on the width, but not on the time, the
// cursor and what is found.
type table struct {
	serial   int // of the page; 0: not computed yet
	width    int
	redactor *redact.Redactor
	columns  columns
	log      bool // the axis is logarithmic
	axis     kit.Axis
}

// NewTokens returns the pane without a cursor.
func NewTokens() *Tokens { return &Tokens{due: map[string]bool{}} }

// Title implements [Pane].
func (p *Tokens) Title(s *scene.Scene) string {
	title := "Tokens · "
	switch a, ok := s.Selected(); {
	case len(s.Board.Apps) == 0 || s.Scope.Kind == session.AllApplications:
		return title + "all"
	case ok:
		title += s.AppName(s.App)
		if a.Source == console.Gone {
			return title + " · no longer configured"
		}
		if a.Environment.Production {
			title += " · production"
		}
		if a.Environment.ReadOnly {
			title += " · read-only"
		}
		if a.Grant == console.GrantPassword {
			title += " · password (legacy)"
		}
	default:
		title += s.Show(console.Private(s.Scope.Name))
		for _, r := range s.Rail().Rows {
			if r.Scope == s.Scope && r.Production {
				title += " · production"
			}
		}
	}
	return title
}

// orderWords names the orders in the title.
var orderWords = map[keys.Action]string{
	keys.SortLeft: "by time left", keys.SortIssued: "by age", keys.SortUser: "by user",
	keys.SortFingerprint: "by fingerprint", keys.SortScopes: "by scopes",
}

// RightTitle implements [Pane]. It has the number of rows and their order, and what was found,
// marked or hidden.
func (p *Tokens) RightTitle(s *scene.Scene) []string {
	if len(s.Board.Apps) == 0 {
		return nil
	}
	page := s.TokenPage()
	all := page.Total - page.Hidden
	if s.View.Find != "" {
		n := strconv.Itoa(page.Len()) + " of " + strconv.Itoa(all)
		words := " rows match "
		if page.Len() == 1 {
			words = " rows matches "
		}
		long := n + words + s.Redacted(s.View.Find)
		if page.Hidden > 0 { // and not searched
			return []string{long + " · " + strconv.Itoa(page.Hidden) + " hidden", long,
				n + " match", n}
		}
		return []string{long, n + " match", n}
	}
	rows := strconv.Itoa(all) + " rows"
	switch all {
	case 0:
		rows = "no rows"
	case 1:
		rows = "1 row"
	}
	order := orderWords[s.View.Order()]
	if s.View.Reverse {
		order += ", reversed"
	}
	long, short := rows, rows
	if all > 0 {
		long = order + " · " + rows
	}
	if page.Hidden > 0 {
		hidden := strconv.Itoa(page.Hidden) + " hidden"
		long, short = long+" · "+hidden, hidden
	}
	if n := len(s.Marks); n > 0 {
		marked := strconv.Itoa(n) + " marked"
		long, short = marked+" · "+long, marked
	}
	return []string{long, short}
}

// SelectNew selects a token that this console requested. was is the ID that was selected at the
// time of the request. SelectNew does nothing if a person has selected another token since.
func (p *Tokens) SelectNew(t console.Token, was string) {
	if p.List.Selected != was && p.List.Selected != "" {
		return
	}
	p.List.Selected = t.ID
	p.due[t.ID] = true
}

// SelectFirst selects the first row if the selected token is not listed.
func (p *Tokens) SelectFirst(s *scene.Scene) {
	page := s.TokenPage()
	p.listed = page.Len()
	if p.listed > 0 && page.Index(p.List.Selected) < 0 && !p.due[p.List.Selected] {
		p.List.Selected = page.ID(0)
	}
}

// BoardRead clears the selection of a token that is no longer on the board. It keeps that of
// [Tokens.SelectNew] until the board shows it, because the board may be older. It selects the first
// row only if there was none before: a verb must not act on a row that has come to the cursor.
func (p *Tokens) BoardRead(s *scene.Scene) {
	if s.Board.Row(p.List.Selected) != nil {
		delete(p.due, p.List.Selected)
	} else if !p.due[p.List.Selected] {
		p.List.Selected = ""
	}
	if p.listed == 0 {
		p.SelectFirst(s)
	}
	p.listed = s.TokenPage().Len()
}

// Row returns the selected row; nil if there is none in the scope.
func (p *Tokens) Row(s *scene.Scene) *session.Row {
	page := s.TokenPage()
	if i := page.Index(p.List.Selected); i >= 0 {
		return page.Row(i)
	}
	return nil
}

// Cursor implements [Pane].
func (p *Tokens) Cursor(s *scene.Scene) (*scene.List, int, func(int) string) {
	page := s.TokenPage()
	p.List.Find(page.Index(p.List.Selected))
	return &p.List, page.Len(), page.ID
}

// Target implements [Pane].
func (p *Tokens) Target(s *scene.Scene) (*session.Row, *scene.Refuse) {
	return s.Token, noToken(s, s.Keys.Selects())
}

// noToken returns why no token is selected, and the key that leads to one. selects is the way to
// select one of those that are listed.
func noToken(s *scene.Scene, selects string) *scene.Refuse {
	page := s.TokenPage()
	gets := getsOne(s)
	switch a, ok := s.Selected(); {
	case page.Len() > 0:
		return scene.Cannot("no token is selected", selects)
	case len(s.Board.Apps) == 0:
		return scene.Cannot("there is no application yet", s.Keys.Hint(keys.AddApp, "adds one"))
	case s.View.Find != "":
		return scene.Cannot("no token matches "+s.Redacted(s.View.Find),
			s.Keys.Hint(keys.Close, "shows all again"))
	case page.Hidden > 0:
		return scene.Cannot("all that is here is over and hidden",
			s.Keys.Hint(keys.HideDead, "shows them"))
	case ok && a.Source == console.Gone:
		return scene.Cannot("no token is left of "+a.Name, "")
	case ok:
		return scene.Cannot("no token of "+a.Name+" is held", gets)
	}
	return scene.Cannot("no token is held", gets)
}

// getsOne returns the key that gets a token. It is "" if the application would be refused.
func getsOne(s *scene.Scene) string {
	if a, ok := s.OneApp(); ok {
		switch a.CannotGet("") {
		case "":
		case console.CodeNoGrant:
			return s.Keys.Hint(keys.GetWith, "gets one with another grant")
		default:
			return ""
		}
	}
	return s.Keys.Hint(keys.Get, "gets one")
}

// Lines implements [Pane].
func (p *Tokens) Lines(s *scene.Scene, w, h int, focused bool) []string {
	p.List.Drawn = p.List.Drawn[:0]
	page := s.TokenPage()
	if page.Len() == 0 {
		return p.empty(s, page, w, h)
	}
	p.measure(s, w)
	var out []string
	if h > 3 {
		l := kit.NewLine("", 256)
		ticks := p.table.axis.Ticks()
		if page.Count(session.Over) == page.Len() {
			ticks = ""
		}
		p.table.columns.putHead(l, s.Styles.Quiet, ticks)
		out = append(out, l.End(w))
		h--
	}
	p.List.Drawn = append(p.List.Drawn, make([]string, len(out))...)
	sel := page.Index(p.List.Selected)
	counts, cursor := [session.SectionCount]int{}, session.Living
	for sec := range session.SectionCount {
		counts[sec] = page.Count(session.Section(sec))
	}
	if sel >= 0 {
		cursor = page.SectionAt(sel)
	}
	d := divide(h, counts, cursor)
	p.List.SetHeight(d.rows[cursor])
	paints := rowPaints{mark: s.Styles.Accent, quiet: s.Styles.Quiet, running: s.Styles.Accent,
		calls: callPaints(s.Styles)}
	top := false // the first row in view is known
	add := func(id, line string) {
		p.List.Drawn = append(p.List.Drawn, id)
		out = append(out, line)
	}
	for sec := session.Living; sec < session.SectionCount; sec++ {
		rows := d.rows[sec]
		if rows == 0 && !d.heading[sec] {
			continue
		}
		if d.blank && len(out) > 0 && len(p.List.Drawn) > 1 {
			add("", kit.Spaces(w))
		}
		if d.heading[sec] {
			add("", p.heading(s, page, sec, rows, w))
		}
		from := p.window(sec, counts[sec], rows, sel-page.Start(sec))
		if !top && rows > 0 {
			p.List.Offset, top = page.Start(sec)+from, true
		}
		for i := from; i < from+rows; i++ {
			at := page.Start(sec) + i
			r := page.Row(at)
			add(r.ID, p.line(s, r, &paints, w, at == sel, focused))
		}
		if sec == session.Living && d.more {
			add("", p.more(s, page, from, rows, w))
		}
	}
	return out
}

// callPaints returns the paints of calls by kind.
func callPaints(st *themes.Styles) (out [4]themes.Paint) {
	out[callStatus], out[callAccepted] = st.Quiet, st.Quiet
	out[callRefused], out[callUnclear] = st.Strong, st.Warn
	return out
}

// window scrolls a section so that the selected row is in view, and returns the first row in view.
// A negative sel stands for no row of the section.
func (p *Tokens) window(sec session.Section, n, rows, sel int) int {
	from := &p.offsets[sec]
	if sel >= 0 && sel < n {
		*from = max(min(*from, sel), sel-rows+1)
	}
	*from = max(min(*from, n-rows), 0)
	return *from
}

// measure computes columns and axis if the rows of the scope or the width have changed. The end of
// the axis is computed anew too when the longest time left is below half of it.
func (p *Tokens) measure(s *scene.Scene, w int) {
	t, page := &p.table, s.ScopePage()
	changed := t.serial != page.Serial
	if changed || t.width != w || t.redactor != s.Redactor {
		t.serial, t.width, t.redactor = page.Serial, w, s.Redactor
		t.columns = fitColumns(p.needs(s, page, w))
		shortest, longest := page.Shortest, page.Longest
		if page.Endless {
			shortest, longest = cmp.Or(shortest, kit.Endless), kit.Endless
		}
		t.log = kit.LogScale(shortest, longest)
	}
	left := max(page.Latest.Sub(s.Now), 0)
	switch {
	case page.Endless:
		left = kit.Endless
	case page.Latest.IsZero(): // no row has a bar
		left = page.Longest
	case left-page.Longest < time.Second: // s.Now is up to a second early
		left = min(left, max(page.Longest, 1))
	}
	t.axis = t.axis.Next(t.columns.axis, t.log, left, changed)
}

// Remeasure lets the next frame measure all texts again, because widths are counted otherwise now.
func (p *Tokens) Remeasure() { p.table.serial = 0 }

// needs returns the widths of the texts of all rows in the scope.
func (p *Tokens) needs(s *scene.Scene, page session.Page, w int) columnNeeds {
	n := columnNeeds{width: w, oneApp: s.Scope.Kind == session.OneApplication}
	envs := map[console.Private]bool{}
	for app := range page.Apps {
		n.names = append(n.names, kit.Width(s.AppName(app)))
		env := s.Board.Apps[app].Environment.Name
		envs[env] = true
		n.env = max(n.env, kit.Width(s.Show(env)))
	}
	for user := range page.Owners {
		n.user = max(n.user, kit.Width(s.Show(user)))
	}
	for all := range page.Scopes {
		n.scopes = max(n.scopes, kit.Width(kit.Clean(all)))
	}
	n.environments = len(envs)
	return n
}

// heading draws the heading of a section. That of Over names the newest row if it shows none.
func (p *Tokens) heading(s *scene.Scene, page session.Page, sec session.Section, rows,
	w int) string {
	n := page.Count(sec)
	count := strconv.Itoa(n)
	titles, rights := []string{"MAY STILL PASS", "MAY PASS"}, []string{count}
	if word := page.EndWord; word != "" {
		may := strings.ToUpper(describe.MayPass(word))
		word = strings.ToUpper(word)
		titles = []string{word + ", MAY STILL PASS", may, word}
	}
	title := s.Styles.Danger
	if rows > 0 && rows < n {
		count = strconv.Itoa(rows) + " of " + count
		rights = []string{count, strconv.Itoa(n)}
	}
	if sec == session.Over {
		titles, title = []string{"OVER"}, s.Styles.Quiet
		switch rows {
		case 0:
			r := page.LastOver
			sign, _ := s.Look(r.State)
			last := s.AppName(r.App) + " " + r.Token.Fingerprint + " " + wordOf(r)
			rights = []string{count + " · last: " + sign + " " + last, count}
		case n:
			rights = []string{count + " · " + s.Keys.Hint(keys.HideDead, "hides"), count}
		}
	}
	l := kit.NewLine("", 256)
	putHeading(l, title, s.Styles.Border, titles, rights, w)
	return l.End(w)
}

// more draws the line that counts the living rows which are not in view.
func (p *Tokens) more(s *scene.Scene, page session.Page, from, rows, w int) string {
	n := page.Count(session.Living)
	last := page.Row(page.Start(session.Living) + n - 1)
	ends := ""
	switch at, known, never := last.End(); {
	case s.View.Order() != keys.SortLeft || s.View.Reverse:
	case known:
		ends = "ends in " + s.Left(at.Sub(s.Now))
	case never:
		ends = "never expires"
	}
	l := kit.NewLine("", 128)
	l.Gap(rowHead)
	l.Put(string(s.Styles.Quiet), moreText(from, n-from-rows, ends, w-rowHead-1))
	return l.End(w)
}

// empty fills the pane if it has no rows: with the way to the first application or token, or with
// what hides the rows.
func (p *Tokens) empty(s *scene.Scene, page session.Page, w, h int) []string {
	k := s.Keys
	show := k.Hint(keys.HideDead, "shows it")
	switch a, ok := s.Selected(); {
	case len(s.Board.Apps) == 0:
		whole := scene.Placeholder(s, w, h+1, "", "No application yet.", "",
			k.Hint(keys.AddApp, " adds one: token URL or issuer, consumer key, secret. It can be "+
				"tried before it is saved."),
			k.Hint(keys.Import, " imports: a curl line, an .env file, or a developer portal."), "",
			"lanyard demo shows all of this with an API of its own and writes nothing.")
		if len(whole) <= h {
			return whole
		}
		return scene.Placeholder(s, w, h, "No application yet.", k.Hint(keys.AddApp, " adds one."),
			k.Hint(keys.Import, " imports."), "", "lanyard demo needs none.")
	case s.View.Find != "":
		what := "Nothing matches " + s.Redacted(s.View.Find) + "."
		if n := s.Rail().Apps; n > 0 {
			what = "No token matches " + s.Redacted(s.View.Find) + ". Applications that do: " +
				strconv.Itoa(n) + "."
		}
		lines := []string{"", what, "", k.Hint(keys.Close, "shows all again.")}
		if page.Hidden > 0 {
			lines = append(lines, "", "What is over is hidden and not searched: "+
				strconv.Itoa(page.Hidden)+". "+show+".")
		}
		return scene.Placeholder(s, w, h, lines...)
	case page.Hidden > 0:
		return scene.Placeholder(s, w, h, "", "All that is here is over and hidden.", "",
			show+".")
	case ok && a.Source == console.Gone:
		return scene.Placeholder(s, w, h, "", "No token is left of "+s.Show(a.Name)+".")
	case ok:
		gets := getsOne(s) + "."
		if a.CannotGet("") == console.CodeReadOnly {
			gets = "Its environment is read-only: nothing is requested."
		}
		lines := []string{"", "No token of " + s.Show(a.Name) + " is held.", "", gets}
		if c, ok := s.Session.LastGot(a.ID); ok {
			lines = append(lines, "", "The last one was "+c.Fingerprint+", got "+
				describe.ClockTime(c.At, s.Now)+".")
		}
		return scene.Placeholder(s, w, h, lines...)
	case getsOne(s) == "":
		return scene.Placeholder(s, w, h, "", "No token is held.")
	}
	return scene.Placeholder(s, w, h, "", "No token is held.", "", getsOne(s)+".")
}

// SortAt returns the action that sorts by the column at cell x.
func (p *Tokens) SortAt(x int) keys.Action { return p.table.columns.sortAt(x) }
