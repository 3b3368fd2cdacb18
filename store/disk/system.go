package disk

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// System holds the calls of this package to the operating system. OrReal fills its nil fields with
// those of this system; tests set their own.
type System struct {
	// UID returns the user of this process: os.Geteuid, which is -1 on Windows.
	UID func() int
	// Owner returns the user that a file belongs to, or -1 where that is not known.
	Owner func(fs.FileInfo) int
	// Network returns the kind of the network file system that a directory is on; "" for a local
	// one.
	Network func(dir string) (string, error)
	// Free returns how many bytes may still be written to the disk of a directory, if that is
	// known.
	Free func(dir string) (bytes uint64, ok bool)
}

// OrReal returns s with each nil field set to what asks this system.
func (s System) OrReal() System {
	if s.UID == nil {
		s.UID = os.Geteuid
	}
	if s.Owner == nil {
		s.Owner = Owner
	}
	if s.Network == nil {
		s.Network = Network
	}
	if s.Free == nil {
		s.Free = Free
	}
	return s
}

// NetworkOf returns the kind of the network file system that dir is on, or would be on if it were
// made; "" for a local one.
func (s System) NetworkOf(dir string) (string, error) {
	for !Exists(dir) && filepath.Dir(dir) != dir {
		dir = filepath.Dir(dir)
	}
	return s.Network(dir)
}

// OwnerError says that a file belongs to another user than the one of this process.
type OwnerError struct {
	Path        string
	Owner, User int // numeric user ids; User is the one of this process
}

// Error implements error.
func (e *OwnerError) Error() string {
	return fmt.Sprintf("%s belongs to user %d, and this is user %d", e.Path, e.Owner, e.User)
}

// Foreign returns an *OwnerError if the file belongs to another user, with any permissions. It
// returns nil if owners are not known here. info is of the file at path.
func (s System) Foreign(path string, info fs.FileInfo) *OwnerError {
	owner, me := s.Owner(info), s.UID()
	if owner < 0 || owner == me {
		return nil
	}
	return &OwnerError{path, owner, me}
}

// Wide reports whether the permissions let others than the owner do anything with the file. Windows
// has no such permissions.
func Wide(info fs.FileInfo) bool {
	return runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0
}

// Narrow takes from the file at path every permission that mode lacks. It adds none.
func Narrow(path string, info fs.FileInfo, mode fs.FileMode) error {
	return os.Chmod(path, info.Mode().Perm()&mode)
}
