package sandbox

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"lanyard/tokenapi/secret"
)

// applicationKey is a consumer key in an answer of the portal.
type applicationKey struct {
	MappingID  string            `json:"keyMappingId"`
	KeyManager string            `json:"keyManager"`
	Key        string            `json:"consumerKey"`
	Secret     string            `json:"consumerSecret,omitempty"`
	Grants     []string          `json:"supportedGrantTypes"`
	Callback   *string           `json:"callbackUrl"`
	State      string            `json:"keyState"`
	Type       string            `json:"keyType"`
	Mode       string            `json:"mode"`
	Group      *string           `json:"groupId"`
	Token      *applicationToken `json:"token"`
	Additional map[string]string `json:"additionalProperties"`
}

// applicationToken is a token in the portal's own form, not that of RFC 6749.
type applicationToken struct {
	Access   string   `json:"accessToken"`
	Scopes   []string `json:"tokenScopes"`
	Validity int64    `json:"validityTime"` // seconds
}

// key returns the portal's view of c. If secrets are hashed, only the answer that makes a secret
// shows it (once). Later v3 omits it and older versions mask it, so that clients can be tested with
// both.
func (s *Server) key(a *portalApp, c *client, once bool) applicationKey {
	k := applicationKey{
		MappingID:  deriveID(s.set.seed, "mapping "+a.id+" "+c.KeyType),
		KeyManager: "Resident Key Manager", Key: c.ConsumerKey,
		Secret: c.ConsumerSecret.Reveal(), State: "APPROVED", Type: c.KeyType, Mode: "CREATED",
		Additional: map[string]string{},
	}
	for name, short := range wireGrants() {
		if c.grants[short] {
			k.Grants = append(k.Grants, name)
		}
	}
	slices.Sort(k.Grants)
	if s.set.hashed && !once && k.Secret != "" {
		k.Secret = ""
		if s.set.portal != "v3" {
			k.Secret = strings.Repeat("*", 10)
		}
	}
	if len(c.RedirectURIs) > 0 {
		k.Callback = &c.RedirectURIs[0]
	}
	return k
}

// maxKeys limits the keys that clients can make.
const maxKeys = 1000

// keyRequest is a request for the keys of an application.
type keyRequest struct {
	KeyType  string          `json:"keyType"`
	Grants   []string        `json:"grantTypesToBeSupported"`
	Callback string          `json:"callbackUrl"`
	Scopes   []string        `json:"scopes"`
	Validity json.RawMessage `json:"validityTime"` // a string of seconds; ignored
}

// readKeyRequest reads a request for keys, and the grants that it names. It returns false if it has
// refused the request.
func readKeyRequest(
	w http.ResponseWriter, r *http.Request) (asked keyRequest, grants map[string]bool, ok bool) {
	if !readJSON(w, r, &asked) || asked.KeyType != production && asked.KeyType != sandboxKey ||
		len(asked.Grants) == 0 {
		refusePortal(w, http.StatusBadRequest, "Bad Request",
			"keyType and grantTypesToBeSupported are needed")
		return asked, nil, false
	}
	grants = map[string]bool{}
	for _, g := range asked.Grants {
		short, ok := wireGrants()[g]
		if !ok {
			refusePortal(w, http.StatusBadRequest, "Bad Request", "Unsupported grant type")
			return asked, nil, false
		}
		grants[short] = true
	}
	if grants[grantCode] && asked.Callback == "" {
		refusePortal(w, http.StatusBadRequest, "Bad Request",
			"callbackUrl is needed for the authorization_code grant")
		return asked, nil, false
	}
	return asked, grants, true
}

// generateKeys makes the consumer key of an application for one key type. The answer holds an
// access token, like WSO2's.
func (s *Server) generateKeys(w http.ResponseWriter, r *http.Request, id string) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		refusePortal(w, http.StatusMethodNotAllowed, "Method Not Allowed", "Only POST is supported")
		return
	}
	asked, grants, ok := readKeyRequest(w, r)
	if !ok {
		return
	}
	now := s.set.clock()
	base := s.base(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.appOf(w, id)
	if a == nil {
		return
	}
	if slices.ContainsFunc(a.keys, func(c *client) bool { return c.KeyType == asked.KeyType }) {
		refusePortal(w, http.StatusConflict, "Conflict",
			"Keys already generated for the application")
		return
	}
	c, ok := s.register(a.name, asked.KeyType, grants, asked.Callback, []string{userID})
	if !ok {
		refusePortal(w, http.StatusServiceUnavailable, "Service Unavailable", "Too many keys")
		return
	}
	if len(a.keys) > 0 {
		c.subs = a.keys[0].subs
	}
	a.keys = append(a.keys, c)
	k := s.key(a, c, true)
	if grants[grantClient] {
		p, bad := s.issue(tokenRequest{
			client: c, user: owner, scope: strings.Join(asked.Scopes, " "),
			unset: defaultAppScope, life: s.set.tokenTTL, issuer: base + issuerPath,
		}, now)
		if bad == nil {
			k.Token = &applicationToken{
				p.access, strings.Fields(p.scope), int64(s.set.tokenTTL.Seconds()),
			}
		}
	}
	writeJSON(w, http.StatusOK, k)
}

// register makes a client with a random key and secret. They do not depend on the seed: another
// process with the same seed must not know them. The caller holds the mutex.
func (s *Server) register(name, keyType string, grants map[string]bool, callback string,
	users []string) (*client, bool) {
	if len(s.byKey) >= maxKeys {
		return nil, false
	}
	c := &client{
		Application: Application{
			Name: name, KeyType: keyType, Auth: AuthBasic, ConsumerKey: "sbx_" + randomWord(),
			ConsumerSecret: secret.New("sbx_" + randomWord()),
		},
		grants: grants, users: users,
	}
	if callback != "" {
		c.RedirectURIs = []string{callback}
	}
	s.byKey[c.ConsumerKey] = c
	return c, true
}

// randomWord returns 26 characters of the alphabet of consumer keys.
func randomWord() string { return rand.Text() }

// serveRegister serves WSO2's dynamic client registration. It authenticates a user, not a client.
// The same clientName returns the same client, and no client can be deleted. A wrong version
// returns a page with 200, as at WSO2.
func (s *Server) serveRegister(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/client-registration/v0.17/register" {
		page(w, http.StatusOK, "WSO2 API Manager", "<p>Carbon is running.</p>")
		return
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		refusePortal(w, http.StatusMethodNotAllowed, "Method Not Allowed", "Only POST is supported")
		return
	}
	if !s.isPortalUser(r) {
		w.Header().Set("WWW-Authenticate", `Basic realm="WSO2 API Manager"`)
		refusePortal(w, http.StatusUnauthorized, "Unauthorized", "Unauthorized User")
		return
	}
	var asked struct {
		Callback string          `json:"callbackUrl"`
		Name     string          `json:"clientName"`
		Owner    string          `json:"owner"`
		Grants   string          `json:"grantType"`
		SaaS     bool            `json:"saasApp"`
		Type     json.RawMessage `json:"tokenType"`
	}
	if !readJSON(w, r, &asked) || !isName(asked.Name) ||
		asked.Owner != "" && strings.TrimSuffix(asked.Owner, tenant) != portalID {
		refusePortal(w, http.StatusBadRequest, "Bad Request",
			"clientName is needed, and the owner can only be who signs")
		return
	}
	grants := map[string]bool{}
	for _, g := range strings.Fields(asked.Grants) {
		grants[wireGrants()[g]] = true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.portal.registered[asked.Name]
	if c == nil {
		var ok bool
		subs := []string{userID, portalID}
		c, ok = s.register(asked.Name, production, grants, asked.Callback, subs)
		if !ok {
			refusePortal(w, http.StatusServiceUnavailable, "Service Unavailable",
				"Too many clients")
			return
		}
		s.portal.registered[asked.Name] = c
	}
	inner, _ := json.Marshal(map[string]string{"grant_types": asked.Grants})
	writeJSON(w, http.StatusOK, map[string]any{
		"clientId": c.ConsumerKey, "clientName": c.Name, "callBackURL": asked.Callback,
		"clientSecret": c.ConsumerSecret.Reveal(), "isSaasApplication": asked.SaaS,
		"appOwner": portalID, "jsonString": string(inner), "jsonAppAttribute": "{}",
		"applicationUUID": deriveID(s.set.seed, "client "+c.Name), "tokenType": nil,
	})
}
