package host

import (
	"errors"

	"golang.org/x/sys/unix"
)

// KeepMemory prevents core dumps, and makes the process not dumpable (prctl(2)). Other processes of
// the same user, except root, can then neither attach to it nor read its memory or its initial
// environment from /proc. The limit alone is not enough: the kernel ignores it if cores are piped
// to a program. Child processes are dumpable again, but inherit the limit.
func KeepMemory() error {
	return errors.Join(
		unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}),
		unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0),
	)
}
