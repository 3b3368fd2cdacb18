//go:build unix && !linux

package host

import "golang.org/x/sys/unix"

// KeepMemory prevents core dumps. Programs started from here inherit that.
func KeepMemory() error { return unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}) }
