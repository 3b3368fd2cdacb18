package ui

import (
	"slices"
	"strconv"
	"strings"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/text"
	"lanyard/themes"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// header draws the first line: the scope, and the numbers of tokens with the next deadline of each
// kind. The state of the key follows where there is room. A warning about the key always has room.
func (m *root) header(s *scene.Scene) string {
	facts := m.facts(s)
	brand := []scene.Cell{scene.NewCell(m.st.Brand, m.brand(s))}
	scoped := [2][]scene.Cell{} // with the whole name of the scope, and with one that is cut
	for i, most := range [...]int{m.w, max(m.w/3, 8)} {
		scoped[i] = append([]scene.Cell{scene.NewCell(m.st.Brand, "lanyard"), headerGap},
			m.scopeCells(s, most)...)
	}
	var warning []scene.Cell
	if text := s.Key.Short(); text != "" && !m.tellsLocked() {
		warning = []scene.Cell{headerGap, scene.NewCell(m.keyPaint(s), text)}
	}
	type form struct {
		left, right []scene.Cell
		gap         int // the least number of cells between the two
	}
	var forms []form
	if text := s.Key.Text(); text != "" {
		for _, scope := range scoped {
			forms = append(forms, form{scope, slices.Concat(facts[0],
				[]scene.Cell{headerGap, scene.NewCell(m.keyPaint(s), text)}), 3})
		}
	}
	for _, f := range facts[:headerScoped] {
		for _, scope := range scoped {
			forms = append(forms, form{scope, slices.Concat(f, warning), 3})
		}
	}
	if skew := m.skew(s, true); skew.Text != "" { // every time on the screen depends on the clock
		both := append(slices.Clone(brand), scene.NewCell("", "  "), skew)
		for _, left := range [][]scene.Cell{both, {skew}} {
			for _, f := range facts[headerScoped-1:] {
				forms = append(forms, form{left, slices.Concat(f, warning), 1})
			}
		}
	}
	last := facts[len(facts)-1]
	for _, f := range facts[headerScoped-1 : len(facts)-1] {
		forms = append(forms, form{brand, slices.Concat(f, warning), 2})
	}
	if brand[0].Text == "lanyard" { // it says less than the word of a time
		forms = append(forms, form{nil, slices.Concat(facts[len(facts)-2], warning), 0})
	}
	forms = append(forms, form{brand, slices.Concat(last, warning), 2})
	forms = append(forms, form{nil, slices.Concat(last, warning), 0}, form{nil, last, 0})
	at := slices.IndexFunc(forms, func(f form) bool {
		const ends = 2 // a blank at both ends
		return width(f.left)+f.gap+width(f.right)+ends <= m.w
	})
	f := forms[max(at, 0)]
	if at < 0 {
		f = forms[len(forms)-1]
	}
	l := kit.NewLine("", 256)
	l.Gap(1)
	putAll(l, f.left)
	l.Gap(max(m.w-1-width(f.right)-l.Width(), 0))
	putAll(l, f.right)
	return l.End(m.w)
}

// headerGap separates two parts of the header.
var headerGap = scene.NewCell("", "   ")

// brand returns the first word of the header. A screen without a line for the scope has there what
// is looked for, the name of the application, or the number of hidden rows.
func (m *root) brand(s *scene.Scene) string {
	if m.h >= 10 {
		return "lanyard"
	}
	word := "lanyard"
	if a, ok := s.Selected(); ok {
		word = s.Show(a.Name)
	} else if n := hidden(s); n != "" {
		word = n
	}
	if f := s.View.Find; f != "" {
		word = "/ " + s.Redacted(f)
	}
	return kit.Middle(word, 12)
}

// hidden returns the number of rows that are hidden because they are over; "" for none.
func hidden(s *scene.Scene) string {
	if n := s.TokenPage().Hidden; n > 0 {
		return strconv.Itoa(n) + " hidden"
	}
	return ""
}

func width(cells []scene.Cell) (n int) {
	for _, c := range cells {
		n += kit.Width(c.Text)
	}
	return n
}

func putAll(l *kit.Line, cells []scene.Cell) {
	for _, c := range cells {
		l.Put(string(c.Paint), c.Text)
	}
}

// scopeCells names the scope in at most some cells, with the word for production and the error of
// the server's clock.
func (m *root) scopeCells(s *scene.Scene, most int) []scene.Cell {
	env, ok := m.environment(s)
	var name string
	switch {
	case ok:
		name = s.Show(env.Name)
	case len(s.Board.Apps) == 0:
		return []scene.Cell{scene.NewCell("", "no environment")}
	case s.Board.EnvironmentCount == 1:
		name = s.Show(s.Board.Apps[0].Environment.Name)
	default:
		name = "all " + text.Count(s.Board.EnvironmentCount, "environment")
	}
	if m.o.Title != "" && m.o.Title != name {
		name = m.redactor.Text(m.o.Title) + " · " + name
	}
	out := []scene.Cell{scene.NewCell("", kit.Middle(name, most))}
	if ok && env.Production {
		out = append(out, scene.NewCell("", "  "), scene.NewCell(m.st.Strong, "production"))
	}
	if skew := m.skew(s, m.w < 100); skew.Text != "" {
		out = append(out, scene.NewCell("", "  "), skew)
	}
	return out
}

// environment returns the environment of the scope, and whether the scope has only one.
func (m *root) environment(s *scene.Scene) (console.Environment, bool) {
	for i := range s.Board.Apps {
		a := &s.Board.Apps[i]
		if s.App == i || s.Scope == (session.Scope{
			Kind: session.OneEnvironment, Name: string(a.Environment.Name),
		}) || s.Board.EnvironmentCount == 1 {
			return a.Environment, true
		}
	}
	return console.Environment{}, false
}

// headerScoped is the number of the longer facts, beside which the header names the scope.
const headerScoped = 3

// facts returns the numbers of tokens of the scope's environment and their next deadlines, from the
// longest form to the shortest.
func (m *root) facts(s *scene.Scene) [][]scene.Cell {
	t := s.Board.Total
	if env, ok := m.environment(s); ok {
		for _, r := range s.Session.Rail("", false).Rows {
			if r.Scope.Kind == session.OneEnvironment && r.Name == env.Name {
				t = r.Tally
			}
		}
	}
	next, bound := "", "no bound known"
	due := m.st.Good
	if !t.Next.IsZero() {
		next = s.Left(t.Next.Sub(s.Now))
	}
	if t.Expiring > 0 {
		due = m.st.Warn
	}
	sign, danger := s.Look(console.Lingering)
	if !t.StaleUnknown && t.Lingering > 0 {
		bound = "≤" + s.AtMost(t.StaleUntil.Sub(s.Now))
	}
	n, ended := strconv.Itoa(t.Living()), strconv.Itoa(t.Lingering)
	form := func(living, ends, pass string) (out []scene.Cell) {
		parts := []scene.Cell{}
		if living != "" {
			parts = append(parts, scene.NewCell(m.st.Good, living))
		}
		if next != "" {
			parts = append(parts, scene.NewCell(due, ends+next))
		}
		if t.Lingering > 0 {
			parts = append(parts, scene.NewCell(danger, pass))
		}
		for i, c := range parts {
			if i > 0 {
				out = append(out, scene.NewCell(m.st.Quiet, " · "))
			}
			out = append(out, c)
		}
		return out
	}
	short := strings.TrimSuffix(bound, " known")
	if t.Living()+t.Lingering == 0 {
		return m.nothingAlive(t)
	}
	bare := n // without a word, 0 says nothing
	if t.Living() == 0 {
		bare = ""
	}
	long := ended + " may still pass" // what ended them differs
	if t.EndWord != "" {
		long = ended + " " + describe.MayPass(t.EndWord)
	}
	if t.StaleUnknown {
		long += ","
	}
	return [][]scene.Cell{
		form(n+" active", "next expires in ", long+" "+bound),
		form(n+" active", "next ", ended+" may pass "+short),
		form(bare, "next ", sign+" "+ended+" "+short),
		form("", "next ", sign+" "+ended+" "+short),
		form("", "", sign+" "+short),
	}
}

// nothingAlive returns the facts of a header while no token lives or may pass.
func (m *root) nothingAlive(t session.Tally) [][]scene.Cell {
	long, short := "no token", "no token"
	switch {
	case t.Unsure > 0:
		long = strconv.Itoa(t.Unsure) + " unsure"
		short = long
	case t.Over > 0:
		short = strconv.Itoa(t.Over) + " over"
		long = "nothing is alive · " + short
	}
	form := func(text string) []scene.Cell { return []scene.Cell{scene.NewCell(m.st.Quiet, text)} }
	return [][]scene.Cell{form(long), form(long), form(short), form(short), form(short)}
}

// scopeLine draws the line above the list on a screen without the Applications pane. It has the
// scope, the numbers of living tokens by environment, and the keys of the other panes. A click on
// these presses them. y is the line of the screen.
func (m *root) scopeLine(s *scene.Scene, at layout, y int) string {
	l := kit.NewLine("", 160)
	l.Gap(1)
	if len(s.Board.Apps) == 0 {
		l.Put(string(m.st.Quiet), "No application yet")
		return l.End(m.w)
	}
	name := "All"
	switch a, ok := s.Selected(); {
	case ok:
		name = s.Show(a.Name)
	case s.Scope.Kind == session.OneEnvironment:
		name = s.Show(console.Private(s.Scope.Name))
	}
	if f := s.View.Find; f != "" {
		name += " / " + s.Redacted(f)
	}
	if n := hidden(s); n != "" && at == listOnly { // no title of the list has it
		name += " · " + n
	}
	var long, brief []string
	for _, r := range s.Rail().Rows {
		if r.Scope.Kind != session.OneEnvironment {
			continue
		}
		count := s.Show(r.Name) + " " + strconv.Itoa(r.Tally.Living())
		brief = append(brief, count)
		if r.Production {
			count += " (production)"
		}
		long = append(long, count)
	}
	keysOf := m.paneKeys(at)
	need := -2
	for _, h := range keysOf {
		need += h.width() + 2
	}
	sep := " · "
	most := max(m.w/2, 8)
	if at == onePane {
		most = max(min(most, m.w-need-7), 8)
	}
	l.Put(string(m.st.Strong), kit.Middle(name, most)+" ▾")
	room := m.w - l.Width() - 1
	var counts string
	if at == narrow {
		counts = scene.Fitting([]string{"   " + strings.Join(long, sep), "   " +
			strings.Join(brief, sep)}, room-need-3)
	} else {
		all := []string{"  " + strings.Join(brief, sep)}
		if counts = scene.Fitting(all, room-need-2); room < need+2 {
			keysOf, counts = nil, scene.Fitting(all, room)
		}
	}
	l.Put(string(m.st.Quiet), counts)
	m.frame.buttons = append(m.frame.buttons,
		button{y: y, w: l.Width(), act: keys.Applications})
	if len(keysOf) > 0 && l.Width()+need+2 <= m.w {
		gap := 5
		if at == narrow {
			gap = 6
		}
		l.Gap(min(m.w-1-need-l.Width(), gap))
		for i, h := range keysOf {
			if i > 0 {
				l.Gap(2)
			}
			m.frame.buttons = append(m.frame.buttons,
				button{x: l.Width(), y: y, w: h.width(), act: h.act})
			l.Put(string(m.st.Key), h.key)
			l.Put(string(m.st.Quiet), " "+h.word)
		}
	}
	return l.End(m.w)
}

// paneKeys returns the keys of the panes that are not shown.
func (m *root) paneKeys(at layout) []hint {
	all := []hint{
		{act: keys.Applications, word: "applications"}, {act: keys.Selected, word: "selected"},
		{act: keys.Activity, word: "activity"},
	}
	if at == narrow {
		all = []hint{{act: keys.Applications, word: "chooses one application"}}
	}
	for i := range all {
		all[i].key = m.keys.Way(all[i].act)
	}
	return all
}

// skew returns the error of the clock of the application's server. It is empty for a small one.
func (m *root) skew(s *scene.Scene, short bool) scene.Cell {
	a := s.CurrentApp()
	if a == nil {
		return scene.Cell{}
	}
	d := m.board().Skew[string(a.Environment.Name)]
	sign := "+"
	if d < 0 {
		sign = "-"
	}
	if !console.ClockOff(d) {
		return scene.Cell{}
	}
	word := "server clock "
	if short {
		word = "clock "
	}
	return scene.NewCell(m.st.Warn, word+sign+console.Left(d.Abs()))
}

// banners draws the permanent warnings. Each has a line of its own if all fit. Otherwise they
// follow each other, in full or in their short forms. If these do not fit either, the last line has
// the number of warnings. The line about locked secrets comes last.
func (m *root) banners(l layout) []string {
	if l == tooSmall {
		return nil
	}
	out := m.warnings()
	if m.tellsLocked() {
		unlocks := m.keys.Hint(keys.Unlock, "unlocks them")
		text := scene.Fitting([]string{
			"The secrets are locked: nothing can be got, copied, probed, renewed or revoked. " +
				unlocks + ".",
			"The secrets are locked: no verb works. " + unlocks + ".",
			"Secrets locked. " + unlocks + ".", "Secrets locked",
		}, m.w-2)
		out = append(out, string(m.st.Warn)+kit.Fit(" "+text, m.w)+themes.Off)
	}
	return out
}

// tellsLocked reports whether a line below the header tells that the secrets are locked.
func (m *root) tellsLocked() bool {
	k := m.shownKey()
	return k.NeedsPassphrase() && !k.Fresh() && m.h >= 10
}

func (m *root) warnings() []string {
	warnings := describe.Banners(m.o.Banners, m.board().Applications(), m.board().Altered)
	if len(warnings) == 0 {
		return nil
	}
	room := 3
	if m.h < 20 {
		room = 2
	}
	const lead = "WARNING  "
	own := make([]string, 0, len(warnings)) // each on its own line, if they fit
	var text, short []string
	for _, b := range warnings {
		text = append(text, m.redactor.Text(kit.Clean(b.Text)))
		short = append(short, m.redactor.Text(kit.Clean(b.Short)))
		own = append(own, lead+text[len(text)-1])
	}
	lines := own
	if len(own) > room ||
		slices.ContainsFunc(own, func(t string) bool { return kit.Width(t) > m.w-2 }) {
		lines = kit.Wrap(lead+strings.Join(text, "; "), m.w-2)
	}
	if len(lines) > room {
		lines = kit.Wrap(lead+strings.Join(short, "; "), m.w-2)
	}
	if len(lines) > room { // more environments than lines
		lines = append(lines[:room-1:room-1], strconv.Itoa(len(short))+" unsafe in all")
	}
	out := make([]string, len(lines))
	for i, t := range lines {
		out[i] = string(m.st.Banner) + kit.Fit(" "+t, m.w) + themes.Off
	}
	return out
}
