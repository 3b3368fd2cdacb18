package key

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"

	"lanyard/tokenapi/secret"
)

// Size is the size of a key in bytes: the one of XChaCha20-Poly1305, which seals with it.
const Size = 32

// The kinds of key slots.
const (
	InFile       = "file"       // a key file beside the database
	InKeyring    = "keyring"    // the system's keyring
	InPassphrase = "passphrase" // a person's head
	InEnv        = "env"        // an environment variable
	InCommand    = "command"    // what a program prints
	InMemory     = "memory"     // this process, of a store in memory
)

// ErrNoKey is returned by a Slot that holds no key, or not the one that is asked for.
var ErrNoKey = errors.New("no key there")

// Slot keeps or derives a key of 32 bytes somewhere else than in the database. The data key is sealed with
// it. Params are the slot's own note of which key it was, JSON without a secret; they are kept in the database.
type Slot interface {
	// Kind is one of InFile, InKeyring, …
	Kind() string
	// Place says where the key is, in words for a person.
	Place() string
	// Key gives the key that params speak of, in a slice the caller may overwrite; ErrNoKey when it is not
	// there. One more byte follows the key where the slot is a Noting one and has noted something. told is what a person typed; only a passphrase slot reads it.
	Key(ctx context.Context, params []byte, told secret.Text) ([]byte, error)
	// Make gives a new key and its params. When it returns the key is durable, beside the one that is in force.
	// first says that nothing is sealed yet, and that a key which is already there may be taken.
	Make(ctx context.Context, told secret.Text, first bool) (key, params []byte, err error)
	// Settle says that the key of params is in force.
	Settle(params []byte) error
	// Forget removes the key of params for good, and no other; one that is gone is no error.
	Forget(ctx context.Context, params []byte) error
}

// rowsGuarded follows a random key where it is kept, and a data key where it is wrapped: each row of a
// store with this key has a MAC. A key from before there were MACs has nothing after it.
const rowsGuarded = 1

// Guarded is a key as it is kept.
func Guarded(key []byte) []byte { return append(bytes.Clone(key), rowsGuarded) }

// Split takes apart what Guarded gave, or an older lanyard has kept.
func Split(kept []byte) (key []byte, guards bool, err error) {
	switch {
	case len(kept) == Size:
		return kept, false, nil
	case len(kept) == Size+1 && kept[Size] == rowsGuarded:
		return kept[:Size:Size], true, nil
	}
	return nil, false, errors.New("not a key of lanyard")
}

// Asking is a Slot that may have to ask a person for a password of its own, the keyring's.
type Asking interface {
	Slot
	// Unasked returns why the key cannot be fetched now without asking a person; nil if it can.
	Unasked(ctx context.Context) error
}

// Noting is a Slot whose Key is Guarded once it keeps beside the key that rows have MACs.
type Noting interface {
	Slot
	// NoteGuarded keeps it beside the key of params, or takes it back.
	NoteGuarded(ctx context.Context, params []byte, guarded bool) error
}

// Quiet says whether a kind costs nothing and asks nobody, so that it is tried without being asked for.
func Quiet(kind string) bool { return kind == InFile || kind == InMemory }

// KeepsNothing reports whether slots of a kind derive their key, so that there is none to remove.
func KeepsNothing(kind string) bool {
	return kind == InPassphrase || kind == InEnv || kind == InCommand
}

// ID tells one random key from another. It is no help in guessing a key of 256 random bits.
func ID(key []byte) string {
	sum := sha256.Sum256(append([]byte("lanyard key slot id\x00"), key...))
	return hex.EncodeToString(sum[:8])
}

// idParams are the params of a slot that holds random keys.
type idParams struct {
	ID string `json:"id,omitempty"` // of the key; "" is any key: one from before there were params
}

func Params(key []byte) []byte {
	b, err := json.Marshal(idParams{ID(key)})
	if err != nil {
		panic(err) // a struct of one text
	}
	return b
}

// paramsMost is the size in bytes above which stored params are not looked at.
const paramsMost = 4 << 10

func readParams(params []byte, into any) error {
	if len(params) > paramsMost {
		return errors.New("its stored parameters are too long")
	}
	if err := json.Unmarshal(params, into); err != nil {
		return fmt.Errorf("its stored parameters cannot be read: %w", err)
	}
	return nil
}

// Same reports whether forgetting the key with params old could remove the one with params now,
// both in a slot of kind. Params are compared as the slots read them; those that cannot be read may
// be the same.
func Same(kind string, old, now []byte) bool {
	if KeepsNothing(kind) {
		return false
	}
	var was, is ringParams // has the fields of idParams
	if readParams(old, &was) != nil || readParams(now, &is) != nil {
		return true
	}
	if kind == InKeyring {
		return strings.EqualFold(was.User, is.User) // the Credential Manager ignores case
	}
	return is.ID == "" || was.ID == is.ID // "": any key that is there
}

// New draws a key.
func New() []byte {
	key := make([]byte, Size)
	_, _ = rand.Read(key) // never fails
	return key
}

// Memory keeps keys for the life of the process.
type Memory struct {
	mu   sync.Mutex
	keys map[string][]byte // by id
}

func (*Memory) Kind() string  { return InMemory }
func (*Memory) Place() string { return "memory of this process" }

func (m *Memory) Key(_ context.Context, params []byte, _ secret.Text) ([]byte, error) {
	var p idParams
	if err := readParams(params, &p); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if key, ok := m.keys[p.ID]; ok {
		return bytes.Clone(key), nil
	}
	return nil, ErrNoKey
}

func (m *Memory) Make(context.Context, secret.Text, bool) (key, params []byte, err error) {
	key = New()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.keys == nil {
		m.keys = map[string][]byte{}
	}
	m.keys[ID(key)] = bytes.Clone(key)
	return key, Params(key), nil
}

func (*Memory) Settle([]byte) error { return nil }

func (m *Memory) Forget(_ context.Context, params []byte) error {
	var p idParams
	if err := readParams(params, &p); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.keys[p.ID])
	delete(m.keys, p.ID)
	return nil
}
