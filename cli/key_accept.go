package cli

import (
	"context"

	"github.com/spf13/cobra"

	"lanyard/console"
	"lanyard/store"
)

func (p *program) acceptCommand() *cobra.Command {
	return &cobra.Command{
		Use: "accept", Short: "Accept a store whose key or database is not the remembered one",
		Long: "The system keyring remembers the key of the store in the state directory. A\n" +
			"store with another key is refused, because somebody else may have put it there.\n" +
			"If it was you, this command shows both key IDs, asks, and remembers the key of\n" +
			"the store.\n\n" +
			"Two more databases are refused, and accepted in the same way. One is older than\n" +
			"an update of lanyard that its key knows of. The other does not say which key it\n" +
			"has, although a key protected it: what is sealed in it is lost.\n\n" +
			"It works at a terminal only.",
		Args: takes(0, 0),
		RunE: func(c *cobra.Command, _ []string) error { return p.runKeyAccept(c.Context()) },
	}
}

func (p *program) runKeyAccept(ctx context.Context) error {
	cfg, paths, err := p.configured()
	if err != nil {
		return err
	}
	if !hasStore(paths) {
		return misuse("", "key accept: nothing is stored in %s", paths.State)
	}
	db, err := p.openKept(ctx, cfg, paths, false)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	info, err := db.KeyInfo(ctx)
	switch {
	case err != nil:
		return err
	case info.Mute != nil:
		return misuse("unlock or start it, then try again",
			"key accept: the system keyring does not answer: %v", info.Mute)
	case info.Stranger && len(info.Remembered) == 0:
		return info.Why // the configuration refuses it: only a person can change that
	case info.SetBack && !info.Stranger:
		return p.acceptOlder(ctx, db, info)
	case !info.Stranger:
		p.note("there is nothing to accept: no other key is remembered for %s", db.Path())
		return nil
	}
	p.note("the key of %s: %s, in the %s", db.Path(), info.ID, info.Place)
	for _, was := range info.Remembered {
		p.note("the key that the system keyring remembers for it: %s, in the %s", was.ID,
			db.PlaceOf(was.Kind))
	}
	const question = "whoever put that store there can read what is sealed with its key from now " +
		"on; is it yours?"
	if err := p.sureOfStore(question); err != nil {
		return err
	}
	if err := db.AcceptKey(ctx, info.ID); err != nil {
		return err
	}
	p.print("the system keyring remembers %s", info.ID)
	return nil
}

// acceptOlder accepts a database from before its rows had MACs, or one without the record of its
// key.
func (p *program) acceptOlder(ctx context.Context, db *store.Store, info store.KeyInfo) error {
	what := "is older than its key"
	if info.ID == "" {
		what = "does not say which key it has"
		p.note("%v", info.Why)
		p.note("without that record these are lost, and removed: the values of all tokens (no " +
			"revoke of them can be sent), the stored consumer secrets and passwords")
	}
	question := "the database " + db.Path() + " " + what +
		": whoever put it there may have changed where it sends credentials. Did you?"
	if err := p.sureOfStore(question); err != nil {
		return err
	}
	if err := db.AcceptOlder(ctx); err != nil {
		return err
	}
	if info.ID == "" {
		p.print("the next command that needs a key makes one for %s", db.Path())
		return nil
	}
	p.print("the next command updates %s to the present schema", db.Path())
	return nil
}

func (p *program) sureOfStore(question string) error {
	return p.askYes(question,
		&failure{
			exit: exitUsage, code: console.CodeNoTerminal,
			text: "key accept: there is no terminal to ask at",
			hint: "nothing was changed: run it at a terminal, and read what it asks",
		},
		"key accept: not confirmed, nothing was changed")
}
