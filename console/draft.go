package console

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"lanyard/text"
	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// Draft is an application as a person fills it in, in a new environment or in a known one.
type Draft struct {
	Application
	Was    string      // ID of the application that is edited; "" for a new one
	Secret secret.Text // the consumer secret; zero keeps the stored one

	// Password is that of the user, for the password grant. Zero keeps the stored one; without one
	// the person types it for each get.
	Password secret.Text
	// Headers are values of the headers that Details.Headers names. A header without a value here
	// keeps the stored one.
	Headers HeaderValues
	// EnvironmentWas names an environment of the store that the draft edits too: all its
	// applications follow. "" does not edit it.
	EnvironmentWas string
	// Tested is the result of a test. If it is of this application, its token becomes the first
	// one.
	Tested *Tested
}

// Field names a field of a Draft, as the configuration file does.
type Field string

// The fields of a draft that Problems checks.
const (
	FieldName        Field = "name"
	FieldEnvironment Field = "environment"
	FieldTokenURL    Field = "token_url"
	FieldIssuer      Field = "issuer"
	FieldRevokeURL   Field = "revoke_url"
	FieldClientAuth  Field = "client_auth"
	FieldConsumerKey Field = "consumer_key"
	FieldGrant       Field = "grant"
	FieldScopes      Field = "scopes"
	FieldUsername    Field = "username"
	FieldRedirectURL Field = "redirect_url"
	FieldAudience    Field = "audience"
	FieldResource    Field = "resource"
	FieldExtra       Field = "extra"
	FieldHeaders     Field = "headers"
	FieldProbeURL    Field = "probe_url"
)

// The fields that hold a secret. Problems does not check them.
const (
	FieldConsumerSecret Field = "consumer_secret"
	FieldPassword       Field = "password"
)

// draftFields returns the fields in the order of problem reports.
func draftFields() []Field {
	return []Field{
		FieldName, FieldEnvironment, FieldTokenURL, FieldIssuer, FieldRevokeURL, FieldClientAuth,
		FieldConsumerKey, FieldGrant, FieldScopes, FieldUsername, FieldRedirectURL, FieldAudience,
		FieldResource, FieldExtra, FieldHeaders, FieldProbeURL,
	}
}

// Problems returns what is wrong with the fields of a draft: in themselves, and with the other
// applications. The map is empty if the draft can be saved.
func (d Draft) Problems(others ...Application) map[Field]string {
	bad := map[Field]string{}
	say := func(field Field, text string) {
		if text != "" && bad[field] == "" {
			bad[field] = text
		}
	}
	e := d.Environment
	if d.Name == "" {
		say(FieldName, "is missing")
	}
	say(FieldName, NameProblem(string(d.Name)))
	if e.Name == "" {
		say(FieldEnvironment, "is missing")
	}
	say(FieldEnvironment, EnvironmentNameProblem(string(e.Name)))
	if e.Endpoints.TokenURL == "" && e.Issuer == "" {
		say(FieldTokenURL, "give the token URL, or an issuer")
	}
	for field, u := range map[Field]string{
		FieldTokenURL: string(e.Endpoints.TokenURL), FieldIssuer: string(e.Issuer),
		FieldRevokeURL: string(e.Endpoints.RevokeURL), FieldProbeURL: string(d.ProbeURL),
	} {
		why := URLProblem(u, e.AllowHTTP)
		if why == PlainHTTP {
			why += ": use https://"
		}
		say(field, why)
	}
	if e.ClientAuth == tokenapi.AuthTLS && e.ClientCert == "" {
		say(FieldClientAuth,
			`"tls" needs a client certificate, which only the configuration file can name`)
	}
	switch {
	case d.ConsumerKey == "":
		say(FieldConsumerKey, "is missing")
	case strings.ContainsFunc(string(d.ConsumerKey),
		func(r rune) bool { return r < ' ' || r > '~' }):
		say(FieldConsumerKey, "holds a character that no consumer key has")
	case e.ClientAuth == tokenapi.AuthBasic && strings.Contains(string(d.ConsumerKey), ":"):
		say(FieldConsumerKey, `must not contain : with client_auth = "basic"`)
	}
	say(FieldScopes, ScopesProblem(d.Scopes))
	say(FieldRedirectURL, RedirectProblem(string(d.Details.RedirectURL)))
	for _, r := range d.Resource {
		say(FieldResource, ResourceProblem(r))
	}
	say(FieldExtra, extraProblem(d.Extra))
	say(FieldHeaders, d.headersProblem())
	switch {
	case d.Grant == tokenapi.GrantPassword && d.Username == "":
		say(FieldUsername, "is needed by the password grant")
	case d.Grant == tokenapi.GrantAuthorizationCode && e.Issuer == "" &&
		e.Endpoints.AuthorizeURL == "":
		say(FieldGrant, "authorization_code needs an issuer")
	case d.Grant == tokenapi.GrantDeviceCode && e.Issuer == "" && e.Endpoints.DeviceURL == "":
		say(FieldGrant, "device_code needs an issuer")
	}
	d.beside(others, say)
	return bad
}

// beside reports the fields by which a draft conflicts with another application.
func (d Draft) beside(others []Application, say func(field Field, text string)) {
	for _, have := range others {
		switch {
		case have.ID == d.Was || have.Source == Gone:
		case have.Label() == d.Label() && d.Name != "":
			say(FieldName, "name, environment and key type are those of another one")
		case SameRequest(have, d.Application) && d.ConsumerKey != "":
			say(FieldConsumerKey,
				"token URL, key, grant, user and scopes are those of "+string(have.Label()))
		}
	}
}

// Warning names the effects of saving an edited application that a person may not expect, or
// returns "". It becomes another application if its token URL, consumer key, grant or user changes.
// held returns the number of tokens of an application.
func (d Draft) Warning(all []Application, held func(appID string) int) string {
	others, left, anew := 0, 0, 0
	another := false
	for _, have := range all {
		switch {
		case have.Source != FromStore:
		case have.ID == d.Was && d.Identity() != have.Identity():
			another = true
			left += held(have.ID)
		case have.ID != d.Was && d.EnvironmentWas != "" &&
			string(have.Environment.Name) == d.EnvironmentWas:
			others++
			if !SameServer(have.Environment, d.Environment) && have.Credential() != "" {
				anew++
			}
			was := have.Identity()
			if have.Environment = d.Environment; have.Identity() != was {
				left += held(have.ID)
			}
		}
	}
	var said []string
	if another && left == 0 {
		said = append(said, "this makes it another application")
	}
	if left > 0 {
		said = append(said,
			fmt.Sprintf("this makes it another application: %s with the old one, no longer "+
				"configured", text.CountOf(left, "token stays", "tokens stay")))
	}
	if others > 0 {
		said = append(said,
			text.CountOf(others, "other application of this environment follows",
				"other applications of this environment follow"))
	}
	if anew > 0 {
		said = append(said,
			"at another server "+
				text.CountOf(anew, "needs its secret anew", "need their secrets anew"))
	}
	return strings.Join(said, "; ")
}

// KnownEnvironment is an environment into which an application can be put, without what was
// discovered.
type KnownEnvironment struct {
	Environment
	Source Source // FromConfig, or FromStore if it is edited with its applications
}

// environments lists the environments of the configuration, then those of applications of the
// store. The first one of a name counts.
func (s *Service) environments(stored []Application) []KnownEnvironment {
	var all []KnownEnvironment
	add := func(e Environment, from Source) {
		if e.Name != "" &&
			!slices.ContainsFunc(all, func(k KnownEnvironment) bool { return k.Name == e.Name }) {
			all = append(all, KnownEnvironment{e, from})
		}
	}
	for _, e := range s.opt.Environments {
		add(e, FromConfig)
	}
	for _, a := range s.opt.Applications {
		add(a.Environment, FromConfig)
	}
	for _, a := range stored {
		if a.Source == FromStore {
			add(a.Environment, FromStore)
		}
	}
	return all
}

// ConfigPath returns the configuration file, "" if it is not known.
func (s *Service) ConfigPath() string { return s.opt.ConfigPath }

// NewEnvironment returns an environment with default settings.
func NewEnvironment(name string) Environment {
	return Environment{
		Name: Private(name), CacheTTL: 15 * time.Minute, Regime: RegimeAuto,
		ClientAuth: tokenapi.AuthBasic, Timeout: 15 * time.Second,
	}
}

// GuessRevokeURL returns where a Token API is likely to revoke: /revoke beside its /token, as in
// WSO2; "" if the URL is of another form.
func GuessRevokeURL(tokenURL Private) Private {
	if base, ok := strings.CutSuffix(string(tokenURL), "/token"); ok {
		return Private(base + "/revoke")
	}
	return ""
}

// MayUse reports whether an application has what a grant needs, apart from its consumer key and
// secret and from what a person types for each get.
func MayUse(a Application, grant string) bool {
	e := a.Environment
	switch grant {
	case tokenapi.GrantClientCredentials, tokenapi.GrantPassword:
		return true
	case tokenapi.GrantAuthorizationCode:
		return e.Issuer != "" || e.Endpoints.AuthorizeURL != ""
	case tokenapi.GrantDeviceCode:
		return e.Issuer != "" || e.Endpoints.DeviceURL != ""
	}
	return false
}
