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

// Key returns the state of the key to the stored secrets: its place, and whether it was fetched.
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

// PutBack returns the commands that put a state directory which was written out in the place of the
// store.
func PutBack(place string) string {
	return "lanyard --state " + place + " backup FILE, then lanyard restore FILE --replace"
}

// WroteOut returns the place to which WriteOut last wrote, or "". Nothing can be stored afterwards,
// because the store has lost its files.
func (s *Service) WroteOut() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wroteOut
}

// Unwritten returns the reason why the content of the store is lost when this process ends, or nil.
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
