//go:build unix && !linux

package cli

import "golang.org/x/sys/unix"

// keepMemory allows no core. Programs that are started from here inherit that.
func keepMemory() error { return unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}) }
