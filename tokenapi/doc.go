// Package tokenapi is a client for OAuth 2.0 authorization servers and API gateways.
//
// New returns a [Client] for the endpoints, certificates and proxies of one environment. Each
// method of a Client is one kind of request:
//
//   - Token sends a grant (RFC 6749, 7523, 8628, 8693).
//   - Authorize and AuthorizeDevice begin the grants that need a browser, with PKCE (RFC 7636) and
//     iss (RFC 9207). Authorize is a function, because it sends nothing itself.
//   - Revoke (RFC 7009) and Introspect (RFC 7662) are about one token.
//   - Probe calls an API with a token, and Judge turns the answer into a [Verdict].
//   - Discover reads a discovery document (OpenID Connect Discovery 1.0, RFC 8414) and KeySet a key
//     set (RFC 7517).
//   - Reach reports whether a server answers at a URL.
//   - Call is any other request, such as those of package portal.
//
// Each request except Reach returns an [Exchange]: the masked record of what was sent and received,
// also if it failed. Every error is an *[Error].
//
// The package stores nothing, retries nothing and schedules nothing. Each request is one HTTP
// exchange, except Discover, which makes a few.
//
// A grant is sent once: a second copy can invalidate a rotated refresh token or lock an account.
// The client follows no redirect (Discover follows those within one origin) and tries no second
// authentication method. It keeps net/http from sending a POST again after a stale connection.
//
// Lifetimes count from the moment at which the answer was read, by the clock that New was given.
// The server's Date header only shows the difference between the two clocks.
package tokenapi
