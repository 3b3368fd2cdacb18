package session

import (
	"context"
	"time"
)

// TrafficState is the state of a demo's traffic: a simulated client that calls the API with each
// token every second. It knows nothing of revocations, and stops using a token when that is over.
type TrafficState int

// The states.
const (
	TrafficOff TrafficState = iota // outside of a demo
	TrafficRunning
	TrafficPaused
)

// trafficEvery is the interval at which the client calls with each token.
const trafficEvery = time.Second

// Traffic returns the state of the traffic.
func (s *Session) Traffic() TrafficState { return s.traffic }

// setTraffic pauses or continues the traffic. Outside of a demo it does nothing.
func (s *Session) setTraffic(r SetTraffic) {
	to := TrafficPaused
	if r.On {
		to = TrafficRunning
	}
	if s.traffic == TrafficOff || s.traffic == to {
		return
	}
	s.traffic, s.trafficAt = to, s.now
	s.tell(TrafficSet{On: r.On})
}

// inUse returns the IDs of the tokens that the client uses. [Session.Next] asks at each message, so
// the board keeps them until a state changes.
func (b *Board) inUse() []string {
	if b.used != nil {
		return b.used
	}
	b.used = []string{}
	for i := range b.Apps {
		a := &b.Apps[i]
		for _, r := range a.rows {
			if r.Token != nil && !r.State.IsOver() && a.ProbeURL != "" {
				b.used = append(b.used, r.ID)
			}
		}
	}
	return b.used
}

// nextTraffic returns when the client calls next; zero if it does not.
func (s *Session) nextTraffic() time.Time {
	if s.traffic != TrafficRunning || s.quitting || s.svc == nil || s.board.Key.Locked ||
		s.Busy(Key{Kind: Calling}) || len(s.board.inUse()) == 0 {
		return time.Time{}
	}
	return s.trafficAt
}

// trafficDue starts the calls that are due. They are made one after another.
func (s *Session) trafficDue() []Work {
	at := s.nextTraffic()
	if at.IsZero() || s.now.Before(at) {
		return nil
	}
	svc, ids := s.svc, s.board.inUse()
	return s.start(Key{Kind: Calling}, "", func(c call) Work {
		return func(ctx context.Context) Event { return called{c, svc.Traffic(ctx, ids)} }
	})
}

// called is the end of the calls of one second. A token that cannot be called is skipped without a
// word: a person who probes it is told why.
type called struct {
	call
	err error
}

// called files the end of the calls. The interval counts from there: refusals prove something only
// if they are that far apart.
func (s *Session) called(e called) []Work {
	s.trafficAt = s.now.Add(trafficEvery)
	s.noteKeyFailure(e.err)
	return s.read()
}
