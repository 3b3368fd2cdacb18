package store

import (
	"context"
	"errors"

	"lanyard/tokenapi/secret"
)

// Passable refuses a passphrase that no new key is made of, with an *Error whose code is "weak_key":
// one that is too short, or that could not be typed or pasted everywhere.
func Passable(t secret.Text) error { return weakKey(CheckPassphrase(t)) }

// weakKey returns err as an *Error if a slot refuses a text, and every other one as it is.
func weakKey(err error) error {
	weak, ok := errors.AsType[*WeakError](err)
	if !ok {
		return err
	}
	e := &Error{Code: "weak_key", Text: weak.Error(), Hint: "take another one"}
	if weak.Odd == nil {
		e.Hint = "whoever gets hold of what it opens could guess it: take a longer one"
	}
	return e
}

// makeKey lets a slot make a key.
func makeKey(
	ctx context.Context, slot KeySlot, told secret.Text, first bool,
) (key, params []byte, err error) {
	key, params, err = slot.Make(ctx, told, first)
	return key, params, weakKey(err)
}
