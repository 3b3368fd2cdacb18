package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"lanyard/cli/config"
	"lanyard/console"
	"lanyard/text"
)

func (p *program) configCommand() *cobra.Command {
	group := &cobra.Command{
		Use:   "config",
		Short: "Write, check or locate the configuration",
		Args:  noCommand,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	group.AddCommand(
		&cobra.Command{
			Use: "init", Short: "Write an example configuration",
			Long: `Writes a commented configuration with every key and its default, and prints its
path. Never changes an existing file.`,
			Args: takes(0, 0),
			RunE: func(*cobra.Command, []string) error {
				path, err := p.configInit()
				if err == nil {
					_, err = fmt.Fprintln(p.stdout, text.Line(path))
				}
				return err
			},
		},
		&cobra.Command{
			Use: "check", Short: "Check the configuration",
			Long: `Reads the configuration and the files that it names. Prints each problem with
file, line, column and key. Runs no command and contacts no server.`,
			Args: takes(0, 0), RunE: p.runConfigCheck,
		},
		&cobra.Command{
			Use: "path", Short: "Print where configuration and state are",
			Args: takes(0, 0), RunE: p.runConfigPath,
		},
	)
	return group
}

// configInit writes the example to the path of the configuration. It never overwrites a file.
func (p *program) configInit() (string, error) {
	paths, err := p.paths()
	if err != nil {
		return "", err
	}
	fail := func(err error) (string, error) {
		return "", &failure{
			exit: exitUnexpected, code: console.CodeConfig, err: err,
			text: fmt.Sprintf("config init: %s cannot be written: %v", paths.Config,
				config.PlainCause(err)),
		}
	}
	if err := os.MkdirAll(filepath.Dir(paths.Config), 0o700); err != nil {
		return fail(err)
	}
	f, err := os.OpenFile(paths.Config, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return "", &failure{
			exit: exitUsage, code: console.CodeExists,
			text: "config init: " + paths.Config + " exists already",
			hint: "it was not changed; lanyard config check checks it",
		}
	}
	if err != nil {
		return fail(err)
	}
	_, err = f.WriteString(p.embedded.ConfigExample)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		_ = os.Remove(paths.Config)
		return fail(err)
	}
	return paths.Config, nil
}

func (p *program) runConfigCheck(*cobra.Command, []string) error {
	paths, err := p.paths()
	if err != nil {
		return err
	}
	cfg, err := paths.Load(p.ctx)
	if err != nil {
		return err
	}
	if !cfg.Found {
		return &failure{
			exit: exitUsage, code: console.CodeConfig,
			text: "there is no " + paths.Config, hint: "lanyard config init writes an example",
		}
	}
	for _, w := range cfg.Warnings {
		p.warn("%s", w)
	}
	for _, t := range cfg.ThemeProblems {
		if t.Warning {
			p.warn("%s", config.ThemeProblem(cfg.Place, t))
		}
	}
	if err := badThemes(cfg, ""); err != nil {
		return err
	}
	warnings, err := cfg.CheckNamed(p.ctx, func(e console.Environment) error {
		_, err := p.client(e, nil)
		return err
	})
	for _, w := range warnings {
		p.warn("%s", w)
	}
	if err != nil {
		return err
	}
	p.print("ok: %s, %s", text.Count(len(cfg.Environments), "environment"),
		text.Count(len(cfg.Applications), "application"))
	return nil
}

func (p *program) runConfigPath(*cobra.Command, []string) error {
	paths, err := p.paths()
	if err != nil {
		return err
	}
	p.print("config  %s", paths.Config)
	p.print("state   %s", paths.State)
	return nil
}
