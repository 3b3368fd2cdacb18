package pane

import (
	"strconv"
	"strings"
	"time"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// Shape is the place of the pane Selected on the screen.
type Shape int

// The shapes.
const (
	InRow    Shape = iota // a row under the lists
	InColumn              // the third column
	Zoomed                // alone on the screen
)

// Selected is the pane of the token under the cursor of the token list: its life, and what each
// verb would do to it. If tokens are marked it is about these. Without a token it shows what a get
// would request.
type Selected struct {
	Shape Shape
	// Bare is set if the full view has no frame, whose border would tell how many lines are hidden.
	Bare bool

	// Key and Does are a further key and its effect, such as that of the demo's traffic; "" for
	// none.
	Key, Does string
	// Events returns what the audit log has of a token; nil if the log is not read.
	Events func(tokenID string) []console.Event

	scroll   scene.Scroll
	scrolled string // ID of the row that scroll is about
}

// Title implements [Pane].
func (p *Selected) Title(s *scene.Scene) string {
	r := s.Current
	if p.Shape != Zoomed || r == nil {
		return "Selected"
	}
	title := "Selected · " + shownName(s, r)
	if s.Session != nil && s.Session.Marks()[r.ID] {
		title += " · ✓ marked"
	}
	return title
}

// shownName returns the name of a row's application and the fingerprint of its token.
func shownName(s *scene.Scene, r *session.Row) string {
	name := s.AppName(r.App)
	if r.Token == nil {
		return name
	}
	return name + " " + r.Token.Fingerprint
}

// RightTitle implements [Pane].
func (p *Selected) RightTitle(s *scene.Scene) []string {
	switch n := len(s.Marks); {
	case p.Shape == Zoomed:
		closes := s.Keys.Key(keys.Zoom) + " or " + s.Keys.Hint(keys.Close, "closes")
		page := s.TokenPage()
		i, next := page.Index(p.shownID(s)), closes
		if i < page.Len()-1 {
			next = s.Keys.Hint(keys.Down, "next token") + " · " + closes
		}
		if i >= 0 {
			at := strconv.Itoa(i+1) + " of " + strconv.Itoa(page.Len())
			if more := s.Keys.Hint(keys.PageDown, "more text"); p.Scrolls() && more != "" {
				return []string{at + " · " + more + " · " + next,
					at + " · " + more + " · " + closes,
					at + " · " + more, at}
			}
			return []string{at + " · " + next, at + " · " + closes, at}
		}
		return []string{next, closes}
	case n > 0:
		return []string{strconv.Itoa(n) + " marked"}
	case p.Shape == InRow:
		return []string{"follows the cursor"}
	}
	return nil
}

// shownID returns the ID of the row that the pane is about; "" for none.
func (p *Selected) shownID(s *scene.Scene) string {
	if s.Current == nil {
		return ""
	}
	return s.Current.ID
}

// Cursor implements [Pane]. The pane has no rows: the cursor of the token list moves.
func (p *Selected) Cursor(*scene.Scene) (*scene.List, int, func(int) string) {
	return &scene.List{}, 0, func(int) string { return "" }
}

// Target implements [Pane].
func (p *Selected) Target(s *scene.Scene) (*session.Row, *scene.Refuse) {
	return s.Current, noToken(s, s.Keys.Selects())
}

// selects says how a token is selected; "" if none is listed.
func selects(s *scene.Scene) string {
	if page := s.TokenPage(); page.Len() == 0 {
		return ""
	}
	return s.Keys.Selects()
}

// Scroll moves the full view as a key asks, and reports whether it moved.
func (p *Selected) Scroll(a keys.Action) bool { return p.scroll.Move(a) }

// Scrolls reports whether the full view is longer than its pane.
func (p *Selected) Scrolls() bool { return p.scroll.Lines > p.scroll.Height }

// Hidden implements [scene.Partial]. Only the full view hides lines.
func (p *Selected) Hidden() (above, below int) {
	if p.Shape != Zoomed {
		return 0, 0
	}
	return p.scroll.Hidden()
}

// Wants returns the request for facts that the pane would show and does not have, or nil. They are
// about the token under the cursor, or about an application without one. Only a zoomed pane
// requests it if the key to the secrets must be fetched. It requests nothing while they are locked,
// and nothing of an opaque token.
func (p *Selected) Wants(s *scene.Scene) session.Request {
	r := s.Current
	if p.Shape == InRow || s.Session == nil || s.Session.Quitting() {
		return nil
	}
	if r == nil {
		return wantsSubscriptions(s)
	}
	if r.Token == nil || !r.Token.JWT || s.Key.Shut() || s.Key.Locked && p.Shape != Zoomed {
		return nil
	}
	if _, known := s.Session.Inside(r.Token); known ||
		s.Session.Busy(session.Key{Kind: session.Inspecting, ID: r.ID}) {
		return nil
	}
	return session.Inspect{Token: r.ID}
}

// TellIntrospected shows the result of an introspection as a notice.
func TellIntrospected(h scene.Host, f session.Introspected) {
	name := "the token"
	if r := h.Scene().Board.Row(f.ID); r != nil && r.Token != nil {
		name = r.Token.Fingerprint
	}
	switch {
	case f.Err != nil:
		h.NotifyError("introspect", f.Err)
	case f.Answer.Active:
		h.Notify(scene.Info, name+": active, says the key manager",
			"what the gateway does with it only a probe tells")
	default:
		h.Notify(scene.Info, name+": inactive, says the key manager",
			"a gateway may let it through for a while; a probe tells")
	}
}

// selected holds the values from which the pane draws a row.
type selected struct {
	p      *Selected
	s      *scene.Scene
	r      *session.Row
	a      *session.App
	status console.Status       // of a token
	does   console.Consequences // of the verbs for a token
}

// of returns the values from which the pane draws a row.
func (p *Selected) of(s *scene.Scene, r *session.Row) *selected {
	d := &selected{p: p, s: s, r: r, a: &s.Board.Apps[r.App]}
	if r.Token != nil {
		d.status = s.Board.Status(r, s.Now)
		d.does = s.Board.Consequences(r, s.Key.Shut(), s.Now)
	}
	return d
}

// blank returns h empty lines.
func blank(w, h int) []string {
	out := make([]string, max(h, 0))
	for i := range out {
		out[i] = kit.Spaces(w)
	}
	return out
}

// stamp writes a time to the second, with its date if that is not today.
func stamp(s *scene.Scene, t time.Time) string {
	t = t.In(s.Now.Location())
	if t.Format(time.DateOnly) == s.Now.Format(time.DateOnly) {
		return t.Format(time.TimeOnly)
	}
	return t.Format(time.DateTime)
}

// name returns the name of a token's application and its user and fingerprint, painted by state.
// The user of one that is over is shown if it has one.
func (d *selected) name(w int) phrase {
	sign, paint := d.s.Look(d.r.State)
	name := kit.Middle(d.s.RailName(d.r.App), max(24, w/3)) // the place follows
	short := kit.Middle(name, 12)
	p := phrase{key: sign, keyPaint: paint, isSign: true, paint: d.s.Styles.Strong, firm: true}
	if t := d.r.Token; t == nil {
		p.texts = []string{name + " · " + shownUser(d.s, d.r.Owner, w), name, short}
	} else {
		of := " · " + t.Fingerprint
		p.texts = []string{name + of, short + of, t.Fingerprint}
		if t.User != "" || !d.r.State.IsOver() {
			whose := " · " + shownUser(d.s, d.r.Owner, w)
			p.texts = append([]string{name + whose + of}, p.texts...)
		}
	}
	return p
}

// shownUser returns a user on a line of w cells. A long one is cut.
func shownUser(s *scene.Scene, user console.Private, w int) string {
	return kit.Middle(s.Show(user), max(16, w/6))
}

// word returns the word of the state, which always stands beside its sign.
func (d *selected) word() phrase {
	_, paint := d.s.Look(d.r.State)
	word := describe.StateWord(d.r.State, d.status.Cause)
	p := say(word).painted(paint)
	if _, brief, ok := strings.Cut(word, ", "); ok {
		p.texts = append(p.texts, brief)
	}
	p.kept, p.firm = true, true
	return p
}

// why returns what the word of the state does not say: how a token ended, or what is wrong with it.
func (d *selected) why() phrase {
	if d.r.State.IsOver() {
		p := say(describe.OverBrief(d.status,
			func(t time.Time) string { return stamp(d.s, t) },
			fingerprintOf(d.s, d.r.Token.ReplacedBy))...)
		p.firm = true
		return p
	}
	p := phrase{paint: d.s.Styles.Warn, firm: true}
	switch detail := d.s.Detail(d.r); {
	case d.r.State == console.Unsure:
		p.texts = []string{"the answer to its refresh was lost", "answer lost"}
	case d.status.Pending && !d.does.Locked: // the verbs say it
	case d.p.Shape == Zoomed && d.r.Token.RevokeError != "": // a line of its own says it
	case len(detail) > 2: // the first form leaves no room for others
		p.texts = detail[1:]
	case len(detail) > 0:
		p.texts = detail
	case d.status.RefusedOnce:
		p.texts = []string{"refused once"}
	case describe.AtServer(d.status) != "":
		p.texts = []string{"key manager: " + describe.AtServer(d.status)}
	case d.r.Token.ServerSays() == console.NotOurs:
		p.texts = []string{"key manager: " + console.NotOurs}
	}
	return p
}

// fingerprintOf returns the fingerprint of the token with an ID; "" if it is not held.
func fingerprintOf(s *scene.Scene, id string) string {
	if x := s.Board.Row(id); x != nil && x.Token != nil {
		return x.Token.Fingerprint
	}
	return ""
}

// place returns the environment of an application and its key type.
func place(s *scene.Scene, a *session.App) []string {
	env := s.Show(a.Environment.Name)
	if kind := keyType(a.KeyType); kind != "" {
		return []string{env + ", " + kind + " key", env}
	}
	return []string{env}
}

// keyType shortens the key types of WSO2.
func keyType(kind string) string {
	switch kind {
	case console.KeyProduction:
		return "PROD"
	case console.KeySandbox:
		return "SAND"
	}
	return kit.Clean(kind)
}

// scopes returns the granted scopes.
func scopes(t *console.Token) string {
	text := "none named"
	if len(t.Scopes) > 0 {
		text = kit.Clean(spaced(t.Scopes))
	}
	return "scopes " + text
}

// spaced writes scopes with blanks between them.
func spaced(words []string) string { return strings.Join(words, " ") }

// block begins a block about the token.
func (d *selected) block(head string, w, indent int, more ...cell) *builder {
	return newBlock(d.s, head, w, indent, more...)
}
