package plain

import (
	"lanyard/console"
	"lanyard/ui/session"
)

func (p *face) get(text string) {
	if a := p.needApp("get", text); a != nil {
		p.do(session.Get{App: a.ID})
	}
}

func (p *face) renew(text string) {
	if text == "" {
		if t := p.needToken("renew", text, p.alive); t != nil {
			p.do(session.Renew{Token: t.ID})
		}
		return
	}
	switch t, a := p.tokenOrApp(text); {
	case t != nil:
		p.do(session.Renew{Token: t.ID})
	case a != nil:
		p.do(session.RenewApplication{App: a.ID})
	}
}

func (p *face) revoke(text string) {
	if t := p.needToken("revoke", text, p.revocable); t != nil {
		p.do(session.Revoke{Token: t.ID})
	}
}

func (p *face) undo(text string) {
	if text == "" {
		p.do(session.Undo{})
	} else if t := p.needToken("undo", text, p.revocable); t != nil {
		p.do(session.Undo{Token: t.ID, One: true})
	}
}

func (p *face) copy(text string) {
	if !p.s.CanCopy() {
		p.do(session.Copy{}) // the session refuses it, with the reason
	} else if t := p.needToken("copy", text, p.alive); t != nil {
		p.do(session.Copy{Token: t.ID, Form: console.FormBare})
	}
}

func (p *face) probe(text string) {
	if t := p.needToken("probe", text, p.alive); t != nil {
		p.do(session.Probe{Token: t.ID})
	}
}

// cancel gives up gets that wait for a person. The failure of each get is printed as the answer.
func (p *face) cancel(text string) {
	var of *session.App
	if text != "" {
		if of = p.needApp("cancel", text); of == nil {
			return
		}
	}
	var waiting []string
	for _, inv := range p.board.Invitations {
		if of == nil || of.ID == inv.AppID {
			waiting = append(waiting, inv.AppID)
		}
	}
	for _, id := range waiting {
		p.do(session.GiveUp{App: id})
	}
	if len(waiting) == 0 {
		p.out.say("Nobody is being waited for.")
	}
}

// wait delays the next line until all decided revokes are sent.
func (p *face) wait(string) { p.waitsForRevokes = true }

func (p *face) unlock(string) {
	if !p.s.Key().Locked {
		p.out.say("The store is not locked.")
		return
	}
	p.do(session.Unlock{}) // the keeper of the secrets asks on the terminal, without echo
}
