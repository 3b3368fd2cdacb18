package cli

import (
	"context"
	"fmt"
	"io"
	"lanyard/cli/host"
	"slices"
)

// Harden is for the first statement of main: what is read of the environment after it can be
// neither dumped nor read by other processes of the user. Main does it again, and tells if it
// fails. Libraries are initialised before main.
func Harden() { _ = host.KeepMemory() }

// harden is the first thing that a run does, before any secret is read: no core is written when the
// process crashes, where the system can be told so, and what the process was given as a secret in
// its environment is not handed on. A system that refuses (a sandbox that forbids the call) is told
// of, and does not end the run: the secrets are as safe as in any other program then.
func harden(args []string, stderr io.Writer) {
	if err := host.KeepMemory(); err != nil && !slices.Contains(args, "--json") {
		_, _ = fmt.Fprintf(stderr, "warning: core dumps cannot be switched off: %v\n", err)
	}
	host.Withhold("LANYARD_KEY", "LANYARD_TOKEN")
}

// Interruptible returns a context that ends with the first interrupt, SIGTERM or SIGHUP. A further
// signal ends the program at once, though not right behind the first.
func Interruptible(parent context.Context) (ctx context.Context, stop func()) {
	return host.UntilSignal(parent, exitInterrupted)
}
