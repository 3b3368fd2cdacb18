package cli

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lanyard/cli/config"
	"lanyard/cli/host"
	"lanyard/store"
	"lanyard/tokenapi/secret"
)

// keyPatience limits the time that a change of the key, or a restore, waits for answers that other
// consoles are about to store.
const keyPatience = 20 * time.Second

// The long help texts of the commands about the key.
const (
	keyStatusHelp = `Shows where the store's key is kept, and whether it can be used now. Asks
for no passphrase and runs no command.`

	keyRotateHelp = `Generates a new key, seals every stored secret with it and deletes the old key.
Open consoles continue to work.

` + keyOldCopies

	keySetHelp = `Keeps the key in one of these places:

  file        a key file beside the database: protects a copied database only
  keyring     the system's keyring (Secret Service, Keychain, Credential Manager)
  passphrase  made from a passphrase of 8 characters or more, asked for in each run
  env         made from LANYARD_KEY, 16 characters or more
  command     made from the output of the command in [store] of the configuration

A new key seals every secret, and the old key is deleted. Open consoles continue
to work.

` + keyOldCopies

	keyOldCopies = `Older copies of the database do not open with the new key. A store that a
restore has kept beside keeps its own key.`
)

func (p *program) keyCommand() *cobra.Command {
	group := &cobra.Command{
		Use:   "key",
		Short: "Show or change where the store's key is kept",
		Args:  noCommand,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	var fromStdin bool
	lines := func(c *cobra.Command) *cobra.Command {
		c.Flags().BoolVar(&fromStdin, "secret-stdin", false,
			"read passphrases from standard input, one on each line: "+
				"first the present one if there is one, then the new one")
		return p.listFlags(c)
	}
	kinds := []string{
		store.InFile, store.InKeyring, store.InPassphrase, store.InEnv, store.InCommand,
	}
	group.AddCommand(
		p.listFlags(&cobra.Command{
			Use: "status", Short: "Show where the key is kept, and where else it could be",
			Long: keyStatusHelp, Args: takes(0, 0),
			RunE: func(c *cobra.Command, _ []string) error { return p.runKeyStatus(c.Context()) },
		}),
		p.acceptCommand(),
		lines(&cobra.Command{
			Use: "rotate", Short: "Replace the key, and seal every secret with the new one",
			Long: keyRotateHelp, Args: takes(0, 0),
			RunE: func(c *cobra.Command, _ []string) error {
				return p.runKeyChange(c.Context(), "", fromStdin)
			},
		}),
		lines(&cobra.Command{
			Use:   "set " + strings.Join(kinds, "|"),
			Short: "Keep the key elsewhere, and seal every secret with a new key",
			Long:  keySetHelp, Args: takes(1, 1), ValidArgs: kinds,
			RunE: func(c *cobra.Command, args []string) error {
				for _, k := range kinds {
					if k == args[0] {
						return p.runKeyChange(c.Context(), k, fromStdin)
					}
				}
				return misuse("one of "+strings.Join(kinds, ", "),
					"key set: there is no place %q for a key", args[0])
			},
		}),
	)
	return group
}

// keyJSON is the result of key status, rotate and set with --json.
type keyJSON struct {
	Kind   *string  `json:"kind"` // null: there is no key yet
	Place  string   `json:"place"`
	Locked bool     `json:"locked"`
	Asks   bool     `json:"asks"`
	Why    *string  `json:"why"`
	Epoch  *int64   `json:"epoch"`
	MadeAt stamp    `json:"made_at"`
	Left   []string `json:"left_behind"`
	ID     *string  `json:"id"`
	// "keyring" or "configuration"; null: only the state directory knows the key
	Pinned *string        `json:"pinned"`
	Known  []string       `json:"remembered"` // the key ids that the keyring has for this store
	Mute   *string        `json:"unanswered"` // error of a keyring that does not answer
	Others []otherKeyJSON `json:"others"`
}

type otherKeyJSON struct {
	Kind  string `json:"kind"`
	Ready bool   `json:"ready"`
	Needs string `json:"needs"`
}

// keyNow describes the key of a store. A nil db means that there is no store yet.
func (p *program) keyNow(
	ctx context.Context, cfg *config.Config, db *store.Store,
) (keyJSON, error) {
	out := keyJSON{
		Place: "no key yet", Left: []string{}, Known: []string{}, Others: []otherKeyJSON{},
	}
	if db != nil {
		tried := db.TryKey(ctx)
		if tried != nil && !errors.Is(tried, store.ErrLocked) {
			return out, tried
		}
		info, err := db.KeyInfo(ctx)
		if err != nil {
			return out, err
		}
		if tried != nil && !info.Stranger && !info.SetBack {
			info.Why = tried
		}
		out.Kind, out.Place = known(info.Kind), info.Place
		out.Locked, out.Asks = info.Locked, info.Asks
		out.Epoch, out.MadeAt = known(info.Epoch), stamp(info.Made)
		out.Left = append(out.Left, info.Left...)
		out.ID, out.Pinned = known(info.ID), known(info.Pinned)
		for _, pin := range info.Remembered {
			out.Known = append(out.Known, pin.ID)
		}
		if info.Mute != nil {
			out.Mute = known(info.Mute.Error())
		}
		if info.Kind == "" {
			out.Epoch = nil
		}
		if info.Why != nil && (info.Kind != "" || info.SetBack) {
			out.Why = known(explain(info.Why).Message)
		}
	}
	noVariable := map[bool]string{true: keyVariable + " is not set"}
	noCommand := map[bool]string{true: "the configuration names no command in [store]"}
	for _, o := range []otherKeyJSON{
		{Kind: store.InFile},
		{Kind: store.InKeyring, Needs: needs(store.KeyringReachable(p.lookup))},
		{Kind: store.InPassphrase},
		{Kind: store.InEnv, Needs: noVariable[p.getenv(keyVariable) == ""]},
		{Kind: store.InCommand, Needs: noCommand[len(cfg.StoreCommand) == 0]},
	} {
		if o.Ready = o.Needs == ""; out.Kind == nil || o.Kind != *out.Kind {
			out.Others = append(out.Others, o)
		}
	}
	return out, nil
}

func needs(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func (p *program) runKeyStatus(ctx context.Context) error {
	cfg, paths, err := p.configured()
	if err != nil {
		return err
	}
	var db *store.Store
	if hasStore(paths) {
		if db, err = p.openKept(ctx, cfg, paths, true); err != nil {
			return err
		}
		defer func() { _ = db.Close() }()
		p.warnKeyMoved(cfg, db)
	}
	now, err := p.keyNow(ctx, cfg, db)
	if err != nil {
		return err
	}
	return p.printKey(now)
}

func (p *program) printKey(now keyJSON) error {
	if p.json {
		return p.printJSON(now)
	}
	switch {
	case now.Kind != nil:
		p.print("key    %s (%s)", now.Place, *now.Kind)
	case now.Why != nil:
		p.print("key    not known")
	default:
		p.print("key    none yet; the first token that is stored makes one")
	}
	switch {
	case now.Why != nil:
		p.print("state  locked: %s", *now.Why)
	case now.Locked && now.Kind != nil:
		p.print("state  locked")
	case now.Kind != nil:
		p.print("state  open")
	}
	if now.Epoch != nil {
		since := ""
		if t := time.Time(now.MadeAt); !t.IsZero() {
			since = ", made " + t.Local().Format("2006-01-02 15:04")
		}
		p.print("epoch  %d%s", *now.Epoch, since)
	}
	if now.ID != nil {
		p.print("id     %s, %s", *now.ID, now.pinWords())
	}
	for _, l := range now.Left {
		p.print("left   an old key in the %s, to be removed when it answers", l)
	}
	for _, o := range now.Others {
		needs := "ready"
		if o.Needs != "" {
			needs = o.Needs
		}
		p.print("other  %-10s  %s", o.Kind, needs)
	}
	return nil
}

// pinWords describes what outside of the state directory remembers the key.
func (k keyJSON) pinWords() string {
	switch {
	case k.Pinned != nil && *k.Pinned == store.InKeyring:
		return "which the system keyring remembers"
	case k.Mute != nil:
		return "not compared: the system keyring does not answer (" + *k.Mute + ")"
	case k.Kind != nil && *k.Kind == store.InKeyring && k.Locked && len(k.Known) == 0:
		return "not compared: the system keyring cannot be asked"
	case len(k.Known) > 0:
		return "and the system keyring remembers another one: " + strings.Join(k.Known, ", ")
	case k.Pinned != nil:
		return "and the configuration says in which place it is"
	}
	return "remembered nowhere else: whoever can write the state directory can replace the store"
}

// configured returns the configuration and its paths.
func (p *program) configured() (*config.Config, config.Paths, error) {
	paths, err := p.paths()
	if err != nil {
		return nil, paths, err
	}
	if p.cfg != nil { // it may be a pipe, and its warnings are printed once
		return p.cfg, paths, nil
	}
	cfg, err := paths.Load(p.ctx)
	if err != nil {
		return nil, paths, err
	}
	for _, w := range cfg.Warnings {
		p.warn("%s", w)
	}
	p.cfg = cfg
	return cfg, paths, nil
}

// runKeyChange replaces the key, and keeps the new one in a place of kind to; "" means the present
// place.
func (p *program) runKeyChange(ctx context.Context, to string, fromStdin bool) error {
	cfg, paths, err := p.configured()
	if err != nil {
		return err
	}
	if to == store.InCommand && len(cfg.StoreCommand) == 0 {
		return misuse(`first set [store] key = "command" and command = ["pass", "show", "lanyard"]`,
			"key set command: the configuration names no command")
	}
	o := p.storeOptions(cfg)
	if to == o.Want {
		o.Want = "" // else the store is refused until its key is where the configuration wants it
	}
	db, err := p.openWith(ctx, paths, o)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	from := p.passphrasesFrom(fromStdin)
	fresh := to == store.InPassphrase
	if at := db.Key(); at.Kind != "" {
		if err := from.unlock(ctx, db); err != nil {
			return err
		}
	} else if to == "" {
		fresh = at.Asks
	}
	var text secret.Text
	if fresh {
		if text, err = from.choose(db.Path()); err != nil {
			return err
		}
	}
	err = db.Rotate(ctx, store.Rotation{
		To: to, Passphrase: text, Now: p.clock, LeaseNow: p.leaseClock(),
		Patience: keyPatience, Waiting: p.noteWaitingForAnswers,
	})
	if err != nil {
		return err
	}
	now, err := p.keyNow(ctx, cfg, db)
	if err != nil {
		return err
	}
	if p.json {
		return p.printJSON(now)
	}
	p.print("every secret is sealed with a new key, number %s; it is kept in: %s",
		strconv.FormatInt(*now.Epoch, 10), now.Place)
	if to == store.InEnv {
		p.note("keep %s as it is wherever lanyard is to open this store", keyVariable)
	}
	if left := db.Openable(); len(left) > 0 {
		p.warn("older copies of the store can still be opened with files beside it: %s in %s; "+
			"remove them when you do not need the copies any more",
			strings.Join(left, ", "), paths.State)
	}
	p.warnKeyMoved(cfg, db)
	return nil
}

func (p *program) noteWaitingForAnswers() {
	p.note("another lanyard waits for an answer, which must be stored first; waiting up to %s",
		keyPatience)
}

// leaseClock returns the clock of leases: the machine's, or the wall clock if the machine has none.
func (p *program) leaseClock() func() time.Time {
	if c := host.LeaseClock(); c != nil {
		return c
	}
	return p.clock
}
