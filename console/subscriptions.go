package console

import (
	"cmp"
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"time"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// Subscriptions are the APIs that an application may call, by the last answer of a developer
// portal.
type Subscriptions struct {
	At  time.Time      `json:"at"`
	All []Subscription `json:"all"`
}

// Subscription lets an application call an API. Status is the portal's word for it, such as
// ON_HOLD. Tier is the throttling policy; one that was stored before the portal was asked for it is
// "".
type Subscription struct {
	API     string `json:"api"`
	Version string `json:"version"`
	Context string `json:"context"`
	Tier    string `json:"tier,omitempty"`
	Status  string `json:"status"`
}

// subscriptionsKey returns the name of the setting that holds a consumer key's subscriptions. The
// portal subscribes the key, however an application is configured.
func subscriptionsKey(consumerKey string) string { return "subscriptions/" + consumerKey }

// KeepSubscriptions stores the subscriptions that a portal showed.
func (s *Service) KeepSubscriptions(ctx context.Context, consumerKey string,
	all []Subscription) error {
	text, err := json.Marshal(Subscriptions{At: s.Now().UTC(), All: all})
	if err != nil {
		return err
	}
	return s.update(ctx,
		func(w Writer) error { return w.SetSetting(subscriptionsKey(consumerKey), string(text)) })
}

// Subscriptions returns the subscriptions of a consumer key that a portal showed last. At is zero
// if no portal was asked for them, and All is empty if there are none.
func (s *Service) Subscriptions(ctx context.Context, consumerKey Private) (Subscriptions, error) {
	var text string
	err := s.opt.Keeper.View(ctx, func(r Reader) (err error) {
		text, err = r.Setting(subscriptionsKey(string(consumerKey)))
		return err
	})
	var subs Subscriptions
	if err != nil || text == "" || json.Unmarshal([]byte(text), &subs) != nil {
		return Subscriptions{}, err
	}
	return subs, nil
}

// explained adds to a probe's answer the subscription of the application that causes its fault.
func (s *Service) explained(ctx context.Context, a Application, ans *tokenapi.ProbeAnswer) {
	if ans.FaultCode == 0 || s.opt.Explain == nil {
		return
	}
	subs, err := s.Subscriptions(ctx, a.ConsumerKey)
	if err != nil || subs.At.IsZero() {
		return // an explanation is not worth failing for
	}
	if why := s.opt.Explain(a, ans.FaultCode, subs.All); why != "" {
		ans.Advice.Cause = why + ", as the portal said " + Ago(s.Now().Sub(subs.At))
	}
}

// Imported is an application that was found elsewhere, with its secret if that could be seen.
type Imported struct {
	Application Application
	Secret      secret.Text
	Known       bool // it is configured already, and stays as it is
	Stored      bool // it was imported before; another import only updates it

	// ProbeURLs are the URLs of the APIs that it may call. One of them becomes its probe URL if a
	// person confirms it.
	ProbeURLs []Private
}

// configured returns the configured application that this one is: with the same identity, or with
// the same consumer key at the same host. Gateway and key manager may both lead to one Token API.
func (s *Service) configured(a Application) (Application, bool) {
	host := func(a Application) string {
		u, err := url.Parse(string(cmp.Or(a.Environment.Endpoints.TokenURL, a.Environment.Issuer)))
		if err != nil {
			return ""
		}
		return u.Hostname()
	}
	for _, have := range s.opt.Applications {
		if have.ID == a.ID || have.ConsumerKey == a.ConsumerKey && host(have) == host(a) &&
			host(a) != "" {
			return have, true
		}
	}
	return a, false
}

// Knows reports whether an application is configured.
func (s *Service) Knows(a Application) bool {
	a.ID = a.Identity()
	_, ok := s.configured(a)
	return ok
}

// Import stores applications. It leaves configured ones alone. It replaces one that was imported
// before; without a new secret that one keeps its secret and the servers that the secret was given
// for. Of the old one stays what no portal tells, such as probe URL, scopes and headers. With
// another consumer key, the old one is no longer configured and keeps its tokens. Import returns
// the applications as they are stored, in order.
func (s *Service) Import(ctx context.Context, all []Imported) ([]Application, error) {
	var out []Application
	if err := s.unlocked(ctx); err != nil {
		return nil, err
	}
	err := s.update(ctx, func(w Writer) error {
		out = nil
		stored, err := w.Applications()
		if err != nil {
			return err
		}
		for _, i := range all {
			a, err := s.importOne(w, i, stored)
			if err != nil {
				return err
			}
			out = append(out, a)
		}
		return nil
	})
	return out, err
}

// importedBefore returns the stored application that an import of a replaces; nil for none.
func importedBefore(stored []Application, a Application) *Application {
	i := slices.IndexFunc(stored, func(have Application) bool {
		return have.Source == FromStore && have.Identity() == a.Identity()
	})
	if i < 0 {
		return nil
	}
	return &stored[i]
}

func (s *Service) importOne(w Writer, i Imported, stored []Application) (Application, error) {
	a := i.Application
	was := importedBefore(stored, a)
	a.ID, a.Source = idFor(a, was, s.opt.Applications, stored), FromStore
	if have, ok := s.configured(a); ok {
		return have, nil
	}
	if was != nil { // a portal does not tell these
		a.ProbeURL = cmp.Or(a.ProbeURL, was.ProbeURL)
		a.Scopes, a.Audience, a.Resource, a.Extra = was.Scopes, was.Audience, was.Resource,
			was.Extra
		a.Details.Headers = was.Details.Headers
	}
	for _, e := range s.environments(stored) {
		if e.Name == a.Environment.Name &&
			e.Endpoints.TokenURL != a.Environment.Endpoints.TokenURL {
			return a, &Error{
				Code: CodeExists,
				Text: "import: there is an environment " + string(e.Name) +
					" already, with another token URL: " + string(e.Endpoints.TokenURL),
				Hint: "give what is imported another name",
			}
		}
	}
	for _, have := range stored { // its key was generated again
		if have.Source == FromStore && have.ID != a.ID && have.Label() == a.Label() {
			if err := s.retire(w, have); err != nil {
				return a, err
			}
		}
	}
	_, kept, err := ownSecret(w, a.ID)
	if err != nil {
		return a, err
	}
	if kept && i.Secret.IsZero() {
		for _, have := range stored {
			if have.ID == a.ID && !SameServer(have.Environment, a.Environment) {
				a.Environment = have.Environment
			}
		}
	}
	if a.Secret = SecretAvailable; i.Secret.IsZero() && !kept {
		a.Secret = SecretMissing
	}
	return a, w.PutApplication(a, Secrets{Access: i.Secret})
}
