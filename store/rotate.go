package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"lanyard/console"
	"lanyard/store/key"
	"lanyard/tokenapi/secret"
)

// Rotation holds the options of Rotate.
type Rotation struct {
	// kind of the slot for the new key; "": the present kind
	To string
	// the new passphrase, for a passphrase slot; zero: the one that unlocked the store
	Passphrase secret.Text
	Now        func() time.Time // dates the key; nil: it has no date
	// LeaseNow is the clock of leases, which may differ from Now. Nil: leases are ignored.
	LeaseNow func() time.Time
	// Patience limits the wait for answers that other processes are waiting for. 0: no wait.
	Patience time.Duration
	// Waiting is called when such a wait begins, unless it is nil.
	Waiting func()
}

// now returns the time of a rotation, or the zero time if Now is nil.
func (r Rotation) now() time.Time {
	if r.Now == nil {
		return time.Time{}
	}
	return r.Now()
}

// longestLease is the longest duration of a lease. A later end was written before the machine was
// restarted, or by a clock that has been set back since.
const longestLease = time.Hour

// leaseBeat is the interval at which a waiting rotation looks at the leases.
const leaseBeat = 100 * time.Millisecond

// Rotate draws a new data key, seals every secret with it and puts it into a slot of kind r.To, in
// one transaction. A store without a key gets its first one. Other processes continue: they fetch
// the new key before their next transaction. If the process is killed, the store opens with the old
// key or the new one.
//
// Rotate waits while another process holds a lease for an answer: without the new key it could not
// store that answer. After r.Patience it fails with the code "store_busy". No key that is kept
// opens older copies of the database.
func (s *Store) Rotate(ctx context.Context, r Rotation) error {
	leave, err := s.enter()
	if err != nil {
		return err
	}
	defer leave()
	done, err := s.taking(ctx)
	if err != nil {
		return err
	}
	defer done()
	row, err := s.slotRow(ctx, s.read)
	if err != nil {
		return err
	}
	if row.kind == "" {
		return s.rotateNothing(ctx, r)
	}
	all := func(string) bool { return true }
	if err := s.fetching(ctx, secret.Text{}, all); err != nil {
		return err
	}
	if row = s.key.Load().row; r.To == "" {
		r.To = row.kind
	}
	slot, ok := s.slots[r.To]
	if !ok {
		return s.notHere(r.To)
	}
	if r.Passphrase.IsZero() {
		r.Passphrase = s.told
	}
	next, err := s.rotateInto(ctx, r, slot)
	if err != nil {
		return err
	}
	s.reached("committed")
	if s.key.Store(next); next.row.kind == InPassphrase {
		s.told = r.Passphrase
	}
	s.signal()
	s.tidy(ctx, all)
	s.settlePins(ctx)
	s.reached("tidied")
	// Remove what was sealed with the old key from the write-ahead log. A reader can delay that.
	_, _ = s.write.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	return nil
}

// pinNext stores the ids of the next key and of the old one in the system keyring.
func (s *Store) pinNext(ctx context.Context, next, old slotRow) error {
	if err := key.PinBoth(ctx, s.board(), s.dir, next.pin(), old.pin()); err != nil {
		return s.locked("the system keyring does not take the id of its new key", err,
			"nothing was changed: unlock or start the keyring, then try again")
	}
	return nil
}

// rotateInto makes a key in a slot and brings it into force. A slot that may wait for an answer
// makes its key before the transaction. A key file is made within it, so that no other rotation
// removes it as left over.
func (s *Store) rotateInto(
	ctx context.Context, r Rotation, slot KeySlot) (next *keyState, err error) {
	var by, params []byte
	defer func() { clear(by) }()
	draw := func() (err error) {
		if by, params, err = makeKey(ctx, slot, r.Passphrase, false); err != nil {
			return s.cannotHold(slot, err)
		}
		s.reached("made")
		return nil
	}
	if !key.Quiet(slot.Kind()) {
		if err := draw(); err != nil {
			return nil, err
		}
	}
	tx, old, err := s.quietMoment(ctx, r)
	if err == nil {
		defer func() { _ = tx.Rollback() }()
		if key.Quiet(slot.Kind()) {
			err = draw()
		}
	}
	if err == nil {
		before := s.heldBefore(old.row)
		row := slotRow{kind: slot.Kind(), params: params, made: r.now(), before: before}
		next, err = s.reseal(ctx, tx, old, row, by)
	}
	// From here on the file holds what opens the store.
	if err == nil && key.Quiet(slot.Kind()) {
		if _, bad := s.openSlot(ctx, next.row, secret.Text{}); bad != nil {
			err = s.cannotHold(slot, key.ErrOtherKey)
		}
	}
	if err == nil {
		err = s.pinNext(ctx, next.row, old.row)
		s.reached("pinned")
	}
	sure := true
	if err == nil {
		if err = s.commit(tx); err != nil {
			// A failed commit may still have happened: then its key must stay.
			ctx := context.WithoutCancel(ctx)
			now, look := s.slotRow(ctx, s.read)
			sure = look == nil && s.filesInPlace() == nil && !bytes.Equal(now.params, params)
			err = s.explain("change the key", err)
		}
	}
	if err != nil {
		if tx != nil && !key.Quiet(slot.Kind()) {
			_ = tx.Rollback() // other writers must not wait for a keyring
		}
		if sure && params != nil {
			_ = slot.Forget(context.WithoutCancel(ctx), params)
		}
		return nil, err
	}
	return next, nil
}

// rotateNothing makes the first key in the slot that the rotation names.
func (s *Store) rotateNothing(ctx context.Context, r Rotation) error {
	if r.To != "" {
		defer func(first []string) { s.first = first }(s.first)
		s.first = []string{r.To}
	}
	return s.fetching(ctx, r.Passphrase, func(string) bool { return true })
}

// cannotHold returns the error of a slot that did not take a new key.
func (s *Store) cannotHold(slot KeySlot, err error) error {
	if _, worded := errors.AsType[*Error](err); worded || errors.Is(err, context.Canceled) {
		return err
	}
	if e := keyFileError(slot, err); e != nil {
		return e
	}
	return s.locked("the "+slot.Place()+" cannot hold a key", err,
		"nothing was changed; choose another place with lanyard key set")
}

// keyFileError returns the error of a key file that could not be written for lack of room or
// permission. It returns nil for every other error.
func keyFileError(slot KeySlot, err error) error {
	if e := fileError("write the "+slot.Place(), err); slot.Kind() == InFile &&
		e.Code != console.CodeStoreAccess {
		e.Err = noKeyFile{err}
		return e
	}
	return nil
}

// noKeyFile is the error of a key file that could not be written.
type noKeyFile struct{ cause error }

func (n noKeyFile) Error() string { return n.cause.Error() }
func (n noKeyFile) Unwrap() error { return n.cause }

// onlySecrets reports whether a store with this error can still read and write everything but
// secrets.
func onlySecrets(err error) bool {
	_, unmade := errors.AsType[noKeyFile](err)
	return unmade || errors.Is(err, ErrLocked)
}

// reseal seals everything with a new data key, and that key with the slot's, within the transaction
// of a rotation. It returns the key state that holds after the commit.
func (s *Store) reseal(
	ctx context.Context, tx *sql.Tx, old *keyState, row slotRow, by []byte,
) (*keyState, error) {
	data := key.New()
	defer clear(data)
	row.epoch = old.row.epoch + 1
	seals, err := newSealer(data, row.epoch)
	if err != nil {
		return nil, err
	}
	for _, c := range sealedColumns() {
		if err := s.resealColumn(ctx, tx, c, old.sealer, seals); err != nil {
			return nil, err
		}
	}
	if err := s.sealRows(ctx, tx, old.sealer, seals); err != nil {
		return nil, err
	}
	if err := s.putKey(ctx, tx, row, data, by); err != nil {
		return nil, err
	}
	if row, err = s.slotRow(ctx, tx); err != nil { // as it is stored
		return nil, err
	}
	s.reached("resealed")
	return &keyState{row: row, sealer: seals}, nil
}

// sealRows gives the rows of all tables with MACs their MACs of another key.
func (s *Store) sealRows(ctx context.Context, tx *sql.Tx, from, to *sealer) error {
	for _, g := range macTables() {
		if err := g.sealRows(ctx, tx, from, to); err != nil {
			return s.explain("protect the rows", err)
		}
	}
	return nil
}

// heldBefore returns the slots to clear of old keys, with the slot of row. It drops entries that no
// change of the key recorded.
func (s *Store) heldBefore(row slotRow) []heldBefore {
	k := s.key.Load()
	before := slices.DeleteFunc(slices.Clone(row.before),
		func(b heldBefore) bool { return !b.recorded(k.sealer) })
	return append(before, heldBefore{Kind: row.kind, Params: row.params})
}

// quietMoment begins a transaction while no process waits for an answer and this process has the
// key in force.
func (s *Store) quietMoment(ctx context.Context, r Rotation) (*sql.Tx, *keyState, error) {
	calm := lull{now: r.LeaseNow, patience: r.Patience, waiting: r.Waiting}
	defer calm.end()
	for changes := 0; ; {
		tx, err := s.beginWrite(ctx)
		if err != nil {
			return nil, nil, s.explain("change the key", err)
		}
		k := s.key.Load()
		same, err := k.holds(ctx, tx)
		flying := 0
		if err == nil {
			flying, err = calm.flying(ctx, tx)
		}
		if err == nil && same && flying == 0 {
			return tx, k, nil
		}
		_ = tx.Rollback()
		if err != nil {
			return nil, nil, s.explain("change the key", err)
		}
		if !same {
			if changes++; changes > 5 {
				return nil, nil, &Error{
					Code: console.CodeStoreBusy,
					Text: s.path + ": other lanyards change its key without end",
					Hint: "try again",
				}
			}
			if err := s.fetching(ctx, secret.Text{},
				func(string) bool { return true }); err != nil {
				return nil, nil, err
			}
			continue
		}
		switch over, err := calm.beat(ctx); {
		case err != nil:
			return nil, nil, fmt.Errorf("change the key: %w", err)
		case over:
			return nil, nil, inFlight(s.path, flying, "its key is changed")
		}
	}
}

// lull waits until no process waits for an answer.
type lull struct {
	now      func() time.Time // the clock of leases; nil: no lease is looked at
	patience time.Duration
	waiting  func() // called when the wait begins, if given
	timer    *time.Timer
}

// flying counts the requests whose senders hold a lease for the answer.
func (l *lull) flying(ctx context.Context, q queryer) (n int, err error) {
	if l.now == nil {
		return 0, nil
	}
	now := l.now()
	err = q.QueryRowContext(ctx, "SELECT count(*) FROM lease WHERE until > ? AND until <= ?",
		nanos(now), nanos(now.Add(longestLease))).Scan(&n)
	return n, err
}

// beat waits for leaseBeat. over reports that the patience has ended.
func (l *lull) beat(ctx context.Context) (over bool, err error) {
	if l.timer == nil {
		l.timer = time.NewTimer(l.patience)
		if l.waiting != nil {
			l.waiting()
		}
	}
	beat := time.NewTimer(leaseBeat)
	defer beat.Stop()
	select {
	case <-beat.C:
		return false, nil
	case <-l.timer.C:
		return true, nil
	case <-ctx.Done():
		return false, context.Cause(ctx)
	}
}

func (l *lull) end() {
	if l.timer != nil {
		l.timer.Stop()
	}
}

// inFlight is the error of a change that would lose answers that other processes wait for.
func inFlight(path string, n int, before string) *Error {
	return &Error{
		Code: console.CodeStoreBusy,
		Text: fmt.Sprintf(
			"%s: another lanyard waits for an answer (%d requests), which must be stored before %s",
			path, n, before),
		Hint: "let it end, or close that console, then try again; what a killed one left ends " +
			"by itself, after the timeout of its environment",
	}
}

// sealedColumn is a column that holds sealed values, with the statements that read its rows and
// replace one.
type sealedColumn struct{ table, column, read, write string }

func sealedColumns() []sealedColumn {
	return []sealedColumn{
		{"token_secret", "access",
			"SELECT token_id, access FROM token_secret WHERE access IS NOT NULL",
			"UPDATE token_secret SET access = ? WHERE token_id = ?"},
		{"token_secret", "refresh",
			"SELECT token_id, refresh FROM token_secret WHERE refresh IS NOT NULL",
			"UPDATE token_secret SET refresh = ? WHERE token_id = ?"},
		{"token_secret", "id_token",
			"SELECT token_id, id_token FROM token_secret WHERE id_token IS NOT NULL",
			"UPDATE token_secret SET id_token = ? WHERE token_id = ?"},
		{"application_secret", "consumer", "SELECT app_id, consumer FROM application_secret",
			"UPDATE application_secret SET consumer = ? WHERE app_id = ?"},
		{"application_password", "password", "SELECT app_id, password FROM application_password",
			"UPDATE application_password SET password = ? WHERE app_id = ?"},
		{"hash_key", "key", "SELECT '1', key FROM hash_key",
			"UPDATE hash_key SET key = ?1 WHERE one = ?2"},
	}
}

// sealedValue is one value of a column, and the row that it belongs to.
type sealedValue struct {
	row    string
	sealed []byte
}

// values reads all values of a column.
func (c sealedColumn) values(ctx context.Context, tx *sql.Tx) ([]sealedValue, error) {
	rows, err := tx.QueryContext(ctx, c.read)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var all []sealedValue
	for rows.Next() {
		var v sealedValue
		if err := rows.Scan(&v.row, &v.sealed); err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}

// resealColumn opens every value of a column with one key and seals it with another. A value that
// does not open is altered, and stays as it is.
func (s *Store) resealColumn(ctx context.Context, tx *sql.Tx, c sealedColumn,
	from, to *sealer) error {
	op := "seal " + c.table + "." + c.column + " anew"
	all, err := c.values(ctx, tx)
	if err != nil {
		return s.explain(op, err)
	}
	for _, v := range all {
		plain, err := from.openBytes(v.sealed, c.table, v.row, c.column)
		if err != nil {
			continue
		}
		sealed := to.sealBytes(plain, c.table, v.row, c.column)
		clear(plain)
		if _, err := tx.ExecContext(ctx, c.write, sealed, v.row); err != nil {
			return s.explain(op, err)
		}
	}
	return nil
}

// Unopened returns the owners of sealed values that do not open. Table is "token", "consumer
// secret", "password" or "key for hashes".
func (r *reader) Unopened() (all []console.Altered, err error) {
	const op = "open every sealed value"
	if r.key.sealer == nil {
		return nil, r.fail(op, r.key.why)
	}
	of := map[string]string{
		"token_secret": "token", "application_secret": "consumer secret",
		"application_password": "password", "hash_key": "key for hashes",
	}
	for _, c := range sealedColumns() {
		values, err := c.values(r.ctx, r.tx)
		if err != nil {
			return nil, r.fail(op, err)
		}
		for _, v := range values {
			plain, err := r.key.sealer.openBytes(v.sealed, c.table, v.row, c.column)
			clear(plain)
			if a := (console.Altered{Table: of[c.table], ID: v.row}); err != nil &&
				!slices.Contains(all, a) {
				all = append(all, a)
			}
		}
	}
	return all, nil
}
