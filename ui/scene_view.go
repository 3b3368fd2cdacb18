package ui

import (
	"strconv"
	"strings"

	"charm.land/bubbles/v2/textinput"

	"lanyard/console"
	"lanyard/text"
	"lanyard/ui/form"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/session"
)

// viewing is which rows are looked at, and in which order.
type viewing struct {
	filters [paneCount]string
	typing  bool // into the filter of the focused pane
	input   textinput.Model
	hide    bool        // what is dead, superseded or expired
	sort    keys.Action // sortState unless somebody has chosen
	reverse bool
}

func (v *viewing) order() keys.Action {
	if v.sort == keys.None {
		return keys.SortState
	}
	return v.sort
}

// field is the filter of a pane, with the place where the next character goes while it is typed; "" for none.
func (v *viewing) field(p paneID, on bool) string {
	f := v.filters[p]
	switch {
	case v.typing && on:
		left, right := form.Around(v.input)
		return "/" + left + form.Cursor + right
	case f != "":
		return "/" + kit.Clean(f)
	}
	return ""
}

// label says what is looked at, for the title of a pane: the filter with what it has found, what is hidden, an order
// that no column shows, and how many rows are marked.
func (s *scene) label(p paneID) string {
	if all := s.labels(p); len(all) > 0 {
		return " · " + strings.Join(all, " · ")
	}
	return ""
}

func (s *scene) labels(p paneID) (out []string) {
	shown, all, hidden := 0, 0, 0
	switch p {
	case applications:
		shown, all = len(s.appRows()), len(s.board.Apps)
	case tokens:
		if a, ok := s.selected(); ok {
			shown, all, hidden = counts(s.tokenPage(a))
		}
	case gateway:
		shown, all, hidden = counts(s.gatePage())
	case activity:
		shown, all = len(s.actRows()), len(s.board.Exchanges)
	}
	if f := s.view.field(p, s.on == p); f != "" {
		if s.view.filters[p] != "" {
			f += " " + strconv.Itoa(shown) + " of " + strconv.Itoa(all-hidden)
		}
		out = append(out, f)
	}
	if hidden > 0 {
		out = append(out, strconv.Itoa(hidden)+" hidden")
	}
	if p == tokens && s.view.order() == keys.SortIssued { // the other orders have a sign at their column
		word := "by age"
		if s.view.reverse {
			word += " ↑"
		} else {
			word += " ↓"
		}
		out = append(out, word)
	}
	if n := len(s.marks); n > 0 && (p == tokens || p == gateway && s.on == gateway) {
		out = append(out, strconv.Itoa(n)+" marked")
	}
	return out
}

func counts(p session.Page) (shown, all, hidden int) { return p.Len(), p.All, p.Hidden }

// tokenPage are the rows of an application that are looked at, in their order.
func (s *scene) tokenPage(a *session.App) session.Page {
	v := s.view
	return s.session.Page(session.Query{
		App: a.ID, Filter: v.filters[tokens], HideOver: v.hide, Order: orders[v.order()], Reverse: v.reverse,
	})
}

// orders are the orders that the sort actions choose.
var orders = map[keys.Action]session.Order{
	keys.SortState: session.ByState, keys.SortLeft: session.ByLeft, keys.SortIssued: session.ByIssued,
	keys.SortFingerprint: session.ByFingerprint, keys.SortUser: session.ByUser, keys.SortScopes: session.ByScopes,
}

// gatePage are the rows of the Gateway cache that are looked at.
func (s *scene) gatePage() session.Page {
	return s.session.Page(session.Query{
		Scope: session.AtGateway, Filter: s.view.filters[gateway], HideOver: s.view.hide,
	})
}

// appRows are the indexes of the applications that are looked at.
func (s *scene) appRows() []int {
	out := make([]int, 0, len(s.board.Apps))
	for i := range s.board.Apps {
		if text.Fuzzy(s.view.filters[applications], s.board.Apps[i].Label()) {
			out = append(out, i)
		}
	}
	return out
}

// actRows are the calls that are looked at, the newest first.
func (s *scene) actRows() []*console.Exchange {
	out := make([]*console.Exchange, 0, len(s.board.Exchanges))
	for i := len(s.board.Exchanges) - 1; i >= 0; i-- {
		e := &s.board.Exchanges[i]
		if f := s.view.filters[activity]; f == "" || text.Fuzzy(f, e.Method+" "+pathOf(e.URL)+" "+strconv.Itoa(e.Status)+" "+e.Application+" "+whatOf(e.Op)+" "+e.Err) {
			out = append(out, e)
		}
	}
	return out
}

// nothingLeft fills a pane whose rows are all filtered out or hidden.
func (s *scene) nothingLeft(p paneID, w, h int) []string {
	hidden := 0
	if a, ok := s.selected(); ok && p == tokens {
		hidden = s.tokenPage(a).Hidden
	} else if p == gateway {
		hidden = s.gatePage().Hidden
	}
	show := s.keys.Key(keys.HideDead)
	if s.view.filters[p] == "" {
		return hint(s, w, h, "", "All that is here is over and hidden.", "", show+" shows it.")
	}
	text := []string{"", "Nothing here matches /" + kit.Clean(s.view.filters[p]) + ".", "",
		s.keys.Hint(keys.Close, "takes the filter away.")}
	if hidden > 0 {
		text = append(text, "", "What is over is not searched: "+strconv.Itoa(hidden)+" hidden, "+show+" shows them.")
	}
	return hint(s, w, h, text...)
}

type paneID int

const (
	applications paneID = iota
	tokens
	gateway
	activity
	paneCount
)
