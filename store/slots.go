package store

import (
	"context"
	"errors"

	"lanyard/console"
	"lanyard/store/key"
	"lanyard/tokenapi/secret"
)

// KeySlot is a place where the key of a store may be.
type KeySlot = key.Slot

// The kinds of key slots.
const (
	InFile       = key.InFile
	InKeyring    = key.InKeyring
	InPassphrase = key.InPassphrase
	InEnv        = key.InEnv
	InCommand    = key.InCommand
	InMemory     = key.InMemory
)

// Keyring returns the slot in the system's keyring; see key.Keyring.
func Keyring(lookup func(string) (string, bool)) KeySlot { return key.Keyring(lookup) }

// KeyringReachable returns why the system's keyring cannot be asked, without asking it; nil if it
// can.
func KeyringReachable(lookup func(string) (string, bool)) error {
	return key.KeyringReachable(lookup)
}

// Environment returns the slot of a key derived from the environment variable name; see
// key.Environment.
func Environment(name string, lookup func(string) (string, bool)) KeySlot {
	return key.Environment(name, lookup)
}

// Command returns the slot of a key derived from the output of a program; see key.Command.
func Command(place string, run func(context.Context) (secret.Text, error)) KeySlot {
	return key.Command(place, run)
}

// Short returns a warning about an accepted passphrase that is short, or ""; see key.Short.
func Short(t secret.Text) string { return key.Short(t) }

// Passable fails with an *Error with the code "weak_key" if a passphrase is not fit for a new key.
// It is too short, or it cannot be typed or pasted everywhere.
func Passable(t secret.Text) error { return weakKey(key.CheckPassphrase(t)) }

// weakKey returns the error of a refused text as an *Error, and every other error unchanged.
func weakKey(err error) error {
	weak, ok := errors.AsType[*key.WeakError](err)
	if !ok {
		return err
	}
	e := &Error{Code: console.CodeWeakKey, Text: weak.Error(), Hint: "take another one"}
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
