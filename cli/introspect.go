package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"lanyard/console"
	"lanyard/tokenapi"
)

func (p *program) introspectCommand() *cobra.Command {
	return p.verbFlags(&cobra.Command{
		Use:   "introspect TOKEN",
		Short: "Ask the key manager whether a token is active",
		Long: "Asks the introspection endpoint (RFC 7662) and stores the answer. It is the\n" +
			"answer of the key manager: the gateway may still let an inactive token through,\n" +
			"which lanyard probe tests.\n\n" +
			"Servers also answer inactive to clients that may not know. So inactive counts\n" +
			"only if the server told this client before that a token is active, or if Lanyard\n" +
			"revoked the token. Exit 3: the server does not let this application ask.",
		Args:              takes(1, 1),
		ValidArgsFunction: p.completeTokens(false, true, 1),
		RunE: func(c *cobra.Command, args []string) error {
			return p.runIntrospect(c, args[0])
		},
	})
}

type introspectionJSON struct {
	Token       string   `json:"token"`
	Fingerprint string   `json:"fingerprint"`
	At          stamp    `json:"at"`
	Active      bool     `json:"active"`
	AtServer    string   `json:"at_server"`
	Scopes      []string `json:"scopes"` // null: the server did not say
	ClientID    *string  `json:"client_id"`
	User        *string  `json:"user"`
	Subject     *string  `json:"subject"`
	TokenType   *string  `json:"token_type"`
	Lifetime    *string  `json:"lifetime"`
	ExpiresAt   stamp    `json:"expires_at"` // this and the next two by the server's clock
	IssuedAt    stamp    `json:"issued_at"`
	NotBefore   stamp    `json:"not_before"`
}

func (p *program) runIntrospect(c *cobra.Command, what string) error {
	s, l, err := p.openNamed(c.Context(), findsToken(what), what)
	if err != nil {
		return err
	}
	defer s.Close()
	t, err := l.needToken(what)
	if err != nil {
		return err
	}
	ans, t, err := s.svc.Introspect(c.Context(), t.ID)
	if p.dryRun {
		return p.printDryRun(c.Context(), s, err)
	}
	if err != nil {
		return err
	}
	p.noteSkew(s, l.app[t.AppID])
	says := t.Answered(ans.Active)
	j := introspectionJSON{
		Token: t.ID, Fingerprint: t.Fingerprint, At: stamp(ans.At), Active: ans.Active,
		AtServer: string(t.AtServer), Scopes: ans.Scopes,
		ClientID: known(ans.ClientID), User: known(ans.Username), Subject: known(ans.Subject),
		TokenType: known(ans.TokenType), Lifetime: known(string(ans.Lifetime)),
		ExpiresAt: epoch(ans.Expires), IssuedAt: epoch(ans.Issued), NotBefore: epoch(ans.NotBefore),
	}
	if !ans.Active {
		j.AtServer = string(console.ServerInactive) // the plain answer, even if it changes no state
	}
	if p.json {
		return p.printJSON(j)
	}
	label := l.app[t.AppID].Label()
	line := t.Fingerprint + " of " + string(label) + ": " + says + " at the key manager"
	if ans.Active && ans.Lifetime == tokenapi.Unbounded {
		line += ", never expires"
	} else if at := stampTime(j.ExpiresAt); ans.Active && !at.IsZero() {
		skew, _ := s.svc.Skew(string(l.app[t.AppID].Environment.Name))
		line += ", expires " + human(at.Add(-skew), l.now)
	}
	p.print("%s", line)
	p.printMembers(ans.IntrospectAnswer)
	if says == console.NotOurs {
		p.note("a server also answers inactive to a client that may not know: this answer " +
			"changes no state")
	}
	status := console.StatusAt(t, s.svc.Policy(l.app[t.AppID]), s.svc.Now())
	if !ans.Active && status.State != console.Dead {
		p.note("the gateway may still let it through; lanyard probe %s asks it", t.Fingerprint)
	}
	return nil
}

// printMembers prints the members of an introspection answer that are texts, one on each line.
func (p *program) printMembers(ans tokenapi.IntrospectAnswer) {
	for _, m := range [][2]string{
		{"scopes", strings.Join(ans.Scopes, " ")},
		{"client", ans.ClientID},
		{"user", ans.Username},
		{"subject", ans.Subject},
		{"type", ans.TokenType},
	} {
		if m[1] != "" {
			p.print("  %-8s %s", m[0], m[1])
		}
	}
	for _, e := range ans.Extra {
		p.print("  %-8s %s", e.Name, e.Value)
	}
}
