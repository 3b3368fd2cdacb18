//go:build unix

package host

import (
	"os/exec"
	"syscall"
)

// detachBrowser gives a browser a session of its own: ctrl+c at the terminal does not end it, and
// it cannot read there.
func detachBrowser(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }
