package scene

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
type View struct {
	Filters  [PaneCount]string
	Typing   bool // into the filter of the focused pane
	Input    textinput.Model
	HideOver bool        // what is dead, superseded or expired
	Sort     keys.Action // sortState unless somebody has chosen
	Reverse  bool
}

func (v *View) Order() keys.Action {
	if v.Sort == keys.None {
		return keys.SortState
	}
	return v.Sort
}

// field is the filter of a pane, with the place where the next character goes while it is typed; "" for none.
func (v *View) field(p PaneID, on bool) string {
	f := v.Filters[p]
	switch {
	case v.Typing && on:
		left, right := form.Around(v.Input)
		return "/" + left + form.Cursor + right
	case f != "":
		return "/" + kit.Clean(f)
	}
	return ""
}

// label says what is looked at, for the title of a pane: the filter with what it has found, what is hidden, an order
// that no column shows, and how many rows are marked.
func (s *Scene) TitleSuffix(p PaneID) string {
	if all := s.TitleParts(p); len(all) > 0 {
		return " · " + strings.Join(all, " · ")
	}
	return ""
}

func (s *Scene) TitleParts(p PaneID) (out []string) {
	shown, all, hidden := 0, 0, 0
	switch p {
	case Applications:
		shown, all = len(s.AppRows()), len(s.Board.Apps)
	case Tokens:
		if a, ok := s.Selected(); ok {
			shown, all, hidden = counts(s.TokenPage(a))
		}
	case Gateway:
		shown, all, hidden = counts(s.GatewayPage())
	case Activity:
		shown, all = len(s.Calls()), len(s.Board.Exchanges)
	}
	if f := s.Redacted(s.View.field(p, s.Focus == p)); f != "" {
		if s.View.Filters[p] != "" {
			f += " " + strconv.Itoa(shown) + " of " + strconv.Itoa(all-hidden)
		}
		out = append(out, f)
	}
	if hidden > 0 {
		out = append(out, strconv.Itoa(hidden)+" hidden")
	}
	if p == Tokens && s.View.Order() == keys.SortIssued { // the other orders have a sign at their column
		word := "by age"
		if s.View.Reverse {
			word += " ↑"
		} else {
			word += " ↓"
		}
		out = append(out, word)
	}
	if n := len(s.Marks); n > 0 && (p == Tokens || p == Gateway && s.Focus == Gateway) {
		out = append(out, strconv.Itoa(n)+" marked")
	}
	return out
}

func counts(p session.Page) (shown, all, hidden int) { return p.Len(), p.Total, p.Hidden }

// tokenPage are the rows of an application that are looked at, in their order.
func (s *Scene) TokenPage(a *session.App) session.Page {
	v := s.View
	return s.Session.Page(session.Query{
		App: a.ID, Filter: v.Filters[Tokens], HideOver: v.HideOver, Order: Orders[v.Order()], Reverse: v.Reverse,
	})
}

// orders are the orders that the sort actions choose.
var Orders = map[keys.Action]session.Order{
	keys.SortState: session.ByState, keys.SortLeft: session.ByLeft, keys.SortIssued: session.ByIssued,
	keys.SortFingerprint: session.ByFingerprint, keys.SortUser: session.ByUser, keys.SortScopes: session.ByScopes,
}

// gatePage are the rows of the Gateway cache that are looked at.
func (s *Scene) GatewayPage() session.Page {
	return s.Session.Page(session.Query{
		Scope: session.AtGateway, Filter: s.View.Filters[Gateway], HideOver: s.View.HideOver,
	})
}

// appRows are the indexes of the applications that are looked at.
func (s *Scene) AppRows() []int {
	out := make([]int, 0, len(s.Board.Apps))
	for i := range s.Board.Apps {
		if text.Fuzzy(s.View.Filters[Applications], string(s.Board.Apps[i].Label())) {
			out = append(out, i)
		}
	}
	return out
}

// actRows are the calls that are looked at, the newest first.
func (s *Scene) Calls() []*console.Exchange {
	out := make([]*console.Exchange, 0, len(s.Board.Exchanges))
	for i := len(s.Board.Exchanges) - 1; i >= 0; i-- {
		e := &s.Board.Exchanges[i]
		if f := s.View.Filters[Activity]; f == "" || text.Fuzzy(f, e.Method+" "+PathOf(e.URL)+" "+strconv.Itoa(e.Status)+" "+string(e.Application)+" "+e.Verb()+" "+e.Err) {
			out = append(out, e)
		}
	}
	return out
}

// nothingLeft fills a pane whose rows are all filtered out or hidden.
func (s *Scene) NoMatch(p PaneID, w, h int) []string {
	hidden := 0
	if a, ok := s.Selected(); ok && p == Tokens {
		hidden = s.TokenPage(a).Hidden
	} else if p == Gateway {
		hidden = s.GatewayPage().Hidden
	}
	show := s.Keys.Key(keys.HideDead)
	if s.View.Filters[p] == "" {
		return Placeholder(s, w, h, "", "All that is here is over and hidden.", "", show+" shows it.")
	}
	text := []string{"", "Nothing here matches /" + kit.Clean(s.View.Filters[p]) + ".", "",
		s.Keys.Hint(keys.Close, "takes the filter away.")}
	if hidden > 0 {
		text = append(text, "", "What is over is not searched: "+strconv.Itoa(hidden)+" hidden, "+show+" shows them.")
	}
	return Placeholder(s, w, h, text...)
}

type PaneID int

const (
	Applications PaneID = iota
	Tokens
	Gateway
	Activity
	PaneCount
)

// LongestSearch is the longest text that is taken into a filter when it is pasted; fingerprints and names are shorter, tokens longer.
const LongestPaste = 16
