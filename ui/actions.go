package ui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/ui/keys"
	"lanyard/ui/session"
)

// doAction is the intent to do what the root itself does: everything that is no verb on one token.
type doAction struct{ act keys.Action }

func (doAction) intent() {}

// performer is an intent that knows what it asks of the root, for what only one overlay wants.
type performer interface {
	intent
	perform(m *root) tea.Cmd
}

// offer says what an action would do now: an intent, or a refuse with the reason why it cannot. It
// changes nothing: the palette and the help grey what is refused, and keys, clicks and the palette
// run what is not.
func (m *root) offer(a keys.Action) intent {
	s := m.scene()
	b := m.keys.Row(a)
	if b.Where&placeOf(m.on()) == 0 {
		return refuse{b.Word + " does nothing in this pane", m.keys.Hint(keys.Tokens, "goes to the tokens")}
	}
	if bulk := m.bulkOf(a); bulk != nil {
		return bulk
	}
	switch a {
	case keys.Get, keys.Renew, keys.Revoke, keys.Copy, keys.Probe:
		return m.panes.at(m.on()).press(s, a)
	case keys.Undo:
		return m.undoIntent()
	case keys.Up, keys.Down, keys.PageUp, keys.PageDown, keys.First, keys.Last:
		return moveCursor{a}
	}
	if why := m.cannot(s, a); why != nil {
		return *why
	}
	return doAction{a}
}

// run does it, or says why not.
func (m *root) run(a keys.Action) tea.Cmd { return m.perform(m.offer(a)) }

// target is the token that the focused pane's selection means, for what is done to one token.
func (m *root) target(s *scene) *session.Row {
	if m.on() == gateway {
		return m.panes.gateway.row(s)
	}
	return s.token
}

// needToken is why an action on one token cannot run, or nil.
func (m *root) needToken(s *scene) *refuse {
	if why, ok := act(s, keys.Copy, m.target(s)).(refuse); ok {
		return &why
	}
	return nil
}

// cannot is why an action of the root cannot run now; nil when it can.
func (m *root) cannot(s *scene, a keys.Action) *refuse {
	switch a {
	case keys.Inspect:
		return m.cannotInspect(s)
	case keys.Mark:
		return m.cannotMark(s)
	case keys.ShowToken:
		return m.cannotReveal(s)
	case keys.GetWith:
		return m.cannotChooseGet(s)
	case keys.CopyAs, keys.ProbeUntilDead:
		return m.needToken(s)
	case keys.RevokeAll:
		return m.cannotRevokeAll(s)
	case keys.DismissLost:
		return m.cannotDismiss(s)
	case keys.ForgetOver:
		return m.cannotForget()
	case keys.EditApp, keys.DeleteApp, keys.AdoptToken:
		return m.cannotApp(s, a)
	case keys.UnmarkAll:
		if len(m.s.Marks()) == 0 {
			return &refuse{"nothing is marked", m.keys.Hint(keys.Mark, "marks a row")}
		}
	case keys.Unlock:
		if !m.key().NeedsPassphrase() {
			return &refuse{"the stored secrets are not locked", ""}
		}
	case keys.WriteOut:
		if m.board().Unkept == nil {
			return &refuse{"the store is in its place", "lanyard backup FILE copies it"}
		}
	case keys.Theme:
		return m.cannotPickTheme()
	}
	return nil
}

// do performs an action of the root.
func (m *root) do(a keys.Action) tea.Cmd {
	switch a {
	case keys.Inspect:
		return m.inspect()
	case keys.Mark:
		return m.mark()
	case keys.ShowToken:
		return m.reveal()
	case keys.GetWith:
		return m.openGrant()
	case keys.CopyAs:
		return m.openCopyAs()
	case keys.ProbeUntilDead:
		return m.probeUntilDead()
	case keys.RevokeAll:
		return m.openRevokeAll()
	case keys.DismissLost:
		return m.openDismiss()
	case keys.ForgetOver:
		return m.request(session.Forget{What: console.ForgetWhat{Over: true}})
	case keys.AddApp, keys.EditApp:
		return m.openApp(a == keys.EditApp)
	case keys.DeleteApp:
		return m.openDelete()
	case keys.AdoptToken:
		return m.openAdopt()
	case keys.Import:
		return m.openImport()
	case keys.Left, keys.Right:
		m.sideways(a)
	case keys.NextPane:
		m.focusOn((m.focus + 1) % paneCount)
	case keys.PreviousPane:
		m.focusOn((m.focus + paneCount - 1) % paneCount)
	case keys.Applications, keys.Tokens, keys.Gateway, keys.Activity:
		if m.on() == applications+paneID(a-keys.Applications) {
			m.say(m.keys.Row(a).Word+" has the keys already", "")
		}
		m.focusOn(applications + paneID(a-keys.Applications))
	case keys.Zoom:
		m.zoomed = !m.zoomed
	case keys.Filter:
		m.openFilter()
	case keys.HideDead:
		m.toggleDead()
	case keys.UnmarkAll:
		m.s.Unmark()
	case keys.SortState, keys.SortLeft, keys.SortIssued, keys.SortFingerprint, keys.SortUser, keys.SortScopes:
		m.sortBy(a)
	case keys.Theme:
		return m.openThemes()
	case keys.Presenter:
		m.present(!m.set.Presenter)
	case keys.Mouse:
		m.captureMouse(!m.set.Mouse)
	case keys.Unlock:
		m.s.LockedFirst(nil)
		return m.tellFacts()
	case keys.WriteOut:
		return m.request(session.WriteOut{})
	case keys.Commands:
		m.openPalette()
	case keys.Messages:
		m.overlays = append(m.overlays, &logOverlay{entries: m.notices.log, key: m.key()})
	case keys.Help:
		m.overlays = append(m.overlays, m.newHelp())
	case keys.Suspend:
		return m.stop()
	case keys.Close:
		m.closeNothing()
	case keys.Quit:
		return m.leave(false)
	}
	return nil
}

// closeNothing is esc where nothing is open: the notice goes, else the filter, else the zoom.
func (m *root) closeNothing() {
	switch {
	case m.endTour():
	case !m.notices.until.IsZero():
		m.notices.hide()
	case len(m.s.Marks()) > 0:
		m.s.Unmark()
	case m.clearFilter():
	case m.zoomed:
		m.zoomed = false
	default:
		m.say("nothing is open", "")
	}
}

// open lays an overlay over the screen.
func (m *root) open(o overlay) { m.overlays = append(m.overlays, o) }

// isOpen says whether an overlay is open still.
func (m *root) isOpen(o overlay) bool { return slices.Contains(m.overlays, o) }
