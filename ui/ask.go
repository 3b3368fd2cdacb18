package ui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"lanyard/ui/keys"
	"lanyard/ui/overlay"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// openQuestion opens the question that a request raises.
func (m *root) openQuestion(q session.Ask) {
	switch about := q.About.(type) {
	case session.InProduction:
		m.Open(overlay.NewConfirm(m.Scene(), about.Row, about.App, q.Then))
	case session.Superseding:
		m.Open(overlay.NewSupersede(m.board(), about, q.Then))
	case session.Several:
		m.Open(overlay.NewBulk(m.Scene(), about.Bulk, q.Then))
	case session.Repeating:
		m.Open(overlay.NewRepeat(about.Words, q.Then))
	case session.Locked:
		m.askPassphrase(q.Then)
	case session.ForgettingOver:
		m.Open(overlay.NewForget(about.Found, q.Then))
	case session.Losing:
		m.overlays = []scene.Overlay{overlay.NewLeave(q.Then)}
	}
}

// askPassphrase opens the question for the passphrase. Only a key press leads to it. After
// unlocking, then is requested once; nil requests nothing.
func (m *root) askPassphrase(then session.Request) {
	o := overlay.NewUnlock(needing(then), m.key(), nil)
	switch r := then.(type) {
	case nil, session.SendWaiting: // unlocking does it
	case session.Show: // its box opens when the secrets are open
		o.Then = r.For.(*overlay.Cleartext).Again()
	default:
		o.Then = scene.Do(then)
	}
	m.Open(o)
}

// needing returns the purpose for which the passphrase is requested.
func needing(r session.Request) string {
	switch r := r.(type) {
	case nil:
		return "open them"
	case session.SendWaiting:
		return "send the revoke that waits"
	case session.Get:
		return "get a token"
	case session.Renew:
		return "renew a token"
	case session.Revoke:
		return "revoke a token"
	case session.Copy:
		return "copy a token"
	case session.Probe, session.ProbeUntilDead:
		return "probe a token"
	case session.Bulk:
		return map[session.Verb]string{
			session.VerbRenew: "renew", session.VerbRevoke: "revoke", session.VerbProbe: "probe",
		}[r.Verb] + " the " + r.What
	case session.Save:
		return "save an application"
	case session.Test:
		return "test an application"
	case session.KeepFound:
		return "keep applications"
	case session.Adopt:
		return "adopt a token"
	case session.Inspect:
		return "inspect a token"
	case session.Introspect:
		return "introspect a token"
	case session.Show:
		return "reveal a token"
	}
	return "go on"
}

func (m *root) openInvite(a *session.App, key session.Key) {
	o := overlay.NewInvite(a, key)
	o.Fill(m.board().Invitations)
	m.Open(o)
}

// closeInvites closes the invitations to take part in a get or renewal that has ended.
func (m *root) closeInvites(appID string, key session.Key) {
	m.overlays = slices.DeleteFunc(m.overlays, func(o scene.Overlay) bool {
		i, ok := o.(*overlay.Invite)
		return ok && i.AppID == appID && (i.Key == session.Key{} || i.Key == key)
	})
}

// ActOn performs an action on an application, or shows why it cannot run.
func (m *root) ActOn(app string, a keys.Action) tea.Cmd {
	s := m.Scene()
	s.App = s.Board.IndexOf(app)
	if why := m.actions[a].cannot(s); why != nil {
		return why.Perform(m)
	}
	return m.actions[a].do(s)
}

// OpenToken closes all overlays, selects a token and opens its full view. If the rows do not have
// it, all rows are shown.
func (m *root) OpenToken(id string) tea.Cmd {
	m.closeAll()
	if r := m.board().Row(id); r == nil || r.Token == nil {
		m.Notify(scene.Info, "this token is gone", "")
		return nil
	}
	if m.Scene().TokenPage().Index(id) < 0 {
		m.view.Find, m.view.HideOver = "", false
		m.panes.apps.Select(session.Scope{})
	}
	m.panes.tokens.List.Selected = id
	m.focusOn(scene.Tokens)
	return m.Act(keys.Inspect)
}
