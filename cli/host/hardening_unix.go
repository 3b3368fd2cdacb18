//go:build unix && !linux

package host

import "golang.org/x/sys/unix"

// KeepMemory prevents core dumps, also of child processes.
func KeepMemory() error { return unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}) }
