package key

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
)

// Pin names a key that a store may have.
type Pin struct {
	Kind string // kind of the slot that holds it
	ID   string // ID of the data key in the store: 32 hexadecimal digits
}

// Board remembers the key of the store at a path, in a place that a program with access to the
// state directory alone cannot write. Its calls ask no person.
type Board interface {
	// Pins returns the pins of the store at path; none is no error. It fails with ErrNoBoard if
	// nothing can be remembered.
	Pins(ctx context.Context, path string) ([]Pin, error)
	// SetPins replaces the pins of the store at path. Without pins it removes the entry.
	SetPins(ctx context.Context, path string, pins []Pin) error
}

// ErrNoBoard is returned by a Board if there is no keyring to remember anything.
var ErrNoBoard = errors.New("there is no keyring")

// Pinnable reports whether keys in a kind of slot are remembered. A key that is derived from a
// variable or a program's output need not be: it opens nothing that was sealed without it.
func Pinnable(kind string) bool {
	return kind == InFile || kind == InKeyring || kind == InPassphrase
}

// pinPaths returns the paths that a store is remembered by: dir, and its target if dir leads
// through links. A link that replaces a directory changes the second path only.
func pinPaths(dir string) []string {
	if real, err := filepath.EvalSymlinks(dir); err == nil && real != dir {
		return []string{dir, real}
	}
	return []string{dir}
}

// Remembered holds the pins of one path of a store.
type Remembered struct {
	Path string
	Pins []Pin
}

// Has reports whether the key with an id is among the pins, and returns the kind of slot of that
// pin.
func (r Remembered) Has(id string) (kind string, ok bool) {
	for _, p := range r.Pins {
		if p.ID == id {
			return p.Kind, true
		}
	}
	return "", false
}

// Recall returns the pins of the store in the directory dir, for each of its paths (see pinPaths).
func Recall(ctx context.Context, b Board, dir string) (at []Remembered, err error) {
	for _, path := range pinPaths(dir) {
		pins, err := b.Pins(ctx, path)
		if err != nil {
			return nil, err
		}
		at = append(at, Remembered{path, pins})
	}
	return at, nil
}

// PinsOf returns the pins of all paths, each once.
func PinsOf(at []Remembered) (pins []Pin) {
	for _, r := range at {
		for _, p := range r.Pins {
			if !slices.Contains(pins, p) {
				pins = append(pins, p)
			}
		}
	}
	return pins
}

// Remember replaces the pins of the store in dir, for each of its paths. Without pins it removes
// the entries.
func Remember(ctx context.Context, b Board, dir string, pins ...Pin) error {
	for _, path := range pinPaths(dir) {
		if err := b.SetPins(ctx, path, pins); err != nil {
			return err
		}
	}
	return nil
}

// PinBoth makes the board remember the key next, which is coming into force. It keeps the keys that
// may be in force now: old, or the present pins. The caller does so in the transaction that brings
// next into force. If PinBoth fails, that transaction must fail: the next process would find a key
// that the board does not remember, and refuse the store. Without a board it does nothing.
func PinBoth(ctx context.Context, b Board, dir string, next Pin, old ...Pin) error {
	if b == nil {
		return nil
	}
	at, err := Recall(ctx, b, dir)
	if errors.Is(err, ErrNoBoard) {
		return nil
	}
	if pins := PinsOf(at); err == nil && (len(pins) > 0 || Pinnable(next.Kind)) {
		if len(old) > 0 {
			pins = old
		}
		err = Remember(ctx, b, dir, append(pins, next)...)
	}
	return err
}
