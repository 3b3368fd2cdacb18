package console

import (
	"net/url"
	"slices"
	"strings"
)

// isWSO2 reports whether an application's server is known to be WSO2's. Only such a server is known
// to keep one token for each consumer key, user and scope set, and to grant scopes that begin with
// device_. tokens are all held ones, or those of telling.
func isWSO2(a Application, tokens []Token) bool {
	e := a.Environment.Endpoints
	for _, raw := range []string{
		string(e.TokenURL), string(e.RevokeURL), string(e.IntrospectURL),
		string(e.AuthorizeURL), string(e.DeviceURL), string(e.JWKSURL),
		string(a.Environment.Issuer),
	} {
		if u, err := url.Parse(raw); err == nil && urlOfWSO2(u) {
			return true
		}
	}
	if u, err := url.Parse(string(a.Environment.Issuer)); err == nil &&
		strings.HasSuffix(u.Path, "/oauth2/token") {
		return true // the issuer of WSO2 is its token URL
	}
	// Only WSO2 names in its answer what it revoked.
	return slices.ContainsFunc(tokens, func(t Token) bool { return t.AppID == a.ID && t.Confirmed })
}

// urlOfWSO2 reports whether a URL has the default host, port and path of a WSO2 product: gateway
// (8243, 8280), key manager (9443) or tenant.
func urlOfWSO2(u *url.URL) bool {
	host := strings.ToLower(u.Hostname())
	for _, domain := range []string{"wso2.com", "asgardeo.io", "choreo.dev", "choreoapis.dev"} {
		if host == domain || strings.HasSuffix(host, "."+domain) {
			return true
		}
	}
	path := strings.TrimSuffix(u.Path, "/")
	switch u.Port() {
	case "8243", "8280":
		if path == "/token" || path == "/revoke" || path == "/authorize" {
			return true
		}
	case "9443":
		if strings.Contains(path+"/", "/oauth2/") {
			return true
		}
	}
	return strings.HasPrefix(path, "/t/") && strings.Contains(path, "/oauth2/") || // a tenant
		strings.HasSuffix(path, "/oauth2/device_authorize") ||
		strings.Contains(path, "/oauth2/oidcdiscovery")
}
