package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// The names in the state directory. SQLite adds -wal and -shm to the first while it is open.
const (
	dbName  = "lanyard.db"
	keyName = "lanyard.key"
)

// The widest permissions of the state directory and of the files in it.
const (
	dirMode  fs.FileMode = 0o700
	fileMode fs.FileMode = 0o600
)

// prepare makes dir and an empty database file where they are missing, because SQLite itself would
// create the file readable to others, and narrows what is wider than it should be. It gives what it
// narrowed.
func prepare(dir string) (tightened []string, err error) {
	if err := os.MkdirAll(dir, dirMode); err != nil {
		return nil, &Error{Code: "store_access", Text: "make the state directory", Err: err,
			Hint: "use another place with --state"}
	}
	if err := tightenDir(dir, &tightened); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, dbName)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	switch {
	case err == nil:
		if err := errors.Join(f.Close(), syncDir(dir)); err != nil {
			return nil, &Error{Code: "store_io", Text: "make the database", Err: err}
		}
	case !errors.Is(err, fs.ErrExist):
		return nil, &Error{Code: "store_access", Text: "make the database", Err: err,
			Hint: "check the permissions of the directory, or use another place with --state"}
	}
	for _, name := range []string{dbName, dbName + "-wal", dbName + "-shm", keyName} {
		if err := tighten(filepath.Join(dir, name), &tightened); err != nil {
			return nil, err
		}
	}
	return tightened, nil
}

// tightenDir narrows the directory, unless it is plainly not ours alone: --state /tmp must not close /tmp.
func tightenDir(dir string, tightened *[]string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return &Error{Code: "store_access", Text: "look at the state directory", Err: err}
	}
	if !wide(info) {
		return nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return &Error{Code: "store_access", Text: "look at the state directory", Err: err}
	}
	ours := len(entries) == 0
	for _, e := range entries {
		ours = ours || e.Name() == dbName || e.Name() == keyName
	}
	if !ours {
		return &Error{Code: "store_access", Text: fmt.Sprintf("state directory %s: others can look into it (%04o) and it holds other files", dir, info.Mode().Perm()),
			Hint: "name a directory of its own with --state, or chmod 700 it"}
	}
	return narrow(dir, info, dirMode, tightened)
}

// tighten narrows one file and refuses what is not a plain file: a link could point anywhere.
func tighten(path string, tightened *[]string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return &Error{Code: "store_access", Text: "look at the store", Err: err}
	}
	if !info.Mode().IsRegular() {
		return &Error{Code: "store_access", Text: path + " is not a regular file",
			Hint: "move it away, or use another place with --state"}
	}
	if !wide(info) {
		return nil
	}
	return narrow(path, info, fileMode, tightened)
}

// wide says whether others than the owner can do anything with it.
func wide(info fs.FileInfo) bool {
	return runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0
}

func narrow(path string, info fs.FileInfo, mode fs.FileMode, tightened *[]string) error {
	if !owned(info) {
		return &Error{Code: "store_access", Text: fmt.Sprintf("%s belongs to another user and others can use it (%04o)", path, info.Mode().Perm()),
			Hint: "use another place with --state"}
	}
	if err := os.Chmod(path, info.Mode().Perm()&mode); err != nil {
		return &Error{Code: "store_access", Text: "close the store to others", Err: err,
			Hint: "use another place with --state"}
	}
	*tightened = append(*tightened, fmt.Sprintf("%s (was %04o)", path, info.Mode().Perm()))
	return nil
}

// syncDir makes a new name in dir durable. Windows cannot, and does not need to.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
