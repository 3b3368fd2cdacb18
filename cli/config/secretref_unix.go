//go:build unix

package config

import (
	"os/exec"
	"syscall"
)

// detach puts a program in its own session: it has no terminal to prompt on, and is killed together
// with its child processes.
func detach(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
