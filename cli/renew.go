package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"lanyard/console"
)

func (p *program) renewCommand() *cobra.Command {
	return p.verbFlags(&cobra.Command{
		Use:   "renew APP|TOKEN",
		Short: "Renew a token: refresh it, or request a new one",
		Long: "Refreshes a token that has a refresh token, and requests a new one otherwise.\n" +
			"For an application it renews the newest token that was requested as the\n" +
			"application is configured now. The token is printed only with --json.",
		Args:              takes(1, 1),
		ValidArgsFunction: p.completeTokens(true, false, 1),
		RunE: func(c *cobra.Command, args []string) error {
			return p.runRenew(c, args[0])
		},
	})
}

func (p *program) runRenew(c *cobra.Command, what string) error {
	s, l, err := p.openNamed(c.Context(), findsTokenOrApp(what), what)
	if err != nil {
		return err
	}
	defer s.Close()
	t, a, isToken, err := l.tokenOrApp(what)
	if err != nil {
		return err
	}
	var out console.Outcome
	if isToken {
		out, err = s.svc.Renew(c.Context(), t.ID)
	} else {
		out, err = s.svc.RenewApplication(c.Context(), a.ID)
	}
	if p.dryRun {
		return p.printDryRun(c.Context(), s, err)
	}
	if err != nil {
		return err
	}
	p.printNotesOf(s, out, 0)
	p.noteSkew(s, a)
	if p.json {
		return p.printSecret(c.Context(), s, a, out, "json")
	}
	p.print("%s", renewed(a, out, s.svc.Policy(a), s))
	return nil
}

func renewed(a console.Application, out console.Outcome, pol console.Policy,
	s *openConsole) string {
	how := "asked anew for " + out.Token.Fingerprint
	switch {
	case out.Same:
		how = "the server handed out " + out.Token.Fingerprint + " again"
	case out.How == console.Refreshed && out.Previous != nil:
		how = "refreshed " + out.Previous.Fingerprint + " to " + out.Token.Fingerprint
	case out.How == console.Refreshed:
		how = "refreshed to " + out.Token.Fingerprint
	case out.How == console.Reused:
		how = "renewed meanwhile to " + out.Token.Fingerprint
	case out.How == console.Issued:
	}
	st := console.StatusAt(out.Token, pol, s.svc.Now())
	return fmt.Sprintf("%s: %s, %s left", a.Label(), how, left(out.Token, st))
}
