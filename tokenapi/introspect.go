package tokenapi

import (
	"context"
	"time"

	"lanyard/tokenapi/secret"
)

// IntrospectRequest asks the key manager about a token (RFC 7662 section 2.1).
type IntrospectRequest struct {
	Credentials Credentials
	Token       secret.Text
	Hint        string // "access_token", "refresh_token" or ""
}

// Epoch is a time as a server writes it: whole seconds since 1970 by its own clock. WSO2 writes the largest
// int64 for "never", which no time.Time can hold.
type Epoch struct {
	Seconds int64
	Known   bool
}

// IntrospectAnswer is what the key manager thinks of a token. It is about the key manager alone: a gateway
// in front of it may still let an inactive token through.
type IntrospectAnswer struct {
	Active    bool
	Scopes    []string // nil: the answer did not say
	ClientID  string
	Username  string
	Subject   string
	TokenType string
	Expires   Epoch
	Issued    Epoch
	NotBefore Epoch
	Lifetime  Lifetime // "" when the token is not active
	Extra     []Param  // the other members, as text, masked where their names say so
	At        time.Time
}

// Introspect asks the introspection endpoint. An answer that is about the caller and not about the token
// (401, 403) is an error with Action NotAllowedToAsk, never an inactive token.
func (c *Client) Introspect(_ context.Context, _ IntrospectRequest) (IntrospectAnswer, Exchange, error) {
	return IntrospectAnswer{}, Exchange{}, usage("introspect", "introspection is not supported yet", "")
}
