package cli

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

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
		Long: "Signs in at the developer portal of API Manager (https://HOST:9443), lists your applications with their production and\n" +
			"sandbox keys and subscriptions, and keeps them in the store, secrets sealed, with the token and revoke URLs of their\n" +
			"key manager. A secret that the portal masks is asked for on a terminal; lanyard apps set-secret takes it later.\n\n" +
			"The password is asked for on the terminal or read with --secret-stdin. One client, named lanyard, is registered at\n" +
			"the portal for signing in; the next import uses it again.",
		Args: takes(1, 1),
		RunE: func(c *cobra.Command, args []string) error { return p.runImportPortal(c.Context(), args[0], o) },
	}
	f := c.Flags()
	f.StringVar(&o.user, "user", "", "the portal's `USER`")
	f.BoolVar(&o.passwordStdin, "secret-stdin", false, "read the password from standard input")
	f.StringVar(&o.env, "env", "", "`NAME` of the environment to make (default: the portal's host)")
	f.StringArrayVar(&o.only, "only", nil, "only the application of this `NAME`; may be repeated")
	f.StringVar(&o.generate, "generate", "", "make keys of this `KEY_TYPE` (PRODUCTION or SANDBOX) for applications without")
	f.StringVar(&o.caFile, "ca-file", "", "certificates to trust besides the system's, a PEM `FILE`")
	f.BoolVar(&o.insecure, "insecure-skip-verify", false, "trust any certificate, now and in what is imported")
	f.BoolVar(&o.plain, "allow-http", false, "send secrets over http:// to another machine, now and in what is imported")
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
		password, err = p.readSecret()
	} else if _, in := terminal(p.stdin); in {
		password, err = p.askSecret("password of " + o.user + " at " + base + ": ")
	} else {
		err = misuse("--secret-stdin reads it from standard input", "import portal: there is no terminal to ask for the password at")
	}
	if err != nil {
		return err
	}
	env := console.Environment{
		Name: o.env, CacheTTL: 15 * time.Minute, Regime: console.RegimeAuto, ClientAuth: tokenapi.AuthBasic, Timeout: 15 * time.Second,
		CAFile: o.caFile, InsecureSkipVerify: o.insecure, AllowHTTP: o.plain,
	}
	if env.Name == "" {
		if u, err := url.Parse(base); err == nil {
			env.Name = u.Hostname()
		}
	}
	if why := console.NameProblem(env.Name); why != "" || strings.ContainsAny(env.Name, "@/") || env.Name == "" {
		return misuse("--env NAME gives it one", "import portal: %q cannot be the name of an environment", env.Name)
	}
	if b := env.Banner(); b != "" {
		p.warn("%s", b)
	}
	var via http.RoundTripper
	if p.dryRun {
		via = notSent{}
	}
	c, err := p.client(env, via)
	if err != nil {
		return err
	}
	in := portalImport{p: p, s: s, o: o, env: env, base: base, dry: p.dryRun}
	err = in.run(ctx, c, password)
	if p.dryRun {
		if len(in.sent) == 0 && err != nil {
			return err
		}
		return p.printRequests(in.sent)
	}
	return err
}

// portalImport is one import under way.
type portalImport struct {
	p    *program
	s    *session
	o    portalOptions
	env  console.Environment
	base string
	dry  bool
	sent []console.Exchange

	in   *portal.Session
	kms  map[string]portal.KeyManager
	keep []console.Imported
	subs map[string][]console.Subscription // by consumer key
}

func (i *portalImport) saw(xs []tokenapi.Exchange) {
	for _, x := range xs {
		i.sent = append(i.sent, console.Exchange{Exchange: x})
	}
}

func (i *portalImport) run(ctx context.Context, c *tokenapi.Client, password secret.Text) error {
	in, xs, err := portal.SignIn(ctx, c, portal.Options{Base: i.base}, i.o.user, password)
	i.saw(xs)
	if err != nil {
		return err
	}
	i.in = in
	defer func() { i.saw(in.Close(context.WithoutCancel(ctx))) }()
	kms, xs, err := in.KeyManagers(ctx)
	i.saw(xs)
	if err != nil {
		return err
	}
	i.kms, i.subs = map[string]portal.KeyManager{}, map[string][]console.Subscription{}
	for _, k := range kms {
		i.kms[k.Name] = k
	}
	apps, xs, err := in.Applications(ctx)
	i.saw(xs)
	if err != nil {
		return err
	}
	found := 0
	for _, a := range apps {
		if len(i.o.only) > 0 && !slices.Contains(i.o.only, a.Name) {
			continue
		}
		found++
		if err := i.application(ctx, a); err != nil {
			if len(i.keep) > 0 { // keys that were made may never be shown again: what came so far is kept
				err = errors.Join(err, i.store(ctx))
			}
			return err
		}
	}
	if found == 0 {
		return &failure{exit: exitNotFound, code: "no_application", text: "the portal shows " + counted(len(apps), "application") + " to " + i.o.user +
			", none of them asked for"}
	}
	return i.store(ctx)
}

// counted counts things in words.
func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// application takes in one application with all its keys.
func (i *portalImport) application(ctx context.Context, a portal.Application) error {
	keys, xs, err := i.in.Keys(ctx, a.ID)
	i.saw(xs)
	if err != nil {
		return err
	}
	subs, xs, err := i.in.Subscriptions(ctx, a.ID)
	i.saw(xs)
	if err != nil {
		return err
	}
	if want := i.o.generate; want != "" && !slices.ContainsFunc(keys, func(k portal.Key) bool { return k.KeyType == want && k.ConsumerKey != "" }) {
		k, xs, err := i.in.GenerateKeys(ctx, a.ID, portal.GenerateRequest{KeyType: want, Grants: []string{tokenapi.GrantClientCredentials, tokenapi.GrantRefreshToken}})
		i.saw(xs)
		if err != nil {
			return err
		}
		i.p.note("made %s keys for %s", want, a.Name)
		keys = append(keys, k)
	}
	if len(keys) == 0 {
		i.p.note("%s has no keys: --generate PRODUCTION makes some", a.Name)
	}
	for _, k := range keys {
		if k.ConsumerKey == "" {
			continue
		}
		app := console.Application{
			Name: a.Name, KeyType: k.KeyType, ConsumerKey: k.ConsumerKey, Grant: grantOf(k), Environment: i.environment(k.KeyManager),
		}
		if u, err := url.Parse(k.CallbackURL); err == nil && app.Grant == tokenapi.GrantAuthorizationCode && u.Scheme == "http" && console.Loopback(u.Hostname()) {
			app.Details.RedirectURL = k.CallbackURL
		}
		if why := console.NameProblem(app.Name); why != "" {
			i.p.warn("an application is left out: its name %s", why)
			continue
		}
		text := k.ConsumerSecret
		if k.SecretState != portal.Available && !i.s.svc.Knows(app) {
			if text, err = i.ask(app, k); err != nil {
				return err
			}
		}
		i.keep = append(i.keep, console.Imported{Application: app, Secret: text})
		for _, s := range subs {
			i.subs[k.ConsumerKey] = append(i.subs[k.ConsumerKey], console.Subscription{API: s.APIName, Version: s.APIVersion, Context: s.APIContext, Status: s.Status})
		}
		if len(subs) == 0 {
			i.subs[k.ConsumerKey] = []console.Subscription{}
		}
	}
	for _, s := range subs {
		if s.Status != portal.Unblocked {
			i.p.note("the subscription of %s to %s %s is %s", a.Name, s.APIName, s.APIVersion, s.Status)
		}
	}
	return nil
}

// grantOf chooses the grant to begin with: one that nobody has to take part in, if there is one.
func grantOf(k portal.Key) string {
	for _, g := range []string{tokenapi.GrantClientCredentials, tokenapi.GrantAuthorizationCode, tokenapi.GrantDeviceCode} {
		if k.GrantTypes == nil || slices.Contains(k.GrantTypes, g) {
			return g
		}
	}
	return tokenapi.GrantClientCredentials
}

// environment is that of a key manager: a configured one with the same token URL, else one of the import's own.
func (i *portalImport) environment(keyManager string) console.Environment {
	e := i.env
	km, known := i.kms[keyManager]
	root := strings.TrimSuffix(i.base, "/")
	if u, err := url.Parse(root); err == nil {
		root = u.Scheme + "://" + u.Host
	}
	e.Endpoints = tokenapi.Endpoints{
		TokenURL:      cmp.Or(km.TokenEndpoint, root+"/oauth2/token"),
		RevokeURL:     cmp.Or(km.RevokeEndpoint, root+"/oauth2/revoke"),
		IntrospectURL: km.IntrospectEndpoint,
		AuthorizeURL:  km.AuthorizeEndpoint,
	}
	for _, have := range i.s.cfg.Environments {
		if have.Endpoints.TokenURL == e.Endpoints.TokenURL {
			return have
		}
	}
	if known && len(i.kms) > 1 && !strings.HasPrefix(km.Name, "Resident") {
		if name := e.Name + "-" + km.Name; console.NameProblem(name) == "" && !strings.ContainsAny(name, "@/") {
			e.Name = name
		}
	}
	return e
}

// ask has the person at the terminal type a secret that the portal does not show. Nothing typed, or nobody
// there: it stays missing.
func (i *portalImport) ask(a console.Application, k portal.Key) (secret.Text, error) {
	i.p.note("%s: secret not available, the portal shows it %s", a.Label(), map[portal.SecretState]string{
		portal.Masked: "masked", portal.Absent: "not at all"}[k.SecretState])
	_, in := terminal(i.p.stdin)
	_, out := terminal(i.p.stderr)
	if !in || !out || i.o.passwordStdin {
		return secret.Text{}, nil
	}
	text, err := i.p.askSecret("consumer secret of " + a.Label() + " (enter: later): ")
	if refused := (*failure)(nil); errors.As(err, &refused) {
		return secret.Text{}, nil
	}
	return text, err
}

// store keeps what was found and prints it.
func (i *portalImport) store(ctx context.Context) error {
	apps, err := i.s.svc.Import(ctx, i.keep)
	if err != nil {
		return err
	}
	for key, subs := range i.subs {
		if err := i.s.svc.KeepSubscriptions(ctx, key, subs); err != nil {
			return err
		}
	}
	l, err := i.s.read(ctx)
	if err != nil {
		return err
	}
	all := []applicationJSON{}
	var rows [][]string
	for _, a := range apps {
		if a.Secret == console.SecretMissing && a.Source == console.FromStore {
			i.p.note("lanyard apps set-secret %s takes its secret", a.Label())
		}
		j := l.application(a)
		all = append(all, j)
		rows = append(rows, []string{j.Name, j.Environment, dash(j.KeyType), j.Grant, strings.ReplaceAll(j.Secret, "_", " "), j.Source, j.ConsumerKey})
	}
	if i.p.json {
		return i.p.printJSON(all)
	}
	columns(i.p.out(), []string{"NAME", "ENVIRONMENT", "KEY TYPE", "GRANT", "SECRET", "SOURCE", "CONSUMER KEY"}, rows)
	return nil
}

// explainFault joins a gateway's fault with what a portal said of the application's subscriptions.
func explainFault(a console.Application, faultCode int, subs []console.Subscription) string {
	all := make([]portal.Subscription, 0, len(subs))
	for _, s := range subs {
		all = append(all, portal.Subscription{APIName: s.API, APIVersion: s.Version, APIContext: s.Context, Status: s.Status})
	}
	return portal.Explain(faultCode, a.KeyType, all, a.ProbeURL)
}
