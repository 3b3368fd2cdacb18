package store

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"

	"lanyard/console"
	"lanyard/store/disk"
	"lanyard/store/key"
	"lanyard/tokenapi/secret"
)

// Restoring holds the options of Restore.
type Restoring struct {
	Options                // Slots, First and Tell: where the key of the restored store is to be
	Passphrase secret.Text // for a passphrase slot; not that of the backup
	Replace    bool        // keep an existing store under another name; else refuse
	Signer     *Signer     // signer of the existing store; nil: origin not known
	// Review is called after all checks and before anything is changed. Its error ends the restore.
	Review func(Review) error
	// LeaseNow, Patience and Waiting are as in Rotation: other processes first store the answers
	// that they are waiting for.
	LeaseNow func() time.Time
	Patience time.Duration
	Waiting  func()
}

// Review describes a backup before it is restored.
type Review struct {
	Applications []console.Application
	Signature    Signature
	// rows that do not verify and sealed values that do not open; the restored store has them too
	Altered int
}

// restoreWait limits the wait of a restore for a transaction of another process.
const restoreWait = 15 * time.Second

// Restored is the result of a restore.
type Restored struct {
	Applications, Tokens int
	Kept                 []string // the files of the store that was there, under their new names
}

// Occupied fails if a state directory holds a store: a database that is not empty, its log, or a
// key.
func Occupied(dir string) error {
	for _, name := range []string{dbName, dbName + "-wal", key.FileName} {
		path := filepath.Join(dir, name)
		if disk.Size(path) > 0 || disk.Exists(path) && name == key.FileName {
			return occupied(path)
		}
	}
	return nil
}

func occupied(path string) *Error {
	return &Error{
		Code: console.CodeStoreExists, Text: path + " is there already",
		Hint: "nothing was changed: --replace keeps it beside under another name, --state " +
			"names another directory",
	}
}

// Restore makes the store of a backup the one in the state directory dir. It first checks
// everything in memory: that the age file is complete, its contents, the database and every secret.
// If r.Replace allows it to replace a store, it locks out other writers, copies that store beside
// itself, and overwrites its database in one transaction.
//
// After a failure at any point the old store or the new one opens. Processes with the old store
// open continue with the new one. The restored store gets a key of its own, in the first slot of
// r.First that can hold one. Neither the backup nor the old key opens it.
func Restore(ctx context.Context, dir string, from io.Reader, who []age.Identity,
	r Restoring) (Restored, error) {
	steps, err := schemaSteps()
	if err != nil {
		return Restored{}, err
	}
	return restore(ctx, dir, from, who, r, steps)
}

func restore(ctx context.Context, dir string, from io.Reader, who []age.Identity, r Restoring,
	steps []string) (done Restored, err error) {
	if dir, err = filepath.Abs(dir); err != nil {
		return done, fmt.Errorf("state directory: %w", err)
	}
	e := r.env.orReal()
	if err := e.local(dir); err != nil {
		return done, err
	}
	if !r.Replace {
		if err := Occupied(dir); err != nil {
			return done, err
		}
	}
	b, err := readBundle(from, who)
	if err != nil {
		return done, err
	}
	defer clear(b.key)
	review := Review{Signature: r.Signer.check(b)} // before the database in it is touched
	m, seals, err := b.load(ctx, steps)
	if err != nil {
		return done, err
	}
	defer func() { _ = m.Close() }()
	const counts = "SELECT (SELECT count(*) FROM application), (SELECT count(*) FROM token)"
	err = m.write.QueryRowContext(ctx, counts).Scan(&done.Applications, &done.Tokens)
	if err != nil {
		return done, noBackup("its database cannot be read", err)
	}
	if r.Review != nil {
		if err := review.read(ctx, m, seals); err != nil {
			return done, err
		}
		if err := r.Review(review); err != nil {
			return done, err
		}
	}
	if err := e.makeStateDir(dir); err != nil {
		return done, err
	}
	n := incoming{
		env: e, dir: dir, path: filepath.Join(dir, dbName), from: m, at: r.at,
		wait: cmp.Or(max(r.Busy, 0), restoreWait), replaces: r.Replace,
		calm: lull{now: r.LeaseNow, patience: r.Patience, waiting: r.Waiting},
	}
	if err := n.key(ctx, r, seals); err != nil {
		return done, err
	}
	if done.Kept, err = n.swap(ctx); err != nil {
		n.forget(ctx)
		return done, err
	}
	n.reached("swapped")
	if n.firstKeyNote != "" && r.Tell != nil {
		r.Tell(n.firstKeyNote)
	}
	return done, openRestored(ctx, dir, r, steps)
}

// openRestored opens the restored store once, as any other caller would. The key gets its lasting
// name, and an error is reported now.
func openRestored(ctx context.Context, dir string, r Restoring, steps []string) error {
	s, err := open(ctx, dir, r.Options, steps)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	if err := s.Unlock(ctx, r.Passphrase); err != nil {
		return err
	}
	s.settlePins(ctx)
	return nil
}

// read fills in what the backup in m holds.
func (v *Review) read(ctx context.Context, m *Store, seals *sealer) error {
	row, err := m.slotRow(ctx, m.write)
	if err != nil {
		return err
	}
	m.key.Store(&keyState{row: row, sealer: seals})
	return m.View(ctx, func(r console.Reader) (err error) {
		if v.Applications, err = r.Applications(); err == nil {
			_, err = r.Tokens()
		}
		v.Altered = len(r.Altered())
		if err == nil {
			var unopened []console.Altered
			unopened, err = r.Unopened()
			v.Altered += len(unopened)
		}
		return err
	})
}

// makeStateDir makes the state directory if it is missing. It makes the checks of Open, except
// those of the database.
func (e env) makeStateDir(dir string) error {
	if err := os.MkdirAll(dir, disk.DirMode); err != nil {
		return fileError("make the state directory", err)
	}
	var tightened []string
	if err := e.tightenDir(dir, &tightened); err != nil {
		return err
	}
	for _, name := range []string{
		dbName, dbName + "-wal", dbName + "-shm", dbName + "-journal", key.FileName,
	} {
		if err := e.tighten(filepath.Join(dir, name), &tightened); err != nil {
			return err
		}
	}
	if err := disk.MayWrite(dir); err != nil {
		return fileError("write to "+dir, err)
	}
	return nil
}

// load checks the database of a backup. It returns it in memory, migrated, with the sealer that
// opens its secrets.
func (b bundle) load(ctx context.Context, steps []string) (*Store, *sealer, error) {
	m, err := emptyMemory(ctx, Options{})
	if err != nil {
		return nil, nil, err
	}
	seals, err := b.loadInto(ctx, m, steps)
	if err != nil {
		_ = m.Close()
		return nil, nil, err
	}
	return m, seals, nil
}

func (b bundle) loadInto(ctx context.Context, m *Store, steps []string) (*sealer, error) {
	if err := b.checkInto(ctx, memoryDSN(m.path)); err != nil {
		return nil, err
	}
	name := m.path
	m.path = "the backup's " + dbName // for messages
	version, err := m.schemaVersion(ctx, m.write, len(steps))
	switch {
	case err != nil:
		return nil, err
	case version == 0:
		return nil, noBackup("its database is empty", nil)
	}
	if err := m.onlyOurs(ctx, steps[:version]); err != nil {
		return nil, err
	}
	if err := m.migrate(ctx, steps); err != nil {
		return nil, noBackup("its database cannot be brought to the present form", err)
	}
	m.path = name
	row, err := m.slotRow(ctx, m.write)
	if err != nil {
		return nil, noBackup("its database does not say which key it has", err)
	}
	key, guards, err := key.Split(b.key)
	var seals *sealer
	if err == nil {
		seals, err = newSealer(key, row.epoch)
	}
	if err == nil {
		seals.guards = guards
		_, err = seals.openBytes(row.check, "meta", "key_check", "value")
	}
	if err != nil {
		return nil, noBackup("its key does not open its database", nil)
	}
	return seals, nil
}

// checkInto checks the database of a backup for damage and copies it to the database at dsn.
func (b bundle) checkInto(ctx context.Context, dsn string) error {
	if !bytes.HasPrefix(b.db, []byte("SQLite format 3\x00")) {
		return noBackup("its "+dbName+" is no database", nil)
	}
	// The header may require a write-ahead log, which a database in memory cannot have.
	b.db[18], b.db[19] = 1, 1
	db, err := sql.Open("sqlite",
		"file::memory:?_pragma=trusted_schema(0)&_pragma=cell_size_check(1)&_dqs=0")
	if err != nil {
		return fmt.Errorf("check the backup: %w", err)
	}
	defer func() { _ = db.Close() }()
	conn, err := db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("check the backup: %w", err)
	}
	defer func() { _ = conn.Close() }()
	if err := raw(conn, func(c sqliteConn) error { return c.Deserialize(b.db) }); err != nil {
		return noBackup("its database is damaged", err)
	}
	var sound string
	var loose int
	err = conn.QueryRowContext(ctx,
		`SELECT (SELECT integrity_check FROM pragma_integrity_check LIMIT 1),
			(SELECT count(*) FROM pragma_foreign_key_check)`).Scan(&sound, &loose)
	if err == nil && (sound != "ok" || loose > 0) {
		err = errors.New("a check of it fails")
	}
	if err == nil {
		err = raw(conn, func(c sqliteConn) error { return all(c.NewBackup(dsn)) })
	}
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("check the backup: %w", err)
	}
	if err != nil {
		return noBackup("its database is damaged", err)
	}
	return nil
}

// onlyOurs refuses a database whose tables, triggers or views are not those of the schema steps.
// Those of a stranger could run any statement.
func (s *Store) onlyOurs(ctx context.Context, steps []string) error {
	want, err := tablesOf(ctx, steps)
	if err != nil {
		return err
	}
	var got string
	if err := s.write.QueryRowContext(ctx, tablesQuery).Scan(&got); err != nil ||
		strings.TrimSpace(got) != strings.TrimSpace(want) {
		return noBackup("its database has other tables than a store", err)
	}
	return nil
}
