package scene

import (
	"charm.land/bubbles/v2/textinput"

	"lanyard/ui/form"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/session"
)

// View holds the choices of a person for the rows of the panes: the find, the hidden rows, and the
// order of the tokens.
type View struct {
	Find      string // what a person looks for among applications and tokens; "" for nothing
	FindCalls string // the same among the calls of Activity
	Typing    bool   // a person is typing one of them
	InCalls   bool   // it is FindCalls
	Input     textinput.Model
	HideOver  bool        // hide tokens that are dead, replaced or expired
	Sort      keys.Action // the chosen order; keys.None until a person chooses
	Reverse   bool
}

// Order returns the action that sorts as the tokens are sorted now; keys.SortLeft by default.
func (v *View) Order() keys.Action {
	if v.Sort == keys.None {
		return keys.SortLeft
	}
	return v.Sort
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

// TokenPage returns the rows of the scope in the Tokens pane, found and sorted.
func (s *Scene) TokenPage() session.Page {
	q := s.scopeQuery()
	q.Find = s.View.Find
	return s.Session.Page(q)
}

// ScopePage returns the rows of the scope, found or not. Columns and axis depend on it.
func (s *Scene) ScopePage() session.Page { return s.Session.Page(s.scopeQuery()) }

func (s *Scene) scopeQuery() session.Query {
	return session.Query{
		Scope: s.Scope, Audience: s.Redactor != nil, HideOver: s.View.HideOver,
		Order: Orders[s.View.Order()], Reverse: s.View.Reverse,
	}
}

// Rail returns the rows of the Applications pane.
func (s *Scene) Rail() session.Rail { return s.Session.Rail(s.View.Find, s.Redactor != nil) }

// Orders maps each sort action to the order of the session that it chooses.
var Orders = map[keys.Action]session.Order{
	keys.SortLeft: session.ByLeft, keys.SortIssued: session.ByIssued,
	keys.SortFingerprint: session.ByFingerprint, keys.SortUser: session.ByUser,
	keys.SortScopes: session.ByScopes,
}

// Calls returns the rows of the Activity pane: calls of this run, then those of other runs.
func (s *Scene) Calls() []session.CallRow {
	return s.Session.Calls(s.View.FindCalls, s.Redactor != nil)
}

// PaneID identifies a pane.
type PaneID int

// The panes, in the order of their keys.
const (
	Applications PaneID = iota
	Tokens
	Selected
	Activity
	PaneCount
)

// LongestPaste is the largest number of characters that may be pasted into what a person looks for.
// Fingerprints and names are shorter. A longer text may be a token, which must not be shown.
const LongestPaste = 16
