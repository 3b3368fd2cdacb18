//go:build unix && !(darwin || dragonfly || freebsd || netbsd || openbsd)

package host

import "golang.org/x/sys/unix"

const (
	setTerminal   = unix.TCSETS
	discardAndSet = unix.TCSETSF // and what was typed and not read yet is discarded
)
