package session

import (
	"context"
	"time"
)

// delivery is what a session knows of the revokes that wait to be sent.
type delivery struct {
	due, notBefore time.Time // when the next one is to be sent, and not before
	retries        int       // deliveries in a row that the console itself failed at
	reported       string    // what it said last
	reportedLocked bool      // that revokes wait for the store to be unlocked
}

// longestRetry is the longest wait after a delivery that the console itself failed at: the store was full,
// or its secrets could not be opened.
const longestRetry = time.Minute

// dueAt is when revokes are to be sent; zero if none waits, they are being sent, or it was told that the
// store has to be unlocked first.
func (s *Session) nextDelivery() time.Time {
	at := Earlier(s.delivery.due, s.board.deliverAt)
	if s.svc == nil || at.IsZero() || s.IsDelivering() || s.delivery.reportedLocked && s.Key().NeedsPassphrase() {
		return time.Time{}
	}
	if at.Before(s.delivery.notBefore) {
		return s.delivery.notBefore
	}
	return at
}

// deliver sends what is due.
func (s *Session) deliver() []Work {
	if at := s.nextDelivery(); at.IsZero() || s.now.Before(at) {
		return nil
	}
	if s.Key().NeedsPassphrase() {
		s.waitsLocked()
		return nil
	}
	svc := s.svc
	return s.start(Key{Kind: Delivering}, "", func(c call) Work {
		return func(ctx context.Context) Event {
			done, next, err := svc.Deliver(ctx)
			return delivered{c, done, next, err}
		}
	})
}

func (s *Session) delivered(e delivered) []Work {
	// Never at once again: what is due may be in another console's hands.
	s.delivery.notBefore = s.now.Add(time.Second)
	if e.err != nil {
		s.undelivered(e.err) // what was due stays due, for the board may not know of it
	} else {
		s.delivery = delivery{due: e.next, notBefore: s.delivery.notBefore}
	}
	accepted, others := 0, 0
	for i, d := range e.done {
		if i+1 < len(e.done) && d.Err == nil && e.done[i+1].Err == nil && e.done[i+1].Token.ID == d.Token.ID {
			continue // of a pair the second says it for both
		}
		if d.Err == nil {
			accepted++
		} else {
			others++
			if !d.Kept {
				s.ownAnswers[d.Token.ID] = true
			}
		}
		s.tell(Delivery{Delivery: d})
	}
	if accepted > 1 && others == 0 { // each has been told, and the last of them is not what matters
		s.tell(AllAccepted{N: accepted})
	}
	if len(e.done) == 0 && e.err == nil {
		s.settledElsewhere() // others may have sent what was due: a change tells of it
		return nil
	}
	return s.read()
}

// undelivered tells once what keeps revokes from being sent, and has it tried again, each time later.
func (s *Session) undelivered(err error) {
	s.noteKeyFailure(err)
	s.delivery.notBefore = s.now.Add(min(time.Second<<min(s.delivery.retries, 10), longestRetry))
	s.delivery.retries++
	switch text := err.Error(); {
	case s.Key().NeedsPassphrase():
		s.waitsLocked()
	case text != s.delivery.reported:
		s.delivery.reported = text
		s.tell(NotDelivered{Err: err})
	}
}

// waitsLocked tells, once, that revokes are due which only an unlocked store can send.
func (s *Session) waitsLocked() {
	if s.delivery.reportedLocked {
		return
	}
	n := s.board.overdue(s.now)
	if n == 0 {
		s.delivery.due = time.Time{} // the board knows
		return
	}
	s.delivery.reportedLocked = true
	s.tell(WaitsLocked{N: n})
}

// opened forgets what was true while the secrets could not be read: what waits is sent now.
func (s *Session) storeUnlocked() {
	s.keyFailed = false
	s.delivery = delivery{due: s.delivery.due}
	s.changed = true
}
