package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

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
func (p *program) printSecret(ctx context.Context, s *session, a console.Application, out console.Outcome, form string) error {
	sec, err := s.svc.Secrets(ctx, out.Token.ID)
	if err != nil {
		return err
	}
	if form == "json" {
		l, err := s.read(ctx)
		if err != nil {
			return err
		}
		return p.printJSON(issuedJSON{
			tokenJSON:   l.token(out.Token),
			AccessToken: sec.Access.Reveal(), RefreshToken: revealed(sec.Refresh), IDToken: revealed(sec.ID),
			How: string(out.How), Same: out.Same,
		})
	}
	text := sec.Access.Reveal()
	// RFC 6749 allows printable ASCII. A line break would forge a second header, a quote end a curl setting.
	if strings.ContainsFunc(text, func(r rune) bool { return r < '!' || r > '~' || r == '"' || r == '\\' }) {
		return &failure{exit: exitUnexpected, code: "odd_token", text: "the token holds characters that cannot be printed safely",
			hint: "--as json prints it"}
	}
	kind := out.Token.TokenType
	if kind == "" || strings.EqualFold(kind, "bearer") || strings.ContainsFunc(kind, func(r rune) bool { return r < '!' || r > '~' }) {
		kind = "Bearer"
	}
	header := "Authorization: " + kind + " " + text
	switch form {
	case "header":
		_, err = fmt.Fprintln(p.stdout, header)
	case "env":
		_, err = fmt.Fprintln(p.stdout, "export LANYARD_TOKEN="+shellQuote(text))
	case "curl":
		_, err = fmt.Fprintln(p.stdout, curlLine(a, header))
	default:
		_, err = fmt.Fprintln(p.stdout, text)
	}
	return err
}

// curlLine calls the application's probe URL. The header goes through a pipe: printf is part of every
// shell, so the token stands in no argument list that other users can see.
func curlLine(a console.Application, header string) string {
	line := "printf '%s\\n' " + shellQuote(header) + " | curl -sS -H @-"
	if a.Environment.CAFile != "" {
		line += " --cacert " + shellQuote(a.Environment.CAFile)
	}
	return line + " " + shellQuote(a.ProbeURL)
}

// shellQuote makes one word of a POSIX shell of a text.
func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

func revealed(t secret.Text) *string {
	if t.IsZero() {
		return nil
	}
	s := t.Reveal()
	return &s
}
