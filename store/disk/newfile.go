package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// PartPrefix is how the names begin of what is still being written, beside what it will be.
const PartPrefix = ".lanyard-part-"

// partLife is after how long such a file belongs to nobody: what was being written when a process was killed.
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

// NewFile makes a file that must not exist: whole, or not at all. What write gets has another name
// until it is done, in the same directory. It tells reached when everything is written ("closed")
// and when the file has its name ("named"). An error of write is returned as it is; every other one
// is a *CreateError.
func NewFile(path string, reached func(step string), write func(*os.File) error) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, PartPrefix+filepath.Base(path)+"-*") // 0600
	if err != nil {
		if e, ok := errors.AsType[*fs.PathError](err); ok {
			e.Path = path // nobody asked for the other name
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
		if err == nil && info.Mode().IsRegular() && strings.HasPrefix(e.Name(), PartPrefix) && now.ModTime().Sub(info.ModTime()) > partLife {
			_ = os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}
