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

// Size is the size of a key in bytes, as XChaCha20-Poly1305 requires it.
const Size = 32

// The kinds of slots, as the database and the configuration name them.
const (
	InFile       = "file"       // a key file beside the database
	InKeyring    = "keyring"    // the system's keyring
	InPassphrase = "passphrase" // a passphrase that a person types
	InEnv        = "env"        // an environment variable
	InCommand    = "command"    // the output of a program
	InMemory     = "memory"     // this process, of a store in memory
)

// ErrNoKey is returned by a Slot that does not hold the requested key.
var ErrNoKey = errors.New("no key there")

// Slot keeps or derives a key of Size bytes outside of the database. The store seals its data key
// with it. Params identify the key within its slot: JSON without a secret, of at most 4 KiB, which
// the store keeps in its database.
type Slot interface {
	// Kind is one of InFile, InKeyring, …
	Kind() string
	// Place describes the place of the key, for messages.
	Place() string
	// Key returns the key of params in a slice that the caller may overwrite. It has Size bytes,
	// and one more if the slot is Noting and rows have MACs (see Split). Key fails with ErrNoKey if
	// there is no key, and with ErrOtherKey if there is another one. told is the passphrase that a
	// person typed. Only a passphrase slot reads it, and fails with ErrNotTold if it is zero.
	Key(ctx context.Context, params []byte, told secret.Text) ([]byte, error)
	// Make returns a new key of Size bytes and its params. When it returns, the key is durable,
	// beside the one that is in force. If first is set, nothing is sealed yet, and Make may return
	// a key that already exists. A slot whose key is derived refuses a text with a *WeakError.
	Make(ctx context.Context, told secret.Text, first bool) (key, params []byte, err error)
	// Settle tells the slot that the key of params is in force.
	Settle(params []byte) error
	// Forget removes the key of params permanently, and no other key. A missing key is no error.
	Forget(ctx context.Context, params []byte) error
}

// rowsGuarded is a byte that follows a random key where it is kept, and a data key where it is
// sealed: each row of a store with this key has a MAC. A key from before there were MACs has none.
const rowsGuarded = 1

// Guarded returns a copy of key with a byte that marks that rows have MACs.
func Guarded(key []byte) []byte { return append(bytes.Clone(key), rowsGuarded) }

// Split separates a key from the byte that Guarded adds; a key of an older version has none. The
// key has Size bytes and shares its memory with kept. guards reports whether rows have MACs. Split
// fails for any other bytes.
func Split(kept []byte) (key []byte, guards bool, err error) {
	switch {
	case len(kept) == Size:
		return kept, false, nil
	case len(kept) == Size+1 && kept[Size] == rowsGuarded:
		return kept[:Size:Size], true, nil
	}
	return nil, false, errors.New("not a key of lanyard")
}

// Asking is a Slot that may have to ask a person for its own password first, as a locked keyring
// does.
type Asking interface {
	Slot
	// Unasked returns why the key cannot be fetched without asking a person; nil if it can.
	Unasked(ctx context.Context) error
}

// Noting is a Slot that can record beside its key that rows have MACs. Key then returns the key as
// Guarded does.
type Noting interface {
	Slot
	// NoteGuarded records that rows have MACs, beside the key of params. If guarded is false it
	// removes that record.
	NoteGuarded(ctx context.Context, params []byte, guarded bool) error
}

// Quiet reports whether slots of a kind cost nothing and ask no person. A store opens such slots
// unasked.
func Quiet(kind string) bool { return kind == InFile || kind == InMemory }

// KeepsNothing reports whether slots of a kind derive their key, so that there is no stored key to
// remove.
func KeepsNothing(kind string) bool {
	return kind == InPassphrase || kind == InEnv || kind == InCommand
}

// ID names a random key: 16 hexadecimal digits of its hash. They do not help in guessing a key of
// 256 random bits.
func ID(key []byte) string {
	sum := sha256.Sum256(append([]byte("lanyard key slot id\x00"), key...))
	return hex.EncodeToString(sum[:8])
}

// idParams are the params of a slot that holds random keys.
type idParams struct {
	ID string `json:"id,omitempty"` // ID of the key; "": any key, as before there were params
}

// Params returns the params of a random key.
func Params(key []byte) []byte {
	b, err := json.Marshal(idParams{ID(key)})
	if err != nil {
		panic(err) // a struct of one text
	}
	return b
}

// paramsMost is the largest accepted size of params, in bytes.
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
// both in a slot of kind. It compares params as the slots read them. Params that cannot be read may
// name the same key.
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

// New returns Size random bytes.
func New() []byte {
	key := make([]byte, Size)
	_, _ = rand.Read(key) // never fails
	return key
}

// Memory is a slot that keeps keys for the life of the process. The zero value is empty.
type Memory struct {
	mu   sync.Mutex
	keys map[string][]byte // by id
}

// Kind implements Slot.
func (*Memory) Kind() string { return InMemory }

// Place implements Slot.
func (*Memory) Place() string { return "memory of this process" }

// Key implements Slot.
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

// Make implements Slot.
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

// Settle implements Slot.
func (*Memory) Settle([]byte) error { return nil }

// Forget implements Slot.
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
