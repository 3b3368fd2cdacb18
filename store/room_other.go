//go:build !linux && !darwin

package store

// FreeRoom is not known here.
func FreeRoom(string) (bytes uint64, ok bool) { return 0, false }
