package console

import (
	"context"
	"net/url"
	"slices"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// PortalRequest asks a developer portal, such as that of WSO2 API Manager, for the applications of a person there.
type PortalRequest struct {
	Base     string // https://HOST:9443, with or without the path of the portal
	User     string
	Password secret.Text // for signing in; it is kept nowhere

	// Environment is what the applications are put into, unless there is one with the token URL of their key manager. Its
	// endpoints are the portal's to name.
	Environment Environment
	Only        []string // names; empty: all
	Generate    string   // PRODUCTION or SANDBOX: make keys of this type for applications without; "" makes none

	// Ask is asked for a consumer secret that the portal does not show, with the reason. Nil, or a zero answer: it stays
	// missing.
	Ask func(a Application, why string) (secret.Text, error)
	// Say is told what is worth saying, when it happens. Nil: it is in the answer's Notes.
	Say func(text string)
	// Saw is told of each call. Nil: nobody is.
	Saw func(tokenapi.Exchange)

	Known []Environment          // filled in by AskPortal
	Knows func(Application) bool // filled in by AskPortal: whether the configuration has it already
}

// PortalFound is what a developer portal showed. Nothing of it is kept yet.
type PortalFound struct {
	All           []Imported
	Subscriptions map[string][]Subscription // by consumer key
	Notes         []string
}

// AskPortal signs in at a developer portal and reads what the person has there. It stores nothing; KeepFound does. When
// it fails in the middle, what was found so far comes with the error: keys that were made may never be shown again.
func (s *Service) AskPortal(ctx context.Context, r PortalRequest) (PortalFound, error) {
	if s.opt.Portal == nil {
		return PortalFound{}, &Error{Code: CodeUsage, Text: "import: there is no way to a developer portal from here"}
	}
	var notes []string
	if r.Say == nil {
		r.Say = func(text string) { notes = append(notes, text) }
	}
	if r.Ask == nil {
		r.Ask = func(Application, string) (secret.Text, error) { return secret.Text{}, nil }
	}
	told := r.Saw
	r.Saw = func(x tokenapi.Exchange) {
		s.observe(Application{Name: portalName(r.Base)}, "", x)
		if told != nil {
			told(x)
		}
	}
	r.Known, r.Knows = slices.Clone(s.opt.Environments), s.Knows
	found, err := s.opt.Portal(ctx, r)
	found.Notes = append(found.Notes, notes...)
	for i := range found.All {
		found.All[i].Known = s.Knows(found.All[i].Application)
	}
	return found, err
}

// portalName is how the calls to a portal are called where others have the name of their application.
func portalName(base string) string {
	if u, err := url.Parse(base); err == nil && u.Hostname() != "" {
		return "portal " + u.Hostname()
	}
	return "portal"
}

// KeepFound keeps what a portal showed, or the part of it that All was cut down to. See Import.
func (s *Service) KeepFound(ctx context.Context, found PortalFound) ([]Application, error) {
	apps, err := s.Import(ctx, found.All)
	if err != nil {
		return nil, err
	}
	for _, i := range found.All {
		key := i.Application.ConsumerKey
		if subs, ok := found.Subscriptions[key]; ok {
			if err := s.KeepSubscriptions(ctx, key, subs); err != nil {
				return nil, err
			}
		}
	}
	return apps, nil
}
