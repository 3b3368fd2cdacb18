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

// Regime is how a Token API treats earlier tokens (wire behaviour differs between API Manager versions).
type Regime string

// The regimes. With RegimeAuto nothing is known to end a token but its own revoke or expiry.
const (
	RegimeAuto          Regime = "auto"
	RegimeOpaque        Regime = "opaque"
	RegimeJWT           Regime = "jwt"
	RegimeStateless     Regime = "stateless"
	RegimeIntrospecting Regime = "introspecting"
)

// Environment is one Token API with the gateway in front of its APIs.
type Environment struct {
	Name               string
	Production         bool   // asks before every revoke
	Issuer             string // asked for the endpoints that are not given; "" when all are
	Endpoints          tokenapi.Endpoints
	IssInAnswer        bool          // the server says that it names itself in authorization answers (RFC 9207)
	CacheTTL           time.Duration // how long this gateway may honour a revoked token, ≥ 0 or UntilExpiry
	Regime             Regime
	ClientAuth         tokenapi.ClientAuth
	Timeout            time.Duration
	CAFile             string
	ClientCert         string // file of a TLS client certificate, PEM
	ClientKey          string // file of its key; "" when it is in the same file
	Proxy              string // URL of a proxy; "" goes by the environment variables
	InsecureSkipVerify bool
	AllowHTTP          bool
	ReadOnly           bool
}

// PolicyOf is how tokens of an application are judged.
func PolicyOf(a Application, dueBefore time.Duration) Policy {
	e := a.Environment
	return Policy{DueBefore: dueBefore, CacheTTL: e.CacheTTL, Regime: e.Regime, ProbeURL: placeOf(a.ProbeURL)}
}

// Banner is the permanent warning an environment needs, or "".
func (e Environment) Banner() string {
	switch {
	case e.InsecureSkipVerify && e.AllowHTTP:
		return "TLS certificates of " + e.Name + " are not verified, and plain http is allowed"
	case e.InsecureSkipVerify:
		return "TLS certificates of " + e.Name + " are not verified"
	case e.AllowHTTP:
		return "plain http is allowed to " + e.Name
	}
	return ""
}

// Source says where an application is configured.
type Source string

// The sources.
const (
	FromConfig Source = "config"
	FromStore  Source = "store"
	Gone       Source = "gone" // no longer configured; its tokens stay, with what is needed to revoke them
)

// SecretState says whether a consumer secret is at hand, without fetching it.
type SecretState string

// The states of a consumer secret.
const (
	SecretAvailable SecretState = "available" // literal or stored
	SecretOnDemand  SecretState = "on_demand" // fetched by env, file or command at first use
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

// The ways of client authentication that a curl line can show.
const (
	AuthBasic = tokenapi.AuthBasic
	AuthPost  = tokenapi.AuthPost
	AuthNone  = tokenapi.AuthNone
)

// The key types of an application: labels, by the names of WSO2. An application may have none.
const (
	KeyProduction = "PRODUCTION"
	KeySandbox    = "SANDBOX"
)

// SecretKind says which secret of an application is asked for.
type SecretKind string

// The kinds, by the names of their configuration keys.
const (
	ConsumerSecret SecretKind = "consumer_secret"
	Password       SecretKind = "password"
	SigningKey     SecretKind = "signing_key"   // PEM or JWK: private_key_jwt, jwt_bearer
	Assertion      SecretKind = "assertion"     // jwt_bearer: a ready one, instead of a signing key
	SubjectToken   SecretKind = "subject_token" // token_exchange
)

// Lines reports whether a secret of this kind may have several lines.
func (k SecretKind) Lines() bool { return k == SigningKey }

// Read makes a secret of this kind of what stands in a file or a variable, was printed, typed or pasted.
func (k SecretKind) Read(raw string) (secret.Text, error) {
	if k.Lines() {
		return secret.ReadLines(raw)
	}
	return secret.Read(raw)
}

// Application is a consumer key at a Token API, used with one grant and one user.
type Application struct {
	ID          string // ApplicationID of the four parts below
	Name        string
	Environment Environment // a copy: what is needed to reach its server stays with it
	KeyType     string      // KeyProduction, KeySandbox or ""
	ConsumerKey string
	Grant       string
	Username    string
	Scopes      []string
	Audience    string     // sent where the grant knows it (RFC 8693 section 2.1, Auth0)
	Resource    []string   // RFC 8707
	Extra       url.Values // further form parameters
	ProbeURL    string
	Source      Source
	Secret      SecretState // of what proves the application: consumer secret or signing key
	Details     Details
	ConfigID    string // names it among those of the configuration, whatever ID it is stored under; "" for any other
}

// Details are what some grants and ways of authentication want to know besides.
type Details struct {
	RedirectURL        string // authorization_code: on loopback; port 0 is a free one
	SecretStored       bool   // the secret is kept in the store, though the application is in the configuration
	SigningAlg         string // "": the usual one for the kind of key
	SigningKeyID       string
	AssertionClaims    map[string]any // jwt_bearer: claims to sign, beside those that are always there
	ReadyAssertion     bool           // jwt_bearer: there is a ready assertion, nothing is signed
	Server             string         // token URL or issuer as it is configured, before anything was discovered
	SubjectTokenType   string         // token_exchange (RFC 8693 section 3)
	RequestedTokenType string
	ProbeControlOff    bool // probe_url is never called with a made-up token

	Headers      []string // names of further headers of requests to the Token API; the values are secrets (HeaderKind)
	ProbeHeaders []string // the same of probes (ProbeHeaderKind)
	ProbeMethod  string   // HTTP method of probes; "": GET
}

// Interactive says whether a person has to take part in the application's grant.
func (a Application) Interactive() bool {
	return interactive(a.Grant)
}

// Credential is the kind of secret that proves the application to its server; "" when none does.
func (a Application) Credential() SecretKind {
	switch a.Environment.ClientAuth {
	case tokenapi.AuthNone, tokenapi.AuthTLS:
		return ""
	case tokenapi.AuthPrivateKeyJWT:
		return SigningKey
	}
	return ConsumerSecret
}

// Label is the name a person can type back: name, @environment and /KEY_TYPE as far as they are set.
func (a Application) Label() string {
	s := a.Name
	if a.Environment.Name != "" {
		s += "@" + a.Environment.Name
	}
	if a.KeyType != "" {
		s += "/" + a.KeyType
	}
	return s
}

// kept is the application as it is stored beside its tokens. Of what a configured one sends with a
// get only that is kept which tells it from others of its consumer key: the rest may hold an
// assertion.
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

// server names the Token API of an application. Where only the issuer is given, it stands for the
// token URL that will be discovered: an identity must not depend on whether the server could be
// asked.
func (a Application) server() string {
	return cmp.Or(a.Environment.Endpoints.TokenURL, a.Environment.Issuer)
}

// sameClient reports whether two applications are one client of one server: they have one consumer
// secret.
func sameClient(a, b Application) bool {
	at := func(a Application) string { return cmp.Or(a.Details.Server, a.server()) }
	return a.ConsumerKey != "" && a.ConsumerKey == b.ConsumerKey && at(a) == at(b)
}

// Identity is ApplicationID of an application.
func (a Application) Identity() string {
	return ApplicationID(a.server(), a.ConsumerKey, a.Grant, a.Username)
}

// ApplicationID is the identity of an application: its token URL, consumer key, grant and user. Renamed,
// it is still the same; with another user it is another.
func ApplicationID(tokenURL, consumerKey, grant, username string) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{tokenURL, consumerKey, grant, username}, "\x00")))
	return "app_" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:10]))
}
