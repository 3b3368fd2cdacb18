package cli

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lanyard/cli/config"
	"lanyard/console"
	"lanyard/text"
)

func (p *program) tokenCommand() *cobra.Command {
	var form string
	var o console.ObtainOptions
	var extra []string
	c := &cobra.Command{
		Use:   "token APP",
		Short: "Print an access token of an application",
		Long: `Prints an access token: a stored one if it has enough life left, else a renewed one,
else a new one.

  curl -H "$(lanyard token Orders --as header)" URL
  eval "$(lanyard token Orders --as env)"
  lanyard token Orders --as curl | sh      # calls probe_url; the token is in no argument list`,
		Args:              takes(1, 1),
		ValidArgsFunction: p.completeApps,
		RunE: func(c *cobra.Command, args []string) error {
			if p.json {
				if c.Flags().Changed("as") && form != "json" {
					return misuse("", "--json and --as %s exclude each other", form)
				}
				form = "json"
			}
			p.json = form == "json"
			o.MinLeftHolds = c.Flags().Changed("min-left")
			return p.runToken(c, args[0], form, o, extra)
		},
	}
	c.Flags().StringVar(&form, "as", "bare", "print as `FORM`: bare, header, curl, env or json")
	c.Flags().BoolVar(&o.Fresh, "fresh", false, "do not reuse a stored token")
	c.Flags().DurationVar(&o.MinLeft, "min-left", time.Minute,
		"reuse a token only if this much of its life is left; without this flag a quarter of a "+
			"short life is enough")
	c.Flags().StringVar(&o.Grant, "grant", "",
		"request with this `GRANT` instead of the configured one, and reuse no stored token")
	c.Flags().StringArrayVar(&o.Scopes, "scope", nil,
		"request this `SCOPE` instead of the configured ones; may be repeated")
	c.Flags().StringVar(&o.Audience, "audience", "",
		"request this `AUDIENCE` instead of the configured one")
	c.Flags().StringArrayVar(&o.Resource, "resource", nil,
		"request this `RESOURCE` (RFC 8707) instead of the configured ones; may be repeated")
	c.Flags().StringArrayVar(&extra, "extra", nil,
		"also send this form parameter, `KEY=VALUE`; may be repeated")
	c.Flags().BoolVar(&p.noBrowser, "no-browser", false,
		"open no browser for a sign-in; only print the address")
	_ = c.RegisterFlagCompletionFunc("grant",
		cobra.FixedCompletions(config.Grants(), cobra.ShellCompDirectiveNoFileComp))
	_ = c.RegisterFlagCompletionFunc("as",
		cobra.FixedCompletions(forms(), cobra.ShellCompDirectiveNoFileComp))
	return p.verbFlags(c)
}

func (p *program) runToken(c *cobra.Command, app, form string, o console.ObtainOptions,
	extra []string) error {
	if err := checkObtain(form, o); err != nil {
		return err
	}
	var err error
	if o.Extra, err = formParameters(extra); err != nil {
		return err
	}
	s, l, err := p.openNamed(c.Context(), findsApp(app), app)
	if err != nil {
		return err
	}
	defer s.Close()
	a, err := l.needApp(app)
	if err != nil {
		return err
	}
	if form == "curl" && a.ProbeURL == "" {
		return misuse(s.svc.Home(a).Remedy("set probe_url", console.FaceCommands()),
			"--as curl: %s has no probe_url to call", a.Label())
	}
	ctx := c.Context()
	if o.Fresh && p.attended() {
		ctx = console.Attended(ctx)
	}
	out, err := s.svc.Obtain(ctx, a.ID, o)
	if p.dryRun {
		if err == nil {
			p.note("the token %s that is held would be printed", out.Token.Fingerprint)
		}
		return p.printDryRun(c.Context(), s, err)
	}
	if err != nil {
		return err
	}
	p.printNotesOf(s, out, o.Least(out.Token))
	if o.MinLeftHolds && o.Least(out.Token) < o.MinLeft {
		p.warn("--min-left %s is more than the %s that this token was granted: a quarter of "+
			"that is enough", o.MinLeft, out.Token.Granted)
	}
	p.noteSkew(s, a)
	return p.printSecret(c.Context(), s, a, out, form)
}

// checkObtain returns an error for the first flag of the token command with a value that it does
// not take.
func checkObtain(form string, o console.ObtainOptions) error {
	if !isForm(form) {
		return misuse("one of: bare, header, curl, env, json", "--as: %q is no form", form)
	}
	if o.MinLeft < 0 {
		return misuse("", "--min-left must not be negative")
	}
	if o.Grant != "" && !slices.Contains(config.Grants(), o.Grant) {
		return misuse("one of: "+strings.Join(config.Grants(), ", "),
			"--grant: %q is no grant", o.Grant)
	}
	for _, scope := range o.Scopes {
		if console.ScopesProblem([]string{scope}) != "" {
			return misuse("give --scope once for each", "--scope: %q is not one scope", scope)
		}
	}
	for _, r := range o.Resource {
		if why := console.ResourceProblem(r); why != "" {
			return misuse("such as --resource https://api.example/orders", "--resource: %s", why)
		}
	}
	return nil
}

// formParameters parses KEY=VALUE pairs. It refuses parameters that the protocol sets or that have
// their own flag.
func formParameters(pairs []string) (url.Values, error) {
	var form url.Values
	for _, pair := range pairs {
		key, value, ok := strings.Cut(pair, "=")
		switch {
		case !ok || key == "":
			// the pair may be a secret: do not repeat it
			return nil, misuse("such as --extra validity_period=3600",
				"--extra: this is no KEY=VALUE")
		case slices.Contains(config.Reserved(), strings.ToLower(key)):
			return nil, misuse("",
				"--extra: %s is set by the protocol and cannot be given here", text.Key(key))
		case key == "audience" || key == "resource":
			return nil, misuse("use --"+key, "--extra: %s has a flag of its own", key)
		}
		if form == nil {
			form = url.Values{}
		}
		form.Add(key, value)
	}
	return form, nil
}

// printNotesOf prints notes about a token that was obtained.
func (p *program) printNotesOf(s *openConsole, out console.Outcome, min time.Duration) {
	st := console.StatusAt(out.Token, console.Policy{}, s.svc.Now())
	if out.Same && st.HasExpiry && st.Left < min {
		p.warn("the server handed out the same token again, with %s left", console.Left(st.Left))
	}
	for _, n := range out.Notes {
		p.note("%s", console.FaceCommands().Says(n))
	}
}
