package pane

import (
	"cmp"
	"strings"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/themes"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// Tokens is the pane of the tokens of one application at a time, with the time that each has left.
// It keeps a cursor for each application.
type Tokens struct {
	lists map[string]*scene.List // by application ID, for applications that had rows
	due   map[string]bool        // IDs of new tokens that are not on the board yet
}

// keyManager introduces the result of an introspection. It is the key manager's opinion, not the
// gateway's.
const keyManager = "key manager: "

// NewTokens returns the pane without cursors.
func NewTokens() *Tokens {
	return &Tokens{lists: map[string]*scene.List{}, due: map[string]bool{}}
}

// Title implements [Pane].
func (p *Tokens) Title(s *scene.Scene) string {
	a, ok := s.Selected()
	switch {
	case !ok:
		return "Tokens"
	case a.Source == console.Gone:
		return "Tokens · " + s.Show(a.Name) + " · no longer configured" +
			s.TitleSuffix(scene.Tokens)
	}
	return "Tokens · " + s.Show(a.Name) + s.TitleSuffix(scene.Tokens)
}

// RightTitle implements [Pane].
func (p *Tokens) RightTitle(s *scene.Scene) string {
	a, ok := s.Selected()
	switch {
	case ok && s.Session.Busy(session.AppKey(a.ID)):
		return "getting…"
	}
	var parts []string
	if r := p.Row(s); r != nil && r.Token != nil {
		if word := describe.AtServer(s.Board.Status(r, s.Now)); word != "" {
			parts = append(parts, r.Token.Fingerprint+" "+keyManager+word)
		} else if r.Token.ServerSays() == console.NotOurs {
			parts = append(parts, r.Token.Fingerprint+" "+keyManager+console.NotOurs)
		}
	}
	if ok && a.Environment.ReadOnly {
		parts = append(parts, "read-only")
	}
	if ok && a.Grant == console.GrantPassword && len(parts) == 0 {
		parts = append(parts, "password (legacy)")
	}
	return strings.Join(parts, " · ")
}

// list returns the cursor of the selected application. It is created when the application first has
// rows, and stands on the first row. After that only keys move it.
func (p *Tokens) list(s *scene.Scene) *scene.List {
	a, ok := s.Selected()
	if !ok {
		return &scene.List{}
	}
	l := p.lists[a.ID]
	if l == nil {
		l = &scene.List{}
		if a.Len() > 0 {
			// An application that got its first rows later has no row selected.
			l.Selected = s.Session.Page(session.Query{App: a.ID}).ID(0)
			p.lists[a.ID] = l
		}
	}
	return l
}

// SelectedID returns the ID of the selected row of an application; "" if there is none.
func (p *Tokens) SelectedID(appID string) string {
	if l := p.lists[appID]; l != nil {
		return l.Selected
	}
	return ""
}

// SelectNew selects a token that this console requested. was is the ID that was selected at the
// time of the request. SelectNew does nothing if a person has selected another token since.
func (p *Tokens) SelectNew(t console.Token, was string) {
	l := p.lists[t.AppID]
	if l == nil {
		l = &scene.List{}
		p.lists[t.AppID] = l
	} else if l.Selected != was && l.Selected != "" {
		return
	}
	l.Selected = t.ID
	p.due[t.ID] = true
}

// DropGone clears selections of tokens that are no longer on the board. It keeps those of
// [Tokens.SelectNew] until the board shows them, because the board may be older.
func (p *Tokens) DropGone(b *session.Board) {
	for i := range b.Apps {
		a := &b.Apps[i]
		l := p.lists[a.ID]
		if l == nil || l.Selected == "" {
			continue
		}
		if r := b.Row(l.Selected); r != nil && r.App == i {
			delete(p.due, l.Selected)
		} else if !p.due[l.Selected] {
			l.Selected = ""
		}
	}
}

// Row returns the selected row of the selected application; nil if there is none.
func (p *Tokens) Row(s *scene.Scene) *session.Row {
	a, ok := s.Selected()
	if !ok {
		return nil
	}
	rows := s.TokenPage(a)
	if i := p.list(s).Index(rows.Len(), rows.ID); i >= 0 {
		return rows.Row(i)
	}
	return nil
}

// Cursor implements [Pane].
func (p *Tokens) Cursor(s *scene.Scene) (*scene.List, int, func(int) string) {
	a, ok := s.Selected()
	if !ok {
		return &scene.List{}, 0, nil
	}
	rows := s.TokenPage(a)
	return p.list(s), rows.Len(), rows.ID
}

// Target implements [Pane].
func (p *Tokens) Target(s *scene.Scene) (*session.Row, *scene.Refuse) {
	return s.Token, scene.Cannot("no token is selected",
		s.Keys.Selects()+" in Tokens, "+s.Keys.Hint(keys.Get, "gets one"))
}

// Columns holds the widths of the columns of the Tokens pane, in cells. A column of width 0 is not
// drawn.
type Columns struct{ state, token, who, scopes, left, tail int }

const (
	wState, wToken, wLeft, wTail = 10, 8, 8, 13
)

// ColumnsFor divides w cells among the columns, the most important first.
func ColumnsFor(w int) Columns {
	c := Columns{state: wState, token: wToken, left: wLeft}
	room := w - (1 + 2 + wState + 2 + wToken + 1 + wLeft + 1) // edge, sign, gaps, padding
	if room < 0 {                                             // too narrow for padding
		c.left = max(min(wLeft, w-(1+2+wState+1+wToken+1)), 0)
		return c
	}
	take := func(at *int, n, gap int) {
		if room >= n+gap {
			*at, room = n, room-n-gap
		}
	}
	take(&c.tail, wTail, 2)
	take(&c.who, 5, 2)
	take(&c.scopes, 7, 2)
	if c.tail == 0 && room >= 7 {
		c.tail, room = room-2, 0
	}
	if c.who > 0 {
		more := min(room/2, 9)
		c.who, room = c.who+more, room-more
	}
	if c.scopes > 0 {
		more := min(room, 30)
		c.scopes, room = c.scopes+more, room-more
	}
	if c.tail > 0 {
		c.tail += min(room, 10)
	}
	return c
}

// Lines implements [Pane].
func (p *Tokens) Lines(s *scene.Scene, w, h int, focused bool) []string {
	a, ok := s.Selected()
	if !ok {
		return scene.Placeholder(s, w, h, "", "The tokens of an application are shown here.", "",
			s.Keys.Hint(keys.Applications, "goes to Applications, ")+s.Keys.Selects()+".")
	}
	if a.Len() == 0 {
		if a.Source == console.Gone {
			return scene.Placeholder(s, w, h, "", "No token is left of "+s.Show(a.Name)+".")
		}
		return scene.Placeholder(s, w, h, "", "No token of "+s.Show(a.Name)+" yet.", "",
			s.Keys.Hint(keys.Get, "gets one."))
	}
	rows := s.TokenPage(a)
	if rows.Len() == 0 {
		return s.NoMatch(scene.Tokens, w, h)
	}
	c := ColumnsFor(w)
	var out []string
	if h > 3 && c.tail > 0 {
		out = append(out, p.head(s, c, w))
		h--
	}
	p.list(s).HeaderLines = len(out)
	from, to, sel := p.list(s).Window(rows.Len(), h, rows.ID)
	for i := from; i < to; i++ {
		out = append(out, p.line(s, rows.Row(i), c, w, i == sel, focused))
	}
	return out
}

func (p *Tokens) head(s *scene.Scene, c Columns, w int) string {
	l := kit.NewLine("", 128)
	name := func(word string, a keys.Action) string {
		switch {
		case s.View.Order() != a || a == keys.SortState && !s.View.Reverse:
			return word
		case s.View.Reverse:
			return word + " ↑"
		}
		return word + " ↓"
	}
	text := "   " + kit.Fit(name("STATE", keys.SortState), c.state) + "  " +
		kit.Fit(name("TOKEN", keys.SortFingerprint), c.token)
	if c.who > 0 {
		text += "  " + kit.Fit(name("FOR", keys.SortUser), c.who)
	}
	if c.scopes > 0 {
		text += "  " + kit.Fit(name("SCOPES", keys.SortScopes), c.scopes)
	}
	text += " " + kit.Right(name("LEFT", keys.SortLeft), c.left)
	l.Put(string(s.Styles.Quiet), text)
	return l.End(w)
}

func (p *Tokens) line(s *scene.Scene, r *session.Row, c Columns, w int,
	selected, focused bool) string {
	l := s.BeginTokenRow(r, selected, focused)
	sign, paint := s.Look(r.State)
	over := r.State.IsOver()
	text := themes.Paint("")
	if over {
		text = s.Styles.Quiet
	}
	gap := "  "
	if c.tail == 0 {
		gap = " "
	}
	l.Cell(string(paint), sign+" "+string(r.State), 2+c.state)
	fp, who := "–", console.Private("app")
	var scopes []string
	if r.Token != nil {
		fp, who, scopes = r.Token.Fingerprint, cmp.Or(r.Token.User, who), r.Token.Scopes
	} else {
		scopes = r.Mark.Scopes
	}
	l.Put(string(text), gap+kit.Fit(fp, c.token))
	if c.who > 0 {
		l.Put(string(text), "  "+kit.Fit(kit.Middle(s.Show(who), c.who), c.who))
	}
	if c.scopes > 0 {
		l.Put(string(s.Styles.Quiet), "  "+kit.Fit(kit.Clean(strings.Join(scopes, " ")), c.scopes))
	}
	left, tail := p.lastColumns(s, r, c.tail)
	l.Put(string(left.Paint), " "+kit.Right(left.Text, c.left))
	if c.tail > 0 {
		if tail.IsBar && selected && !s.Styles.Color {
			l.Bare("", "  ") // keeps the bar apart from the reversed row
		} else {
			l.Gap(2)
		}
		if tail.IsBar {
			l.Bare(string(tail.Paint), tail.Text)
		} else {
			l.Put(string(tail.Paint), kit.Cut(tail.Text, c.tail))
		}
	}
	return l.End(w)
}

// lastColumns returns the last two columns of a row: the time left, and a bar or a word about it.
func (p *Tokens) lastColumns(s *scene.Scene, r *session.Row, w int) (left, tail scene.Cell) {
	if r.Token == nil {
		left = scene.NewCell(s.Styles.Quiet, "?")
		if !r.Mark.EndsBy.IsZero() {
			left = scene.NewCell(s.Styles.Quiet, "≤"+s.Left(r.Mark.EndsBy.Sub(s.Now)))
		}
		return left, scene.NewCell(s.Styles.Quiet, s.Ago(r.Mark.SentAt))
	}
	if s.Session.Busy(session.TokenKey(r.ID)) {
		tail = scene.NewCell(s.Styles.Accent, "working…")
	} else if s.Session.IsProbing(r.ID) {
		tail = scene.NewCell(s.Styles.Accent, "probing")
	}
	st := s.Board.Status(r, s.Now)
	withTail := func(l, t scene.Cell) (scene.Cell, scene.Cell) {
		if tail.Text != "" {
			t = tail
		}
		return l, t
	}
	if r.Pending() {
		return withTail(p.revokeColumns(s, r, w))
	}
	switch r.State {
	case console.Unsure:
		return withTail(scene.NewCell(s.Styles.Quiet, "?"),
			scene.NewCell(s.Styles.Quiet, s.Ago(r.Token.Unsure.SentAt)))
	case console.Lingering:
		return withTail(windowCell(s, st), scene.NewCell(s.Styles.Quiet, windowText(st)))
	case console.Dead, console.Superseded:
		return withTail(scene.NewCell(s.Styles.Quiet, "–"),
			scene.NewCell(s.Styles.Quiet, s.Ago(st.OverAt)))
	case console.Expired:
		return withTail(scene.NewCell(s.Styles.Quiet, "–"),
			scene.NewCell(s.Styles.Quiet, s.Ago(r.Token.ExpiresAt)))
	}
	if !st.HasExpiry {
		switch r.Token.Lifetime {
		case console.LifeUnbounded:
			return withTail(scene.NewCell("", "no end"),
				scene.NewCell(s.Styles.Quiet, "never expires"))
		case console.LifeAmbiguous:
			return withTail(scene.NewCell(s.Styles.Quiet, "?"),
				scene.NewCell(s.Styles.Quiet, "ambiguous"))
		}
		return withTail(scene.NewCell(s.Styles.Quiet, "?"),
			scene.NewCell(s.Styles.Quiet, "was not said"))
	}
	paint, bar := themes.Paint(""), s.Styles.GoodBar
	if r.State == console.Expiring {
		paint, bar = s.Styles.Warn, s.Styles.WarnBar
	}
	whole := r.Token.Granted
	if whole <= 0 {
		whole = r.Token.ExpiresAt.Sub(r.Token.IssuedAt)
	}
	return withTail(scene.NewCell(paint, s.Left(st.Left)), scene.Cell{
		Paint: bar, Text: kit.Bar(int64(st.Left), int64(whole), min(w, barWidth)), IsBar: true,
	})
}

const barWidth = 13

// revokeColumns returns the last two columns of a token whose revoke is pending: the time until the
// next step, and that step.
func (p *Tokens) revokeColumns(s *scene.Scene, r *session.Row, w int) (left, tail scene.Cell) {
	at, _, _ := s.RevokeStage(r)
	when, step := s.Voice().RevokeCells(*r.Token, s.Hold(r), s.Now)
	paint := map[describe.Stage]themes.Paint{
		describe.Undoable: s.Styles.Accent, describe.Sending: s.Styles.Quiet,
		describe.Held: s.Styles.Warn, describe.Undelivered: s.Styles.Danger,
	}[at]
	return scene.NewCell(s.Styles.Warn, when), scene.NewCell(paint, scene.Fitting(step, w))
}

// windowCell returns the longest time for which the gateway may still let a token through.
func windowCell(s *scene.Scene, st console.Status) scene.Cell {
	switch {
	case st.Reopened:
		return scene.NewCell(s.Styles.Danger, "still in")
	case !st.StaleKnown:
		return scene.NewCell(s.Styles.Warn, "unknown")
	}
	return scene.NewCell(s.Styles.Warn, "≤"+s.Left(st.StaleLeft))
}

// windowText returns why a lingering token may still pass.
func windowText(st console.Status) string {
	switch {
	case st.Reopened:
		return "let through"
	case st.RefusedOnce:
		return "refused once"
	}
	return "gateway cache"
}

// SortAt returns the action that sorts by the column at cell x.
func (c Columns) SortAt(x int) keys.Action {
	at := 3 + c.state + 1
	if x < at {
		return keys.SortState
	}
	if at += 1 + c.token + 1; x < at {
		return keys.SortFingerprint
	}
	if c.who > 0 {
		if at += 1 + c.who + 1; x < at {
			return keys.SortUser
		}
	}
	if c.scopes > 0 {
		if at += 1 + c.scopes; x < at {
			return keys.SortScopes
		}
	}
	return keys.SortLeft
}

// PaddedLines draws the pane as the only one on a small screen: exactly h lines.
func (p *Tokens) PaddedLines(s *scene.Scene, w, h int) []string {
	out := p.Lines(s, w, h, true)
	for len(out) < h {
		out = append(out, kit.Spaces(w))
	}
	return out
}
