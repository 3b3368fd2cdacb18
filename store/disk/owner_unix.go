//go:build unix

package disk

import (
	"io/fs"
	"syscall"

	"golang.org/x/sys/unix"
)

// Owner gives the user that a file belongs to, or -1.
func Owner(info fs.FileInfo) int {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(st.Uid)
	}
	return -1
}

// MayWrite says why this process can make no files in dir, or gives nil.
func MayWrite(dir string) error { return unix.Access(dir, unix.W_OK) }
