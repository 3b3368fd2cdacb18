package ui

import (
	"time"

	"lanyard/ui/session"
)

// leave quits: revokes inside their undo window are sent, writes in flight are finished, the clipboard is cleared if
// it is still ours. Nobody is waited for.
func (p *plain) leave() {
	if p.quitting {
		return
	}
	p.quitting, p.asked = true, nil
	for _, inv := range p.board.Invitations {
		p.start(p.fx.giveUp(inv.ID))
	}
}

// interrupt is ctrl+c: the same, and told to whoever started the program. A second one does not wait.
func (p *plain) interrupt() {
	p.interrupted = true
	p.leave()
}

// soon says whether a revoke is inside its undo window, or just out of it: quitting waits the seconds that are left.
// What is decided is stored: later than that the next console sends it.
func (p *plain) soon() bool {
	at := session.Earlier(p.due, p.board.DeliverAt)
	return !p.key().shut() && !at.IsZero() && at.Before(p.now.Add(min(p.fx.undoWindow(), longestWait)+time.Second)) && at.After(p.now.Add(-2*time.Second))
}

// finish takes the next step of quitting.
func (p *plain) finish() {
	waits := p.soon() || len(p.busy) > 0 || p.delivering
	switch {
	case p.copying.held && !p.copying.clearing:
		p.copying.begun()
		p.start(p.fx.clear(0))
	case p.copying.clearing, p.draining:
	case (p.soon() || len(p.busy) > 0) && !p.saidFinishing:
		p.saidFinishing = true
		p.out.say("Finishing what is under way; control c does not wait.")
	case waits:
	default:
		p.draining = true
		p.start(p.fx.drain())
	}
}

// stop clears the clipboard and then stops the process. It goes on here when it is continued.
func (p *plain) stop() {
	if p.copying.held {
		p.copying.begun()
		p.start(p.fx.clear(0))
		return
	}
	p.stopping = false
	p.o.Stop.Now()
	p.now = p.clock()
}
