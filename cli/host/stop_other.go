//go:build !unix

package host

import "syscall"

// hangup is the signal of a closed terminal. Windows has none: Go programs get SIGTERM for a closed
// window.
const hangup = syscall.SIGTERM

// jobControl is empty: this system has no job control.
type jobControl struct{}

// HoldStop returns nil: this system cannot stop and continue a process.
func (*Terminal) HoldStop(*Clipboard) (stop *Stop, release func()) { return nil, func() {} }
