package store

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"lanyard/console"
	"lanyard/store/key"
	"lanyard/tokenapi/secret"
)

// slotRow is the record of the key in the database.
type slotRow struct {
	epoch int64
	// sealed with the data key; nil: there never was one. Each key has its own, so it names the key
	check   []byte
	kind    string
	params  []byte
	wrapped []byte // nil: the slot holds the data key itself
	made    time.Time
	before  []heldBefore

	// the revision at which a backup came in, with this key or one before it; 0: never
	restored int64
}

// keyState holds the facts about the key that this process knows. It is immutable; a change
// replaces it.
type keyState struct {
	row    slotRow
	sealer *sealer // nil: locked
	why    error   // reason why it is locked: an *Error
	seen   sighting
}

// is reports whether epoch and check are those of the same key.
func (k *keyState) is(epoch int64, check []byte) bool {
	return k.row.epoch == epoch && bytes.Equal(k.row.check, check)
}

// holds reports whether the database still has the key of k.
func (k *keyState) holds(ctx context.Context, q queryer) (bool, error) {
	var epoch int64
	var check []byte
	err := q.QueryRowContext(ctx, "SELECT (SELECT value FROM meta WHERE name = 'key_epoch'),"+
		" (SELECT value FROM meta WHERE name = 'key_check')").Scan(&epoch, &check)
	return k.is(epoch, check), err
}

// slotRow reads the record of the key.
func (s *Store) slotRow(ctx context.Context, q queryer) (slotRow, error) {
	var r slotRow
	var kind sql.NullString
	var params sql.NullString
	err := q.QueryRowContext(ctx,
		`SELECT (SELECT value FROM meta WHERE name = 'key_epoch'),
			(SELECT value FROM meta WHERE name = 'key_check'),
			coalesce((SELECT value FROM meta WHERE name = 'restored'), 0),
			kind, params, wrapped, made, before
		FROM (SELECT 1) LEFT JOIN key_slot ON one = 1`).
		Scan(&r.epoch, &r.check, &r.restored, &kind, &params, &r.wrapped, stamp{&r.made},
			inJSON(&r.before))
	if err != nil {
		return r, s.explain("read the key slot", err)
	}
	r.kind, r.params = kind.String, []byte(params.String)
	if (r.check == nil) != (r.kind == "") {
		return r, &Error{
			Code: console.CodeStoreDamaged,
			Text: s.path + " does not say where its key is",
			Hint: "keep a copy of it, then restore a backup or move it away to begin anew",
		}
	}
	return r, nil
}

// Unlock fetches the key, or makes the first one if there is none. It fails with an *Error that has
// ErrLocked in its chain. The passphrase is read only if Key reports that a person is asked.
func (s *Store) Unlock(ctx context.Context, passphrase secret.Text) error {
	leave, err := s.enter()
	if err != nil {
		return err
	}
	defer leave()
	return s.fetch(ctx, passphrase, func(string) bool { return true })
}

// TryKey is Unlock without asking a person or running a command. It makes no key.
func (s *Store) TryKey(ctx context.Context) error {
	leave, err := s.enter()
	if err != nil {
		return err
	}
	defer leave()
	kind := s.key.Load().row.kind
	if kind == "" {
		return nil
	}
	if ring, ok := s.slots[InKeyring].(key.Asking); ok && kind == InKeyring {
		if err := ring.Unasked(ctx); err != nil {
			return s.lockedBy(ring, err)
		}
	}
	return s.fetch(ctx, secret.Text{},
		func(now string) bool { return now == kind && kind != InPassphrase && kind != InCommand })
}

// Key returns where the key is and whether this process has it.
func (s *Store) Key() console.KeyStatus {
	k := s.key.Load()
	st := console.KeyStatus{Kind: k.row.kind, Locked: k.sealer == nil, Place: s.PlaceOf(k.row.kind)}
	st.Asks = (k.row.kind == InPassphrase || k.row.kind == "" && s.first[0] == InPassphrase) &&
		!errors.Is(k.why, errStranger) && !errors.Is(k.why, errSetBack)
	return st
}

// KeyInfo describes the key in more detail than Key.
type KeyInfo struct {
	console.KeyStatus
	Epoch int64     // counts the changes; 1 is the first key's
	Made  time.Time // zero: not known
	Left  []string  // places that still hold an old key
	Why   error     // reason why the store is locked, or nil

	ID         string    // names the key; "" when there is none
	Remembered []key.Pin // the keys that the system keyring remembers for this store
	// Pinned names the place that remembers the key: InKeyring, "configuration" (which excludes a
	// key file), or "".
	Pinned   string
	Mute     error // error of the keyring; nil if it answers, or if there is none
	Stranger bool  // the key is not the one that it should be
	// SetBack reports that the database is from before its rows had MACs, or that its record of the
	// key is gone, and that this is known.
	SetBack bool
}

// KeyInfo reads the record of the key in the database and what the keyring remembers. It fetches no
// key.
func (s *Store) KeyInfo(ctx context.Context) (KeyInfo, error) {
	leave, err := s.enter()
	if err != nil {
		return KeyInfo{}, err
	}
	defer leave()
	row, err := s.slotRow(ctx, s.read)
	if err != nil {
		return KeyInfo{}, err
	}
	done, err := s.taking(ctx)
	if err != nil {
		return KeyInfo{}, err
	}
	seen, stranger := s.compare(ctx, row)
	done()
	i := KeyInfo{
		KeyStatus: s.Key(), Epoch: row.epoch, Made: row.made,
		Why: cmp.Or(stranger, s.key.Load().why), ID: row.id(),
		Remembered: key.PinsOf(seen.at), Mute: seen.mute, Stranger: stranger != nil,
	}
	i.SetBack = errors.Is(i.Why, errSetBack)
	if _, ok := seen.has(row.id()); ok {
		i.Pinned = InKeyring
	} else if s.want == row.kind && row.kind != InFile && row.kind != "" {
		i.Pinned = "configuration"
	}
	for _, b := range row.before {
		i.Left = append(i.Left, s.PlaceOf(b.Kind))
	}
	return i, nil
}

// PlaceOf describes in words where slots of a kind keep a key.
func (s *Store) PlaceOf(kind string) string {
	if kind == "" {
		return "no key yet"
	}
	if slot, ok := s.slots[kind]; ok {
		return slot.Place()
	}
	return kind + " (not set up here)"
}

// taking waits for the turn to fetch or change the key.
func (s *Store) taking(ctx context.Context) (done func(), err error) {
	select {
	case s.turn <- struct{}{}:
		return func() { <-s.turn }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("unlock: %w", context.Cause(ctx))
	}
}

// fetch gets the key from its slot, or makes the first one, if may accepts the kind of slot.
func (s *Store) fetch(ctx context.Context, told secret.Text, may func(kind string) bool) error {
	done, err := s.taking(ctx)
	if err != nil {
		return err
	}
	defer done()
	return s.fetching(ctx, told, may)
}

// fetching is fetch for a caller that holds the turn.
func (s *Store) fetching(ctx context.Context, told secret.Text, may func(kind string) bool) error {
	if told.IsZero() {
		told = s.told
	}
	db := s.reading(ctx)
	if s.key.Load().row.epoch == 0 {
		// while the store is opened: what only lists or only writes needs no second connection
		db = s.write
	}
	for tries := 0; ; tries++ {
		row, err := s.slotRow(ctx, db)
		if err != nil {
			return err
		}
		k := s.key.Load()
		if k.sealer != nil && k.is(row.epoch, row.check) {
			return nil
		}
		k = &keyState{row: row}
		if row.kind == "" {
			_, refused := s.unkeyed(ctx, db)
			k.why = cmp.Or(refused, s.noKeyYet(told))
			if refused == nil && may(s.first[0]) && tries < 5 && s.filesInPlace() == nil {
				if err = s.firstKey(ctx, told); err == nil {
					continue // the database decides which key is in force
				}
				k.why = err
			}
		} else if may(row.kind) {
			if k, err = s.openKnown(ctx, row, told); err != nil {
				k = &keyState{row: row, seen: k.seen}
				if now, again := s.slotRow(ctx, db); again == nil && !k.is(now.epoch, now.check) &&
					tries < 5 {
					continue // it was changed in between
				}
				k.why = err
			} else if row.kind == InPassphrase {
				s.told = told
			}
		} else {
			k.why = s.notTried(row.kind)
		}
		if ctx.Err() != nil {
			return fmt.Errorf("unlock: %w", context.Cause(ctx)) // not a failure of the key
		}
		was := s.key.Swap(k).row.kind
		if k.sealer != nil && was != "" && was != row.kind {
			s.say(fmt.Sprintf("the key of %s is kept in the %s now; it was kept in the %s", s.path,
				s.PlaceOf(row.kind), s.PlaceOf(was)))
		}
		if k.sealer != nil && len(k.row.before) > 0 && s.filesInPlace() == nil {
			s.tidy(ctx, may)
		}
		if k.sealer != nil && k.seen.unsettled(k.row) {
			s.settlePins(ctx)
		}
		return k.why
	}
}

// follow notices that another process has changed the key. It fetches the new key if this process
// had the one before, or if fetching it asks no person.
func (s *Store) follow(ctx context.Context) error {
	had := s.key.Load().sealer != nil
	err := s.fetch(ctx, secret.Text{}, func(kind string) bool { return had || key.Quiet(kind) })
	if onlySecrets(err) {
		return nil // the error is returned where the key is needed
	}
	return err
}

// openKnown is openSlot for the key that the store should have. It compares the key with the
// keyring last if the keyring holds it, because the keyring may have to be unlocked for that. The
// state holds the pins that were seen even if there is an error.
func (s *Store) openKnown(ctx context.Context, row slotRow, told secret.Text) (*keyState, error) {
	if row.kind == InKeyring {
		k, err := s.openSlot(ctx, row, told)
		if err == nil {
			k.seen, err = s.compare(ctx, k.row)
		}
		if k == nil {
			k = &keyState{}
		}
		return k, err
	}
	seen, err := s.compare(ctx, row)
	var k *keyState
	if err == nil {
		k, err = s.openSlot(ctx, row, told)
	}
	if k == nil {
		k = &keyState{}
	}
	k.seen = seen
	return k, err
}

// openSlot gets the data key and tries it on the check value. Rows that have no MACs yet get
// theirs.
func (s *Store) openSlot(ctx context.Context, row slotRow, told secret.Text) (*keyState, error) {
	slot, ok := s.slots[row.kind]
	if !ok {
		return nil, s.notHere(row.kind)
	}
	o, slot, err := tryAll(ctx, slot, row, told)
	if err != nil {
		return nil, s.lockedBy(slot, err)
	}
	defer o.clear()
	noted, guards := o.noted, o.guards
	if noted && !guards {
		return nil, s.setBack(slot)
	}
	if row.kind == InFile {
		// params in the database may be older, or false
		row.params = key.Params(o.key)
	}
	k := &keyState{row: row, sealer: o.seals}
	if !guards {
		o.seals.guards = false
		if k, err = s.guardRows(ctx, k, o.key); err != nil {
			return nil, err
		}
	}
	if by, ok := slot.(key.Derived); ok && guards && row.wrapped != nil && by.Cheaper(row.params) {
		s.strengthen(ctx, by, row, told, o.data)
	}
	if n, ok := slot.(key.Noting); ok && !noted && s.readOnly == nil {
		if n.NoteGuarded(ctx, row.params, true) == nil { // else the next process does it
			s.reached("noted")
		}
	}
	return k, nil
}

// unwrapped is the data key that a slot's key has opened.
type unwrapped struct {
	key, data     []byte
	noted, guards bool
	seals         *sealer
}

func (o unwrapped) clear() {
	clear(o.key)
	clear(o.data)
}

// tryAll calls try with each text that the slot's key may be derived from. It returns the slot with
// the text that fits.
func tryAll(ctx context.Context, slot KeySlot, row slotRow,
	told secret.Text) (unwrapped, KeySlot, error) {
	made, ok := slot.(key.Derived)
	if !ok {
		o, err := try(ctx, slot, row, told)
		return o, slot, err
	}
	all, odd, err := made.Readings(ctx, told)
	if err != nil {
		return unwrapped{}, slot, err
	}
	var o unwrapped
	for _, one := range all {
		if o, err = try(ctx, one, row, told); !errors.Is(err, key.ErrOtherKey) {
			return o, one, err
		}
	}
	return o, slot, cmp.Or(odd, key.ErrOtherKey)
}

// try gets the data key of a row with the key of its slot, and tries it on the check value.
func try(ctx context.Context, slot KeySlot, row slotRow,
	told secret.Text) (o unwrapped, err error) {
	kept, err := slot.Key(ctx, row.params, told)
	if err != nil {
		return o, err
	}
	defer func() {
		if err != nil {
			clear(kept)
			o.clear()
		}
	}()
	if o.key, o.noted, err = key.Split(kept); err != nil {
		return o, err
	}
	o.data, o.guards = o.key, o.noted
	if row.wrapped != nil {
		by, err := newSealer(o.key, row.epoch)
		if err == nil {
			o.data, err = by.openBytes(row.wrapped, "key_slot", row.kind, "wrapped")
		}
		if err == nil {
			o.data, o.guards, err = key.Split(o.data)
		}
		if err != nil {
			return o, key.ErrOtherKey
		}
	}
	if o.seals, err = newSealer(o.data, row.epoch); err == nil {
		_, err = o.seals.openBytes(row.check, "meta", "key_check", "value")
	}
	if err != nil {
		return o, key.ErrOtherKey
	}
	return o, nil
}

// guardRows gives the rows of an older store their MACs. It draws a new data key, so that an older
// wrapped key opens nothing that is stored from now on. The slot's key stays.
func (s *Store) guardRows(ctx context.Context, k *keyState, by []byte) (*keyState, error) {
	const op = "protect the rows"
	if s.readOnly != nil {
		return nil, s.locked("its rows are not protected yet, and it cannot be written",
			bare(s.readOnly), "make it writable once")
	}
	tx, err := s.beginWrite(ctx)
	if err != nil {
		return nil, s.explain(op, err)
	}
	defer func() { _ = tx.Rollback() }()
	same, err := k.holds(ctx, tx)
	if err != nil {
		return nil, s.explain(op, err)
	}
	if !same {
		return nil, s.locked("its key was changed meanwhile", nil, "try again")
	}
	row := slotRow{kind: k.row.kind, params: k.row.params, made: k.row.made}
	next, err := s.reseal(ctx, tx, k, row, by)
	if err != nil {
		return nil, err
	}
	if err := s.commit(tx); err != nil {
		return nil, s.explain(op, err)
	}
	s.say(fmt.Sprintf(
		"the rows of %s have MACs from now on; if this was not the first start after an "+
			"update, somebody has put an older database there", s.path))
	return next, nil
}

// strengthen wraps the data key of row anew if new keys cost more to derive than this one. It
// changes nothing else, so that other processes are not affected. A failure is tried again at the
// next unlock.
func (s *Store) strengthen(
	ctx context.Context, slot key.Derived, row slotRow, told secret.Text, data []byte,
) {
	if s.readOnly != nil {
		return
	}
	by, params, err := slot.Make(ctx, told, false)
	if err != nil {
		return
	}
	defer clear(by)
	wrapped, err := wrap(data, by, row.kind, row.epoch)
	if err != nil {
		return
	}
	tx, err := s.beginWrite(ctx)
	if err != nil {
		return
	}
	defer func() { _ = tx.Rollback() }()
	_, err = tx.ExecContext(ctx,
		"UPDATE key_slot SET params = ?, wrapped = ? WHERE kind = ? AND params = ? AND wrapped = ?",
		string(params), wrapped, row.kind, string(row.params), row.wrapped)
	if err == nil && s.commit(tx) == nil {
		s.reached("strengthened")
		// remove the cheaper wrapped key from the log
		_, _ = s.write.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	}
}

// say passes a sentence to Options.Tell.
func (s *Store) say(sentence string) {
	if s.tell != nil {
		s.tell(sentence)
	}
}

// reached reports a step of an operation to a test. If the test kills the process there, the steps
// before it have written their changes.
func (s *Store) reached(step string) {
	if s.at != nil {
		s.at(step)
	}
}
