package sandbox

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// api is what stands behind the gateway, and context the path it answers under.
type api struct {
	name, context  string
	productionOnly bool // it has no sandbox endpoint
}

func apis() [3]api {
	return [...]api{
		{"orders", "/orders/1.0.0", false},
		{"payments", "/payments/1.0.0", true},
		{"mobile", "/mobile/1.0.0", false},
	}
}

// maxCached bounds a cache. Past it a token is not cached, so it just does not linger.
const maxCached = 100_000

// gateways are the nodes with what each remembers, and what they have all been told.
type gateways struct {
	nodes []cache
	turn  int                 // of the node that is next
	dead  map[string]deadline // by jti of an access token
}

// deadline is when the gateways hear that an access token died, and when it would have expired anyway.
type deadline struct{ heard, forget time.Time }

func newGateways(nodes int) gateways {
	g := gateways{nodes: make([]cache, nodes), dead: map[string]deadline{}}
	for i := range g.nodes {
		g.nodes[i] = cache{}
	}
	return g
}

// pick gives the node that answers a call: the one that is asked for, or the next.
func (g *gateways) pick(asked string) int {
	if n, err := strconv.Atoi(asked); err == nil && n >= 1 && n <= len(g.nodes) {
		return n
	}
	g.turn = g.turn%len(g.nodes) + 1
	return g.turn
}

func (g *gateways) held() (n int) {
	for _, c := range g.nodes {
		n += len(c)
	}
	return n + len(g.dead)
}

func (g *gateways) tidy(now time.Time) {
	for _, c := range g.nodes {
		c.tidy(now)
	}
	for id, d := range g.dead {
		if !d.forget.IsZero() && !now.Before(d.forget) {
			delete(g.dead, id)
		}
	}
}

// cache is what a node remembers of tokens it has let through, by access token.
type cache map[string]cached

// cached lets a token through until it ends, whatever the key manager thinks by then. The end is counted
// from the first use (WSO2: apim.cache.gateway_token expiry_time, a cache with a creation timeout), so
// using a revoked token does not keep it alive.
type cached struct {
	pair *pair
	ends time.Time
}

func (c cached) holds(now time.Time) bool { return now.Before(c.ends) && c.pair.accessLives(now) }

func (c cache) tidy(now time.Time) {
	for token, e := range c {
		if !e.holds(now) {
			delete(c, token)
		}
	}
}

// tellGateways puts the access token of p on the way to the list of dead ones, if this profile has such a
// list. The caller holds the mutex.
func (s *Server) tellGateways(p *pair, now time.Time) {
	if s.set.regime.notices && p.id != "" && p.accessLives(now) {
		s.gate.dead[p.id] = deadline{now.Add(s.set.notice), p.accessEnds}
	}
}

// passed is what the gateway knows of a token that it lets through.
type passed struct {
	client *client
	scope  string
}

// admit gives what node knows of a token, or nil for one that it refuses. Where tokens are JWTs that is
// decided by signature, exp and the list of dead ones; otherwise the key manager is asked, and its answer
// kept: this is the stale cache that the sandbox is for. The caller holds the mutex.
func (s *Server) admit(token string, node int, now time.Time) *passed {
	if s.set.regime.jwt {
		return s.validate(token, now)
	}
	c := s.gate.nodes[node-1]
	if e, ok := c[token]; ok {
		if e.holds(now) {
			return &passed{e.pair.client, e.pair.scope}
		}
		delete(c, token)
	}
	p := s.ledger.byAccess[token]
	if p == nil || !p.accessLives(now) {
		return nil
	}
	if len(c) < maxCached {
		c[token] = cached{p, now.Add(s.set.cacheTTL)}
	}
	return &passed{p.client, p.scope}
}

func (s *Server) validate(token string, now time.Time) *passed {
	k := s.signer()
	h, c, ok := opened(token, k.key.Public(), k.alg)
	d, dead := s.gate.dead[c.ID]
	client := s.byKey[c.ClientID]
	if !ok || h.Type != typAccess || c.Expires <= epochOf(s.stamp(now)) || dead && !now.Before(d.heard) || client == nil {
		return nil
	}
	return &passed{client, c.Scope}
}

// nodeHeader says which node answered, and in a request which one is to.
const nodeHeader = "X-Node"

func (s *Server) serveGateway(w http.ResponseWriter, r *http.Request) {
	a, ok := apiAt(r.URL.Path)
	if !ok { // neither path nor token is repeated here or below, as on newer gateways
		refuseCall(w, http.StatusNotFound, fault{"404", "Status report", "Not Found", "The requested resource is not available."})
		return
	}
	now := s.set.clock()
	s.mu.Lock()
	s.tidy(now)
	node := s.gate.pick(r.Header.Get(nodeHeader))
	var p *passed
	token, ok := bearer(r.Header.Values("Authorization"))
	if ok {
		p = s.admit(token, node, now)
	}
	s.mu.Unlock()
	w.Header().Set(nodeHeader, strconv.Itoa(node))
	if !ok {
		refuseCall(w, http.StatusUnauthorized, fault{"900902", "", "Missing Credentials",
			"Invalid Credentials. Make sure your API invocation call has a header: " +
				"'Authorization : Bearer ACCESS_TOKEN' or 'Authorization : Basic ACCESS_TOKEN' or 'apikey: API_KEY'"})
		return
	}
	if p == nil {
		refuseCall(w, http.StatusUnauthorized, fault{"900901", "", "Invalid Credentials",
			"Invalid Credentials. Make sure you have provided the correct security credentials"})
		return
	}
	if status, f := a.refusal(p, r.URL.Path); status != 0 {
		refuseCall(w, status, f)
		return
	}
	writeJSON(w, http.StatusOK, struct {
		API         string `json:"api"`
		OK          bool   `json:"ok"`
		Application string `json:"application"`
		KeyType     string `json:"key_type"`
	}{a.name, true, p.client.Name, p.client.KeyType})
}

// adminScope is what the one guarded resource wants.
const adminScope = "orders:admin"

// refusal says why a good token does not get through to this API; status 0: it does. A new token of the
// same kind would help with none of these.
func (a api) refusal(p *passed, path string) (status int, f fault) {
	switch p.client.subscription(a.name) {
	case "":
		return http.StatusForbidden, fault{"900908", "", "Resource forbidden ", "User is NOT authorized to access the Resource. " +
			"API Subscription validation failed."} // the message ends in a blank at WSO2, too
	case onHold:
		return http.StatusUnauthorized, fault{"900909", "", "The subscription to the API is inactive", "The subscription to the API is inactive"}
	case blocked:
		return http.StatusUnauthorized, fault{"900907", "", "The requested API is temporarily blocked", "The requested API is temporarily blocked"}
	}
	if a.productionOnly && p.client.KeyType != production { // the code of an invalid token, under another status
		return http.StatusForbidden, fault{"900901", "", "Invalid Credentials", "Sandbox key offered to the API with no sandbox endpoint"}
	}
	if rest, ok := strings.CutPrefix(path, a.context+"/admin"); ok && a.name == "orders" && (rest == "" || rest[0] == '/') &&
		!slices.Contains(strings.Fields(p.scope), adminScope) {
		return http.StatusForbidden, fault{"900910", "", "The access token does not allow you to access the requested resource",
			"User is NOT authorized to access the Resource. Scope validation failed."}
	}
	return 0, fault{}
}

func apiAt(path string) (api, bool) {
	for _, a := range apis() {
		if rest, ok := strings.CutPrefix(path, a.context); ok && (rest == "" || rest[0] == '/') {
			return a, true
		}
	}
	return api{}, false
}

// fault is the body of the gateway's own answers since WSO2 4.0: flat, the code a string.
type fault struct {
	Code        string `json:"code"`
	Type        string `json:"type,omitempty"`
	Message     string `json:"message"`
	Description string `json:"description"`
}

func refuseCall(w http.ResponseWriter, status int, f fault) {
	if status == http.StatusUnauthorized { // the same whatever the cause: the code in the body decides
		w.Header().Set("WWW-Authenticate",
			`OAuth2 realm="WSO2 API Manager", error="invalid_token", error_description="The provided token is invalid"`)
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	writeJSON(w, status, f)
}

// bearer gives the token of the one Authorization header (RFC 6750 section 2.1).
func bearer(header []string) (string, bool) {
	if len(header) != 1 {
		return "", false
	}
	words := strings.Fields(header[0])
	if len(words) != 2 || !strings.EqualFold(words[0], "Bearer") {
		return "", false
	}
	return words[1], true
}
