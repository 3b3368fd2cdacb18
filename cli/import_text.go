package cli

import (
	"cmp"
	"context"
	"errors"
	"io"

	"github.com/spf13/cobra"

	"lanyard/cli/config"
	"lanyard/console"
	"lanyard/console/paste"
)

// textMost is the number of bytes that are read of a text. It is more than paste.Read accepts, so
// that paste.Read reports a text that is too long.
const textMost = 64 << 10

// textOptions are the flags of import curl and import env.
type textOptions struct{ name, env, keyType string }

func (p *program) importTextCommand(use, what string) *cobra.Command {
	var o textOptions
	c := &cobra.Command{
		Use:   use + " FILE|-",
		Short: "Import an application from " + what,
		Long: "Reads " + what + ` from FILE, or from standard input for -, and stores the
application in it, its secret sealed. Nothing in it is run or expanded. What is not
imported is named on standard error.`,
		Args: takes(1, 1),
		RunE: func(c *cobra.Command, args []string) error {
			return p.runImportText(c.Context(), args[0], o)
		},
	}
	f := c.Flags()
	f.StringVar(&o.name, "name", "", "`NAME` of the application; required")
	f.StringVar(&o.env, "env", "",
		"`NAME` of the environment to use or create (default: the one of the token URL, or a new "+
			"one named after its host)")
	f.StringVar(&o.keyType, "key-type", console.KeyProduction,
		"`KEY_TYPE` of the application, a label: PRODUCTION, SANDBOX or empty")
	return p.verbFlags(c)
}

func (p *program) runImportText(ctx context.Context, path string, o textOptions) error {
	switch {
	case o.name == "":
		return misuse("--name NAME", "import: the name of the application is missing")
	case o.keyType != "" && o.keyType != console.KeyProduction && o.keyType != console.KeySandbox:
		// the value may be a secret: do not repeat it
		return misuse("PRODUCTION, SANDBOX or empty", "--key-type: this is no key type")
	}
	var data []byte
	var err error
	if path == "-" {
		data, err = io.ReadAll(io.LimitReader(untilDone{ctx, p.stdin}, textMost))
	} else {
		data, _, err = config.ReadFile(ctx, path, textMost)
	}
	if err != nil {
		return unreadable(ctx, "the text to import", path, err)
	}
	pasted, err := paste.Read(string(data))
	clear(data)
	if err != nil {
		return err
	}
	for _, n := range pasted.Notes {
		p.note("%s", n)
	}
	s, err := p.open(ctx, true)
	if err != nil {
		return err
	}
	defer s.Close()
	b, err := s.svc.Board(ctx)
	if err != nil {
		return err
	}
	d := pasted.Draft
	d.Name, d.KeyType = console.Private(o.name), o.keyType
	d.Environment.Endpoints.RevokeURL = cmp.Or(d.Environment.Endpoints.RevokeURL,
		console.GuessRevokeURL(d.Environment.Endpoints.TokenURL))
	env, note, err := console.ImportEnvironment(b.Environments, d.Environment,
		console.Private(o.env))
	if err != nil {
		return namingEnv(err)
	}
	d.Environment = env
	if note != "" {
		p.note("%s; --env NAME chooses another one", note)
		pasted.Notes = append(pasted.Notes, note)
	}
	a := d.Application
	if a.Secret = console.SecretMissing; !d.Secret.IsZero() || a.Credential() == "" {
		a.Secret = console.SecretAvailable
	}
	if !p.dryRun {
		if a, err = s.svc.Save(ctx, d); err != nil {
			return err
		}
	}
	return p.printImported(ctx, s, []console.Application{a}, pasted.Notes...)
}

// namingEnv adds the flag that names an environment to the hint of an error about one that exists.
func namingEnv(err error) error {
	e, ok := errors.AsType[*console.Error](err)
	if !ok || e.Code != console.CodeExists {
		return err
	}
	told := *e
	told.Hint = "--env NAME chooses another environment, or makes one of a new name"
	return &told
}
