package key

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
)

// Pin is a key that a store may have: the kind of slot that holds it, and its id.
type Pin struct{ Kind, ID string }

// Board remembers the keys of stores by their path, where a writer of the state directory does not write. It asks a
// person for nothing.
type Board interface {
	// Pins gives what is remembered of the store at path. None is no error; ErrNoBoard says that nothing can be remembered.
	Pins(ctx context.Context, path string) ([]Pin, error)
	// SetPins replaces what is remembered; none removes it.
	SetPins(ctx context.Context, path string, pins []Pin) error
}

// ErrNoBoard is the cause where there is no keyring to remember anything.
var ErrNoBoard = errors.New("there is no keyring")

// Pinnable reports whether a kind of slot has pins. A key made of what a variable or a command gives opens nothing that
// was sealed without it.
func Pinnable(kind string) bool { return kind == InFile || kind == InKeyring || kind == InPassphrase }

// pinPaths are the paths that a store is remembered by: the one that is named and, if that leads
// through links, where it leads. Whoever puts a link in the place of a directory changes the second
// alone.
func pinPaths(dir string) []string {
	if real, err := filepath.EvalSymlinks(dir); err == nil && real != dir {
		return []string{dir, real}
	}
	return []string{dir}
}

// Remembered is what the keyring has for one path of a store.
type Remembered struct {
	Path string
	Pins []Pin
}

// Has reports whether a pin is among those of the path, and which kind of slot it names.
func (r Remembered) Has(id string) (kind string, ok bool) {
	for _, p := range r.Pins {
		if p.ID == id {
			return p.Kind, true
		}
	}
	return "", false
}

// Recall gives what is remembered of the store in dir, for each of its paths.
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

// PinsOf are the pins of all paths, each once.
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

// Remember replaces what is remembered for each path of the store in dir; no pins remove it.
func Remember(ctx context.Context, b Board, dir string, pins ...Pin) error {
	for _, path := range pinPaths(dir) {
		if err := b.SetPins(ctx, path, pins); err != nil {
			return err
		}
	}
	return nil
}

// PinBoth lets the keyring remember the key that is coming into force beside those that may be in
// force now. It runs in the transaction that brings it. Where the keyring does not take it, pinBoth
// fails: the next process would find a key that the keyring does not remember, and refuse the
// store.
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
