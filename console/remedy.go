package console

import (
	"cmp"
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Home is the place where the settings of an application are changed.
type Home struct {
	app         Application
	environment Source // source of its environment
	path        string // path of the configuration
}

// Home returns the place where the settings of an application are changed.
func (s *Service) Home(a Application) Home {
	h := Home{app: a, environment: a.Source, path: cmp.Or(s.opt.ConfigPath, "the configuration")}
	same := func(k KnownEnvironment) bool { return k.Name == a.Environment.Name }
	if slices.ContainsFunc(s.environments(nil), same) {
		h.environment = FromConfig
	}
	return h
}

// homedError is an error of a verb on an application, with the Home of its settings.
type homedError struct {
	error
	home Home
}

func (e *homedError) Unwrap() error { return e.error }

// homed adds to the error of a verb the Home of its application's settings, for Remedy.
func (s *Service) homed(ctx context.Context, appID string, err error) error {
	if err == nil {
		return nil
	}
	var a Application
	if readErr := s.opt.Keeper.View(context.WithoutCancel(ctx), func(r Reader) (err error) {
		a, err = s.application(r, appID)
		return err
	}); readErr != nil {
		return err // the error of the verb matters more
	}
	return &homedError{err, s.Home(a)}
}

// homedOf is homed for a verb on a token.
func (s *Service) homedOf(ctx context.Context, tokenID string, err error) error {
	if err == nil {
		return nil
	}
	if t, _, findErr := s.find(context.WithoutCancel(ctx), tokenID); findErr == nil {
		return s.homed(ctx, t.AppID, err)
	}
	return err
}

// Remedy writes a hint of an error for a face, and adds where the settings that it names are
// changed. Of an error without an application, and for a hint that names no setting, it adds
// nothing.
func Remedy(err error, hint string, f Face) string {
	if e, ok := errors.AsType[*homedError](err); ok {
		return e.home.Remedy(hint, f)
	}
	return f.Says(hint)
}

// Remedy writes a hint for a face, and adds where the settings that it names are changed: in the
// configuration, or by what the face has for an application of the store.
func (h Home) Remedy(hint string, f Face) string {
	hint = f.Says(hint)
	var ofApp, ofEnvironment []string
	var secret bool
	var noForm string // a setting that is not in the form of an application
	for _, found := range settingNames().FindAllStringSubmatch(hint, -1) {
		key := strings.TrimPrefix(found[0], "set ")
		place, ok := settingHomes()[key]
		switch {
		case !ok:
		case place.environment:
			ofEnvironment = append(ofEnvironment, key)
		default:
			ofApp = append(ofApp, key)
		}
		secret = secret || place.secret
		if ok && !place.form {
			noForm = key
		}
	}
	if len(ofApp)+len(ofEnvironment) == 0 {
		return hint
	}
	hint = strings.Replace(hint, " in the configuration", "", 1)
	join := "; "
	if strings.HasSuffix(hint, "?") {
		join = " "
	}
	var tables []string
	if len(ofApp) > 0 {
		tables = append(tables, "[[application]] "+string(h.app.Name))
	}
	if len(ofEnvironment) > 0 {
		tables = append(tables, "[[environment]] "+string(h.app.Environment.Name))
	}
	name := h.app.Label()
	inConfig := join + "in " + h.path + ", below " + strings.Join(tables, " and ")
	stores := ""
	if secret && f.Stores != "" {
		stores = f.Stores + " " + string(name) + " stores the secret"
	}
	switch {
	case h.app.Source == Gone:
		return hint + join + string(name) + " is no longer configured: add it again to change that"
	case h.app.Source == FromConfig && secret && h.app.Details.SecretStored:
		return hint + join + "lanyard apps set-secret " + string(name) +
			" stores the secret; the rest is in " + h.path
	case h.app.Source == FromConfig, len(ofApp) == 0 && h.environment == FromConfig:
		return hint + inConfig
	case noForm != "":
		return hint + join + string(name) + " is kept in the store, which holds no " + noForm +
			": declare it in " + h.path
	case stores != "":
		return hint + join + stores + "; " + f.Edits + " " + string(name)
	}
	return hint + join + f.Edits + " " + string(name)
}

// settingHome is the table in which a setting is written: below [[environment]], or else below
// [[application]].
type settingHome struct{ environment, form, secret bool }

// settingHomes are the settings that hints name, by the words that they have there. form is set if
// the form of an application of the store has the setting.
var settingHomes = sync.OnceValue(func() map[string]settingHome {
	homes := map[string]settingHome{
		"consumer secret": {form: true, secret: true},
		"consumer_secret": {form: true, secret: true},
	}
	for _, key := range []string{
		"consumer key", "consumer_key", "user name", "username",
		"password", "grant", "scopes", "redirect_url", "probe_url", "another grant",
	} {
		homes[key] = settingHome{form: true}
	}
	for _, key := range []string{
		"signing_key", "probe_control", "assertion", "subject_token", "audience", "resource",
	} {
		homes[key] = settingHome{}
	}
	for _, key := range []string{"issuer", "token_url", "revoke_url", "client_auth", "cache_ttl"} {
		homes[key] = settingHome{environment: true, form: true}
	}
	for _, key := range []string{
		"introspect_url", "authorize_url", "device_url", "jwks_url",
		"regime", "timeout", "ca_file", "client_cert", "client_key", "allow_http", "proxy",
		"read_only", "insecure_skip_verify",
	} {
		homes[key] = settingHome{environment: true}
	}
	return homes
})

// settingNames matches settings in a hint. A setting that is also a plain word matches only after
// "set".
var settingNames = sync.OnceValue(func() *regexp.Regexp {
	var exact, plain []string
	for key := range settingHomes() {
		if strings.ContainsAny(key, "_ ") {
			exact = append(exact, key)
		} else {
			plain = append(plain, key)
		}
	}
	slices.Sort(exact)
	slices.Sort(plain)
	return regexp.MustCompile(`\b(?:(?:` + strings.Join(exact, "|") + `)|set (?:` +
		strings.Join(plain, "|") + `))\b`)
})
