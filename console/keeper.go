package console

import (
	"context"
	"errors"
	"time"

	"lanyard/tokenapi/secret"
)

// ErrNotFound is returned by a Keeper for a token or application that it does not hold.
var ErrNotFound = errors.New("not found")

func isNotFound(err error) bool { return errors.Is(err, ErrNotFound) }

// isLost reports whether a row is not there, or altered. A transaction goes on without such a row.
func isLost(err error) bool { return isNotFound(err) || isCode(err, CodeStoreAltered) }

// Keeper stores what the console knows. Its transactions are serialised with those of all other
// processes on the same store: what an Update has read is still true when it writes.
type Keeper interface {
	// View runs f on one consistent reading.
	View(ctx context.Context, f func(Reader) error) error
	// Update runs f in one immediate, durable transaction. An error of f rolls it back.
	Update(ctx context.Context, f func(Writer) error) error
	// Changes returns a channel that receives, within a second, after any commit of this process or
	// another one. Several commits may become one value. The channel is closed when ctx ends.
	Changes(ctx context.Context) <-chan struct{}
	// Unlock makes the secrets readable and writable, or fails with the code "store_locked". The
	// passphrase is needed if KeyStatus.Asks is set, and zero otherwise. Unlock does nothing if the
	// secrets are ready. It is called outside View and Update, before anything is sent.
	Unlock(ctx context.Context, passphrase secret.Text) error
	// InPlace fails if the files of the store or of its key were replaced or deleted, because a
	// write would then be lost. It is called before each request that can be sent once.
	InPlace(ctx context.Context) error
	// WriteOut writes the content of the store to a new place beside it, and returns that place. It
	// serves a process whose store lost its files.
	WriteOut(ctx context.Context) (place string, err error)
	// Key returns the state of the key to the secrets. It does not wait.
	Key() KeyStatus
}

// The kinds of keys that seal the secrets of a store.
const (
	StoreKeyFile    = "file"
	StoreKeyEnv     = "env"
	StoreKeyCommand = "command"
	StoreKeyMemory  = "memory" // of a store that is in memory only
)

// KeyStatus holds the place of the key to the secrets, and whether this process has the key.
type KeyStatus struct {
	Kind   string // "file", "keyring", "passphrase", "env", "command", "memory", or ""
	Place  string // in words, such as "key file /home/ana/.local/state/lanyard/lanyard.key"
	Locked bool   // this process does not have it
	Asks   bool   // a person has to give a passphrase
}

// Altered is a row of the store that a program other than Lanyard has changed.
type Altered struct {
	Table string // "application", "token" (also for its probes and marks), "mark", "setting"
	ID    string // as it is stored
	// Configured is set if the application is in the configuration, which takes precedence.
	Configured bool
}

// Reader reads within a transaction. Lists are ordered by IssuedAt, then ID, oldest first.
type Reader interface {
	Applications() ([]Application, error)       // all, as last stored
	Application(id string) (Application, error) // ErrNotFound
	Tokens() ([]Token, error)                   // with their probes and open marks
	TokensWhere(TokenFilter) ([]Token, error)   // the same of those that match a filter
	// Newest calls each with the tokens that match a filter, newest first, until more is false.
	Newest(f TokenFilter, each func(Token) (more bool)) error
	Token(id string) (Token, error)          // ErrNotFound
	Secrets(tokenID string) (Secrets, error) // ErrNotFound
	ConsumerSecret(appID string) (Secrets, error)
	HasConsumerSecret(appID string) (bool, error) // also while the store is locked
	// Password returns the password of an application's user, zero if none is stored. HasPassword
	// also works while the store is locked.
	Password(appID string) (secret.Text, error)
	HasPassword(appID string) (bool, error)
	Marks() ([]Mark, error)               // all that are open, oldest first
	Setting(key string) (string, error)   // "" if it is not set
	Settings() (map[string]string, error) // all of them
	// LeaseOf returns the owner of a lease and its end; "" if it is free.
	LeaseOf(key string) (owner string, until time.Time, err error)
	// Altered returns the altered rows among those that this transaction has read. Lists leave them
	// out, and reading one of them alone fails with the code "store_altered". While the store is
	// locked nothing is verified.
	Altered() []Altered
	// Unopened lists the sealed values that do not open. Table may also be "consumer secret",
	// "password" or "key for hashes". It opens all of them, and fails while the store is locked.
	Unopened() ([]Altered, error)
	// Rev returns the store's revision. It grows with each stored change of a token.
	Rev() (int64, error)
	// Restored returns the revision at which a restored backup replaced the store, or 0. Rows of an
	// earlier revision come from the backup.
	Restored() int64
	// Digest returns a keyed hash (HMAC-SHA-256) of a secret. It is the same for equal texts in
	// this store and differs between labels. It is "" for a zero text, and while the store has no
	// key for hashes; the first Digest of a Writer makes that key. It fails while the store is
	// locked.
	Digest(label string, text secret.Text) (string, error)
	// Events returns the audit log after an event, oldest first.
	Events(after int64) ([]Event, error)
	// LastEvents returns the newest n entries of the audit log, oldest first.
	LastEvents(n int) ([]Event, error)
	// EventsOf returns the newest n entries of a token, oldest first, without those of probes.
	EventsOf(tokenID string, n int) ([]Event, error)
}

// TokenFilter selects the tokens that meet each condition which is set. The zero value selects all.
type TokenFilter struct {
	AppIDs        []string // tokens of one of these applications
	Prefix        string   // first characters of the fingerprint, lower-case hex
	AccessHashes  []string // one of these
	NotIDs        []string // none of these
	RefreshHash   string
	AnsweredAfter int64     // with a greater AnswerRev than this
	UnexpiredAt   time.Time // not expired by then, or with an open mark, or with such a twin
	Refreshable   bool      // with a refresh token that is alive, or an open mark
	JWT           bool
	Confirmed     bool // with a revoke that the server confirmed
	Pending       bool // with a pending revoke; may select more
	Unhashed      bool // older rows without hashes
	Shared        bool // tokens that another row may hold
}

// Writer also writes.
type Writer interface {
	Reader
	// PutApplication stores or replaces an application and, sealed beside it, its consumer secret
	// as Access. Tokens can then be revoked when it is no longer configured. A zero Access keeps
	// the stored one.
	PutApplication(a Application, s Secrets) error
	// DropApplication removes an application with its secrets. The caller has made sure that it has
	// no tokens and marks.
	DropApplication(id string) error
	// PutPassword stores the password of an application's user, sealed. A zero one removes it.
	PutPassword(appID string, password secret.Text) error
	// PutToken stores t without Probes and Unsure, and sets t.Rev to the next revision.
	PutToken(t *Token) error
	// PutSecrets replaces the secrets of a stored token.
	PutSecrets(tokenID string, s Secrets) error
	// PutProbe appends probes and removes the oldest beyond KeepProbes. The token's Rev grows.
	PutProbe(tokenID string, probes ...Probe) error
	// DropToken removes a token with its secrets, probes and marks.
	DropToken(id string) error
	PutMark(m Mark) error
	ClearMark(id string) error
	// Lease takes the named lease for owner until a time and reports true, unless another owner
	// holds it at now. The owner of a lease extends it this way.
	Lease(key, owner string, now, until time.Time) (bool, error)
	// Release ends a lease if owner holds it.
	Release(key, owner string) error
	SetSetting(key, value string) error
	// PutEvent appends to the audit log. The store sets Seq.
	PutEvent(e Event) error
	// DropEvents removes the audit log of tokens, and returns by token the IDs of the marks that it
	// closed.
	DropEvents(tokenIDs []string) (map[string][]string, error)
	// DropEventsOf removes the audit log of an application without tokens, except for what was
	// forgotten.
	DropEventsOf(appID string) error
	// PruneEvents removes at most limit events from before an instant, oldest first, and returns
	// how many. It keeps the events of stored tokens, and those of gets of an application with an
	// open mark.
	PruneEvents(before time.Time, limit int) (int, error)
}
