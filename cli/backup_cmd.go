package cli

import (
	"context"
	"io"
	"slices"
	"strings"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"lanyard/cli/config"
	"lanyard/cli/host"
	"lanyard/console"
	"lanyard/store"
	"lanyard/text"
	"lanyard/tokenapi/secret"
)

// backupWork is the scrypt work factor for the passphrase of a backup, as in age: about a second
// for each guess.
const backupWork = 18

// backupJSON is `backup --json`.
type backupJSON struct {
	File         string `json:"file"`
	Applications int    `json:"applications"`
	Tokens       int    `json:"tokens"`
	Recipients   int    `json:"recipients"` // 0: a passphrase
}

// backupFlags are the flags that choose the recipients of a backup.
type backupFlags struct {
	recipients []string
	file       string // file of recipients
	stdin      bool
}

func (p *program) backupCommand() *cobra.Command {
	var f backupFlags
	c := &cobra.Command{
		Use:   "backup FILE",
		Short: "Back up the store to an encrypted file",
		Long: "Writes applications, tokens with their secrets, open marks, the log and the\n" +
			"settings of the console to an age file. The file is encrypted with a passphrase,\n" +
			"which is asked for twice, or for recipients. FILE must not exist; - is standard\n" +
			"output.\n\n" +
			"The file is read back and decrypted before it gets its name. Check yourself that\n" +
			"you have the identities of its recipients.\n\n" +
			"lanyard restore FILE restores it. Without lanyard, age -d FILE | tar x -C DIR\n" +
			"makes a state directory of an empty DIR.",
		Args: takes(1, 1),
		RunE: func(c *cobra.Command, args []string) error {
			return p.runBackup(c.Context(), args[0], f)
		},
	}
	c.Flags().StringArrayVar(&f.recipients, "recipient", nil,
		"encrypt for this age public `key` (age1…); may be repeated")
	c.Flags().StringVar(&f.file, "recipients-file", "",
		"encrypt for the public keys in this `file`, one on each line")
	c.Flags().BoolVar(&f.stdin, "secret-stdin", false,
		"read passphrases from standard input, one on each line: first the store's if one locks "+
			"it, then the backup's unless it is for recipients")
	return p.listFlags(c)
}

func (p *program) runBackup(ctx context.Context, path string, f backupFlags) error {
	to, err := f.parse(p.ctx)
	if err != nil {
		return err
	}
	if err := p.checkTarget(path); err != nil {
		return err
	}
	cfg, paths, err := p.configured()
	if err != nil {
		return err
	}
	if !hasStore(paths) {
		if _, err := store.Lost(paths.State); err != nil {
			return err
		}
		return misuse("", "backup: nothing is stored in %s", paths.State)
	}
	db, err := p.openKept(ctx, cfg, paths, true)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	if len(to) > 0 && f.stdin && !db.Key().Asks {
		return misuse("leave out one of the two",
			"backup: recipients and a passphrase exclude each other")
	}
	phrases := p.passphrasesFrom(f.stdin)
	if err := phrases.unlock(ctx, db); err != nil {
		return err
	}
	done := backupJSON{File: path, Recipients: len(to)}
	if len(to) == 0 {
		phrase, err := phrases.choose("the backup " + path)
		if err != nil {
			return err
		}
		if to, err = passphraseRecipients(phrase); err != nil {
			return err
		}
	}
	if err := p.countBackup(ctx, db, &done); err != nil {
		return err
	}
	if path == "-" {
		return db.Backup(ctx, p.stdout, to...)
	}
	if err := db.BackupTo(ctx, path, to...); err != nil {
		return err
	}
	if p.json {
		return p.printJSON(done)
	}
	p.print("backed up %s and %s to %s", text.Count(done.Applications, "application"),
		text.Count(done.Tokens, "token"), path)
	return nil
}

// countBackup counts what a backup will hold, and warns of altered rows in it.
func (p *program) countBackup(ctx context.Context, db *store.Store, done *backupJSON) error {
	return db.View(ctx, func(r console.Reader) error {
		apps, err := r.Applications()
		if err != nil {
			return err
		}
		tokens, err := r.Tokens()
		if err != nil {
			return err
		}
		done.Applications, done.Tokens = len(apps), len(tokens)
		unopened, err := r.Unopened()
		if all := slices.Concat(r.Altered(), unopened); len(all) > 0 {
			p.warn("altered outside of lanyard, and backed up as it is: %s; this store refuses "+
				"it, and a restored one does too", alteredNames(all))
		}
		return err
	})
}

// checkTarget refuses a target that cannot be written, before the person is asked for a passphrase.
func (p *program) checkTarget(path string) error {
	if path != "-" {
		return store.Vacant(path)
	}
	switch _, shown := host.TerminalFD(p.stdout); {
	case shown:
		return misuse("lanyard backup - > FILE", "backup: standard output is a terminal")
	case p.json:
		return misuse("", "backup: --json goes to standard output, and so does -")
	}
	return nil
}

// parse returns the recipients of the flags. No recipient means that the backup is for a
// passphrase.
func (f backupFlags) parse(ctx context.Context) ([]age.Recipient, error) {
	var to []age.Recipient
	for _, r := range f.recipients {
		got, err := parseRecipients(r)
		if err != nil {
			// The identity is a secret: the message must not repeat it.
			if strings.HasPrefix(strings.ToUpper(strings.TrimSpace(r)), "AGE-SECRET-KEY") {
				return nil, misuse(
					"a recipient is the public key that belongs to it (age1…). Other users "+
						"could read the command line: make a new pair",
					"backup: that is an identity, which is a secret, and no recipient")
			}
			return nil, misuse(
				"a public key begins with age1; age-keygen makes one with its identity",
				"backup: %q is no age recipient", r)
		}
		to = append(to, got...)
	}
	if f.file != "" {
		text, _, err := config.ReadFile(ctx, f.file, config.MaxSecret)
		if err != nil {
			return nil, unreadable(ctx, "backup: the recipients", f.file, err)
		}
		got, err := parseRecipients(string(text))
		if err != nil || len(got) == 0 {
			return nil, misuse("one public key (age1…) on each line",
				"backup: %s holds something else than age recipients", f.file)
		}
		to = append(to, got...)
	}
	if err := canSeal(to); err != nil {
		return nil, misuse(
			"a file for both would be as weak as the weaker ones: leave out one kind",
			"backup: recipients that withstand quantum computers (age1pq1…) and others exclude "+
				"each other")
	}
	return to, nil
}

// canSeal returns an error if age cannot encrypt one file for all of these recipients.
func canSeal(to []age.Recipient) error {
	if len(to) == 0 {
		return nil
	}
	w, err := age.Encrypt(io.Discard, to...)
	if err != nil {
		return err
	}
	return w.Close()
}

// restoreJSON is `restore --json`.
type restoreJSON struct {
	State        string   `json:"state"`
	Applications int      `json:"applications"`
	Tokens       int      `json:"tokens"`
	Kept         []string `json:"kept"`
	Signed       *bool    `json:"signed"` // by the current store; null: it could not be checked
	// that neither the current store nor the configuration names
	Hosts []string `json:"hosts"`
}

// restoreFlags are the flags of restore.
type restoreFlags struct {
	identities     []string // names of identity files
	hosts          []string // hosts that the person has accepted
	stdin, replace bool
}

func (p *program) restoreCommand() *cobra.Command {
	var f restoreFlags
	c := &cobra.Command{
		Use:   "restore FILE",
		Short: "Restore the store from a backup",
		Long: "Checks a backup to its end, with every secret in it, and then makes it the\n" +
			"store. FILE - is standard input.\n\n" +
			"An existing store is replaced only with --replace. It is then kept beside the\n" +
			"new one as lanyard.db.before-…, with its key. Open consoles show the restored\n" +
			"store from then on, and say so. Answers on their way to them are stored first.\n" +
			"Tokens that were renewed or revoked after the backup return to the state that\n" +
			"they have in it.\n\n" +
			"Anybody who knows a recipient can make a backup for it. Restore therefore asks\n" +
			"before applications may send credentials to hosts that neither this store nor\n" +
			"the configuration names. Only --host answers that in advance. Restore also says\n" +
			"whether this store signed the backup.",
		Args: takes(1, 1),
		RunE: func(c *cobra.Command, args []string) error {
			return p.runRestore(c.Context(), args[0], f)
		},
	}
	c.Flags().StringArrayVar(&f.identities, "identity", nil,
		"decrypt with the age identities in this `file`; may be repeated")
	c.Flags().BoolVar(&f.stdin, "secret-stdin", false,
		"read passphrases from standard input, one on each line: first the backup's unless an "+
			"identity opens it, then a new one for the store if its key is or was a passphrase")
	c.Flags().StringArrayVar(&f.hosts, "host", nil,
		"let restored applications send credentials to this `host`, as the question names it; "+
			"may be repeated")
	c.Flags().BoolVar(&f.replace, "replace", false,
		"replace the existing store, and keep it beside the new one")
	return p.listFlags(c)
}

func (p *program) runRestore(ctx context.Context, path string, f restoreFlags) error {
	cfg, paths, err := p.configured()
	if err != nil {
		return err
	}
	if path == "-" && f.stdin {
		return misuse("name the file",
			"restore: the backup and the passphrase cannot both come from standard input")
	}
	in, done, err := p.openBackup(path)
	if err != nil {
		return err
	}
	defer done()
	if !f.replace {
		if err := store.Occupied(paths.State); err != nil {
			return err
		}
	}
	phrases := p.passphrasesFrom(f.stdin)
	ids, err := f.openingIdentities(ctx, in, phrases)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return err
	}
	r := store.Restoring{
		Options: p.storeOptions(cfg), Replace: f.replace,
		LeaseNow: p.leaseClock(), Patience: keyPatience, Waiting: p.noteWaitingForAnswers,
	}
	current := p.readCurrentStore(ctx, paths, r.Options)
	if current.kind != "" && cfg.StoreKey == "auto" {
		r.First = []string{current.kind} // keep the key where the current store has it
	}
	if r.First[0] == store.InPassphrase {
		if r.Passphrase, err = phrases.choose("the restored store"); err != nil {
			return err
		}
	}
	out := restoreJSON{State: paths.State, Hosts: []string{}}
	r.Signer = current.signer
	r.Review = func(v store.Review) error {
		out.reviewed(v, slices.Concat(cfg.Applications, current.apps))
		return p.confirmHosts(v, current, out.Hosts, f.hosts)
	}
	got, err := store.Restore(ctx, paths.State, in, ids, r)
	if err != nil {
		return err
	}
	restored := p.readCurrentStore(ctx, paths, r.Options)
	lost := console.RevertedTokens(current.tokens, restored.tokens, p.clock())
	for _, text := range revertedWarnings(lost) {
		p.warn("%s", text)
	}
	out.Applications, out.Tokens = got.Applications, got.Tokens
	out.Kept = append([]string{}, got.Kept...)
	return p.printRestored(out)
}

// reviewed sets the signature of the backup, and its hosts that are not among the hosts of known.
func (out *restoreJSON) reviewed(v store.Review, known []console.Application) {
	out.Hosts = append(out.Hosts, console.NewDestinations(v.Applications, known)...)
	if v.Signature != store.Unchecked {
		signed := v.Signature == store.Signed
		out.Signed = &signed
	}
}

func (p *program) printRestored(out restoreJSON) error {
	if p.json {
		return p.printJSON(out)
	}
	p.print("restored %s and %s to %s", text.Count(out.Applications, "application"),
		text.Count(out.Tokens, "token"), out.State)
	for _, k := range out.Kept {
		p.note("the replaced store is kept: %s", k)
	}
	return nil
}

// confirmHosts prints whether the backup is signed. If it would send credentials to hosts that are
// neither known here nor allowed by --host, it asks the person.
func (p *program) confirmHosts(v store.Review, current currentStore,
	hosts, allowed []string) error {
	signed := map[store.Signature]string{
		store.Signed:   "the backup is signed by the store here",
		store.Unsigned: "the backup is not signed by the store here",
		store.Unchecked: "whether the backup is signed by the store here cannot be told: " +
			current.noSigner,
	}[v.Signature]
	p.note("%s", signed)
	if v.Altered > 0 {
		p.warn("%s in the backup were altered outside of lanyard, and stay refused",
			text.Count(v.Altered, "row"))
	}
	places := "it sends credentials to " + strings.Join(hosts, ", ")
	if len(hosts) > 0 && !current.there {
		p.note("%s", places)
	}
	left := slices.DeleteFunc(slices.Clone(hosts),
		func(h string) bool { return slices.Contains(allowed, h) })
	if len(left) == 0 || !current.there {
		return nil
	}
	places = "it would send credentials to places that neither the store here nor the " +
		"configuration names: " + strings.Join(left, ", ")
	var flags []string
	for _, h := range left {
		flags = append(flags, "--host "+shellQuote(h))
	}
	return p.askYes(places+"\nrestore it?",
		&failure{
			exit: exitUsage, code: console.CodeNeedsHost,
			text: "restore: " + places + "; nothing was changed",
			hint: "if you know them, answer at a terminal, or give " + strings.Join(flags, " "),
		},
		"restore: not confirmed, nothing was changed")
}

// currentStore is the store that a restore replaces.
type currentStore struct {
	there    bool
	kind     string // kind of the key slot
	tokens   []console.Token
	apps     []console.Application // applications whose MAC verifies
	signer   *store.Signer
	noSigner string // reason why there is no signer
}

// readCurrentStore reads the store that a restore is about to replace. It never asks for the key. A
// store that cannot be opened is no error, because a damaged store may be replaced.
func (p *program) readCurrentStore(ctx context.Context, paths config.Paths,
	o store.Options) currentStore {
	if !hasStore(paths) {
		return currentStore{noSigner: "there is none"}
	}
	current := currentStore{there: true, noSigner: "it cannot be opened"}
	db, err := store.Open(ctx, paths.State, o)
	if err != nil {
		return current
	}
	defer func() { _ = db.Close() }()
	if !db.Key().Asks && db.Key().Kind != "" {
		_ = db.Unlock(ctx, secret.Text{})
	}
	current.kind, current.noSigner = db.Key().Kind, "it has signed nothing yet"
	locked := db.Key().Locked
	_ = db.View(ctx, func(r console.Reader) (err error) {
		if current.tokens, err = r.Tokens(); err == nil && !locked {
			current.apps, err = r.Applications()
		}
		return err
	})
	if locked {
		current.noSigner = "it is locked"
	} else {
		current.signer, _ = db.Signer(ctx)
	}
	return current
}

// revertedWarnings returns warnings about changes that the restored store lost, because the backup
// is older.
func revertedWarnings(r console.Reverted) (out []string) {
	if len(r.Alive) > 0 {
		out = append(out, "revoked or replaced since the backup, and listed as alive again: "+
			strings.Join(fingerprints(r.Alive), ", ")+
			"; lanyard probe tells what the gateway thinks, lanyard revoke ends one")
	}
	if len(r.Missing) > 0 {
		out = append(out, "got since the backup, and only in the store that was kept: "+
			strings.Join(fingerprints(r.Missing), ", "))
	}
	return out
}

// ofBackup asks for the passphrase that a backup was made with.
func (s passphrases) ofBackup() (secret.Text, error) {
	switch {
	case s.lines != nil:
		return s.line()
	case s.p.canAsk():
		return s.p.askPassphrase("passphrase of the backup: ")
	}
	return secret.Text{}, &failure{
		exit: exitLocked, code: console.CodeStoreBackupLocked,
		text: "there is no terminal to ask for the backup's passphrase at",
		hint: "--secret-stdin reads it from standard input",
	}
}
