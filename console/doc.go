// Package console is what Lanyard can do, without a screen, a disk or a socket: applications, tokens,
// revocations, and one verb for each thing a person does to them.
//
// It refuses to know how anything looks, where anything is kept and how bytes travel. The store
// implements Keeper, tokenapi implements API, and both are handed in.
//
// # The domain
//
// An Application is a consumer key at a Token API, used with one grant, one user and one request
// (scopes, audience, resource, extra parameters). Token URL, key, grant and user find it in the
// store; several of these are told apart by request, then by name (Identified). A changed request
// decides which tokens are reused, never whose they are. Renamed, an application keeps its tokens.
// When it is no longer configured its tokens stay, with what is needed to revoke them.
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
// An unsure token is asked for anew, not refreshed again. Refused: trying the refresh token a
// second time, which some servers answer by revoking the family. A mark ends when the same token
// comes back; when a later get of the same request is answered by a server that is known to end
// earlier tokens (regime opaque or jwt); when the longest life that was seen of this request is
// over (Mark.EndsBy); or when a person dismisses it. Refused: any answer settles it, because most
// servers leave the lost token alive.
//
// Writes are serialised twice: flights keep goroutines of this process apart, leases in the store
// keep processes apart. A lease is for a client (token URL, consumer key, user), because a server
// may keep one token for those. A token's own refresh and revoke have one more lease. A holder
// keeps extending its lease. One that has not been extended for its longest duration is abandoned,
// even if its stored end is in the future, because clocks change. Refused: a file lock, which does
// not say for what.
//
// A refusal is an answer too: it is stored, whoever waited takes it, and the same request with the
// same secrets is not sent again at once unless a person asks. Refused: counting attempts, which
// would need a server's rules.
//
// What a token was asked with is stored with it (Request). Secrets among it are keyed hashes
// (Reader.Digest); the key for hashes is drawn once and sealed under the data key, so that hashes
// outlive a rotation. Refused: a hash without a key, which anybody who reads the file could try
// secrets against.
//
// Whoever waits for a lease takes an answer that was stored after he began, told by the store's revision and not by a
// clock, whatever is left of its life.
//
// An answer that cannot be stored is tried again while the lease leaves time, and then told by its fingerprint; the mark
// stays. Refused: printing it all the same.
//
// Once a request is about to leave, nothing the caller does cuts it short (context.WithoutCancel); the
// client has its own deadline. Closing the screen drains.
//
// A revoke is taken off a token only when the server understood and refused for good, when nothing
// at the URL revokes tokens (404, 410), because then the token lives, and when the token has
// expired. Anything else that can be mended (a changed consumer secret, a proxy in between) keeps
// it, with its cause, and it is tried again with growing waits, by any console and at the end of
// the next verb. An undo is refused once an attempt was begun, which is counted before it is made
// and may have arrived.
//
// A replaced token lingers like a revoked one: the gateway does not know that it was replaced. In a
// stateless environment nothing ends it before its expiry, and where the regime is not known nobody
// says otherwise: only the regimes opaque and jwt make its window shorter.
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
// What introspection says (Token.AtServer) is what the key manager thinks, and no proof of what the
// gateway does. It moves the bound: active after an end to the token's expiry, inactive to a window
// from then on. Inactive is also what a client is told that may not know, so that it counts only
// where a token of the same application was called active before, or for a token revoked here. A
// life that no answer has named is taken from it, in our time.
//
// The bound of a window is found by going through all evidence in the order of time
// (evidence.weigh): an end and the server's inactive may bring it forward, the server's active and
// an acceptance by the gateway after the bound move it to the expiry. It is computed from stored
// facts each time. Refused: storing the bound, which an older console would compute otherwise.
//
// One access token has one state, whichever rows hold it (Token.Twins, found by a keyed hash).
// Facts are stored on the row that they were told of, and StatusAt merges them. Refused: writing
// them on every row, because who undoes one would have to undo them all.
//
// A token from elsewhere is adopted to be revoked: a row like any other, because a revoke that cannot be
// delivered has to be kept. It is dropped again when the server refuses the revoke. Refused: a direct call
// without a row, whose failure would be forgotten.
//
// What a probe proves is one table (tokenapi.Judge) over the answer, the control and the history of
// the token at the URL. A control is the answer to a made-up token. All processes on a store share
// it and its limits, so it is kept in the settings, by a hash of the URL, as a status and a digest.
// Refused: keeping the body, which may repeat a token.
//
// The signature of a URL is the control from the time of an acceptance. A control from after an
// acceptance never replaces it, because the gateway may have begun to fail in between.
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
// A token is forgotten when it is over (OverSince), by one rule for commands, screen and Options.Keep. All
// rows that hold it go together, because one tells what another does not. What its life says of lost
// tokens stays (rememberLives). Events of a token that is held are never pruned, so that a replay gives
// what is stored. Refused: an application without tokens by age, because another configuration may name it.
//
// Exchanges are kept in memory, masked, per process. Refused: storing them. The audit log has facts, which are few and
// hold no secret; an exchange is long and may.
//
// The audit log is written where a fact is stored (Service.update), in the same transaction, from what changed: a verb
// cannot forget it, and replaying it gives the stored states. That a token is dead is computed there as everywhere
// and not logged. A copy or print that cannot be logged is made and said; everything else that cannot be logged does not happen.
//
// The secrets in a store may be locked. A verb unlocks before it sends anything, because an answer that cannot be
// sealed would be lost; a list never does. The passphrase is asked for last, after every question to which a person may still say No, so that
// what runs when it is right opens no further question. Refused: asking at the start, or when a revoke comes due.
//
// The first key is made without a question: in the keyring if one answers, else in a key file, said aloud. Refused:
// asking for a passphrase at the first start, because the first screen must not be a question.
//
// There is one key slot at a time. Refused: several, because each is another way in; the way out of a lost key is a backup.
//
// A key is not changed while a lease is held: a process between sending and storing could not seal its answer. Every other console
// takes the new key before its next transaction.
//
// Restore overwrites the database inside SQLite, in one transaction. Refused: renaming a new file over it, because a console that
// is just starting would hold the old file and write its log beside the new one.
//
// What a name, number or fingerprint names is decided in select.go, for commands and lines alike. Refused: a copy in each, which
// would come to differ about which token is revoked.
//
// An application that is edited into another identity leaves the old one behind as no longer configured, with its tokens. Refused:
// moving the tokens, which were issued to another key.
//
// The form's test is a get under the lease of what is asked for, between a mark and its removal. It stores nothing else: the token
// becomes the first one when the draft is saved, and is named when it is not. Refused: saving first, because what fails its
// test was not meant to be kept; and revoking the token, which may be one that others use.
//
// What comes from elsewhere comes in two steps, so that a person sees it first: a reading that
// stores nothing (AskPortal, console/paste.Read) and a keeping (KeepFound, Save). How a portal is
// asked is an option that the command line fills in (Options.Portal): this package knows no portal.
// Nothing of a pasted text is run or expanded. Refused: taking -k, a proxy or a file name over from
// it, which are decisions, and not facts of the application; storing a parameter whose name or
// value may be a secret, because extra parameters are stored in the clear.
//
// Every action of the screen goes through one place (ui/actions.go) that says why it cannot run or runs it, so that keys, clicks,
// palette and help cannot differ. An overlay may bring intents of its own that know what they ask of the root.
//
// Effects of the screen are in ui/effects*.go: one file had grown too long. What only one overlay causes may stand beside it.
//
// Secrets in the environment are taken from the process at its start, not from each command's environment: libraries start programs too.
package console
