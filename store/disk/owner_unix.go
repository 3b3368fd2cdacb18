//go:build unix

package disk

import (
	"io/fs"
	"syscall"

	"golang.org/x/sys/unix"
)

// Owner returns the numeric id of the user that a file belongs to; -1 where that is not known. info
// comes from os.Stat or os.Lstat.
func Owner(info fs.FileInfo) int {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(st.Uid)
	}
	return -1
}

// MayWrite returns why this process can make no files in dir, as access(2) gives it; nil if it can,
// or where that is not known.
func MayWrite(dir string) error { return unix.Access(dir, unix.W_OK) }
