//go:build !unix

package cli

// keepMemory does nothing: Windows writes no core unless an administrator asks it to.
func keepMemory() error { return nil }
