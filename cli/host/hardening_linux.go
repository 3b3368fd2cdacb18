package host

import (
	"errors"

	"golang.org/x/sys/unix"
)

// KeepMemory prevents core dumps, and makes the process not dumpable (prctl(2)). Other processes of
// the same user then cannot attach to it, nor read its memory or its first environment from /proc;
// root can. The limit alone would not do: the kernel ignores it for a core that goes through a pipe
// to a program. Programs started from here are dumpable again, but inherit the limit.
func KeepMemory() error {
	return errors.Join(
		unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}),
		unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0),
	)
}
