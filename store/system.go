package store

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// fileSystem is what is asked of the operating system. A nil field asks this one; tests set their
// own.
type fileSystem struct {
	// uid returns the user of this process: os.Geteuid, which is -1 on Windows.
	uid func() int
	// owner returns the user that a file belongs to, or -1 where that is not known.
	owner func(fs.FileInfo) int
	// network returns the kind of the network file system that a directory is on; "" for a local one.
	network func(dir string) (string, error)
	// free returns how many bytes may still be written to the disk of a directory, if that is known.
	free func(dir string) (bytes uint64, ok bool)
}

// orReal returns s with each nil field set to what asks this system.
func (s fileSystem) orReal() fileSystem {
	if s.uid == nil {
		s.uid = os.Geteuid
	}
	if s.owner == nil {
		s.owner = owner
	}
	if s.network == nil {
		s.network = networkFS
	}
	if s.free == nil {
		s.free = FreeRoom
	}
	return s
}

// networkOf returns the kind of the network file system that dir is on, or would be on if it were
// made; "" for a local one.
func (s fileSystem) networkOf(dir string) (string, error) {
	for !exists(dir) && filepath.Dir(dir) != dir {
		dir = filepath.Dir(dir)
	}
	return s.network(dir)
}

// ownerError says that a file belongs to another user than the one of this process.
type ownerError struct {
	Path        string
	Owner, User int // numeric user ids; User is the one of this process
}

// Error implements error.
func (e *ownerError) Error() string {
	return fmt.Sprintf("%s belongs to user %d, and this is user %d", e.Path, e.Owner, e.User)
}

// foreign returns an *ownerError if the file belongs to another user, whatever its permissions, and
// nil if not or if owners are not known here. path is only named in it.
func (s fileSystem) foreign(path string, info fs.FileInfo) *ownerError {
	owner, me := s.owner(info), s.uid()
	if owner < 0 || owner == me {
		return nil
	}
	return &ownerError{path, owner, me}
}

// wide reports whether the permissions let others than the owner do anything with the file. Windows
// has no such permissions.
func wide(info fs.FileInfo) bool {
	return runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0
}

// narrow takes from the file at path every permission that mode lacks. It adds none.
func narrow(path string, info fs.FileInfo, mode fs.FileMode) error {
	return os.Chmod(path, info.Mode().Perm()&mode)
}
