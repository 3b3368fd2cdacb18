package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"lanyard/cli/config"
	"lanyard/cli/demo"
	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi/sandbox"
	"lanyard/ui"
)

func (p *program) demoCommand() *cobra.Command {
	var o sandbox.Options
	var empty bool
	c := &cobra.Command{
		Use:   "demo",
		Short: "Open the console on a built-in Token API: no setup, nothing written to disk",
		Long: "Opens the console on a built-in Token API and gateway. Both listen on a free\n" +
			"port of this machine, so that a copied curl line works in another terminal.\n" +
			"Nothing is written to disk.\n\n" +
			"It begins with six tokens and an hour of history: the console has got, refreshed\n" +
			"and revoked them, on a clock that was set back. A simulated client calls the API\n" +
			"with each live or revoked token every second, until the gateway refuses it. The\n" +
			"gateway caches for a minute. With --empty there is no token and no client.\n\n" +
			"--speed shortens the lifetimes of tokens and of the gateway's cache entries,\n" +
			"nothing else. With it the gateway caches for 15 minutes, unless --cache-ttl is\n" +
			"given. --tour explains the life of a token step by step. It begins like --empty,\n" +
			"and its gateway caches for 30 seconds, unless --cache-ttl or --speed is given.",
		Args: takes(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := checkSandbox(c, o); err != nil {
				return err
			}
			switch f := c.Flags(); {
			case f.Changed("cache-ttl"):
			case f.Changed("speed"):
				o.CacheTTL = sandboxCacheTTL
			case p.showTour:
				o.CacheTTL = tourCacheTTL
			}
			if !p.inLines() {
				if err := p.needTerminal("demo"); err != nil {
					return err
				}
			}
			return p.runDemo(c.Context(), o, !empty && !p.showTour)
		},
	}
	sandboxFlags(c, &o, demo.CacheTTL)
	c.Flags().Lookup("seed").Usage = "generate keys, secrets and tokens from this number"
	c.Flags().BoolVar(&empty, "empty", false, "begin without tokens and without a client")
	c.Flags().BoolVar(&p.lines, "plain", false, plainFlag)
	c.Flags().BoolVar(&p.showTour, "tour", false, "explain the life of a token, one step at a time")
	return c
}

// tourCacheTTL is the cache time of the tour's gateway: long enough to read the explanations of
// each step.
const tourCacheTTL = 30 * time.Second

// runDemo opens the console on a sandbox. With alive the board begins with tokens, and a client
// calls the API with them.
func (p *program) runDemo(ctx context.Context, o sandbox.Options, alive bool) error {
	clock := demo.NewClock(p.clock)
	p.clock, p.wait = clock.Now, clock.Wait
	o = demo.Sandbox(o)
	h, err := p.startSandbox(ctx, "127.0.0.1:0", false, o)
	if err != nil {
		return err
	}
	defer h.Close()
	p.signInCommand = signInCommand
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() { defer close(ended); _ = h.serve(serving) }()
	// The server must outlive the screen, because the screen's last requests go to it.
	defer func() { stop(); <-ended }()

	db, err := store.OpenMemory(ctx, store.Options{})
	if err != nil {
		return err
	}
	cfg := h.config(p.ownPreferences())
	s, err := p.assemble(cfg, config.Paths{}, db, cfg.Vault(p.lookup), nil, true)
	if err != nil {
		_ = db.Close()
		return err
	}
	defer s.Close()
	defer p.printLater()
	if alive {
		err := p.playDemo(ctx, demo.Stage{Console: s.svc, Sandbox: h.api, Clock: clock})
		if err != nil {
			return err
		}
	}
	what := screen{demo: true, title: "demo", tour: p.showTour, traffic: alive}
	if p.lines {
		return p.runLines(ctx, s, cfg, what.traffic, aboutDemo)
	}
	choice, err := p.show(ctx, s, cfg, what)
	s.quitNow = choice == ui.QuitNow
	return err
}

// signInCommand returns a command that signs in at the sandbox for an invitation. The sandbox has
// no login: it only asks for consent.
func signInCommand(i console.Invitation) string {
	if i.UserCode == "" {
		return fmt.Sprintf("curl -sL -d approve=1 %q", string(i.URL))
	}
	return fmt.Sprintf("curl -s -d approve=1 -d user_code=%s %q", i.UserCode, string(i.URL))
}

// playDemo fills the board. It prints nothing, and fails only if ctx ends. What could not be done
// is told when the console is closed.
func (p *program) playDemo(ctx context.Context, on demo.Stage) error {
	p.screen = true
	defer func() { p.screen = false }()
	if err := demo.Play(ctx, on); err != nil && ctx.Err() == nil {
		p.queued = append(p.queued, "the demo began without a part of its story: "+err.Error())
	}
	return ctx.Err()
}

// ownPreferences returns the theme, clipboard and screen settings of the person's configuration. It
// returns the defaults if the configuration cannot be read.
func (p *program) ownPreferences() *config.Config {
	if paths, err := p.paths(); err == nil {
		if own, err := paths.Load(p.ctx); err == nil {
			return own.Preferences()
		}
	}
	return config.Default()
}

// config adds the sandbox's environment and applications to cfg.
func (h *sandboxServer) config(cfg *config.Config) *config.Config {
	env := h.environment("demo")
	cfg.Environments = []console.Environment{env}
	for _, a := range h.applications(true) {
		app := console.Application{
			ID: console.ApplicationID(string(env.Endpoints.TokenURL), a.ConsumerKey, a.Grant,
				a.Username),
			Name:        console.Private(a.Name),
			Environment: env,
			KeyType:     a.KeyType,
			ConsumerKey: console.Private(a.ConsumerKey),
			Grant:       a.Grant,
			Username:    console.Private(a.Username),
			Scopes:      a.Scopes,
			ProbeURL:    console.Private(h.base + a.ProbePath),
			Source:      console.FromConfig,
			Secret:      console.SecretAvailable,
		}
		app.ConfigID = app.ID
		cfg.Applications = append(cfg.Applications, app)
		name := config.SecretName{App: app.ID, Kind: console.ConsumerSecret}
		cfg.Secrets[name] = config.SecretRef{Literal: a.ConsumerSecret}
		if name.Kind = console.Password; !a.Password.IsZero() {
			cfg.Secrets[name] = config.SecretRef{Literal: a.Password}
		}
	}
	return cfg
}
