package sandbox

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"time"
)

// What an option is when it is left zero.
const (
	defaultTokenTTL   = time.Hour        // WSO2: UserAccessTokenDefaultValidityPeriod, 3600 s
	defaultRefreshTTL = 24 * time.Hour   // WSO2: refresh_token_validity "1d"
	defaultCacheTTL   = 15 * time.Minute // WSO2: apim.cache.gateway_token expiry_time "900s"

	leastTTL = time.Second                // expires_in counts whole seconds, and 0 is ambiguous
	mostTTL  = 100 * 365 * 24 * time.Hour // keeps time.Time arithmetic away from its limits
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

	// Speed divides the three lifetimes: at 60 an hour passes in a minute (0: 1; finite, not negative).
	// A lifetime that a client asked for (validity_period) is not divided.
	Speed float64

	// Seed gives the consumer keys and secrets and the password (0: 1). Tokens do not depend on it.
	Seed int64

	// PublicURL is where clients reach the server, such as "http://127.0.0.1:8243" (empty: unknown). It
	// is shown on GET / and its host name is the realm of WWW-Authenticate (empty: localhost).
	PublicURL string
}

// settings are options that have been checked and completed.
type settings struct {
	clock                          func() time.Time
	tokenTTL, refreshTTL, cacheTTL time.Duration
	latency                        time.Duration
	seed                           int64
	base, realm                    string
}

func (o Options) settle() (settings, error) {
	s := settings{clock: o.Clock, latency: o.Latency, seed: o.Seed, base: o.PublicURL, realm: "localhost"}
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
		name         string
		given, unset time.Duration
		to           *time.Duration
	}{
		{"token ttl", o.TokenTTL, defaultTokenTTL, &s.tokenTTL},
		{"refresh ttl", o.RefreshTTL, defaultRefreshTTL, &s.refreshTTL},
		{"cache ttl", o.CacheTTL, defaultCacheTTL, &s.cacheTTL},
	} {
		d, err := lifetime(l.given, l.unset, speed)
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
	return s, nil
}

// lifetime gives the effective one.
func lifetime(given, unset time.Duration, speed float64) (time.Duration, error) {
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
	return max(time.Duration(d), leastTTL), nil
}
