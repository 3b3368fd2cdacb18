package session

import (
	"cmp"
	"slices"
	"strings"

	"lanyard/console"
	"lanyard/text"
)

// RailRow is a row of the list of applications: all of them, the heading of an environment, or one
// application.
type RailRow struct {
	Scope      Scope
	App        int // index in Board.Apps; -1 if the row is no application
	Name       console.Private
	Production bool // an environment in production
	Tally      Tally
}

// Rail is the list of applications, with the environments as headings.
type Rail struct {
	Rows []RailRow
	Apps int // number of applications in Rows
}

// Index returns the index of the row of a scope; -1 if there is none.
func (r Rail) Index(c Scope) int {
	return slices.IndexFunc(r.Rows, func(row RailRow) bool { return row.Scope == c })
}

// findQuery is the part of a [Query] that the rail and the calls depend on.
type findQuery struct {
	find     string
	audience bool
}

// Rail returns the list of applications. With find it has the applications whose names match or
// that have matching tokens, and counts these tokens alone.
func (s *Session) Rail(find string, audience bool) Rail {
	q := findQuery{find, audience}
	s.railsAsked = recent(s.railsAsked, q, 2)
	if r, ok := s.rails[q]; ok {
		return r
	}
	if s.rails == nil || len(s.rails) > 64 {
		s.rails = map[findQuery]Rail{}
	}
	r := s.rail(q)
	s.rails[q] = r
	return r
}

func (s *Session) rail(q findQuery) Rail {
	b := &s.board
	tally := make([]Tally, len(b.Apps))
	shown := make([]bool, len(b.Apps))
	for i := range b.Apps {
		tally[i], shown[i] = b.Apps[i].Tally, q.find == ""
	}
	if q.find != "" {
		clear(tally)
		for _, r := range s.Page(Query{Find: q.find, Audience: q.audience}).rows {
			tally[r.App].count(r)
			shown[r.App] = true
		}
		for i := range b.Apps {
			shown[i] = shown[i] || text.Closer(q.find, string(b.Apps[i].Name)) < 3
		}
	}
	out := Rail{Rows: []RailRow{{App: -1, Name: "All"}}}
	order := b.railOrder()
	for at, i := range order {
		if !shown[i] {
			continue
		}
		env := b.Apps[i].Environment
		heading := Scope{OneEnvironment, string(env.Name)}
		if at == 0 || out.Rows[len(out.Rows)-1].App < 0 ||
			b.Apps[out.Rows[len(out.Rows)-1].App].Environment.Name != env.Name {
			out.Rows = append(out.Rows, RailRow{
				Scope: heading, App: -1, Name: env.Name, Production: env.Production,
			})
		}
		out.Rows = append(out.Rows, RailRow{
			Scope: Scope{OneApplication, b.Apps[i].ID}, App: i, Name: b.Apps[i].Name,
			Tally: tally[i],
		})
		out.Apps++
	}
	last := 0
	for i := range out.Rows {
		switch r := &out.Rows[i]; {
		case r.Scope.Kind == OneEnvironment:
			last = i
		case r.App >= 0:
			out.Rows[last].Tally.add(r.Tally)
			out.Rows[0].Tally.add(r.Tally)
		}
	}
	return out
}

// railOrder returns the indexes of the applications: by environment in the order in which the
// environments come first, then by name. Applications that are no longer configured come last.
func (b *Board) railOrder() []int {
	first := map[console.Private]int{}
	order := make([]int, len(b.Apps))
	for i := range b.Apps {
		order[i] = i
		if _, ok := first[b.Apps[i].Environment.Name]; !ok {
			first[b.Apps[i].Environment.Name] = i
		}
	}
	slices.SortStableFunc(order, func(x, y int) int {
		a, c := &b.Apps[x], &b.Apps[y]
		return cmp.Or(
			cmp.Compare(first[a.Environment.Name], first[c.Environment.Name]),
			boolOrder(a.Source == console.Gone, c.Source == console.Gone),
			cmp.Compare(strings.ToLower(string(a.Name)), strings.ToLower(string(c.Name))),
			cmp.Compare(a.KeyType, c.KeyType))
	})
	return order
}
