package sandbox

import (
	"cmp"
	"crypto/ecdsa"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"lanyard/tokenapi/secret"
)

// Server is the Token API, the gateway and the developer portal. It is an http.Handler and safe for
// concurrent use. It holds everything in memory and needs no cleanup.
type Server struct {
	set       settings
	clients   []*client // the seeds
	accounts  map[string]secret.Text
	assertion *ecdsa.PrivateKey // signs assertions; clients have it
	signer    func() signer     // signs tokens; made at first use
	ahead     atomic.Int64      // nanoseconds that the clock is ahead
	minted    atomic.Int64      // number of tokens of the seed; see Options.FixedTokens

	mu         sync.Mutex // guards everything below
	byKey      map[string]*client
	ledger     ledger
	gate       gateways
	codes      map[string]*code
	devices    map[string]*device
	assertions map[string]time.Time // expiry of used assertions, by jti
	portal     portal
	faults     []Fault
	tidyAt     time.Time // time of the next tidying
	tidied     int       // number of objects after the last tidy
}

// New returns a server. An error names the invalid option.
func New(o Options) (*Server, error) {
	set, err := o.settings()
	if err != nil {
		return nil, err
	}
	s := &Server{
		set: set, accounts: seedAccounts(set.seed), assertion: seededKey(set.seed, "assertion key"),
		signer: sync.OnceValue(func() signer { return newSigner(set) }),
		byKey:  map[string]*client{}, ledger: newLedger(), gate: newGateways(set.nodes),
		codes: map[string]*code{}, devices: map[string]*device{},
		assertions: map[string]time.Time{}, faults: set.faults,
	}
	s.ahead.Store(int64(set.clockOff))
	s.clients = seedClients(set, s.accounts, s.assertion)
	for _, c := range s.clients {
		s.byKey[c.ConsumerKey] = c
	}
	s.portal = newPortal(set.seed, s.clients)
	return s, nil
}

// serverTime returns t by the server's clock, for everything that it writes.
func (s *Server) serverTime(t time.Time) time.Time { return t.Add(time.Duration(s.ahead.Load())) }

// Profile returns the profile, one of Profiles().
func (s *Server) Profile() string { return s.set.regime.profile }

// CacheTTL returns how long the gateway accepts a token from its first use without asking again,
// divided by Speed.
func (s *Server) CacheTTL() time.Duration { return s.set.cacheTTL }

// TokenTTL returns the lifetime of an access token, divided by Speed.
func (s *Server) TokenTTL() time.Duration { return s.set.tokenTTL }

// PollInterval returns the interval that the sandbox names for polls of a device code.
func (s *Server) PollInterval() time.Duration { return s.set.interval }

// Format hides the issued tokens, which are plain map keys, from a log that prints a Server.
func (s *Server) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "sandbox.Server") }

// ServeHTTP serves the Token API under the paths of a gateway (WSO2 until 3.2: /token) and of the
// key manager (/oauth2/token). It serves a text page at /, the portal, and the gateway at all other
// paths.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", s.serverTime(s.set.clock()).UTC().Format(http.TimeFormat))
	if !s.isAddressed(r.Host) {
		http.Error(w, "This is not the address of the sandbox.", http.StatusMisdirectedRequest)
		return
	}
	if r.URL.Path == faultPath {
		s.serveFault(w, r)
		return
	}
	if !s.delay(r, s.set.latency) {
		return
	}
	name, serve := s.route(r.URL.Path)
	if f, ok := s.fault(name); ok {
		s.serveFaulty(w, r, f, serve)
		return
	}
	serve(w, r)
}

// isAddressed reports whether the Host of a request is this server's. A web page whose name was
// made to resolve to this machine (DNS rebinding) has another Host. Every loopback name is
// accepted.
func (s *Server) isAddressed(host string) bool {
	if s.set.base == "" { // the address is unknown
		return true
	}
	own, err := url.Parse(s.set.base)
	if err != nil {
		return false
	}
	host = strings.ToLower(host)
	given := &url.URL{Scheme: own.Scheme, Host: host}
	if portOf(given) != portOf(own) || strings.ContainsAny(host, "@/?#") {
		return false
	}
	if strings.EqualFold(given.Hostname(), own.Hostname()) {
		return true
	}
	return isLoopback("http://"+host) && isLoopback("http://"+own.Host)
}

// portOf returns the port of a URL, or the default port of its scheme.
func portOf(u *url.URL) string {
	if p := u.Port(); p != "" || u.Scheme != "https" {
		return cmp.Or(p, "80")
	}
	return "443"
}

// route returns the handler of a path and its name in faults.
func (s *Server) route(path string) (name string, serve http.HandlerFunc) {
	switch path {
	case "/token", issuerPath:
		return "token", s.serveToken
	case "/revoke", "/oauth2/revoke":
		return "revoke", s.serveRevoke
	case "/introspect", "/oauth2/introspect":
		return "introspect", s.serveIntrospect
	case "/authorize", "/oauth2/authorize":
		return "authorize", s.serveAuthorize
	case "/device_authorize", "/oauth2/device_authorize":
		return "device_authorize", s.serveDeviceAuthorize
	case devicePath:
		return "device", s.serveDevice
	case "/oauth2/jwks":
		return "jwks", s.serveJWKS
	case issuerPath + "/.well-known/openid-configuration",
		"/.well-known/oauth-authorization-server" + issuerPath:
		return "discovery", s.serveDiscovery
	case "/":
		return "index", s.serveIndex
	}
	switch {
	case strings.HasPrefix(path, "/client-registration/"):
		return "register", s.serveRegister
	case strings.HasPrefix(path, "/api/am/"):
		return "portal", s.servePortal
	}
	return "gateway", s.serveGateway
}

// delay waits, and reports whether the client still waits for the answer.
func (s *Server) delay(r *http.Request, d time.Duration) bool {
	if d == 0 {
		return r.Context().Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

func (s *Server) serveIndex(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		refuseMethod(w, "GET, HEAD")
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if r.Method == http.MethodHead {
		return
	}
	base := s.set.base
	fmt.Fprintf(w, "Lanyard sandbox: a Token API and an API gateway in memory\n\n"+
		"POST %[1]s/token             every grant\n"+
		"POST %[1]s/revoke            token, token_type_hint\n"+
		"POST %[1]s/introspect        token, token_type_hint\n"+
		"GET  %[1]s/authorize         code with PKCE; approve=1 spares the page\n"+
		"POST %[1]s/device_authorize  scope; then %[1]s/oauth2/device\n"+
		"     (each also under %[1]s/oauth2)\n"+
		"GET  %[1]s/oauth2/jwks\n"+
		"GET  %[1]s/oauth2/token/.well-known/openid-configuration\n"+
		"POST %[1]s/client-registration/v0.17/register\n"+
		"     %[1]s%[2]s/…\n"+
		"POST %[1]s%[3]s    kind, endpoint, times\n\n", base, portalBase(s.set.portal), faultPath)
	for _, a := range apis() {
		fmt.Fprintf(w, "ANY  %s%s/…\n", base, a.context)
	}
	fmt.Fprintf(w,
		"\nThe profile is %s. Access tokens live %v.\n", s.set.regime.profile, s.set.tokenTTL)
	if s.set.regime.jwt {
		fmt.Fprintf(w, "The gateway hears of a revoked one after %v.\n", s.set.notice)
	} else {
		fmt.Fprintf(w,
			"The gateway honours a revoked one for up to %v from its first use.\n", s.set.cacheTTL)
	}
}

// tidyEvery is the interval of tidy, by the server's clock. If the number of objects has doubled
// since the last time (and is above tidyFloor), tidy runs at once.
const (
	tidyEvery = time.Minute
	tidyFloor = 1024
)

// tidy drops objects on which no answer depends any more. The caller holds the mutex.
func (s *Server) tidy(now time.Time) {
	if now.Before(s.tidyAt) && s.held() <= max(tidyFloor, 2*s.tidied) {
		return
	}
	s.ledger.tidy(now)
	s.gate.tidy(now)
	maps.DeleteFunc(s.codes, func(_ string, c *code) bool { return !now.Before(c.ends) })
	maps.DeleteFunc(s.devices,
		func(_ string, d *device) bool { return !now.Before(d.ends.Add(deviceTTL)) })
	maps.DeleteFunc(s.assertions, func(_ string, over time.Time) bool { return !now.Before(over) })
	s.tidyAt, s.tidied = now.Add(tidyEvery), s.held()
}

func (s *Server) held() int {
	return s.ledger.held() + s.gate.held() + len(s.codes) + len(s.devices) + len(s.assertions)
}
