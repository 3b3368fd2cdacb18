package session

import (
	"context"
	"time"
)

// Quitting reports whether the console is quitting.
func (s *Session) Quitting() bool { return s.quitting }

// quit sends revokes inside their undo window, finishes what is in flight and clears the clipboard. It
// waits for no person.
func (s *Session) quit(r Quit) []Work {
	switch {
	case s.quitting && r.Force:
		s.tell(Finished{Now: true})
		return nil
	case s.quitting:
		return nil
	case !r.Force && s.unwritten():
		s.ask(Losing{}, WriteOut{Quit: true})
		return nil
	}
	s.quitting = true
	s.tell(Quitting{})
	work := s.giveUp()
	if idle := s.idle(); !idle || s.clipboard.held {
		s.tell(Finishing{Clipboard: idle})
	}
	return work
}

// Unwritten reports whether quitting would lose what this console holds. It looks, for nobody may have
// noticed yet.
func (s *Session) unwritten() bool { return s.svc != nil && s.svc.Unwritten(s.ctx) != nil }

// longestWait is how long quitting waits for an undo window to end. What is decided is stored: the next
// console sends it.
const longestWait = 10 * time.Second

// soon reports whether a revoke is inside its undo window, or just out of it: quitting then waits the
// seconds that are left.
func (s *Session) revokeSoon() bool {
	at := Earlier(s.delivery.due, s.board.deliverAt)
	if s.svc == nil || at.IsZero() || s.Key().Shut() {
		return false
	}
	window := min(s.svc.UndoWindow(), longestWait) + time.Second
	return at.Before(s.now.Add(window)) && at.After(s.now.Add(-2*time.Second))
}

// RevokesSoon reports whether a decided revoke is being sent or about to be.
func (s *Session) RevokesSoon() bool { return s.IsDelivering() || s.revokeSoon() }

// finish takes the next step of quitting.
func (s *Session) finish() []Work {
	switch {
	case !s.quitting || s.finished || s.clipboard.clearing:
		return nil
	case s.clipboard.held:
		return []Work{s.clear(0)}
	case !s.idle():
		return nil // what is in flight comes back here, or time does
	case s.drained || s.svc == nil:
		s.finished = true
		s.tell(Finished{})
		return nil
	case s.draining:
		return nil
	}
	s.draining = true
	svc := s.svc
	return s.start(Key{Kind: Draining}, "", func(c call) Work {
		return func(ctx context.Context) Event {
			return drained{c, svc.Drain(context.WithoutCancel(ctx))}
		}
	})
}

// suspend takes the next step towards stopping the process: a stopped process cannot clear the clipboard
// when that is due.
func (s *Session) suspend() []Work {
	switch {
	case !s.suspending || s.isCopying() || s.clipboard.clearing:
		return nil
	case s.clipboard.held:
		return []Work{s.clear(0)}
	}
	s.suspending = false
	s.tell(MaySuspend{})
	return nil
}
