package cli

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"lanyard/cli/config"
	"lanyard/cli/host"
	"lanyard/console"
	"lanyard/store"
	"lanyard/text"
	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// openConsole is a service with its store and configuration.
type openConsole struct {
	svc   *console.Service
	cfg   *config.Config
	paths config.Paths
	store *store.Store
	atEnd func() // runs in Close, after the result was printed; may be nil

	quitNow bool // the person quit without waiting
}

// drainPatience limits the time that Close waits for writes in flight, and that a revoke waits for
// its delivery by another process.
const drainPatience = 30 * time.Second

// Close waits for writes in flight and closes the store. With quitNow it does not wait: the mark of
// a call without an answer stays in the journal.
func (s *openConsole) Close() {
	if s.atEnd != nil {
		s.atEnd()
	}
	ctx, cancel := context.WithTimeout(context.Background(), drainPatience)
	defer cancel()
	if s.quitNow {
		cancel()
	}
	_ = s.svc.Drain(ctx)
	_ = s.store.Close()
}

// open builds the service of a list or a verb. Without writes it creates no store.
func (p *program) open(ctx context.Context, writes bool) (*openConsole, error) {
	cfg, paths, err := p.configured()
	if err != nil {
		return nil, err
	}
	db, err := p.openStore(ctx, cfg, paths, writes)
	if err != nil {
		return nil, err
	}
	var via http.RoundTripper
	if p.dryRun {
		var n notSent
		for _, e := range cfg.Environments {
			n.revokeURLs = append(n.revokeURLs, string(e.Endpoints.RevokeURL))
		}
		via = n
	}
	s, err := p.assemble(cfg, paths, db, p.commandVault(cfg), via, false)
	if err != nil {
		_ = db.Close()
		return nil, err
	}
	return s, nil
}

// openStore opens the store. A dry run gets a copy in memory.
func (p *program) openStore(
	ctx context.Context, cfg *config.Config, paths config.Paths, writes bool,
) (*store.Store, error) {
	if !hasStore(paths) && (p.dryRun || !writes) {
		lost, err := store.Lost(paths.State)
		if err != nil {
			return nil, err
		}
		if lost != "" {
			p.warn("%s; %s", lost, store.LostHint)
		}
		return store.OpenMemory(ctx, store.Options{})
	}
	db, err := p.openKept(ctx, cfg, paths, !writes || p.dryRun)
	if err != nil {
		return nil, err
	}
	p.warnKeyMoved(cfg, db)
	if !p.dryRun {
		return db, nil
	}
	defer func() { _ = db.Close() }()
	if db.Key().Kind != "" { // without a key nothing is sealed, and a dry run creates none
		if err := (unlockingKeeper{db, p}).Unlock(ctx, secret.Text{}); err != nil {
			return nil, err
		}
	}
	return dryRunStore(ctx, db)
}

func hasStore(paths config.Paths) bool {
	_, err := os.Stat(filepath.Join(paths.State, "lanyard.db"))
	return !errors.Is(err, os.ErrNotExist)
}

// assemble builds the service on a store. If via is not nil, it carries every request instead of
// the network. attended is set for a console, which has a person, and not for a subcommand.
func (p *program) assemble(
	cfg *config.Config, paths config.Paths, db *store.Store, v console.Vault,
	via http.RoundTripper, attended bool,
) (*openConsole, error) {
	id := make([]byte, 6)
	_, _ = rand.Read(id) // never fails
	var doors console.Callbacks = callbacks{}
	browse := p.browse
	if p.dryRun {
		doors, browse = closedDoors{}, nil
	}
	apps := cfg.Applications
	err := db.View(context.Background(), func(r console.Reader) error {
		stored, err := r.Applications()
		apps = console.Identified(apps, stored)
		return err
	})
	if err != nil {
		return nil, err
	}
	svc, err := console.New(console.Options{
		Clock:         p.clock,
		Keeper:        unlockingKeeper{db, p},
		Vault:         v,
		Connect:       p.connect(via),
		Applications:  apps,
		Environments:  cfg.Environments,
		ConfigPath:    cfg.Path,
		UndoWindow:    cfg.UndoWindow,
		DueBefore:     cfg.DueBefore,
		Keep:          cfg.Keep,
		Attended:      attended,
		Owner:         fmt.Sprintf("%d-%s", os.Getpid(), hex.EncodeToString(id)),
		Callbacks:     doors,
		Browse:        browse,
		Invite:        p.showInvitation,
		SignInCommand: p.signInCommand,
		Wait:          p.wait,
		Supersede:     p.warnSupersede,
		LeaseClock:    host.LeaseClock(),
		Waits:         p.noteWaiting,
		Explain:       explainFault,
		Portal:        p.portal(via),
		Device:        host.DeviceName(),
	})
	if err != nil {
		return nil, err
	}
	return &openConsole{svc: svc, cfg: cfg, paths: paths, store: db}, nil
}

// connect returns a function that makes the client of an environment.
func (p *program) connect(via http.RoundTripper) func(console.Environment) (console.API, error) {
	return func(e console.Environment) (console.API, error) { return p.client(e, via) }
}

// client makes the client of an environment. If via is not nil, it carries every request instead of
// the network.
func (p *program) client(e console.Environment, via http.RoundTripper) (*tokenapi.Client, error) {
	var pem [3][]byte
	for i, f := range []struct{ key, path string }{
		{"ca_file", e.CAFile},
		{"client_cert", e.ClientCert}, {"client_key", cmp.Or(e.ClientKey, e.ClientCert)},
	} {
		if f.path == "" {
			continue
		}
		var err error
		if pem[i], _, err = config.ReadFile(p.ctx, f.path, config.MaxSize); err != nil {
			if p.ctx.Err() != nil {
				return nil, p.ctx.Err()
			}
			return nil, &failure{exit: exitUsage, code: console.CodeConfig, err: err,
				text: fmt.Sprintf("environment %s: %s: %s cannot be read: %v",
					e.Name, f.key, f.path, config.PlainCause(err)),
				hint: "put the file there, or correct " + f.key + " in the configuration"}
		}
	}
	c, err := tokenapi.New(tokenapi.Config{
		Endpoints:          e.Endpoints.Client(),
		Timeout:            e.Timeout,
		CAPEM:              pem[0],
		ClientCertPEM:      pem[1],
		ClientKeyPEM:       secret.New(string(pem[2])),
		Proxies:            p.proxies(e),
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

// proxies returns the choice of an environment's proxy: its own setting, else the environment
// variables.
func (p *program) proxies(e console.Environment) tokenapi.Proxies {
	return tokenapi.Proxies{
		Named:   string(e.Proxy),
		NamedBy: "proxy of environment " + string(e.Name), Getenv: p.getenv,
	}
}

// askingVault fetches secrets as configured. It asks at the terminal for a password or consumer
// secret that is not configured. Its errors have the exit code of the configuration.
type askingVault struct {
	console.Vault
	cfg *config.Config
	ask func(prompt string) (secret.Text, error) // nil: there is no terminal
	// by SecretName, so that each is asked for once
	answers *sync.Map
}

// commandVault returns the vault of a subcommand.
func (p *program) commandVault(cfg *config.Config) console.Vault {
	v := askingVault{Vault: cfg.Vault(p.lookup), cfg: cfg, answers: &sync.Map{}}
	if p.attended() {
		v.ask = p.askSecret
	}
	return v
}

// Secret implements console.Vault.
func (v askingVault) Secret(ctx context.Context, a console.Application,
	kind console.SecretKind) (secret.Text, error) {
	ref := v.cfg.Secrets[config.SecretName{App: a.ConfigID, Kind: kind}]
	known := kind == console.Password || kind == console.ConsumerSecret // a person may know it
	if (ref.IsZero() || ref.Stored) && v.ask != nil && known {
		label := a.Label()
		if kind == console.Password {
			label = a.Username + " at " + label
		}
		name := config.SecretName{App: a.ID, Kind: kind}
		if had, ok := v.answers.Load(name); ok {
			return had.(secret.Text), nil
		}
		t, err := v.ask(config.SecretWords(kind) + string(label) + ": ")
		if err == nil {
			v.answers.Store(name, t)
		}
		return t, err
	}
	t, err := v.Vault.Secret(ctx, a, kind)
	return t, secretFailure(err, string(kind))
}

func secretFailure(err error, key string) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	return &failure{
		exit: exitUsage, code: console.CodeNoSecret, err: err, text: err.Error(),
		hint: "make it available, or change " + key + " in the configuration",
	}
}

// askSecret reads a secret of one line at the terminal, without an echo.
func (p *program) askSecret(prompt string) (secret.Text, error) {
	line, err := p.askLine(prompt)
	if err != nil {
		return secret.Text{}, err
	}
	text, err := secret.Read(line)
	if err != nil {
		return secret.Text{}, &failure{
			exit: exitUsage, code: console.CodeNoSecret,
			text: fmt.Sprintf("what was typed %v", err), err: err,
		}
	}
	return text, nil
}

// askLine reads a line at the terminal as typed, without an echo.
func (p *program) askLine(prompt string) (string, error) {
	line, end := text.Line(prompt), "\n"
	if p.lines { // the console in lines prints whole lines
		line, end = strings.TrimRight(line, ": ")+", which is not shown:\n", ""
	}
	var text []byte
	done, err := p.tty.Hide()
	if err == nil {
		defer done()
		text, err = p.tty.ReadHidden(p.ctx, line)
		_, _ = fmt.Fprint(p.stderr, end)
	}
	if errors.Is(err, context.Canceled) {
		return "", err
	}
	if err != nil {
		return "", &failure{
			exit: exitUsage, code: console.CodeNoSecret, text: "no password was given", err: err,
		}
	}
	return string(text), nil
}
