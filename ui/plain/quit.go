package plain

import "lanyard/ui/session"

// quit leaves, where the store is gone after a question.
func (p *plain) quit(string) { p.do(session.Quit{}) }

// leave quits without a question, once: the input is over, or nobody hears any more.
func (p *plain) leave() {
	if !p.s.Quitting() {
		p.do(session.Quit{Force: true})
	}
}

// interrupt is ctrl+c: the same, and told to whoever started the program. A second one does not
// wait.
func (p *plain) interrupt() {
	p.interrupted = true
	p.leave()
}

// suspend is SIGTSTP: the process stops when the clipboard is clear, and goes on from there.
func (p *plain) suspend() {
	if p.o.Stop.Possible() {
		p.do(session.Suspend{})
	}
}

// writeOut writes what this console holds to a new directory.
func (p *plain) writeOut(string) { p.do(session.WriteOut{}) }
