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

// tokensPane answers: what do I hold, and how long does it live? It shows one application at a time and
// remembers a cursor for each.
type Tokens struct {
	lists map[string]*scene.List // by application ID; there is one once the application had rows to select
	due   map[string]bool        // tokens that a key brought and no reading has shown yet
}

// keyManager begins what an introspection said. It is the key manager's word and not the gateway's.
const keyManager = "key manager: "

func NewTokens() *Tokens {
	return &Tokens{lists: map[string]*scene.List{}, due: map[string]bool{}}
}

func (p *Tokens) Title(s *scene.Scene) string {
	a, ok := s.Selected()
	switch {
	case !ok:
		return "Tokens"
	case a.Source == console.Gone:
		return "Tokens · " + a.Shown + " · no longer configured" + s.TitleSuffix(scene.Tokens)
	}
	return "Tokens · " + a.Shown + s.TitleSuffix(scene.Tokens)
}

func (p *Tokens) RightTitle(s *scene.Scene) string {
	a, ok := s.Selected()
	switch {
	case ok && s.Session.Busy(session.AppKey(a.ID)):
		return "getting…"
	}
	var said []string
	if r := p.Row(s); r != nil && r.Token != nil {
		if word := describe.AtServer(s.Board.Status(r, s.Now)); word != "" {
			said = append(said, r.Token.Fingerprint+" "+keyManager+word)
		} else if r.Token.ServerSays() == console.NotOurs {
			said = append(said, r.Token.Fingerprint+" "+keyManager+console.NotOurs)
		}
	}
	if ok && a.Environment.ReadOnly {
		said = append(said, "read-only")
	}
	if ok && a.Grant == console.GrantPassword && len(said) == 0 {
		said = append(said, "password (legacy)")
	}
	return strings.Join(said, " · ")
}

// list is the cursor of the selected application. The first one is made when the application is first
// seen with rows and stands on the first row; after that only keys move it.
func (p *Tokens) list(s *scene.Scene) *scene.List {
	a, ok := s.Selected()
	if !ok {
		return &scene.List{}
	}
	l := p.lists[a.ID]
	if l == nil {
		l = &scene.List{}
		if a.Len() > 0 {
			// Not before: rows that come after an empty list find nothing selected.
			l.Selected = s.Session.Page(session.Query{App: a.ID}).ID(0)
			p.lists[a.ID] = l
		}
	}
	return l
}

// selected is the selected token of an application, or "".
func (p *Tokens) SelectedID(appID string) string {
	if l := p.lists[appID]; l != nil {
		return l.Selected
	}
	return ""
}

// got selects the token that a key of ours brought: the next key is about that one. Whoever has moved on
// since the key was pressed is left where they are.
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

// settle forgets selected tokens that are gone: then nothing is selected. One that a key has just brought
// is not gone: the reading may have begun before it was there.
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

// row is the selected token of the selected application.
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

func (p *Tokens) Cursor(s *scene.Scene) (*scene.List, int, func(int) string) {
	a, ok := s.Selected()
	if !ok {
		return &scene.List{}, 0, nil
	}
	rows := s.TokenPage(a)
	return p.list(s), rows.Len(), rows.ID
}

func (p *Tokens) Target(s *scene.Scene) (*session.Row, *scene.Refuse) {
	return s.Token, scene.Cannot("no token is selected", s.Keys.Selects()+" in Tokens, "+s.Keys.Hint(keys.Get, "gets one"))
}

// columns are the widths of the Tokens pane's columns; 0 leaves one out.
type Columns struct{ state, token, who, scopes, left, tail int }

const (
	wState, wToken, wLeft, wTail = 10, 8, 8, 13
)

// columnsFor spends w cells in the order in which columns matter.
func ColumnsFor(w int) Columns {
	c := Columns{state: wState, token: wToken, left: wLeft}
	room := w - (1 + 2 + wState + 2 + wToken + 1 + wLeft + 1) // edge, sign, gaps, padding
	if room < 0 {                                             // tight: single gaps and no padding
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

func (p *Tokens) Lines(s *scene.Scene, w, h int, focused bool) []string {
	a, ok := s.Selected()
	if !ok {
		return scene.Placeholder(s, w, h, "", "The tokens of an application are shown here.", "",
			s.Keys.Hint(keys.Applications, "goes to Applications, ")+s.Keys.Selects()+".")
	}
	if a.Len() == 0 {
		if a.Source == console.Gone {
			return scene.Placeholder(s, w, h, "", "No token is left of "+a.Shown+".")
		}
		return scene.Placeholder(s, w, h, "", "No token of "+a.Shown+" yet.", "", s.Keys.Hint(keys.Get, "gets one."))
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
	text := "   " + kit.Fit(name("STATE", keys.SortState), c.state) + "  " + kit.Fit(name("TOKEN", keys.SortFingerprint), c.token)
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

func (p *Tokens) line(s *scene.Scene, r *session.Row, c Columns, w int, selected, focused bool) string {
	l := s.BeginTokenRow(r, selected, focused)
	sign, paint := s.Look(r.State)
	over := r.State == console.Dead || r.State == console.Superseded || r.State == console.Expired
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

// life is what the two last columns say: the time left, and a bar or the words that belong to it.
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
	said := func(l, t scene.Cell) (scene.Cell, scene.Cell) {
		if tail.Text != "" {
			t = tail
		}
		return l, t
	}
	if r.Pending() {
		return said(p.revokeColumns(s, r, w))
	}
	switch r.State {
	case console.Unsure:
		return said(scene.NewCell(s.Styles.Quiet, "?"), scene.NewCell(s.Styles.Quiet, s.Ago(r.Token.Unsure.SentAt)))
	case console.Lingering:
		return said(windowCell(s, st), scene.NewCell(s.Styles.Quiet, windowText(st)))
	case console.Dead, console.Superseded:
		return said(scene.NewCell(s.Styles.Quiet, "–"), scene.NewCell(s.Styles.Quiet, s.Ago(st.OverAt)))
	case console.Expired:
		return said(scene.NewCell(s.Styles.Quiet, "–"), scene.NewCell(s.Styles.Quiet, s.Ago(r.Token.ExpiresAt)))
	}
	if !st.HasExpiry {
		switch r.Token.Lifetime {
		case console.LifeUnbounded:
			return said(scene.NewCell("", "no end"), scene.NewCell(s.Styles.Quiet, "never expires"))
		case console.LifeAmbiguous:
			return said(scene.NewCell(s.Styles.Quiet, "?"), scene.NewCell(s.Styles.Quiet, "ambiguous"))
		}
		return said(scene.NewCell(s.Styles.Quiet, "?"), scene.NewCell(s.Styles.Quiet, "was not said"))
	}
	paint, bar := themes.Paint(""), s.Styles.GoodBar
	if r.State == console.Expiring {
		paint, bar = s.Styles.Warn, s.Styles.WarnBar
	}
	whole := r.Token.Granted
	if whole <= 0 {
		whole = r.Token.ExpiresAt.Sub(r.Token.IssuedAt)
	}
	return said(scene.NewCell(paint, s.Left(st.Left)), scene.Cell{Paint: bar, Text: kit.Bar(int64(st.Left), int64(whole), min(w, barWidth)), IsBar: true})
}

const barWidth = 13

// revoking is the time until the next step of a pending revoke, and which step that is.
func (p *Tokens) revokeColumns(s *scene.Scene, r *session.Row, w int) (left, tail scene.Cell) {
	at, _, _ := s.RevokeStage(r)
	when, step := s.Voice().RevokeCells(*r.Token, s.Hold(r), s.Now)
	paint := map[describe.Stage]themes.Paint{
		describe.Undoable: s.Styles.Accent, describe.Sending: s.Styles.Quiet, describe.Held: s.Styles.Warn,
		describe.Undelivered: s.Styles.Danger,
	}[at]
	return scene.NewCell(s.Styles.Warn, when), scene.NewCell(paint, scene.Fitting(step, w))
}

// lingers is the upper bound of how long the gateway may let a token through.
func windowCell(s *scene.Scene, st console.Status) scene.Cell {
	switch {
	case st.Reopened:
		return scene.NewCell(s.Styles.Danger, "still in")
	case !st.StaleKnown:
		return scene.NewCell(s.Styles.Warn, "unknown")
	}
	return scene.NewCell(s.Styles.Warn, "≤"+s.Left(st.StaleLeft))
}

func windowText(st console.Status) string {
	switch {
	case st.Reopened:
		return "let through"
	case st.RefusedOnce:
		return "refused once"
	}
	return "gateway cache"
}

// under is the column at a place in a line, as the action that sorts by it.
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

// alone is the token list alone, for small terminals: sign, state, fingerprint, time left.
func (p *Tokens) PaddedLines(s *scene.Scene, w, h int) []string {
	out := p.Lines(s, w, h, true)
	for len(out) < h {
		out = append(out, kit.Spaces(w))
	}
	return out
}
