package ui

import (
	"lanyard/console"
	"lanyard/ui/keys"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// target returns the token that the focused pane has selected; nil for none.
func (m *root) target(s *scene.Scene) *session.Row {
	r, _ := m.panes.at(m.focus).Target(s)
	return r
}

// bulk returns the marked tokens that a verb would act on. In the full view a verb acts on the
// token that it shows.
func (m *root) bulk() []string {
	if m.focus == scene.Activity || m.showsFullView() {
		return nil
	}
	return m.s.Marked()
}

// cannotToken returns why an action cannot run on the selected token.
func (m *root) cannotToken(s *scene.Scene) *scene.Refuse {
	r, why := m.panes.at(m.focus).Target(s)
	switch {
	case r == nil:
		return why
	case r.Token == nil:
		return scene.Cannot("nobody saw the answer to this get, so there is no token to act on",
			s.Keys.Hint(keys.Get, "asks anew"))
	}
	return nil
}

func (m *root) cannotGet(s *scene.Scene, a *session.App) *scene.Refuse {
	return m.cannotGetBy(s, a, a.Grant)
}

func (m *root) cannotGetWith(s *scene.Scene, a *session.App) *scene.Refuse {
	return m.cannotGetBy(s, a, a.Grants()[0])
}

// cannotGetBy returns why a get with a grant would be refused.
func (m *root) cannotGetBy(s *scene.Scene, a *session.App, grant string) *scene.Refuse {
	switch a.CannotGet(grant) {
	case console.CodeGone:
		return scene.Cannot(a.Name+" is no longer configured",
			"its tokens can still be revoked with "+s.Keys.Way(keys.Revoke))
	case console.CodeReadOnly:
		return m.readOnly(s, a, "requested")
	case console.CodeNoGrant:
		return scene.Cannot(a.Name+" can only refresh: its grant is refresh_token",
			s.Keys.Hint(keys.GetWith, "gets one with another grant"))
	}
	return nil
}

// readOnly refuses what would change something in a read_only environment.
func (m *root) readOnly(s *scene.Scene, a *session.App, done string) *scene.Refuse {
	return scene.Cannot(s.Show(a.Environment.Name)+" is read-only: nothing is "+done+" there",
		m.s.Remedy(a, "remove read_only", m.face()))
}

func (m *root) cannotInspect(s *scene.Scene) *scene.Refuse {
	if m.focus == scene.Activity {
		if _, ok := m.panes.acts.Selected(s); !ok {
			return scene.Cannot("no call is selected", s.Keys.Selects())
		}
		return nil
	}
	if m.choosesScope() {
		return nil
	}
	if r, _ := m.panes.at(m.focus).Target(s); r != nil && r.Token == nil {
		if !m.s.HasCallOfMark(r.Mark.ID) {
			return scene.Cannot("the call of this get is not known any more",
				s.Keys.Hint(keys.Get, "asks anew"))
		}
		return nil
	}
	return m.cannotToken(s)
}

// cannotIntrospect returns why the key manager cannot be asked about the selected token.
func (m *root) cannotIntrospect(s *scene.Scene) *scene.Refuse {
	if why := m.cannotToken(s); why != nil {
		return why
	}
	a := &s.Board.Apps[m.target(s).App]
	if !a.CanIntrospect() {
		return scene.Cannot("environment "+a.Environment.Name+" has no introspect_url",
			m.s.Remedy(a, "set introspect_url", m.face()))
	}
	return nil
}

func (m *root) cannotShow(s *scene.Scene) *scene.Refuse {
	if m.set.Presenter {
		return scene.Cannot("nothing is revealed in presenter mode", "")
	}
	return m.cannotToken(s)
}

func (m *root) cannotCopy(s *scene.Scene) *scene.Refuse {
	if why := m.cannotToken(s); why != nil || m.s.CanCopy() {
		return why
	}
	return copyingOff()
}

func copyingOff() *scene.Refuse {
	return scene.Cannot("copying is switched off", "set clipboard.via in the configuration")
}

func (m *root) cannotRevokeAll(s *scene.Scene, a *session.App) *scene.Refuse {
	switch {
	case a.Environment.ReadOnly:
		return m.readOnly(s, a, "revoked")
	case len(a.Living()) == 0:
		return scene.Cannot(a.Name+" holds no token that lives", "")
	}
	return nil
}

func (m *root) cannotDismiss(s *scene.Scene) *scene.Refuse {
	if m.target(s).LostAnswer() == nil {
		return scene.Cannot("no answer of this row was lost", "")
	}
	return nil
}

func (m *root) cannotForget(*scene.Scene) *scene.Refuse {
	if !m.board().HasOver() {
		return scene.Cannot("no token is over", "")
	}
	return nil
}

func cannotEditApp(_ *scene.Scene, a *session.App) *scene.Refuse {
	if a.Source == console.Gone {
		return scene.Cannot(a.Name+" is no longer configured", "")
	}
	return nil
}

func (m *root) cannotDeleteApp(_ *scene.Scene, a *session.App) *scene.Refuse {
	switch a.CannotDelete() {
	case session.NoDeleteNone:
	case session.NoDeleteMayLive:
		return scene.Cannot(a.Name+" is no longer configured, and tokens of it may be alive",
			m.keys.Hint(keys.RevokeAll,
				"revokes them; when they are over the rest can be forgotten"))
	case session.NoDeleteLostGet:
		return scene.Cannot(
			a.Name+" is no longer configured, and an answer to a get of it was lost",
			m.keys.Hint(keys.DismissLost, "says that nobody needs to know"))
	case session.NoDeleteConfigured:
		if m.o.Demo {
			return scene.Cannot(a.Name+" belongs to the demo",
				m.keys.Hint(keys.AddApp, "adds one that can be deleted"))
		}
		return scene.Cannot(a.Name+" is in the configuration file",
			"take it out of "+m.configFile())
	}
	return nil
}

func (m *root) cannotUnmark(*scene.Scene) *scene.Refuse {
	if len(m.s.Marks()) == 0 {
		return scene.Cannot("nothing is marked", m.keys.Hint(keys.Mark, "marks a row"))
	}
	return nil
}

func (m *root) cannotPickTheme(*scene.Scene) *scene.Refuse {
	if len(m.o.Themes.All) == 0 {
		return scene.Cannot("there are no themes to choose from", "")
	}
	return nil
}

func (m *root) cannotUnlock(*scene.Scene) *scene.Refuse {
	if !m.key().NeedsPassphrase() {
		return scene.Cannot("the stored secrets are not locked", "")
	}
	return nil
}

func (m *root) cannotWriteOut(*scene.Scene) *scene.Refuse {
	if m.board().Unkept == nil {
		return scene.Cannot("the store is in its place", "lanyard backup FILE copies it")
	}
	return nil
}

// closeNothing handles esc if no overlay is open. It ends the first of these that exists: tour,
// marks, find, zoom, another pane in the place of Tokens. Every key ends a notice; esc does only
// that if nothing else is open.
func (m *root) closeNothing() {
	switch {
	case m.endTour():
	case len(m.s.Marks()) > 0 && !m.showsFullView(): // the full view shows no marks
		m.s.Unmark()
	case m.clearFind():
	case m.zoomed:
		m.zoom()
	case m.presents() && !m.notices.on:
		m.flash("presenter mode stays on", m.keys.Hint(keys.Presenter, "closes it"))
	case m.focus != scene.Tokens && m.layout() <= narrow:
		m.focusOn(scene.Tokens)
	case m.notices.on:
		m.notices.hide()
	default:
		m.flash("nothing is open", m.showsAll())
	}
}

// showsAll returns the keys that list the tokens of all applications; "" if they are listed. The
// key esc closes what is open, and does not change the scope.
func (m *root) showsAll() string {
	switch {
	case m.panes.apps.Scope(m.s).Kind == session.AllApplications:
		return ""
	case m.focus == scene.Applications:
		return m.keys.Hint(keys.First, "goes to All")
	}
	return m.keys.List(keys.Applications, keys.First) + " go to All"
}
