package ui

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/tokenapi/secret"
	"lanyard/ui/kit"
	"lanyard/ui/session"
)

// intent is what a key press asks for. Panes and overlays answer with one; only the root acts on it.
type intent interface{ intent() }

type (
	getToken struct {
		appID    string
		scopes   []string // instead of the application's
		grant    string   // instead of the application's
		user     string   // the same
		password secret.Text
		answered bool // a person has said yes to the question whether an older token may end by it
	}
	renewToken struct {
		tokenID  string
		answered bool
	}
	revokeToken struct {
		tokenID   string
		confirmed bool // a person has said yes to the question that production environments ask
	}
	undoRevoke   struct{ tokenID string } // "" is the one decided last
	copyToken    struct{ tokenID string }
	probeToken   struct{ tokenID string }
	refuse       struct{ why, hint string } // the key cannot act here, and this is why
	focusPane    struct{ pane paneID }
	closeOverlay struct{}
	choose       struct{ choice Choice }     // on the welcome screen
	giveUp       struct{ appID, key string } // the wait for a person, of what is in busy under key
	copyText     struct{ what, text string }
	leaveScreen  struct{}
	unlockStore  struct {
		passphrase secret.Text
		overlay    *unlockOverlay
	}
	cancelUnlock struct{ verb string }
)

// heard is the intent of a key that an overlay has answered by itself.
type heard struct{}

func (heard) intent()        {}
func (getToken) intent()     {}
func (renewToken) intent()   {}
func (revokeToken) intent()  {}
func (undoRevoke) intent()   {}
func (copyToken) intent()    {}
func (probeToken) intent()   {}
func (refuse) intent()       {}
func (focusPane) intent()    {}
func (closeOverlay) intent() {}
func (choose) intent()       {}
func (giveUp) intent()       {}
func (copyText) intent()     {}
func (leaveScreen) intent()  {}
func (unlockStore) intent()  {}
func (cancelUnlock) intent() {}

// press routes a key: to the overlay on top, else to what the key means, else to the focused pane.
func (m *root) press(msg tea.KeyPressMsg) tea.Cmd {
	b, known := m.keys.find(msg)
	if known && b.act == forceQuit {
		return m.leave(true)
	}
	if m.quitting && known && b.act == doUndo { // what is waited for can still be taken back
		return m.perform(m.undoIntent())
	}
	if m.quitting {
		m.note(info, "finishing what is under way; ctrl+c does not wait", "")
		return nil
	}
	if !m.pastedAt.IsZero() && m.now.Sub(m.pastedAt) < pasteEcho && (msg.Text != "" || msg.Code == tea.KeyEnter || msg.Code == tea.KeyTab) {
		m.pastedAt = m.now
		return nil
	}
	m.dirty = true
	if esc := (tea.KeyPressMsg{Code: tea.KeyEscape}); !known && msg.Code == esc.Code && msg.Mod == tea.ModAlt {
		return tea.Sequence(m.press(esc), m.press(esc)) // both came in one read
	}
	if known && b.act == suspend && msg.Text == "" {
		return m.run(suspend)
	}
	if n := len(m.overlays); n > 0 {
		q, asks := m.overlays[n-1].(asking)
		if asks && m.early(q) {
			m.note(info, kit.Clean(msg.String())+" was typed before this question, and is no answer", q.named(m.scene()))
			return nil
		}
		if o, ok := m.overlays[n-1].(typist); ok {
			return m.perform(o.typed(msg))
		}
		i := m.overlays[n-1].press(m.scene(), b.act, m.keys.meant(msg))
		switch {
		case i != nil:
		case asks:
			m.note(info, kit.Clean(msg.String())+" is no answer", q.named(m.scene()))
		case !known:
			m.note(info, "no action is on "+kit.Clean(msg.String())+" here", "esc closes this")
		case b.act < moveUp || b.act > goEnd:
			m.note(info, b.word+" is for the panes", "esc closes this first")
		}
		return m.perform(i)
	}
	if m.welcome != nil {
		return m.perform(m.welcome.press(b.act, m.keys.meant(msg)))
	}
	if m.view.typing {
		return m.filterTyped(msg)
	}
	if !known {
		m.noAction(msg)
		return nil
	}
	if m.tour.did(b.act) {
		m.guided()
	}
	return m.run(b.act)
}

// perform acts on an intent. What is about to be in flight is marked busy before the effect is returned,
// so that the same key pressed again meets a reason and not a second call.
func (m *root) perform(i intent) tea.Cmd {
	switch i := i.(type) {
	case performer:
		return i.perform(m)
	case doAction:
		return m.do(i.act)
	case moveCursor:
		l, n, _ := m.listOf(m.scene(), m.on())
		was := ""
		if l != nil {
			was = l.sel
		}
		cmd := m.perform(m.panes.at(m.on()).press(m.scene(), i.act))
		switch {
		case l == nil || n == 0:
			m.say("there is no row here", "")
		case l.sel == was:
			m.say("this is the "+i.act.end()+" row", "")
		}
		return cmd
	case refuse:
		m.note(info, i.why, i.hint)
	case closeOverlay:
		m.pop()
	case focusPane:
		m.focusOn(i.pane)
	case choose:
		m.choice = i.choice
		return tea.Quit
	case getToken:
		return m.get(i)
	case renewToken:
		return m.renew(i)
	case giveUp:
		return m.giveUp(i)
	case leaveScreen:
		return m.leave(false)
	case unlockStore:
		return m.unlock(i)
	case cancelUnlock:
		m.pop()
		m.note(info, "nothing was done: to "+i.verb+" the stored secrets have to be unlocked", "the key asks again")
	case copyText:
		if m.fx.clip == nil {
			m.note(info, "copying is switched off", "set clipboard.via in the configuration")
			return nil
		}
		return m.begin("text", "a copy is under way", func(text string) tea.Cmd { return m.fx.copyText(i.what, text) }, i.text)
	case probeToken:
		if !m.busy[i.tokenID] && m.unlockFirst("probe a token", i) {
			return nil
		}
		return m.begin(i.tokenID, "", m.fx.probe, i.tokenID)
	case revokeToken:
		return m.revoke(i)
	case undoRevoke:
		return m.begin("undo", "an undo is under way", m.fx.undo, i.tokenID)
	case copyToken:
		r := m.board.ByID[i.tokenID]
		switch {
		case m.fx.clip == nil:
			m.note(info, "copying is switched off", "set clipboard.via in the configuration")
		case r != nil && r.Token != nil:
			a, t := m.board.Apps[r.App].Application, *r.Token
			if !m.busy[i.tokenID] && m.unlockFirst("copy a token", i) {
				return nil
			}
			return m.begin(i.tokenID, "", func(string) tea.Cmd { return m.copy(a, t, bareForm()) }, i.tokenID)
		}
	}
	return nil
}

// begin starts the effect for id unless one is under way for it.
func (m *root) begin(key, why string, effect func(string) tea.Cmd, id string) tea.Cmd {
	if m.busy[key] {
		if why == "" {
			why = "this token is in the middle of something"
		}
		m.note(info, why, "wait for its answer")
		return nil
	}
	if m.fx.svc == nil {
		m.note(info, "there is nothing to do that with yet", "")
		return nil
	}
	m.busy[key] = true
	m.began(key)
	return effect(id)
}

// pop closes the overlay on top.
func (m *root) pop() {
	if n := len(m.overlays); n > 0 {
		m.overlays = m.overlays[:n-1]
	}
}

// answer closes the question on top: it was answered with yes.
func (m *root) answer() {
	if n := len(m.overlays); n > 0 {
		switch m.overlays[n-1].(type) {
		case *confirmOverlay, *knockOverlay:
			m.pop()
		}
	}
}

// drop closes an overlay wherever it is.
func (m *root) drop(o overlay) {
	m.overlays = slices.DeleteFunc(m.overlays, func(x overlay) bool { return x == o })
}

// revoke asks first in a production environment, and refuses what is decided or done already.
func (m *root) revoke(i revokeToken) tea.Cmd {
	if i.confirmed {
		m.answer()
	}
	r := m.board.ByID[i.tokenID]
	if r == nil || r.Token == nil {
		m.note(info, "that token is gone", "")
		return nil
	}
	a := &m.board.Apps[r.App]
	switch {
	case m.busy[i.tokenID]:
	case r.Pending():
		if !m.unlockFirst("send the revoke that waits", nil) {
			m.note(info, r.Token.Fingerprint+" is being revoked already", m.backAgain(r))
		}
		return nil
	case a.Environment.ReadOnly:
		m.note(info, kit.Clean(a.Environment.Name)+" is read-only: nothing is revoked there", m.fx.remedy(a, "remove read_only", m.face()))
		return nil
	case a.Environment.Production && !i.confirmed:
		m.overlays = append(m.overlays, newConfirm(r, a))
		return nil
	case m.unlockFirst("revoke a token", i):
		return nil
	}
	return m.begin(i.tokenID, "", m.fx.revoke, i.tokenID)
}

// backAgain says whether a pending revoke can still be taken back.
func (m *root) backAgain(r *session.Row) string {
	if r.Token.RevokeTries > 0 {
		return "it was sent at least once, and is sent again until the server answers"
	}
	return m.keys.hint(doUndo, "takes it back while it was not sent")
}

// undoIntent takes back the selected revoke, else the one decided last, here or in another console.
func (m *root) undoIntent() intent {
	s := m.scene()
	r := s.token
	if m.on() == gateway {
		r = m.panes.gateway.row(s)
	}
	switch {
	case r != nil && r.Undoable():
		return undoRevoke{r.ID}
	case m.board.Undoable > 0:
		return undoRevoke{}
	case r != nil && r.Pending():
		return refuse{"it is too late to undo that: " + m.backAgain(r), ""}
	}
	return refuse{"there is nothing to undo: no revoke is waiting", ""}
}

func (m *root) focusOn(p paneID) {
	m.focus = p
	if p == gateway || p == activity {
		m.lower = p
	}
	if g := &m.panes.gateway.list; p == gateway && g.sel == "" && len(m.board.Gate) > 0 {
		g.sel = m.board.Gate[0].ID
	}
	if s := m.scene(); p == activity && m.panes.acts.selected(s) == nil {
		if rows := s.actRows(); len(rows) > 0 {
			m.panes.acts.list.sel = actID(rows)(0)
		}
	}
}

// sideways moves the focus; where only the token list fits it changes the application instead.
func (m *root) sideways(a action) {
	if m.layout() == listOnly {
		move := moveDown
		if a == moveLeft {
			move = moveUp
		}
		was := m.panes.apps.list.sel
		m.panes.apps.list.move(move, len(m.board.Apps), m.panes.apps.id(m.scene()))
		if m.panes.apps.list.sel == was {
			m.say("this is the "+move.end()+" application", "")
		}
		return
	}
	p := m.focus + 1
	if a == moveLeft {
		p = m.focus - 1
	}
	if p >= 0 && p < paneCount {
		m.focusOn(p)
		return
	}
	m.say("there is no pane to the "+m.keys.row(a).word, m.keys.hint(nextPane, "goes round"))
}

// end names the row beyond which a move does not go.
func (a action) end() string {
	if a == moveUp || a == pageUp || a == goHome {
		return "first"
	}
	return "last"
}

// leave quits: revokes inside their undo window are sent, writes in flight are finished, the clipboard is cleared if
// it is still ours. Forced a second time it does not wait.
func (m *root) leave(force bool) tea.Cmd {
	if m.quitting {
		if force {
			m.choice = QuitNow
			return tea.Quit
		}
		return nil
	}
	if !force && m.asksToWriteOut() {
		return nil
	}
	for _, o := range m.overlays {
		if o, ok := o.(interface{ wipe() }); ok {
			o.wipe()
		}
	}
	m.quitting, m.overlays = true, nil
	unwait := m.fillInvites() // quitting waits for answers of servers, not for people
	if m.idle() && !m.copying.held {
		m.drained = true
		return m.finish()
	}
	m.note(info, "finishing…", "ctrl+c does not wait")
	return tea.Batch(unwait, m.finish())
}

// idle says whether nothing is in flight and no decided revoke is about to be sent.
func (m *root) idle() bool {
	return len(m.busy) == 0 && !m.delivering && !m.soon()
}

// longestWait is how long quitting waits for an undo window to end. What is decided is stored: the next
// console sends it.
const longestWait = 10 * time.Second

// soon says whether a revoke is inside its undo window: quitting then waits the seconds that are left.
func (m *root) soon() bool {
	at := session.Earlier(m.due, m.board.DeliverAt)
	return !m.key().shut() && m.fx.svc != nil && !at.IsZero() && at.Before(m.now.Add(min(m.fx.undoWindow(), longestWait)+time.Second)) && at.After(m.now.Add(-2*time.Second))
}

// finish takes the next step of quitting.
func (m *root) finish() tea.Cmd {
	switch {
	case !m.quitting || m.copying.clearing:
		return nil
	case m.copying.held:
		m.copying.begun()
		return m.fx.clear(0)
	case m.soon(), len(m.busy) > 0, m.delivering:
		return nil // the beat, or their results, come back here
	case m.drained:
		return tea.Quit
	case m.draining:
		return nil
	}
	m.draining = true
	return m.fx.drain()
}
