package console

import (
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"net/url"
	"strings"
	"time"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// Regime names what a Token API does with earlier tokens when it issues a new one. Versions of WSO2
// API Manager differ in that.
type Regime string

// The regimes. With RegimeAuto a token is known to end only by its own revoke or expiry.
const (
	RegimeAuto          Regime = "auto"
	RegimeOpaque        Regime = "opaque"
	RegimeJWT           Regime = "jwt"
	RegimeStateless     Regime = "stateless"
	RegimeIntrospecting Regime = "introspecting"
)

// Environment is one Token API with the gateway in front of its APIs.
type Environment struct {
	Name        Private
	Production  bool    // Lanyard asks before each revoke
	Issuer      Private // names the endpoints that are not configured; "" if all are
	Endpoints   Endpoints
	IssInAnswer bool // the server puts iss into authorization answers (RFC 9207)
	// CacheTTL is the longest time for which the gateway may accept a revoked token: ≥ 0, or
	// UntilExpiry.
	CacheTTL           time.Duration
	Regime             Regime
	ClientAuth         tokenapi.ClientAuth
	Timeout            time.Duration
	CAFile             string
	ClientCert         string  // file of a TLS client certificate, PEM
	ClientKey          string  // file of its key; "" if that is in the same file
	Proxy              Private // URL of a proxy; "" uses the environment variables
	InsecureSkipVerify bool
	AllowHTTP          bool
	ReadOnly           bool
}

// PolicyOf returns the policy for the tokens of an application.
func PolicyOf(a Application, dueBefore time.Duration) Policy {
	e := a.Environment
	return Policy{
		DueBefore: dueBefore, CacheTTL: e.CacheTTL, Regime: e.Regime,
		ProbeURL: placeOf(string(a.ProbeURL)),
	}
}

// Banner returns the permanent warning that an environment needs, or "".
func (e Environment) Banner() string {
	switch {
	case e.InsecureSkipVerify && e.AllowHTTP:
		return "TLS certificates of " + string(e.Name) +
			" are not verified, and plain http is allowed"
	case e.InsecureSkipVerify:
		return "TLS certificates of " + string(e.Name) + " are not verified"
	case e.AllowHTTP:
		return "plain http is allowed to " + string(e.Name)
	}
	return ""
}

// Source is the origin of an application: the configuration, the store, or neither any more.
type Source string

// The sources.
const (
	FromConfig Source = "config"
	FromStore  Source = "store"
	Gone       Source = "gone" // no longer configured; what revokes its tokens is stored
)

// SecretState reports whether a secret is available. It is known without fetching the secret.
type SecretState string

// The states of a consumer secret.
const (
	SecretAvailable SecretState = "available" // literal or stored
	SecretOnDemand  SecretState = "on_demand" // from a variable, a file or a command, at first use
	SecretMissing   SecretState = "missing"
)

// The grants that an application can use, by the names of the configuration.
const (
	GrantClientCredentials = tokenapi.GrantClientCredentials
	GrantPassword          = tokenapi.GrantPassword
	GrantRefreshToken      = tokenapi.GrantRefreshToken
	GrantAuthorizationCode = tokenapi.GrantAuthorizationCode
	GrantDeviceCode        = tokenapi.GrantDeviceCode
	GrantJWTBearer         = tokenapi.GrantJWTBearer
	GrantTokenExchange     = tokenapi.GrantTokenExchange
)

// The ways of client authentication that the screen offers. A curl line shows all but
// AuthBasicEncoded.
const (
	AuthBasic        = tokenapi.AuthBasic
	AuthBasicEncoded = tokenapi.AuthBasicEncoded
	AuthPost         = tokenapi.AuthPost
	AuthNone         = tokenapi.AuthNone
)

// The key types of an application: labels, by the names of WSO2. An application may have none.
const (
	KeyProduction = "PRODUCTION"
	KeySandbox    = "SANDBOX"
)

// SecretKind is the kind of a secret of an application.
type SecretKind string

// The kinds, by the names of their configuration keys.
const (
	ConsumerSecret SecretKind = "consumer_secret"
	Password       SecretKind = "password"
	SigningKey     SecretKind = "signing_key"   // PEM or JWK: private_key_jwt, jwt_bearer
	Assertion      SecretKind = "assertion"     // jwt_bearer: a ready one, without a signing key
	SubjectToken   SecretKind = "subject_token" // token_exchange
)

// Lines reports whether a secret of this kind may have several lines.
func (k SecretKind) Lines() bool { return k == SigningKey }

// Read returns the secret in the content of a file or variable, in output, or in typed or pasted
// text.
func (k SecretKind) Read(raw string) (secret.Text, error) {
	if k.Lines() {
		return secret.ReadLines(raw)
	}
	return secret.Read(raw)
}

// Application is a consumer key at a Token API, used with one grant, one user and one request.
type Application struct {
	ID          string // ApplicationID
	Name        Private
	Environment Environment // a copy, so that its server can be reached later
	KeyType     string      // KeyProduction, KeySandbox or ""
	ConsumerKey Private
	Grant       string
	Username    Private
	Scopes      []string
	Audience    string     // sent if the grant has it (RFC 8693 section 2.1, Auth0)
	Resource    []string   // RFC 8707
	Extra       url.Values // further form parameters
	ProbeURL    Private
	Source      Source
	Secret      SecretState // state of the consumer secret or signing key
	Details     Details
	ConfigID    string // name in the configuration, with any ID; "" if it has none
}

// Details are settings that only some grants and ways of authentication need.
type Details struct {
	RedirectURL        Private // authorization_code: on loopback; port 0 is any free port
	SecretStored       bool    // the secret of a configured application is in the store
	SigningAlg         string  // "": the default of the kind of key
	SigningKeyID       string
	AssertionClaims    map[string]any // jwt_bearer: further claims to sign
	ReadyAssertion     bool           // jwt_bearer: the assertion is given, nothing is signed
	Server             string         // token URL or issuer, as configured
	SubjectTokenType   string         // token_exchange (RFC 8693 section 3)
	RequestedTokenType string
	ProbeControlOff    bool // probe_url is never called with a made-up token

	Headers      []string // names of headers to the Token API; the values are secrets
	ProbeHeaders []string // the same for probes
	ProbeMethod  string   // HTTP method of probes; "": GET
}

// Credential returns the kind of secret that proves the application to its server; "" if none does.
func (a Application) Credential() SecretKind {
	switch a.Environment.ClientAuth {
	case tokenapi.AuthNone, tokenapi.AuthTLS:
		return ""
	case tokenapi.AuthPrivateKeyJWT:
		return SigningKey
	}
	return ConsumerSecret
}

// Label returns the name that a person can type: name, @environment and /KEY_TYPE, as far as they
// are set.
func (a Application) Label() Private {
	s := a.Name
	if a.Environment.Name != "" {
		s += "@" + a.Environment.Name
	}
	if a.KeyType != "" {
		s += Private("/" + a.KeyType)
	}
	return s
}

// kept returns the application as it is stored beside its tokens. Of the request of a configured
// one it keeps only what differs from others of the consumer key: the rest may hold an assertion.
func (a Application) kept() Application {
	a.ConfigID = ""
	if a.Source == FromStore {
		return a
	}
	a.Details.AssertionClaims = nil
	var public url.Values
	for name, values := range a.Extra {
		if publicParam(name) {
			if public == nil {
				public = url.Values{}
			}
			public[name] = values
		}
	}
	a.Extra = public
	return a
}

// server names the Token API of an application. The issuer stands in for a token URL that is not
// configured: an identity must not depend on whether the server could be asked.
func (a Application) server() string {
	return string(cmp.Or(a.Environment.Endpoints.TokenURL, a.Environment.Issuer))
}

// sameClient reports whether two applications are one client of one server, with one consumer
// secret.
func sameClient(a, b Application) bool {
	at := func(a Application) string { return cmp.Or(a.Details.Server, a.server()) }
	return a.ConsumerKey != "" && a.ConsumerKey == b.ConsumerKey && at(a) == at(b)
}

// Identity returns the ApplicationID of an application.
func (a Application) Identity() string {
	return ApplicationID(a.server(), string(a.ConsumerKey), a.Grant, string(a.Username))
}

// ApplicationID derives the identity of an application from token URL, consumer key, grant and
// user. It does not depend on the name.
func ApplicationID(tokenURL, consumerKey, grant, username string) string {
	parts := []string{tokenURL, consumerKey, grant, username}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	encoding := base32.StdEncoding.WithPadding(base32.NoPadding)
	return "app_" + strings.ToLower(encoding.EncodeToString(sum[:10]))
}
