package cli

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"lanyard/cli/host"
	"lanyard/console"
	"lanyard/tokenapi"
	"lanyard/tokenapi/portal"
	"lanyard/tokenapi/secret"
)

// portalOptions are the flags of import portal.
type portalOptions struct {
	user, env, generate string
	passwordStdin       bool
	only                []string
	caFile              string
	insecure, plain     bool
}

func (p *program) importPortalCommand() *cobra.Command {
	var o portalOptions
	c := &cobra.Command{
		Use:   "portal URL",
		Short: "Import applications from a WSO2 developer portal",
		Long: "Signs in at the developer portal of WSO2 API Manager (https://HOST:9443), and\n" +
			"lists your applications with their production and sandbox keys and\n" +
			"subscriptions. Stores them with the token and revoke URLs of their key manager,\n" +
			"secrets sealed. A secret that the portal masks is asked for on a terminal;\n" +
			"lanyard apps set-secret stores it later.\n\n" +
			"The password is asked for on the terminal, or read with --secret-stdin. A client\n" +
			"named lanyard is registered at the portal for signing in; later imports use it\n" +
			"again.",
		Args: takes(1, 1),
		RunE: func(c *cobra.Command, args []string) error {
			return p.runImportPortal(c.Context(), args[0], o)
		},
	}
	f := c.Flags()
	f.StringVar(&o.user, "user", "", "`USER` of the portal")
	f.BoolVar(&o.passwordStdin, "secret-stdin", false, "read the password from standard input")
	f.StringVar(&o.env, "env", "",
		"`NAME` of the environment to use or create (default: the one of the token URL, or a new "+
			"one named after the portal's host)")
	f.StringArrayVar(&o.only, "only", nil,
		"import only the application of this `NAME`; may be repeated")
	f.StringVar(&o.generate, "generate", "",
		"generate keys of this `KEY_TYPE` (PRODUCTION or SANDBOX) for applications without them")
	f.StringVar(&o.caFile, "ca-file", "",
		"PEM `FILE` of certificates to trust besides the system's")
	f.BoolVar(&o.insecure, "insecure-skip-verify", false,
		"trust any certificate, now and in the imported environment")
	f.BoolVar(&o.plain, "allow-http", false,
		"send secrets over http:// to other machines, now and in the imported environment")
	return p.verbFlags(c)
}

func (p *program) runImportPortal(ctx context.Context, base string, o portalOptions) error {
	switch {
	case o.user == "":
		return misuse("--user NAME", "import portal: the user is missing")
	case o.generate != "" && o.generate != portal.Production && o.generate != portal.Sandbox:
		return misuse("one of: PRODUCTION, SANDBOX", "--generate: %q is no key type", o.generate)
	}
	s, err := p.open(ctx, true)
	if err != nil {
		return err
	}
	defer s.Close()
	var password secret.Text
	if o.passwordStdin {
		password, err = p.readSecret(console.Password)
	} else if _, in := host.TerminalFD(p.stdin); in {
		password, err = p.askSecret("password of " + o.user + " at " + base + ": ")
	} else {
		err = misuse("--secret-stdin reads it from standard input",
			"import portal: there is no terminal to ask for the password at")
	}
	if err != nil {
		return err
	}
	env := console.NewEnvironment(o.env)
	env.CAFile, env.InsecureSkipVerify, env.AllowHTTP = o.caFile, o.insecure, o.plain
	if env.Name == "" {
		if u, err := url.Parse(base); err == nil {
			env.Name = console.Private(u.Hostname())
		}
	}
	if env.Name == "" || console.EnvironmentNameProblem(string(env.Name)) != "" {
		return misuse("--env NAME gives it one",
			"import portal: %q cannot be the name of an environment", env.Name)
	}
	if b := env.Banner(); b != "" {
		p.warn("%s", b)
	}
	var sent []console.Exchange
	found, err := s.svc.AskPortal(ctx, console.PortalRequest{
		Base: base, User: o.user, Password: password, Environment: env,
		Into: console.Private(o.env), Only: o.only,
		Generate: o.generate, Ask: p.askImported(o),
		Say: func(text string) { p.note("%s", text) },
		Saw: func(x tokenapi.Exchange) { sent = append(sent, console.Exchange{Exchange: x}) },
	})
	if p.dryRun && (len(sent) > 0 || err == nil) {
		return p.printRequests(sent)
	}
	if err != nil {
		if len(found.All) > 0 {
			// the portal may never show generated keys again: store what was found
			err = errors.Join(err, p.keepImported(ctx, s, found))
		}
		return namingEnv(err)
	}
	if err := p.offerProbeURLs(found, o); err != nil {
		return err
	}
	return p.keepImported(ctx, s, found)
}

// offerProbeURLs asks at the terminal whether an API that an imported application may call becomes
// its probe URL. A token goes to that URL, so none is taken without a yes. Without a terminal a
// note names the first one.
func (p *program) offerProbeURLs(found console.PortalFound, o portalOptions) error {
	_, in := host.TerminalFD(p.stdin)
	_, out := host.TerminalFD(p.stderr)
	for i, x := range found.All {
		a := &found.All[i].Application
		switch {
		case x.Known || len(x.ProbeURLs) == 0 || a.ProbeURL != "":
		case !in || !out || o.passwordStdin:
			p.note("%s has no probe URL; an API that it may call is at %s: in the console, "+
				"edit application sets it", a.Label(), x.ProbeURLs[0])
		default:
			for _, u := range x.ProbeURLs {
				yes, err := p.saidYes("probe " + string(a.Label()) + " at " + string(u) + "?")
				if err != nil {
					return err
				}
				if yes {
					a.ProbeURL = u
					break
				}
			}
		}
	}
	return nil
}

// askImported returns a function that asks at the terminal for a secret that the portal does not
// show. The secret stays missing if the person enters nothing, or if there is no terminal.
func (p *program) askImported(o portalOptions) func(
	console.Application, string) (secret.Text, error) {
	return func(a console.Application, why string) (secret.Text, error) {
		p.note("%s: %s", a.Label(), why)
		_, in := host.TerminalFD(p.stdin)
		_, out := host.TerminalFD(p.stderr)
		if !in || !out || o.passwordStdin {
			return secret.Text{}, nil
		}
		text, err := p.askSecret("consumer secret of " + string(a.Label()) + " (enter: later): ")
		if refused := (*failure)(nil); errors.As(err, &refused) {
			if !errors.Is(err, secret.ErrEmpty) {
				p.note("%v", err)
			}
			return secret.Text{}, nil
		}
		return text, err
	}
}

// keepImported stores and prints what was found.
func (p *program) keepImported(ctx context.Context, s *openConsole,
	found console.PortalFound) error {
	apps, err := s.svc.KeepFound(ctx, found)
	if err != nil {
		return namingEnv(err)
	}
	return p.printImported(ctx, s, apps)
}

// importedJSON is an imported application, with notes about the import.
type importedJSON struct {
	applicationJSON
	Notes []string `json:"notes"`
}

// printImported prints imported applications. In JSON each one has the notes about the import.
func (p *program) printImported(ctx context.Context, s *openConsole, apps []console.Application,
	notes ...string) error {
	l, err := s.read(ctx)
	if err != nil {
		return err
	}
	all := []importedJSON{}
	var rows [][]string
	for _, a := range apps {
		if a.Secret == console.SecretMissing && a.Source == console.FromStore {
			p.note("lanyard apps set-secret %s takes its secret", a.Label())
		}
		j := l.application(a)
		all = append(all, importedJSON{j, orEmpty(notes)})
		rows = append(rows, []string{
			j.Name, j.Environment, dash(j.KeyType), j.Grant,
			strings.ReplaceAll(j.Secret, "_", " "), j.Source, j.ConsumerKey,
		})
	}
	if p.json {
		return p.printJSON(all)
	}
	columns(p.out(),
		[]string{"NAME", "ENVIRONMENT", "KEY TYPE", "GRANT", "SECRET", "SOURCE", "CONSUMER KEY"},
		rows)
	return nil
}
