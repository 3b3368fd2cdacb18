package session

import (
	"context"
	"time"
)

// Quitting reports whether the console is quitting.
func (s *Session) Quitting() bool { return s.quitting }

// quit begins to quit: it sends revokes within their undo window, finishes the work in flight and
// clears the clipboard. It does not wait for gets that need a person.
func (s *Session) quit(r Quit) []Work {
	switch {
	case s.quitting && r.Force:
		s.release(s.ticket + 1)
		s.tell(Finished{Now: true})
		return nil
	case s.quitting, s.Busy(Key{Kind: CheckingStore}) && !r.Force:
		return nil
	case r.Force || s.svc == nil:
		return s.beginToQuit()
	}
	svc := s.svc
	return s.start(Key{Kind: CheckingStore}, "", func(c call) Work {
		return func(ctx context.Context) Event { return storeChecked{c, svc.Unwritten(ctx)} }
	})
}

// storeChecked is the check of the store before the console quits: the board may not show yet that
// the store is gone. err says why quitting would lose what this console holds; nil if it would not.
type storeChecked struct {
	call
	err error
}

// storeChecked begins to quit, or asks first.
func (s *Session) storeChecked(e storeChecked) []Work {
	switch {
	case s.quitting: // a second Quit did not wait for the check
		return nil
	case e.err != nil:
		s.ask(Losing{}, WriteOut{Quit: true})
		return nil
	}
	return s.beginToQuit()
}

func (s *Session) beginToQuit() []Work {
	s.quitting = true
	s.tell(Quitting{})
	work := s.giveUp()
	if idle := s.idle(); !idle || s.clipboard.held {
		s.tell(Finishing{Clipboard: idle})
	}
	return work
}

// longestWait is the longest undo window that quitting waits for. Decided revokes are stored, so
// the next console sends the others.
const longestWait = 10 * time.Second

// revokeSoon reports whether quitting waits for a pending revoke.
func (s *Session) revokeSoon() bool {
	return s.svc != nil && s.revokeWithin(min(s.svc.UndoWindow(), longestWait))
}

// revokeWithin reports whether a revoke becomes due within d, or has just become due. It reports
// false if the store must be opened first.
func (s *Session) revokeWithin(d time.Duration) bool {
	at := Earlier(s.delivery.due, s.board.deliverAt)
	if at.IsZero() || s.Key().Shut() {
		return false
	}
	return at.Before(s.now.Add(d+time.Second)) && at.After(s.now.Add(-2*time.Second))
}

// RevokesSoon reports whether a revoke is being sent, or is within its undo window.
func (s *Session) RevokesSoon() bool {
	return s.IsDelivering() || s.svc != nil && s.revokeWithin(s.svc.UndoWindow())
}

// finish takes the next step of quitting.
func (s *Session) finish() []Work {
	switch {
	case !s.quitting || s.finished || s.isClearing():
		return nil
	case s.clipboard.held:
		return s.clear(0)
	case !s.idle():
		return nil // finish is called again by Apply or Tick
	}
	if work := s.remember(); work != nil {
		return work
	}
	switch {
	case s.drained || s.svc == nil:
		s.finished = true
		s.release(s.ticket + 1)
		s.tell(Finished{})
		return nil
	case s.draining:
		return nil
	}
	s.draining = true
	svc := s.svc
	return s.start(Key{Kind: Draining}, "", func(c call) Work {
		return func(ctx context.Context) Event {
			_ = svc.Drain(context.WithoutCancel(ctx)) // it fails only if its context ends
			return drained{c}
		}
	})
}

// suspend takes the next step of suspending. The clipboard must be clear first, because a stopped
// process cannot clear it.
func (s *Session) suspend() []Work {
	switch {
	case !s.suspending || s.isCopying() || s.isClearing():
		return nil
	case s.clipboard.held:
		return s.clear(0)
	}
	s.suspending = false
	s.tell(MaySuspend{})
	return nil
}
