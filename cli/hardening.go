package cli

import (
	"fmt"
	"io"
	"os"
	"slices"
)

// Harden is for the first statement of main: what is read of the environment after it can be neither dumped nor read by
// other processes of the user. Main does it again, and tells if it fails. Libraries are initialised before main.
func Harden() { _ = KeepMemory() }

// harden is the first thing that a run does, before any secret is read: no core is written when the process
// crashes, where the system can be told so, and what the process was given as a secret in its environment is
// not handed on. A system that refuses (a sandbox that forbids the call) is told of, and does not end the
// run: the secrets are as safe as in any other program then.
func harden(args []string, stderr io.Writer) {
	if err := KeepMemory(); err != nil && !slices.Contains(args, "--json") {
		_, _ = fmt.Fprintf(stderr, "warning: core dumps cannot be switched off: %v\n", err)
	}
	Withhold("LANYARD_KEY", "LANYARD_TOKEN")
}

// Withhold takes variables out of the environment that programs started from here inherit: commands that
// fetch a secret, clipboard programs, browsers, and what libraries start without asking us. This run itself
// reads the environment that Main was handed, which still has them. Refused: an environment for each command,
// which says nothing about the programs that libraries start.
func Withhold(names ...string) {
	for _, name := range names {
		if name != "" {
			_ = os.Unsetenv(name) // fails for names that cannot be set either
		}
	}
}

// withheld are the variables that a configuration names as secrets, in order.
func (c *Config) withheld() []string {
	var names []string
	for _, ref := range c.Secrets {
		names = append(names, ref.env)
	}
	for _, ref := range c.unused {
		names = append(names, ref.env)
	}
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(name string) bool { return name == "" })
}
