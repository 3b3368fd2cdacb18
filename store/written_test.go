package store

import (
	"errors"
	"io/fs"
	"syscall"
	"testing"

	"lanyard/console"
)

// A disk that fails or is full keeps its own code and hint in the error of a backup.
func TestNotWritten(t *testing.T) {
	t.Parallel()
	for errno, want := range map[syscall.Errno]struct {
		code console.Code
		hint string
	}{
		syscall.EIO:    {console.CodeStoreIo, ioHint},
		syscall.ENOSPC: {console.CodeStoreFull, fullHint},
		syscall.EPERM: {console.CodeStoreBackup,
			"nothing was left of it: is the place for it there, and may you write to it?"},
	} {
		err := notWritten("b.age", &fs.PathError{Op: "write", Path: "b.age", Err: errno})
		e, ok := errors.AsType[*Error](err)
		if !ok || e.Code != want.code || e.Hint != want.hint || !errors.Is(err, errno) {
			t.Errorf("%s: %+v", errno, err)
		}
	}
}
