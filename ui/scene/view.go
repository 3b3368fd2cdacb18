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

// View holds the choices of a person for the rows of the panes: the filters, which rows are hidden,
// and the order of the tokens.
type View struct {
	Filters  [PaneCount]string // by pane; "" for none
	Typing   bool              // a person is typing the filter of the focused pane
	Input    textinput.Model
	HideOver bool        // hide tokens that are dead, superseded or expired
	Sort     keys.Action // the chosen order; keys.None until a person chooses
	Reverse  bool
}

// Order returns the action that sorts as the tokens are sorted now; keys.SortState by default.
func (v *View) Order() keys.Action {
	if v.Sort == keys.None {
		return keys.SortState
	}
	return v.Sort
}

// filterText returns the filter of a pane as its title shows it, or "" if there is none. While a
// person types it, it contains the cursor.
func (s *Scene) filterText(p PaneID) string {
	v, on := s.View, s.Focus == p
	f := v.Filters[p]
	switch {
	case v.Typing && on:
		return "/" + s.Typing(v.Input)
	case f != "":
		return "/" + s.Redacted(f)
	}
	return ""
}

// Typing returns a text that is being typed, with the cursor in it. A text that presenter mode
// redacts has the cursor at its end.
func (s *Scene) Typing(in textinput.Model) string {
	left, right := form.Around(in)
	if text := s.Redacted(left + right); text != kit.Clean(left+right) {
		return text + form.Cursor
	}
	return left + form.Cursor + right
}

// TitleSuffix returns the parts of [Scene.TitleParts] as the end of a title, with a separator
// before each.
func (s *Scene) TitleSuffix(p PaneID) string {
	if all := s.TitleParts(p); len(all) > 0 {
		return " · " + strings.Join(all, " · ")
	}
	return ""
}

// TitleParts returns the parts of a pane's title that describe its rows. They are the filter with
// the number of matches, and the numbers of hidden and of marked rows. An order by time of issue is
// a part too, because no column shows it.
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
	if f := s.filterText(p); f != "" {
		if s.View.Filters[p] != "" {
			f += " " + strconv.Itoa(shown) + " of " + strconv.Itoa(all-hidden)
		}
		out = append(out, f)
	}
	if hidden > 0 {
		out = append(out, strconv.Itoa(hidden)+" hidden")
	}
	if p == Tokens && s.View.Order() == keys.SortIssued { // no column shows it
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

// TokenPage returns the rows of an application in the Tokens pane, filtered and sorted.
func (s *Scene) TokenPage(a *session.App) session.Page {
	v := s.View
	return s.Session.Page(session.Query{
		App: a.ID, Filter: v.Filters[Tokens], HideOver: v.HideOver, Order: Orders[v.Order()],
		Reverse: v.Reverse,
	})
}

// Orders maps each sort action to the order of the session that it chooses.
var Orders = map[keys.Action]session.Order{
	keys.SortState: session.ByState, keys.SortLeft: session.ByLeft,
	keys.SortIssued: session.ByIssued, keys.SortFingerprint: session.ByFingerprint,
	keys.SortUser: session.ByUser, keys.SortScopes: session.ByScopes,
}

// GatewayPage returns the rows of the Gateway cache pane, filtered.
func (s *Scene) GatewayPage() session.Page {
	return s.Session.Page(session.Query{
		Scope: session.AtGateway, Filter: s.View.Filters[Gateway], HideOver: s.View.HideOver,
	})
}

// AppRows returns the rows of the Applications pane, as indexes in Board.Apps.
func (s *Scene) AppRows() []int {
	out := make([]int, 0, len(s.Board.Apps))
	for i := range s.Board.Apps {
		if text.Fuzzy(s.View.Filters[Applications], string(s.Board.Apps[i].Label())) {
			out = append(out, i)
		}
	}
	return out
}

// Calls returns the rows of the Activity pane, newest first.
func (s *Scene) Calls() []*console.Exchange {
	out := make([]*console.Exchange, 0, len(s.Board.Exchanges))
	for i := len(s.Board.Exchanges) - 1; i >= 0; i-- {
		e := &s.Board.Exchanges[i]
		if f := s.View.Filters[Activity]; f == "" ||
			text.Fuzzy(f, e.Method+" "+pathOf(e.URL)+" "+strconv.Itoa(e.Status)+" "+
				string(e.Application)+" "+e.Verb()+" "+e.Err) {
			out = append(out, e)
		}
	}
	return out
}

// NoMatch fills a pane whose rows are all filtered out or hidden. The text names the key that shows
// them.
func (s *Scene) NoMatch(p PaneID, w, h int) []string {
	hidden := 0
	if a, ok := s.Selected(); ok && p == Tokens {
		hidden = s.TokenPage(a).Hidden
	} else if p == Gateway {
		hidden = s.GatewayPage().Hidden
	}
	show := s.Keys.Key(keys.HideDead)
	if s.View.Filters[p] == "" {
		return Placeholder(s, w, h, "", "All that is here is over and hidden.", "",
			show+" shows it.")
	}
	text := []string{"", "Nothing here matches /" + s.Redacted(s.View.Filters[p]) + ".", "",
		s.Keys.Hint(keys.Close, "takes the filter away.")}
	if hidden > 0 {
		text = append(text, "",
			"What is over is not searched: "+strconv.Itoa(hidden)+" hidden, "+show+" shows them.")
	}
	return Placeholder(s, w, h, text...)
}

// PaneID identifies a pane. Its value is an index of View.Filters.
type PaneID int

// The panes, in the order of their keys.
const (
	Applications PaneID = iota
	Tokens
	Gateway
	Activity
	PaneCount
)

// LongestPaste is the largest number of characters that may be pasted into a filter. Fingerprints
// and names are shorter. A longer text may be a token, which must not be shown.
const LongestPaste = 16
