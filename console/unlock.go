package console

import (
	"context"

	"lanyard/tokenapi/secret"
)

// Unlock makes the stored secrets ready, with a passphrase where a person has to give one. Its error has the
// code "store_locked".
func (s *Service) Unlock(ctx context.Context, passphrase secret.Text) error {
	err := s.opt.Keeper.Unlock(ctx, passphrase)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tellWatchers()
	return err
}

// Key says where the key to the stored secrets is and whether it was fetched.
func (s *Service) Key() KeyStatus { return s.opt.Keeper.Key() }

// WriteOut writes what the store holds to a new place beside it, and gives that.
func (s *Service) WriteOut(ctx context.Context) (place string, err error) {
	if place, err = s.opt.Keeper.WriteOut(ctx); err == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.wroteOut = place
	}
	return place, err
}

// PutBack is how a state directory that was written out is put where the store was.
func PutBack(place string) string {
	return "lanyard --state " + place + " backup FILE, then lanyard restore FILE --replace"
}

// WroteOut is where WriteOut last wrote; empty: nowhere. Nothing is stored afterwards that it would lack.
func (s *Service) WroteOut() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wroteOut
}

// Unwritten is why what the store holds ends with this process; nil: it does not.
func (s *Service) Unwritten(ctx context.Context) error {
	if err := s.opt.Keeper.InPlace(ctx); isCode(err, CodeStoreReplaced) && s.WroteOut() == "" {
		return err
	}
	return nil
}

// unlocked is called by every verb that will read or write a secret, before it sends anything: an answer that
// cannot be sealed would be lost.
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
		_ = s.hashOld(ctx) // no verb fails for it: without, two rows that hold one token are judged apart, as before
	}
	return nil
}
