// Package console is the domain of Lanyard: applications, tokens and revocations. [Service] has one
// method for each thing that a person does with them.
//
// It draws nothing, stores nothing and opens no socket. The store implements [Keeper], the client
// of package tokenapi implements [API], and both are handed in. docs/decisions.md gives the reasons
// for the rules below.
//
// # Applications
//
// An [Environment] is one Token API with the gateway in front of its APIs. Its [Regime] names what
// the server does with earlier tokens when it issues a new one. A [Policy] holds the settings by
// which tokens are judged.
//
// An [Application] is a consumer key at a Token API, used with one grant, one user and one request.
// The request has scopes, audience, resource and extra parameters. Token URL, consumer key, grant
// and user identify it in the store. Applications that share these are told apart by request, then
// by name ([Identified]). The request decides which tokens are reused. It never decides to which
// application they belong. An application keeps its tokens when it is renamed. When it is no longer
// configured they stay, with what is needed to revoke them.
//
// An application may also come from a developer portal or be saved by a person. It is then in the
// store, and so is its secret, sealed. What a portal says of its subscriptions is kept by consumer
// key and explains faults of the gateway. A [Draft] is an application that is not saved yet.
//
// # Tokens and states
//
// A [Token] holds facts with their times, such as its issue, its expiry and the decision to revoke
// it. Answers of the server and of probes are facts too. It holds no state and no secret.
//
// A state is computed by [StatusAt] from a token, a policy and an instant. [NextChange] returns
// when it will next differ, so no part of the program has to be told that time has passed. Of the
// states the first that matches counts:
//
//   - Expired: the token's expiry is over, and nothing showed earlier that the gateway refuses it.
//   - Unsure: a request with its refresh token was sent, and the answer was lost.
//   - Revoking: a revoke was decided, and the server has not accepted it.
//   - Lingering: the server ended or replaced the token, and the gateway may still accept it.
//   - Superseded: the token was replaced, and the gateway refuses it.
//   - Dead: the token was ended in another way, and the gateway refuses it.
//   - Expiring: the life that is left is at most [Policy].DueBefore.
//   - Active: none of these.
//
// A twin of a token is another row of the store that holds the same access token. StatusAt judges
// the facts of all of them together.
//
// To adopt a token is to store one that was issued elsewhere, so that it can be revoked here. A
// dead, superseded or expired token is over ([OverSince]) when no row that holds it has anything
// left to use or to send. To forget a token is to remove it when it is over.
//
// # Revocations
//
// A revocation has three stages. The server has accepted it. The gateway may still accept the
// token, because it caches its verdicts. The token is dead.
//
// The window is the time in which the gateway may still accept the token. Its end is an upper
// bound. A 2xx answer of the server never makes a token dead. The end of the window does, or the
// token's expiry if that comes first. So do three refusals by the gateway in a row, at least a
// second apart: a gateway has several nodes. One later acceptance refutes all of these.
//
// A [Delivery] is one attempt to have the server accept a revoke.
//
// # Probes
//
// A probe is a request through the gateway to the probe URL, with the token. Its [Verdict] is the
// conclusion from the answer. A control is the same request with a made-up token. The signature of
// a probe URL is the control from a time at which the URL accepted a token. Introspection asks the
// server about a token, not the gateway.
//
// # Requests that can be sent once
//
// The journal has a [Mark] for each request that cannot be taken back and whose answer is not
// stored yet. A mark that stays open means that the answer was lost.
//
// A flight keeps two goroutines of this process from writing to one token or application at a
// time. A lease is a row of the store that does the same for two processes. Its holder extends it.
//
// An [Invitation] asks a person to act before a grant can go on, such as to sign in.
//
// # Records
//
// The audit log has an [Event] for each fact that was stored. It holds no secret. To replay it is
// to compute the stored facts from it.
//
// An exchange is the masked record of one request and its answer. The last [KeepExchanges] are
// kept in memory.
//
// A row of the store that a program other than Lanyard has changed is [Altered], and is not used. A
// locked store is one whose key was not fetched: all but its secrets can be read.
package console
