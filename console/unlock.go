package console

import (
	"context"

	"lanyard/tokenapi/secret"
)

// Unlock makes the stored secrets ready, with a passphrase if a person has to type one. It fails
// with CodeStoreLocked.
func (s *Service) Unlock(ctx context.Context, passphrase secret.Text) error {
	err := s.opt.Keeper.Unlock(ctx, passphrase)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tellWatchers()
	return err
}

// Key tells where the key to the stored secrets is and whether it was fetched.
func (s *Service) Key() KeyStatus { return s.opt.Keeper.Key() }

// WriteOut writes the content of the store to a new place beside it, and returns that place.
func (s *Service) WriteOut(ctx context.Context) (place string, err error) {
	if place, err = s.opt.Keeper.WriteOut(ctx); err == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.wroteOut = place
	}
	return place, err
}

// PutBack tells how to put a state directory that was written out in the place of the store.
func PutBack(place string) string {
	return "lanyard --state " + place + " backup FILE, then lanyard restore FILE --replace"
}

// WroteOut returns where WriteOut last wrote, or "". Nothing was stored since.
func (s *Service) WroteOut() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wroteOut
}

// Unwritten returns why the content of the store ends with this process, or nil.
func (s *Service) Unwritten(ctx context.Context) error {
	if err := s.opt.Keeper.InPlace(ctx); isCode(err, CodeStoreReplaced) && s.WroteOut() == "" {
		return err
	}
	return nil
}

// unlocked unlocks the store. Every verb that reads or writes a secret calls it before it sends
// anything: an answer that cannot be sealed would be lost.
func (s *Service) unlocked(ctx context.Context) error {
	if s.opt.Keeper.Key().Locked {
		if err := s.Unlock(ctx, secret.Text{}); err != nil {
			return err
		}
	}
	s.mu.Lock()
	first := !s.hashed
	s.hashed = true
	s.mu.Unlock()
	if first {
		// no verb fails for it: without hashes, rows of one token are judged apart
		_ = s.hashOld(ctx)
	}
	return nil
}
