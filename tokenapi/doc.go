// Package tokenapi is the wire: it speaks RFC 6749 (grants), RFC 7009 (revocation) and RFC 7662
// (introspection) to a Token API, and calls an API through its gateway to see what the gateway thinks
// of a token.
//
// It refuses to know what a token is worth to anybody: it keeps nothing, retries nothing, schedules
// nothing and draws nothing. Each call is one HTTP exchange, and every call hands back an Exchange, the
// masked record of what was sent and received, whether it succeeded or not.
//
// A grant is sent once. No redirect is followed, no authentication method is tried out, and net/http
// is kept from replaying a POST on a stale connection: a second copy of a grant can burn a rotated
// refresh token or lock an account.
package tokenapi
