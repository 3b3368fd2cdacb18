//go:build linux || darwin

package disk

import "syscall"

// Free is how many bytes may still be written to the disk that holds a directory; false where that is not known.
func Free(dir string) (bytes uint64, ok bool) {
	var fs syscall.Statfs_t
	if syscall.Statfs(dir, &fs) != nil {
		return 0, false
	}
	return fs.Bavail * uint64(fs.Bsize), true //nolint:gosec,unconvert // a block size, whose type differs by system
}
