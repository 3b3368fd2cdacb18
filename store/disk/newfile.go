package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// PartPrefix begins the names of files that NewFile is still writing. They lie in the directory of
// what they will be.
const PartPrefix = ".lanyard-part-"

// partLife is how old such a file is when NewFile removes it: the process that wrote it was killed.
const partLife = time.Hour

// CreateError is returned by NewFile when the file system refuses the new file. Err is
// fs.ErrExist if there is a file of that name already.
type CreateError struct {
	Path string
	Err  error
}

// Error implements error.
func (e *CreateError) Error() string { return "write " + e.Path + ": " + e.Err.Error() }

// Unwrap returns what the file system said.
func (e *CreateError) Unwrap() error { return e.Err }

// NewFile makes the file path, which must not exist, with mode 0600: whole and durable, or not at
// all. What write gets has another name in the same directory until it is done; write has to sync
// it. NewFile calls reached when everything is written ("closed") and when the file has its name
// ("named"). It returns an error of write as it is; every other one is a *CreateError. It removes
// what earlier calls left there that were killed more than an hour ago.
func NewFile(path string, reached func(step string), write func(*os.File) error) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, PartPrefix+filepath.Base(path)+"-*") // 0600
	if err != nil {
		if e, ok := errors.AsType[*fs.PathError](err); ok {
			e.Path = path // the caller knows only this name
		}
		return &CreateError{path, err}
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
		return &CreateError{path, err}
	}
	reached("closed")
	switch err := os.Link(f.Name(), path); {
	case errors.Is(err, fs.ErrExist):
		return &CreateError{path, fs.ErrExist}
	case err != nil: // a file system without links: the name is taken first, by a file of ours
		mine, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, FileMode)
		if errors.Is(err, fs.ErrExist) {
			return &CreateError{path, fs.ErrExist}
		}
		if err == nil {
			err = mine.Close()
		}
		if err == nil {
			err = os.Rename(f.Name(), path)
		}
		if err != nil {
			_ = os.Remove(path)
			return &CreateError{path, err}
		}
	}
	reached("named")
	if err := SyncDir(dir); err != nil {
		_ = os.Remove(path)
		return &CreateError{path, err}
	}
	return nil
}

// sweepParts removes what killed processes left beside f. It compares times of files with the time
// of f, because the clock of the file system may be another one than that of this machine.
func sweepParts(f *os.File) {
	now, err := f.Stat()
	if err != nil {
		return
	}
	dir := filepath.Dir(f.Name())
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() || !strings.HasPrefix(e.Name(), PartPrefix) {
			continue
		}
		if now.ModTime().Sub(info.ModTime()) > partLife {
			_ = os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}
