package sandbox

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// api is an API behind the gateway. context is its path.
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

// maxCached limits a cache. Beyond it a token is not cached, so it does not linger.
const maxCached = 100_000

// gateways are the gateway nodes with their caches, and the list of revoked tokens that all of them
// know.
type gateways struct {
	nodes []cache
	turn  int                 // the node that answered last
	dead  map[string]deadline // by jti of an access token
}

// deadline holds the time at which the gateways learn of a revoked access token, and its expiry.
type deadline struct{ heard, forget time.Time }

func newGateways(nodes int) gateways {
	g := gateways{nodes: make([]cache, nodes), dead: map[string]deadline{}}
	for i := range g.nodes {
		g.nodes[i] = cache{}
	}
	return g
}

// pick returns the number of the node that answers a call: the requested one, or the next.
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

// cache holds the tokens that a node has accepted, by access token.
type cache map[string]cached

// cached is a token that a node accepts until ends, without asking the key manager. ends counts
// from the first use (WSO2: apim.cache.gateway_token expiry_time, a cache with a creation timeout),
// so that using a revoked token does not extend it.
type cached struct {
	pair *pair
	ends time.Time
}

func (c cached) valid(now time.Time) bool { return now.Before(c.ends) && c.pair.accessLives(now) }

func (c cache) tidy(now time.Time) {
	for token, e := range c {
		if !e.valid(now) {
			delete(c, token)
		}
	}
}

// notifyGateways adds the access token of p to the list of revoked tokens, in profiles that have
// such a list. The caller holds the mutex.
func (s *Server) notifyGateways(p *pair, now time.Time) {
	if s.set.regime.notices && p.id != "" && p.accessLives(now) {
		s.gate.dead[p.id] = deadline{now.Add(s.set.notice), p.accessEnds}
	}
}

// acceptedToken is the gateway's information about a token that it accepts.
type acceptedToken struct {
	client *client
	scope  string
}

// admit returns the information of a node about a token, or nil if the node refuses it. If tokens
// are JWTs, signature, exp and the list of revoked tokens decide. Otherwise the node asks the key
// manager and caches the answer: this is the stale cache that the sandbox demonstrates. The caller
// holds the mutex.
func (s *Server) admit(token string, node int, now time.Time) *acceptedToken {
	if s.set.regime.jwt {
		return s.validate(token, now)
	}
	c := s.gate.nodes[node-1]
	if e, ok := c[token]; ok {
		if e.valid(now) {
			return &acceptedToken{e.pair.client, e.pair.scope}
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
	return &acceptedToken{p.client, p.scope}
}

func (s *Server) validate(token string, now time.Time) *acceptedToken {
	k := s.signer()
	h, c, ok := verifyJWT(token, k.key.Public(), k.alg)
	d, dead := s.gate.dead[c.ID]
	client := s.byKey[c.ClientID]
	if !ok || h.Type != typAccess || c.Expires <= epochOf(s.serverTime(now)) ||
		dead && !now.Before(d.heard) || client == nil {
		return nil
	}
	return &acceptedToken{client, c.Scope}
}

// nodeHeader names the node that answered. In a request it selects a node.
const nodeHeader = "X-Node"

func (s *Server) serveGateway(w http.ResponseWriter, r *http.Request) {
	a, ok := apiAt(r.URL.Path)
	if !ok { // like newer gateways, answers repeat neither path nor token
		refuseCall(w, http.StatusNotFound,
			fault{"404", "Status report", "Not Found", "The requested resource is not available."})
		return
	}
	now := s.set.clock()
	s.mu.Lock()
	s.tidy(now)
	node := s.gate.pick(r.Header.Get(nodeHeader))
	var p *acceptedToken
	token, ok := bearer(r.Header.Values("Authorization"))
	if ok {
		p = s.admit(token, node, now)
	}
	s.mu.Unlock()
	w.Header().Set(nodeHeader, strconv.Itoa(node))
	if !ok {
		refuseCall(w, http.StatusUnauthorized, fault{
			"900902", "", "Missing Credentials",
			"Invalid Credentials. Make sure your API invocation call has a header: " +
				"'Authorization : Bearer ACCESS_TOKEN' or 'Authorization : Basic ACCESS_TOKEN' " +
				"or 'apikey: API_KEY'",
		})
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

// adminScope is the scope that /orders/1.0.0/admin requires.
const adminScope = "orders:admin"

// refusal returns the reason why an API refuses a valid token, or status 0. A new token of the same
// kind would be refused too.
func (a api) refusal(p *acceptedToken, path string) (status int, f fault) {
	switch p.client.subscription(a.name) {
	case "":
		return http.StatusForbidden, fault{
			"900908", "", "Resource forbidden ", // WSO2's message ends with a space too
			"User is NOT authorized to access the Resource. API Subscription validation failed.",
		}
	case onHold:
		return http.StatusUnauthorized, fault{
			"900909", "", "The subscription to the API is inactive",
			"The subscription to the API is inactive",
		}
	case blocked:
		return http.StatusUnauthorized, fault{
			"900907", "", "The requested API is temporarily blocked",
			"The requested API is temporarily blocked",
		}
	}
	if a.productionOnly && p.client.KeyType != production { // same code as an invalid token
		return http.StatusForbidden, fault{
			"900901", "", "Invalid Credentials",
			"Sandbox key offered to the API with no sandbox endpoint",
		}
	}
	if rest, ok := strings.CutPrefix(path, a.context+"/admin"); ok && a.name == "orders" &&
		(rest == "" || rest[0] == '/') &&
		!slices.Contains(strings.Fields(p.scope), adminScope) {
		return http.StatusForbidden, fault{
			"900910", "", "The access token does not allow you to access the requested resource",
			"User is NOT authorized to access the Resource. Scope validation failed.",
		}
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

// fault is the body of a gateway's own answers since WSO2 4.0: one level, with the code as a
// string.
type fault struct {
	Code        string `json:"code"`
	Type        string `json:"type,omitempty"`
	Message     string `json:"message"`
	Description string `json:"description"`
}

func refuseCall(w http.ResponseWriter, status int, f fault) {
	if status == http.StatusUnauthorized { // the same for every cause: the code in the body differs
		w.Header().Set("WWW-Authenticate",
			`OAuth2 realm="WSO2 API Manager", error="invalid_token", error_description="The `+
				`provided token is invalid"`)
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	writeJSON(w, status, f)
}

// bearer returns the token of the only Authorization header (RFC 6750 section 2.1).
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
