// Package sandbox is a Token API, an API gateway and a developer portal in one http.Handler. It
// does in memory what WSO2 API Manager does with tokens, on a clock that is handed in. A gateway
// accepts a dead token for a while. With the sandbox this can be watched in seconds, without a
// server and without a socket.
//
// It opens no socket and no file, writes no log, and reads no environment variable and no wall
// clock, unless the caller hands in time.Now. It is no place for real credentials. Its
// applications and users are derived from a seed, or made up when a client asks for a key. Whoever
// knows the seed knows the first. Serve it on a loopback address. It imports nothing of this
// module's client: it signs and verifies by itself, so the client is tested against another
// implementation.
//
// It behaves as the source of the WSO2 identity server does. There are four profiles.
//
// ProfileOpaque: tokens are UUIDs, and the key manager keeps one row for each (consumer key, user, scope
// set), which holds the token pair.
//
//   - a get while the access token lives gives the same token again, with what is left of its life;
//   - a get after it expired gives a new access token beside the old refresh token, if that lives;
//   - a refresh replaces both, and a spent refresh token is invalid_grant from then on;
//   - a revoke of either kills both, at the key manager, at once;
//   - a gateway node asks the key manager only at a token's first use there and when its cache entry has
//     ended (CacheTTL after the first use). Nobody tells it of anything.
//
// ProfileJWT: access tokens are JWTs (RFC 9068), and there is still one row.
//
//   - a get gives a new token always, and revokes the one that the row held; the refresh token stays;
//   - a refresh and a revoke kill at the key manager what they kill in ProfileOpaque;
//   - the gateway never asks: it looks at signature, exp, and a list of dead tokens, which all nodes hear of
//     NoticeDelay after the key manager does;
//   - the list holds the token that a get or a refresh replaced and one that was revoked as an access token.
//     One that was revoked through its refresh token is not on it, and passes until it expires.
//
// ProfileStateless: every token is a JWT of its own, the refresh token too.
//
//   - a get and a refresh kill nothing, not even the refresh token that was used;
//   - a revoke kills the one token it names and no other; if that is an access token, the gateway hears of
//     it as in ProfileJWT;
//   - answers do not name dead tokens in their headers; AuthorizedUser remains.
//
// ProfileIntrospecting: an external key manager. Tokens are UUIDs.
//
//   - every get gives a new pair beside the older ones, a refresh replaces one, a revoke kills one;
//   - the gateway node keeps what introspection said for CacheTTL, whatever happens meanwhile.
//
// In all profiles a token ends at its expiry, also in a cache, and the scope default is granted when none is
// asked for. The scope parameter of a refresh is ignored in ProfileOpaque, as it was until November 2017, so
// that the Token API page's own request works; in the others each must be on the token already, or the
// refresh is refused with invalid_scope and spends nothing.
//
// # The Token API
//
// All grants: client_credentials, password, refresh_token, authorization_code (PKCE is needed by public
// clients and checked when given; iss is in the answer), device_code, jwt-bearer and token-exchange. The
// person who consents is always the seeded user, without a login. A used code that comes again kills what it
// gave. Clients prove themselves by Basic or the same in the body, by an ES256 assertion whose jti counts once
// (private_key_jwt), by having any TLS client certificate at all (tls), or not (public clients).
// Applications lists one for each. Every client may introspect, unless Options.IntrospectAdminOnly.
//
// # Gateway and portal
//
// Tokens of the application Reports meet an inactive (orders: 900909), a blocked (mobile: 900907) and no
// subscription (payments: 900908); /orders/1.0.0/admin wants the scope orders:admin (900910), a SANDBOX key
// gets 403 with 900901 at payments. The portal's user (PortalUser) registers a client and asks for a token
// with apim:subscribe as at WSO2; applications, keys, subscriptions and key managers are what is imitated,
// under one version of the API (Options.PortalVersion), and generating the keys of an application.
//
// # Where it differs
//
//   - a refresh in ProfileOpaque leaves the replaced token in the cache of every gateway node, as on a node
//     that the refresh did not pass through;
//   - the RFC 8414 form of the discovery document is served beside WSO2's own;
//   - loopback redirects match on any port, which WSO2 does for registered patterns only;
//   - a device poll exactly one interval after the last is in time, a slow_down lengthens the interval by
//     5 s, and a denied one is access_denied; WSO2 compares more strictly and knows no denial;
//   - a jwt-bearer assertion may come from any issuer and speak for any user: only its signature is checked;
//   - every node hears of a dead token at the same moment, and none misses it;
//   - userinfo, SAML, PAR, DPoP and ID tokens beyond the scope openid do not exist, nor the portal's own
//     token cache.
//
// # Faults
//
// Options.Faults, or at run time POST /__sandbox/fault, makes the next answers of an endpoint bad: see Fault.
// Options.ClockOff or kind=clock moves the clock that the server writes by. For example:
//
//	curl -d kind=lost -d endpoint=token http://127.0.0.1:8243/__sandbox/fault
//	curl -d kind=clock -d seconds=600   http://127.0.0.1:8243/__sandbox/fault
//
// The fault "lost" panics with http.ErrAbortHandler, which net/http's server takes as an order to close the
// connection; whoever calls the handler without a server must expect it.
//
// Credentials come from Options.Seed, so a restart with the same seed leaves a configuration file valid.
// Issued tokens always come from crypto/rand and are signed with a key of this run: a token of an earlier
// run must be unknown to this one.
package sandbox
