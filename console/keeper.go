package console

import (
	"context"
	"errors"
	"time"
)

// ErrNotFound is returned by a Keeper for a token or application it does not hold.
var ErrNotFound = errors.New("not found")

func isNotFound(err error) bool { return errors.Is(err, ErrNotFound) }

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
}

// Reader reads within a transaction. Lists come oldest first (by IssuedAt, then ID).
type Reader interface {
	Applications() ([]Application, error)       // every application ever stored, as last stored
	Application(id string) (Application, error) // ErrNotFound
	Tokens() ([]Token, error)                   // with their probes and open marks
	Token(id string) (Token, error)             // ErrNotFound
	Secrets(tokenID string) (Secrets, error)    // ErrNotFound
	ConsumerSecret(appID string) (Secrets, error)
	Marks() ([]Mark, error)               // all open ones, oldest first
	Setting(key string) (string, error)   // "" when it was never set
	Settings() (map[string]string, error) // all of them
}

// Writer also writes.
type Writer interface {
	Reader
	// PutApplication stores or replaces what is known of an application; the consumer secret is stored
	// sealed beside it so that its tokens can be revoked when it is no longer configured. In Secrets,
	// Access is the consumer secret; a zero one leaves a stored one alone.
	PutApplication(a Application, s Secrets) error
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
}
