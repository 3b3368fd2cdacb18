package console

import (
	"context"
	"errors"
	"time"

	"lanyard/tokenapi/secret"
)

// ErrNotFound is returned by a Keeper for a token or application it does not hold.
var ErrNotFound = errors.New("not found")

func isNotFound(err error) bool { return errors.Is(err, ErrNotFound) }

// isLost reports whether there is no such row, or only an altered one: what else a transaction writes does
// not have to wait for it.
func isLost(err error) bool { return isNotFound(err) || isCode(err, CodeStoreAltered) }

// Keeper keeps what the console knows. Its transactions are serialised against every other process on
// the same store: what a function given to Update reads is still so when it writes.
type Keeper interface {
	// View runs f on one consistent reading.
	View(ctx context.Context, f func(Reader) error) error
	// Update runs f in one immediate, durable transaction; an error from f rolls everything back.
	Update(ctx context.Context, f func(Writer) error) error
	// Changes gives a channel that receives (coalesced) after any commit to the store, by this process
	// or another, within a second. It is closed when ctx ends.
	Changes(ctx context.Context) <-chan struct{}
	// Unlock makes the secrets ready to be read and written, or fails with an error whose code is
	// "store_locked". A passphrase is needed where Key says that a person is asked; else it is zero. It does
	// nothing where they are ready. It is called outside of View and Update, before anything is sent.
	Unlock(ctx context.Context, passphrase secret.Text) error
	// InPlace says whether what is stored from now on is kept and can be opened again: nobody has replaced or deleted
	// the store's files, or the file with its key. Its error says what to do. It is called before anything is sent
	// that can be spent once.
	InPlace(ctx context.Context) error
	// WriteOut writes what the store holds to a new place beside it, and gives that: what a process still has of a
	// store whose files are gone.
	WriteOut(ctx context.Context) (place string, err error)
	// Key says where the key to the secrets is. It waits for nothing.
	Key() KeyStatus
}

// KeyStatus says where the key to the secrets in a store is and whether this process has it.
type KeyStatus struct {
	Kind   string // "file", "keyring", "passphrase", "env", "command", "memory"; "" when there is none yet
	Place  string // in words, such as "key file /home/ana/.local/state/lanyard/lanyard.key"
	Locked bool   // this process does not have it (yet)
	Asks   bool   // a person has to give a passphrase
}

// Altered is a row of the store that something else than Lanyard has changed.
type Altered struct {
	Table string // "application", "token", "mark" or "setting"; a probe or mark of a token makes the token altered
	ID    string // as it is stored
	// Configured says that the application is in the configuration, which is in force instead of the row.
	Configured bool
}

// Reader reads within a transaction. Lists come oldest first (by IssuedAt, then ID).
type Reader interface {
	Applications() ([]Application, error)       // every application ever stored, as last stored
	Application(id string) (Application, error) // ErrNotFound
	Tokens() ([]Token, error)                   // with their probes and open marks
	TokensWhere(TokenFilter) ([]Token, error)   // those that meet a filter, likewise
	// Newest gives those that meet a filter one by one, newest first, until more is false.
	Newest(f TokenFilter, each func(Token) (more bool)) error
	Token(id string) (Token, error)          // ErrNotFound
	Secrets(tokenID string) (Secrets, error) // ErrNotFound
	ConsumerSecret(appID string) (Secrets, error)
	HasConsumerSecret(appID string) (bool, error) // without opening it: the store may be locked
	// Password is that of the application's user, zero when none is kept; HasPassword tells it without opening it.
	Password(appID string) (secret.Text, error)
	HasPassword(appID string) (bool, error)
	Marks() ([]Mark, error)               // all open ones, oldest first
	Setting(key string) (string, error)   // "" when it was never set
	Settings() (map[string]string, error) // all of them
	// LeaseOf gives the owner of a lease and its end, "" when nobody took it or it was given back.
	LeaseOf(key string) (owner string, until time.Time, err error)
	// Altered gives the rows that do not verify, of those that were read in this transaction so far. They are
	// left out of what is read, and reading one alone fails with the code "store_altered". While the store is
	// locked nothing is verified.
	Altered() []Altered
	// Unopened gives what the sealed values that do not open belong to, in the same words and "consumer secret",
	// "password" and "key for hashes". It opens every one, and fails while the store is locked.
	Unopened() ([]Altered, error)
	// Rev is the store's revision: it grows with every stored change of a token.
	Rev() (int64, error)
	// Restored is the revision at which a restored backup took the place of what was stored, 0 when
	// none did. What is of no later revision was in the backup.
	Restored() int64
	// Digest gives a keyed hash (HMAC-SHA-256) of a secret: the same text gives the same hash in
	// this store alone. label keeps hashes for different uses apart. It is "" for a zero text, and
	// while the store has no key for hashes yet, which the first Digest of a Writer makes. It fails
	// while the store is locked.
	Digest(label string, text secret.Text) (string, error)
	// Events gives the audit log after an event, oldest first.
	Events(after int64) ([]Event, error)
}

// TokenFilter says which tokens are read: those that meet every condition that is set. The zero value is all of them.
type TokenFilter struct {
	AppIDs        []string // of these applications
	Prefix        string   // whose fingerprint begins with these lower-case hex digits
	AccessHashes  []string // with one of them
	NotIDs        []string // none of these
	RefreshHash   string
	AnsweredAfter int64     // with a greater AnswerRev
	UnexpiredAt   time.Time // that expire later, or nobody knows when; those with an open mark, and those of which a twin does, too
	Refreshable   bool      // with a live refresh token, or an open mark
	JWT           bool
	Confirmed     bool // the server named it when it accepted the revoke
	Pending       bool // at least those of pendingRevoke
	Unhashed      bool // stored before hashes were kept
	Shared        bool // that another row may share the access token (its fingerprint) or the refresh token with
}

// Writer also writes.
type Writer interface {
	Reader
	// PutApplication stores or replaces what is known of an application; the consumer secret is stored
	// sealed beside it so that its tokens can be revoked when it is no longer configured. In Secrets,
	// Access is the consumer secret; a zero one leaves a stored one alone.
	PutApplication(a Application, s Secrets) error
	// DropApplication forgets an application with its secrets. Its tokens and marks are left alone: the caller has
	// seen to it that there are none.
	DropApplication(id string) error
	// PutPassword keeps the password of an application's user, sealed; a zero one is forgotten.
	PutPassword(appID string, password secret.Text) error
	// PutToken stores t whole, but for Probes and Unsure, and sets t.Rev to the next revision.
	PutToken(t *Token) error
	// PutSecrets replaces the secrets of a token that is stored.
	PutSecrets(tokenID string, s Secrets) error
	// PutProbe appends one and forgets the oldest beyond KeepProbes; the token's Rev grows.
	PutProbe(tokenID string, p Probe) error
	// DropToken forgets a token with its secrets, probes and marks.
	DropToken(id string) error
	PutMark(m Mark) error
	ClearMark(id string) error
	// Lease takes the named lease for owner until the given time, unless another owner holds it at now;
	// then it answers false. Taking one's own again extends it.
	Lease(key, owner string, now, until time.Time) (bool, error)
	// Release gives a lease back if owner holds it.
	Release(key, owner string) error
	SetSetting(key, value string) error
	// PutEvent appends to the audit log; Seq is given by the store.
	PutEvent(e Event) error
	// DropEvents removes the audit log of tokens, and gives the ids of the marks that it closed, by token.
	DropEvents(tokenIDs []string) (map[string][]string, error)
	// DropEventsOf removes the audit log of an application that has no tokens, but for what was forgotten.
	DropEventsOf(appID string) error
	// PruneEvents removes at most limit events from before an instant, oldest first, and gives how many went.
	// The events of a token that is stored, and those of the gets of an application with an open mark, stay.
	PruneEvents(before time.Time, limit int) (int, error)
}
