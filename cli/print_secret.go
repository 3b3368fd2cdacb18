package cli

import (
	"context"
	"fmt"
	"slices"

	"lanyard/console"
	"lanyard/tokenapi/secret"
)

// forms returns the values of --as.
func forms() []string { return []string{"bare", "header", "curl", "env", "json"} }

func isForm(s string) bool { return slices.Contains(forms(), s) }

// issuedJSON is `token --json` and `renew --json`: it includes the secrets.
type issuedJSON struct {
	tokenJSON
	AccessToken  string  `json:"access_token"`
	RefreshToken *string `json:"refresh_token"`
	IDToken      *string `json:"id_token"`
	How          string  `json:"how"`
	Same         bool    `json:"same_as_before"`
}

// printSecret prints a token. It prints nothing if some part of it cannot be printed.
func (p *program) printSecret(ctx context.Context, s *openConsole, a console.Application,
	out console.Outcome, form string) error {
	sec, err := s.svc.Secrets(ctx, out.Token.ID)
	if err != nil {
		return err
	}
	if form == "json" {
		l, err := s.read(ctx)
		if err != nil {
			return err
		}
		p.logPrinted(ctx, s, out.Token, form)
		return p.printJSON(issuedJSON{
			tokenJSON:   l.token(out.Token),
			AccessToken: sec.Access.Reveal(), RefreshToken: revealed(sec.Refresh),
			IDToken: revealed(sec.ID), How: string(out.How), Same: out.Same,
		})
	}
	as, err := console.As(a, out.Token, sec, console.Form(form))
	if err != nil {
		return printable(err)
	}
	p.logPrinted(ctx, s, out.Token, form)
	_, err = fmt.Fprintln(p.stdout, as.Reveal())
	return err
}

// printable adds a hint to the error of a token that cannot be printed in the wanted form.
func printable(err error) error {
	e, ok := console.AsError(err)
	switch {
	case ok && e.Code == console.CodeOddToken:
		return &failure{
			exit: exitUnexpected, code: e.Code, text: e.Text, hint: "--as json prints it",
		}
	case ok && e.Code == console.CodeNoProbeURL:
		return misuse("percent-encode them, or use --as header",
			"probe_url or ca_file holds characters that cannot be printed safely")
	}
	return err
}

// logPrinted records in the log that a token is about to be printed. If it cannot be recorded, the
// token is printed all the same.
func (p *program) logPrinted(ctx context.Context, s *openConsole, t console.Token, form string) {
	if err := s.svc.Copied(ctx, t.ID, console.ViaStdout, console.Form(form)); err != nil {
		p.warn("the log has no record that %s was printed: %v", t.Fingerprint, err)
	}
}

func revealed(t secret.Text) *string {
	if t.IsZero() {
		return nil
	}
	s := t.Reveal()
	return &s
}

// shellQuote quotes a text as one word of a POSIX shell.
func shellQuote(s string) string { return console.ShellQuote(s) }
