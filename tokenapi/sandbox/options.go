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

// What an option is when it is left zero.
const (
	defaultTokenTTL   = time.Hour        // WSO2: UserAccessTokenDefaultValidityPeriod, 3600 s
	defaultRefreshTTL = 24 * time.Hour   // WSO2: refresh_token_validity "1d"
	defaultCacheTTL   = 15 * time.Minute // WSO2: apim.cache.gateway_token expiry_time "900s"
	defaultNotice     = 2 * time.Second  // WSO2's own suite allows a revocation event 60 s; it takes seconds
	defaultInterval   = 5 * time.Second  // RFC 8628 section 3.2, and WSO2

	leastTTL    = time.Second           // expires_in counts whole seconds, and 0 is ambiguous
	leastNotice = 10 * time.Millisecond // so that even at a great speed there is a moment to see
	mostNodes   = 16
	mostTTL     = 100 * 365 * 24 * time.Hour // keeps time.Time arithmetic away from its limits
)

// Options say how the sandbox behaves. The zero value is a server with WSO2's default lifetimes on the
// system clock.
type Options struct {
	// Clock is the time the server lives by; nil is time.Now. It is called from several goroutines.
	Clock func() time.Time

	// TokenTTL is the life of an access token (0: 1 h), RefreshTTL of a refresh token, counted from the
	// get or refresh that made it (0: 24 h), and CacheTTL of a gateway cache entry, counted from the
	// token's first use and not from its last (0: 15 min). Each must not be negative, is divided by
	// Speed, and then is at least 1 s and at most 100 years.
	TokenTTL, RefreshTTL, CacheTTL time.Duration

	// Latency is waited before a request is looked at, in real time, whatever Clock and Speed say
	// (0: none; not negative). A request cancelled meanwhile has no effect and no answer.
	Latency time.Duration

	// Speed divides these lifetimes and NoticeDelay: at 60 an hour passes in a minute (0: 1; finite, not negative).
	// A lifetime that a client asked for (validity_period) is not divided.
	Speed float64

	// Seed gives the consumer keys and secrets and the password (0: 1). Tokens do not depend on it.
	Seed int64

	// PublicURL is where clients reach the server, such as "http://127.0.0.1:8243" (empty: where each
	// request says it came to). It is shown on GET /, begins the issuer and all endpoints of the discovery
	// document, and its host name is the realm of WWW-Authenticate (empty: localhost).
	PublicURL string

	// Profile is how tokens are treated, one of Profiles() (empty: ProfileOpaque).
	Profile string

	// Nodes is how many gateway nodes there are, each with a cache of its own (0: 1; at most 16). Calls of
	// APIs go round them; the header X-Node of an answer says which one it came from, and in a request it
	// picks one.
	Nodes int

	// NoticeDelay is how long the gateways take to hear of a dead access token, in the profiles in which
	// they hear at all (0: 2 s; not negative). It is divided by Speed, and then is at least 10 ms.
	NoticeDelay time.Duration

	// DeviceInterval is the time to leave between two polls of the device grant, in whole seconds (0: 5 s;
	// at least 1 s). Speed does not divide it, nor the 600 s that a device code and the 300 s that an
	// authorization code live.
	DeviceInterval time.Duration

	// AutoApprove grants every authorization request at once, without the page that asks.
	AutoApprove bool

	// IntrospectAdminOnly lets nobody but the portal's user introspect, as WSO2's resident key manager does.
	IntrospectAdminOnly bool

	// SigningAlg is the algorithm of the JWTs that are issued: RS256 (empty: that) or ES256.
	SigningAlg string

	// PortalVersion is the one version of the developer portal's API that exists: v3 (empty: that), v2 or
	// v1. HashedSecrets keeps it from telling consumer secrets: v3 leaves them out, the older ones mask them.
	PortalVersion string
	HashedSecrets bool

	// Faults are there from the start; see Fault. ClockOff is how far the server's clock is ahead of Clock
	// (negative: behind) in everything that it writes: Date headers, JWTs, introspection.
	Faults   []Fault
	ClockOff time.Duration
}

// settings are options that have been checked and completed.
type settings struct {
	clock                                  func() time.Time
	tokenTTL, refreshTTL, cacheTTL, notice time.Duration
	latency, interval, clockOff            time.Duration
	seed                                   int64
	base, realm                            string // base without the slash at its end
	regime                                 regime
	nodes                                  int
	alg, portal                            string
	autoApprove, adminOnly, hashed         bool
	faults                                 []Fault
}

func (o Options) settle() (settings, error) {
	s := settings{clock: o.Clock, latency: o.Latency, seed: o.Seed, base: strings.TrimRight(o.PublicURL, "/"), realm: "localhost",
		clockOff: o.ClockOff, autoApprove: o.AutoApprove, adminOnly: o.IntrospectAdminOnly, hashed: o.HashedSecrets}
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
			return settings{}, fmt.Errorf("sandbox: %s %v at speed %v: %w", l.name, l.given, speed, err)
		}
		*l.to = d
	}
	if o.PublicURL != "" {
		u, err := url.Parse(o.PublicURL)
		if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" ||
			u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			// The URL is not repeated: it may hold a password.
			return settings{}, errors.New("sandbox: public url: must be http:// or https://, a host, and no user, query or fragment")
		}
		s.realm = u.Hostname()
	}
	return s, s.choose(o)
}

// choose settles what is one of a few.
func (s *settings) choose(o Options) error {
	var ok bool
	if s.regime, ok = regimeOf(o.Profile); !ok {
		return fmt.Errorf("sandbox: profile %q: must be one of %s", o.Profile, strings.Join(Profiles(), ", "))
	}
	if s.nodes = max(o.Nodes, 1); o.Nodes < 0 || o.Nodes > mostNodes {
		return fmt.Errorf("sandbox: nodes %d: must be from 1 to %d", o.Nodes, mostNodes)
	}
	if s.interval = o.DeviceInterval; s.interval == 0 {
		s.interval = defaultInterval
	}
	if s.interval < time.Second || s.interval%time.Second != 0 {
		return fmt.Errorf("sandbox: device interval %v: must be whole seconds, at least one", s.interval)
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
		return fmt.Errorf("sandbox: portal version %q: must be one of %s", o.PortalVersion, strings.Join(PortalVersions(), ", "))
	}
	for _, f := range o.Faults {
		if err := f.check(); err != nil {
			return err
		}
		s.faults = append(s.faults, f)
	}
	return nil
}

// lifetime gives the effective one.
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
