package store

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
)

// Pin is a key that a store may have: the kind of slot that holds it, and its id.
type Pin struct{ Kind, ID string }

// pinBoard remembers the keys of stores by their path, where a writer of the state directory does not write. It asks a
// person for nothing.
type pinBoard interface {
	// pins gives what is remembered of the store at path. None is no error; errNoBoard says that nothing can be remembered.
	pins(ctx context.Context, path string) ([]Pin, error)
	// setPins replaces what is remembered; none removes it.
	setPins(ctx context.Context, path string, pins []Pin) error
}

// errNoBoard is the cause where there is no keyring to remember anything.
var errNoBoard = errors.New("there is no keyring")

// pinnable reports whether a kind of slot has pins. A key made of what a variable or a command gives opens nothing that
// was sealed without it.
func pinnable(kind string) bool { return kind == InFile || kind == InKeyring || kind == InPassphrase }

// pinPaths are the paths that a store is remembered by: the one that is named and, if that leads
// through links, where it leads. Whoever puts a link in the place of a directory changes the second
// alone.
func pinPaths(dir string) []string {
	if real, err := filepath.EvalSymlinks(dir); err == nil && real != dir {
		return []string{dir, real}
	}
	return []string{dir}
}

// remembered is what the keyring has for one path of a store.
type remembered struct {
	path string
	pins []Pin
}

// has reports whether a pin is among those of the path, and which kind of slot it names.
func (r remembered) has(id string) (kind string, ok bool) {
	for _, p := range r.pins {
		if p.ID == id {
			return p.Kind, true
		}
	}
	return "", false
}

// recall gives what is remembered of the store in dir, for each of its paths.
func recall(ctx context.Context, b pinBoard, dir string) (at []remembered, err error) {
	for _, path := range pinPaths(dir) {
		pins, err := b.pins(ctx, path)
		if err != nil {
			return nil, err
		}
		at = append(at, remembered{path, pins})
	}
	return at, nil
}

// pinsOf are the pins of all paths, each once.
func pinsOf(at []remembered) (pins []Pin) {
	for _, r := range at {
		for _, p := range r.pins {
			if !slices.Contains(pins, p) {
				pins = append(pins, p)
			}
		}
	}
	return pins
}

// remember replaces what is remembered for each path of the store in dir; no pins remove it.
func remember(ctx context.Context, b pinBoard, dir string, pins ...Pin) error {
	for _, path := range pinPaths(dir) {
		if err := b.setPins(ctx, path, pins); err != nil {
			return err
		}
	}
	return nil
}

// pinBoth lets the keyring remember the key that is coming into force beside those that may be in
// force now. It runs in the transaction that brings it. Where the keyring does not take it, pinBoth
// fails: the next process would find a key that the keyring does not remember, and refuse the
// store.
func pinBoth(ctx context.Context, b pinBoard, dir string, next Pin, old ...Pin) error {
	if b == nil {
		return nil
	}
	at, err := recall(ctx, b, dir)
	if errors.Is(err, errNoBoard) {
		return nil
	}
	if pins := pinsOf(at); err == nil && (len(pins) > 0 || pinnable(next.Kind)) {
		if len(old) > 0 {
			pins = old
		}
		err = remember(ctx, b, dir, append(pins, next)...)
	}
	return err
}
