package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"lanyard/console"
	"lanyard/store/key"
)

// errStranger is the cause if the key of a store is not the expected one.
var errStranger = errors.New("somebody may have replaced the store")

// id names the data key in force. It is made from the check value, which only that key can seal. So
// a store with another key cannot have the same id.
func (r slotRow) id() string {
	if r.check == nil {
		return ""
	}
	sum := sha256.Sum256(append([]byte("lanyard key id\x00"), r.check...))
	return hex.EncodeToString(sum[:16])
}

func (r slotRow) pin() key.Pin { return key.Pin{Kind: r.kind, ID: r.id()} }

// board returns what remembers the keys of this store, or nil.
func (s *Store) board() key.Board {
	if s.dir == "" {
		return nil
	}
	b, _ := s.slots[InKeyring].(key.Board)
	return b
}

// sighting is the result of comparing a key with its pins.
type sighting struct {
	board bool             // there is something that could remember it
	at    []key.Remembered // the remembered keys
	mute  error            // reason why the keys cannot be compared
}

// has reports whether every path with a pin has this one, and which kind of slot it names.
func (v sighting) has(id string) (kind string, ok bool) {
	for _, r := range v.at {
		if len(r.Pins) == 0 {
			continue
		}
		if kind, ok = r.Has(id); !ok {
			return "", false
		}
	}
	return kind, ok
}

// other returns the pin of a path that has another ID, or nil.
func (v sighting) other(id string) *key.Pin {
	for _, r := range v.at {
		if _, ok := r.Has(id); !ok && len(r.Pins) > 0 {
			return &r.Pins[0]
		}
	}
	return nil
}

// unsettled reports whether the pins differ from the key in force, which was accepted.
func (v sighting) unsettled(row slotRow) bool {
	differs := func(r key.Remembered) bool { return len(r.Pins) != 1 || r.Pins[0] != row.pin() }
	return v.board && v.mute == nil && key.Pinnable(row.kind) && slices.ContainsFunc(v.at, differs)
}

// compare refuses the key of row if the keyring remembers another one, or if it is in a key file
// and the configuration names another kind. Only a key file can be replaced by a program that can
// write to the state directory alone. A keyring that does not answer refuses nothing; a person gets
// one warning.
func (s *Store) compare(ctx context.Context, row slotRow) (v sighting, err error) {
	if row.kind == InFile && s.want != "" && s.want != InFile {
		what := fmt.Sprintf(
			"its key is in a key file, and the configuration says [store] key = %q", s.want)
		return v, s.locked(what, errStranger,
			fmt.Sprintf("if you moved it, lanyard key set %s moves it back, or write \"file\" "+
				"into the configuration; else restore a backup", s.want))
	}
	b := s.board()
	if b == nil || !key.Pinnable(row.kind) {
		return v, nil
	}
	if v.at, err = key.Recall(ctx, b, s.dir); errors.Is(err, key.ErrNoBoard) {
		return v, nil
	}
	v.board, v.mute = true, err
	if err != nil {
		if ctx.Err() == nil && !s.mute {
			s.mute = true
			s.say(fmt.Sprintf(
				"the system keyring does not answer (%v): whether %s still has the key that it "+
					"remembers was not compared", err, s.path))
		}
		return v, nil
	}
	kind, ok := v.has(row.id())
	switch other := v.other(row.id()); {
	case other != nil:
		what := fmt.Sprintf("its key is not the one that the system keyring remembers: "+
			"it has %s, in the %s, and not %s, in the %s",
			row.id(), s.PlaceOf(row.kind), other.ID, s.PlaceOf(other.Kind))
		return v, s.locked(what, errStranger,
			"if you put another store there yourself, lanyard key accept takes it, at a "+
				"terminal; else bring back your own, or restore a backup")
	case ok && kind != row.kind:
		s.say(fmt.Sprintf("the key of %s is kept in the %s, and was kept in the %s", s.path,
			s.PlaceOf(row.kind), s.PlaceOf(kind)))
	}
	return v, nil
}

// settlePins makes the keyring remember only the key in force. It works while the database is
// locked, so that no other key comes into force. What fails is tried at the next unlock.
func (s *Store) settlePins(ctx context.Context) {
	b := s.board()
	if b == nil || s.readOnly != nil {
		return
	}
	tx, err := s.beginWrite(ctx)
	if err != nil {
		return
	}
	defer func() { _ = tx.Rollback() }()
	row, err := s.slotRow(ctx, tx)
	k := s.key.Load()
	if err != nil || k.sealer == nil || !k.is(row.epoch, row.check) {
		return
	}
	seen := sighting{board: true}
	if seen.at, err = key.Recall(ctx, b, s.dir); err != nil {
		return
	}
	_, known := seen.has(row.id())
	switch {
	case !key.Pinnable(row.kind):
		if known {
			_ = key.Remember(ctx, b, s.dir)
		}
	case len(key.PinsOf(seen.at)) == 0:
		if key.Remember(ctx, b, s.dir, row.pin()) == nil {
			s.say(fmt.Sprintf("the system keyring remembers from now on which key %s has: %s",
				s.path, row.id()))
		}
	case known && seen.unsettled(row):
		_ = key.Remember(ctx, b, s.dir, row.pin())
	}
}

// AcceptKey makes the keyring remember the store's key, which has the given ID, instead of another
// one.
func (s *Store) AcceptKey(ctx context.Context, id string) error {
	leave, err := s.enter()
	if err != nil {
		return err
	}
	defer leave()
	tx, err := s.beginWrite(ctx)
	if err != nil {
		return s.explain("accept the key", err)
	}
	defer func() { _ = tx.Rollback() }()
	row, err := s.slotRow(ctx, tx)
	if err != nil {
		return err
	}
	if row.id() != id {
		return &Error{
			Code: console.CodeStoreBusy, Text: s.path + ": its key was changed meanwhile",
			Hint: "look at it again: lanyard key accept",
		}
	}
	if b := s.board(); b != nil {
		err = key.Remember(ctx, b, s.dir, row.pin())
	}
	if err != nil {
		return s.locked("the system keyring does not take its key id", err,
			"unlock or start the keyring, then try again")
	}
	return s.explain("accept the key", s.commit(tx))
}

// AcceptOlder accepts a database whose rows have no MACs although its key has made some, or whose
// record of the key is gone. The next unlock gives all of its rows MACs. Without the record no
// sealed value can be opened again, and all are removed.
func (s *Store) AcceptOlder(ctx context.Context) error {
	leave, err := s.enter()
	if err != nil {
		return err
	}
	defer leave()
	tx, err := s.beginWrite(ctx)
	if err != nil {
		return s.explain("accept the database", err)
	}
	defer func() { _ = tx.Rollback() }()
	row, err := s.slotRow(ctx, tx)
	if err != nil {
		return err
	}
	if row.kind == "" {
		if err := s.dropSealed(ctx, tx); err != nil {
			return err
		}
		if b := s.board(); b != nil {
			if err = key.Remember(ctx, b, s.dir); errors.Is(err, key.ErrNoBoard) {
				err = nil
			}
		}
		// A program that removed the record may have put its own key there.
		if f, ok := s.slots[InFile].(key.File); ok {
			_, aside := f.SetAside()
			err = errors.Join(err, aside)
		}
	} else if n, ok := s.slots[row.kind].(key.Noting); ok {
		err = n.NoteGuarded(ctx, row.params, false)
	}
	if err != nil {
		return s.locked("what is noted beside its key cannot be taken back", err, "try again")
	}
	if err := s.commit(tx); err != nil {
		return s.explain("accept the database", err)
	}
	s.signal()
	return nil
}

// dropSealed removes everything that only the lost key could open or compare.
func (s *Store) dropSealed(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx,
		`DELETE FROM token_secret;
		DELETE FROM application_secret;
		DELETE FROM application_password;
		DELETE FROM hash_key;
		UPDATE application SET mac = NULL;
		UPDATE token SET mac = NULL, access_hash = '', refresh_hash = '';
		UPDATE probe SET mac = NULL;
		UPDATE mark SET mac = NULL;
		UPDATE setting SET mac = NULL`)
	return s.explain("accept the database", err)
}
