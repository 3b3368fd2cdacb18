package sandbox

import (
	"net/http"
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

// maxCached bounds the cache. Past it a token is not cached, so it just does not linger.
const maxCached = 100_000

// cache is what the gateway remembers of tokens it has let through, by access token.
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

// admit gives the client a token belongs to, or nil. This is the stale cache that the sandbox is for.
func (s *Server) admit(token string) *client {
	now := s.set.clock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tidy(now)
	if e, ok := s.cache[token]; ok {
		if e.holds(now) {
			return e.pair.client
		}
		delete(s.cache, token)
	}
	p := s.ledger.byAccess[token]
	if p == nil || !p.accessLives(now) {
		return nil
	}
	if len(s.cache) < maxCached {
		s.cache[token] = cached{p, now.Add(s.set.cacheTTL)}
	}
	return p.client
}

func (s *Server) serveGateway(w http.ResponseWriter, r *http.Request) {
	a, ok := apiAt(r.URL.Path)
	if !ok { // neither path nor token is repeated here or below, as on newer gateways
		refuseCall(w, http.StatusNotFound, fault{"404", "Status report", "Not Found", "The requested resource is not available."})
		return
	}
	token, ok := bearer(r.Header.Values("Authorization"))
	if !ok {
		refuseCall(w, http.StatusUnauthorized, fault{"900902", "", "Missing Credentials",
			"Invalid Credentials. Make sure your API invocation call has a header: " +
				"'Authorization : Bearer ACCESS_TOKEN' or 'Authorization : Basic ACCESS_TOKEN' or 'apikey: API_KEY'"})
		return
	}
	c := s.admit(token)
	if c == nil {
		refuseCall(w, http.StatusUnauthorized, fault{"900901", "", "Invalid Credentials",
			"Invalid Credentials. Make sure you have provided the correct security credentials"})
		return
	}
	if a.productionOnly && c.KeyType != production { // the same code, but a new token of this key would not help
		refuseCall(w, http.StatusForbidden, fault{"900901", "", "Invalid Credentials",
			"Sandbox key offered to the API with no sandbox endpoint"})
		return
	}
	writeJSON(w, http.StatusOK, struct {
		API         string `json:"api"`
		OK          bool   `json:"ok"`
		Application string `json:"application"`
		KeyType     string `json:"key_type"`
	}{a.name, true, c.Name, c.KeyType})
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
