package ui

import (
	"time"

	"lanyard/console"
)

// forget dismisses a mark, after a question.
func (p *plain) forget(text string) {
	for i := range p.board.apps {
		a := &p.board.apps[i]
		for _, r := range a.rows {
			if m := r.lost(); m != nil && (m.ID == text || r.id == text) {
				p.askForget(a, m)
				return
			}
		}
	}
	p.out.say("There is no unanswered request %s; tokens tells which there are.", repeated(text))
}

func (p *plain) askForget(a *app, m *console.Mark) {
	id := m.ID
	p.out.say("%s: the answer to a %s was never seen; of a token that it may have brought: %s. That is not changed by it. "+
		"Type yes to dismiss it, anything else for no.", p.appWords(a), m.Verb(), console.MarkEnd(*m, func(at time.Time) string { return clockTime(at, p.now) }))
	p.asked = &question{
		answers: map[string]func(){"yes": func() { p.begin("dismiss", a.ID, p.fx.dismiss(id)) }},
		no:      "No: nothing was dismissed.",
	}
}
