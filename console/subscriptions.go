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

// Subscriptions are what a developer portal said, when it was asked last, an application may call.
type Subscriptions struct {
	At  time.Time      `json:"at"`
	All []Subscription `json:"all"`
}

// Subscription lets an application call an API. Status is the portal's word for it, such as ON_HOLD.
type Subscription struct {
	API     string `json:"api"`
	Version string `json:"version"`
	Context string `json:"context"`
	Status  string `json:"status"`
}

// They are kept by consumer key: however an application is configured, its subscriptions are the key's.
func subscriptionsKey(consumerKey string) string { return "subscriptions/" + consumerKey }

// KeepSubscriptions stores what a portal said.
func (s *Service) KeepSubscriptions(ctx context.Context, consumerKey string, all []Subscription) error {
	text, err := json.Marshal(Subscriptions{At: s.Now().UTC(), All: all})
	if err != nil {
		return err
	}
	return s.update(ctx, func(w Writer) error { return w.SetSetting(subscriptionsKey(consumerKey), string(text)) })
}

// explained adds to a probe's answer what the portal said of the application's subscriptions, where that is
// the cause of the fault.
func (s *Service) explained(ctx context.Context, a Application, ans *tokenapi.ProbeAnswer) {
	if ans.FaultCode == 0 || s.opt.Explain == nil {
		return
	}
	var text string
	err := s.opt.Keeper.View(ctx, func(r Reader) (err error) {
		text, err = r.Setting(subscriptionsKey(a.ConsumerKey))
		return err
	})
	var subs Subscriptions
	if err != nil || text == "" || json.Unmarshal([]byte(text), &subs) != nil {
		return // it is an explanation, not an answer
	}
	if why := s.opt.Explain(a, ans.FaultCode, subs.All); why != "" {
		ans.Advice.Cause = why + ", as the portal said " + Ago(s.Now().Sub(subs.At))
	}
}

// Imported is an application found elsewhere, with what proves it, if that could be seen.
type Imported struct {
	Application Application
	Secret      secret.Text
	Known       bool // the configuration has it already, and it stays as it is there
}

// configured finds the application of the configuration that is this one: of the same identity, or the same
// consumer key at the same host, where gateway and key manager are two ways to one Token API.
func (s *Service) configured(a Application) (Application, bool) {
	host := func(a Application) string {
		u, err := url.Parse(cmp.Or(a.Environment.Endpoints.TokenURL, a.Environment.Issuer))
		if err != nil {
			return ""
		}
		return u.Hostname()
	}
	for _, have := range s.opt.Applications {
		if have.ID == a.ID || have.ConsumerKey == a.ConsumerKey && host(have) == host(a) && host(a) != "" {
			return have, true
		}
	}
	return a, false
}

// Knows says whether an application is in the configuration already.
func (s *Service) Knows(a Application) bool {
	a.ID = a.Identity()
	_, ok := s.configured(a)
	return ok
}

// Import keeps applications in the store. One that is in the configuration is left alone there. One that was imported
// before is replaced, and keeps its secret when none came with it now: then also the servers that the secret was given
// for. Under another consumer key the old one is no longer configured, and its tokens stay with it. It gives what is known of
// each afterwards, in order.
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

func (s *Service) importOne(w Writer, i Imported, stored []Application) (Application, error) {
	a := i.Application
	var was *Application // the one that a portal has of a consumer key
	if i := slices.IndexFunc(stored, func(have Application) bool { return have.Source == FromStore && have.Identity() == a.Identity() }); i >= 0 {
		was = &stored[i]
	}
	a.ID, a.Source = idFor(a, was, s.opt.Applications, stored), FromStore
	if have, ok := s.configured(a); ok {
		return have, nil
	}
	for _, e := range s.environments(stored) {
		if e.Name == a.Environment.Name && e.Endpoints.TokenURL != a.Environment.Endpoints.TokenURL {
			return a, &Error{Code: CodeExists, Text: "import: there is an environment " + e.Name + " already, with another token URL: " + e.Endpoints.TokenURL,
				Hint: "give what is imported another name"}
		}
	}
	for _, have := range stored { // its key was made anew
		if have.Source == FromStore && have.ID != a.ID && have.Label() == a.Label() {
			if err := s.retire(w, have); err != nil {
				return a, err
			}
		}
	}
	kept, err := w.HasConsumerSecret(a.ID)
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
