package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"hash"
	"io"
	"io/fs"
	"os"
	"time"

	"filippo.io/age"
	"golang.org/x/crypto/argon2"

	"lanyard/console"
	"lanyard/store/key"
	"lanyard/tokenapi/secret"
)

// OpenSteps opens with other migrations than the built-in ones.
func OpenSteps(ctx context.Context, dir string, o Options, steps []string) (*Store, error) {
	return open(ctx, dir, o, steps)
}

// SchemaSteps are the built-in migrations.
func SchemaSteps() []string {
	steps, err := schemaSteps()
	if err != nil {
		panic(err)
	}
	return steps
}

// RingOf returns the keyring slot on another keyring, with other limits.
func RingOf(r key.Ring, brief, asked time.Duration) KeySlot {
	return key.OnRing(r, brief, asked, func() error { return nil })
}

// Cheap returns a slot that derives keys with less work, for tests that are not about the cost.
func Cheap(k KeySlot) KeySlot {
	return k.(key.Derived).WithCost(1, 8<<10)
}

// Dearer returns a slot that derives keys with more work than Cheap, and less than in production.
func Dearer(k KeySlot) KeySlot {
	return k.(key.Derived).WithCost(2, 8<<10)
}

// older makes keys of a text as it stands, as older versions did.
type older struct {
	KeySlot
	text string
}

// Older returns a slot that derives keys from text as older versions did.
func Older(k KeySlot, text string) KeySlot { return older{Cheap(k), text} }

func (o older) Make(context.Context, secret.Text, bool) (key, params []byte, err error) {
	salt := []byte("sixteen or more bytes")
	cost := map[string]any{"salt": salt, "time": 1, "memory_kib": 8 << 10, "threads": 4}
	params, err = json.Marshal(cost)
	return argon2.IDKey([]byte(o.text), salt, 1, 8<<10, 4, keySize), params, err
}

// AtStep makes the open store call f with each step that it reaches.
func (s *Store) AtStep(f func(step string)) { s.at = f }

// AtStep makes a store call f with each step that it reaches, also while it is opened.
func (o Options) AtStep(f func(step string)) Options {
	o.at = f
	return o
}

// KeySteps are the steps of a change of the key, in order.
func KeySteps() []string {
	return []string{"made", "resealed", "pinned", "committed", "forgotten", "settled", "tidied"}
}

// Exec runs a statement on the Store's own connection, without its checks.
func (s *Store) Exec(query string, args ...any) (int64, error) {
	res, err := s.write.Exec(query, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// Text reads one text on the Store's own connection, without its checks.
func (s *Store) Text(query string, args ...any) (v string, err error) {
	err = s.write.QueryRow(query, args...).Scan(&v)
	return v, err
}

// DropConnection makes database/sql give up the connection that work is done on.
func (s *Store) DropConnection(ctx context.Context) error {
	c, err := s.write.Conn(ctx)
	if err != nil {
		return err
	}
	if err := c.Raw(func(any) error { return driver.ErrBadConn }); !errors.Is(err,
		driver.ErrBadConn) {
		return errors.New("the connection lives")
	}
	_ = c.Close()
	return nil
}

// CountForEver reads until ctx ends.
func (s *Store) CountForEver(ctx context.Context) error {
	return s.View(ctx, func(r console.Reader) error {
		var n int
		return r.(*reader).row("count",
			"WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c",
			nil, &n)
	})
}

// Seal and Unseal use a bare key.
func Seal(key, plain []byte, table, row, column string, epoch int64) []byte {
	s, err := newSealer(key, epoch)
	if err != nil {
		panic(err)
	}
	return s.sealBytes(plain, table, row, column)
}

// Unseal is the other way round.
func Unseal(key, sealed []byte, table, row, column string, epoch int64) ([]byte, error) {
	s, err := newSealer(key, epoch)
	if err != nil {
		panic(err)
	}
	return s.openBytes(sealed, table, row, column)
}

// AsUser makes Open take uid as the user of this process.
func (o Options) AsUser(uid int) Options {
	o.env.UID = func() int { return uid }
	return o
}

// UpdateSteps are the steps of an Update, in order.
func UpdateSteps() []string {
	return []string{"update begun", "update written", "update committed"}
}

// CopySteps are the steps of the copy that is made before a migration, in order.
func CopySteps() []string { return []string{"copy begun", "copy written", "copied"} }

// MigrationSteps are the steps of the migration to a schema version, in order.
func MigrationSteps() []string { return []string{"begun", "executed", "numbered", "committed"} }

// BackupSteps are the steps of BackupTo, in order.
func BackupSteps() []string {
	return []string{"bundled", "header written", "body written", "end written", "synced", "closed",
		"named"}
}

// AtStep makes a restore call f with each step that it reaches.
func (r Restoring) AtStep(f func(string)) Restoring {
	r.at = f
	return r
}

// RestoreSteps are the steps of a restore, in order. It is closed and named once for each file that
// is kept, and only a damaged store is cleared.
func RestoreSteps() []string {
	return []string{
		"made", "closed", "named", "kept", "pinned", "cleared", "swapped", "forgotten", "settled",
	}
}

// WriteNew makes a file that must not exist.
func WriteNew(path string, write func(*os.File) error) error {
	return writeNew(path, func(string) {}, write)
}

// ReadBack checks a backup that was written.
func ReadBack(f io.ReadSeeker, written hash.Hash, opens age.Identity) error {
	return readBack(f, written, opens)
}

// Owned makes Open take f for the owner of each file.
func (o Options) Owned(f func(name string) int) Options {
	o.env.Owner = func(info fs.FileInfo) int { return f(info.Name()) }
	return o
}

// OnNetwork makes Open take f for the kind of network file system of a directory.
func (o Options) OnNetwork(f func(dir string) (string, error)) Options {
	o.env.Network = f
	return o
}

// WithRoom makes a store take free for the number of bytes that may be written.
func (o Options) WithRoom(free uint64) Options {
	o.env.Free = func(string) (uint64, bool) { return free, true }
	return o
}

// Explain returns the error of the store for an error of the database.
func (s *Store) Explain(op string, err error) error { return s.explain(op, err) }

// At makes a store take now for the time in the name of a copy.
func (o Options) At(now time.Time) Options {
	o.env.now = func() time.Time { return now }
	return o
}

// Vouch gives every row the MAC that Lanyard would have given it: for rows that a test changed on
// purpose.
func (s *Store) Vouch(ctx context.Context) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if err := s.sealRows(ctx, tx, nil, s.key.Load().sealer); err != nil {
		return err
	}
	return tx.Commit()
}

// Unguard returns a store to the form before rows had MACs, except for its key file.
func (s *Store) Unguard(ctx context.Context) error {
	row := s.key.Load().row
	kept, err := s.slots[row.kind].Key(ctx, row.params, secret.Text{})
	if err != nil {
		return err
	}
	by, err := newSealer(kept[:keySize], row.epoch)
	if err != nil {
		return err
	}
	data, err := by.openBytes(row.wrapped, "key_slot", row.kind, "wrapped")
	if err == nil {
		_, err = s.write.ExecContext(ctx, "UPDATE key_slot SET wrapped = ?",
			by.sealBytes(data[:keySize], "key_slot", row.kind, "wrapped"))
	}
	for _, table := range []string{"application", "token", "probe", "mark", "setting"} {
		if err == nil {
			_, err = s.write.ExecContext(ctx, "UPDATE "+table+" SET mac = NULL")
		}
	}
	return err
}

// RecordedBefore returns an entry of the list of old keys, as a change of the key records it.
func (s *Store) RecordedBefore(kind, params string) string {
	b := []heldBefore{{Kind: kind, Params: []byte(params)}}
	b[0].record(s.key.Load().sealer)
	text, err := inJSON(&b).Value()
	if err != nil {
		panic(err)
	}
	return text.(string)
}

// MadeBy returns the schema that these steps create.
func MadeBy(ctx context.Context, steps []string) (string, error) { return madeBy(ctx, steps) }

// PresentTables returns the schema that each store is compared with.
func PresentTables() string { return presentTables }

// ClauseOf is the WHERE clause of a filter.
var ClauseOf = clauseOf

// Query runs a query outside of any transaction.
func Query(ctx context.Context, s *Store, query string, args ...any) (*sql.Rows, error) {
	return s.write.QueryContext(ctx, query, args...)
}
