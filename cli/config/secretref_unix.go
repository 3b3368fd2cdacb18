//go:build unix

package config

import (
	"os/exec"
	"syscall"
)

// detach gives a program a session of its own: it has no terminal to ask on, and is ended together
// with everything it started.
func detach(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
