//go:build !linux && !darwin

package disk

// Free returns false: this system does not report the free space.
func Free(string) (bytes uint64, ok bool) { return 0, false }
