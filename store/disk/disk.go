package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
)

// The widest permissions of a directory with secrets and of the files in it: the owner alone.
const (
	DirMode  fs.FileMode = 0o700
	FileMode fs.FileMode = 0o600
)

// Exists reports whether path names something, including a link to nothing. A path that cannot be
// examined for lack of permission counts as existing.
func Exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil || !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR)
}

// Size returns the size of the regular file at path in bytes; 0 if there is none or it cannot be
// seen.
func Size(path string) int64 {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() {
		return 0
	}
	return info.Size()
}

// SyncDir makes a new name in dir durable (fsync(2) of the directory). On Windows, which cannot and
// need not do it, it does nothing.
func SyncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// WriteSynced writes b to f, makes it durable (fsync(2)) and closes f, also after an error.
func WriteSynced(f *os.File, b []byte) error {
	_, err := f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// CanWrite returns why nothing can be written to the file at path or beside it, or nil. It changes
// nothing.
func CanWrite(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	_ = f.Close()
	dir := filepath.Dir(path)
	if err := MayWrite(dir); err != nil {
		return &fs.PathError{Op: "write to", Path: dir, Err: err}
	}
	return nil
}
