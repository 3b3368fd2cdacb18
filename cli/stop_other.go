//go:build !unix

package cli

import (
	"syscall"

	"lanyard/ui/session"
)

// hangup is the signal of a terminal that is closed. Windows sends none: a closed window is a SIGTERM to Go programs.
const hangup = syscall.SIGTERM

// jobControl does not exist here.
type jobControl struct{}

func (*program) holdStop(*Clipboard) (stop *session.Stop, release func()) { return nil, func() {} }
