package ui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/ui/session"
)

// doAction is the intent to do what the root itself does: everything that is no verb on one token.
type doAction struct{ act action }

func (doAction) intent() {}

// performer is an intent that knows what it asks of the root, for what only one overlay wants.
type performer interface {
	intent
	perform(m *root) tea.Cmd
}

// offer says what an action would do now: an intent, or a refuse with the reason why it cannot. It changes nothing:
// the palette and the help grey what is refused, and keys, clicks and the palette run what is not.
func (m *root) offer(a action) intent {
	s := m.scene()
	b := m.keys.row(a)
	if b.where&placeOf(m.on()) == 0 {
		return refuse{b.word + " does nothing in this pane", m.keys.hint(paneTokens, "goes to the tokens")}
	}
	if bulk := m.bulkOf(a); bulk != nil {
		return bulk
	}
	switch a {
	case doGet, doRenew, doRevoke, doCopy, doProbe:
		return m.panes.at(m.on()).press(s, a)
	case doUndo:
		return m.undoIntent()
	case moveUp, moveDown, pageUp, pageDown, goHome, goEnd:
		return moveCursor{a}
	}
	if why := m.cannot(s, a); why != nil {
		return *why
	}
	return doAction{a}
}

// run does it, or says why not.
func (m *root) run(a action) tea.Cmd { return m.perform(m.offer(a)) }

// target is the token that the focused pane's selection means, for what is done to one token.
func (m *root) target(s *scene) *session.Row {
	if m.on() == gateway {
		return m.panes.gateway.row(s)
	}
	return s.token
}

// needToken is why an action on one token cannot run, or nil.
func (m *root) needToken(s *scene) *refuse {
	if why, ok := act(s, doCopy, m.target(s)).(refuse); ok {
		return &why
	}
	return nil
}

// cannot is why an action of the root cannot run now; nil when it can.
func (m *root) cannot(s *scene, a action) *refuse {
	switch a {
	case inspect:
		return m.cannotInspect(s)
	case doMark:
		return m.cannotMark(s)
	case reveal:
		return m.cannotReveal(s)
	case chooseGet:
		return m.cannotChooseGet(s)
	case chooseCopy, probeOn:
		return m.needToken(s)
	case revokeAll:
		return m.cannotRevokeAll(s)
	case dismissMark:
		return m.cannotDismiss(s)
	case forgetOver:
		return m.cannotForget()
	case editApp, deleteApp, adoptToken:
		return m.cannotApp(s, a)
	case unmarkAll:
		if len(m.s.Marks()) == 0 {
			return &refuse{"nothing is marked", m.keys.hint(doMark, "marks a row")}
		}
	case unlockSecrets:
		if !m.key().NeedsPassphrase() {
			return &refuse{"the stored secrets are not locked", ""}
		}
	case writeOut:
		if m.board().Unkept == nil {
			return &refuse{"the store is in its place", "lanyard backup FILE copies it"}
		}
	case pickTheme:
		return m.cannotPickTheme()
	}
	return nil
}

// do performs an action of the root.
func (m *root) do(a action) tea.Cmd {
	switch a {
	case inspect:
		return m.inspect()
	case doMark:
		return m.mark()
	case reveal:
		return m.reveal()
	case chooseGet:
		return m.openGrant()
	case chooseCopy:
		return m.openCopyAs()
	case probeOn:
		return m.probeUntilDead()
	case revokeAll:
		return m.openRevokeAll()
	case dismissMark:
		return m.openDismiss()
	case forgetOver:
		return m.request(session.Forget{What: console.ForgetWhat{Over: true}})
	case addApp, editApp:
		return m.openApp(a == editApp)
	case deleteApp:
		return m.openDelete()
	case adoptToken:
		return m.openAdopt()
	case importApps:
		return m.openImport()
	case moveLeft, moveRight:
		m.sideways(a)
	case nextPane:
		m.focusOn((m.focus + 1) % paneCount)
	case prevPane:
		m.focusOn((m.focus + paneCount - 1) % paneCount)
	case paneApps, paneTokens, paneGateway, paneActivity:
		if m.on() == applications+paneID(a-paneApps) {
			m.say(m.keys.row(a).word+" has the keys already", "")
		}
		m.focusOn(applications + paneID(a-paneApps))
	case zoom:
		m.zoomed = !m.zoomed
	case filterRows:
		m.openFilter()
	case hideDead:
		m.toggleDead()
	case unmarkAll:
		m.s.Unmark()
	case sortState, sortLeft, sortIssued, sortToken, sortWho, sortScopes:
		m.sortBy(a)
	case pickTheme:
		return m.openThemes()
	case togglePresenter:
		m.present(!m.set.Presenter)
	case toggleMouse:
		m.captureMouse(!m.set.Mouse)
	case unlockSecrets:
		m.s.LockedFirst(nil)
		return m.tellFacts()
	case writeOut:
		return m.request(session.WriteOut{})
	case openPalette:
		m.openPalette()
	case openLog:
		m.overlays = append(m.overlays, &logOverlay{entries: m.notices.log, key: m.key()})
	case openHelp:
		m.overlays = append(m.overlays, m.newHelp())
	case suspend:
		return m.stop()
	case closeTop:
		m.closeNothing()
	case quit:
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
