// Package console is what Lanyard can do, without a screen, a disk or a socket: applications, tokens,
// revocations, and one verb for each thing a person does to them.
//
// It refuses to know how anything looks, where anything is kept and how bytes travel. The store
// implements Keeper, tokenapi implements API, and both are handed in.
//
// # The domain
//
// An Application is a consumer key at a Token API, used with one grant and one user. Those four are its
// identity (ApplicationID): renamed it keeps its tokens, and when it is no longer configured its tokens
// stay, with what is needed to revoke them.
//
// An application may also come from a developer portal (Import) and live in the store; its secret is there
// too, sealed. What the portal said of its subscriptions is kept by consumer key and explains gateway faults.
//
// A Token holds facts with their times: when it was issued, when it expires, when a revoke was decided,
// when the server accepted it, what probes showed. It holds no state. StatusAt computes the state from
// (token, policy, now), and NextChange says when it will next differ, so that nothing in the program has
// to be told that time has passed.
//
// A revoke has three stages, and the words keep them apart: accepted by the server, may still pass the
// gateway (an upper bound, because the gateway caches its verdict), and dead. Dead is never concluded
// from the server's 2xx: the window ran out, the token's own expiry came first, or the gateway refused
// three times in a row with at least a second between, because a gateway has several nodes. One later
// acceptance reopens the row.
//
// # Decisions
//
// What is decided is stored first and shown second. A revoke is a stored time (Token.RevokeAt): the undo
// window is the time until then, any console on the store may take it back, and one that starts after a
// crash sends it. Refused: a timer in the screen, which a crash loses.
//
// A grant is sent between a journal mark and the storing of its answer (Service.spend). A mark that
// stays open means that nobody saw the answer, and the token is shown as unsure. A request that surely
// never left, or whose refusal was read, leaves no mark. Refused: retrying, which burns a rotated
// refresh token.
//
// An unsure token is asked for anew, not refreshed again: a server that committed the lost refresh hands
// out the live token, and one that did not hands out the old one; either way the mark is settled. Refused: trying the refresh token a second time, which some servers answer by revoking the family.
//
// Writes are serialised twice: flights keep goroutines of this process apart, leases in the store keep
// processes apart. Inside the lease the token is read again. Refused: a file lock, which does not say
// for what.
//
// Once a request is about to leave, nothing the caller does cuts it short (context.WithoutCancel); the
// client has its own deadline. Closing the screen drains.
//
// A refused revoke is taken off the token, because the token lives; an undelivered one is kept and tried
// again with growing waits. An undo is refused once an attempt was begun, which is counted before it is made and may have arrived.
//
// A replaced token lingers like a revoked one: the gateway does not know that it was replaced. In a
// stateless environment nothing ends it before its expiry.
//
// The screen imports tokenapi/secret, and nothing else of the wire: what is copied goes from this package
// to the clipboard as a secret.Text, without becoming a string on the way.
//
// A grant in which a person takes part has an Invitation on the board while it waits. The person who pressed
// the key sees it; nobody else's screen opens for it. The lease of the application is kept meanwhile, by a
// beat that ends with the process. Refused: sending the program a message from outside, and a second path
// for the command line; both read the same invitation.
//
// Polls of a device grant share one mark. It stays open only when an answer was lost and no later poll
// brought the token: then nobody knows whether there is one.
//
// Of an issuer every endpoint that is not given is asked once a day and kept in the store's settings, so that
// lists and other processes need no network. The identity of an application with nothing but an issuer has
// the issuer in the place of the token URL. Refused: the discovered token URL, which would make the identity
// depend on whether a server could be asked.
//
// Before a get that may end somebody else's token there is a Knock: surely in the regime jwt, perhaps where
// JWTs were seen and no regime was named, never else. What was ended so is filed as replaced, in the regime
// jwt alone; in an unknown one it is a sentence, because a guess in the store would be a lie for good.
//
// What introspection says (Token.AtServer) is what the key manager thinks. No state depends on it. Only a life
// that no answer has named is taken from it, in our time.
//
// A token from elsewhere is adopted to be revoked: a row like any other, because a revoke that cannot be
// delivered has to be kept. It is dropped again when the server refuses the revoke. Refused: a direct call
// without a row, whose failure would be forgotten.
//
// Key sets are fetched from where the configuration or a configured issuer says, never from an address in a
// token: an inspected token may come from anybody.
//
// Time is the wall clock of the start plus what really passed since (cli/clock.go). Lives count from the
// receipt of an answer. The server's Date is used for two things only: to tell that a clock is wrong, and to
// bring times that a server states (exp) into ours.
//
// The rooms grew by one: tokenapi/jwt takes tokens apart, verifies and signs. tokenapi and this package may
// import it; it may import go-jose, which no other room may.
//
// Exchanges are kept in memory, masked, per process. Refused: storing them, before there is an audit log
// that says what for.
package console
