package cli

import (
	"context"
	"fmt"
	"slices"

	"lanyard/console"
	"lanyard/tokenapi/secret"
)

// forms are the ways in which a token is printed.
func forms() []string { return []string{"bare", "header", "curl", "env", "json"} }

func isForm(s string) bool { return slices.Contains(forms(), s) }

// issuedJSON is a token with its credentials, for somebody who asked for them.
type issuedJSON struct {
	tokenJSON
	AccessToken  string  `json:"access_token"`
	RefreshToken *string `json:"refresh_token"`
	IDToken      *string `json:"id_token"`
	How          string  `json:"how"`
	Same         bool    `json:"same_as_before"`
}

// printSecret prints the token that was asked for. Nothing is printed when any of it cannot be.
func (p *program) printSecret(ctx context.Context, s *openConsole, a console.Application, out console.Outcome, form string) error {
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
			AccessToken: sec.Access.Reveal(), RefreshToken: revealed(sec.Refresh), IDToken: revealed(sec.ID),
			How: string(out.How), Same: out.Same,
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

// printable says of a token that cannot be printed in a form what to do instead.
func printable(err error) error {
	e, ok := console.AsError(err)
	switch {
	case ok && e.Code == console.CodeOddToken:
		return &failure{exit: exitUnexpected, code: e.Code, text: e.Text, hint: "--as json prints it"}
	case ok && e.Code == console.CodeNoProbeURL:
		return misuse("percent-encode them, or use --as header", "probe_url or ca_file holds characters that cannot be printed safely")
	}
	return err
}

// logPrinted notes in the audit log that a token is handed out, just before it is. The token is printed even when
// that cannot be noted.
func (p *program) logPrinted(ctx context.Context, s *openConsole, t console.Token, form string) {
	if err := s.svc.Copied(ctx, t.ID, "stdout", console.Form(form)); err != nil {
		p.warn("that %s was printed is not in the log: %v", t.Fingerprint, err)
	}
}

func revealed(t secret.Text) *string {
	if t.IsZero() {
		return nil
	}
	s := t.Reveal()
	return &s
}

// shellQuote makes one word of a POSIX shell of a text.
func shellQuote(s string) string { return console.ShellQuote(s) }
