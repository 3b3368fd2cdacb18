package sandbox

import (
	"net/http"
	"slices"
)

// The paths of the server. The issuer is the token URL, as at WSO2.
const (
	issuerPath = "/oauth2/token"
	devicePath = "/oauth2/device"
)

// base returns the URL with which the server's own URLs begin, without a slash at the end.
func (s *Server) base(r *http.Request) string {
	if s.set.base != "" {
		return s.set.base
	}
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// serveDiscovery serves the document of OpenID Connect Discovery 1.0 section 3, which is also that
// of RFC 8414.
func (s *Server) serveDiscovery(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		refuseMethod(w, "GET, HEAD")
		return
	}
	base := s.base(r)
	var grants []string
	for name := range wireGrants() {
		grants = append(grants, name)
	}
	slices.Sort(grants)
	methods := []string{
		"client_secret_basic", "client_secret_post", "private_key_jwt", "tls_client_auth", "none",
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"issuer":                        base + issuerPath,
		"token_endpoint":                base + issuerPath,
		"authorization_endpoint":        base + "/oauth2/authorize",
		"device_authorization_endpoint": base + "/oauth2/device_authorize",
		"revocation_endpoint":           base + "/oauth2/revoke",
		"introspection_endpoint":        base + "/oauth2/introspect",
		"jwks_uri":                      base + "/oauth2/jwks",
		"grant_types_supported":         grants,
		"response_types_supported":      []string{"code"},
		"subject_types_supported":       []string{"public"},
		"scopes_supported": []string{
			"openid", defaultUserScope, adminScope,
		},
		"code_challenge_methods_supported":                 []string{"S256"},
		"id_token_signing_alg_values_supported":            []string{s.set.alg},
		"token_endpoint_auth_methods_supported":            methods,
		"token_endpoint_auth_signing_alg_values_supported": []string{algES256},
		"revocation_endpoint_auth_methods_supported":       methods,
		"introspection_endpoint_auth_methods_supported":    methods,
		"authorization_response_iss_parameter_supported":   true,
	})
}

// serveJWKS serves the key that verifies the issued tokens (RFC 7517 section 5).
func (s *Server) serveJWKS(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		refuseMethod(w, "GET, HEAD")
		return
	}
	k := s.signer()
	writeJSON(w, http.StatusOK, map[string]any{"keys": []any{jwk(k.key.Public(), k.kid, k.alg)}})
}
