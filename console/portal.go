package console

import (
	"cmp"
	"context"
	"net/url"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// PortalRequest asks a developer portal, such as that of WSO2 API Manager, for the applications of
// a person.
type PortalRequest struct {
	Base     string // https://HOST:9443, with or without the path of the portal
	User     string
	Password secret.Text // to sign in with; it is not stored

	// Environment receives the applications, unless there is one at the Token API of their key
	// manager: see ImportEnvironment. The portal reports its endpoints. Into is the name of an
	// environment that the person gave, or "".
	Environment Environment
	Into        Private
	Only        []string // names; empty: all
	Generate    string   // KeyProduction or KeySandbox: generate missing keys of this type

	// Ask returns a consumer secret that the portal does not show. why is the reason. If Ask is nil
	// or returns a zero text, the secret stays missing.
	Ask func(a Application, why string) (secret.Text, error)
	// Say is called with what a person should know, when it happens. If it is nil, the answer's
	// Notes hold it.
	Say func(text string)
	// Saw is called with each exchange. It may be nil.
	Saw func(tokenapi.Exchange)

	Known []KnownEnvironment     // filled in by AskPortal
	Knows func(Application) bool // filled in by AskPortal: whether it is configured already
}

// PortalFound is the result of AskPortal. Nothing of it is stored yet.
type PortalFound struct {
	All           []Imported
	Subscriptions map[string][]Subscription // by consumer key
	Notes         []string
}

// AskPortal signs in at a developer portal and reads the person's applications. It stores nothing;
// KeepFound does. After a failure it also returns what was found so far: generated keys may never
// be shown again.
func (s *Service) AskPortal(ctx context.Context, r PortalRequest) (PortalFound, error) {
	if s.opt.Portal == nil {
		return PortalFound{},
			&Error{Code: CodeUsage, Text: "import: there is no way to a developer portal from here"}
	}
	var notes []string
	if r.Say == nil {
		r.Say = func(text string) { notes = append(notes, text) }
	}
	if r.Ask == nil {
		r.Ask = func(Application, string) (secret.Text, error) { return secret.Text{}, nil }
	}
	saw := r.Saw
	r.Saw = func(x tokenapi.Exchange) {
		s.observe(Application{Name: Private(portalName(r.Base))}, "", x)
		if saw != nil {
			saw(x)
		}
	}
	// the read is short, and the portal reports that it was canceled
	var stored []Application
	err := s.opt.Keeper.View(context.WithoutCancel(ctx), func(rd Reader) (err error) {
		stored, err = rd.Applications()
		r.Known, r.Knows = s.environments(stored), s.Knows
		return err
	})
	if err != nil {
		return PortalFound{}, err
	}
	found, err := s.opt.Portal(ctx, r)
	found.Notes = append(found.Notes, notes...)
	for i := range found.All {
		x := &found.All[i]
		if x.Known = s.Knows(x.Application); x.Known {
			continue
		}
		if was := importedBefore(stored, x.Application); was != nil {
			x.Application.ProbeURL = cmp.Or(was.ProbeURL, x.Application.ProbeURL)
			// one whose secret is shown now for the first time is worth an import
			x.Stored = was.Label() == x.Application.Label() &&
				(was.Secret != SecretMissing || x.Secret.IsZero())
		}
	}
	return found, err
}

// portalName names a portal in exchanges, in place of an application.
func portalName(base string) string {
	if u, err := url.Parse(base); err == nil && u.Hostname() != "" {
		return "portal " + u.Hostname()
	}
	return "portal"
}

// KeepFound stores the applications of a portal's answer that are left in All, with their
// subscriptions. See Import.
func (s *Service) KeepFound(ctx context.Context, found PortalFound) ([]Application, error) {
	apps, err := s.Import(ctx, found.All)
	if err != nil {
		return nil, err
	}
	for _, i := range found.All {
		key := i.Application.ConsumerKey
		if subs, ok := found.Subscriptions[string(key)]; ok {
			if err := s.KeepSubscriptions(ctx, string(key), subs); err != nil {
				return nil, err
			}
		}
	}
	return apps, nil
}
