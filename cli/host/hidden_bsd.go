//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package host

import "golang.org/x/sys/unix"

const (
	setTerminal   = unix.TIOCSETA
	discardAndSet = unix.TIOCSETAF // also discards unread input
)
