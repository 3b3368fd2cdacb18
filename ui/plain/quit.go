package plain

import "lanyard/ui/session"

// quit leaves, where the store is gone after a question.
func (p *face) quit(string) { p.do(session.Quit{}) }

// leave quits without a question, once: the input is over, or nobody hears any more.
func (p *face) leave() {
	if !p.s.Quitting() {
		p.do(session.Quit{Force: true})
	}
}

// interrupt is ctrl+c: the same, and told to whoever started the program. A second one does not
// wait.
func (p *face) interrupt() {
	p.interrupted = true
	p.leave()
}

// suspend is SIGTSTP: the process stops when the clipboard is clear, and goes on from there.
func (p *face) suspend() {
	if p.o.Stop.Possible() {
		p.do(session.Suspend{})
	}
}

// writeOut writes what this console holds to a new directory.
func (p *face) writeOut(string) { p.do(session.WriteOut{}) }
