package key

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"math"
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

// costly is the second choice of RFC 9106 section 4: three passes over 64 MiB in four lanes.
func costly() stretching { return stretching{Time: 3, Memory: 64 << 10, Threads: 4} }

// below reports whether keys made with s cost less than those made with want.
func (s stretching) below(want stretching) bool { return s.Time < want.Time || s.Memory < want.Memory }

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
	return argon2.IDKey(plain, s.Salt, s.Time, s.Memory, s.Threads, Size)
}

// Derived is a slot whose key is made of a text.
type Derived struct {
	kind, place string
	least       int        // characters
	cost        stretching // of a new key
	text        func(ctx context.Context, told secret.Text) (secret.Text, error)
}

// ErrNotTold is the cause where a person has not been asked yet.
var ErrNotTold = errors.New("its passphrase was not given")

// Passphrase is the slot of a key made of what a person types. Every Options has it.
func Passphrase() Slot {
	return Derived{InPassphrase, "passphrase", LeastPassphrase, costly(), func(_ context.Context, told secret.Text) (secret.Text, error) {
		if told.IsZero() {
			return told, ErrNotTold
		}
		return told, nil
	}}
}

// CheckPassphrase refuses a passphrase that no new key is made of, with a *WeakError.
func CheckPassphrase(t secret.Text) error {
	_, err := passable(t, LeastPassphrase, "passphrase")
	return err
}

// WeakError is why no new key is made of a text: it is too short, or it could not be typed or pasted
// everywhere.
type WeakError struct {
	Place string // of the text, as Slot.Place gives it
	Odd   error  // what cannot be typed or pasted, from secret.Read; nil if the text is too short
	Least int    // how many characters it needs, if Odd is nil
}

// Error implements error. It tells nothing of the text but the kind and the position of what is odd.
func (e *WeakError) Error() string {
	if e.Odd != nil {
		return e.Place + ": it " + e.Odd.Error()
	}
	return fmt.Sprintf("%s: fewer than %d characters", e.Place, e.Least)
}

// Unwrap returns Odd.
func (e *WeakError) Unwrap() error { return e.Odd }

// passable is the text of a new key.
func passable(raw secret.Text, least int, place string) (secret.Text, error) {
	t, err := secret.Read(raw.Reveal())
	if err != nil && !errors.Is(err, secret.ErrEmpty) {
		return t, &WeakError{Place: place, Odd: err}
	}
	if utf8.RuneCountInString(t.Reveal()) < least {
		return t, &WeakError{Place: place, Least: least}
	}
	return t, nil
}

// Of shorter passphrases than that many characters Short says how long they last.
const goodPassphrase = 12

// guessesASecond is how many passphrases one graphics card of 2024 tries in a second: each takes about half a gigabyte of
// memory traffic (Argon2id with three passes over 64 MiB, or the scrypt of a backup), of a terabyte a second.
const guessesASecond = 2000

// usualPassphrases is how many passphrases are tried first: words, names and dates, with a digit or two.
const usualPassphrases = 10_000_000

// Short warns of a passphrase that is taken, but short; "" where nothing is to be said.
func Short(t secret.Text) string {
	n := utf8.RuneCountInString(t.Reveal())
	if n >= goodPassphrase {
		return ""
	}
	random := math.Pow(26, float64(n)) / 2 / guessesASecond
	return fmt.Sprintf("%d characters are short: at about %d guesses a second on one GPU, %d random lowercase letters last %s on average, and a word with digits %s at most; %d characters or more are better",
		n, guessesASecond, n, roughly(random), roughly(usualPassphrases/guessesASecond), goodPassphrase)
}

// roughly says so many seconds in one unit.
func roughly(seconds float64) string {
	for _, u := range []struct {
		name string
		of   float64
	}{{"years", 365 * 24 * 3600}, {"days", 24 * 3600}, {"hours", 3600}} {
		if n := seconds / u.of; n >= 2 {
			return fmt.Sprintf("%.0f %s", n, u.name)
		}
	}
	return fmt.Sprintf("%.0f minutes", max(1, seconds/60))
}

// Environment is the slot of a key made of the environment variable name, read with lookup.
func Environment(name string, lookup func(string) (string, bool)) Slot {
	return Derived{InEnv, "environment variable " + name, LeastText, costly(), func(context.Context, secret.Text) (secret.Text, error) {
		text, ok := lookup(name)
		if !ok || text == "" {
			return secret.Text{}, errors.New("it is not set")
		}
		return secret.New(text), nil
	}}
}

// Command is the slot of a key made of what a program prints; place names it without its arguments.
func Command(place string, run func(context.Context) (secret.Text, error)) Slot {
	return Derived{InCommand, place, LeastText, costly(), func(ctx context.Context, _ secret.Text) (secret.Text, error) { return run(ctx) }}
}

// Kind implements Slot.
func (s Derived) Kind() string { return s.kind }

// Place implements Slot.
func (s Derived) Place() string { return s.place }

// Key implements Slot.
func (s Derived) Key(ctx context.Context, params []byte, told secret.Text) ([]byte, error) {
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

// Readings are s with each text that its key may have been made of, the likeliest first. Older versions have read it otherwise.
// odd is why it cannot be read as it is now.
func (s Derived) Readings(ctx context.Context, told secret.Text) (all []Derived, odd, err error) {
	raw, err := s.text(ctx, told)
	if err != nil {
		return nil, nil, err
	}
	_, odd = secret.Read(raw.Reveal())
	for _, t := range secret.Readings(raw) {
		one := s
		one.text = func(context.Context, secret.Text) (secret.Text, error) { return t, nil }
		all = append(all, one)
	}
	return all, odd, nil
}

// Make implements Slot. It refuses a text that is not passable with a *WeakError.
func (s Derived) Make(ctx context.Context, told secret.Text, _ bool) (key, params []byte, err error) {
	raw, err := s.text(ctx, told)
	if err != nil {
		return nil, nil, err
	}
	text, err := passable(raw, s.least, s.place)
	if err != nil {
		return nil, nil, err
	}
	how := s.cost.salted()
	if params, err = json.Marshal(how); err != nil {
		return nil, nil, err
	}
	return how.key(text), params, nil
}

// WithCost returns s, whose new keys are made with so many passes over so many KiB: for tests, which
// have other things to do.
func (s Derived) WithCost(passes, kib uint32) Derived {
	s.cost.Time, s.cost.Memory = passes, kib
	return s
}

// Cheaper reports whether the key of params was made with less work than a new one would be.
func (s Derived) Cheaper(params []byte) bool {
	var how stretching
	return readParams(params, &how) == nil && how.below(s.cost)
}

// Settle implements Slot.
func (Derived) Settle([]byte) error { return nil }

// Forget implements Slot: nothing of the key was kept.
func (Derived) Forget(context.Context, []byte) error { return nil }
