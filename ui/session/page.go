package session

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"time"

	"lanyard/console"
	"lanyard/text"
)

// Scope selects the rows of a page.
type Scope int

// The scopes.
const (
	OfApplication Scope = iota // tokens of Query.App, and marks of its gets
	AtGateway                  // ended tokens, and revokes that the server has not accepted
	Everything                 // tokens of all applications, oldest first; marks last
)

// Order is the order of a page.
type Order int

// The orders. Equal rows keep the order of ByState.
const (
	ByState  Order = iota // living first, newest first
	ByLeft                // least time left first; rows without a time last
	ByIssued              // newest first
	ByFingerprint
	ByUser
	ByScopes
)

// Query selects the rows of a page, and their order. Filter, HideOver and Scope apply to all pages.
// Order and Reverse apply to OfApplication only.
type Query struct {
	Scope    Scope
	App      string // the application of OfApplication
	Filter   string // pattern of text.Fuzzy; "" matches every row
	HideOver bool   // leave out rows that are over, unless they are marked
	Order    Order
	Reverse  bool
}

// Page is the answer to a query. It is valid until the next call of Do, Apply or Tick.
type Page struct {
	rows   []*Row
	Total  int // number of rows in the scope
	Hidden int // number of rows left out by Query.HideOver
}

// Len returns the number of rows.
func (p Page) Len() int { return len(p.rows) }

// Row returns the row at index i.
func (p Page) Row(i int) *Row { return p.rows[i] }

// ID returns the ID of the row at index i.
func (p Page) ID(i int) string { return p.rows[i].ID }

// First returns the first row in a state; nil if there is none.
func (p Page) First(st console.State) *Row {
	for _, r := range p.rows {
		if r.State == st {
			return r
		}
	}
	return nil
}

// Has reports whether the page has the row with this ID.
func (p Page) Has(id string) bool {
	return slices.ContainsFunc(p.rows, func(r *Row) bool { return r.ID == id })
}

// Page answers a query.
func (s *Session) Page(q Query) Page {
	if p, ok := s.pages[q]; ok {
		return p
	}
	p := s.page(q)
	if s.pages == nil {
		s.pages = map[Query]Page{}
	}
	s.pages[q] = p
	return p
}

// Rows iterates over the rows of a query.
func (s *Session) Rows(q Query) iter.Seq[*Row] {
	return func(yield func(*Row) bool) {
		for _, r := range s.Page(q).rows {
			if !yield(r) {
				return
			}
		}
	}
}

func (s *Session) page(q Query) Page {
	rows := s.scope(q)
	p := Page{rows: rows, Total: len(rows)}
	if q.HideOver || q.Filter != "" {
		p.rows = make([]*Row, 0, len(rows))
		for _, r := range rows {
			switch {
			case q.HideOver && r.State.IsOver() && !s.marks[r.ID]: // a verb would act on it
				p.Hidden++
			case text.Fuzzy(q.Filter, s.words(r, q.Scope)):
				p.rows = append(p.rows, r)
			}
		}
	}
	if q.Scope == OfApplication {
		p.rows = s.sorted(p.rows, q)
	}
	return p
}

// scope returns all rows of a scope.
func (s *Session) scope(q Query) []*Row {
	switch q.Scope {
	case OfApplication:
		if a := s.board.App(q.App); a != nil {
			return a.rows
		}
		return nil
	case AtGateway:
		return s.board.atGateway
	case Everything:
	}
	all := make([]*Row, 0, len(s.board.byID))
	for i := range s.board.tokens {
		if r := s.board.byID[s.board.tokens[i].ID]; r != nil {
			all = append(all, r)
		}
	}
	for i := range s.board.Apps {
		for _, r := range s.board.Apps[i].rows {
			if r.Mark != nil {
				all = append(all, r)
			}
		}
	}
	return all
}

// words returns the text of a row that a filter matches.
func (s *Session) words(r *Row, scope Scope) string {
	words := r.fingerprint() + " " + string(r.State) + " " + cmp.Or(r.user(), "app") + " " +
		r.scopes()
	if scope != OfApplication {
		words += " " + string(s.board.Apps[r.App].Label())
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

func (r *Row) user() string {
	if r.Token == nil {
		return ""
	}
	return string(r.Token.User)
}

func (r *Row) scopes() string {
	if r.Token == nil {
		return strings.Join(r.Mark.Scopes, " ")
	}
	return strings.Join(r.Token.Scopes, " ")
}

// sorted returns rows in the order of a query. It does not change its argument.
func (s *Session) sorted(rows []*Row, q Query) []*Row {
	by := map[Order]func(x, y *Row) int{
		ByIssued:      func(x, y *Row) int { return y.sortTime().Compare(x.sortTime()) },
		ByFingerprint: func(x, y *Row) int { return cmp.Compare(x.fingerprint(), y.fingerprint()) },
		ByUser:        func(x, y *Row) int { return cmp.Compare(x.user(), y.user()) },
		ByScopes:      func(x, y *Row) int { return cmp.Compare(x.scopes(), y.scopes()) },
	}[q.Order]
	if q.Order == ByState && !q.Reverse {
		return rows
	}
	rows = slices.Clone(rows)
	switch {
	case q.Order == ByLeft:
		s.sortByLeft(rows, q.Reverse)
	case by == nil:
		slices.Reverse(rows)
	case q.Reverse: // equal rows keep their order
		slices.SortStableFunc(rows, func(x, y *Row) int { return by(y, x) })
	default:
		slices.SortStableFunc(rows, by)
	}
	return rows
}

// timeLeft is the sort key of a row in the order ByLeft.
type timeLeft struct {
	class timeLeftClass
	until time.Time // an instant, so that rows do not move while they count down
}

// timeLeftClass is the kind of a timeLeft. Rows without a time are last in either direction.
type timeLeftClass int

const (
	timeKnown   timeLeftClass = iota // a time, or no end
	timeUnknown                      // not known
	timeOver                         // the token is over
)

// noEnd is later than every expiry.
var noEnd = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

func (s *Session) timeLeftOf(r *Row) timeLeft {
	unknown := timeLeft{class: timeUnknown}
	switch {
	case r.Token == nil && !r.Mark.EndsBy.IsZero():
		return timeLeft{until: r.Mark.EndsBy}
	case r.Token == nil:
		return unknown
	case r.Pending():
		due, _ := console.DueAt(*r.Token)
		if s.heldBack(r, due) {
			return unknown
		}
		return timeLeft{until: due}
	case r.State.IsOver():
		return timeLeft{class: timeOver}
	}
	st := s.board.Status(r, s.second())
	switch {
	case r.State == console.Unsure:
		return unknown
	case r.State == console.Lingering && (st.Reopened || !st.StaleKnown):
		return unknown
	case r.State == console.Lingering:
		return timeLeft{until: s.second().Add(st.StaleLeft)}
	case st.HasExpiry:
		return timeLeft{until: s.second().Add(st.Left)}
	case r.Token.Lifetime == console.LifeUnbounded:
		return timeLeft{until: noEnd}
	}
	return unknown
}

// heldBack reports whether a due revoke cannot be sent now.
func (s *Session) heldBack(r *Row, due time.Time) bool {
	return s.board.Apps[r.App].Environment.ReadOnly ||
		due.Sub(s.second()) < time.Second && s.KeyOnBoard().Shut()
}

// sortByLeft sorts rows by the time left.
func (s *Session) sortByLeft(rows []*Row, reverse bool) {
	order := make(map[*Row]timeLeft, len(rows))
	for _, r := range rows {
		order[r] = s.timeLeftOf(r)
	}
	slices.SortStableFunc(rows, func(x, y *Row) int {
		a, b := order[x], order[y]
		by := a.until.Compare(b.until)
		if reverse {
			by = -by
		}
		return cmp.Or(cmp.Compare(a.class, b.class), by)
	})
}
