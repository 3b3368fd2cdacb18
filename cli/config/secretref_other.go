//go:build !unix

package config

import "os/exec"

// detach leaves the program as it is: where there are no sessions, no input is all that can be
// taken away.
func detach(*exec.Cmd) {}
