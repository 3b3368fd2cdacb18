package session

import (
	"context"
	"time"
)

// delivery is the state of sending pending revokes.
type delivery struct {
	due, notBefore time.Time // when the next revoke is due, and the earliest time to send it
	retries        int       // number of failed deliveries in a row
	reported       string    // the last reported error
	reportedLocked bool      // it was reported that revokes wait for an unlocked store
}

// longestRetry is the longest wait after a delivery that failed in this program, for example
// because the disk was full.
const longestRetry = time.Minute

// nextDelivery returns when revokes are to be sent. It is zero if none is pending or if they are
// being sent. It is also zero after it was reported that the store must be unlocked first.
func (s *Session) nextDelivery() time.Time {
	at := Earlier(s.delivery.due, s.board.deliverAt)
	if s.svc == nil || at.IsZero() || s.IsDelivering() || s.delivery.reportedLocked &&
		s.Key().NeedsPassphrase() {
		return time.Time{}
	}
	if at.Before(s.delivery.notBefore) {
		return s.delivery.notBefore
	}
	return at
}

// deliver sends the revokes that are due.
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
	// Do not retry at once: another console may be sending the same revokes.
	s.delivery.notBefore = s.now.Add(time.Second)
	if e.err != nil {
		s.deliveryFailed(e.err) // delivery.due stays: it may be newer than the board
	} else {
		s.delivery = delivery{due: e.next, notBefore: s.delivery.notBefore}
	}
	accepted, others := 0, 0
	for i, d := range e.done {
		delete(s.decisions, d.Token.ID)
		if i+1 < len(e.done) && d.Err == nil && e.done[i+1].Err == nil &&
			e.done[i+1].Token.ID == d.Token.ID {
			continue // the access and the refresh token: report the second only
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
		s.answeredEnd(d.Token)
	}
	if accepted > 1 && others == 0 { // the face has shown each one, and only the last stays visible
		s.tell(AllAccepted{N: accepted})
	}
	if len(e.done) == 0 && e.err == nil {
		s.settledElsewhere() // another console may have sent them: StoreChanged follows
		return nil
	}
	return s.read()
}

// deliveryFailed reports once why revokes cannot be sent. It schedules the next try with a growing
// delay.
func (s *Session) deliveryFailed(err error) {
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

// waitsLocked reports once that due revokes need an unlocked store.
func (s *Session) waitsLocked() {
	if s.delivery.reportedLocked {
		return
	}
	n := s.board.overdue(s.now)
	if n == 0 {
		s.delivery.due = time.Time{} // the board has the next one
		return
	}
	s.delivery.reportedLocked = true
	s.tell(WaitsLocked{N: n})
}

// storeUnlocked resets the failures and the delays of the locked store, so that waiting revokes are
// sent now.
func (s *Session) storeUnlocked() {
	s.keyFailed = false
	s.delivery = delivery{due: s.delivery.due}
	s.changed = true
}
