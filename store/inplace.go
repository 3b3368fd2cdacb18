package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"lanyard/console"
	"lanyard/store/disk"
	"lanyard/store/key"
)

// opened records which files a store on disk has open. SQLite keeps using them when other programs
// rename over or delete them. What it then writes is lost, and no call of SQLite fails.
type opened struct {
	mu    sync.Mutex
	files map[string]fs.FileInfo // by suffix; "" is the database
	// the failure that was found, which is final; nil while everything is in its place
	lost *Error
	over *Error // lost, where the file holds another store; else nil
	// the database when its key was last known to be ours; nil: never examined
	keyed fs.FileInfo
	// the database when its content was last known to be ours; nil: never examined
	whole fs.FileInfo

	reads sync.Mutex // for held alone: taking it waits for a writer, which takes mu
	// the content at the loss, in memory; nil before the first reading, or if it is unreadable
	held *Store
}

// suffixes are the suffixes of the files that belong together: the database, its write-ahead log,
// and the memory that its processes share.
func suffixes() []string { return []string{"", "-wal", "-shm"} }

// opener makes the connections that write, and first calls tell: if no other connection had the
// database open, the files beside it are new.
type opener struct {
	dsn    string
	driver driver.Driver
	tell   func()
}

func (o opener) Driver() driver.Driver { return o.driver }

func (o opener) Connect(context.Context) (driver.Conn, error) {
	o.tell()
	return o.driver.Open(o.dsn)
}

// remember records the files that exist and are not recorded yet. It calls stat(2) on their names:
// if this process opened and closed a file, it would lose SQLite's locks on it (POSIX).
func (o *opened) remember(path string) {
	if o.files == nil {
		o.files = map[string]fs.FileInfo{}
	}
	for _, suffix := range suffixes() {
		if o.files[suffix] == nil {
			if info, err := os.Stat(path + suffix); err == nil {
				o.files[suffix] = info
			}
		}
	}
}

// renewed forgets the files beside the database. The last connection to close removes them, and the
// next one makes others.
func (o *opened) renewed() {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.files, "-wal")
	delete(o.files, "-shm")
}

// moved returns what happened to a file that is not in its place, or nil.
func (o *opened) moved(path string) *Error {
	for _, suffix := range suffixes() {
		was := o.files[suffix]
		if was == nil {
			continue
		}
		is, err := os.Stat(path + suffix)
		text := path + suffix
		switch {
		case err == nil && os.SameFile(was, is):
			continue
		case err == nil:
			text += " was replaced by another file while this lanyard had it open"
		case errors.Is(err, fs.ErrNotExist):
			text, err = text+" was deleted or moved away while this lanyard had it open", nil
		default:
			text += " cannot be looked at any more"
		}
		return &Error{Code: console.CodeStoreReplaced, Text: text, Err: err, Hint: replacedHint}
	}
	return nil
}

// replacedHint is the hint for a store whose files are not in their place.
const replacedHint = "nothing was sent or stored after that: start lanyard again to work with " +
	"what is there now; " +
	"an open console can write out what it still holds (: write out, or out in the plain interface)"

// filesInPlace fails if the names of the open files now name other files. It looks twice before it
// fails, and a failure is permanent.
func (s *Store) filesInPlace() error {
	if s.dir == "" || s.readOnly != nil {
		return nil
	}
	o := &s.opened
	if s.write.Stats().OpenConnections+s.read.Stats().OpenConnections+
		s.eye.Stats().OpenConnections == 0 {
		o.renewed()
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.lost == nil && o.moved(s.path) != nil {
		// A network file system may answer from memory. It asks anew when the directory is opened.
		if d, err := os.Open(s.dir); err == nil {
			_ = d.Close()
		}
		o.lost = o.moved(s.path)
	}
	if o.lost != nil {
		return o.lost
	}
	o.remember(s.path)
	return nil
}

// beginWrite begins an immediate transaction if the files are in their place. It waits for other
// processes to the end of ctx, or for Options.Busy if ctx has no deadline.
func (s *Store) beginWrite(ctx context.Context) (*sql.Tx, error) {
	if err := s.filesInPlace(); err != nil {
		return nil, err
	}
	for {
		tx, err := s.write.BeginTx(ctx, nil)
		if c := sqliteCode(err); c == codeBusy || c == codeLocked {
			if _, ends := ctx.Deadline(); ends && ctx.Err() == nil {
				s.reached("waits")
				continue
			}
		}
		if err != nil {
			return nil, err
		}
		if err = s.filesInPlace(); err == nil {
			err = s.sameContent(ctx, tx)
		}
		if err != nil {
			_ = tx.Rollback()
			return nil, err
		}
		return tx, nil
	}
}

// sameContent fails if another program has overwritten the database in place. It checks only if the
// file has changed since the last check, which a checkpoint of the log does too. Then it compares
// the transaction with what a new connection reads from the disk, and looks for damage. It does not
// detect an intact page that is older than the rest.
func (s *Store) sameContent(ctx context.Context, tx *sql.Tx) error {
	if s.dir == "" {
		return nil
	}
	info, err := os.Stat(s.path)
	if err != nil {
		return fileError("look at the store", err)
	}
	o := &s.opened
	o.mu.Lock()
	was := o.whole
	o.mu.Unlock()
	if was == nil || !was.ModTime().Equal(info.ModTime()) || was.Size() != info.Size() {
		const state = `SELECT coalesce((SELECT group_concat(quote(name) || quote(value))
			FROM (SELECT * FROM meta ORDER BY name)), '')`
		var ours, there, sound string
		if was != nil { // else this process has not read from it yet
			if err := tx.QueryRowContext(ctx, state).Scan(&ours); err != nil &&
				sqliteCode(err) != codeError {
				// an old form has no such table
				return s.explain("read", err)
			}
			db, err := sql.Open("sqlite", s.dsn(stateDir{}, false))
			if err != nil {
				return err
			}
			err = db.QueryRowContext(ctx, state).Scan(&there)
			if err == nil {
				err = db.QueryRowContext(ctx,
					"SELECT quick_check FROM pragma_quick_check LIMIT 1").Scan(&sound)
			}
			_ = db.Close()
			if c := sqliteCode(err); err != nil && c != codeCorrupt && c != codeNotADB &&
				c != codeError {
				return s.explain("read", err)
			}
			if err != nil || there != ours || sound != "ok" {
				o.mu.Lock()
				defer o.mu.Unlock()
				o.lost = &Error{
					Code: console.CodeStoreReplaced,
					Text: s.path + " was written over by another program while this lanyard " +
						"had it open",
					Hint: replacedHint,
				}
				return o.lost
			}
		}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.whole = info
	return nil
}

// holdsOnDisk reports whether a new connection, which reads from the disk, also finds the key of k.
// It looks only if the file has changed since the last look.
func (s *Store) holdsOnDisk(ctx context.Context, k *keyState) (bool, error) {
	if s.dir == "" || s.readOnly != nil || k.sealer == nil {
		return true, nil
	}
	info, err := os.Stat(s.path)
	if err != nil {
		return true, nil // filesInPlace reports that
	}
	o := &s.opened
	o.mu.Lock()
	was := o.keyed
	lost := o.lost != nil
	o.mu.Unlock()
	if lost || was != nil && was.ModTime().Equal(info.ModTime()) && was.Size() == info.Size() {
		return true, nil
	}
	db, err := sql.Open("sqlite", s.dsn(stateDir{}, false))
	if err != nil {
		return false, err
	}
	same, err := k.holds(ctx, db)
	_ = db.Close()
	if err == nil && same {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.keyed = info
	}
	return same, err
}

// writtenOver records that another store was copied onto the file.
func (s *Store) writtenOver() error {
	o := &s.opened
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.lost == nil {
		o.over = &Error{
			Code: console.CodeStoreReplaced,
			Text: s.path + " was written over by another store while this lanyard had it open",
			Hint: "nothing was sent or stored after that, and what this lanyard held was in " +
				"that file alone: put it back, or restore a backup; start lanyard again to " +
				"work with what is there now",
		}
		o.lost = o.over
	}
	return o.lost
}

// unreadable returns why nothing of this store can be read any more, or nil.
func (s *Store) unreadable() error {
	o := &s.opened
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.over != nil {
		return o.over
	}
	return nil
}

// beginOn begins a transaction on s.write, or one that reads.
func (s *Store) beginOn(ctx context.Context, db *sql.DB, o *sql.TxOptions) (*sql.Tx, error) {
	if o == nil {
		return s.beginWrite(ctx)
	}
	tx, err := db.BeginTx(ctx, o)
	if err == nil && db == s.read && s.filesInPlace() != nil { // it may have opened another file
		_ = tx.Rollback()
		return s.reading(ctx).BeginTx(ctx, o)
	}
	return tx, err
}

// commit commits a transaction of beginWrite. It returns nil only if the commit is in the file that
// has the store's name.
func (s *Store) commit(tx *sql.Tx) error {
	if err := tx.Commit(); err != nil {
		return err
	}
	return s.filesInPlace()
}

// InPlace fails unless what is stored from now on is kept and can be opened again. For that the
// files of this store and its key file must be in their place. Callers check it before they send
// anything that can be sent only once.
func (s *Store) InPlace(ctx context.Context) error {
	leave, err := s.enter()
	if err != nil {
		return err
	}
	defer leave()
	var k *keyState
	for range 2 { // the key may have been changed between the two looks
		if err := s.filesInPlace(); err != nil {
			return err
		}
		var tx *sql.Tx
		readOnly := &sql.TxOptions{ReadOnly: true}
		if tx, k, err = s.transaction(ctx, s.reading(ctx), readOnly); err != nil {
			return s.explain("read", err)
		}
		_ = tx.Rollback()
		if k.sealer == nil || !key.Quiet(k.row.kind) {
			return nil // nothing can be sealed, or its key is no file
		}
		if _, err = s.openSlot(ctx, k.row, s.told); err == nil {
			return nil
		}
	}
	return err
}

// reading returns the database that transactions read. If the files are not in their place it is
// the content at the loss, because a new connection would open another database.
func (s *Store) reading(ctx context.Context) *sql.DB {
	if s.filesInPlace() == nil {
		return s.read
	}
	o := &s.opened
	o.reads.Lock()
	defer o.reads.Unlock()
	if o.held == nil {
		m, err := emptyMemory(context.WithoutCancel(ctx), Options{})
		if err != nil {
			return s.write
		}
		if _, err := s.write.ExecContext(ctx, "VACUUM INTO ?", memoryDSN(m.path)); err != nil {
			_ = m.Close()
			return s.write // it still has the old file open
		}
		o.held = m
	}
	return o.held.write
}

// outPrefix begins the names of the directories that WriteOut makes.
const outPrefix = "lanyard.out-"

// WriteOut writes the contents of this store into a new state directory beside its files. It is for
// a store whose files were replaced or deleted while it was open. Everything stays sealed with the
// same key; only a key file is written anew.
func (s *Store) WriteOut(ctx context.Context) (dir string, err error) {
	leave, err := s.enter()
	if err != nil {
		return "", err
	}
	defer leave()
	if s.dir == "" {
		return "", &Error{
			Code: console.CodeStoreBackup,
			Text: "a store in memory is not written out", Hint: "it ends with this process",
		}
	}
	if err := s.unreadable(); err != nil {
		return "", err
	}
	const what = "what this lanyard holds"
	var b bundle
	if k := s.key.Load(); k.sealer != nil && k.row.kind == InFile {
		b, err = s.bundle(ctx)
		defer clear(b.key)
	} else {
		b.db, err = (&Store{path: s.path, write: s.reading(ctx)}).serialize(ctx)
	}
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(s.dir, disk.DirMode); err != nil {
		return "", notWritten(what, err)
	}
	name := outPrefix + s.env.now().UTC().Format("20060102T150405") + "-"
	if dir, err = os.MkdirTemp(s.dir, name); err != nil {
		// 0700
		return "", notWritten(what, err)
	}
	for name, data := range map[string][]byte{dbName: b.db, key.FileName: b.key} {
		if data == nil {
			continue
		}
		if err := disk.NewFile(filepath.Join(dir, name), s.reached, func(f *os.File) error {
			_, err := f.Write(data)
			if err = errors.Join(err, f.Sync()); err != nil {
				return notWritten(what, err)
			}
			return nil
		}); err != nil {
			return "", errors.Join(err, os.RemoveAll(dir))
		}
	}
	return dir, disk.SyncDir(s.dir)
}

// abandoned reports whether SQLite must not close normally. Its last connection folds the log into
// the database and removes the log by name, which may now belong to another database.
func (s *Store) abandoned() bool {
	if s.filesInPlace() == nil {
		return false
	}
	o := &s.opened
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.held != nil {
		_ = o.held.Close()
	}
	for _, suffix := range suffixes() {
		is, err := os.Stat(s.path + suffix)
		switch was := o.files[suffix]; {
		case suffix != "" && errors.Is(err, fs.ErrNotExist):
			// no process needs it: its content is in the database
		case err != nil || was == nil || !os.SameFile(was, is):
			return true
		}
	}
	return false
}
