package cli

import (
	"github.com/spf13/cobra"

	"lanyard/cli/config"
	"lanyard/cli/host"
	"lanyard/console"
	"lanyard/tokenapi/secret"
)

func (p *program) setSecretCommand() *cobra.Command {
	var fromStdin bool
	c := &cobra.Command{
		Use:   "set-secret APP",
		Short: "Store the secret of an application, sealed",
		Long: "Stores the consumer secret of an application, sealed. For client_auth =\n" +
			"private_key_jwt it stores the signing key. The application was imported, or its\n" +
			"configuration says { stored = true }.\n\n" +
			"The secret is asked for on the terminal, or read with --secret-stdin.",
		Args:              takes(1, 1),
		ValidArgsFunction: p.completeApps,
		RunE: func(c *cobra.Command, args []string) error {
			return p.runSetSecret(c, args[0], fromStdin)
		},
	}
	c.Flags().BoolVar(&fromStdin, "secret-stdin", false, "read the secret from standard input")
	return c
}

func (p *program) runSetSecret(c *cobra.Command, app string, fromStdin bool) error {
	s, l, err := p.openNamed(c.Context(), findsApp(app), app)
	if err != nil {
		return err
	}
	defer s.Close()
	s.atEnd = nil // revokes that are due are not delivered either
	a, err := l.needApp(app)
	if err != nil {
		return err
	}
	kind := a.Credential()
	switch {
	case kind == "":
		return misuse("", "%s authenticates without a secret (client_auth = %q)", a.Label(),
			a.Environment.ClientAuth)
	case a.Source == console.FromConfig && !a.Details.SecretStored:
		return misuse("write "+string(kind)+" = { stored = true } there",
			"%s has its secret from the configuration", a.Label())
	}
	var text secret.Text
	if _, in := host.TerminalFD(p.stdin); in && !fromStdin {
		text, err = p.askSecret(config.SecretWords(kind) + string(a.Label()) + ": ")
	} else if fromStdin {
		text, err = p.readSecret(kind)
	} else {
		err = misuse("--secret-stdin reads it from standard input",
			"apps set-secret: there is no terminal to ask at")
	}
	if err != nil {
		return err
	}
	if err := s.svc.SetSecret(c.Context(), a.ID, text); err != nil {
		return err
	}
	p.print("kept the %s%s", config.SecretWords(kind), a.Label())
	return nil
}
