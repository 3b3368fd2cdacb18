//go:build !unix

package host

// KeepMemory does nothing: Windows writes no core unless an administrator asks it to.
func KeepMemory() error { return nil }
