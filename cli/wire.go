package cli

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/charmbracelet/x/term"

	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// session is one console with all it stands on.
type session struct {
	svc   *console.Service
	cfg   *Config
	paths Paths
	store *store.Store
}

// drainPatience is how long a write in flight is waited for at the end. A call has its own deadline;
// this is for one whose environment allows more than a person waits.
const drainPatience = 30 * time.Second

// Close waits for writes in flight and closes the store.
func (s *session) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), drainPatience)
	defer cancel()
	_ = s.svc.Drain(ctx)
	_ = s.store.Close()
}

// open builds the console of a list or a verb. A list does not make a store where there is none.
func (p *program) open(ctx context.Context, writes bool) (*session, error) {
	paths, err := p.paths()
	if err != nil {
		return nil, err
	}
	cfg, err := paths.Load()
	if err != nil {
		return nil, err
	}
	for _, w := range cfg.Warnings {
		p.warn("%s", w)
	}
	kept, err := p.openStore(ctx, paths, writes)
	if err != nil {
		return nil, err
	}
	var via http.RoundTripper
	if p.dryRun {
		var n notSent
		for _, e := range cfg.Environments {
			n.revokeURLs = append(n.revokeURLs, e.Endpoints.RevokeURL)
		}
		via = n
	}
	s, err := p.assemble(cfg, paths, kept, p.askingVault(cfg), via)
	if err != nil {
		_ = kept.Close()
		return nil, err
	}
	return s, nil
}

// openStore opens what is kept. A dry run works on a copy in memory.
func (p *program) openStore(ctx context.Context, paths Paths, writes bool) (*store.Store, error) {
	if !hasStore(paths) && (p.dryRun || !writes) {
		return store.OpenMemory(ctx, store.Options{})
	}
	kept, err := store.Open(ctx, paths.State, store.Options{})
	if err != nil {
		return nil, err
	}
	for _, what := range kept.Tightened() {
		p.warn("%s stood open to other users, and was closed to them", what)
	}
	if !p.dryRun {
		return kept, nil
	}
	defer func() { _ = kept.Close() }()
	return rehearsal(ctx, kept)
}

func hasStore(paths Paths) bool {
	_, err := os.Stat(filepath.Join(paths.State, "lanyard.db"))
	return !errors.Is(err, os.ErrNotExist)
}

// assemble builds the console on a store; via, if given, carries every call instead of the network.
func (p *program) assemble(cfg *Config, paths Paths, kept *store.Store, v console.Vault, via http.RoundTripper) (*session, error) {
	id := make([]byte, 6)
	_, _ = rand.Read(id) // never fails
	svc, err := console.New(console.Options{
		Clock:        p.clock,
		Keeper:       kept,
		Vault:        v,
		Connect:      p.connect(via),
		Applications: cfg.Applications,
		UndoWindow:   cfg.UndoWindow,
		DueBefore:    cfg.DueBefore,
		Owner:        fmt.Sprintf("%d-%s", os.Getpid(), hex.EncodeToString(id)),
	})
	if err != nil {
		return nil, err
	}
	return &session{svc: svc, cfg: cfg, paths: paths, store: kept}, nil
}

// connect makes the client of an environment.
func (p *program) connect(via http.RoundTripper) func(console.Environment) (console.API, error) {
	return func(e console.Environment) (console.API, error) {
		var ca []byte
		if e.CAFile != "" {
			var err error
			if ca, err = os.ReadFile(e.CAFile); err != nil {
				return nil, &failure{exit: exitUsage, code: "config", err: err,
					text: fmt.Sprintf("environment %s: ca_file cannot be read: %v", e.Name, plainCause(err))}
			}
		}
		c, err := tokenapi.New(tokenapi.Config{
			Endpoints:          e.Endpoints,
			Timeout:            e.Timeout,
			CAPEM:              ca,
			InsecureSkipVerify: e.InsecureSkipVerify,
			AllowHTTP:          e.AllowHTTP,
			UserAgent:          "lanyard/" + version().Version,
		}, p.clock)
		if err != nil {
			return nil, err
		}
		if via != nil {
			c = c.WithTransport(via)
		}
		return c, nil
	}
}

// vaultForPeople fetches secrets as configured, asks on the terminal for a password that is not configured,
// and makes every failure one of configuration.
type vaultForPeople struct {
	console.Vault
	cfg *Config
	ask func(prompt string) (secret.Text, error) // nil: there is nobody to ask
}

// askingVault is the vault of a subcommand.
func (p *program) askingVault(cfg *Config) console.Vault {
	v := vaultForPeople{Vault: cfg.Vault(p.lookup), cfg: cfg}
	_, in := terminal(p.stdin)
	if _, out := terminal(p.stderr); in && out {
		v.ask = p.askSecret
	}
	return v
}

// ConsumerSecret gives the consumer secret of an application.
func (v vaultForPeople) ConsumerSecret(ctx context.Context, a console.Application) (secret.Text, error) {
	t, err := v.Vault.ConsumerSecret(ctx, a)
	return t, secretFailure(err, "consumer_secret")
}

// Password gives the password of an application's user.
func (v vaultForPeople) Password(ctx context.Context, a console.Application) (secret.Text, error) {
	if v.cfg.Passwords[a.ID].IsZero() && v.ask != nil {
		return v.ask("password of " + a.Username + " at " + a.Label() + ": ")
	}
	t, err := v.Vault.Password(ctx, a)
	return t, secretFailure(err, "password")
}

func secretFailure(err error, key string) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	return &failure{exit: exitUsage, code: "no_secret", err: err, text: err.Error(), hint: "see " + key + " in the configuration"}
}

// askSecret reads a line from the terminal without showing it.
func (p *program) askSecret(prompt string) (secret.Text, error) {
	fd, _ := terminal(p.stdin)
	_, _ = fmt.Fprint(p.stderr, plain(prompt))
	line, err := term.ReadPassword(fd)
	_, _ = fmt.Fprintln(p.stderr)
	if err != nil {
		return secret.Text{}, &failure{exit: exitUsage, code: "no_secret", text: "no password was given", err: err}
	}
	return secret.New(string(line)), nil
}
