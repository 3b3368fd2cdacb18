//go:build unix && !(darwin || dragonfly || freebsd || netbsd || openbsd)

package host

import "golang.org/x/sys/unix"

const (
	setTerminal   = unix.TCSETS
	discardAndSet = unix.TCSETSF // also discards unread input
)
