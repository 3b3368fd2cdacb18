package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// PartPrefix begins the names of files that NewFile is still writing. They are in the directory of
// the finished file.
const PartPrefix = ".lanyard-part-"

// partLife is the age from which NewFile removes such a file. The process that wrote it was killed.
const partLife = time.Hour

// CreateError is returned by NewFile when the file system refuses the new file. Err is
// fs.ErrExist if there is a file of that name already.
type CreateError struct {
	Path string
	Err  error
}

// Error implements error.
func (e *CreateError) Error() string { return "write " + e.Path + ": " + e.Err.Error() }

// Unwrap returns the error of the file system.
func (e *CreateError) Unwrap() error { return e.Err }

// NewFile creates the file path, which must not exist, with mode 0600. After it returns, the file
// is whole and durable, or does not exist. write gets a file with another name in the same
// directory, and must sync it. NewFile calls reached with "closed" when everything is written, and
// with "named" when the file has its name. It returns an error of write unchanged; every other
// error is a *CreateError. It removes the files of calls that were killed more than an hour ago.
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
	case err != nil: // a file system without links: an empty file takes the name first
		mine, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, FileMode)
		if errors.Is(err, fs.ErrExist) {
			return &CreateError{path, fs.ErrExist}
		}
		if err != nil { // path is not ours
			return &CreateError{path, err}
		}
		if err = mine.Close(); err == nil {
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

// sweepParts removes files that killed processes left beside f. It compares their times with that
// of f, because the clock of the file system may differ from the clock of this machine.
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
