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
	// Owner returns the user that a file belongs to, or -1 if it is not known.
	Owner func(fs.FileInfo) int
	// Network returns the kind of the network file system that holds a directory, or "" for a local
	// one.
	Network func(dir string) (string, error)
	// Free returns the number of bytes that may still be written to the disk of a directory. ok is
	// false if the number is not known.
	Free func(dir string) (bytes uint64, ok bool)
}

// OrReal returns s with the functions of this system in its nil fields.
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

// NetworkOf returns the kind of the network file system that holds dir, or "" for a local one. If
// dir does not exist, it examines the nearest parent that does.
func (s System) NetworkOf(dir string) (string, error) {
	for !Exists(dir) && filepath.Dir(dir) != dir {
		dir = filepath.Dir(dir)
	}
	return s.Network(dir)
}

// OwnerError is the error of a file that belongs to another user than that of this process.
type OwnerError struct {
	Path        string
	Owner, User int // numeric user ids; User is the one of this process
}

// Error implements error.
func (e *OwnerError) Error() string {
	return fmt.Sprintf("%s belongs to user %d, and this is user %d", e.Path, e.Owner, e.User)
}

// Foreign returns an *OwnerError if the file at path belongs to another user, and nil otherwise. It
// also returns nil if this system has no numeric owners. info describes the file.
func (s System) Foreign(path string, info fs.FileInfo) *OwnerError {
	owner, me := s.Owner(info), s.UID()
	if owner < 0 || owner == me {
		return nil
	}
	return &OwnerError{path, owner, me}
}

// Wide reports whether the permissions give users other than the owner any access to the file. On
// Windows it is false.
func Wide(info fs.FileInfo) bool {
	return runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0
}

// Narrow removes the permissions that mode lacks from the file at path. It adds none.
func Narrow(path string, info fs.FileInfo, mode fs.FileMode) error {
	return os.Chmod(path, info.Mode().Perm()&mode)
}
