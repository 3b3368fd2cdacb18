package store

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"lanyard/console"
	"lanyard/tokenapi/secret"
)

// slotRow is what the database says of its key.
type slotRow struct {
	epoch   int64
	check   []byte // sealed with the data key; nil: there never was one. Every key has another, so it names the key
	kind    string
	params  []byte
	wrapped []byte // nil: the slot holds the data key itself
	made    time.Time
	before  []heldBefore

	restored int64 // the revision at which a backup came in, with this key or one before it; 0: never
}

// heldBefore is a slot that held a key and is still to be cleared of it.
type heldBefore struct {
	Kind   string          `json:"kind"`
	Params json.RawMessage `json:"params"`
	By     []byte          `json:"by,omitempty"` // sealed with the data key; see recorded
}

// place is where By belongs: whatever else the entry says does not verify.
func (b heldBefore) place() string {
	var params bytes.Buffer
	if json.Compact(&params, b.Params) != nil {
		return b.Kind
	}
	return b.Kind + " " + params.String()
}

// record seals the entry, so that whoever writes the database without its key cannot make one.
func (b *heldBefore) record(by *sealer) {
	b.By = by.sealBytes(nil, "key_slot", b.place(), "before")
}

// recorded reports whether a change of the key of this store left the entry.
func (b heldBefore) recorded(by *sealer) bool {
	_, err := by.openBytes(b.By, "key_slot", b.place(), "before")
	return err == nil
}

// inForce reports whether forgetting the entry could remove the key of row. Names are compared as the slots read them.
func (b heldBefore) inForce(row slotRow) bool {
	if b.Kind != row.kind || keepsNothing(b.Kind) {
		return false
	}
	var old, now ringParams // has the fields of idParams
	if readParams(b.Params, &old) != nil || readParams(row.params, &now) != nil {
		return true // not known
	}
	if row.kind == InKeyring {
		return strings.EqualFold(old.User, now.User) // the Credential Manager ignores case
	}
	return now.ID == "" || old.ID == now.ID // "": any key that is there
}

// keyState is what this process knows of the key. It is never changed, only replaced.
type keyState struct {
	row    slotRow
	sealer *sealer // nil: locked
	why    error   // why it is locked: an *Error
	seen   sighting
}

// is says whether the row speaks of the same key.
func (k *keyState) is(epoch int64, check []byte) bool {
	return k.row.epoch == epoch && bytes.Equal(k.row.check, check)
}

// holds says whether the database of a transaction still has the key of k.
func (k *keyState) holds(ctx context.Context, q queryer) (bool, error) {
	var epoch int64
	var check []byte
	err := q.QueryRowContext(ctx, "SELECT (SELECT value FROM meta WHERE name = 'key_epoch'),"+
		" (SELECT value FROM meta WHERE name = 'key_check')").Scan(&epoch, &check)
	return k.is(epoch, check), err
}

// slotRow reads what the database says of its key.
func (s *Store) slotRow(ctx context.Context, q queryer) (slotRow, error) {
	var r slotRow
	var kind sql.NullString
	var params sql.NullString
	err := q.QueryRowContext(ctx, "SELECT (SELECT value FROM meta WHERE name = 'key_epoch'), (SELECT value FROM meta WHERE name = 'key_check'),"+
		" coalesce((SELECT value FROM meta WHERE name = 'restored'), 0), kind, params, wrapped, made, before FROM (SELECT 1) LEFT JOIN key_slot ON one = 1").
		Scan(&r.epoch, &r.check, &r.restored, &kind, &params, &r.wrapped, stamp{&r.made}, inJSON(&r.before))
	if err != nil {
		return r, s.explain("read the key slot", err)
	}
	r.kind, r.params = kind.String, []byte(params.String)
	if (r.check == nil) != (r.kind == "") {
		return r, &Error{Code: "store_damaged", Text: s.path + " does not say where its key is",
			Hint: "keep a copy of it, then restore a backup or move it away to begin anew"}
	}
	return r, nil
}

// Unlock makes the secrets ready. Where there is no key yet it makes the first one. It fails with an *Error that
// has ErrLocked in its chain; passphrase is read only where Key says that a person is asked.
func (s *Store) Unlock(ctx context.Context, passphrase secret.Text) error {
	leave, err := s.enter()
	if err != nil {
		return err
	}
	defer leave()
	return s.fetch(ctx, passphrase, func(string) bool { return true })
}

// Key says where the key is and whether this process has it.
func (s *Store) Key() console.KeyStatus {
	k := s.key.Load()
	st := console.KeyStatus{Kind: k.row.kind, Locked: k.sealer == nil, Place: s.place(k.row.kind)}
	st.Asks = (k.row.kind == InPassphrase || k.row.kind == "" && s.first[0] == InPassphrase) &&
		!errors.Is(k.why, errStranger) && !errors.Is(k.why, errSetBack)
	return st
}

// KeyInfo says more of the key than Key.
type KeyInfo struct {
	console.KeyStatus
	Epoch int64     // counts the changes; 1 is the first key's
	Made  time.Time // zero: not known
	Left  []string  // places that still hold an old key
	Why   error     // why the store is locked; nil when it is not

	ID         string // names the key; "" when there is none
	Remembered []Pin  // the keys that the system keyring remembers for this store
	Pinned     string // what remembers the key: InKeyring, "configuration" (that it is in no key file), or ""
	Mute       error  // why the keyring does not say; nil when it does, or there is none
	Stranger   bool   // the key is not the one that it should be
	SetBack    bool   // the database is from before its rows had MACs or its record of the key is gone, and that is known
}

// KeyInfo reads what the database says of its key, and looks what the keyring remembers. It fetches no key.
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
	i := KeyInfo{KeyStatus: s.Key(), Epoch: row.epoch, Made: row.made, Why: cmp.Or(stranger, s.key.Load().why), ID: row.id(),
		Remembered: pinsOf(seen.at), Mute: seen.mute, Stranger: stranger != nil}
	i.SetBack = errors.Is(i.Why, errSetBack)
	if _, ok := seen.has(row.id()); ok {
		i.Pinned = InKeyring
	} else if s.want == row.kind && row.kind != InFile && row.kind != "" {
		i.Pinned = "configuration"
	}
	for _, b := range row.before {
		i.Left = append(i.Left, s.place(b.Kind))
	}
	return i, nil
}

// PlaceOf says in words where a kind of slot keeps a key.
func (s *Store) PlaceOf(kind string) string { return s.place(kind) }

// place is where a kind of slot keeps a key, in words.
func (s *Store) place(kind string) string {
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

// fetch gets the key from its slot, or makes the first one, if may says so of the kind of slot.
func (s *Store) fetch(ctx context.Context, told secret.Text, may func(kind string) bool) error {
	done, err := s.taking(ctx)
	if err != nil {
		return err
	}
	defer done()
	return s.fetching(ctx, told, may)
}

// fetching is fetch for whoever has the turn.
func (s *Store) fetching(ctx context.Context, told secret.Text, may func(kind string) bool) error {
	if told.IsZero() {
		told = s.told
	}
	db := s.reading(ctx)
	if s.key.Load().row.epoch == 0 {
		db = s.write // while the store is opened: what only lists or only writes needs no second connection
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
			if refused == nil && may(s.first[0]) && tries < 5 && s.whereItWas() == nil {
				if err = s.firstKey(ctx, told); err == nil {
					continue // what is in the database counts, not what was meant
				}
				k.why = err
			}
		} else if may(row.kind) {
			if k, err = s.openKnown(ctx, row, told); err != nil {
				k = &keyState{row: row, seen: k.seen}
				if now, again := s.slotRow(ctx, db); again == nil && !k.is(now.epoch, now.check) && tries < 5 {
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
			return fmt.Errorf("unlock: %w", context.Cause(ctx)) // says nothing of the key
		}
		was := s.key.Swap(k).row.kind
		if k.sealer != nil && was != "" && was != row.kind {
			s.say(fmt.Sprintf("the key of %s is kept in the %s now; it was kept in the %s", s.path, s.place(row.kind), s.place(was)))
		}
		if k.sealer != nil && len(k.row.before) > 0 && s.whereItWas() == nil {
			s.tidy(ctx, may)
		}
		if k.sealer != nil && k.seen.unsettled(k.row) {
			s.settlePins(ctx)
		}
		return k.why
	}
}

// follow takes notice of a key that another process has changed: it is fetched if this process had the one before,
// or if that asks nobody.
func (s *Store) follow(ctx context.Context) error {
	had := s.key.Load().sealer != nil
	err := s.fetch(ctx, secret.Text{}, func(kind string) bool { return had || quiet(kind) })
	if onlySecrets(err) {
		return nil // and says so where the key is needed
	}
	return err
}

// openKnown is openSlot for the key that the store should have. A keyring that holds the key is compared with last: it may
// have to be unlocked for it. The state has what was seen of the pins also beside an error.
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

// openSlot gets the data key and tries it on the check value. Rows that have no MACs yet get theirs.
func (s *Store) openSlot(ctx context.Context, row slotRow, told secret.Text) (*keyState, error) {
	slot, ok := s.slots[row.kind]
	if !ok {
		return nil, s.notHere(row.kind)
	}
	kept, err := slot.Key(ctx, row.params, told)
	if err != nil {
		return nil, s.lockedBy(slot, err)
	}
	defer clear(kept)
	key, noted, err := splitKey(kept)
	if err != nil {
		return nil, s.lockedBy(slot, err)
	}
	data, guards := key, noted
	if row.wrapped != nil {
		by, err := newSealer(key, row.epoch)
		if err == nil {
			data, err = by.openBytes(row.wrapped, "key_slot", row.kind, "wrapped")
		}
		if err == nil {
			defer clear(data)
			data, guards, err = splitKey(data)
		}
		if err != nil {
			return nil, s.lockedBy(slot, errOtherKey)
		}
	}
	seals, err := newSealer(data, row.epoch)
	if err == nil {
		_, err = seals.openBytes(row.check, "meta", "key_check", "value")
	}
	if err != nil {
		return nil, s.lockedBy(slot, errOtherKey)
	}
	if noted && !guards {
		return nil, s.setBack(slot)
	}
	if row.kind == InFile { // what the database says of it may be from before there were params, or not true
		row.params = paramsOf(key)
	}
	k := &keyState{row: row, sealer: seals}
	if !guards {
		seals.guards = false
		if k, err = s.guardRows(ctx, k, key); err != nil {
			return nil, err
		}
	}
	if by, ok := slot.(stretched); ok && guards && row.wrapped != nil && by.cheaper(row.params) {
		s.strengthen(ctx, by, row, told, data)
	}
	if n, ok := slot.(noting); ok && !noted && s.readOnly == nil {
		if n.NoteGuarded(ctx, row.params, true) == nil { // else the next one does it
			s.reached("noted")
		}
	}
	return k, nil
}

// guardRows gives the rows of a store from before there were MACs theirs. It draws a new data key, so that a
// wrapped one from before opens nothing of what is stored from now on. The slot's key stays.
func (s *Store) guardRows(ctx context.Context, k *keyState, key []byte) (*keyState, error) {
	const op = "protect the rows"
	if s.readOnly != nil {
		return nil, s.locked("its rows are not protected yet, and it cannot be written", bare(s.readOnly), "make it writable once")
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
	next, err := s.reseal(ctx, tx, k, row, key)
	if err != nil {
		return nil, err
	}
	if err := s.commit(tx); err != nil {
		return nil, s.explain(op, err)
	}
	s.say(fmt.Sprintf("the rows of %s have MACs from now on; if this was not the first start after an update, somebody has put an older database there", s.path))
	return next, nil
}

// strengthen wraps the data key of row with a key that costs as much as a new one does. Nothing else changes, so that other
// processes do not notice. What fails is tried again at the next unlock.
func (s *Store) strengthen(ctx context.Context, slot stretched, row slotRow, told secret.Text, data []byte) {
	if s.readOnly != nil {
		return
	}
	key, params, err := slot.Make(ctx, told, false)
	if err != nil {
		return
	}
	defer clear(key)
	wrapped, err := wrap(data, key, row.kind, row.epoch)
	if err != nil {
		return
	}
	tx, err := s.beginWrite(ctx)
	if err != nil {
		return
	}
	defer func() { _ = tx.Rollback() }()
	_, err = tx.ExecContext(ctx, "UPDATE key_slot SET params = ?, wrapped = ? WHERE kind = ? AND params = ? AND wrapped = ?",
		string(params), wrapped, row.kind, string(row.params), row.wrapped)
	if err == nil && s.commit(tx) == nil {
		s.reached("strengthened")
		_, _ = s.write.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)") // the cheaper one leaves the log
	}
}

// wrap seals a data key for a slot.
func wrap(data, by []byte, kind string, epoch int64) ([]byte, error) {
	k, err := newSealer(by, epoch)
	if err != nil {
		return nil, err
	}
	kept := guardedKey(data)
	defer clear(kept)
	return k.sealBytes(kept, "key_slot", kind, "wrapped"), nil
}

// firstKey makes the first key, in the first slot that can hold one. After it returned nil there is a key, of this
// process or of a faster one. The slot is asked while no transaction is open; a key that came too late is forgotten.
func (s *Store) firstKey(ctx context.Context, told secret.Text) error {
	var why, wanted error
	for _, kind := range s.first {
		slot, ok := s.slots[kind]
		if !ok {
			why, wanted = s.notHere(kind), cmp.Or(wanted, errors.New("there is none"))
			continue
		}
		won, pinned, unmade, err := s.putFirst(ctx, slot, told)
		if unmade == nil {
			if won && err == nil {
				s.sayFirst(slot, pinned, wanted)
			}
			return err
		}
		err = unmade
		if ctx.Err() != nil {
			return err
		}
		wanted = cmp.Or(wanted, err)
		if _, said := errors.AsType[*Error](err); said {
			why = lock{err}
			continue
		}
		if why = keyFileError(slot, err); why != nil {
			continue
		}
		why = s.locked("the "+slot.Place()+" cannot hold a key", err, "nothing is stored yet: "+firstHint(kind))
		if errors.Is(err, errNotTold) {
			why = s.noKeyYet(told)
		}
	}
	return why
}

// sayFirst says what is to be known of the first key: that it is not where it was wanted, and that nothing outside of the
// state directory remembers it, unless the configuration chose that place by name.
func (s *Store) sayFirst(slot KeySlot, pinned bool, wanted error) {
	trust := ""
	if kind := slot.Kind(); s.dir != "" && pinnable(kind) && !pinned && s.want != kind {
		trust = "nothing outside of " + s.dir + " remembers its key: whoever can write there can replace the store"
	}
	switch {
	case slot.Kind() != s.first[0]:
		said := fmt.Sprintf("stored tokens are sealed with the %s, because the %s cannot be used (%v); lanyard key set passphrase protects them better",
			slot.Place(), s.place(s.first[0]), wanted)
		if trust != "" {
			said += "; " + trust
		}
		s.say(said)
	case trust != "":
		s.say(trust)
	}
}

func firstHint(kind string) string {
	switch kind {
	case InFile:
		return "repair or remove the key, and a new one is made"
	case InEnv:
		return "set the variable, or choose another place with lanyard key set"
	}
	return "choose another place for the key with lanyard key set"
}

// putFirst makes the first key and stores it, and vouches for the rows that are there. unmade is why the slot gave no key.
// A slot that may have to wait for somebody is asked before the transaction; a key file is made within it.
func (s *Store) putFirst(ctx context.Context, slot KeySlot, told secret.Text) (won, pinned bool, unmade, err error) {
	const op = "make the first key"
	var key, params []byte
	defer func() { clear(key) }()
	if !quiet(slot.Kind()) {
		if key, params, unmade = slot.Make(ctx, told, true); unmade != nil {
			return false, false, unmade, nil
		}
		defer func() {
			if !won {
				_ = slot.Forget(context.WithoutCancel(ctx), params)
			}
		}()
	}
	data := freshKey()
	defer clear(data)
	// Immediate, so that two first starts take turns and the second finds the first one's key.
	tx, err := s.beginWrite(ctx)
	if err != nil {
		return false, false, nil, s.explain(op, err)
	}
	defer func() { _ = tx.Rollback() }()
	row, err := s.slotRow(ctx, tx)
	if err != nil || row.kind != "" {
		return false, false, nil, err
	}
	rows, err := s.unkeyed(ctx, tx)
	if err != nil {
		return false, false, nil, err
	}
	var was []remembered
	var mute error
	b := s.board()
	if !pinnable(slot.Kind()) {
		b = nil
	}
	if b != nil {
		was, mute = recall(ctx, b, s.dir)
	}
	others, moved := pinsOf(was), ""
	if f, ok := slot.(keyFile); ok && len(others) > 0 { // the key file may be a stranger's, as the database would be
		moved, unmade = f.setAside()
	}
	if quiet(slot.Kind()) && unmade == nil {
		key, params, unmade = slot.Make(ctx, told, true)
	}
	if unmade != nil {
		return false, false, unmade, nil
	}
	seals, err := newSealer(data, row.epoch)
	if err != nil {
		return false, false, nil, err
	}
	if err := s.sealRows(ctx, tx, nil, seals); err != nil {
		return false, false, nil, err
	}
	if err := s.putKey(ctx, tx, slotRow{epoch: row.epoch, kind: slot.Kind(), params: params}, data, key); err != nil {
		return false, false, nil, err
	}
	if row, err = s.slotRow(ctx, tx); err != nil {
		return false, false, nil, err
	}
	if b != nil {
		pinned = mute == nil && remember(ctx, b, s.dir, append(others, row.pin())...) == nil
		s.mute = s.mute || !pinned // sayFirst says it
	}
	if err := s.commit(tx); err != nil {
		return true, false, nil, s.explain(op, err) // it may have happened all the same: then its key must stay
	}
	if len(others) > 0 {
		said := fmt.Sprintf("the system keyring remembered another key for %s: the store that was there is gone, and this is a new one", s.path)
		if moved != "" {
			said += "; the key file that was there is not used, and is " + moved + " now"
		}
		s.say(said)
	}
	if rows {
		s.say(fmt.Sprintf("%s had no key: what it says is taken as it is, and its rows have MACs from now on; if it had a key before, somebody has put another database there", s.path))
	}
	return true, pinned, nil, nil
}

// unkeyed looks at a database that says of no key. It fails where that cannot be true: then a first key would vouch for rows
// that somebody may have changed. rows reports whether there are rows that decide something.
func (s *Store) unkeyed(ctx context.Context, q queryer) (rows bool, err error) {
	var keyed bool
	err = q.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM application) OR EXISTS (SELECT 1 FROM token) OR EXISTS (SELECT 1 FROM probe)"+
		" OR EXISTS (SELECT 1 FROM mark) OR EXISTS (SELECT 1 FROM setting WHERE instr(name, '/') > 0),"+
		" EXISTS (SELECT 1 FROM application WHERE mac IS NOT NULL) OR EXISTS (SELECT 1 FROM token WHERE mac IS NOT NULL)"+
		" OR EXISTS (SELECT 1 FROM probe WHERE mac IS NOT NULL) OR EXISTS (SELECT 1 FROM mark WHERE mac IS NOT NULL)"+
		" OR EXISTS (SELECT 1 FROM setting WHERE mac IS NOT NULL) OR EXISTS (SELECT 1 FROM token_secret)"+
		" OR EXISTS (SELECT 1 FROM application_secret) OR EXISTS (SELECT 1 FROM application_password) OR EXISTS (SELECT 1 FROM hash_key)").Scan(&rows, &keyed)
	if err != nil {
		return false, s.explain("look for a key", err)
	}
	if keyed {
		return rows, s.noRecord()
	}
	if !rows {
		return false, nil
	}
	if slot, ok := s.slots[InFile]; ok {
		kept, _ := slot.Key(ctx, []byte("{}"), secret.Text{})
		clear(kept)
		if len(kept) > keySize {
			return rows, s.setBack(slot)
		}
	}
	if b := s.board(); b != nil {
		if was, _ := recall(ctx, b, s.dir); len(pinsOf(was)) > 0 {
			return rows, s.setBack(s.slots[InKeyring])
		}
	}
	return rows, nil
}

// putKey writes which key is in force from this transaction on.
func (s *Store) putKey(ctx context.Context, tx *sql.Tx, row slotRow, data, by []byte) error {
	const op = "store the key slot"
	seals, err := newSealer(data, row.epoch)
	if err != nil {
		return err
	}
	wrapped, err := wrap(data, by, row.kind, row.epoch)
	if err != nil {
		return err
	}
	row.before = append([]heldBefore{}, row.before...)
	for i := range row.before {
		row.before[i].record(seals)
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO key_slot (one, kind, params, wrapped, made, before) VALUES (1, ?, ?, ?, ?, ?)"+
		" ON CONFLICT (one) DO UPDATE SET kind = excluded.kind, params = excluded.params, wrapped = excluded.wrapped, made = excluded.made, before = excluded.before",
		row.kind, string(row.params), wrapped, stamp{&row.made}, inJSON(&row.before)); err != nil {
		return s.explain(op, err)
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO meta (name, value) VALUES ('key_epoch', ?), ('key_check', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
		row.epoch, seals.sealBytes([]byte("lanyard"), "meta", "key_check", "value"))
	return s.explain(op, err)
}

// tidy removes the keys from before that may be removed, and gives the one in force its lasting place. What cannot
// be done now is done the next time. An entry that no change of the key recorded is dropped, and its key left alone.
func (s *Store) tidy(ctx context.Context, may func(kind string) bool) {
	row, err := s.slotRow(ctx, s.read)
	if err != nil {
		return
	}
	k := s.key.Load()
	mine := func(b heldBefore) bool { return b.recorded(k.sealer) && !b.inForce(row) }
	gone := func(b heldBefore) bool {
		if !mine(b) {
			return false
		}
		switch slot, ok := s.slots[b.Kind]; {
		case quiet(b.Kind): // below, while the database is locked
			return false
		case keepsNothing(b.Kind):
			return true
		default:
			return ok && may(b.Kind) && slot.Forget(ctx, b.Params) == nil
		}
	}
	var done []string
	for _, b := range row.before {
		if gone(b) {
			done = append(done, string(b.Params))
		}
	}
	tx, err := s.beginWrite(ctx)
	if err != nil {
		return
	}
	defer func() { _ = tx.Rollback() }()
	if row, err = s.slotRow(ctx, tx); err != nil || !k.is(row.epoch, row.check) {
		return
	}
	left := []heldBefore{}
	for _, b := range row.before {
		slot, ok := s.slots[b.Kind]
		if !mine(b) {
			s.say(fmt.Sprintf("an old key in the %s was left alone: no change of the key of %s recorded it", s.place(b.Kind), s.path))
			continue
		}
		if quiet(b.Kind) && ok && slot.Forget(ctx, b.Params) == nil || slices.Contains(done, string(b.Params)) {
			continue
		}
		left = append(left, b)
	}
	s.reached("forgotten")
	if s.dir != "" {
		s.swept = append(s.swept, sweepKeyCopies(s.dir)...)
	}
	if slot, ok := s.slots[row.kind]; !ok || slot.Settle(row.params) != nil {
		return
	}
	s.reached("settled")
	if _, err := tx.ExecContext(ctx, "UPDATE key_slot SET before = ?", inJSON(&left)); err == nil {
		_ = s.commit(tx)
	}
}

// sweepKeys removes the copies of keys that killed processes left.
func (s *Store) sweepKeys(ctx context.Context) {
	if s.dir == "" || s.readOnly != nil || len(keyCopies(s.dir)) == 0 {
		return
	}
	tx, err := s.beginWrite(ctx)
	if err != nil {
		return // the next one who opens it does
	}
	defer func() { _ = tx.Rollback() }()
	if row, err := s.slotRow(ctx, tx); err == nil && row.kind != "" { // else the first key may be being written
		s.swept = sweepKeyCopies(s.dir)
	}
}

// KeyCopies gives the copies of keys that Open removed, which killed processes had left, and those that are there now.
func (s *Store) KeyCopies() (removed, left []string) {
	if s.dir == "" {
		return nil, nil
	}
	return s.swept, keyCopies(s.dir)
}

// say gives a sentence to whoever listens.
func (s *Store) say(sentence string) {
	if s.tell != nil {
		s.tell(sentence)
	}
}

// reached tells a test how far an operation is. A killed process leaves what the steps before it
// wrote.
func (s *Store) reached(step string) {
	if s.at != nil {
		s.at(step)
	}
}
