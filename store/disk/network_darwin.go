package disk

import (
	"os"

	"golang.org/x/sys/unix"
)

// Network returns the kind of the network file system that holds the directory dir, or "" for a
// local one. It fails if dir cannot be examined.
func Network(dir string) (string, error) {
	var fs unix.Statfs_t
	if err := unix.Statfs(dir, &fs); err != nil {
		return "", &os.PathError{Op: "statfs", Path: dir, Err: err}
	}
	if fs.Flags&unix.MNT_LOCAL != 0 {
		return "", nil
	}
	return unix.ByteSliceToString(fs.Fstypename[:]), nil
}
