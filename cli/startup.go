package cli

import (
	"context"
	"fmt"
	"io"
	"slices"

	"lanyard/cli/host"
)

// Harden prevents core dumps, and other processes of the user from reading this process's memory.
// Call it first in main, before the environment is read. Main repeats it and reports a failure.
// Packages are initialized before main, so Harden does not cover them.
func Harden() { _ = host.KeepMemory() }

// harden prevents core dumps, and withholds secrets in the environment from child processes. It
// runs before any secret is read. A system may refuse the call (a container that forbids it): that
// is a warning only, because the secrets are then as safe as in any other program.
func harden(args []string, stderr io.Writer) {
	if err := host.KeepMemory(); err != nil && !slices.Contains(args, "--json") {
		_, _ = fmt.Fprintf(stderr, "warning: core dumps cannot be switched off: %v\n", err)
	}
	host.Withhold("LANYARD_KEY", "LANYARD_TOKEN")
}

// Interruptible returns a context that ends with the first interrupt, SIGTERM or SIGHUP. A later
// signal ends the program, unless it comes right after the first.
func Interruptible(parent context.Context) (ctx context.Context, stop func()) {
	return host.UntilSignal(parent, exitInterrupted)
}
