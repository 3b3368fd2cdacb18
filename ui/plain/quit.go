package plain

import "lanyard/ui/session"

// finishing is printed when the console begins to quit, and for each request that it refuses from
// then on.
const finishing = "Finishing what is under way; control c does not wait."

// quit quits. If the store is gone, the session asks a question first.
func (p *face) quit(string) { p.do(session.Quit{}) }

// leave quits without a question, because the input has ended or the output cannot be written.
func (p *face) leave() {
	if !p.s.Quitting() {
		p.do(session.Quit{Force: true})
	}
}

// interrupt handles ctrl+c: it quits without a question, and Run returns ErrInterrupted. A second
// ctrl+c does not wait.
func (p *face) interrupt() {
	p.interrupted = true
	p.leave()
}

// suspend handles SIGTSTP. The process stops when the clipboard is clear.
func (p *face) suspend() {
	if p.o.Stop.Possible() {
		p.do(session.Suspend{})
	}
}

// writeOut writes what this console holds to a new directory.
func (p *face) writeOut(string) { p.do(session.WriteOut{}) }
