//go:build !unix

package host

import "syscall"

// hangup is the signal of a terminal that is closed. Windows sends none: a closed window is a
// SIGTERM to Go programs.
const hangup = syscall.SIGTERM

// jobControl does not exist here.
type jobControl struct{}

// HoldStop returns nil: nothing stops and continues a process here.
func (*Terminal) HoldStop(*Clipboard) (stop *Stop, release func()) { return nil, func() {} }
