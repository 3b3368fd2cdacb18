package console

import (
	"strings"

	"lanyard/tokenapi"
)

// Code names what failed: see [Error]. Programs that read --json compare codes, so no code is ever
// renamed. Each one has a constant here, and no other file spells it out.
type Code string

// Codes of failures of the wire: the kinds of package tokenapi.
const (
	CodeRefused  = Code(tokenapi.KindRefused)  // the server answered and refused
	CodeGarbled  = Code(tokenapi.KindGarbled)  // the answer is not one of a Token API
	CodeNetwork  = Code(tokenapi.KindNetwork)  // the name or the connection failed
	CodeTLS      = Code(tokenapi.KindTLS)      // the certificate or the TLS handshake was refused
	CodeTimeout  = Code(tokenapi.KindTimeout)  // no answer within the deadline
	CodeCanceled = Code(tokenapi.KindCanceled) // the caller gave up
)

// Codes of a request that was not made as it has to be.
const (
	CodeUsage       Code = "usage"       // the arguments or fields cannot be used as they stand
	CodeConfig      Code = "config"      // the configuration file is missing or has errors
	CodeExists      Code = "exists"      // that name, or one with the same request, exists
	CodeConfigured  Code = "configured"  // it is in the configuration file, so it is changed there
	CodeGone        Code = "gone"        // the application was deleted, or is no longer configured
	CodeReadOnly    Code = "read_only"   // the environment is configured as read_only
	CodeOffline     Code = "offline"     // it needs the network, and --offline forbids that
	CodeNeedsHost   Code = "needs_host"  // a restore was not confirmed with the name of the host
	CodeNeedsYes    Code = "needs_yes"   // there is no terminal to ask at, and --yes was not given
	CodeDeclined    Code = "declined"    // the person who was asked did not confirm
	CodeNoTerminal  Code = "no_terminal" // it needs a terminal, and there is none
	CodeInterrupted Code = "interrupted" // a signal or a person interrupted it
	CodeUnexpected  Code = "unexpected"  // no other code fits
	CodeStdin       Code = "stdin"       // standard input cannot be read
)

// Codes of something that is not there.
const (
	CodeNotFound        Code = "not_found"         // no application, token or altered row matches
	CodeNoApplication   Code = "no_application"    // no application matches
	CodeNoToken         Code = "no_token"          // no token matches, or none is alive
	CodeNoMark          Code = "no_mark"           // no open mark has this ID
	CodeNoSecret        Code = "no_secret"         // a secret, key, password or header is missing
	CodeNoGrant         Code = "no_grant"          // the grant refresh_token gets no token
	CodeNoRefreshToken  Code = "no_refresh_token"  // the token has no refresh token that is alive
	CodeNoSuch          Code = "no_such"           // the token came without what was asked for
	CodeNoIssuer        Code = "no_issuer"         // the environment has no issuer
	CodeNoTokenURL      Code = "no_token_url"      //nolint:gosec // a code: no token_url is set
	CodeNoRevokeURL     Code = "no_revoke_url"     // the environment has no revoke_url
	CodeNoIntrospectURL Code = "no_introspect_url" // the environment has no introspect_url
	CodeNoAuthorizeURL  Code = "no_authorize_url"  // the environment has no authorize_url
	CodeNoDeviceURL     Code = "no_device_url"     // the environment has no device_url
	CodeNoProbeURL      Code = "no_probe_url"      // the application has no usable probe_url
	CodeNoCallback      Code = "no_callback"       // the browser cannot come back to this process
)

// Codes of requests for a token.
const (
	CodeInFlight     Code = "in_flight"     // another call works on the same token
	CodeUnsure       Code = "unsure"        // a request was sent and no answer was read
	CodeNotKept      Code = "not_kept"      // the server issued a token, and it could not be stored
	CodeReplaced     Code = "replaced"      // the token was replaced by a newer one
	CodeOtherRequest Code = "other_request" // it was issued for a request that is not stored
	CodeOtherUser    Code = "other_user"    // the token is for a user whose password is not stored
	CodeNobodyCame   Code = "nobody_came"   // the sign-in or approval did not come in time
	CodeGivenUp      Code = "given_up"      // a person gave up an invitation
	CodeAnswered     Code = "answered"      // the invitation was answered already
	CodeWrongAnswer  Code = "wrong_answer"  // the pasted text is not the answer
)

// Codes of revokes.
const (
	CodeRevoking       Code = "revoking"        // a revoke was decided and is not accepted yet
	CodeAlreadyRevoked Code = "already_revoked" // the server has accepted the revoke
	CodeAlreadySent    Code = "already_sent"    // the revoke was sent, so it cannot be undone
	CodeNothingToUndo  Code = "nothing_to_undo" // no revoke waits
	CodeUndelivered    Code = "undelivered"     // the revoke was not delivered and is stored
	CodeUndone         Code = "undone"          // another process has undone the revoke
	CodeExpired        Code = "expired"         // it expired before its revoke was delivered
	CodeStillAccepted  Code = "still_accepted"  // the gateway accepted the token to the end
	CodeNotProvedDead  Code = "not_proved_dead" // no probe showed in time that the token is dead
)

// Codes of forgetting and of handing out tokens.
const (
	CodeNotGone   Code = "not_gone"    // the application is still configured or saved
	CodeNotOver   Code = "not_over"    // something of it may still be alive
	CodeNotAToken Code = "not_a_token" // the given text is not one token
	CodeNotBearer Code = "not_bearer"  // the token is no bearer token, so it cannot be probed
	CodeOddToken  Code = "odd_token"   // the token holds characters that cannot be printed safely
)

// Codes of the store. docs/keeping.md explains what to do about each.
const (
	CodeStoreLocked       Code = "store_locked"        // the key is not there, or it is another key
	CodeStoreAltered      Code = "store_altered"       // another program changed a row
	CodeStoreBusy         Code = "store_busy"          // another process holds the store
	CodeStoreFull         Code = "store_full"          // the disk is full
	CodeStoreReadOnly     Code = "store_read_only"     // the store cannot be written
	CodeStoreAccess       Code = "store_access"        // the store cannot be opened
	CodeStoreOwner        Code = "store_owner"         // the store belongs to another user
	CodeStoreReplaced     Code = "store_replaced"      // its files were replaced while it was open
	CodeStoreNewer        Code = "store_newer"         // a newer Lanyard wrote the store
	CodeStoreDamaged      Code = "store_damaged"       // the file is damaged, or no database
	CodeStoreForeign      Code = "store_foreign"       // the file is another program's database
	CodeStoreNetwork      Code = "store_network"       // the store is on a network file system
	CodeStoreIo           Code = "store_io"            // the disk failed
	CodeStoreExists       Code = "store_exists"        // a store or file is in the way
	CodeStoreWaiting      Code = "store_waiting"       // revokes of the store are not delivered
	CodeStoreBackup       Code = "store_backup"        // a backup cannot be written or used
	CodeStoreBackupLocked Code = "store_backup_locked" // another key opens the backup
	CodeWeakKey           Code = "weak_key"            // a key would be made of a weak passphrase
)

// OfStore reports whether the store failed, as opposed to what was asked of it.
func (c Code) OfStore() bool { return strings.HasPrefix(string(c), "store_") }
