package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"lanyard/cli/config"
	"lanyard/console"
	"lanyard/store"
	"lanyard/text"
)

// The statuses of a finding.
const (
	fine   = "ok"
	warned = "warn" // it works, but should be fixed
	failed = "fail" // it does not work
)

// finding is the result of one check. If its status is not ok, Fix says what to do.
type finding struct {
	Check  string  `json:"check"`
	Status string  `json:"status"`
	Found  string  `json:"found"`
	Fix    *string `json:"fix"`
}

// doctor runs every check once. Like any command, it changes only what opening a store changes: it
// updates an older schema, with a copy kept, and removes access by other users.
type doctor struct {
	p       *program
	paths   config.Paths
	cfg     *config.Config                           // the defaults when it cannot be read
	envs    []console.Environment                    // those that are checked
	free    func(dir string) (bytes uint64, ok bool) // free space on the disk of dir
	offline bool
	open    *openConsole // nil if the store cannot be opened
	found   []finding
	silent  []string // hosts of probe URLs that did not answer
	bad     bool     // the configuration cannot be read
}

func (d *doctor) ok(check, format string, args ...any) {
	d.found = append(d.found,
		finding{Check: check, Status: fine, Found: fmt.Sprintf(format, args...)})
}

func (d *doctor) warn(check, fix, format string, args ...any) {
	d.found = append(d.found, finding{check, warned, fmt.Sprintf(format, args...), &fix})
}

func (d *doctor) fail(check, fix, format string, args ...any) {
	d.found = append(d.found, finding{check, failed, fmt.Sprintf(format, args...), &fix})
}

// failErr is fail for an error. The hint of the error takes precedence over fix.
func (d *doctor) failErr(check, about, fix string, err error) {
	r := explain(err)
	d.fail(check, cmp.Or(r.Hint, fix), "%s%s", about, r.Message)
}

func (p *program) doctorCommand() *cobra.Command {
	var env string
	d := &doctor{p: p, free: store.FreeRoom}
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Find problems with this installation, and how to fix them",
		Long: "Checks configuration, files, store, key, clock, proxy, TLS, servers, clipboard\n" +
			"and terminal. Prints one line for each check, and the fix below each problem.\n\n" +
			"Each server gets a HEAD request, and each issuer a request for its metadata,\n" +
			"without credentials or token. Each probe_url also gets a GET with a made-up\n" +
			"token, at most once in 5 minutes and 15 times a day.\n\n" +
			"No secret is fetched or printed, no command is run, and no store is created. An\n" +
			"existing store is opened as by every command: an older schema is updated, with a\n" +
			"copy kept, and access by other users is removed. Both are reported. A read-only\n" +
			"store is checked too.\n\n" +
			"  exit 0  nothing failed\n" +
			"       1  something failed\n" +
			"       2  the configuration cannot be read",
		Args: takes(0, 0),
		RunE: func(c *cobra.Command, _ []string) error { return d.run(c.Context(), env) },
	}
	c.Flags().BoolVar(&d.offline, "offline", false, "send nothing to any server")
	c.Flags().StringVar(&env, "env", "", "check only the environment `NAME`")
	return p.listFlags(c)
}

func (d *doctor) run(ctx context.Context, env string) error {
	d.checkConfig()
	d.envs = d.cfg.Environments
	if env != "" {
		d.envs = slices.DeleteFunc(slices.Clone(d.envs),
			func(e console.Environment) bool { return string(e.Name) != env })
		if len(d.envs) == 0 && !d.bad {
			var names []string
			for _, e := range d.cfg.Environments {
				names = append(names, string(e.Name))
			}
			return misuse(text.DidYouMean(env, names), "doctor: there is no environment %q", env)
		}
	}
	d.checkFiles()
	d.checkStore(ctx)
	defer func() {
		if d.open != nil {
			d.open.Close()
		}
	}()
	d.checkProxies()
	d.checkServers(ctx)
	d.checkClipboard()
	d.checkTerminal()
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := d.report(); err != nil {
		return err
	}
	switch {
	case d.bad:
		return exitSilently(exitUsage)
	case d.count(failed) > 0:
		return exitSilently(exitUnexpected)
	}
	return nil
}

func (d *doctor) count(status string) (n int) {
	for _, f := range d.found {
		if f.Status == status {
			n++
		}
	}
	return n
}

func (d *doctor) report() error {
	if d.p.json {
		return d.p.printJSON(d.found)
	}
	for _, f := range d.found {
		d.p.print("%-4s  %-13s  %s", f.Status, f.Check, f.Found)
		if f.Fix != nil {
			d.p.print("      %-13s  %s", "fix:", *f.Fix)
		}
	}
	d.p.note("%s, %s", text.Count(d.count(failed), "failure"),
		text.Count(d.count(warned), "warning"))
	return nil
}

// asConfigError returns the error of the configuration in err, if there is one.
func asConfigError(err error) (*config.Error, bool) {
	var c *config.Error
	ok := errors.As(err, &c)
	return c, ok
}
