package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"
)

// partOf is how the names begin of what is still being written, beside what it will be.
const partOf = ".lanyard-part-"

// partLife is after how long such a file belongs to nobody: what was being written when a process was killed.
const partLife = time.Hour

// BackupTo makes a Backup in a file that must not exist yet, readable to its owner alone. It appears under its name when
// all of it is on the disk, was read back and decrypted. (That a recipient has the identity it takes is for the recipient to know.)
// Without its name there is nothing: it is removed when anything fails.
func (s *Store) BackupTo(ctx context.Context, path string, to ...age.Recipient) error {
	if err := Vacant(path); err != nil {
		return err
	}
	return newFile(path, s.reached, func(f *os.File) error {
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

// Vacant refuses a path at which there is something.
func Vacant(path string) error {
	if !exists(path) {
		return nil
	}
	return inTheWay(path)
}

func inTheWay(path string) *Error {
	return &Error{Code: "store_exists", Text: path + " is there already", Hint: "nothing is overwritten: name another file, or move that one away"}
}

// readBack checks that a file holds what was written to it.
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
		return &Error{Code: "store_backup", Text: "the backup cannot be read back: " + err.Error(), Hint: "nothing was left of it: look at the disk, or write it to another place"}
	}
	return nil
}

// newFile makes a file that must not exist: whole, or not at all. What write gets has another name until it is done.
// It tells reached when everything is written and when the file has its name.
func newFile(path string, reached func(step string), write func(*os.File) error) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, partOf+filepath.Base(path)+"-*") // 0600
	if err != nil {
		if e, ok := errors.AsType[*fs.PathError](err); ok {
			e.Path = path // nobody asked for the other name
		}
		return notWritten(path, err)
	}
	defer func() {
		_ = f.Close()
		_ = os.Remove(f.Name())
	}()
	sweepParts(f)
	if err := write(f); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return notWritten(path, err)
	}
	reached("closed")
	switch err := os.Link(f.Name(), path); {
	case errors.Is(err, fs.ErrExist):
		return inTheWay(path)
	case err != nil: // a file system without links: the name is taken first, by a file of ours
		mine, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
		if errors.Is(err, fs.ErrExist) {
			return inTheWay(path)
		}
		if err == nil {
			err = mine.Close()
		}
		if err == nil {
			err = os.Rename(f.Name(), path)
		}
		if err != nil {
			_ = os.Remove(path)
			return notWritten(path, err)
		}
	}
	reached("named")
	if err := syncDir(dir); err != nil {
		_ = os.Remove(path)
		return notWritten(path, err)
	}
	return nil
}

// sweepParts removes what killed processes left beside f, by the clock of the file system alone.
func sweepParts(f *os.File) {
	now, err := f.Stat()
	if err != nil {
		return
	}
	dir := filepath.Dir(f.Name())
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && info.Mode().IsRegular() && strings.HasPrefix(e.Name(), partOf) && now.ModTime().Sub(info.ModTime()) > partLife {
			_ = os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}
