//go:build !unix

package host

import "os/exec"

// detachBrowser does nothing on this system.
func detachBrowser(*exec.Cmd) {}
