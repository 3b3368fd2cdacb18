package tokenapi

import (
	"context"

	"lanyard/tokenapi/secret"
)

// Discovered is what a server says of itself (OpenID Connect Discovery 1.0, RFC 8414).
type Discovered struct {
	Issuer      string // as the document spells it
	Endpoints   Endpoints
	Grants      []string // grant_types_supported, as on the wire; nil when it does not say
	AuthMethods []string // token_endpoint_auth_methods_supported; nil when it does not say
	IssInAnswer bool     // authorization_response_iss_parameter_supported (RFC 9207)
	From        string   // the URL of the document
}

// Discover asks an issuer for its endpoints: the OpenID form first, then RFC 8414's; WSO2's issuer, which is
// its token URL, is covered by the first. The issuer in the document must be the one that was asked. Every
// exchange that was made is handed back, in order.
func (c *Client) Discover(_ context.Context, _ string) (Discovered, []Exchange, error) {
	return Discovered{}, nil, usage("discover", "discovery is not supported yet", "")
}

// KeySet fetches a key set.
func (c *Client) KeySet(_ context.Context, _ string) ([]byte, Exchange, error) {
	return nil, Exchange{}, usage("jwks", "not supported yet", "")
}

// SignAssertion signs.
func (c *Client) SignAssertion(_ SigningKey, _ map[string]any) (secret.Text, error) {
	return secret.Text{}, usage("assertion", "not supported yet", "")
}
