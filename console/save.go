package console

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"

	"lanyard/tokenapi/secret"
)

// Save stores an application, new or edited, in one transaction. If an edit changes its identity
// (token URL, consumer key, grant or user), the old one is no longer configured and keeps its
// tokens. Saved with the identity of a deleted one, it has the tokens of that.
func (s *Service) Save(ctx context.Context, d Draft) (Application, error) {
	a := d.Application
	bad := d.Problems()
	for _, field := range draftFields() {
		if why := bad[field]; why != "" {
			return a, &Error{Code: CodeUsage, Text: "save: " + string(field) + ": " + why}
		}
	}
	a.Source, a.Details.Server = FromStore, a.server()
	if err := s.unlocked(ctx); err != nil {
		return a, err
	}
	err := s.update(ctx, func(w Writer) error {
		stored, err := w.Applications()
		if err != nil {
			return err
		}
		a.ID = s.idOf(d, stored)
		was, err := s.maySave(d, a, stored)
		if err != nil {
			return err
		}
		if was != nil && d.Secret.IsZero() && was.Secret == SecretAvailable &&
			a.Credential() != "" {
			if err := refuseOtherServer("save", was.Environment, a.Environment); err != nil {
				return err
			}
		}
		headers, err := d.headerValues(w, was, "save")
		if err != nil {
			return err
		}
		err = s.put(w, was, &a, Secrets{Access: d.Secret, Headers: fieldsText(headers)}, d.Password)
		if err != nil {
			return err
		}
		if d.EnvironmentWas != "" {
			if err := s.follow(w, d, stored, a); err != nil {
				return err
			}
		}
		return s.fileTested(w, a, d.Tested)
	})
	return a, err
}

// idOf returns the ID under which a draft is stored.
func (s *Service) idOf(d Draft, stored []Application) string {
	var was *Application
	if i := slices.IndexFunc(stored, func(have Application) bool {
		return have.ID == d.Was && have.Source == FromStore
	}); i >= 0 {
		was = &stored[i]
	}
	return idFor(d.Application, was, s.opt.Applications, stored)
}

// maySave refuses a draft that conflicts with another application, and returns the application that
// it edits.
func (s *Service) maySave(d Draft, a Application,
	stored []Application) (was *Application, err error) {
	for _, have := range s.opt.Applications {
		if SameRequest(have, a) {
			return nil, &Error{
				Code: CodeExists,
				Text: "save: the configuration asks for the same with this consumer key " +
					"already, as " + string(have.Label()),
				Hint: "edit it there",
			}
		}
		if have.Label() == a.Label() {
			return nil, &Error{
				Code: CodeExists,
				Text: "save: the configuration has an application " + string(a.Label()) +
					" already",
				Hint: "choose another name, or a key type",
			}
		}
	}
	for i, have := range stored {
		switch {
		case have.Source != FromStore:
		case have.ID == d.Was:
			was = &stored[i]
		case SameRequest(have, a):
			return nil, &Error{
				Code: CodeExists,
				Text: "save: this consumer key asks for the same already, as " +
					string(have.Label()),
				Hint: "edit that one, or ask for other scopes",
			}
		case have.Label() == a.Label():
			return nil, &Error{
				Code: CodeExists,
				Text: "save: there is an application " + string(a.Label()) + " already",
				Hint: "choose another name, or a key type",
			}
		}
	}
	if d.Was != "" && was == nil {
		return nil, &Error{
			Code: CodeGone, Text: "save: the application was deleted meanwhile",
			Hint: "add it anew",
		}
	}
	if was != nil && was.Environment == d.Environment {
		return was, nil
	}
	return was, s.maySaveEnvironment(d, stored)
}

func (s *Service) maySaveEnvironment(d Draft, stored []Application) error {
	for _, e := range s.environments(stored) {
		switch {
		case string(e.Name) == d.EnvironmentWas && e.Source == FromConfig:
			return &Error{
				Code: CodeConfigured,
				Text: "save: the environment " + string(e.Name) + " is in the configuration",
				Hint: "edit it there",
			}
		case string(e.Name) == d.EnvironmentWas || e.Name != d.Environment.Name ||
			e.Environment == d.Environment:
		case e.Source == FromStore && d.EnvironmentWas == "" && d.Was != "":
			// another console has edited the environment since this form was opened
			return &Error{
				Code: CodeExists,
				Text: "save: the environment " + string(e.Name) + " was changed meanwhile",
				Hint: "open the form again",
			}
		default:
			return &Error{
				Code: CodeExists,
				Text: "save: there is an environment " + string(e.Name) +
					" already, and it is another one",
				Hint: "choose it, or another name",
			}
		}
	}
	return nil
}

// servers lists the origins to which the consumer secret of an environment is sent.
func servers(e Environment) []string {
	var all []string
	for _, raw := range []string{
		string(e.Endpoints.TokenURL), string(e.Issuer),
		string(e.Endpoints.RevokeURL), string(e.Endpoints.IntrospectURL),
		string(e.Endpoints.DeviceURL),
	} {
		if u, err := url.Parse(raw); err == nil && raw != "" {
			all = append(all, u.Scheme+"://"+u.Host)
		}
	}
	return all
}

// otherServer returns a server of environment now that environment was lacks; "" if there is none.
func otherServer(was, now Environment) string {
	known := servers(was)
	for _, s := range servers(now) {
		if !slices.Contains(known, s) {
			return s
		}
	}
	return ""
}

// SameServer reports whether the secrets of one environment stay with its servers in another one.
func SameServer(was, now Environment) bool { return otherServer(was, now) == "" }

// refuseOtherServer refuses to send a stored consumer secret to a server for which it was not
// given.
func refuseOtherServer(verb string, was, now Environment) error {
	other := otherServer(was, now)
	if other == "" {
		return nil
	}
	return &Error{
		Code: CodeUsage,
		Text: verb + ": consumer_secret: the one that is kept is for " +
			strings.Join(slices.Compact(servers(was)), " and "),
		Hint: "type the one for " + other,
	}
}

// put stores an application in place of the one that it edits. If no secret is given it keeps the
// old one, unless that was given for another server. The same holds for the values of headers.
func (s *Service) put(w Writer, was *Application, a *Application, given Secrets,
	password secret.Text) error {
	text, headers := given.Access, given.Headers
	if was != nil && was.ID != a.ID {
		if SameServer(was.Environment, a.Environment) {
			if text.IsZero() || headers.IsZero() && len(a.Details.Headers) > 0 {
				kept, err := w.ConsumerSecret(was.ID)
				if err != nil && !isNotFound(err) {
					return err
				}
				if headers.IsZero() && len(a.Details.Headers) > 0 {
					headers = kept.Headers
				}
				if text.IsZero() {
					text = kept.Access
				}
			}
			if password.IsZero() && was.Username == a.Username {
				var err error
				if password, err = w.Password(was.ID); err != nil {
					return err
				}
			}
		}
		if err := s.retire(w, *was); err != nil {
			return err
		}
	}
	own, kept, err := ownSecret(w, a.ID)
	if err != nil {
		return err
	}
	if len(a.Details.Headers) == 0 && !own.Headers.IsZero() && text.IsZero() {
		text = own.Access // stored anew, without the values of headers that are gone
	}
	if a.Secret = SecretAvailable; text.IsZero() && !kept && a.Credential() != "" {
		a.Secret = SecretMissing
	}
	if err := w.PutApplication(*a, Secrets{Access: text, Headers: headers}); err != nil ||
		password.IsZero() {
		return err
	}
	return w.PutPassword(a.ID, password)
}

// follow changes the other applications of an edited environment with it. At another server each of
// them needs its secret again.
func (s *Service) follow(w Writer, d Draft, stored []Application, saved Application) error {
	for _, have := range stored {
		if have.Source != FromStore || have.ID == d.Was ||
			string(have.Environment.Name) != d.EnvironmentWas {
			continue
		}
		next := have
		next.Environment = d.Environment
		next.ID = idFor(next, &have, s.opt.Applications, stored)
		if next.ID == have.ID && have.Secret == SecretAvailable &&
			!SameServer(have.Environment, next.Environment) {
			return &Error{
				Code: CodeUsage,
				Text: "save: the secret of " + string(have.Label()) +
					" in the same environment would go to " +
					otherServer(have.Environment, next.Environment) + " too",
				Hint: "choose a new environment for this one",
			}
		}
		if SameRequest(next, saved) {
			return &Error{
				Code: CodeExists,
				Text: "save: in this environment " + string(have.Label()) + " and " +
					string(saved.Label()) + " are the same",
				Hint: "delete one of them first",
			}
		}
		if err := s.put(w, &have, &next, Secrets{}, secret.Text{}); err != nil {
			return err
		}
	}
	return nil
}

// retire removes an application from the list. While it has tokens it stays with what revokes them,
// also with what its issuer told: no one asks the issuer of an application that is gone.
func (s *Service) retire(w Writer, a Application) error {
	used, err := inUse(w, a.ID)
	switch {
	case err != nil:
		return err
	case !used:
		return w.DropApplication(a.ID)
	}
	a.Source = Gone
	if a.Environment, err = completed(w, a.Environment); err != nil {
		return err
	}
	if err := w.PutPassword(a.ID, secret.Text{}); err != nil {
		return err
	}
	return w.PutApplication(a.kept(), Secrets{})
}

// hasAny reports whether a token matches a filter.
func hasAny(r Reader, f TokenFilter) (has bool, err error) {
	err = r.Newest(f, func(Token) bool { has = true; return false })
	return has, err
}

// inUse reports whether an application has tokens or open marks.
func inUse(r Reader, appID string) (bool, error) {
	has, err := hasAny(r, TokenFilter{AppIDs: []string{appID}})
	if err != nil || has {
		return has, err
	}
	marks, err := r.Marks()
	for _, m := range marks {
		if m.AppID == appID {
			return true, nil
		}
	}
	return false, err
}

// Delete removes an application of the store from the list. Its tokens stay, with what revokes
// them. It is forgotten with them once none can be alive.
func (s *Service) Delete(ctx context.Context, appID string) error {
	gone := false
	err := s.update(ctx, func(w Writer) error {
		a, err := s.application(w, appID)
		switch {
		case err != nil:
			return err
		case a.Source == Gone:
			gone = true
			return nil
		case a.Source != FromStore:
			return &Error{
				Code: CodeConfigured,
				Text: "delete: " + string(a.Label()) + " is in " +
					cmp.Or(s.opt.ConfigPath, "the configuration file"),
				Hint: "take it out there",
			}
		}
		if a, err = w.Application(appID); err != nil { // as it is stored: retire completes it
			return err
		}
		return s.retire(w, a)
	})
	if err == nil && gone {
		_, err = s.Forget(ctx, ForgetWhat{Applications: []string{appID}})
	}
	return err
}
