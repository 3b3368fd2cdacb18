// Package sandbox is a Token API and an API gateway with a token cache in one http.Handler: what WSO2
// API Manager does with opaque, persistent tokens, in memory, on a clock that is handed in. Its point is
// the stale cache: a revoked token passes the gateway until its cache entry ends, and can be watched
// doing so in seconds, without a server and without a socket.
//
// It refuses to know who is calling it and from where: no socket, file, log, environment variable or
// wall clock (unless the caller hands in time.Now) is touched here. It also refuses to be a place for
// real credentials: its applications and its user are derived from a seed and are the only ones there
// are, so anybody who knows the seed knows them. Serve it on a loopback address.
//
// What it does is what wire.md records of the WSO2 identity server's source, in the regime where the
// key manager keeps one row for each (consumer key, user, scope set) and the row holds the token pair:
//
//   - a get while the access token lives gives the same token again, with what is left of its life;
//   - a get after it expired gives a new access token beside the old refresh token, if that lives;
//   - a refresh replaces both, and a spent refresh token is invalid_grant from then on;
//   - a revoke of either kills both, at the key manager, at once;
//   - the gateway asks the key manager only at a token's first use and when its cache entry has ended.
//
// Two choices differ from one WSO2 version or another. A refresh leaves the replaced access token in the
// gateway's cache, as on a gateway node that the refresh did not pass through. And the scope parameter of a
// refresh is ignored, as it was until November 2017, so that the Token API page's own request works.
//
// Credentials come from Options.Seed, so a restart with the same seed leaves a configuration file valid.
// Issued tokens always come from crypto/rand: a token of an earlier run must be unknown to this one.
package sandbox
