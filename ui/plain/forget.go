package plain

import (
	"strings"

	"lanyard/console"
	"lanyard/ui/session"
)

// forget dismisses a mark, or removes tokens or applications that are over. Both ask first.
func (p *face) forget(text string) {
	for r := range p.s.Tokens() {
		if m := r.LostAnswer(); m != nil && (m.ID == text || r.ID == text) {
			p.askDismiss(&p.board.Apps[r.App], m)
			return
		}
	}
	if strings.HasPrefix(text, "m_") {
		p.out.say("There is no unanswered request %s; tokens tells which there are.", quoted(text))
		return
	}
	if what, ok := p.forgetWhat(text); ok {
		p.do(session.Forget{What: what})
	}
}

// forgetWhat returns what text asks to remove: everything that is over, an application, or a token.
// If ok is false, it has printed why.
func (p *face) forgetWhat(text string) (what console.ForgetWhat, ok bool) {
	if text == "over" {
		return console.ForgetWhat{Over: true}, true
	}
	if text == "" {
		p.out.say("What? Type forget and the number of a token, or of an application, or over; " +
			"tokens and apps list them.")
		return what, false
	}
	switch t, a := p.tokenOrApp(text); {
	case t != nil:
		what.Tokens = []string{t.ID}
	case a == nil:
		return what, false
	case a.Source == console.Gone:
		what.Applications = []string{a.ID}
	default:
		what.OverOf = []string{a.ID}
	}
	return what, true
}

// nothingOver prints why nothing is removed.
func (p *face) nothingOver(f session.NothingOver) {
	if !p.succeeded("forget", f.Err) {
		return
	}
	p.out.say("Nothing of that is over.")
	if k := f.Kept; k != nil {
		p.out.say("%s: %s.", p.nameToken(&k.Token), k.Held.Why)
		p.out.hint(k.Held.Hint)
	}
}
