package ui

import (
	"strings"
	"time"

	"lanyard/console"
	"lanyard/ui/session"
)

// forget dismisses a mark, or forgets what is over, after a question.
func (p *plain) forget(text string) {
	for i := range p.board.Apps {
		a := &p.board.Apps[i]
		for _, r := range a.Rows {
			if m := r.Lost(); m != nil && (m.ID == text || r.ID == text) {
				p.askForget(a, m)
				return
			}
		}
	}
	if strings.HasPrefix(text, "m_") {
		p.out.say("There is no unanswered request %s; tokens tells which there are.", repeated(text))
		return
	}
	if what, ok := p.forgetWhat(text); ok {
		p.begin("forget", "", p.fx.forgettable(what))
	}
}

// forgetWhat finds what is to be forgotten: all that is over, an application that is gone, what is over of
// another one, or a token.
func (p *plain) forgetWhat(text string) (what console.ForgetWhat, ok bool) {
	if text == "over" {
		return console.ForgetWhat{Over: true}, true
	}
	if text == "" {
		p.out.say("What? Type forget and the number of a token, or of an application, or over; tokens and apps list them.")
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

// askOver asks before what was found is forgotten.
func (p *plain) askOver(r overFound) {
	delete(p.busy, "forget")
	switch {
	case r.err != nil:
		p.fail("forget", r.err)
	case len(r.found.Tokens)+len(r.found.Applications) == 0:
		p.out.say("Nothing of that is over.")
		if len(r.found.Kept) > 0 {
			k := r.found.Kept[0]
			p.out.say("%s: %s.", p.lead(&k.Token), k.Held.Why)
			p.out.hint(k.Held.Hint)
		}
	default:
		p.out.say("%s. Secrets, probes and log go too; the log keeps that they were forgotten. Type yes to forget, anything else for no.", forgottenWords(r.found))
		p.asked = &question{
			answers: map[string]func(){"yes": func() { p.begin("forget", "", p.fx.forget(r.what)) }},
			no:      "No: nothing was forgotten.",
		}
	}
}

func (p *plain) forgot(r overForgotten) {
	delete(p.busy, "forget")
	if r.err != nil {
		p.fail("forget", r.err)
		return
	}
	p.out.say("Forgot %s.", forgottenWords(r.done))
}

// pruneDue is root.pruneDue.
func (p *plain) pruneDue() {
	if p.board.Key.Locked || p.now.Before(p.pruneAt) || p.fx.svc.PruneEvery() == 0 {
		return
	}
	p.pruneAt = p.now.Add(p.fx.svc.PruneEvery())
	p.start(p.fx.prune())
}

func (p *plain) askForget(a *session.App, m *console.Mark) {
	id := m.ID
	p.out.say("%s: the answer to a %s was never seen; of a token that it may have brought: %s. That is not changed by it. "+
		"Type yes to dismiss it, anything else for no.", p.appWords(a), m.Verb(), console.MarkEnd(*m, func(at time.Time) string { return clockTime(at, p.now) }))
	p.asked = &question{
		answers: map[string]func(){"yes": func() { p.begin("dismiss", a.ID, p.fx.dismiss(id)) }},
		no:      "No: nothing was dismissed.",
	}
}
