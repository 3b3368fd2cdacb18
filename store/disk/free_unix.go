//go:build linux || darwin

package disk

import "syscall"

// Free returns the number of bytes that this user may still write to the disk of the directory dir
// (statfs(2), f_bavail). ok is false if the number is not known.
func Free(dir string) (bytes uint64, ok bool) {
	var fs syscall.Statfs_t
	if syscall.Statfs(dir, &fs) != nil {
		return 0, false
	}
	block := uint64(fs.Bsize) //nolint:gosec,unconvert // its type differs between systems
	return fs.Bavail * block, true
}
