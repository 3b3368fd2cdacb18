package cli

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"lanyard/console"
	"lanyard/text"
	"lanyard/tokenapi"
	"lanyard/tokenapi/portal"
)

// portal returns a function that reads applications from a developer portal. If via is not nil, it
// carries every request instead of the network.
func (p *program) portal(via http.RoundTripper) func(
	context.Context, console.PortalRequest) (console.PortalFound, error) {
	return func(ctx context.Context, r console.PortalRequest) (console.PortalFound, error) {
		c, err := p.client(r.Environment, via)
		if err != nil {
			return console.PortalFound{}, err
		}
		v := portalImport{
			r: r, keyManagers: map[string]portal.KeyManager{}, noted: map[string]bool{},
			found: console.PortalFound{Subscriptions: map[string][]console.Subscription{}},
		}
		err = v.run(ctx, c)
		return v.found, err
	}
}

// portalImport is one import from a developer portal.
type portalImport struct {
	r           console.PortalRequest
	session     *portal.Session
	keyManagers map[string]portal.KeyManager // by name
	noted       map[string]bool              // what was said about environments
	found       console.PortalFound
}

func (v *portalImport) record(xs []tokenapi.Exchange) {
	for _, x := range xs {
		v.r.Saw(x)
	}
}

// run signs in, reads the applications and signs out. On an error, found holds what was read
// before.
func (v *portalImport) run(ctx context.Context, c *tokenapi.Client) error {
	in, xs, err := portal.SignIn(ctx, c, portal.Options{Base: v.r.Base}, v.r.User, v.r.Password)
	v.record(xs)
	if err != nil {
		return err
	}
	v.session = in
	defer func() { v.record(in.Close(context.WithoutCancel(ctx))) }()
	kms, xs, err := in.KeyManagers(ctx)
	v.record(xs)
	if err != nil {
		return err
	}
	for _, k := range kms {
		v.keyManagers[k.Name] = k
	}
	apps, xs, err := in.Applications(ctx)
	v.record(xs)
	if err != nil {
		return err
	}
	chosen := 0
	for _, a := range apps {
		if len(v.r.Only) > 0 && !slices.Contains(v.r.Only, a.Name) {
			continue
		}
		chosen++
		if err := v.application(ctx, a); err != nil {
			return err
		}
	}
	if chosen == 0 {
		why := "the portal shows no application to " + v.r.User
		if len(apps) > 0 {
			why = "the portal shows " + text.Count(len(apps), "application") + " to " + v.r.User +
				", none of them asked for"
		}
		return &failure{exit: exitNotFound, code: console.CodeNoApplication, text: why}
	}
	return nil
}

// application imports one application with all its keys.
func (v *portalImport) application(ctx context.Context, a portal.Application) error {
	keys, xs, err := v.session.Keys(ctx, a.ID)
	v.record(xs)
	if err != nil {
		return err
	}
	subs, xs, err := v.session.Subscriptions(ctx, a.ID)
	v.record(xs)
	if err != nil {
		return err
	}
	want := v.r.Generate
	made := func(k portal.Key) bool { return k.KeyType == want && k.ConsumerKey != "" }
	if want != "" && !slices.ContainsFunc(keys, made) {
		k, xs, err := v.session.GenerateKeys(ctx, a.ID, portal.GenerateRequest{
			KeyType: want,
			Grants:  []string{tokenapi.GrantClientCredentials, tokenapi.GrantRefreshToken},
		})
		v.record(xs)
		if err != nil {
			return err
		}
		v.r.Say("made " + want + " keys for " + a.Name)
		keys = append(keys, k)
	}
	if len(keys) == 0 {
		v.r.Say(a.Name +
			" has no keys: generate some with lanyard import portal --generate PRODUCTION, or " +
			"in the portal")
	}
	for _, k := range keys {
		if err := v.key(a, k, subs); err != nil {
			return err
		}
	}
	for _, s := range subs {
		if s.Status != portal.Unblocked {
			v.r.Say("the subscription of " + a.Name + " to " + s.APIName + " " + s.APIVersion +
				" is " + s.Status)
		}
	}
	return nil
}

// key imports an application with one of its keys. Each key is an application of its own in
// Lanyard.
func (v *portalImport) key(a portal.Application, k portal.Key, subs []portal.Subscription) error {
	if k.ConsumerKey == "" {
		return nil
	}
	env, err := v.environment(k.KeyManager)
	if err != nil {
		return err
	}
	app := console.Application{
		Name: console.Private(a.Name), KeyType: k.KeyType,
		ConsumerKey: console.Private(k.ConsumerKey), Grant: grantOf(k), Environment: env,
	}
	if u, err := url.Parse(k.CallbackURL); err == nil &&
		app.Grant == tokenapi.GrantAuthorizationCode && u.Scheme == "http" &&
		console.Loopback(u.Hostname()) {
		app.Details.RedirectURL = console.Private(k.CallbackURL)
	}
	if why := console.NameProblem(string(app.Name)); why != "" {
		v.r.Say("an application is left out: its name " + why)
		return nil
	}
	text := k.ConsumerSecret
	if k.SecretState != portal.Available && !v.r.Knows(app) {
		why := "secret not available, the portal " +
			map[portal.SecretState]string{
				portal.Masked: "shows it masked",
				portal.Absent: "does not show it",
			}[k.SecretState]
		var err error
		if text, err = v.r.Ask(app, why); err != nil {
			return err
		}
	}
	v.found.All = append(v.found.All, console.Imported{
		Application: app, Secret: text, ProbeURLs: v.probeURLs(app, subs),
	})
	all := v.found.Subscriptions[k.ConsumerKey]
	if all == nil {
		all = []console.Subscription{} // not nil: the portal said that there are none
	}
	for _, s := range subs {
		all = append(all, console.Subscription{
			API: s.APIName, Version: s.APIVersion, Context: s.APIContext,
			Tier: s.ThrottlingPolicy, Status: s.Status,
		})
	}
	v.found.Subscriptions[k.ConsumerKey] = all
	return nil
}

// probeURLs returns the URLs of the APIs that an application may call, at the gateway that the
// portal names.
func (v *portalImport) probeURLs(
	a console.Application, subs []portal.Subscription,
) (all []console.Private) {
	for _, s := range subs {
		u := s.URL(v.session.Settings().Gateway())
		if u != "" && s.Allows(a.KeyType) && !slices.Contains(all, console.Private(u)) &&
			console.URLProblem(u, a.Environment.AllowHTTP) == "" {
			all = append(all, console.Private(u))
		}
	}
	return all
}

// environment returns the environment of a key manager. The one that the person named is for the
// resident key manager, or for the only one.
func (v *portalImport) environment(keyManager string) (console.Environment, error) {
	e, into := v.r.Environment, v.r.Into
	km, known := v.keyManagers[keyManager]
	root := strings.TrimSuffix(v.r.Base, "/")
	if u, err := url.Parse(root); err == nil {
		root = u.Scheme + "://" + u.Host
	}
	e.Endpoints = console.Endpoints{
		TokenURL:      console.Private(cmp.Or(km.TokenEndpoint, root+"/oauth2/token")),
		RevokeURL:     console.Private(cmp.Or(km.RevokeEndpoint, root+"/oauth2/revoke")),
		IntrospectURL: console.Private(km.IntrospectEndpoint),
		AuthorizeURL:  console.Private(km.AuthorizeEndpoint),
	}
	if known && len(v.keyManagers) > 1 && !strings.HasPrefix(km.Name, "Resident") {
		into = ""
		if name := string(e.Name) + "-" + km.Name; console.EnvironmentNameProblem(name) == "" {
			e.Name = console.Private(name)
		}
	}
	e, note, err := console.ImportEnvironment(v.r.Known, e, into)
	if note != "" && !v.noted[note] {
		v.noted[note] = true
		v.r.Say(note)
	}
	return e, err
}

// grantOf returns the first grant of an imported application: one that needs no person, if the key
// allows it.
func grantOf(k portal.Key) string {
	for _, g := range []string{
		tokenapi.GrantClientCredentials, tokenapi.GrantAuthorizationCode, tokenapi.GrantDeviceCode,
	} {
		if k.GrantTypes == nil || slices.Contains(k.GrantTypes, g) {
			return g
		}
	}
	return tokenapi.GrantClientCredentials
}

// explainFault explains a gateway's fault by the subscriptions of the application.
func explainFault(a console.Application, faultCode int, subs []console.Subscription) string {
	all := make([]portal.Subscription, 0, len(subs))
	for _, s := range subs {
		all = append(all, portal.Subscription{
			APIName: s.API, APIVersion: s.Version, APIContext: s.Context, Status: s.Status,
		})
	}
	return portal.Explain(faultCode, a.KeyType, all, string(a.ProbeURL))
}
