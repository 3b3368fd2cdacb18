package cli

import (
	"context"

	"github.com/spf13/cobra"

	"lanyard/cli/config"
	"lanyard/cli/demo"
	"lanyard/cli/host"
	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/tokenapi/sandbox"
	"lanyard/ui"
	"lanyard/ui/session"
)

// screen holds the options of the screen.
type screen struct {
	demo        bool
	tour        bool
	traffic     bool // a simulated client calls the API
	title       string
	welcome     string // path for a new configuration; "" if there is one
	openService func(ctx context.Context, kept bool) (*console.Service, error)
}

// runScreen runs lanyard without a command.
func (p *program) runScreen(c *cobra.Command, _ []string) error {
	ctx := c.Context()
	if p.inLines() {
		return p.runPlain(ctx)
	}
	if err := p.needTerminal(""); err != nil {
		return err
	}
	paths, err := p.paths()
	if err != nil {
		return err
	}
	cfg, err := paths.Load(ctx)
	if err != nil {
		return err
	}
	if !cfg.Found && !hasStore(paths) {
		return p.welcome(ctx, cfg, paths)
	}
	db, err := p.openKept(ctx, cfg, paths, false) // no prompts: the screen asks
	if err != nil {
		return err
	}
	s, err := p.assemble(cfg, paths, db, askingVault{Vault: cfg.Vault(p.lookup), cfg: cfg}, nil,
		true)
	if err != nil {
		_ = db.Close()
		return err
	}
	defer p.printLater()
	defer s.Close()
	choice, err := p.show(ctx, s, cfg, screen{})
	s.quitNow = choice == ui.QuitNow
	p.queueUndelivered(ctx, s)
	return err
}

// welcome runs the screen of the first run. Nothing is written before the person chooses.
func (p *program) welcome(ctx context.Context, cfg *config.Config, paths config.Paths) error {
	b := &firstRun{p: p, cfg: cfg, paths: paths}
	defer p.printLater()
	defer b.close()
	choice, err := p.show(ctx, nil, cfg, screen{welcome: paths.Config, openService: b.service})
	b.queueUndelivered(ctx, choice == ui.QuitNow)
	if err != nil {
		return err
	}
	switch choice {
	case ui.TryDemo:
		return p.runDemo(ctx, sandbox.Options{CacheTTL: demo.CacheTTL}, true)
	case ui.SetUp:
		path, err := p.configInit()
		if err != nil {
			return err
		}
		p.print("wrote %s", path)
		p.note("put your Token API and its keys in there, then start lanyard again")
	case ui.Quit, ui.QuitNow:
	}
	return nil
}

// show runs the screen.
func (p *program) show(
	ctx context.Context, s *openConsole, cfg *config.Config, what screen,
) (ui.Choice, error) {
	p.screen = true
	defer func() { p.screen = false }()
	var keeper console.Keeper
	if s != nil && !what.demo {
		keeper = s.store
		cfg.ThemeChoice = config.ThemeChosenIn(keeper)
		if lost := cfg.LostChoice(); lost != "" {
			p.queued = append(p.queued, lost)
		}
	}
	set, err := settings(cfg, p.lookup)
	if err != nil {
		return ui.Quit, err
	}
	_, noColor := p.lookup("NO_COLOR")
	o := ui.Options{
		Settings: set, Themes: themesToChoose(cfg, keeper), Demo: what.demo, Tour: what.tour,
		Traffic: what.traffic, Title: what.title, Banners: banners(cfg.Environments),
		Welcome: what.welcome != "",
		Begin:   what.openService, ConfigPath: what.welcome, Device: host.DeviceName(),
		NoColor: noColor && p.getenv("NO_COLOR") != "", Input: p.stdin, Output: p.stdout,
		Environ: p.env,
	}
	if s != nil {
		o.Service = s.svc
	}
	if s != nil && cfg.Found && !cfg.Once && !what.demo {
		watching, stop := context.WithCancel(ctx)
		defer stop()
		o.Reloads = p.reloads(watching, s.paths, cfg)
	}
	c := p.clipboard(cfg)
	if c != nil {
		o.Clipboard = sessionClipboard{c}
	}
	stop, release := p.tty.HoldStop(c)
	o.Stop = (*session.Stop)(stop)
	defer release()
	choice, err := ui.Run(ctx, o)
	if c != nil && c.MayHold() != "" {
		p.queued = append(p.queued, c.MayHold())
	}
	return choice, err
}

func banners(envs []console.Environment) []describe.Banner {
	var all []describe.Banner
	for _, e := range envs {
		if b, ok := describe.BannerOf(e); ok {
			all = append(all, b)
		}
	}
	return all
}

// needTerminal returns an error if there is no terminal for the screen.
func (p *program) needTerminal(command string) error {
	_, in := host.TerminalFD(p.stdin)
	_, out := host.TerminalFD(p.stdout)
	if in && out {
		return nil
	}
	what, hint := "the console",
		"in a script use a command: lanyard token APP, lanyard tokens --json, … "+
			"(lanyard --help), or drive lanyard --plain"
	if command != "" {
		what, hint = command, "in a script use lanyard sandbox, or drive lanyard demo --plain"
	}
	return &failure{
		exit: exitUsage, code: console.CodeNoTerminal, text: what + " needs a terminal", hint: hint,
	}
}
