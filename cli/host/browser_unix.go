//go:build unix

package host

import (
	"os/exec"
	"syscall"
)

// detachBrowser puts a browser in its own session: ctrl+c at the terminal does not end it, and it
// cannot read from the terminal.
func detachBrowser(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }
