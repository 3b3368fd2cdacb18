package cli

import (
	"context"
	"io"
	"strings"
	"time"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi/secret"
)

// backupWork is the work factor of scrypt for the passphrase of a backup: about a second for each guess, as age itself does it.
const backupWork = 18

// backupJSON is `backup --json`.
type backupJSON struct {
	File         string `json:"file"`
	Applications int    `json:"applications"`
	Tokens       int    `json:"tokens"`
	Recipients   int    `json:"recipients"` // 0: a passphrase
}

// backupFlags are whom a backup is for.
type backupFlags struct {
	recipients []string
	file       string // of recipients
	stdin      bool
}

func (p *program) backupCommand() *cobra.Command {
	var f backupFlags
	c := &cobra.Command{
		Use:   "backup FILE",
		Short: "Write everything that is stored to an encrypted file",
		Long: "Writes applications, tokens with their secrets, open marks, the log and the choices made in the console to an age file,\n" +
			"for a passphrase that is asked for twice, or for recipients. FILE must not exist; - is standard output.\n\n" +
			"lanyard restore FILE brings it back. Without lanyard: age -d FILE | tar x -C DIR gives a state directory, if DIR is empty.\n" +
			"Before it gets its name it is read back and decrypted; that you have the identities of the recipients it takes is for you to check.",
		Args: takes(1, 1),
		RunE: func(c *cobra.Command, args []string) error { return p.runBackup(c.Context(), args[0], f) },
	}
	c.Flags().StringArrayVar(&f.recipients, "recipient", nil, "whom it is for: an age public `key` (age1…), repeatable")
	c.Flags().StringVar(&f.file, "recipients-file", "", "whom it is for: a `file` with one public key on each line")
	c.Flags().BoolVar(&f.stdin, "secret-stdin", false,
		"read passphrases from standard input, one line each: that of the store if it is locked with one, then that of the backup unless it is for recipients")
	return p.listFlags(c)
}

func (p *program) runBackup(ctx context.Context, path string, f backupFlags) error {
	to, err := f.parse(p.ctx)
	if err != nil {
		return err
	}
	if err := p.placeFor(path); err != nil {
		return err
	}
	cfg, paths, err := p.configured()
	if err != nil {
		return err
	}
	if !hasStore(paths) {
		return misuse("", "backup: nothing is stored in %s", paths.State)
	}
	kept, err := p.openKept(ctx, cfg, paths, true)
	if err != nil {
		return err
	}
	defer func() { _ = kept.Close() }()
	if len(to) > 0 && f.stdin && !kept.Key().Asks {
		return misuse("leave out one of the two", "backup: recipients and a passphrase exclude each other")
	}
	asks := p.passphrasesFrom(f.stdin)
	if err := asks.present(ctx, kept); err != nil {
		return err
	}
	done := backupJSON{File: path, Recipients: len(to)}
	if len(to) == 0 {
		phrase, err := asks.fresh("the backup " + path)
		if err != nil {
			return err
		}
		if to, err = forPassphrase(phrase); err != nil {
			return err
		}
	}
	if err := kept.View(ctx, func(r console.Reader) error {
		apps, err := r.Applications()
		if err != nil {
			return err
		}
		tokens, err := r.Tokens()
		done.Applications, done.Tokens = len(apps), len(tokens)
		return err
	}); err != nil {
		return err
	}
	if path == "-" {
		return kept.Backup(ctx, p.stdout, to...)
	}
	if err := kept.BackupTo(ctx, path, to...); err != nil {
		return err
	}
	if p.json {
		return p.printJSON(done)
	}
	p.print("backed up %s and %s to %s", counted(done.Applications, "application"), counted(done.Tokens, "token"), path)
	return nil
}

// placeFor refuses a place for a backup before anybody is asked for anything.
func (p *program) placeFor(path string) error {
	if path != "-" {
		return store.Vacant(path)
	}
	switch _, shown := terminal(p.stdout); {
	case shown:
		return misuse("lanyard backup - > FILE", "backup: standard output is a terminal")
	case p.json:
		return misuse("", "backup: --json goes to standard output, and so does -")
	}
	return nil
}

// parse reads whom a backup is for; nobody is a passphrase.
func (f backupFlags) parse(ctx context.Context) ([]age.Recipient, error) {
	var to []age.Recipient
	for _, r := range f.recipients {
		got, err := recipients(r)
		if err != nil {
			if strings.HasPrefix(strings.ToUpper(strings.TrimSpace(r)), "AGE-SECRET-KEY") { // which is not said again
				return nil, misuse("a recipient is the public key that belongs to it (age1…). Other users could read the command line: make a new pair",
					"backup: that is an identity, which is a secret, and no recipient")
			}
			return nil, misuse("a public key begins with age1; age-keygen makes one with its identity", "backup: %q is no age recipient", r)
		}
		to = append(to, got...)
	}
	if f.file != "" {
		text, _, err := readFile(ctx, f.file, secretMost)
		if err != nil {
			return nil, unreadable(ctx, "backup: the recipients", f.file, err)
		}
		got, err := recipients(string(text))
		if err != nil || len(got) == 0 {
			return nil, misuse("one public key (age1…) on each line", "backup: %s holds something else than age recipients", f.file)
		}
		to = append(to, got...)
	}
	if err := canSeal(to); err != nil {
		return nil, misuse("a file for both would be as weak as the weaker ones: leave out one kind", "backup: recipients that withstand quantum computers (age1pq1…) and others exclude each other")
	}
	return to, nil
}

// canSeal tries whether a file can be made for all of these.
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
}

// restoreFlags say how a backup is opened, and whether it may take a store's place.
type restoreFlags struct {
	identities     []string // files
	stdin, replace bool
}

func (p *program) restoreCommand() *cobra.Command {
	var f restoreFlags
	c := &cobra.Command{
		Use:   "restore FILE",
		Short: "Bring back what was written by backup",
		Long: "Checks a backup to its end, every secret in it too, and then makes it the store. FILE - is standard input.\n" +
			"A store that is there is left alone; with --replace it is kept beside as lanyard.db.before-… with its key.\n" +
			"No other console may be open. Tokens that were renewed or revoked since the backup are in it as they were then.",
		Args: takes(1, 1),
		RunE: func(c *cobra.Command, args []string) error { return p.runRestore(c.Context(), args[0], f) },
	}
	c.Flags().StringArrayVar(&f.identities, "identity", nil, "a `file` with the age identity of a recipient, repeatable")
	c.Flags().BoolVar(&f.stdin, "secret-stdin", false,
		"read passphrases from standard input, one line each: that of the backup unless an identity opens it, then a new one of the store if its key is (or was) a passphrase")
	c.Flags().BoolVar(&f.replace, "replace", false, "replace the store that is there, and keep it beside")
	return p.listFlags(c)
}

func (p *program) runRestore(ctx context.Context, path string, f restoreFlags) error {
	cfg, paths, err := p.configured()
	if err != nil {
		return err
	}
	if !f.replace {
		if err := store.Occupied(paths.State); err != nil {
			return err
		}
	}
	if path == "-" && f.stdin {
		return misuse("name the file", "restore: the backup and the passphrase cannot both come from standard input")
	}
	in, done, err := p.backupFrom(path)
	if err != nil {
		return err
	}
	defer done()
	asks := p.passphrasesFrom(f.stdin)
	who, err := f.opener(ctx, in, asks)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return err
	}
	r := store.Restoring{Options: p.storeOptions(cfg), Replace: f.replace}
	was, before := p.replaced(ctx, paths, r.Options)
	if was != "" && cfg.StoreKey == "auto" {
		r.First = []string{was} // as well kept as what is replaced
	}
	if r.First[0] == store.InPassphrase {
		if r.Passphrase, err = asks.fresh("the restored store"); err != nil {
			return err
		}
	}
	got, err := store.Restore(ctx, paths.State, in, who, r)
	if err != nil {
		return err
	}
	_, after := p.replaced(ctx, paths, r.Options)
	for _, text := range turnedBack(before, after, p.clock()) {
		p.warn("%s", text)
	}
	if p.json {
		return p.printJSON(restoreJSON{State: paths.State, Applications: got.Applications, Tokens: got.Tokens, Kept: append([]string{}, got.Kept...)})
	}
	p.print("restored %s and %s to %s", counted(got.Applications, "application"), counted(got.Tokens, "token"), paths.State)
	for _, k := range got.Kept {
		p.note("what was there is kept: %s", k)
	}
	return nil
}

// replaced says what kind of slot a store that is there has, and gives its tokens; nothing where there is none, or none
// that can be opened.
func (p *program) replaced(ctx context.Context, paths Paths, o store.Options) (kind string, tokens []console.Token) {
	if !hasStore(paths) {
		return "", nil
	}
	kept, err := store.Open(ctx, paths.State, o)
	if err != nil {
		return "", nil // what is damaged is replaced all the same
	}
	defer func() { _ = kept.Close() }()
	_ = kept.View(ctx, func(r console.Reader) (err error) {
		tokens, err = r.Tokens()
		return err
	})
	return kept.Key().Kind, tokens
}

// turnedBack says what a restored store knows less of than the one it has replaced: a backup is as old as it is.
func turnedBack(before, after []console.Token, now time.Time) (out []string) {
	held := map[string]console.Token{}
	for _, t := range after {
		held[t.ID] = t
	}
	var again, missing []string
	for _, t := range before {
		kept, ok := held[t.ID]
		ended := !t.AcceptedAt.IsZero() || !t.ReplacedAt.IsZero()
		switch alive := t.ExpiresAt.IsZero() || t.ExpiresAt.After(now); {
		case !alive:
		case !ok && !ended:
			missing = append(missing, t.Fingerprint)
		case ok && ended && kept.AcceptedAt.IsZero() && kept.ReplacedAt.IsZero():
			again = append(again, t.Fingerprint)
		}
	}
	if len(again) > 0 {
		out = append(out, "revoked or replaced since the backup, and listed as alive again: "+strings.Join(again, ", ")+"; lanyard probe tells what the gateway thinks, lanyard revoke ends one")
	}
	if len(missing) > 0 {
		out = append(out, "got since the backup, and only in the store that was kept: "+strings.Join(missing, ", "))
	}
	return out
}

// passphraseOf asks for the passphrase that a backup was made with.
func (s passphrases) passphraseOf() (secret.Text, error) {
	switch {
	case s.lines != nil:
		return s.line()
	case s.p.somebody():
		return s.p.askPassphrase("passphrase of the backup: ")
	}
	return secret.Text{}, &failure{exit: exitLocked, code: "store_backup_locked", text: "there is no terminal to ask for the backup's passphrase at",
		hint: "--secret-stdin reads it from standard input"}
}
