package sandbox

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"
	"time"
)

// The defaults of options.
const (
	defaultTokenTTL   = time.Hour        // WSO2: UserAccessTokenDefaultValidityPeriod, 3600 s
	defaultRefreshTTL = 24 * time.Hour   // WSO2: refresh_token_validity "1d"
	defaultCacheTTL   = 15 * time.Minute // WSO2: apim.cache.gateway_token expiry_time "900s"
	defaultNotice     = 2 * time.Second  // WSO2's tests allow 60 s; it takes seconds
	defaultInterval   = 5 * time.Second  // RFC 8628 section 3.2, and WSO2

	leastTTL    = time.Second           // expires_in counts whole seconds, and 0 is ambiguous
	leastNotice = 10 * time.Millisecond // long enough to be observed at any speed
	mostNodes   = 16
	mostTTL     = 100 * 365 * 24 * time.Hour // keeps time.Time arithmetic away from its limits
)

// Options configure the sandbox. The zero value is a server with WSO2's default lifetimes on the
// system clock.
type Options struct {
	// Clock is the server's clock; nil is time.Now. It is called from several goroutines.
	Clock func() time.Time

	// TokenTTL is the lifetime of an access token (0: 1 h). RefreshTTL is that of a refresh token,
	// from the request or refresh that made it (0: 24 h). CacheTTL is the lifetime of a gateway
	// cache entry, from the token's first use (0: 15 min). Each is divided by Speed, and then
	// clamped to the range from 1 s to 100 years. None may be negative.
	TokenTTL, RefreshTTL, CacheTTL time.Duration

	// Latency is a delay before each request, in real time, independent of Clock and Speed (0:
	// none; not negative). A request that is cancelled during the delay has no effect and no
	// answer.
	Latency time.Duration

	// Speed divides these lifetimes and NoticeDelay: at 60 an hour passes in a minute (0: 1;
	// finite, not negative). It does not divide a lifetime that a client requested
	// (validity_period).
	Speed float64

	// Seed determines the consumer keys, the secrets and the password (0: 1). Tokens do not depend
	// on it without FixedTokens.
	Seed int64

	// FixedTokens makes tokens and codes depend on Seed and on the order of the requests only, and
	// so does the key that signs with ES256. Two runs with the same requests then return the same
	// tokens, and a token of one run is known to the other. With RS256, JWTs still differ.
	FixedTokens bool

	// JWTApps names applications whose access tokens are JWTs in every profile. The profile still
	// has the rules for them: where it asks the key manager about UUIDs, it asks about these JWTs.
	JWTApps []string

	// PublicURL is the server's address for clients, such as "http://127.0.0.1:8243" (empty: the
	// address of each request). The page at /, the issuer and the discovery document use it. Its
	// host name is the realm of WWW-Authenticate (empty: localhost).
	PublicURL string

	// Profile is one of Profiles() (empty: ProfileOpaque).
	Profile string

	// Nodes is the number of gateway nodes, each with its own cache (0: 1; at most 16). They answer
	// calls in turn. The header X-Node names the node of an answer, and selects a node in a
	// request.
	Nodes int

	// NoticeDelay is the time until the gateways learn of a revoked access token, in profiles in
	// which they do (0: 2 s; not negative). It is divided by Speed, and then is at least 10 ms.
	NoticeDelay time.Duration

	// DeviceInterval is the interval of a device grant's polls, in whole seconds (0: 5 s; at least
	// 1 s). Speed does not divide it. Nor does it divide the lifetimes of a device code (600 s) and
	// an authorization code (300 s).
	DeviceInterval time.Duration

	// AutoApprove grants every authorization request at once, without the consent page.
	AutoApprove bool

	// IntrospectAdminOnly allows only the portal's user to introspect, like WSO2's resident key
	// manager.
	IntrospectAdminOnly bool

	// SigningAlg is the algorithm of the issued JWTs: RS256 (the default) or ES256.
	SigningAlg string

	// PortalVersion is the version of the developer portal's API: v3 (the default), v2 or v1.
	// HashedSecrets hides consumer secrets: v3 omits them, and the older versions mask them.
	PortalVersion string
	HashedSecrets bool

	// Faults are the initial faults. ClockOff is the time by which the server's clock is ahead of
	// Clock (negative: behind) in everything that it writes: Date headers, JWTs, introspection.
	Faults   []Fault
	ClockOff time.Duration
}

// settings are checked options with defaults applied.
type settings struct {
	clock                                  func() time.Time
	tokenTTL, refreshTTL, cacheTTL, notice time.Duration
	latency, interval, clockOff            time.Duration
	seed                                   int64
	base, realm                            string // base has no slash at its end
	regime                                 regime
	nodes                                  int
	alg, portal                            string
	autoApprove, adminOnly, hashed, fixed  bool
	jwtApps                                []string
	faults                                 []Fault
}

func (o Options) settings() (settings, error) {
	s := settings{
		clock: o.Clock, latency: o.Latency, seed: o.Seed,
		base: strings.TrimRight(o.PublicURL, "/"), realm: "localhost",
		clockOff: o.ClockOff, autoApprove: o.AutoApprove, adminOnly: o.IntrospectAdminOnly,
		hashed: o.HashedSecrets, fixed: o.FixedTokens, jwtApps: o.JWTApps,
	}
	if s.clock == nil {
		s.clock = time.Now
	}
	if s.seed == 0 {
		s.seed = 1
	}
	if o.Latency < 0 {
		return settings{}, fmt.Errorf("sandbox: latency %v: must not be negative", o.Latency)
	}
	speed := o.Speed
	if speed == 0 {
		speed = 1
	}
	if math.IsNaN(speed) || math.IsInf(speed, 0) || speed < 0 {
		return settings{}, fmt.Errorf("sandbox: speed %v: must be a finite number above 0", speed)
	}
	for _, l := range []struct {
		name                string
		given, unset, least time.Duration
		to                  *time.Duration
	}{
		{"token ttl", o.TokenTTL, defaultTokenTTL, leastTTL, &s.tokenTTL},
		{"refresh ttl", o.RefreshTTL, defaultRefreshTTL, leastTTL, &s.refreshTTL},
		{"cache ttl", o.CacheTTL, defaultCacheTTL, leastTTL, &s.cacheTTL},
		{"notice delay", o.NoticeDelay, defaultNotice, leastNotice, &s.notice},
	} {
		d, err := lifetime(l.given, l.unset, l.least, speed)
		if err != nil {
			return settings{},
				fmt.Errorf("sandbox: %s %v at speed %v: %w", l.name, l.given, speed, err)
		}
		*l.to = d
	}
	if o.PublicURL != "" {
		u, err := url.Parse(o.PublicURL)
		if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" ||
			u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			// The URL is not repeated, because it may hold a password.
			return settings{},
				errors.New("sandbox: public url: must be http:// or https://, a host, and no " +
					"user, query or fragment")
		}
		s.realm = u.Hostname()
	}
	return s, s.setChoices(o)
}

// setChoices checks the options with a fixed set of values.
func (s *settings) setChoices(o Options) error {
	var ok bool
	if s.regime, ok = regimeOf(o.Profile); !ok {
		return fmt.Errorf("sandbox: profile %q: must be one of %s", o.Profile,
			strings.Join(Profiles(), ", "))
	}
	if s.nodes = max(o.Nodes, 1); o.Nodes < 0 || o.Nodes > mostNodes {
		return fmt.Errorf("sandbox: nodes %d: must be from 1 to %d", o.Nodes, mostNodes)
	}
	if s.interval = o.DeviceInterval; s.interval == 0 {
		s.interval = defaultInterval
	}
	if s.interval < time.Second || s.interval%time.Second != 0 {
		return fmt.Errorf("sandbox: device interval %v: must be whole seconds, at least one",
			s.interval)
	}
	if s.alg = o.SigningAlg; s.alg == "" {
		s.alg = algRS256
	}
	if s.alg != algRS256 && s.alg != algES256 {
		return fmt.Errorf("sandbox: signing alg %q: must be RS256 or ES256", o.SigningAlg)
	}
	if s.portal = o.PortalVersion; s.portal == "" {
		s.portal = "v3"
	}
	if !slices.Contains(PortalVersions(), s.portal) {
		return fmt.Errorf("sandbox: portal version %q: must be one of %s", o.PortalVersion,
			strings.Join(PortalVersions(), ", "))
	}
	for _, f := range o.Faults {
		if err := f.check(); err != nil {
			return err
		}
		s.faults = append(s.faults, f)
	}
	return nil
}

// lifetime returns the effective lifetime.
func lifetime(given, unset, least time.Duration, speed float64) (time.Duration, error) {
	if given < 0 {
		return 0, errors.New("must not be negative")
	}
	if given == 0 {
		given = unset
	}
	d := float64(given) / speed
	if d > float64(mostTTL) {
		return 0, errors.New("must not be above 100 years")
	}
	return max(time.Duration(d), least), nil
}
