package ui

import (
	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// press routes a key: to the overlay on top if there is one, to a text that is typed, else to its
// action.
func (m *root) press(msg tea.KeyPressMsg) tea.Cmd {
	b, known := m.keys.Find(keyName(&m.keys, msg))
	if known && b.Act == keys.QuitNow {
		return m.leave(true)
	}
	if m.s.Quitting() { // no pane or overlay gets keys
		if known && b.Act == keys.Undo {
			return m.Act(keys.Undo)
		}
		m.tellRefused(session.Refused{Reason: session.WhileQuitting})
		return nil
	}
	if esc := (tea.KeyPressMsg{Code: tea.KeyEscape}); !known && msg.Code == esc.Code &&
		msg.Mod == tea.ModAlt {
		return tea.Sequence(m.press(esc), m.press(esc)) // both came in one read
	}
	if known && b.Act == keys.Suspend && msg.Text == "" {
		return m.Act(keys.Suspend)
	}
	if known && b.Act == keys.Presenter && msg.Text == "" {
		return m.Act(keys.Presenter) // a secret on the screen must not wait for a box to be closed
	}
	if m.meantForClosed() {
		m.Notify(scene.Info, m.closed.why, "the key "+kit.Clean(msg.String())+" did nothing")
		return nil
	}
	if n := len(m.overlays); n > 0 {
		q, asks := m.topQuestion()
		if asks && m.typedBefore(q) {
			m.Notify(scene.Info,
				"the key "+kit.Clean(msg.String())+" was typed before this question, and is no "+
					"answer",
				q.Answers(m.Scene()))
			return nil
		}
		if o, ok := m.overlays[n-1].(scene.Typist); ok {
			return m.perform(o.Typed(msg))
		}
		if fixed, ok := fixedKeys()[keyName(&m.keys, msg)]; ok {
			b, known = m.keys.Row(fixed), true
		}
		i := m.overlays[n-1].Press(m.Scene(), b.Act, keyName(&m.keys, msg))
		switch {
		case i != nil:
		case asks:
			m.Notify(scene.Info, "the key "+kit.Clean(msg.String())+" is no answer",
				q.Answers(m.Scene()))
		case !known:
			m.Notify(scene.Info, "no action is on "+kit.Clean(msg.String())+" here",
				"esc closes this")
		case b.Act < keys.Up || b.Act > keys.Last:
			m.Notify(scene.Info, b.Word+" does not work in this box", "esc closes it")
		}
		return m.perform(i)
	}
	if m.welcome != nil {
		return m.welcome.press(m, msg)
	}
	if m.view.Typing {
		return m.findTyped(msg)
	}
	if !known {
		m.noAction(msg)
		return nil
	}
	return m.Act(b.Act)
}

// fixedKeys returns the keys that the configuration cannot remap over the panes, because overlays
// name them.
func fixedKeys() map[string]keys.Action {
	return map[string]keys.Action{
		"esc": keys.Close, "up": keys.Up, "down": keys.Down, "pgup": keys.PageUp,
		"pgdown": keys.PageDown, "home": keys.First, "end": keys.Last, "tab": keys.NextPane,
	}
}

// perform performs an intent; nil is none. The session marks work as in flight before it begins,
// so that the same key pressed again is refused instead of sending a second request.
func (m *root) perform(i scene.Intent) tea.Cmd {
	if i == nil {
		return nil
	}
	return i.Perform(m)
}

// moveCursor moves the cursor of the focused pane. In Selected the arrows go to another token, and
// the other keys scroll its full view.
func (m *root) moveCursor(a keys.Action) {
	if m.showsFullView() && a != keys.Up && a != keys.Down {
		sel := m.panes.selected
		switch {
		case sel.Scroll(a):
		case !sel.Scrolls():
			m.flash("all of it is on the screen", m.keys.Hint(keys.Down, "shows the next token"))
		default:
			m.flash("this is the "+end(a)+" line", "")
		}
		return
	}
	switch rows, moved := m.move(m.focus, a); {
	case rows == 0:
		m.flash("there is no row here", "")
	case !moved:
		m.flash("this is the "+end(a)+" row", "")
	}
}

// showsFullView reports whether the focused pane is the full view of the selected token.
func (m *root) showsFullView() bool {
	return m.focus == scene.Selected && (m.zoomed || m.layout() <= narrow)
}

// move moves the cursor of a pane. It returns the number of rows, and whether the cursor moved.
// Selected follows the cursor of Tokens.
func (m *root) move(p scene.PaneID, a keys.Action) (rows int, moved bool) {
	if p == scene.Selected {
		p = scene.Tokens
	}
	l, n, id := m.panes.at(p).Cursor(m.Scene())
	was := l.Selected
	l.Move(a, n, id)
	m.scopeChosen(p)
	return n, l.Selected != was
}

// scopeChosen selects the first token of the scope after the cursor of a pane was moved. It does so
// if that pane is Applications and the selected token is not in the scope.
func (m *root) scopeChosen(p scene.PaneID) {
	if p == scene.Applications {
		m.panes.tokens.SelectFirst(m.Scene())
	}
}

// whetherUndoable returns the way to take back a pending revoke, or that it was already sent.
func (m *root) whetherUndoable(r *session.Row) string {
	if r.Token.RevokeTries > 0 {
		return "it was sent at least once, and is sent again until the server answers"
	}
	return m.keys.Hint(keys.Undo, "undoes it until it is sent")
}

// undoable returns the request that takes back the selected revoke, or else the last decision of
// any console. If there is none it returns why.
func (m *root) undoable(s *scene.Scene) (session.Undo, *scene.Refuse) {
	r := m.target(s)
	switch {
	case r != nil && r.Undoable():
		return session.Undo{Token: r.ID}, nil
	case m.s.CanUndo():
		return session.Undo{}, nil
	case r != nil && r.Pending():
		return session.Undo{},
			scene.Cannot("it is too late to undo that: "+m.whetherUndoable(r), "")
	}
	return session.Undo{}, nothingToUndo()
}

func nothingToUndo() *scene.Refuse {
	return scene.Cannot("there is nothing to undo: no revoke is waiting", "")
}

// focusOn gives the keys to a pane. Activity selects its first call then.
func (m *root) focusOn(p scene.PaneID) {
	if m.focus == scene.Activity && p != scene.Activity {
		m.panes.acts.List = scene.List{} // it shows the newest calls again
	}
	m.focus = p
	if s := m.Scene(); p == scene.Activity {
		_, ok := m.panes.acts.Selected(s)
		if l, n, id := m.panes.acts.Cursor(s); !ok && n > 0 {
			l.Selected = id(0)
		}
	}
}

// sideways moves the focus. In presenter mode it selects another application.
func (m *root) sideways(a keys.Action) {
	if m.presents() {
		move := keys.Down
		if a == keys.Left {
			move = keys.Up
		}
		if _, moved := m.move(scene.Applications, move); !moved {
			m.flash("this is the "+end(move)+" application", "")
		}
		return
	}
	p := m.focus + 1
	if a == keys.Left {
		p = m.focus - 1
	}
	if p >= 0 && p < scene.PaneCount {
		m.focusOn(p)
		return
	}
	m.flash("there is no pane to the "+m.keys.Row(a).Word, m.keys.Hint(keys.NextPane, "goes round"))
}

// end names the row at which a movement ends.
func end(a keys.Action) string {
	if a == keys.Up || a == keys.PageUp || a == keys.First {
		return "first"
	}
	return "last"
}

// leave quits. With force it asks nothing, and a second such call does not wait.
// The next console starts with the selection of this one.
func (m *root) leave(force bool) tea.Cmd {
	remember := m.Request(session.Remember{Choice: m.choiceNow()})
	return tea.Batch(remember, m.Request(session.Quit{Force: force}))
}

// choiceNow returns the scope and the token to remember. During a find it returns those that the
// end of the find will select.
func (m *root) choiceNow() (c console.Choice) {
	now := finding{m.panes.apps.Scope(m.s), m.panes.tokens.List.Selected}
	if m.before != nil {
		now = m.afterFind()
	}
	switch now.scope.Kind {
	case session.OneEnvironment:
		c.Environment = console.Private(now.scope.Name)
	case session.OneApplication:
		c.App = now.scope.Name
	case session.AllApplications:
	}
	c.Token = now.token
	return c
}

// choose selects what was selected when the last console was left. A demo selects the token that
// was revoked last.
func (m *root) choose(c console.Choice) {
	switch {
	case c.App != "":
		m.panes.apps.Select(session.Scope{Kind: session.OneApplication, Name: c.App})
	case c.Environment != "":
		m.panes.apps.Select(session.Scope{
			Kind: session.OneEnvironment, Name: string(c.Environment),
		})
	}
	m.panes.tokens.List.Selected = c.Token
	if r := m.board().LastEnding(); r != nil && m.o.Demo {
		m.panes.tokens.List.Selected = r.ID
	}
	m.panes.tokens.SelectFirst(m.Scene())
}

// closeAll closes all overlays and forgets what was typed into them.
func (m *root) closeAll() {
	for _, o := range m.overlays {
		if o, ok := o.(interface{ Discard() }); ok {
			o.Discard()
		}
	}
	m.overlays = nil
}
