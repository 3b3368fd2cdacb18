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

// The least lengths, in characters, of texts that a key is derived from. The first is for a
// passphrase, which a person has to remember. The second is for a text in a variable or from a
// program.
const (
	LeastPassphrase = 8
	LeastText       = 16
)

// stretching holds the parameters of Argon2id, which derives a key from a text (RFC 9106 section
// 3.1). It is the params of a Derived slot.
type stretching struct {
	Salt    []byte `json:"salt"`
	Time    uint32 `json:"time"`
	Memory  uint32 `json:"memory_kib"`
	Threads uint8  `json:"threads"`
}

// costly is the second recommended choice of RFC 9106 section 4: 3 passes over 64 MiB in 4 lanes.
func costly() stretching { return stretching{Time: 3, Memory: 64 << 10, Threads: 4} }

// below reports whether keys derived with s cost less than those derived with want.
func (s stretching) below(want stretching) bool {
	return s.Time < want.Time || s.Memory < want.Memory
}

// salted returns s with a new salt.
func (s stretching) salted() stretching {
	s.Salt = make([]byte, 16)
	_, _ = rand.Read(s.Salt) // never fails
	return s
}

// sane refuses parameters that no version wrote: a hostile file could require all memory or hours.
// A cost that is too low is harmless: a text that was sealed at the real cost does not open with
// less.
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

// Derived is a slot whose key is derived from a text with Argon2id. It keeps nothing of the key.
type Derived struct {
	kind, place string
	least       int        // characters of the text of a new key
	cost        stretching // cost of a new key
	text        func(ctx context.Context, told secret.Text) (secret.Text, error)
}

// ErrNotTold is returned by a passphrase slot if the person has not been asked yet.
var ErrNotTold = errors.New("its passphrase was not given")

// Passphrase returns the slot of a key derived from a passphrase that a person types.
func Passphrase() Slot {
	told := func(_ context.Context, told secret.Text) (secret.Text, error) {
		if told.IsZero() {
			return told, ErrNotTold
		}
		return told, nil
	}
	return Derived{InPassphrase, "passphrase", LeastPassphrase, costly(), told}
}

// CheckPassphrase fails with a *WeakError if no new key is derived from the passphrase t.
func CheckPassphrase(t secret.Text) error {
	_, err := passable(t, LeastPassphrase, "passphrase")
	return err
}

// WeakError is the error of a text from which no new key is derived. The text is too short, or it
// cannot be typed or pasted everywhere.
type WeakError struct {
	Place string // place of the text, as in Slot.Place
	Odd   error  // why it cannot be typed or pasted, from secret.Read; nil if it is too short
	Least int    // least length in characters, if Odd is nil
}

// Error names the kind and the position of the odd character, and nothing else of the text.
func (e *WeakError) Error() string {
	if e.Odd != nil {
		return e.Place + ": it " + e.Odd.Error()
	}
	return fmt.Sprintf("%s: fewer than %d characters", e.Place, e.Least)
}

// Unwrap returns Odd.
func (e *WeakError) Unwrap() error { return e.Odd }

// passable returns the text of a new key, as secrets are read.
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

// goodPassphrase is the length from which Short gives no warning, in characters.
const goodPassphrase = 12

// guessesASecond is the number of passphrases that one graphics card of 2024 tries in a second.
// Each takes about half a gigabyte of memory traffic: 3 passes of Argon2id over 64 MiB, or the
// scrypt of a backup. The card has a terabyte a second.
const guessesASecond = 2000

// usualPassphrases is the number of passphrases that are tried first: words, names and dates, with
// a digit or two.
const usualPassphrases = 10_000_000

// Short returns a warning about a passphrase that CheckPassphrase accepts but that has fewer than
// 12 characters, with the time that guessing it takes. It returns "" for a longer one.
func Short(t secret.Text) string {
	n := utf8.RuneCountInString(t.Reveal())
	if n >= goodPassphrase {
		return ""
	}
	random := math.Pow(26, float64(n)) / 2 / guessesASecond
	return fmt.Sprintf("%d characters are short: at about %d guesses a second on one GPU,"+
		" %d random lowercase letters last %s on average, and a word with digits %s at most;"+
		" %d characters or more are better", n, guessesASecond, n, roughly(random),
		roughly(usualPassphrases/guessesASecond), goodPassphrase)
}

// roughly writes a duration in seconds in one unit.
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

// Environment returns the slot of a key derived from the environment variable name, read with
// lookup.
func Environment(name string, lookup func(string) (string, bool)) Slot {
	read := func(context.Context, secret.Text) (secret.Text, error) {
		text, ok := lookup(name)
		if !ok || text == "" {
			return secret.Text{}, errors.New("it is not set")
		}
		return secret.New(text), nil
	}
	return Derived{InEnv, "environment variable " + name, LeastText, costly(), read}
}

// Command returns the slot of a key derived from the output of a program, which run returns. place
// names the program, without its arguments.
func Command(place string, run func(context.Context) (secret.Text, error)) Slot {
	read := func(ctx context.Context, _ secret.Text) (secret.Text, error) { return run(ctx) }
	return Derived{InCommand, place, LeastText, costly(), read}
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

// Readings returns slots with each text that the key of s may have been derived from, the likeliest
// first. Older versions read the text differently, for instance with its line end. odd is the error
// of reading the text as it is read now; err is the error of obtaining it.
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

// Make implements Slot. It keeps nothing.
func (s Derived) Make(
	ctx context.Context, told secret.Text, _ bool,
) (key, params []byte, err error) {
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

// WithCost returns s with another cost of new keys: passes over kib KiB of memory. Tests use a low
// cost.
func (s Derived) WithCost(passes, kib uint32) Derived {
	s.cost.Time, s.cost.Memory = passes, kib
	return s
}

// Cheaper reports whether the key of params was derived with less work than a new one would be.
func (s Derived) Cheaper(params []byte) bool {
	var how stretching
	return readParams(params, &how) == nil && how.below(s.cost)
}

// Settle implements Slot.
func (Derived) Settle([]byte) error { return nil }

// Forget implements Slot: nothing of the key was kept.
func (Derived) Forget(context.Context, []byte) error { return nil }
