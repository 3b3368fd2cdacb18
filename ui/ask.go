package ui

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/ui/keys"
	"lanyard/ui/overlay"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// askedQuestion is an open question of the session.
type askedQuestion struct {
	box scene.Overlay
	ask session.Ask
}

// openAsked opens a question that is closed when it has nothing left to ask.
func (m *root) openAsked(box scene.Overlay, q session.Ask) {
	m.Open(box)
	m.asked = append(m.asked, askedQuestion{box, q})
}

// closedQuestion is the last question on top that closed by itself. Keys that follow may be meant
// for it.
type closedQuestion struct {
	why string // what was said about it; "" when keys are taken again
	at  time.Time
}

// closeStale closes the questions that have nothing left to ask, and says why.
func (m *root) closeStale() {
	m.asked = slices.DeleteFunc(m.asked, func(a askedQuestion) bool {
		open := m.IsOpen(a.box)
		if !open || m.s.StillAsks(a.ask) {
			return !open
		}
		why := "the question was closed: " + m.whyStale(a.ask)
		if q, asks := m.topQuestion(); asks && q == a.box {
			m.closed, m.question.box = closedQuestion{why, m.now}, q
		}
		m.Close(a.box)
		m.Notify(scene.Info, why, "")
		return true
	})
}

// whyStale returns why a question has nothing left to ask.
func (m *root) whyStale(q session.Ask) string {
	switch about := q.About.(type) {
	case session.InProduction:
		return scene.SkipWords(m.s.Skips(session.VerbRevoke, about.Row.ID))
	case session.Several:
		return "none of the " + about.Bulk.What + " can be revoked any more"
	}
	return "the older token is no longer the one that it named"
}

// openQuestion opens the question that a request raises.
func (m *root) openQuestion(q session.Ask) {
	switch about := q.About.(type) {
	case session.InProduction:
		m.openAsked(overlay.NewConfirm(m.Scene(), about.Row, q.Then), q)
	case session.Superseding:
		m.openAsked(overlay.NewSupersede(m.board(), about, q.Then), q)
	case session.Several:
		m.openAsked(overlay.NewBulk(m.Scene(), about.Bulk, q.Then), q)
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
		m.before, m.view.Find, m.view.HideOver = nil, "", false
		m.panes.apps.Select(session.Scope{})
	}
	m.panes.tokens.List.Selected = id
	m.focusOn(scene.Tokens)
	return m.Act(keys.Inspect)
}
