package ui

import "lanyard/console"

// Say says something.
func (p *Pump) Say(text string) { p.m.note(info, text, "") }

// ProbeFailed lets a probe of the selected token fail as if it had been begun just now.
func (p *Pump) ProbeFailed(err error) {
	id := p.Selected()
	p.m.now = p.m.clock()
	p.m.began(id)
	p.Send(tokenProbed{id: id, token: console.Token{ID: id}, err: err})
}

// Reconfigured puts other settings in force, as a changed configuration does.
func (p *Pump) Reconfigured(change func(*Settings)) {
	s := p.m.set
	change(&s)
	p.Send(settingsRead{reload: Reload{Settings: s}})
}
