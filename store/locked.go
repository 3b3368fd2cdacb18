package store

import (
	"cmp"
	"errors"
	"strings"

	"lanyard/console"
	"lanyard/store/key"
	"lanyard/tokenapi/secret"
)

// locked is the error of a store whose secrets cannot be opened.
func (s *Store) locked(why string, cause error, hint string) *Error {
	return &Error{
		Code: console.CodeStoreLocked, Text: s.path + ": " + why, Err: lock{cause: cause},
		Hint: hint,
	}
}

// lock is ErrLocked with the message of its cause, if there is one.
type lock struct {
	cause error
	// a cause that is only in the chain, because the Error's text says it already
	silent error
}

func (l lock) Error() string {
	if l.cause == nil {
		return ErrLocked.Error()
	}
	return l.cause.Error()
}

// Unwrap returns ErrLocked and the cause.
func (l lock) Unwrap() []error {
	if err := cmp.Or(l.cause, l.silent); err != nil {
		return []error{ErrLocked, err}
	}
	return []error{ErrLocked}
}

// errSetBack is the cause if a database is older than its key, or has lost the record of the key.
var errSetBack = errors.New("somebody may have changed what its rows say")

// setBack is the error of a database that is older than its key. Its rows have no MACs, so that any
// program may have changed them.
func (s *Store) setBack(slot KeySlot) error {
	return s.locked("it is older than the "+slot.Place()+" says", errSetBack,
		"put the newer database back, or restore a backup; if you put the older one there "+
			"yourself, lanyard key accept takes it, at a terminal")
}

// noRecord is the error of a database without a record of its key that holds sealed values or MACs.
func (s *Store) noRecord() error {
	return s.locked("the record of its key is gone", errSetBack,
		"put the database back as it was, or restore a backup; lanyard key accept, at a "+
			"terminal, takes what can be read and gives up what is sealed")
}

// beginAnew returns the hint if only a new store helps.
func (s *Store) beginAnew() string {
	return "without it the stored credentials are lost: restore a backup, or move " + s.path +
		" away to begin anew"
}

// lockedBy returns the error of a slot that did not give the key.
func (s *Store) lockedBy(slot KeySlot, err error) error {
	place := "the " + slot.Place()
	other, gone := errors.Is(err, key.ErrOtherKey), errors.Is(err, key.ErrNoKey)
	switch slot.Kind() {
	case InPassphrase:
		if errors.Is(err, key.ErrNotTold) {
			return s.notTried(InPassphrase)
		}
		if other {
			return &Error{
				Code: console.CodeStoreLocked, Text: "the passphrase is wrong", Err: ErrLocked,
				Hint: "try again; a forgotten one opens nothing: restore a backup " +
					"(lanyard restore FILE --replace)",
			}
		}
		return s.locked("its passphrase cannot be used", err, s.beginAnew())
	case InFile, InMemory:
		hint := "put the key back where it was; " + s.beginAnew()
		switch {
		case other:
			e := s.locked(place+" holds another key than it was sealed with", nil, hint)
			e.Err = lock{silent: key.ErrOtherKey}
			return e
		case gone:
			return s.locked(place+" is gone, and it was sealed with it", nil, hint)
		}
		return s.locked(place+" cannot be used", err, hint)
	case InKeyring:
		if gone || other {
			return s.locked("its key is gone from "+place, nil,
				"is it another keyring or another user? "+s.beginAnew())
		}
		return s.locked(place+" does not give its key", err,
			"unlock or start the keyring, then try again")
	}
	if name, ok := strings.CutPrefix(slot.Place(), "environment variable "); ok &&
		slot.Kind() == InEnv {
		hint := "set " + name + " to the text it had; " + s.beginAnew()
		if other {
			return s.locked(place+" gives another text than it was sealed with", nil, hint)
		}
		return s.locked(place+" does not give its key", err, hint)
	}
	if other {
		return s.locked(place+" gives another text than it was sealed with", nil,
			"give it the text it had; "+s.beginAnew())
	}
	return s.locked(place+" does not give its key", err,
		"it was sealed with what came from there; "+s.beginAnew())
}

// notTried is the error if the slot must be asked and was not.
func (s *Store) notTried(kind string) error {
	if kind == InPassphrase {
		e := s.locked("it is locked with a passphrase", nil,
			"give it at a terminal; for scripts: lanyard key set env, or command")
		e.Err = lock{silent: ErrNotTold}
		return e
	}
	return s.locked("the "+s.PlaceOf(kind)+" was not asked for its key yet", nil, "unlock it")
}

// notHere is the error if this run has no access to the slot.
func (s *Store) notHere(kind string) error {
	switch kind {
	case InCommand:
		return s.locked("its key comes from a command, and the configuration names none", nil,
			`put [store] key = "command" and command = ["…"] back into the configuration`)
	case InKeyring, InEnv, InPassphrase, InFile:
		return s.locked("its key is kept in another way ("+kind+") than this run can reach", nil,
			"lanyard key status shows how")
	}
	return s.locked("its key is kept in a way that this lanyard does not know", nil,
		"a newer lanyard wrote it: use that one")
}

// noKeyYet is the lock of a store that never had a key.
func (s *Store) noKeyYet(told secret.Text) error {
	if s.first[0] == InPassphrase && told.IsZero() {
		return s.locked("a passphrase has to be chosen first", nil,
			"lanyard key set passphrase asks for it at a terminal")
	}
	return s.locked("it has no key yet", nil, "the first thing that is stored makes one")
}
