package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"lanyard/console"
	"lanyard/store/disk"
)

//go:embed schema/*.sql
var schemaFiles embed.FS

// applicationID marks the file as Lanyard's (PRAGMA application_id, set by the first step).
const applicationID = 0x4c6e7964

// schemaSteps returns the migrations in order: step i, counted from 0, brings user_version from i
// to i+1. A step that was released is never edited.
func schemaSteps() ([]string, error) {
	names, err := fs.Glob(schemaFiles, "schema/*.sql") // sorted
	if err != nil {
		return nil, err
	}
	steps := make([]string, len(names))
	for i, name := range names {
		if want := fmt.Sprintf("schema/%03d.sql", i+1); name != want {
			return nil, fmt.Errorf("schema step %s is where %s should be", name, want)
		}
		text, err := schemaFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		steps[i] = string(text)
	}
	return steps, nil
}

// schemaVersion returns user_version. It refuses a file of a newer version or of another program.
func (s *Store) schemaVersion(ctx context.Context, c queryer, known int) (int, error) {
	var version, app, tables int
	err := c.QueryRowContext(ctx,
		`SELECT (SELECT user_version FROM pragma_user_version),
			(SELECT application_id FROM pragma_application_id),
			(SELECT count(*) FROM sqlite_schema)`).Scan(&version, &app, &tables)
	if err != nil {
		return 0, s.explain("open", err)
	}
	if tables > 0 && app != applicationID || tables == 0 && version != 0 {
		return 0, &Error{
			Code: console.CodeStoreForeign,
			Text: s.path + " is a database of another program",
			Hint: "move it away, or use another place with --state",
		}
	}
	if version > known {
		return 0, &Error{
			Code: console.CodeStoreNewer,
			Text: fmt.Sprintf("%s has schema version %d; this lanyard knows up to %d", s.path,
				version, known),
			Hint: "a newer lanyard wrote it: use that one, or another place with --state. The " +
				"file was not changed",
		}
	}
	return version, nil
}

// clockForNames dates the names of copies. The store reads no clock for anything else.
func clockForNames() time.Time { return time.Now() }

// queryer is a connection, a pool or a transaction.
type queryer interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// migrate runs the missing steps, each in a transaction of its own. It first copies a database that
// is not empty, and keeps the copy.
func (s *Store) migrate(ctx context.Context, steps []string) error {
	version, err := s.schemaVersion(ctx, s.write, len(steps))
	if err != nil {
		return err
	}
	if s.readOnly != nil {
		if version == len(steps) {
			return nil
		}
		e := &Error{
			Code: console.CodeStoreReadOnly,
			Text: fmt.Sprintf("%s has schema version %d and cannot be brought to %d", s.path,
				version, len(steps)),
			Err: bare(s.readOnly),
			Hint: "make the directory and the file writable (chmod u+rwX), or use another " +
				"place with --state",
		}
		if why, ok := errors.AsType[*Error](s.readOnly); ok && why.Code == console.CodeStoreFull {
			e.Code, e.Hint = why.Code, fullHint
		}
		return e
	}
	if s.dir != "" { // also where nothing is to be migrated: a restored file may be in another mode
		if err := s.journalWAL(ctx); err != nil {
			return err
		}
	}
	if version == len(steps) {
		return nil
	}
	copied := ""
	if version > 0 && s.dir != "" {
		now := s.env.now().UTC().Format("20060102T150405")
		to := fmt.Sprintf("%s.v%d-%s", s.path, version, now)
		if copied, err = s.copyTo(ctx, to); err != nil {
			return err
		}
		s.reached("copied")
	}
	mine := false
	for version < len(steps) {
		var did bool
		if version, did, err = s.step(ctx, version, steps); err != nil {
			return err
		}
		mine = mine || did
	}
	if copied != "" && !mine {
		// Another process was faster: the copy may already have the new form.
		_ = os.Remove(copied)
		copied = ""
	}
	s.copied = copied
	return nil
}

// step runs the step that brings version from to the next, unless another process has done so. It
// returns the version after that, and whether it ran the step itself.
func (s *Store) step(ctx context.Context, from int,
	steps []string) (version int, did bool, err error) {
	tx, err := s.beginWrite(ctx)
	if err != nil {
		return 0, false, s.explain("migrate", err)
	}
	defer func() { _ = tx.Rollback() }()
	now, err := s.schemaVersion(ctx, tx, len(steps))
	if err != nil || now != from {
		return now, false, err
	}
	reached := func(how string) { s.reached(fmt.Sprintf("step %d %s", from+1, how)) }
	reached("begun")
	if _, err := tx.ExecContext(ctx, steps[from]); err != nil {
		if sqliteCode(err) == codeError { // its version says one form, and its tables have another
			return 0, false, &Error{
				Code: console.CodeStoreDamaged,
				Text: fmt.Sprintf("%s cannot be brought from schema version %d to %d", s.path,
					from, from+1),
				Err: errTables, Hint: damagedHint,
			}
		}
		return 0, false, s.explain(fmt.Sprintf("migrate to schema version %d", from+1), err)
	}
	reached("executed")
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", from+1)); err != nil {
		return 0, false, s.explain("migrate", err)
	}
	reached("numbered")
	if err := s.commit(tx); err != nil {
		return 0, false, s.explain("migrate", err)
	}
	reached("committed")
	return from + 1, true, nil
}

// journalWAL switches the file to the write-ahead log permanently. If two processes do so at once,
// SQLite reports busy without waiting, so journalWAL waits for as long as SQLite does elsewhere.
func (s *Store) journalWAL(ctx context.Context) error {
	const beat = 10 * time.Millisecond
	var mode string
	for waited := time.Duration(0); ; waited += beat {
		err := s.write.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode)
		if err == nil {
			break
		}
		if c := sqliteCode(err); waited >= s.busy || c != codeBusy && c != codeLocked {
			return s.explain("open", err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("open %s: %w", s.path, ctx.Err())
		case <-time.After(beat):
		}
	}
	if mode != "wal" {
		return &Error{
			Code: console.CodeStoreAccess,
			Text: fmt.Sprintf("%s cannot have a write-ahead log (it is in mode %q)", s.path, mode),
			Hint: "network file systems cannot share one: use a local place with --state",
		}
	}
	return nil
}

// copyTo writes a consistent copy of the database to path, or to path.1, path.2 … if that exists,
// and returns its name. It makes the file first, empty and with mode 0600, because SQLite would let
// other users read it.
func (s *Store) copyTo(ctx context.Context, path string) (string, error) {
	name := path
	for i := 1; ; i++ {
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, disk.FileMode)
		if err == nil {
			err = f.Close()
		}
		if err == nil {
			break
		}
		if !errors.Is(err, fs.ErrExist) {
			return "", fileError("copy "+s.path+" before it is changed", err)
		}
		name = fmt.Sprintf("%s.%d", path, i)
	}
	s.reached("copy begun")
	_, err := s.write.ExecContext(ctx, "VACUUM INTO ?", name)
	if err != nil {
		err = s.explain("copy", err)
	} else {
		s.reached("copy written")
		var f *os.File
		if f, err = os.OpenFile(name, os.O_RDWR, 0); err == nil {
			err = errors.Join(f.Sync(), f.Close(), disk.SyncDir(s.dir))
		}
		if err != nil {
			err = fileError("copy "+s.path+" before it is changed", err)
		}
	}
	if err != nil {
		_ = os.Remove(name)
		return "", err
	}
	return name, nil
}
