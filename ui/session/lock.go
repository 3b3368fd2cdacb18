package session

import (
	"context"
	"strconv"

	"lanyard/console"
)

// KeyState is the state of the store's key.
type KeyState struct {
	console.KeyStatus
	Failed bool  // the last attempt to fetch the key failed
	Unread bool  // the board was not read yet
	Unkept error // why nothing can be stored; nil if it can
}

// NeedsPassphrase reports whether a passphrase must unlock the store before a verb can run.
func (k KeyState) NeedsPassphrase() bool { return k.Locked && k.Asks }

// Fresh reports whether the person chooses the passphrase, because nothing is sealed yet.
func (k KeyState) Fresh() bool { return k.NeedsPassphrase() && k.Kind == "" }

// Shut reports whether the secrets cannot be read now. A key that was not needed yet is not shut:
// the first verb fetches it.
func (k KeyState) Shut() bool { return k.Locked && (k.Asks || k.Failed) }

// Gone reports whether the store was replaced or deleted.
func (k KeyState) Gone() bool { return console.CodeOf(k.Unkept) == console.CodeStoreReplaced }

// Key returns the current state of the key. It may be newer than the board.
func (s *Session) Key() KeyState {
	k := KeyState{KeyStatus: s.board.Key, Failed: s.keyFailed, Unkept: s.board.Unkept}
	if s.svc != nil {
		k.KeyStatus = s.svc.Key()
	}
	return k
}

// KeyOnBoard returns the state of the key at the last reading of the store.
func (s *Session) KeyOnBoard() KeyState {
	return KeyState{
		KeyStatus: s.board.Key, Failed: s.keyFailed, Unread: !s.board.Read, Unkept: s.board.Unkept,
	}
}

// AskToUnlock asks for the passphrase, with an [Ask] about [Locked], if the secrets are locked and
// [Options.AsksPassphrase] is set. It reports whether it asked. The face requests then when the
// secrets are open; nil requests nothing.
func (s *Session) AskToUnlock(then Request) bool {
	if !s.opts.AsksPassphrase {
		return false
	}
	k := s.Key()
	if k.NeedsPassphrase() {
		s.ask(Locked{Fresh: k.Fresh()}, then)
	}
	return k.NeedsPassphrase()
}

// unlock hands a passphrase to the console. Deriving the key takes a moment.
func (s *Session) unlock(r Unlock) []Work {
	svc := s.svc
	if svc == nil {
		return nil
	}
	s.attempts++
	return s.begin(r, Key{Unlocking, strconv.Itoa(s.attempts)}, "", func(c call) Work {
		return func(ctx context.Context) Event {
			return Unlocked{c, r.For, svc.Unlock(ctx, r.Passphrase)}
		}
	})
}
