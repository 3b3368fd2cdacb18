//go:build !unix

package config

import "os/exec"

// detach does nothing: this system has no sessions. The program has no standard input at least.
func detach(*exec.Cmd) {}
