// Package tokenapi is a client of OAuth 2.0 servers and of API gateways.
//
// It implements grants (RFC 6749, 7523, 8628, 8693), with PKCE (RFC 7636) and iss (RFC 9207). It
// revokes (RFC 7009) and introspects (RFC 7662) tokens. It reads discovery documents (OpenID
// Connect Discovery 1.0, RFC 8414) and key sets (RFC 7517). It also calls an API through its
// gateway, to see whether the gateway accepts a token.
//
// It stores nothing, retries nothing and schedules nothing. Each call is one HTTP exchange;
// Discover makes a few. Every call returns an Exchange, the masked record of what was sent and
// received, whether it succeeded or not.
//
// A grant is sent once. The client follows no redirect (Discover follows those within one origin)
// and tries no second authentication method. It keeps net/http from replaying a POST on a stale
// connection. A second copy of a grant can burn a rotated refresh token or lock an account.
//
// All calls of a client use the transport of its Config: authorities, client certificate, proxy,
// deadline. A lifetime counts from the moment at which the answer was read, by the clock that New
// was given. The server's Date header only shows how far the two clocks are apart.
package tokenapi
