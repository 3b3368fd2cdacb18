package session

import (
	"context"
	"strconv"

	"lanyard/console"
)

// KeyState is what a session knows of the key to the stored secrets.
type KeyState struct {
	console.KeyStatus
	Failed bool  // the last attempt to fetch it failed
	Unread bool  // the board was not read yet
	Unkept error // why nothing can be stored any more
}

// NeedsPassphrase reports whether a person has to unlock the secrets before a verb can run.
func (k KeyState) NeedsPassphrase() bool { return k.Locked && k.Asks }

// Fresh reports whether that person chooses the passphrase: nothing is sealed yet.
func (k KeyState) Fresh() bool { return k.NeedsPassphrase() && k.Kind == "" }

// Shut reports whether the secrets cannot be opened as things are. A key that no verb has needed yet is
// not shut: it is fetched when one does.
func (k KeyState) Shut() bool { return k.Locked && (k.Asks || k.Failed) }

// Gone reports whether the store was replaced or deleted.
func (k KeyState) Gone() bool { return console.CodeOf(k.Unkept) == console.CodeStoreReplaced }

// Key is the latest word on the key: a process that was locked a moment ago may be unlocked now.
func (s *Session) Key() KeyState {
	k := KeyState{KeyStatus: s.board.Key, Failed: s.keyFailed, Unkept: s.board.Unkept}
	if s.svc != nil {
		k.KeyStatus = s.svc.Key()
	}
	return k
}

// KeyShown is what the board says of the key.
func (s *Session) KeyOnBoard() KeyState {
	return KeyState{KeyStatus: s.board.Key, Failed: s.keyFailed, Unread: !s.board.Read, Unkept: s.board.Unkept}
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

// NextAttempt numbers an attempt to unlock.
func (s *Session) NextAttempt() int {
	s.attempts++
	return s.attempts
}

// unlock hands a passphrase to the console. Deriving a key from it takes a moment.
func (s *Session) unlock(r Unlock) []Work {
	svc := s.svc
	if svc == nil {
		return nil
	}
	return s.begin(r, Key{Unlocking, strconv.Itoa(r.Attempt)}, "", func(c call) Work {
		return func(ctx context.Context) Event {
			return Unlocked{c, r.Attempt, svc.Unlock(ctx, r.Passphrase)}
		}
	})
}
