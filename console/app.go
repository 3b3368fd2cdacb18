package console

import (
	"crypto/sha256"
	"encoding/base32"
	"net/url"
	"strings"
	"time"

	"lanyard/tokenapi"
)

// Regime is how a Token API treats earlier tokens (wire behaviour differs between API Manager versions).
type Regime string

// The regimes. RegimeAuto is treated like RegimeOpaque until something says otherwise.
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
	Production         bool // asks before every revoke
	Endpoints          tokenapi.Endpoints
	CacheTTL           time.Duration // how long this gateway may honour a revoked token, ≥ 0
	Regime             Regime
	ClientAuth         tokenapi.ClientAuth
	Timeout            time.Duration
	CAFile             string
	InsecureSkipVerify bool
	AllowHTTP          bool
	ReadOnly           bool
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

// Application is a consumer key at a Token API, used with one grant and one user.
type Application struct {
	ID          string // ApplicationID of the four parts below
	Name        string
	Environment Environment // a copy: what is needed to reach its server stays with it
	KeyType     string      // PRODUCTION, SANDBOX or ""
	ConsumerKey string
	Grant       string
	Username    string
	Scopes      []string
	Extra       url.Values
	ProbeURL    string
	Source      Source
	Secret      SecretState
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

// ApplicationID is the identity of an application: its token URL, consumer key, grant and user. Renamed,
// it is still the same; with another user it is another.
func ApplicationID(tokenURL, consumerKey, grant, username string) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{tokenURL, consumerKey, grant, username}, "\x00")))
	return "app_" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:10]))
}
