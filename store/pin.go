package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	gokeyring "github.com/zalando/go-keyring"
)

// Pin is a key that a store may have: the kind of slot that holds it, and its id.
type Pin struct{ Kind, ID string }

// pinBoard remembers the keys of stores by their path, where a writer of the state directory does not write. It asks a
// person for nothing.
type pinBoard interface {
	// pins gives what is remembered of the store at path. None is no error; errNoBoard says that nothing can be remembered.
	pins(ctx context.Context, path string) ([]Pin, error)
	// setPins replaces what is remembered; none removes it.
	setPins(ctx context.Context, path string, pins []Pin) error
}

// errNoBoard is the cause where there is no keyring to remember anything.
var errNoBoard = errors.New("there is no keyring")

// errStranger is the cause where a store has another key than it should.
var errStranger = errors.New("somebody may have replaced the store")

// id names the data key in force. The check value cannot be made without that key, so that who has no access to it
// cannot make a store with the same id: it would need a key that opens the same ciphertext.
func (r slotRow) id() string {
	if r.check == nil {
		return ""
	}
	sum := sha256.Sum256(append([]byte("lanyard key id\x00"), r.check...))
	return hex.EncodeToString(sum[:16])
}

func (r slotRow) pin() Pin { return Pin{r.kind, r.id()} }

// pinnable reports whether a kind of slot has pins. A key made of what a variable or a command gives opens nothing that
// was sealed without it.
func pinnable(kind string) bool { return kind == InFile || kind == InKeyring || kind == InPassphrase }

// board gives what remembers the keys of this store, or nil.
func (s *Store) board() pinBoard {
	if s.dir == "" {
		return nil
	}
	b, _ := s.slots[InKeyring].(pinBoard)
	return b
}

// pinPaths are the paths that a store is remembered by: the one that is named and, if that leads
// through links, where it leads. Whoever puts a link in the place of a directory changes the second
// alone.
func pinPaths(dir string) []string {
	if real, err := filepath.EvalSymlinks(dir); err == nil && real != dir {
		return []string{dir, real}
	}
	return []string{dir}
}

// remembered is what the keyring has for one path of a store.
type remembered struct {
	path string
	pins []Pin
}

// has reports whether a pin is among those of the path, and which kind of slot it names.
func (r remembered) has(id string) (kind string, ok bool) {
	for _, p := range r.pins {
		if p.ID == id {
			return p.Kind, true
		}
	}
	return "", false
}

// recall gives what is remembered of the store in dir, for each of its paths.
func recall(ctx context.Context, b pinBoard, dir string) (at []remembered, err error) {
	for _, path := range pinPaths(dir) {
		pins, err := b.pins(ctx, path)
		if err != nil {
			return nil, err
		}
		at = append(at, remembered{path, pins})
	}
	return at, nil
}

// pinsOf are the pins of all paths, each once.
func pinsOf(at []remembered) (pins []Pin) {
	for _, r := range at {
		for _, p := range r.pins {
			if !slices.Contains(pins, p) {
				pins = append(pins, p)
			}
		}
	}
	return pins
}

// remember replaces what is remembered for each path of the store in dir; no pins remove it.
func remember(ctx context.Context, b pinBoard, dir string, pins ...Pin) error {
	for _, path := range pinPaths(dir) {
		if err := b.setPins(ctx, path, pins); err != nil {
			return err
		}
	}
	return nil
}

// sighting is what a comparison of a key with its pins came to.
type sighting struct {
	board bool         // there is something that could remember it
	at    []remembered // what is remembered
	mute  error        // why it cannot be compared
}

// has reports whether each path that something is remembered for has the pin, and which kind of
// slot that names.
func (v sighting) has(id string) (kind string, ok bool) {
	for _, r := range v.at {
		if len(r.pins) == 0 {
			continue
		}
		if kind, ok = r.has(id); !ok {
			return "", false
		}
	}
	return kind, ok
}

// other gives what a path remembers instead of the key with an id, or nil.
func (v sighting) other(id string) *Pin {
	for _, r := range v.at {
		if _, ok := r.has(id); !ok && len(r.pins) > 0 {
			return &r.pins[0]
		}
	}
	return nil
}

// unsettled reports whether what is remembered differs from the key in force, which was found good.
func (v sighting) unsettled(row slotRow) bool {
	return v.board && v.mute == nil && pinnable(row.kind) &&
		slices.ContainsFunc(v.at, func(r remembered) bool { return len(r.pins) != 1 || r.pins[0] != row.pin() })
}

// compare refuses the key of row if it is not the one that the keyring remembers, or if it is in a
// key file and the configuration names another kind. Of the kinds, only a key file can be put there
// by somebody who can write the state directory. A keyring that does not answer refuses nothing;
// that is said once.
func (s *Store) compare(ctx context.Context, row slotRow) (v sighting, err error) {
	if row.kind == InFile && s.want != "" && s.want != InFile {
		return v, s.locked(fmt.Sprintf("its key is in a key file, and the configuration says [store] key = %q", s.want), errStranger,
			fmt.Sprintf("if you moved it, lanyard key set %s moves it back, or write \"file\" into the configuration; else restore a backup", s.want))
	}
	b := s.board()
	if b == nil || !pinnable(row.kind) {
		return v, nil
	}
	if v.at, err = recall(ctx, b, s.dir); errors.Is(err, errNoBoard) {
		return v, nil
	}
	v.board, v.mute = true, err
	if err != nil {
		if ctx.Err() == nil && !s.mute {
			s.mute = true
			s.say(fmt.Sprintf("the system keyring does not answer (%v): whether %s still has the key that it remembers was not compared", err, s.path))
		}
		return v, nil
	}
	kind, ok := v.has(row.id())
	switch other := v.other(row.id()); {
	case other != nil:
		return v, s.locked(fmt.Sprintf("its key is not the one that the system keyring remembers: it has %s, in the %s, and not %s, in the %s",
			row.id(), s.place(row.kind), other.ID, s.place(other.Kind)), errStranger,
			"if you put another store there yourself, lanyard key accept takes it, at a terminal; else bring back your own, or restore a backup")
	case ok && kind != row.kind:
		s.say(fmt.Sprintf("the key of %s is kept in the %s, and was kept in the %s", s.path, s.place(row.kind), s.place(kind)))
	}
	return v, nil
}

// settlePins makes the key in force the only one that is remembered. It does so while the database is locked: then no
// other key is coming into force. What cannot be done now is done at the next unlock.
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
	if seen.at, err = recall(ctx, b, s.dir); err != nil {
		return
	}
	_, known := seen.has(row.id())
	switch {
	case !pinnable(row.kind):
		if known {
			_ = remember(ctx, b, s.dir)
		}
	case len(pinsOf(seen.at)) == 0:
		if remember(ctx, b, s.dir, row.pin()) == nil {
			s.say(fmt.Sprintf("the system keyring remembers from now on which key %s has: %s", s.path, row.id()))
		}
	case known && seen.unsettled(row):
		_ = remember(ctx, b, s.dir, row.pin())
	}
}

// pinBoth lets the keyring remember the key that is coming into force beside those that may be in
// force now. It runs in the transaction that brings it. Where the keyring does not take it, pinBoth
// fails: the next process would find a key that the keyring does not remember, and refuse the
// store.
func pinBoth(ctx context.Context, b pinBoard, dir string, next Pin, old ...Pin) error {
	if b == nil {
		return nil
	}
	at, err := recall(ctx, b, dir)
	if errors.Is(err, errNoBoard) {
		return nil
	}
	if pins := pinsOf(at); err == nil && (len(pins) > 0 || pinnable(next.Kind)) {
		if len(old) > 0 {
			pins = old
		}
		err = remember(ctx, b, dir, append(pins, next)...)
	}
	return err
}

// AcceptKey lets the keyring remember the key of the store, which has the given id, instead of another one.
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
		return &Error{Code: "store_busy", Text: s.path + ": its key was changed meanwhile", Hint: "look at it again: lanyard key accept"}
	}
	if b := s.board(); b != nil {
		err = remember(ctx, b, s.dir, row.pin())
	}
	if err != nil {
		return s.locked("the system keyring does not take its key id", err, "unlock or start the keyring, then try again")
	}
	return s.explain("accept the key", s.commit(tx))
}

// AcceptOlder lets a database in that is from before its rows had MACs, whose key knows that rows
// have MACs; or one whose record of its key is gone. The next unlock vouches for all of its rows.
// Without the record, whatever is sealed cannot be opened again and is removed.
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
			if err = remember(ctx, b, s.dir); errors.Is(err, errNoBoard) {
				err = nil
			}
		}
		if f, ok := s.slots[InFile].(keyFile); ok { // whoever removed the record may have put his key there
			_, aside := f.setAside()
			err = errors.Join(err, aside)
		}
	} else if n, ok := s.slots[row.kind].(noting); ok {
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

// dropSealed removes all that only a lost key could open or compare.
func (s *Store) dropSealed(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, "DELETE FROM token_secret; DELETE FROM application_secret; DELETE FROM application_password; DELETE FROM hash_key;"+
		" UPDATE application SET mac = NULL; UPDATE token SET mac = NULL, access_hash = '', refresh_hash = '';"+
		" UPDATE probe SET mac = NULL; UPDATE mark SET mac = NULL; UPDATE setting SET mac = NULL")
	return s.explain("accept the database", err)
}

// lockable is a ring that can say whether asking it for something would ask a person first.
type lockable interface {
	Ready() error
}

// pinUser names the item that remembers the store at path.
func pinUser(path string) string {
	sum := sha256.Sum256([]byte(path))
	return "pin-" + hex.EncodeToString(sum[:16])
}

// errRingLocked is the cause where a keyring would have to ask for its password.
var errRingLocked = errors.New("it is locked")

// briefly runs f, which asks the keyring for something, if no person has to be asked first. It waits no longer than for
// anything that nobody has asked for, and not at all where an earlier call has not come back.
func (k *keyring) briefly(ctx context.Context, f func() error) error {
	if k.reachable() != nil {
		return errNoBoard
	}
	k.mu.Lock()
	if k.stuck != nil {
		select {
		case <-k.stuck:
		default:
			k.mu.Unlock()
			return errors.New("it has not answered yet")
		}
	}
	k.mu.Unlock()
	done := make(chan struct{})
	var err error // only once done is closed
	go func() {
		defer close(done)
		err = guarded(func() error {
			if r, ok := k.ring.(lockable); ok {
				if err := r.Ready(); err != nil {
					return err
				}
			}
			return f()
		})
	}()
	if late := await(ctx, done, k.brief); late != nil {
		k.mu.Lock()
		k.stuck = done
		k.mu.Unlock()
		return late
	}
	if err != nil && !errors.Is(err, gokeyring.ErrNotFound) {
		if err = ringSays(err); errors.Is(err, errNoRing) {
			return errNoBoard
		}
	}
	return err
}

// unasked says why the keyring cannot be asked now without asking a person; nil when it can.
func (k *keyring) unasked(ctx context.Context) error {
	if err := k.reachable(); err != nil {
		return err
	}
	err := k.briefly(ctx, func() error { return nil })
	if errors.Is(err, errNoBoard) {
		return errNoRing
	}
	return err
}

// pins implements pinBoard. An item that cannot be read counts as one pin, which is no key's.
func (k *keyring) pins(ctx context.Context, path string) ([]Pin, error) {
	var text string
	err := k.briefly(ctx, func() (err error) {
		text, err = k.ring.Get(keyringService, pinUser(path))
		return err
	})
	if errors.Is(err, gokeyring.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return readPins(text), nil
}

// pinsMost is how many keys are remembered of a store: the old one and the new.
const pinsMost = 8

func readPins(text string) (pins []Pin) {
	for _, f := range strings.Fields(text) {
		kind, id, _ := strings.Cut(f, ":")
		if b, err := hex.DecodeString(id); err != nil || len(b) != 16 || len(pins) == pinsMost {
			return []Pin{{"", "something else"}}
		}
		pins = append(pins, Pin{kind, id})
	}
	if pins == nil {
		return []Pin{{"", "nothing"}}
	}
	return pins
}

// setPins implements pinBoard. It is read back, as a key is.
func (k *keyring) setPins(ctx context.Context, path string, pins []Pin) error {
	var words []string
	for _, p := range pins {
		words = append(words, p.Kind+":"+p.ID)
	}
	text, user := strings.Join(words, " "), pinUser(path)
	err := k.briefly(ctx, func() error {
		if text == "" {
			return k.ring.Delete(keyringService, user)
		}
		if err := k.ring.Set(keyringService, user, text); err != nil {
			return err
		}
		again, err := k.ring.Get(keyringService, user)
		if err == nil && again != text {
			_ = k.ring.Delete(keyringService, user)
			err = errors.New("it keeps something else than it is given")
		}
		return err
	})
	switch {
	case errors.Is(err, gokeyring.ErrNotFound) && text == "", errors.Is(err, errNoBoard) && text == "":
		return nil
	case errors.Is(err, gokeyring.ErrNotFound):
		return errors.New("it keeps nothing")
	}
	return err
}
