package key

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"

	gokeyring "github.com/zalando/go-keyring"
)

// lockable is a Ring that can report whether a call would ask a person first.
type lockable interface {
	Ready() error // the reason why a call would ask a person; nil if it would not
}

// pinUser returns the user name of the entry that remembers the store at path.
func pinUser(path string) string {
	sum := sha256.Sum256([]byte(path))
	return "pin-" + hex.EncodeToString(sum[:16])
}

// errRingLocked is the cause if a keyring would have to ask for its password.
var errRingLocked = errors.New("it is locked")

// briefly runs f, which calls the keyring, unless a person would have to be asked first. It waits
// for k.brief at most. If an earlier call has not returned, it does not run f.
func (k *keyring) briefly(ctx context.Context, f func() error) error {
	if k.reachable() != nil {
		return ErrNoBoard
	}
	k.mu.Lock()
	if k.stuck != nil {
		select {
		case <-k.stuck:
		default:
			k.mu.Unlock()
			return errors.New("it has not answered yet")
		}
	}
	k.mu.Unlock()
	done := make(chan struct{})
	var err error // read only after done is closed
	go func() {
		defer close(done)
		err = recoverPanic(func() error {
			if r, ok := k.ring.(lockable); ok {
				if err := r.Ready(); err != nil {
					return err
				}
			}
			return f()
		})
	}()
	if late := await(ctx, done, k.brief); late != nil {
		k.mu.Lock()
		k.stuck = done
		k.mu.Unlock()
		return late
	}
	if err != nil && !errors.Is(err, gokeyring.ErrNotFound) {
		if err = explainRing(err); errors.Is(err, errNoRing) {
			return ErrNoBoard
		}
	}
	return err
}

// Unasked implements Asking.
func (k *keyring) Unasked(ctx context.Context) error {
	if err := k.reachable(); err != nil {
		return err
	}
	err := k.briefly(ctx, func() error { return nil })
	if errors.Is(err, ErrNoBoard) {
		return errNoRing
	}
	return err
}

// Pins implements Board. An entry that cannot be parsed counts as one pin that no key has.
func (k *keyring) Pins(ctx context.Context, path string) ([]Pin, error) {
	var text string
	err := k.briefly(ctx, func() (err error) {
		text, err = k.ring.Get(keyringService, pinUser(path))
		return err
	})
	if errors.Is(err, gokeyring.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return readPins(text), nil
}

// pinsMost is the largest number of pins of a store that are read. During a change of the key there
// are two.
const pinsMost = 8

func readPins(text string) (pins []Pin) {
	for _, f := range strings.Fields(text) {
		kind, id, _ := strings.Cut(f, ":")
		if b, err := hex.DecodeString(id); err != nil || len(b) != 16 || len(pins) == pinsMost {
			return []Pin{{"", "something else"}}
		}
		pins = append(pins, Pin{kind, id})
	}
	if pins == nil {
		return []Pin{{"", "nothing"}}
	}
	return pins
}

// SetPins implements Board. It reads the entry back, as Make does.
func (k *keyring) SetPins(ctx context.Context, path string, pins []Pin) error {
	var words []string
	for _, p := range pins {
		words = append(words, p.Kind+":"+p.ID)
	}
	text, user := strings.Join(words, " "), pinUser(path)
	err := k.briefly(ctx, func() error {
		if text == "" {
			return k.ring.Delete(keyringService, user)
		}
		if err := k.ring.Set(keyringService, user, text); err != nil {
			return err
		}
		again, err := k.ring.Get(keyringService, user)
		if err == nil && again != text {
			_ = k.ring.Delete(keyringService, user)
			err = errors.New("it keeps something else than it is given")
		}
		return err
	})
	switch {
	case errors.Is(err, gokeyring.ErrNotFound) && text == "",
		errors.Is(err, ErrNoBoard) && text == "":
		return nil
	case errors.Is(err, gokeyring.ErrNotFound):
		return errors.New("it keeps nothing")
	}
	return err
}
