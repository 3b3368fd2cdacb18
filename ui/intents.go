package ui

import (
	"cmp"
	"slices"

	tea "charm.land/bubbletea/v2"

	"lanyard/tokenapi/secret"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/session"
)

// intent is what a key press asks for. Panes and overlays answer with one; only the root acts on
// it.
type intent interface{ intent() }

type (
	refuse       struct{ why, hint string } // the key cannot act here, and this is why
	focusPane    struct{ pane paneID }
	closeOverlay struct{}
	choose       struct{ choice Choice } // on the welcome screen
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
func (refuse) intent()       {}
func (focusPane) intent()    {}
func (closeOverlay) intent() {}
func (choose) intent()       {}
func (leaveScreen) intent()  {}
func (unlockStore) intent()  {}
func (cancelUnlock) intent() {}

// press routes a key: to the overlay on top, else to what the key means, else to the focused pane.
func (m *root) press(msg tea.KeyPressMsg) tea.Cmd {
	b, known := m.keys.Find(meant(&m.keys, msg))
	if known && b.Act == keys.QuitNow {
		return m.leave(true)
	}
	if m.s.Quitting() && known && b.Act == keys.Undo { // what is waited for can still be taken back
		return m.perform(m.undoIntent())
	}
	if m.s.Quitting() {
		m.note(info, "finishing what is under way; ctrl+c does not wait", "")
		return nil
	}
	if esc := (tea.KeyPressMsg{Code: tea.KeyEscape}); !known && msg.Code == esc.Code && msg.Mod == tea.ModAlt {
		return tea.Sequence(m.press(esc), m.press(esc)) // both came in one read
	}
	if known && b.Act == keys.Suspend && msg.Text == "" {
		return m.run(keys.Suspend)
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
		if fixed, ok := fixedKeys()[meant(&m.keys, msg)]; ok {
			b, known = m.keys.Row(fixed), true
		}
		i := m.overlays[n-1].press(m.scene(), b.Act, meant(&m.keys, msg))
		switch {
		case i != nil:
		case asks:
			m.note(info, kit.Clean(msg.String())+" is no answer", q.named(m.scene()))
		case !known:
			m.note(info, "no action is on "+kit.Clean(msg.String())+" here", "esc closes this")
		case b.Act < keys.Up || b.Act > keys.Last:
			m.note(info, b.Word+" is for the panes", "esc closes this first")
		}
		return m.perform(i)
	}
	if m.welcome != nil {
		key := meant(&m.keys, msg)
		return m.perform(m.welcome.press(cmp.Or(fixedKeys()[key], b.Act), key))
	}
	if m.view.typing {
		return m.filterTyped(msg)
	}
	if !known {
		m.noAction(msg)
		return nil
	}
	if m.did(b.Act) {
		m.guided()
	}
	return m.run(b.Act)
}

// fixedKeys are the keys that mean the same in all that opens over the panes, whatever the
// configuration has put on them: what is said there names them.
func fixedKeys() map[string]keys.Action {
	return map[string]keys.Action{
		"esc": keys.Close, "up": keys.Up, "down": keys.Down, "pgup": keys.PageUp, "pgdown": keys.PageDown,
		"home": keys.First, "end": keys.Last, "tab": keys.NextPane,
	}
}

// perform acts on an intent. What is about to be in flight is marked busy before the effect is
// returned, so that the same key pressed again meets a reason and not a second call.
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
			m.say("this is the "+end(i.act)+" row", "")
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
	case request:
		return m.request(i.Request)
	case leaveScreen:
		return m.leave(false)
	case unlockStore:
		return m.unlock(i)
	case cancelUnlock:
		m.pop()
		m.note(info, "nothing was done: to "+i.verb+" the stored secrets have to be unlocked", "the key asks again")
	}
	return nil
}

// pop closes the overlay on top.
func (m *root) pop() {
	if n := len(m.overlays); n > 0 {
		m.overlays = m.overlays[:n-1]
	}
}

// drop closes an overlay wherever it is.
func (m *root) drop(o overlay) {
	m.overlays = slices.DeleteFunc(m.overlays, func(x overlay) bool { return x == o })
}

// backAgain says whether a pending revoke can still be taken back.
func (m *root) backAgain(r *session.Row) string {
	if r.Token.RevokeTries > 0 {
		return "it was sent at least once, and is sent again until the server answers"
	}
	return m.keys.Hint(keys.Undo, "takes it back while it was not sent")
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
		return request{session.Undo{Token: r.ID}}
	case m.board().Undoable > 0:
		return request{session.Undo{}}
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
	if g := &m.panes.gateway.list; p == gateway && g.sel == "" && m.board().AtGateway() > 0 {
		g.sel = m.s.Page(session.Query{Scope: session.AtGateway}).ID(0)
	}
	if s := m.scene(); p == activity && m.panes.acts.selected(s) == nil {
		if rows := s.actRows(); len(rows) > 0 {
			m.panes.acts.list.sel = actID(rows)(0)
		}
	}
}

// sideways moves the focus; where only the token list fits it changes the application instead.
func (m *root) sideways(a keys.Action) {
	if m.layout() == listOnly {
		move := keys.Down
		if a == keys.Left {
			move = keys.Up
		}
		was := m.panes.apps.list.sel
		m.panes.apps.list.move(move, len(m.board().Apps), m.panes.apps.id(m.scene()))
		if m.panes.apps.list.sel == was {
			m.say("this is the "+end(move)+" application", "")
		}
		return
	}
	p := m.focus + 1
	if a == keys.Left {
		p = m.focus - 1
	}
	if p >= 0 && p < paneCount {
		m.focusOn(p)
		return
	}
	m.say("there is no pane to the "+m.keys.Row(a).Word, m.keys.Hint(keys.NextPane, "goes round"))
}

// end names the row beyond which a move does not go.
func end(a keys.Action) string {
	if a == keys.Up || a == keys.PageUp || a == keys.First {
		return "first"
	}
	return "last"
}

// leave quits. A second time, forced, it does not wait.
func (m *root) leave(force bool) tea.Cmd { return m.request(session.Quit{Force: force}) }

// closeAll closes what is open, and forgets what was typed into it.
func (m *root) closeAll() {
	for _, o := range m.overlays {
		if o, ok := o.(interface{ wipe() }); ok {
			o.wipe()
		}
	}
	m.overlays = nil
}
