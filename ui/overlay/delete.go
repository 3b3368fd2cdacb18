package overlay

import (
	"strconv"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/text"
	"lanyard/ui/keys"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// NewDelete returns the question before an application of the store is deleted. listed is the
// number of its tokens in the list.
func NewDelete(a *session.App, listed int) *Confirm {
	living, gone := a.Tally.Active+a.Tally.Expiring+a.Tally.Revoking, a.Source == console.Gone
	o := &Confirm{
		title: "Delete the application?", verb: "delete it",
		then:  session.Delete{App: a.ID, Name: string(a.Label())},
		lines: []console.Private{a.Label(), "", deletes(living, listed, gone)},
	}
	if living > 0 && !gone {
		o.answers = []answer{{"r", "revoke first", "revoke first", revokeFirst{a.ID}}}
	}
	return o
}

// deletes describes what goes with an application, and what stays. gone means that the application
// is no longer configured.
func deletes(living, listed int, gone bool) console.Private {
	switch {
	case gone && listed > 0:
		return console.Private("It is no longer configured, and its tokens are over (" +
			strconv.Itoa(listed) + " listed). They are forgotten with it, and so is their log; " +
			"it keeps that they were forgotten.")
	case gone:
		return "It is no longer configured, and holds no token. What is left of it is forgotten."
	case living == 0 && listed == 0:
		return "It holds no token. Its consumer secret is forgotten with it."
	case living == 0:
		return "Its consumer secret stays sealed in the store while a token of it is listed."
	}
	n := text.CountOf(living, "living token stays", "living tokens stay")
	return console.Private(n + " listed under “no longer configured”, and can still be revoked. " +
		"To be rid of them, revoke them first.")
}

// revokeFirst is the intent to ask before all tokens of the application are revoked instead.
type revokeFirst struct{ app string }

// Perform implements [scene.Intent].
func (i revokeFirst) Perform(h scene.Host) tea.Cmd {
	h.Close(nil)
	return h.ActOn(i.app, keys.RevokeAll)
}
