package sandbox

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Server is the Token API and the gateway. It is an http.Handler, safe for concurrent use, and holds
// everything in memory: dropping it is all the cleaning up there is.
type Server struct {
	set     settings
	clients []*client
	byKey   map[string]*client

	mu     sync.Mutex
	ledger ledger
	cache  cache
	tidyAt time.Time // when to look next for what can be forgotten
	tidied int       // how many things the last look left
}

// New makes a server. An error names the option that is wrong.
func New(o Options) (*Server, error) {
	set, err := o.settle()
	if err != nil {
		return nil, err
	}
	s := &Server{set: set, clients: seedClients(set.seed), byKey: map[string]*client{}, ledger: newLedger(), cache: cache{}}
	for _, c := range s.clients {
		s.byKey[c.ConsumerKey] = c
	}
	return s, nil
}

// CacheTTL is how long the gateway keeps accepting a token from its first use on without asking again,
// after Speed has been applied.
func (s *Server) CacheTTL() time.Duration { return s.set.cacheTTL }

// TokenTTL is the life of an access token, after Speed has been applied.
func (s *Server) TokenTTL() time.Duration { return s.set.tokenTTL }

// Format keeps the issued tokens, which are plain map keys in here, out of a log that prints a Server.
func (s *Server) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "sandbox.Server") }

// ServeHTTP answers the Token API under its gateway names (WSO2 to 3.2: /token) and its key manager
// names (/oauth2/token), a page of text at /, and the gateway everywhere else.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.delay(r) {
		return
	}
	switch strings.TrimPrefix(r.URL.Path, "/oauth2") {
	case "/token":
		s.serveToken(w, r)
	case "/revoke":
		s.serveRevoke(w, r)
	case "/introspect":
		s.serveIntrospect(w, r)
	case "/":
		if r.URL.Path == "/" {
			s.serveIndex(w, r)
			return
		}
		s.serveGateway(w, r)
	default:
		s.serveGateway(w, r)
	}
}

// delay waits and says whether anybody still waits for the answer.
func (s *Server) delay(r *http.Request) bool {
	if s.set.latency == 0 {
		return r.Context().Err() == nil
	}
	t := time.NewTimer(s.set.latency)
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
	base := strings.TrimSuffix(s.set.base, "/")
	fmt.Fprintf(w, "Lanyard sandbox: a Token API and an API gateway in memory\n\n"+
		"POST %[1]s/token       client_credentials, password, refresh_token\n"+
		"POST %[1]s/revoke      token, token_type_hint\n"+
		"POST %[1]s/introspect  token, token_type_hint\n"+
		"     (each also under %[1]s/oauth2)\n\n", base)
	for _, a := range apis() {
		fmt.Fprintf(w, "ANY  %s%s/…\n", base, a.context)
	}
	fmt.Fprintf(w, "\nAccess tokens live %v. The gateway honours a revoked one for up to %v from its first use.\n",
		s.set.tokenTTL, s.set.cacheTTL)
}

// tidyEvery is how often, by the server's clock, what can be forgotten is looked for; when the number of
// things held has doubled meanwhile (and is above tidyFloor), it is looked for at once.
const (
	tidyEvery = time.Minute
	tidyFloor = 1024
)

// tidy forgets what no answer depends on any more. The caller holds the mutex.
func (s *Server) tidy(now time.Time) {
	if now.Before(s.tidyAt) && len(s.ledger.byAccess)+len(s.cache) <= max(tidyFloor, 2*s.tidied) {
		return
	}
	s.ledger.tidy(now)
	s.cache.tidy(now)
	s.tidyAt, s.tidied = now.Add(tidyEvery), len(s.ledger.byAccess)+len(s.cache)
}
