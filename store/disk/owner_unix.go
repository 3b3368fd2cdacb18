//go:build unix

package disk

import (
	"io/fs"
	"syscall"

	"golang.org/x/sys/unix"
)

// Owner returns the numeric id of the user that a file belongs to, or -1 if it is not known. info
// comes from os.Stat or os.Lstat.
func Owner(info fs.FileInfo) int {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(st.Uid)
	}
	return -1
}

// MayWrite returns the error of access(2) if this process cannot create files in dir, and nil
// otherwise.
func MayWrite(dir string) error { return unix.Access(dir, unix.W_OK) }
