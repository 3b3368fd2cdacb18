package cli

import (
	"bufio"
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"lanyard/cli/config"
	"lanyard/cli/host"
	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi/secret"
)

// keyVariable is the environment variable for a key where there is neither a person nor a keyring,
// as in CI.
const keyVariable = "LANYARD_KEY"

// storeOptions returns the places where this run looks for the key of a store, and those where a
// new store may keep its key.
func (p *program) storeOptions(cfg *config.Config) store.Options {
	o := store.Options{
		Slots: []store.KeySlot{store.Keyring(p.lookup), store.Environment(keyVariable, p.lookup)},
		First: []string{cfg.StoreKey},
		Tell: func(sentence string) {
			if p.screen {
				p.queued = append(p.queued, sentence)
				return
			}
			p.note("%s", sentence)
		},
	}
	if len(cfg.StoreCommand) > 0 {
		place := "command " + strconv.Quote(filepath.Base(cfg.StoreCommand[0]))
		ref := config.SecretRef{Command: cfg.StoreCommand}
		o.Slots = append(o.Slots,
			store.Command(place, func(ctx context.Context) (secret.Text, error) {
				return ref.Resolve(ctx, p.lookup)
			}))
	}
	if cfg.StoreKey != "auto" {
		o.Want = cfg.StoreKey
	} else {
		o.First = []string{store.InKeyring, store.InFile}
		if _, set := p.lookup(keyVariable); set {
			o.First = []string{store.InEnv} // it was set on purpose: do not make a key file instead
		}
	}
	return o
}

// openKept opens the store on disk, and warns of access by other users that it removed. With lists,
// a read-only store is enough.
func (p *program) openKept(
	ctx context.Context, cfg *config.Config, paths config.Paths, lists bool,
) (*store.Store, error) {
	o := p.storeOptions(cfg)
	o.Lists = lists
	return p.openWith(ctx, paths, o)
}

func (p *program) openWith(
	ctx context.Context, paths config.Paths, o store.Options,
) (*store.Store, error) {
	db, err := store.Open(ctx, paths.State, o)
	if err != nil {
		return nil, err
	}
	for _, what := range db.Tightened() {
		more := ""
		if strings.Contains(what, ".key") {
			more = "; another user may have read the key: lanyard key rotate"
		}
		p.warn("%s was accessible to other users; their access was removed%s", what, more)
	}
	return db, nil
}

// warnKeyMoved warns if the key is kept elsewhere than the configuration says. The store's record
// wins: a key is moved only on request.
func (p *program) warnKeyMoved(cfg *config.Config, db *store.Store) {
	at := db.Key()
	switch _, set := p.lookup(keyVariable); {
	case at.Kind == "":
	case cfg.StoreKey != "auto" && cfg.StoreKey != store.InFile && at.Kind == store.InFile:
		p.warn("the configuration says [store] key = %q, but the key to %s is in a file (%s): "+
			"its secrets are refused until lanyard key set %s moves it, or the configuration "+
			"says \"file\"",
			cfg.StoreKey, db.Path(), at.Place, cfg.StoreKey)
	case cfg.StoreKey != "auto" && at.Kind != cfg.StoreKey:
		p.warn("the configuration says [store] key = %q, but the key to %s is kept elsewhere "+
			"(%s); lanyard key set %s changes that",
			cfg.StoreKey, db.Path(), at.Place, cfg.StoreKey)
	case cfg.StoreKey == "auto" && set && at.Kind == store.InFile:
		p.warn("%s is set, but the key to %s is kept elsewhere (%s); lanyard key set env "+
			"changes that", keyVariable, db.Path(), at.Place)
	}
}

// unlockingKeeper is a store that asks at the terminal for its passphrase.
type unlockingKeeper struct {
	*store.Store
	p *program
}

// passphraseTries is the number of times that a passphrase is asked for.
const passphraseTries = 3

// Unlock unlocks the store, and asks for the passphrase if that is needed and there is a terminal.
// While the screen is open, the screen asks.
func (d unlockingKeeper) Unlock(ctx context.Context, passphrase secret.Text) (err error) {
	chosen := d.Key().Kind == "" && d.p.screen && !passphrase.IsZero()
	err = d.Store.Unlock(ctx, passphrase)
	if short := store.Short(passphrase); err == nil && chosen && short != "" {
		d.p.queued = append(d.p.queued, "the passphrase of "+d.Path()+": "+short)
	}
	if !errors.Is(err, store.ErrLocked) || !d.Key().Asks || !passphrase.IsZero() || !d.p.canAsk() {
		return err
	}
	d.p.asking.Lock() // one question, also if several readers need the answer
	defer d.p.asking.Unlock()
	if d.p.unanswered != nil {
		return d.p.unanswered
	}
	if err = d.Store.Unlock(ctx, secret.Text{}); !errors.Is(err, store.ErrLocked) {
		return err
	}
	if !d.p.screen { // in lines a person may try again
		defer func() { d.p.unanswered = err }()
	}
	if d.Key().Kind == "" {
		if passphrase, err = d.p.choosePassphrase(d.Path()); err != nil {
			return err
		}
		return d.Store.Unlock(ctx, passphrase)
	}
	shown, err := d.p.tty.Hide() // also hides what is typed while a passphrase is checked
	if err != nil {
		return err
	}
	defer shown()
	for range passphraseTries {
		var none error
		if passphrase, none = d.p.askPassphrase("passphrase of " + d.Path() + ": "); none != nil {
			return none
		}
		if passphrase.IsZero() {
			continue
		}
		if err = d.Store.Unlock(ctx, passphrase); !errors.Is(err, store.ErrLocked) {
			return err
		}
		d.p.note("%s", storeErrorText(err))
	}
	return err
}

// storeErrorText returns the sentence of a store's error, without its cause.
func storeErrorText(err error) string {
	if e, ok := errors.AsType[*store.Error](err); ok {
		return e.Text
	}
	return err.Error()
}

var _ console.Keeper = unlockingKeeper{}

// canAsk reports whether a person can be asked at the terminal now.
func (p *program) canAsk() bool {
	_, in := host.TerminalFD(p.stdin)
	_, out := host.TerminalFD(p.stderr)
	return in && out && (!p.screen || p.lines)
}

// askPassphrase reads a passphrase exactly as typed, because older versions normalized it
// differently.
func (p *program) askPassphrase(prompt string) (secret.Text, error) {
	line, err := p.askLine(prompt)
	if errors.Is(err, context.Canceled) {
		return secret.Text{}, err
	}
	if err != nil {
		return secret.Text{}, &failure{
			exit: exitLocked, code: console.CodeStoreLocked,
			text: "no passphrase was given", err: err,
		}
	}
	return secret.New(line), nil
}

// choosePassphrase asks twice for a new passphrase. of names what it will open.
func (p *program) choosePassphrase(of string) (secret.Text, error) {
	p.note("whoever has the passphrase can open the tokens in %s; without it nobody can", of)
	shown, err := p.tty.Hide()
	if err != nil {
		return secret.Text{}, err
	}
	defer shown()
	for range passphraseTries {
		t, err := p.askPassphrase("new passphrase: ")
		if err != nil {
			return t, err
		}
		if err := store.Passable(t); err != nil {
			p.note("%s", storeErrorText(err))
			continue
		}
		if short := store.Short(t); short != "" {
			p.warn("%s", short)
		}
		repeated, err := p.askPassphrase("the same again: ")
		if err != nil {
			return repeated, err
		}
		if t.Equal(repeated) {
			return t, nil
		}
		p.note("the two are not the same")
	}
	return secret.Text{}, misuse("nothing was changed", "no passphrase was chosen")
}

// passphrases reads passphrases from standard input or from a person.
type passphrases struct {
	p     *program
	lines *bufio.Reader // nil: a person is asked
}

// passphrasesFrom returns the source of passphrases: standard input, or the person at the terminal.
func (p *program) passphrasesFrom(stdin bool) passphrases {
	s := passphrases{p: p}
	if stdin {
		s.lines = bufio.NewReader(io.LimitReader(untilDone{p.ctx, p.stdin}, config.MaxSecret))
	}
	return s
}

// line returns the next line of standard input, unchanged.
func (s passphrases) line() (secret.Text, error) {
	text, err := s.lines.ReadString('\n')
	if errors.Is(err, context.Canceled) {
		return secret.Text{}, err
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return secret.Text{}, &failure{
			exit: exitUnexpected, code: console.CodeStdin,
			text: "standard input cannot be read", err: err,
		}
	}
	if text = strings.TrimSuffix(text, "\n"); text == "" || text == "\r" {
		return secret.Text{}, misuse("one line for each passphrase; --help has their order",
			"standard input has no further passphrase")
	}
	return secret.New(text), nil
}

// unlock unlocks a store that has a key.
func (s passphrases) unlock(ctx context.Context, db *store.Store) error {
	if at := db.Key(); s.lines == nil || !at.Asks || !at.Locked {
		err := unlockingKeeper{db, s.p}.Unlock(ctx, secret.Text{})
		if e, ok := errors.AsType[*store.Error](err); ok && errors.Is(err, store.ErrNotTold) {
			withHint := *e
			withHint.Hint = "--secret-stdin reads the passphrase from standard input"
			return &withHint
		}
		return err
	}
	t, err := s.line()
	if err != nil {
		return err
	}
	return db.Unlock(ctx, t)
}

// choose returns a new passphrase. of names what it will open.
func (s passphrases) choose(of string) (secret.Text, error) {
	switch {
	case s.lines != nil:
		t, err := s.line()
		if err == nil {
			err = store.Passable(t)
		}
		if short := store.Short(t); err == nil && short != "" {
			s.p.warn("%s", short)
		}
		return t, err
	case s.p.canAsk():
		return s.p.choosePassphrase(of)
	}
	return secret.Text{}, misuse("--secret-stdin reads it from standard input",
		"there is no terminal to ask for a passphrase at")
}

// printLater prints the notes that were queued while the screen was open.
func (p *program) printLater() {
	for _, sentence := range slices.Compact(p.queued) {
		p.note("%s", sentence)
	}
	p.queued = nil
}
