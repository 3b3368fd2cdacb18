package console

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"lanyard/tokenapi"
)

// rediscover is the time after which an issuer is asked again for its endpoints.
const rediscover = 24 * time.Hour

// finding is the answer of an issuer, as it is stored in a setting. JSON members may be added,
// never removed.
type finding struct {
	At            time.Time `json:"at"`
	TokenURL      string    `json:"token_url"`
	RevokeURL     string    `json:"revoke_url"`
	IntrospectURL string    `json:"introspect_url"`
	AuthorizeURL  string    `json:"authorize_url"`
	DeviceURL     string    `json:"device_url"`
	JWKSURL       string    `json:"jwks_url"`
	IssInAnswer   bool      `json:"iss_in_answer"`
}

// findingKey returns the name of the setting that holds an environment's finding. Mutual TLS has
// endpoints of its own and so does not share a finding. The finding of an unverified server is not
// used where the server has to be verified.
func findingKey(e Environment) string {
	key := "discovered/"
	if e.ClientAuth == tokenapi.AuthTLS {
		key += "tls/"
	}
	if e.InsecureSkipVerify {
		key += "unverified/"
	}
	if e.CAFile != "" {
		key += e.CAFile + "/"
	}
	return key + string(e.Issuer)
}

// found reads what was discovered of an environment's issuer. ok is false if nothing was.
func found(r Reader, e Environment) (f finding, ok bool, err error) {
	text, err := r.Setting(findingKey(e))
	if err != nil || text == "" {
		return f, false, err
	}
	ok = json.Unmarshal([]byte(text), &f) == nil // one of another form is discovered again
	return f, ok, nil
}

// completed fills in the endpoints that an environment leaves to its issuer, as far as they are
// known. Configured ones stay.
func completed(r Reader, e Environment) (Environment, error) {
	if e.Issuer == "" {
		return e, nil
	}
	f, ok, err := found(r, e)
	if err != nil || !ok {
		return e, err
	}
	return f.complete(e), nil
}

// complete fills in the endpoints that an environment lacks.
func (f finding) complete(e Environment) Environment {
	for _, x := range []struct {
		to   *Private
		from string
	}{
		{&e.Endpoints.TokenURL, f.TokenURL}, {&e.Endpoints.RevokeURL, f.RevokeURL},
		{&e.Endpoints.IntrospectURL, f.IntrospectURL}, {&e.Endpoints.AuthorizeURL, f.AuthorizeURL},
		{&e.Endpoints.DeviceURL, f.DeviceURL}, {&e.Endpoints.JWKSURL, f.JWKSURL},
	} {
		if *x.to == "" {
			*x.to = Private(x.from)
		}
	}
	e.IssInAnswer = f.IssInAnswer
	return e
}

// endpoint selects one of the URLs that a verb needs.
type endpoint func(Endpoints) Private

func tokenURL(e Endpoints) Private      { return e.TokenURL }
func revokeURL(e Endpoints) Private     { return e.RevokeURL }
func introspectURL(e Endpoints) Private { return e.IntrospectURL }
func keySetURL(e Endpoints) Private     { return e.JWKSURL }

// grantURL selects the URL at which the grant of an application begins.
func (s *Service) grantURL(ctx context.Context, appID, grant string) endpoint {
	if grant == "" {
		_ = s.opt.Keeper.View(ctx, func(r Reader) error {
			// the verb itself reports a missing application
			a, err := s.application(r, appID)
			grant = a.Grant
			return err
		})
	}
	return grantEndpoint(grant)
}

func grantEndpoint(grant string) endpoint {
	switch grant {
	case tokenapi.GrantAuthorizationCode:
		return func(e Endpoints) Private { return e.AuthorizeURL }
	case tokenapi.GrantDeviceCode:
		return func(e Endpoints) Private { return e.DeviceURL }
	}
	return tokenURL
}

// askAgain is the time after which an issuer that did not answer is asked again.
const askAgain = time.Minute

// ready discovers the endpoints that a verb needs. It asks the issuer only for one that is not
// configured, at first use and once a day. If the issuer does not answer, its last answer stays in
// force.
func (s *Service) ready(ctx context.Context, appID string, need ...endpoint) error {
	if err := s.unlocked(ctx); err != nil {
		return err
	}
	var a Application
	var f finding
	var known, complete bool
	err := s.opt.Keeper.View(ctx, func(r Reader) error {
		var err error
		if a, err = s.application(r, appID); err != nil || a.Environment.Issuer == "" {
			return err
		}
		given, err := s.asGiven(r, a)
		if err != nil {
			return err
		}
		e := given.Endpoints
		complete = !slices.ContainsFunc(need, func(url endpoint) bool { return url(e) == "" })
		f, known, err = found(r, a.Environment)
		return err
	})
	if err != nil || a.Environment.Issuer == "" || a.Source == Gone || complete ||
		known && s.Now().Sub(f.At).Abs() < rediscover {
		return err
	}
	key := findingKey(a.Environment)
	s.mu.Lock()
	resting := known && s.Now().Sub(s.unanswered[key]).Abs() < askAgain
	s.mu.Unlock()
	if resting {
		return nil
	}
	_, err = s.discover(ctx, a)
	if err != nil && known {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.unanswered[key] = s.Now()
		return nil
	}
	return err
}

// asGiven returns the environment of an application without what was discovered.
func (s *Service) asGiven(r Reader, a Application) (Environment, error) {
	for _, given := range s.opt.Applications {
		if given.ID == a.ID {
			return given.Environment, nil
		}
	}
	kept, err := r.Application(a.ID)
	return kept.Environment, err
}

// discover asks the issuer of an application and stores its answer.
func (s *Service) discover(ctx context.Context, a Application) (tokenapi.Discovered, error) {
	api, err := s.api(a.Environment)
	if err != nil {
		return tokenapi.Discovered{}, err
	}
	d, exchanges, err := api.Discover(ctx, string(a.Environment.Issuer))
	for _, ex := range exchanges {
		s.observe(a, "", ex)
	}
	if err != nil {
		return d, err
	}
	text, err := json.Marshal(s.findingOf(a.Environment, d))
	if err != nil {
		return d, err
	}
	return d, s.update(context.WithoutCancel(ctx), func(w Writer) error {
		return w.SetSetting(findingKey(a.Environment), string(text))
	})
}

// findingOf returns the part of an issuer's answer that Lanyard stores.
func (s *Service) findingOf(of Environment, d tokenapi.Discovered) finding {
	e := d.Endpoints
	if of.ClientAuth == tokenapi.AuthTLS {
		e = d.MTLS // endpoints for TLS client certificates (RFC 8705 section 5)
	}
	return finding{
		At: s.Now().UTC(), TokenURL: e.TokenURL, RevokeURL: e.RevokeURL,
		IntrospectURL: e.IntrospectURL, AuthorizeURL: e.AuthorizeURL, DeviceURL: e.DeviceURL,
		JWKSURL: e.JWKSURL, IssInAnswer: d.IssInAnswer,
	}
}

// Discover asks the issuer of an application's environment again, and returns its answer.
func (s *Service) Discover(ctx context.Context, appID string) (d tokenapi.Discovered, err error) {
	defer func() { err = s.homed(ctx, appID, err) }()
	if err := s.unlocked(ctx); err != nil {
		return tokenapi.Discovered{}, err
	}
	var a Application
	err = s.opt.Keeper.View(ctx, func(r Reader) (err error) {
		a, err = s.application(r, appID)
		return err
	})
	switch {
	case err != nil:
		return tokenapi.Discovered{}, err
	case a.Environment.Issuer == "":
		return tokenapi.Discovered{}, &Error{
			Code: CodeNoIssuer,
			Text: "discover: environment " + string(a.Environment.Name) + " has no issuer",
			Hint: "set issuer, or the URLs themselves",
		}
	}
	return s.discover(ctx, a)
}

// needURL refuses a verb without its endpoint. code is CodeNo and the key of the URL.
func needURL(a Application, verb string, code Code, url Private) error {
	if url != "" {
		return nil
	}
	key := strings.TrimPrefix(string(code), "no_")
	hint := "set " + key
	if a.Environment.Issuer != "" {
		hint = fmt.Sprintf("its issuer does not name one; set %s if there is one", key)
	}
	if key == "revoke_url" && a.Environment.Issuer == "" {
		hint += "; WSO2 has it beside /token, as /revoke"
	}
	return &Error{
		Code: code,
		Text: verb + ": environment " + string(a.Environment.Name) + " has no " + key, Hint: hint,
	}
}
