package store

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"lanyard/tokenapi/secret"
)

// The shortest texts that a key is made of, in characters. A program keeps its text without having to remember it.
const (
	LeastPassphrase = 8
	LeastText       = 16
)

// stretching says how a text is made into a key: Argon2id with these parameters.
type stretching struct {
	Salt    []byte `json:"salt"`
	Time    uint32 `json:"time"`
	Memory  uint32 `json:"memory_kib"`
	Threads uint8  `json:"threads"`
}

// costly is the second choice of RFC 9106 section 4, with one pass instead of three: about 0.2 s and 64 MiB.
func costly() stretching { return stretching{Time: 1, Memory: 64 << 10, Threads: 4} }

// salted gives s with a salt of its own.
func (s stretching) salted() stretching {
	s.Salt = make([]byte, 16)
	_, _ = rand.Read(s.Salt) // never fails
	return s
}

// sane refuses parameters that nobody here wrote: a hostile file must eat neither memory nor hours. Too little is no
// danger, because what was sealed at the real cost does not open with less.
func (s stretching) sane() error {
	switch {
	case len(s.Salt) < 16 || len(s.Salt) > 64,
		s.Memory < 8<<10 || s.Memory > 256<<10,
		s.Time < 1 || s.Time > 8,
		s.Threads < 1 || s.Threads > 16:
		return errors.New("its stored parameters are not those of lanyard")
	}
	return nil
}

func (s stretching) key(text secret.Text) []byte {
	plain := []byte(text.Reveal())
	defer clear(plain)
	return argon2.IDKey(plain, s.Salt, s.Time, s.Memory, s.Threads, keySize)
}

// stretched is a slot whose key is made of a text.
type stretched struct {
	kind, place string
	least       int        // characters
	cost        stretching // of a new key
	text        func(ctx context.Context, told secret.Text) (secret.Text, error)
}

// errNotTold is the cause where a person has not been asked yet.
var errNotTold = errors.New("its passphrase was not given")

// passphrase is the slot of a key made of what a person types. Every Options has it.
func passphrase() KeySlot {
	return stretched{InPassphrase, "passphrase", LeastPassphrase, costly(), func(_ context.Context, told secret.Text) (secret.Text, error) {
		if told.IsZero() {
			return told, errNotTold
		}
		return told, nil
	}}
}

// Passable refuses a passphrase that is too short for a key, with an *Error.
func Passable(t secret.Text) error { return longEnough(t, LeastPassphrase, "passphrase") }

func longEnough(t secret.Text, least int, place string) error {
	if utf8.RuneCountInString(t.Reveal()) >= least {
		return nil
	}
	return &Error{Code: "weak_key", Text: fmt.Sprintf("%s: fewer than %d characters", place, least),
		Hint: "whoever gets hold of the database could guess it: take a longer one"}
}

// Environment is the slot of a key made of the environment variable name, read with lookup.
func Environment(name string, lookup func(string) (string, bool)) KeySlot {
	return stretched{InEnv, "environment variable " + name, LeastText, costly(), func(context.Context, secret.Text) (secret.Text, error) {
		text, ok := lookup(name)
		if !ok || text == "" {
			return secret.Text{}, errors.New("it is not set")
		}
		return secret.New(text), nil
	}}
}

// Command is the slot of a key made of what a program prints; place names it without its arguments.
func Command(place string, run func(context.Context) (secret.Text, error)) KeySlot {
	return stretched{InCommand, place, LeastText, costly(), func(ctx context.Context, _ secret.Text) (secret.Text, error) { return run(ctx) }}
}

// Kind implements KeySlot.
func (s stretched) Kind() string { return s.kind }

// Place implements KeySlot.
func (s stretched) Place() string { return s.place }

// Key implements KeySlot.
func (s stretched) Key(ctx context.Context, params []byte, told secret.Text) ([]byte, error) {
	var how stretching
	if err := readParams(params, &how); err != nil {
		return nil, err
	}
	if err := how.sane(); err != nil {
		return nil, err
	}
	text, err := s.text(ctx, told)
	if err != nil {
		return nil, err
	}
	return how.key(text), nil
}

// Make implements KeySlot. A text that is too short is refused with an *Error.
func (s stretched) Make(ctx context.Context, told secret.Text, _ bool) (key, params []byte, err error) {
	text, err := s.text(ctx, told)
	if err != nil {
		return nil, nil, err
	}
	if err := longEnough(text, s.least, s.place); err != nil {
		return nil, nil, err
	}
	how := s.cost.salted()
	if params, err = json.Marshal(how); err != nil {
		return nil, nil, err
	}
	return how.key(text), params, nil
}

// Settle implements KeySlot.
func (stretched) Settle([]byte) error { return nil }

// Forget implements KeySlot: nothing of the key was kept.
func (stretched) Forget(context.Context, []byte) error { return nil }
