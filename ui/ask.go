package ui

import (
	"cmp"
	"slices"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/ui/session"
)

// get asks for a token: first the person, where it may end a token that somebody else holds, then the server.
// Where a person has to take part, what to do is shown over the panes.
func (m *root) get(i getToken) tea.Cmd {
	if i.answered {
		m.answer()
	}
	a, key := m.board.App(i.appID), "app:"+i.appID
	if m.busy[key] && a != nil && m.board.Invites(i.appID) {
		m.openInvite(a, "") // it was asked for already, and waits for the person
		return nil
	}
	yes := i
	yes.answered = true
	if a != nil && !m.busy[key] && !i.answered && m.asksFirst(a, i.user, i.scopes, yes) {
		return nil
	}
	if !m.busy[key] && m.unlockFirst("get a token", yes) {
		return nil
	}
	was := m.panes.tokens.selected(i.appID)
	cmd := m.begin(key, "a get for this application is under way", func(string) tea.Cmd { return m.fx.get(i, was) }, i.appID)
	if cmd != nil && a != nil && a.With(i.grant).Interactive() {
		m.openInvite(a, key)
	}
	return cmd
}

// renew refreshes, or asks anew as get does.
func (m *root) renew(i renewToken) tea.Cmd {
	if i.answered {
		m.answer()
	}
	r := m.board.ByID[i.tokenID]
	anew := r != nil && r.Token != nil && session.AsksAnew(r)
	yes := i
	yes.answered = true
	if anew && !m.busy[i.tokenID] && !i.answered && m.asksFirst(&m.board.Apps[r.App], "", r.Token.Asked, yes) {
		return nil
	}
	if !m.busy[i.tokenID] && m.unlockFirst("renew a token", yes) {
		return nil
	}
	appID := ""
	if r != nil {
		appID = m.board.Apps[r.App].ID
	}
	cmd := m.begin(i.tokenID, "", func(id string) tea.Cmd { return m.fx.renew(id, appID) }, i.tokenID)
	if a := m.board.App(appID); cmd != nil && anew && a.Interactive() && a.Source != console.Gone {
		m.openInvite(a, i.tokenID)
	}
	return cmd
}

// asksFirst opens the question where getting with these scopes may end a token that is held here. What the
// console will refuse anyway is not asked about.
func (m *root) asksFirst(a *session.App, user string, scopes []string, yes intent) bool {
	if len(scopes) == 0 {
		scopes = a.Scopes
	}
	if a.Source == console.Gone || a.Environment.ReadOnly {
		return false
	}
	by := a.Application
	by.Username = cmp.Or(user, by.Username)
	k, ok := console.KnocksOut(by, m.board.Applications(), m.board.Tokens, scopes, a.Policy, m.o.Device, m.now)
	return ok && m.asksToEnd(k, a.ID, scopes, yes)
}

// asksToEnd opens the question whether a token of ours may end. Of one that others may hold it is told in the log.
func (m *root) asksToEnd(k console.Knock, appID string, scopes []string, yes intent) bool {
	if !k.Asks() {
		m.jot(info, k.Text(), k.Hint())
		return false
	}
	m.overlays = append(m.overlays, newKnock(k, appID, scopes, yes))
	return true
}

func (m *root) openInvite(a *session.App, key string) {
	o := newInvite(a, key)
	o.fill(m.board.Invitations)
	o.veiled = m.veil != nil
	m.overlays = append(m.overlays, o)
}

// fillInvites brings what is open up to the board, and gives up what a person no longer wants: an invitation may
// come after they have said so.
func (m *root) fillInvites() tea.Cmd {
	for _, o := range m.overlays {
		if o, ok := o.(*inviteOverlay); ok {
			o.fill(m.board.Invitations)
		}
	}
	return m.giveUpUnwanted()
}

// giveUpUnwanted ends the wait of each invitation on the board that a person no longer wants.
func (m *root) giveUpUnwanted() tea.Cmd {
	var cmds []tea.Cmd
	for _, i := range m.board.Invitations {
		if _, ok := m.unwanted[i.AppID]; ok || m.quitting {
			cmds = append(cmds, m.fx.giveUp(i.ID))
		}
	}
	return tea.Batch(cmds...)
}

// giveUp ends the wait for a person; the get then says so itself.
func (m *root) giveUp(i giveUp) tea.Cmd {
	m.unwanted[i.appID] = i.key
	return m.giveUpUnwanted()
}

// answered says that a get or renew has come to an end: nobody is waited for any more. key is its place in busy.
func (m *root) answered(appID, key string) {
	mine := func(k string) bool { return k == "" || k == key }
	if k, ok := m.unwanted[appID]; ok && mine(k) {
		delete(m.unwanted, appID)
	}
	m.board.Invitations = slices.DeleteFunc(slices.Clone(m.board.Invitations), func(i console.Invitation) bool { return i.AppID == appID })
	m.overlays = slices.DeleteFunc(m.overlays, func(o overlay) bool {
		i, ok := o.(*inviteOverlay)
		return ok && i.appID == appID && mine(i.key)
	})
}
