package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/tokenapi/secret"
	"lanyard/ui/session"
)

// begin starts an effect unless one is under way for its key.
func (p *plain) begin(key, appID string, effect tea.Cmd) {
	if p.underWay(key) {
		return
	}
	p.busy[key] = &call{appID: appID}
	p.start(effect)
}

// underWay says so when something is.
func (p *plain) underWay(key string) bool {
	if p.busy[key] == nil {
		return false
	}
	p.out.say("That is under way already; it is said here when it is done.")
	return true
}

func (p *plain) get(text string) {
	if a := p.needApp("get", text); a != nil {
		p.getFor(a, nil)
	}
}

func (p *plain) getFor(a *session.App, scopes []string) {
	key := "app:" + a.ID
	for i := range p.board.Invitations {
		if p.busy[key] != nil && p.board.Invitations[i].AppID == a.ID { // it was asked for already, and waits for the person
			p.tellInvitation(&p.board.Invitations[i])
			return
		}
	}
	if p.underWay(key) {
		return
	}
	id := a.ID
	p.askFirst(a, scopes, func(scopes []string) { p.begin(key, id, p.fx.get(getToken{appID: id, scopes: scopes}, "")) })
}

// askFirst asks where getting with these scopes may end a token that somebody else holds.
func (p *plain) askFirst(a *session.App, scopes []string, get func(scopes []string)) {
	wanted := scopes
	if len(wanted) == 0 {
		wanted = a.Scopes
	}
	k, ok := console.KnocksOut(a.Application, p.board.Applications(), p.board.Tokens, wanted, a.Policy, p.o.Device, p.now)
	if !ok || a.Source == console.Gone || a.Environment.ReadOnly { // what will be refused anyway is not asked about
		get(scopes)
		return
	}
	if !k.Asks() {
		p.out.say("%s.", upper(k.Text()))
		p.out.hint(k.Hint())
		get(scopes)
		return
	}
	q := question{answers: map[string]func(){"yes": func() { get(scopes) }}, no: "No: nothing was asked for."}
	p.out.say("%s.", k.Text())
	if k.Scope != "" {
		own := append(append([]string{}, wanted...), k.Scope)
		q.answers["device"] = func() { get(own) }
		p.out.say("Type yes to get it all the same, device for a token of its own with the scope %s, or anything else for no.", k.Scope)
	} else {
		p.out.say("Type yes to get it all the same, or anything else for no.")
	}
	p.asked = &q
}

func (p *plain) renew(text string) {
	var t *console.Token
	if text == "" {
		t = p.needToken("renew", text, p.renewable)
	} else if named, a := p.tokenOrApp(text); a == nil {
		t = named
	} else if found := p.renewable(a); len(found) > 0 {
		t = &found[0]
	} else { // as for a new one
		p.getFor(a, nil)
		return
	}
	if t == nil || p.underWay(t.ID) {
		return
	}
	id, appID := t.ID, t.AppID
	r, a := p.board.ByID[id], p.board.App(appID)
	start := func([]string) { p.begin(id, appID, p.fx.renew(id, appID)) }
	if r == nil || a == nil || !session.AsksAnew(r) {
		start(nil)
		return
	}
	p.askFirst(a, t.Asked, func(scopes []string) {
		if len(scopes) > len(t.Asked) { // another set of scopes is another token, and not this one renewed
			p.begin("app:"+appID, appID, p.fx.get(getToken{appID: appID, scopes: scopes}, id))
			return
		}
		start(nil)
	})
}

func (p *plain) revoke(text string) {
	t := p.needToken("revoke", text, p.revocable)
	if t == nil || p.underWay(t.ID) {
		return
	}
	id, appID := t.ID, t.AppID
	a := p.board.App(appID)
	if r := p.board.ByID[id]; r != nil && r.Pending() {
		p.out.say("%s: %s.", p.lead(t), p.stateWords(t, p.judged(t)))
		if p.key().asks() {
			p.unlock("")
		}
		return
	}
	start := func() { p.begin(id, appID, p.fx.revoke(id)) }
	if a == nil || !a.Environment.Production || a.Environment.ReadOnly {
		start()
		return
	}
	who := "the application itself"
	if t.User != "" {
		who = t.User
	}
	p.out.say("%s is in production, for %s. Revoke it? Type yes to revoke, anything else for no.", p.lead(t), who)
	p.asked = &question{answers: map[string]func(){"yes": start}, no: "No: nothing was revoked."}
}

func (p *plain) undo(text string) {
	if p.underWay("undo") {
		return
	}
	if text != "" {
		if t := p.needToken("undo", text, p.revocable); t != nil {
			p.begin("undo", "", p.fx.undoOne(t.ID))
		}
		return
	}
	if p.board.Undoable == 0 {
		p.out.say("There is nothing to undo: no revoke is waiting that was not sent.")
		return
	}
	p.begin("undo", "", p.fx.undo(""))
}

func (p *plain) copy(text string) {
	if p.fx.clip == nil {
		p.out.say("Copying is switched off.")
		p.out.hint("set clipboard.via in the configuration")
		return
	}
	if t := p.needToken("copy", text, p.alive); t != nil && !p.underWay(t.ID) {
		p.copying.under++
		p.begin(t.ID, t.AppID, p.fx.copyAs(console.Application{}, *t, bareForm(), p.o.ClearAfter == 0))
	}
}

func (p *plain) probe(text string) {
	if t := p.needToken("probe", text, p.alive); t != nil {
		p.begin(t.ID, t.AppID, p.fx.probe(t.ID))
	}
}

// cancel gives up waiting for a person.
func (p *plain) cancel(text string) {
	var ids []string
	if text != "" {
		a := p.needApp("cancel", text)
		if a == nil {
			return
		}
		ids = append(ids, a.ID)
	}
	n := 0
	for _, inv := range p.board.Invitations {
		if len(ids) == 0 || ids[0] == inv.AppID {
			n++
			for _, c := range p.busy {
				if c.aside && c.appID == inv.AppID {
					c.aside, c.given = false, true // its end is the answer
				}
			}
			p.start(p.fx.giveUp(inv.ID))
		}
	}
	if n == 0 {
		p.out.say("Nobody is being waited for.")
	}
}

// wait reads no line until what was decided is sent.
func (p *plain) wait(string) { p.waitsSent = true }

func (p *plain) unlock(string) {
	if !p.fx.key().Locked {
		p.out.say("The store is not locked.")
		return
	}
	p.begin("unlock", "", p.fx.unlock(0, secret.Text{})) // whoever keeps the secrets asks: a passphrase is not a line
}

// dueAt is when revokes are to be sent; zero when none waits, they are being sent, or it was said that the store has
// to be unlocked first.
func (p *plain) dueAt() time.Time {
	at := session.Earlier(p.due, p.board.DeliverAt)
	if p.delivering || at.IsZero() || p.saidLocked && p.key().asks() {
		return time.Time{}
	}
	if at.Before(p.dueAfter) {
		return p.dueAfter
	}
	return at
}

func (p *plain) deliver() {
	p.delivering = true
	p.start(p.fx.deliver())
}

// opened forgets what was true while the secrets could not be read.
func (p *plain) opened() {
	p.keyFailed, p.saidLocked = false, false
	p.dueAfter, p.retries, p.dueErr = time.Time{}, 0, ""
}

// waitsLocked says, once, that revokes are due which only an unlocked store can send.
func (p *plain) waitsLocked() {
	if p.saidLocked {
		return
	}
	n := p.board.Overdue(p.now)
	if n == 0 {
		p.due = time.Time{} // the board knows
		return
	}
	p.saidLocked = true
	p.out.say("The store is locked, and %s cannot be sent; type unlock.", counted(n, "revoke"))
}
