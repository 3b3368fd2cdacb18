package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"time"

	"filippo.io/age"

	"lanyard/console"
	"lanyard/store/disk"
	"lanyard/store/key"
)

// Backup writes the whole store to w, encrypted with age for the recipients to. The file holds a
// tar of lanyard.db and lanyard.key, which unpacked into a directory are a state directory. Backup
// makes it in memory from one consistent reading.
//
// The secrets in it are sealed with a key of its own, so that a backup opens no store. The store
// must be unlocked, and Backup fails if a secret cannot be opened. Leases are left out.
func (s *Store) Backup(ctx context.Context, w io.Writer, to ...age.Recipient) error {
	_, err := s.backup(ctx, w, to)
	return err
}

// backup is Backup. It also returns an identity that opens this one file.
func (s *Store) backup(ctx context.Context, w io.Writer, to []age.Recipient) (age.Identity, error) {
	leave, err := s.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	b, err := s.bundle(ctx)
	if err != nil {
		return nil, err
	}
	defer clear(b.key)
	s.reached("bundled")
	seen := &witness{}
	for i, r := range to {
		if i == 0 {
			seen.Recipient = r
			to = append([]age.Recipient{seen}, to[1:]...)
		}
	}
	sealed, err := age.Encrypt(&contextWriter{ctx, w}, to...)
	if err == nil {
		s.reached("header written")
		if err = b.write(sealed); err == nil {
			s.reached("body written") // the last part of it is still in memory
			err = sealed.Close()
		}
	}
	if err != nil {
		return nil, notWritten("the backup", err)
	}
	return age.NewInjectedFileKeyIdentity(seen.fileKey), nil
}

// BackupTo writes a Backup to a new file with mode 0600. The file gets its name after all of it was
// synced, read back and decrypted. If anything fails, no file is left. BackupTo does not check that
// a recipient still has its identity.
func (s *Store) BackupTo(ctx context.Context, path string, to ...age.Recipient) error {
	if err := Vacant(path); err != nil {
		return err
	}
	return writeNew(path, s.reached, func(f *os.File) error {
		sum := sha256.New()
		opens, err := s.backup(ctx, io.MultiWriter(f, sum), to)
		if err != nil {
			return err
		}
		s.reached("end written")
		if err := f.Sync(); err != nil {
			return notWritten(path, err)
		}
		s.reached("synced")
		return readBack(f, sum, opens)
	})
}

// Vacant fails if a file exists at path.
func Vacant(path string) error {
	if !disk.Exists(path) {
		return nil
	}
	return inTheWay(path)
}

func inTheWay(path string) *Error {
	return &Error{Code: console.CodeStoreExists, Text: path + " is there already",
		Hint: "nothing is overwritten: name another file, or move that one away"}
}

// readBack fails if a file does not hold what was written to it.
func readBack(f io.ReadSeeker, written hash.Hash, opens age.Identity) error {
	_, err := f.Seek(0, io.SeekStart)
	read := sha256.New()
	if err == nil {
		_, err = io.Copy(read, f)
	}
	if err == nil && !bytes.Equal(read.Sum(nil), written.Sum(nil)) {
		err = errors.New("other bytes are on the disk than were written")
	}
	if err == nil {
		if _, err = f.Seek(0, io.SeekStart); err == nil {
			var b bundle
			b, err = readBundle(f, []age.Identity{opens})
			clear(b.key)
		}
	}
	if err != nil {
		return &Error{
			Code: console.CodeStoreBackup,
			Text: "the backup cannot be read back: " + err.Error(),
			Hint: "nothing was left of it: look at the disk, or write it to another place",
		}
	}
	return nil
}

// witness is a recipient that keeps the key of the file, so that readBack can decrypt it.
type witness struct {
	age.Recipient

	fileKey []byte
}

// WrapWithLabels wraps the key of the file as the recipient does.
func (w *witness) WrapWithLabels(fileKey []byte) ([]*age.Stanza, []string, error) {
	w.fileKey = bytes.Clone(fileKey)
	if r, ok := w.Recipient.(age.RecipientWithLabels); ok {
		return r.WrapWithLabels(fileKey)
	}
	stanzas, err := w.Wrap(fileKey)
	return stanzas, nil, err
}

// notWritten returns the error of a new file that could not be written, with a code and a hint.
func notWritten(what string, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("write %s: %w", what, err)
	}
	e := fileError("write "+what, err)
	if e.Code != console.CodeStoreFull && e.Code != console.CodeStoreIo {
		e.Code, e.Hint = console.CodeStoreBackup,
			"nothing was left of it: is the place for it there, and may you write to it?"
	}
	return e
}

// writeNew is disk.NewFile with errors that have a code and a hint.
func writeNew(path string, reached func(step string), write func(*os.File) error) error {
	err := disk.NewFile(path, reached, write)
	e, ok := errors.AsType[*disk.CreateError](err)
	switch {
	case !ok:
		return err
	case errors.Is(e.Err, fs.ErrExist):
		return inTheWay(path)
	}
	return notWritten(path, e.Err)
}

// bundle is the content of a backup.
type bundle struct {
	db, key   []byte
	signature []byte    // signature of a store that could sign; nil: none
	at        time.Time // time of the last change of the database; zero if it is not known
}

// bundle copies the store into memory and seals the copy with a key of its own.
func (s *Store) bundle(ctx context.Context) (bundle, error) {
	var err error
	for range 5 { // the key may change between the look at it and the copy
		var b bundle
		var again bool
		if b, again, err = s.bundleOnce(ctx); !again {
			return b, err
		}
		if err = s.follow(ctx); err != nil {
			return bundle{}, err
		}
	}
	return bundle{}, s.locked("its key is being changed again and again", err, "try again")
}

func (s *Store) bundleOnce(ctx context.Context) (b bundle, again bool, err error) {
	m, err := emptyMemory(ctx, Options{})
	if err != nil {
		return b, false, err
	}
	defer func() { _ = m.Close() }()
	from := s.write
	if s.filesInPlace() != nil {
		from = s.reading(ctx)
	}
	if _, err := from.ExecContext(ctx, "VACUUM INTO ?", memoryDSN(m.path)); err != nil {
		return b, false, s.explain("back up", err)
	}
	k := s.key.Load()
	same, err := k.holds(ctx, m.write)
	if err != nil {
		return b, false, s.explain("back up", err)
	}
	if !same {
		return b, true, nil
	}
	if k.sealer == nil {
		return b, false, k.why
	}
	data := key.New()
	defer clear(data)
	b.key = key.Guarded(data)
	if err := m.sealWith(ctx, k.sealer, data, func(tx *sql.Tx, _ *sealer) error {
		return m.putBareKey(ctx, tx, k.row.epoch, data)
	}); err != nil {
		return b, false, fmt.Errorf("back up %s: %w", s.path, err)
	}
	if b.db, err = m.serialize(ctx); err != nil {
		return b, false, s.explain("back up", err)
	}
	if b.signature, err = s.sign(ctx, b.db); err != nil {
		return b, false, err
	}
	if info, err := os.Stat(s.path); err == nil {
		b.at = info.ModTime()
	}
	return b, false, nil
}

// sealWith seals every secret of a copy in memory with a new data key, which put stores. It fails
// if a secret cannot be opened. It removes what a copy does not need.
func (s *Store) sealWith(ctx context.Context, from *sealer, data []byte,
	put func(*sql.Tx, *sealer) error) error {
	to, err := newSealer(data, from.epoch)
	if err != nil {
		return err
	}
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	for _, c := range sealedColumns() {
		if err := s.resealColumn(ctx, tx, c, from, to); err != nil {
			return err
		}
	}
	if err := s.sealRows(ctx, tx, from, to); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM lease"); err != nil {
		return err
	}
	if err := put(tx, to); err != nil {
		return err
	}
	return tx.Commit()
}

// putBareKey records that the key file beside the database holds the data key itself.
func (s *Store) putBareKey(ctx context.Context, tx *sql.Tx, epoch int64, data []byte) error {
	row := slotRow{epoch: epoch, kind: InFile, params: []byte("{}")}
	if err := s.putKey(ctx, tx, row, data, data); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "UPDATE key_slot SET wrapped = NULL")
	return err
}

// contextWriter is a writer that fails once its context has ended.
type contextWriter struct {
	ctx context.Context
	w   io.Writer
}

func (w *contextWriter) Write(b []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.w.Write(b)
}
