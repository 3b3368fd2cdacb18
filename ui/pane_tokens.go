package ui

import (
	"cmp"
	"strings"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/themes"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/session"
)

// tokensPane answers: what do I hold, and how long does it live? It shows one application at a time and
// remembers a cursor for each.
type tokensPane struct {
	lists map[string]*list // by application ID; there is one once the application had rows to select
	due   map[string]bool  // tokens that a key brought and no reading has shown yet
}

// keyManager begins what an introspection said. It is the key manager's word and not the gateway's.
const keyManager = "key manager: "

func newTokensPane() *tokensPane {
	return &tokensPane{lists: map[string]*list{}, due: map[string]bool{}}
}

func (p *tokensPane) title(s *scene) string {
	a, ok := s.selected()
	switch {
	case !ok:
		return "Tokens"
	case a.Source == console.Gone:
		return "Tokens · " + a.Shown + " · no longer configured" + s.label(tokens)
	}
	return "Tokens · " + a.Shown + s.label(tokens)
}

func (p *tokensPane) right(s *scene) string {
	a, ok := s.selected()
	switch {
	case ok && s.session.Busy(session.AppKey(a.ID)):
		return "getting…"
	}
	var said []string
	if r := p.row(s); r != nil && r.Token != nil {
		if word := describe.AtServer(s.board.Status(r, s.now)); word != "" {
			said = append(said, r.Token.Fingerprint+" "+keyManager+word)
		} else if r.Token.ServerSays() == console.NotOurs {
			said = append(said, r.Token.Fingerprint+" "+keyManager+console.NotOurs)
		}
	}
	if ok && a.Environment.ReadOnly {
		said = append(said, "read-only")
	}
	if ok && a.Grant == "password" && len(said) == 0 {
		said = append(said, "password (legacy)")
	}
	return strings.Join(said, " · ")
}

// list is the cursor of the selected application. The first one is made when the application is first
// seen with rows and stands on the first row; after that only keys move it.
func (p *tokensPane) list(s *scene) *list {
	a, ok := s.selected()
	if !ok {
		return &list{}
	}
	l := p.lists[a.ID]
	if l == nil {
		l = &list{}
		if a.Len() > 0 {
			// Not before: rows that come after an empty list find nothing selected.
			l.sel = s.session.Page(session.Query{App: a.ID}).ID(0)
			p.lists[a.ID] = l
		}
	}
	return l
}

// selected is the selected token of an application, or "".
func (p *tokensPane) selected(appID string) string {
	if l := p.lists[appID]; l != nil {
		return l.sel
	}
	return ""
}

// got selects the token that a key of ours brought: the next key is about that one. Whoever has moved on
// since the key was pressed is left where they are.
func (p *tokensPane) got(t console.Token, was string) {
	l := p.lists[t.AppID]
	if l == nil {
		l = &list{}
		p.lists[t.AppID] = l
	} else if l.sel != was && l.sel != "" {
		return
	}
	l.sel = t.ID
	p.due[t.ID] = true
}

// settle forgets selected tokens that are gone: then nothing is selected. One that a key has just brought
// is not gone: the reading may have begun before it was there.
func (p *tokensPane) settle(b *session.Board) {
	for i := range b.Apps {
		a := &b.Apps[i]
		l := p.lists[a.ID]
		if l == nil || l.sel == "" {
			continue
		}
		if r := b.Row(l.sel); r != nil && r.App == i {
			delete(p.due, l.sel)
		} else if !p.due[l.sel] {
			l.sel = ""
		}
	}
}

// row is the selected token of the selected application.
func (p *tokensPane) row(s *scene) *session.Row {
	a, ok := s.selected()
	if !ok {
		return nil
	}
	rows := s.tokenPage(a)
	if i := p.list(s).index(rows.Len(), rows.ID); i >= 0 {
		return rows.Row(i)
	}
	return nil
}

func (p *tokensPane) cursor(s *scene) (*list, int, func(int) string) {
	a, ok := s.selected()
	if !ok {
		return &list{}, 0, nil
	}
	rows := s.tokenPage(a)
	return p.list(s), rows.Len(), rows.ID
}

func (p *tokensPane) target(s *scene) (*session.Row, refuse) {
	return s.token, refuse{"no token is selected", s.keys.Selects() + " in Tokens, " + s.keys.Hint(keys.Get, "gets one")}
}

// columns are the widths of the Tokens pane's columns; 0 leaves one out.
type columns struct{ state, token, who, scopes, left, tail int }

const (
	wState, wToken, wLeft, wTail = 10, 8, 8, 13
)

// columnsFor spends w cells in the order in which columns matter.
func columnsFor(w int) columns {
	c := columns{state: wState, token: wToken, left: wLeft}
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

func (p *tokensPane) lines(s *scene, w, h int, focused bool) []string {
	a, ok := s.selected()
	if !ok {
		return hint(s, w, h, "", "The tokens of an application are shown here.", "",
			s.keys.Hint(keys.Applications, "goes to Applications, ")+s.keys.Selects()+".")
	}
	if a.Len() == 0 {
		if a.Source == console.Gone {
			return hint(s, w, h, "", "No token is left of "+a.Shown+".")
		}
		return hint(s, w, h, "", "No token of "+a.Shown+" yet.", "", s.keys.Hint(keys.Get, "gets one."))
	}
	rows := s.tokenPage(a)
	if rows.Len() == 0 {
		return s.nothingLeft(tokens, w, h)
	}
	c := columnsFor(w)
	var out []string
	if h > 3 && c.tail > 0 {
		out = append(out, p.head(s, c, w))
		h--
	}
	p.list(s).top = len(out)
	from, to, sel := p.list(s).window(rows.Len(), h, rows.ID)
	for i := from; i < to; i++ {
		out = append(out, p.line(s, rows.Row(i), c, w, i == sel, focused))
	}
	return out
}

func (p *tokensPane) head(s *scene, c columns, w int) string {
	l := kit.NewLine("", 128)
	name := func(word string, a keys.Action) string {
		switch {
		case s.view.order() != a || a == keys.SortState && !s.view.reverse:
			return word
		case s.view.reverse:
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
	l.Put(string(s.st.Quiet), text)
	return l.End(w)
}

func (p *tokensPane) line(s *scene, r *session.Row, c columns, w int, selected, focused bool) string {
	l := s.beginRow(r, selected, focused)
	sign, paint := s.look(r.State)
	over := r.State == console.Dead || r.State == console.Superseded || r.State == console.Expired
	text := themes.Paint("")
	if over {
		text = s.st.Quiet
	}
	gap := "  "
	if c.tail == 0 {
		gap = " "
	}
	l.Cell(string(paint), sign+" "+string(r.State), 2+c.state)
	fp, who := "–", "app"
	var scopes []string
	if r.Token != nil {
		fp, who, scopes = r.Token.Fingerprint, cmp.Or(r.Token.User, who), r.Token.Scopes
	} else {
		scopes = r.Mark.Scopes
	}
	l.Put(string(text), gap+kit.Fit(fp, c.token))
	if c.who > 0 {
		l.Put(string(text), "  "+kit.Fit(kit.Middle(s.redactor.Text(kit.Clean(who)), c.who), c.who))
	}
	if c.scopes > 0 {
		l.Put(string(s.st.Quiet), "  "+kit.Fit(kit.Clean(strings.Join(scopes, " ")), c.scopes))
	}
	left, tail := p.life(s, r, c.tail)
	l.Put(string(left.paint), " "+kit.Right(left.text, c.left))
	if c.tail > 0 {
		if tail.bar && selected && !s.st.Color {
			l.Bare("", "  ") // keeps the bar apart from the reversed row
		} else {
			l.Gap(2)
		}
		if tail.bar {
			l.Bare(string(tail.paint), tail.text)
		} else {
			l.Put(string(tail.paint), kit.Cut(tail.text, c.tail))
		}
	}
	return l.End(w)
}

// life is what the two last columns say: the time left, and a bar or the words that belong to it.
func (p *tokensPane) life(s *scene, r *session.Row, w int) (left, tail cell) {
	if r.Token == nil {
		left = textCell(s.st.Quiet, "?")
		if !r.Mark.EndsBy.IsZero() {
			left = textCell(s.st.Quiet, "≤"+s.left(r.Mark.EndsBy.Sub(s.now)))
		}
		return left, textCell(s.st.Quiet, s.ago(r.Mark.SentAt))
	}
	if s.session.Busy(session.TokenKey(r.ID)) {
		tail = textCell(s.st.Accent, "working…")
	} else if s.session.Probes(r.ID) {
		tail = textCell(s.st.Accent, "probing")
	}
	st := s.board.Status(r, s.now)
	said := func(l, t cell) (cell, cell) {
		if tail.text != "" {
			t = tail
		}
		return l, t
	}
	if r.Pending() {
		return said(p.revoking(s, r, w))
	}
	switch r.State {
	case console.Unsure:
		return said(textCell(s.st.Quiet, "?"), textCell(s.st.Quiet, s.ago(r.Token.Unsure.SentAt)))
	case console.Lingering:
		return said(lingers(s, st), textCell(s.st.Quiet, lingersWhere(st)))
	case console.Dead, console.Superseded:
		return said(textCell(s.st.Quiet, "–"), textCell(s.st.Quiet, s.ago(st.OverAt)))
	case console.Expired:
		return said(textCell(s.st.Quiet, "–"), textCell(s.st.Quiet, s.ago(r.Token.ExpiresAt)))
	}
	if !st.HasExpiry {
		switch r.Token.Lifetime {
		case "unbounded":
			return said(textCell("", "no end"), textCell(s.st.Quiet, "never expires"))
		case "ambiguous":
			return said(textCell(s.st.Quiet, "?"), textCell(s.st.Quiet, "ambiguous"))
		}
		return said(textCell(s.st.Quiet, "?"), textCell(s.st.Quiet, "was not said"))
	}
	paint, bar := themes.Paint(""), s.st.GoodBar
	if r.State == console.Expiring {
		paint, bar = s.st.Warn, s.st.WarnBar
	}
	whole := r.Token.Granted
	if whole <= 0 {
		whole = r.Token.ExpiresAt.Sub(r.Token.IssuedAt)
	}
	return said(textCell(paint, s.left(st.Left)), cell{paint: bar, text: kit.Bar(int64(st.Left), int64(whole), min(w, barWidth)), bar: true})
}

const barWidth = 13

// revoking is the time until the next step of a pending revoke, and which step that is.
func (p *tokensPane) revoking(s *scene, r *session.Row, w int) (left, tail cell) {
	at, _, _ := s.waiting(r)
	when, step := s.voice().RevokeCells(*r.Token, s.hold(r), s.now)
	paint := map[describe.Stage]themes.Paint{
		describe.Undoable: s.st.Accent, describe.Sending: s.st.Quiet, describe.Held: s.st.Warn,
		describe.Undelivered: s.st.Danger,
	}[at]
	return textCell(s.st.Warn, when), textCell(paint, fitting(step, w))
}

// lingers is the upper bound of how long the gateway may let a token through.
func lingers(s *scene, st console.Status) cell {
	switch {
	case st.Reopened:
		return textCell(s.st.Danger, "still in")
	case !st.StaleKnown:
		return textCell(s.st.Warn, "unknown")
	}
	return textCell(s.st.Warn, "≤"+s.left(st.StaleLeft))
}

func lingersWhere(st console.Status) string {
	switch {
	case st.Reopened:
		return "let through"
	case st.RefusedOnce:
		return "refused once"
	}
	return "gateway cache"
}

// under is the column at a place in a line, as the action that sorts by it.
func (c columns) under(x int) keys.Action {
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
func (p *tokensPane) alone(s *scene, w, h int) []string {
	out := p.lines(s, w, h, true)
	for len(out) < h {
		out = append(out, kit.Spaces(w))
	}
	return out
}
