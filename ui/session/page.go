package session

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/text"
)

// ScopeKind is the kind of a [Scope].
type ScopeKind int

// The kinds of scopes.
const (
	AllApplications ScopeKind = iota
	OneEnvironment
	OneApplication
)

// Scope selects the applications whose tokens a page lists. The zero Scope selects all.
type Scope struct {
	Kind ScopeKind
	Name string // the name of the environment, or the ID of the application
}

// ID identifies the scope among all scopes. It is never "".
func (c Scope) ID() string { return [...]string{"all:", "env:", "app:"}[c.Kind] + c.Name }

// Holds reports whether an application is in the scope.
func (c Scope) Holds(a *App) bool {
	switch c.Kind {
	case OneEnvironment:
		return string(a.Environment.Name) == c.Name
	case OneApplication:
		return a.ID == c.Name
	case AllApplications:
	}
	return true
}

// Section is a part of a page.
type Section int

// The sections, in the order of the list.
const (
	Living       Section = iota // tokens that live, revokes that wait, and lost answers
	MayPass                     // revoked or replaced, and the gateway may still let them through
	Over                        // dead, replaced or expired
	SectionCount = iota
)

// SectionOf returns the section of a state.
func SectionOf(st console.State) Section {
	switch {
	case st == console.Lingering:
		return MayPass
	case st.IsOver():
		return Over
	}
	return Living
}

// Order is the order of the rows in each section of a page.
type Order int

// The orders. Equal rows keep the order of ByLeft.
const (
	// ByLeft lists living tokens with the least time left first, and tokens without a known end
	// last, in reverse too. It lists revoked ones with the longest window first, and unbounded ones
	// before these. It lists those that are over with the newest end first.
	ByLeft   Order = iota
	ByIssued       // newest first
	ByFingerprint
	ByUser
	ByScopes
)

// Query selects the rows of a page, and their order.
type Query struct {
	Scope    Scope
	Find     string // what a person looks for; "" matches every row
	Audience bool   // Find does not match what an audience must not see
	HideOver bool   // leave out the section Over, but not marked rows
	Order    Order
	Reverse  bool
}

// Page is the answer to a query. It is valid until the next call of Do, Apply or Tick.
type Page struct {
	*page
}

type page struct {
	rows   []*Row
	starts [SectionCount + 1]int // index of the first row of each section
	index  map[string]int        // by ID; made by Index

	Serial int // differs from that of every other page
	Total  int // number of rows in the scope
	Hidden int // number of rows left out by Query.HideOver

	// EndWord is the cause that ended the listed rows of MayPass, such as "revoked"; "" if they
	// have different causes.
	EndWord string
	// LastOver is the listed row that was over last, in any order of the rows; nil for none.
	LastOver *Row

	// The next facts are about all rows in the scope, also about hidden ones, found or not.

	Latest            time.Time     // the latest known end of a living token or of a window
	Endless           bool          // a living token never expires
	Shortest, Longest time.Duration // lives and windows as granted; 0 if there are none

	// The applications (by index in Board.Apps), users and scopes of the rows in the scope, found
	// or not, without hidden ones.
	Apps   map[int]bool
	Owners map[console.Private]bool
	Scopes map[string]bool
}

// Len returns the number of rows.
func (p *page) Len() int { return len(p.rows) }

// Row returns the row at index i.
func (p *page) Row(i int) *Row { return p.rows[i] }

// ID returns the ID of the row at index i.
func (p *page) ID(i int) string { return p.rows[i].ID }

// Count returns the number of rows in a section.
func (p *page) Count(sec Section) int { return p.starts[sec+1] - p.starts[sec] }

// Start returns the index of the first row of a section.
func (p *page) Start(sec Section) int { return p.starts[sec] }

// SectionAt returns the section of the row at index i.
func (p *page) SectionAt(i int) Section {
	for sec := range SectionCount {
		if i < p.starts[sec+1] {
			return Section(sec)
		}
	}
	return Over
}

// Index returns the index of the row with this ID; -1 if there is none.
func (p *page) Index(id string) int {
	if p.index == nil {
		p.index = make(map[string]int, len(p.rows))
		for i, r := range p.rows {
			p.index[r.ID] = i
		}
	}
	if i, ok := p.index[id]; ok {
		return i
	}
	return -1
}

// Page answers a query. It keeps the answer until the board or a state changes, so that drawing
// does not walk all tokens. See also dropHidden.
func (s *Session) Page(q Query) Page {
	s.asked = recent(s.asked, q, queriesOfFrame)
	if p, ok := s.pages[q]; ok {
		return p
	}
	if s.pages == nil || len(s.pages) > 64 { // each character of Find has a page
		s.pages = map[Query]Page{}
	}
	s.pageSerial++
	p := Page{s.page(q)}
	p.Serial = s.pageSerial
	s.pages[q] = p
	return p
}

// queriesOfFrame is the largest number of pages that a frame asks for: the rows that are found in
// the scope, all rows of the scope, and the rows that are found in all applications.
const queriesOfFrame = 3

// recent puts a query in front of those that were asked before, and keeps n of them.
func recent[Q comparable](asked []Q, q Q, n int) []Q {
	if len(asked) > 0 && asked[0] == q {
		return asked
	}
	asked = slices.DeleteFunc(asked, func(x Q) bool { return x == q })
	return slices.Insert(asked[:min(len(asked), n-1)], 0, q)
}

// renewPages answers the last queries anew, because rows have changed. The next frame asks them
// again and walks no rows.
func (s *Session) renewPages() {
	s.dropPages()
	for _, q := range slices.Backward(slices.Clone(s.asked)) {
		s.Page(q)
	}
	for _, q := range slices.Backward(slices.Clone(s.railsAsked)) {
		s.Rail(q.find, q.audience)
	}
}

// dropHidden forgets the pages that leave out rows that are over, because the marks have changed.
// They list the marked ones.
func (s *Session) dropHidden() {
	maps.DeleteFunc(s.pages, func(q Query, _ Page) bool { return q.HideOver })
}

// dropPages forgets the answers to queries, because a row has changed.
func (s *Session) dropPages() { s.pages, s.rails = nil, nil }

// Tokens iterates over the rows of all applications: tokens in the order of their issue, then lost
// answers.
func (s *Session) Tokens() iter.Seq[*Row] {
	return func(yield func(*Row) bool) {
		for i := range s.board.tokens {
			if r := s.board.byID[s.board.tokens[i].ID]; r != nil && !yield(r) {
				return
			}
		}
		for i := range s.board.Apps {
			for _, r := range s.board.Apps[i].rows {
				if r.Mark != nil && !yield(r) {
					return
				}
			}
		}
	}
}

// Rows iterates over the rows of a query.
func (s *Session) Rows(q Query) iter.Seq[*Row] { return slices.Values(s.Page(q).rows) }

func (s *Session) page(q Query) *page {
	p := &page{
		Apps: map[int]bool{}, Owners: map[console.Private]bool{}, Scopes: map[string]bool{},
	}
	var sections [SectionCount][]*Row
	for i := range s.board.Apps {
		a := &s.board.Apps[i]
		if !q.Scope.Holds(a) {
			continue
		}
		for _, r := range a.rows {
			p.Total++
			p.measure(r)
			sec := SectionOf(r.State)
			if sec == Over && q.HideOver && !s.marks[r.ID] { // a verb acts on marked rows
				p.Hidden++
				continue
			}
			p.Apps[r.App], p.Owners[r.Owner], p.Scopes[r.Scopes] = true, true, true
			sections[sec] = append(sections[sec], r)
		}
	}
	if q.Find != "" {
		match := matcher(q.Find, slices.Values(slices.Concat(sections[:]...)),
			func(r *Row) string { return s.words(r, q.Audience) })
		for i := range sections {
			sections[i] = slices.DeleteFunc(sections[i], func(r *Row) bool { return !match(r) })
		}
	}
	for i, rows := range sections {
		sortRows(rows, q)
		p.starts[i] = len(p.rows)
		p.rows = append(p.rows, rows...)
	}
	p.starts[SectionCount] = len(p.rows)
	var ended Tally
	for _, r := range sections[MayPass] {
		ended.count(r)
	}
	p.EndWord = ended.EndWord
	for _, r := range sections[Over] {
		if p.LastOver == nil || byEnd(r, p.LastOver) < 0 {
			p.LastOver = r
		}
	}
	return p
}

// measure adds a row to the facts of a page.
func (p *page) measure(r *Row) {
	if SectionOf(r.State) != Over {
		p.Endless = p.Endless || r.end.never
		if r.end.known && r.end.at.After(p.Latest) {
			p.Latest = r.end.at
		}
	}
	if r.life > 0 { // one that is over counts too: time that passes does not change the scale
		if p.Shortest == 0 || r.life < p.Shortest {
			p.Shortest = r.life
		}
		p.Longest = max(p.Longest, r.life)
	}
}

// matcher returns a function that reports whether a row matches a text. If any of all rows holds
// its words literally, rows that match only fuzzily do not count.
func matcher[Row any](find string, all iter.Seq[Row], words func(Row) string) func(Row) bool {
	literal := func(r Row) bool { return text.Closer(find, words(r)) < 3 }
	if !strings.HasPrefix(find, "!") {
		for r := range all {
			if literal(r) {
				return literal
			}
		}
	}
	return func(r Row) bool { return text.Fuzzy(find, words(r)) }
}

// words returns the text of a row in which a person finds something.
func (s *Session) words(r *Row, audience bool) string {
	a := &s.board.Apps[r.App]
	words := r.fingerprint() + " " + string(r.State) + " " +
		describe.StateWord(r.State, console.CauseNone) + " " + string(a.Name) + " " + a.KeyType
	if r.State == console.Lingering {
		words += " " + describe.MayPass(r.endWord)
	}
	if !audience {
		words += " " + string(a.Environment.Name) + " " +
			string(r.Owner) + " " + r.Scopes
	}
	return words
}

// fingerprint returns the token's fingerprint; "" for a mark.
func (r *Row) fingerprint() string {
	if r.Token == nil {
		return ""
	}
	return r.Token.Fingerprint
}

// End returns the time at which the row ends: the token expires or was over, or its window ends, or
// a lost answer no longer matters. never reports that the token does not expire.
func (r *Row) End() (at time.Time, known, never bool) { return r.end.at, r.end.known, r.end.never }

// ends reports whether it is known when a living row ends, or that it never does.
func (r *Row) ends() bool {
	return r.end.known || r.end.never || SectionOf(r.State) != Living
}

// sortRows sorts the rows of one section.
func sortRows(rows []*Row, q Query) {
	by := map[Order]func(x, y *Row) int{
		ByLeft:        func(*Row, *Row) int { return 0 },
		ByIssued:      func(x, y *Row) int { return y.sortTime().Compare(x.sortTime()) },
		ByFingerprint: func(x, y *Row) int { return cmp.Compare(x.fingerprint(), y.fingerprint()) },
		ByUser: func(x, y *Row) int {
			return cmp.Or(cmp.Compare(x.User, y.User), cmp.Compare(x.Owner, y.Owner))
		},
		ByScopes: func(x, y *Row) int { return cmp.Compare(x.Scopes, y.Scopes) },
	}[q.Order]
	slices.SortFunc(rows, func(x, y *Row) int {
		c, left := by(x, y), byEnd(x, y)
		if q.Reverse {
			if c = -c; q.Order == ByLeft && x.ends() == y.ends() {
				left = -left
			}
		}
		return cmp.Or(c, left, x.sortTime().Compare(y.sortTime()), cmp.Compare(x.ID, y.ID))
	})
}

// end is the instant at which something ends.
type end struct {
	known bool
	never bool // not known, because there is none
	at    time.Time
}

// byEnd orders two rows of one section by the time left.
func byEnd(x, y *Row) int {
	a, b := x.end, y.end
	switch SectionOf(x.State) {
	case MayPass: // the longest first, and before it those without a bound
		return cmp.Or(boolOrder(a.known, b.known), b.at.Compare(a.at))
	case Over:
		return y.since.Compare(x.since)
	case Living:
	}
	return cmp.Or(boolOrder(b.known, a.known), boolOrder(b.never, a.never), a.at.Compare(b.at))
}

// boolOrder orders false before true.
func boolOrder(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// endOf returns when a row ends, and how long its life or window is in all.
func endOf(r *Row, st console.Status) (e end, whole time.Duration) {
	switch {
	case r.Token == nil:
		return end{known: !r.Mark.EndsBy.IsZero(), at: r.Mark.EndsBy}, 0
	case st.State.IsOver():
		at := st.OverAt
		if at.IsZero() {
			at = r.Token.ExpiresAt
		}
		if st.Ended && st.StaleKnown { // its window, as before it was over
			return end{known: true, at: at}, st.StaleUntil.Sub(st.EndedAt)
		}
		return end{known: true, at: at}, lifeOf(r.Token)
	case st.State == console.Lingering && st.StaleKnown:
		return end{known: true, at: st.StaleUntil}, st.StaleUntil.Sub(st.EndedAt)
	case st.State == console.Lingering:
		return end{}, 0
	case st.HasExpiry:
		return end{known: true, at: st.ExpiresAt}, lifeOf(r.Token)
	}
	return end{never: r.Token.Lifetime == console.LifeUnbounded}, 0
}

// lifeOf returns the life of a token as it was granted; 0 if it is not known.
func lifeOf(t *console.Token) time.Duration {
	if t.ExpiresAt.IsZero() {
		return 0
	}
	return max(t.ExpiresAt.Sub(t.IssuedAt), 0)
}
