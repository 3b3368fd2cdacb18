package cli

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"lanyard/cli/config"
	"lanyard/cli/host"
	"lanyard/console"
	"lanyard/text"
)

// Embedded holds the files that are compiled into the binary.
type Embedded struct {
	ConfigExample string // config.example.toml
}

// program is one run of the command line.
type program struct {
	env            []string
	stdin          io.Reader
	stdout, stderr io.Writer
	embedded       Embedded
	clock          func() time.Time
	// wait and signInCommand are those of console.Options, in a demo; else nil.
	wait          func(context.Context, time.Duration) error
	signInCommand func(console.Invitation) string

	args          []string
	config, state string     // flags
	asking        sync.Mutex // held while the passphrase of the store is asked for
	unanswered    error      // reason why there is none; it is asked for once
	json, dryRun  bool
	noBrowser     bool // --no-browser: print addresses only
	screen        bool // the console is open: only it may write to the terminal
	showTour      bool // --tour
	// --plain: the console is lines of text; secrets are asked for at the terminal
	lines  bool
	queued []string // notes to print when the console is closed

	cfg *config.Config // nil until it was read
	tty *host.Terminal
	// pasting is held while the terminal prompts for the answer to a sign-in.
	pasting  sync.Mutex
	ctx      context.Context // context of this run; ends at the first ctrl+c
	writeErr error           // the first failure to write a text result
}

// Main runs the command line and returns the exit code.
func Main(ctx context.Context, args, env []string, stdin io.Reader, stdout, stderr io.Writer,
	e Embedded) int {
	return run(ctx, args, env, stdin, stdout, stderr, e, host.NewClock())
}

// run is Main with an injected clock.
func run(ctx context.Context, args, env []string, stdin io.Reader, stdout, stderr io.Writer,
	e Embedded, clock func() time.Time) int {
	harden(args, stderr)
	p := &program{
		env: env, stdin: stdin, stdout: stdout, stderr: stderr, args: args, embedded: e,
		clock: clock, ctx: ctx, tty: host.NewTerminal(ctx, stdin, stderr),
	}
	root := p.root()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	if err := root.ExecuteContext(ctx); err != nil {
		// A command line that cannot be parsed has set no flag yet: look for --json in it.
		return complain(stderr, args, err, p.json || slices.Contains(args, "--json"))
	}
	if p.writeErr != nil {
		return complain(stderr, args, fmt.Errorf("write the result: %w", p.writeErr), false)
	}
	return exitDone
}

func (p *program) root() *cobra.Command {
	var says bool
	root := &cobra.Command{
		Use:   "lanyard",
		Short: "A console for API access tokens",
		Long: "Lanyard gets, watches, renews, revokes and probes API access tokens.\n\n" +
			"Without a command it opens the console: on the full screen, or with --plain as\n" +
			"lines of text, for screen readers and scripts.",
		Args: noCommand,
		RunE: func(c *cobra.Command, args []string) error {
			if says {
				return p.printVersion()
			}
			return p.runScreen(c, args)
		},
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.Flags().BoolVar(&says, "version", false, "print the version")
	root.Flags().BoolVar(&p.lines, "plain", false, plainFlag)
	root.PersistentFlags().StringVar(&p.config, "config", "",
		"configuration `file` (LANYARD_CONFIG)")
	root.PersistentFlags().StringVar(&p.state, "state", "", "state `directory` (LANYARD_STATE)")
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return misuse(c.CommandPath()+" --help", "%s%v", prefixOf(c), err)
	})
	root.AddCommand(
		p.demoCommand(), p.sandboxCommand(),
		p.appsCommand(), p.tokensCommand(), p.revocationsCommand(),
		p.tokenCommand(), p.renewCommand(), p.revokeCommand(), p.forgetCommand(), p.probeCommand(),
		p.inspectCommand(), p.introspectCommand(), p.importCommand(),
		p.keyCommand(), p.backupCommand(), p.restoreCommand(), p.logCommand(), p.doctorCommand(),
		p.configCommand(), p.themesCommand(), p.completionCommand(), p.versionCommand(),
	)
	root.SetHelpCommand(helpCommand())
	return root
}

// noCommand refuses arguments of a command that has only subcommands. For an unknown subcommand
// cobra would print the help and exit with 0.
func noCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := c.CommandPath() + " --help"
	var known, near []string
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			known = append(known, sub.Name())
			if strings.HasPrefix(sub.Name(), strings.ToLower(args[0])) {
				near = append(near, sub.Name())
			}
		}
	}
	if one := text.Nearest(args[0], known); one != "" && !slices.Contains(near, one) {
		near = append(near, one)
	}
	if len(near) > 0 {
		hint = "did you mean " + c.CommandPath() + " " + strings.Join(near, " or ") + "?"
	}
	return misuse(hint, "unknown command %q for %s", args[0], c.CommandPath())
}

// prefixOf returns what an error about the arguments of a command begins with: the command without
// the name of the program, which begins every error. It is "" for the program itself.
func prefixOf(c *cobra.Command) string {
	if _, path, ok := strings.Cut(c.CommandPath(), " "); ok {
		return path + ": "
	}
	return ""
}

// takes accepts between least and most arguments. A negative most means any number.
func takes(least, most int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch n := len(args); {
		case n < least:
			return misuse("usage: "+c.UseLine(), "%san argument is missing", prefixOf(c))
		case most >= 0 && n > most:
			return misuse("usage: "+c.UseLine(), "%stoo many arguments", prefixOf(c))
		}
		return nil
	}
}

func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Help about a command",
		RunE: func(c *cobra.Command, args []string) error {
			about, rest, err := c.Root().Find(args)
			if err != nil || about == nil || len(rest) > 0 {
				return noCommand(c.Root(), args)
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
	}
}

// listFlags adds the flags of every command that prints a result; verbFlags adds those of every
// command that changes something.
func (p *program) listFlags(c *cobra.Command) *cobra.Command {
	c.Flags().BoolVar(&p.json, "json", false, "print JSON")
	return c
}

func (p *program) verbFlags(c *cobra.Command) *cobra.Command {
	c.Flags().BoolVar(&p.dryRun, "dry-run", false,
		"show the requests with secrets masked; send and store nothing")
	return p.listFlags(c)
}

// lookup returns an environment variable of this run. getenv returns "" for a variable that is not
// set.
func (p *program) lookup(name string) (string, bool) {
	for _, e := range slices.Backward(p.env) {
		if k, v, ok := strings.Cut(e, "="); ok &&
			(k == name || runtime.GOOS == "windows" && strings.EqualFold(k, name)) {
			return v, true
		}
	}
	return "", false
}

func (p *program) getenv(name string) string {
	v, _ := p.lookup(name)
	return v
}

// paths returns the paths of the configuration and the state.
func (p *program) paths() (config.Paths, error) {
	home := p.getenv("HOME")
	if runtime.GOOS == "windows" {
		home = p.getenv("USERPROFILE")
	}
	found, err := config.FindPaths(runtime.GOOS, p.getenv, home, p.config, p.state)
	if err != nil {
		return found, &failure{exit: exitUsage, code: console.CodeUsage, err: err}
	}
	return found, nil
}

// warn and note print to stderr. Under --json they print nothing, because stderr is for the error
// object.
func (p *program) warn(format string, args ...any) { p.say("warning: ", format, args...) }
func (p *program) note(format string, args ...any) { p.say("note: ", format, args...) }

func (p *program) say(what, format string, args ...any) {
	if !p.json {
		_, _ = fmt.Fprintln(p.stderr, what+text.Line(fmt.Sprintf(format, args...)))
	}
}

// attended reports whether a person can see and answer prompts: standard input and standard error
// are terminals.
func (p *program) attended() bool {
	_, in := host.TerminalFD(p.stdin)
	_, out := host.TerminalFD(p.stderr)
	return in && out
}
