package cli

import (
	"context"

	"lanyard/cli/config"
	"lanyard/cli/host"
	"lanyard/console"
	"lanyard/tokenapi/secret"
	"lanyard/ui/plain"
	"lanyard/ui/session"
)

const (
	plainFlag = "the console as lines of text, for screen readers, simple terminals and scripts"
	aboutDemo = "a demo on a Token API of its own, nothing is written to disk"
)

// inLines reports whether the console is lines of text: with --plain, or at a terminal whose TERM
// is "dumb", which cannot show the screen.
func (p *program) inLines() bool {
	if p.lines || p.getenv("TERM") != "dumb" {
		return p.lines
	}
	_, in := host.TerminalFD(p.stdin)
	_, out := host.TerminalFD(p.stdout)
	if p.lines = in && out; p.lines {
		p.note("TERM is dumb, so the console is in lines, as with --plain")
	}
	return p.lines
}

// runPlain is the console in lines.
func (p *program) runPlain(ctx context.Context) error {
	paths, err := p.paths()
	if err != nil {
		return err
	}
	cfg, err := paths.Load(ctx)
	if err != nil {
		return err
	}
	if !cfg.Found && !hasStore(paths) { // the screen would show its welcome
		return misuse("lanyard demo --plain tries everything out, and lanyard config init "+
			"writes an example configuration",
			"nothing is configured yet: there is no %s", paths.Config)
	}
	db, err := p.openKept(ctx, cfg, paths, false)
	if err != nil {
		return err
	}
	configured := cfg.Vault(p.lookup)
	s, err := p.assemble(cfg, paths, db,
		linesVault{askingVault{Vault: configured, cfg: cfg}, p.commandVault(cfg)}, nil, true)
	if err != nil {
		_ = db.Close()
		return err
	}
	defer p.printLater()
	defer s.Close()
	err = p.runLines(ctx, s, cfg, false, "")
	p.queueUndelivered(ctx, s)
	return err
}

// runLines runs the console in lines on an open service.
func (p *program) runLines(ctx context.Context, s *openConsole, cfg *config.Config,
	traffic bool, about string) error {
	p.screen = true
	defer func() { p.screen = false }()
	o := plain.Options{
		Service: s.svc, ClearAfter: cfg.ClearAfter, Device: host.DeviceName(), About: about,
		Banners: banners(cfg.Environments), Tour: p.showTour, Traffic: traffic, Input: p.stdin,
		Output: p.stdout, Presenter: cfg.Presenter,
	}
	c := p.clipboard(cfg)
	if c != nil {
		o.Clipboard = lineClipboard{sessionClipboard{c}}
	}
	stop, release := p.tty.HoldStop(c)
	o.Stop = (*session.Stop)(stop)
	defer release()
	return plain.Run(ctx, o)
}

// linesVault asks a person only for passwords, which only a typed command needs. Other secrets may
// be needed at any time, while the person types a line.
type linesVault struct{ silent, asking console.Vault }

// Secret implements console.Vault.
func (v linesVault) Secret(ctx context.Context, a console.Application,
	kind console.SecretKind) (secret.Text, error) {
	if kind == console.Password {
		return v.asking.Secret(ctx, a, kind)
	}
	return v.silent.Secret(ctx, a, kind)
}
