package host

import (
	"errors"

	"golang.org/x/sys/unix"
)

// KeepMemory keeps what is in memory in there. The limit alone would not do: the kernel ignores it for a core
// that goes through a pipe to a program. Not dumpable, the process also cannot be attached to, nor its memory
// or its first environment be read from /proc, by other processes of the same user (root can). Programs that
// are started from here are dumpable again (prctl(2)), but inherit the limit: it could be raised again only
// if the hard one were left, and then by anybody.
func KeepMemory() error {
	return errors.Join(
		unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}),
		unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0),
	)
}
