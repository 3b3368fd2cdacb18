package session

import (
	"context"

	"lanyard/console"
)

// choice holds the selection of the person: when the console was opened, and now.
type choice struct {
	opened, now console.Choice
	stored      bool // now is stored, or was tried to be
}

// Remembered returns the choice of the console that was left last, as far as the first reading of
// the store has what it names. It is the zero Choice before that reading.
func (s *Session) Remembered() console.Choice { return s.choice.opened }

// recall files the stored choice with the first reading. It drops what is gone.
func (s *Session) recall(c console.Choice) {
	known := false
	for i := range s.board.Apps {
		known = known || s.board.Apps[i].Environment.Name == c.Environment
	}
	if !known {
		c.Environment = ""
	}
	if s.board.App(c.App) == nil {
		c.App = ""
	}
	if s.board.Row(c.Token) == nil {
		c.Token = ""
	}
	s.choice.opened = c
	if s.choice.now == (console.Choice{}) {
		s.choice.now = c
	}
}

// remember stores the choice when the console is left, if it is another one than at its start.
func (s *Session) remember() []Work {
	if s.choice.stored || !s.opts.Remembers || s.svc == nil || s.choice.now == s.choice.opened {
		return nil
	}
	s.choice.stored = true
	svc, c := s.svc, s.choice.now
	return s.start(Key{Kind: Remembering}, "", func(k call) Work {
		return func(ctx context.Context) Event {
			// the next console starts with an older choice if this fails, which loses nothing
			_ = svc.Remember(ctx, c)
			return remembered{k}
		}
	})
}

// RememberNow stores a choice when no more events are applied: a signal has ended the console.
func (s *Session) RememberNow(c console.Choice) {
	s.choice.now = c
	for _, work := range s.remember() {
		work(s.ctx)
	}
}
