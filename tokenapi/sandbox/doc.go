// Package sandbox simulates WSO2 API Manager: a Token API (an OAuth 2.0 authorization server), an
// API gateway and a developer portal in one http.Handler. A gateway accepts a revoked token for a
// while. With the sandbox this can be watched in seconds, without a server and without a socket.
//
// New returns a [Server] for some [Options]. Server.Applications returns its consumer keys, and
// Server.PortalUser the user of its portal.
//
// A Server keeps everything in memory. It opens no socket and no file, writes no log and reads no
// environment variable. Its clock is Options.Clock. Its applications and users are derived from
// Options.Seed, or made when a client asks for a key. The seed reveals their secrets, so serve
// it on a loopback address and never enter real credentials.
//
// The package does not use the client in package tokenapi: it signs and verifies tokens itself, so
// that the client is tested against another implementation.
//
// # Profiles
//
// The behaviour is that of the source code of WSO2's identity server. There are four profiles. "A
// request" is a grant other than a refresh.
//
// ProfileOpaque: tokens are UUIDs. The key manager has one row for each (consumer key, user, scope
// set), which holds the token pair.
//
//   - A request returns the same access token while it is valid, with its remaining lifetime.
//   - A request after its expiry returns a new access token, and the old refresh token if that is
//     still valid.
//   - A refresh replaces both tokens. From then on the old refresh token is invalid_grant.
//   - A revocation of either token revokes both at once at the key manager.
//   - A gateway node asks the key manager at the first use of a token, and again when its cache
//     entry has expired (CacheTTL after the first use). It is not notified of revocations.
//
// ProfileJWT: access tokens are JWTs (RFC 9068). There is still one row.
//
//   - A request always returns a new access token and revokes the one in the row. The refresh token
//     stays.
//   - A refresh and a revocation have the same effect at the key manager as in ProfileOpaque.
//   - The gateway never asks the key manager. It checks the signature, exp, and a list of revoked
//     tokens, which reaches all nodes after NoticeDelay.
//   - The list holds access tokens that were replaced or revoked. An access token that was revoked
//     through its refresh token is not on it: the gateway accepts it until it expires.
//
// ProfileStateless: access and refresh tokens are independent JWTs.
//
//   - A request and a refresh revoke nothing, not even the refresh token that was used.
//   - A revocation revokes only the token that it names. The gateway learns of an access token as
//     in ProfileJWT.
//   - Headers of answers do not name revoked tokens. AuthorizedUser remains.
//
// ProfileIntrospecting: an external key manager. Tokens are UUIDs.
//
//   - Each request returns a new pair and keeps the older ones. A refresh replaces one pair, and a
//     revocation revokes one.
//   - A gateway node caches the result of an introspection for CacheTTL.
//
// In all profiles a token is invalid after its expiry, also in a cache. A request without scopes
// gets the scope default. ProfileOpaque ignores the scope parameter of a refresh, as WSO2 did until
// November 2017, so that the request on WSO2's Token API page works. In the other profiles each
// scope must be one of the token. If not, the refresh fails with invalid_scope and uses up nothing.
//
// # The Token API
//
// It supports client_credentials, password, refresh_token, authorization_code, device_code,
// jwt-bearer and token-exchange. Public clients must use PKCE, and others may. The answer of the
// authorization endpoint has iss. The user who consents is always the seeded one, without a login.
// A second use of a code revokes the tokens of the first.
//
// Clients authenticate with a secret in the header or the body, or with any TLS client certificate
// (tls). They can also send an ES256 assertion with a new jti (private_key_jwt). Public clients do
// not authenticate. Server.Applications has one of each. Every client may introspect, unless
// Options.IntrospectAdminOnly is set.
//
// # Gateway and portal
//
// Tokens of the application Reports show three faults. Its subscription to orders is inactive
// (900909), that to mobile is blocked (900907), and there is none to payments (900908).
// /orders/1.0.0/admin requires the scope orders:admin (900910). A SANDBOX key gets 403 with 900901
// at payments.
//
// The portal's user (PortalUser) registers a client and requests a token with apim:subscribe, as at
// WSO2. The portal has applications, keys, subscriptions and key managers. It can generate the keys
// of an application. It serves one version of the API (Options.PortalVersion).
//
// # Differences from WSO2
//
//   - A refresh in ProfileOpaque leaves the replaced token in the cache of every gateway node, as
//     on a node that the refresh did not pass through.
//   - The RFC 8414 form of the discovery document is served beside WSO2's own.
//   - Loopback redirects match on any port. WSO2 does so for registered patterns only.
//   - A device poll exactly one interval after the last is in time. A slow_down lengthens the
//     interval by 5 s, and a denial is access_denied. WSO2 compares more strictly and has no
//     denial.
//   - A jwt-bearer assertion may have any issuer and any user: only its signature is checked.
//   - Every node learns of a revoked token at the same moment.
//   - There are no userinfo, SAML, PAR and DPoP, no ID tokens without the scope openid, and no
//     token cache in the portal.
//
// # Faults
//
// Options.Faults, or at run time POST /__sandbox/fault, makes the next answers of an endpoint fail:
// see [Fault]. Options.ClockOff or kind=clock moves the clock by which the server writes times. For
// example:
//
//	curl -d kind=lost -d endpoint=token http://127.0.0.1:8243/__sandbox/fault
//	curl -d kind=clock -d seconds=600   http://127.0.0.1:8243/__sandbox/fault
//
// The fault "lost" panics with http.ErrAbortHandler. A net/http server then closes the connection.
// A caller without a server must recover.
//
// Credentials come from Options.Seed, so that a configuration file stays valid after a restart with
// the same seed. Tokens come from crypto/rand and are signed with a key of this run, because tokens
// of an earlier run must be unknown. Options.FixedTokens is for a demonstration: each of its runs
// issues the same tokens.
package sandbox
