package session

import (
	"context"

	"lanyard/console"
)

// life holds the events of one token in the audit log.
type life struct {
	token  string // whose events are read; "" for none
	events []console.Event
	stale  bool   // the board was read since
	wanted string // the token that was asked for last
}

// LifeEvents returns the events of a token in the audit log, once [ReadLife] has read them and
// until another token is read.
func (s *Session) LifeEvents(tokenID string) []console.Event {
	if s.life.token != tokenID {
		return nil
	}
	return s.life.events
}

// Life returns the events of a token's life. Those that only the audit log has are in it once
// [ReadLife] has read them, and until another token is read.
func (s *Session) Life(r *Row) []console.Moment {
	if r == nil || r.Token == nil {
		return nil
	}
	return console.LifeOf(*r.Token, s.board.Status(r, s.second()), s.LifeEvents(r.ID))
}

func (s *Session) readLife(r ReadLife) []Work {
	key, again := Key{Kind: ReadingLife}, s.life.wanted == r.Token
	s.life.wanted = r.Token
	if r.Token == "" || s.svc == nil ||
		!s.life.stale && (s.life.token == r.Token || again && s.Busy(key)) {
		return nil
	}
	svc := s.svc
	return s.beginRead(r, key, func(c call) Work {
		s.life.stale = false // a reading that is filed meanwhile may be newer
		return func(ctx context.Context) Event {
			events, err := svc.LifeEvents(ctx, r.Token)
			return lifeRead{c, r.Token, events, err}
		}
	})
}

// lifeRead files what the log has of a token. If it cannot be read, the life lacks it.
func (s *Session) lifeRead(e lifeRead) {
	if e.token != s.life.wanted {
		return // another token was asked for meanwhile
	}
	s.life.token, s.life.events = e.token, e.events
	s.changed = true
}
