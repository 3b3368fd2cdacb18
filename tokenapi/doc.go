// Package tokenapi is the wire: it speaks OAuth 2.0 to a Token API. Grants (RFC 6749, 7523, 8628,
// 8693, with PKCE of RFC 7636 and iss of RFC 9207), revocation (RFC 7009), introspection (RFC
// 7662), discovery (OpenID Connect Discovery 1.0, RFC 8414) and key sets (RFC 7517); and it calls
// an API through its gateway to see what the gateway thinks of a token.
//
// It refuses to know what a token is worth to anybody: it stores nothing, retries nothing,
// schedules nothing and draws nothing. Each call is one HTTP exchange (Discover makes a few), and
// every call hands back an Exchange, the masked record of what was sent and received, whether it
// succeeded or not.
//
// A grant is sent once. No redirect is followed (Discover follows those within one origin), no
// authentication method is tried out, and net/http is kept from replaying a POST on a stale
// connection: a second copy of a grant can burn a rotated refresh token or lock an account.
//
// All of them go over the transport of one Config: its authorities, its client certificate, its
// proxy, its deadline. A lifetime counts from the moment the answer was read, by the clock that New
// was handed; the server's Date header shows how far the two clocks are apart, and no lifetime is
// counted by it.
package tokenapi
