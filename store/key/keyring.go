package key

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	gokeyring "github.com/zalando/go-keyring"

	"lanyard/tokenapi/secret"
)

// keyringService is the service name of Lanyard's entries in the keyring.
const keyringService = "lanyard"

// The limits for an answer of the keyring to a program and to a person. A person may have to type a
// password into a window first.
const (
	keyringLimit       = 3 * time.Second
	keyringLimitAsking = 30 * time.Second
)

// Ring holds the calls of a slot to a keyring. Its methods fail with ErrNotFound of go-keyring if
// there is no such entry.
type Ring interface {
	Get(service, user string) (string, error)
	Set(service, user, password string) error
	Delete(service, user string) error
}

// systemRing is the keyring of this system.
type systemRing struct{}

func (systemRing) Get(service, user string) (string, error) { return gokeyring.Get(service, user) }
func (systemRing) Set(service, user, password string) error {
	return gokeyring.Set(service, user, password)
}
func (systemRing) Delete(service, user string) error { return gokeyring.Delete(service, user) }

// keyring is a slot in a keyring. A keyring may hang, or wait for a person, so the wait for each
// call is limited. A read that takes longer continues, and its result serves the next caller.
type keyring struct {
	ring         Ring
	reachable    func() error
	brief, asked time.Duration

	mu     sync.Mutex
	asking map[string]*ringCall // by user
	stuck  <-chan struct{}      // closed when the latest call that was late has returned; or nil
}

// ringCall is a read in progress.
type ringCall struct {
	done chan struct{}
	text secret.Text
	err  error
}

// Keyring returns the slot in the system's keyring: the Secret Service, the Keychain or the
// Credential Manager. lookup reads the environment, which names the session bus of the Secret
// Service. A call waits 3 s at most, and 30 s if a person has requested a key there.
func Keyring(lookup func(string) (string, bool)) Slot {
	return OnRing(systemRing{}, keyringLimit, keyringLimitAsking,
		func() error { return sessionBus(runtime.GOOS, lookup) })
}

// OnRing returns a slot in a keyring. A call waits for brief at most, and for asked at most if a
// person has requested a key there. reachable returns why the keyring cannot be called, or nil.
func OnRing(r Ring, brief, asked time.Duration, reachable func() error) Slot {
	return &keyring{
		ring: r, brief: brief, asked: asked, asking: map[string]*ringCall{}, reachable: reachable,
	}
}

// KeyringReachable returns the reason why the system's keyring cannot be asked, or nil. It does not
// call the keyring.
func KeyringReachable(lookup func(string) (string, bool)) error {
	return sessionBus(runtime.GOOS, lookup)
}

// sessionBus fails if there is no session bus yet: the library would start one and leave it
// running.
func sessionBus(goos string, lookup func(string) (string, bool)) error {
	if goos == "darwin" || goos == "windows" {
		return nil
	}
	address, _ := lookup("DBUS_SESSION_BUS_ADDRESS")
	for part := range strings.SplitSeq(address, ";") {
		if strings.HasPrefix(part, "autolaunch") {
			return errors.New("the session bus would have to be started first")
		}
	}
	if address == "" {
		dir, _ := lookup("XDG_RUNTIME_DIR")
		path := filepath.Join(dir, "bus")
		info, err := os.Stat(path)
		if dir == "" || err != nil || info.Mode().Type() != fs.ModeSocket {
			return errors.New("there is no session bus")
		}
		address = "unix:path=" + busEscape(path)
	}
	if os.Getenv("DBUS_SESSION_BUS_ADDRESS") != address {
		// The library uses this address alone once it is set.
		return os.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
	}
	return nil
}

// busEscape escapes a path for an address, as the D-Bus specification requires it.
func busEscape(path string) string {
	var b strings.Builder
	for _, c := range []byte(path) {
		letter := c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
		if letter || strings.IndexByte(`-_/.\`, c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02x", c)
		}
	}
	return b.String()
}

// Kind implements Slot.
func (*keyring) Kind() string { return InKeyring }

// Place implements Slot.
func (*keyring) Place() string { return "system keyring" }

// ringParams name an entry of the keyring.
type ringParams struct {
	User string `json:"user"`
	ID   string `json:"id"` // ID of the key
}

// entry parses params. It refuses params that do not name an entry of Lanyard, because they come
// from a file.
func entry(params []byte) (ringParams, error) {
	var p ringParams
	err := readParams(params, &p)
	if err == nil && !strings.HasPrefix(p.User, "store-") {
		err = errors.New("its stored parameters are not those of lanyard")
	}
	return p, err
}

// Key implements Slot.
func (k *keyring) Key(ctx context.Context, params []byte, _ secret.Text) ([]byte, error) {
	p, err := entry(params)
	if err != nil {
		return nil, err
	}
	return k.get(ctx, p, k.brief)
}

// NoteGuarded implements Noting.
func (k *keyring) NoteGuarded(ctx context.Context, params []byte, guarded bool) error {
	p, err := entry(params)
	if err != nil {
		return err
	}
	kept, err := k.get(ctx, p, k.brief)
	if err != nil {
		return err
	}
	defer clear(kept)
	next := bytes.Clone(kept[:Size])
	if guarded {
		next = Guarded(next)
	}
	done, set := k.set(p.User, next)
	if err := await(ctx, done, k.brief); err != nil {
		return err
	}
	return set()
}

// set stores a key, with the byte of Guarded if it has one, in the background. result may be called
// once done is closed.
func (k *keyring) set(user string, kept []byte) (done <-chan struct{}, result func() error) {
	finished := make(chan struct{})
	var err error
	text := secret.New(hex.EncodeToString(kept))
	clear(kept)
	go func() {
		defer close(finished)
		err = recoverPanic(func() error { return k.ring.Set(keyringService, user, text.Reveal()) })
	}()
	return finished, func() error { return err }
}

// get reads an entry, or waits for the read in progress.
func (k *keyring) get(ctx context.Context, p ringParams, limit time.Duration) ([]byte, error) {
	if err := k.reachable(); err != nil {
		return nil, err
	}
	k.mu.Lock()
	c := k.asking[p.User]
	if c == nil {
		c = &ringCall{done: make(chan struct{})}
		k.asking[p.User] = c
		go func() {
			defer close(c.done)
			c.err = recoverPanic(func() error {
				text, err := k.ring.Get(keyringService, p.User)
				c.text = secret.New(text)
				return err
			})
		}()
	}
	k.mu.Unlock()
	if err := await(ctx, c.done, limit); err != nil {
		return nil, err
	}
	k.mu.Lock()
	delete(k.asking, p.User)
	k.mu.Unlock()
	if errors.Is(c.err, gokeyring.ErrNotFound) {
		return nil, ErrNoKey
	}
	if c.err != nil {
		return nil, explainRing(c.err)
	}
	kept, err := hex.DecodeString(c.text.Reveal())
	if err == nil {
		if key, _, odd := Split(kept); odd == nil && ID(key) == p.ID {
			return kept, nil
		}
	}
	clear(kept)
	return nil, ErrOtherKey
}

// Make implements Slot. It reads the entry back, because the library reports success if a person
// closes the window that asks for a password.
func (k *keyring) Make(
	ctx context.Context, _ secret.Text, first bool,
) (key, params []byte, err error) {
	if err := k.reachable(); err != nil {
		return nil, nil, err
	}
	limit := k.asked
	if first {
		limit = k.brief // no person asked for it
	}
	name := make([]byte, 8)
	_, _ = rand.Read(name) // never fails
	key = New()
	p := ringParams{User: "store-" + hex.EncodeToString(name), ID: ID(key)}
	finished, set := k.set(p.User, Guarded(key))
	err = await(ctx, finished, limit)
	if err != nil {
		clear(key)
		k.mu.Lock()
		k.stuck = finished
		k.mu.Unlock()
		go func() { // it may be stored after the timeout, and no database records it
			if <-finished; set() == nil {
				_ = recoverPanic(func() error { return k.ring.Delete(keyringService, p.User) })
			}
		}()
		return nil, nil, err
	}
	if err := set(); err != nil {
		clear(key)
		return nil, nil, explainRing(err)
	}
	if params, err = json.Marshal(p); err != nil {
		return nil, nil, err
	}
	again, err := k.get(ctx, p, limit)
	if clear(again); err != nil {
		clear(key)
		_ = k.Forget(context.WithoutCancel(ctx), params) // no database records its name
		return nil, nil, err
	}
	return key, params, nil
}

// Settle implements Slot.
func (*keyring) Settle([]byte) error { return nil }

// Forget implements Slot.
func (k *keyring) Forget(ctx context.Context, params []byte) error {
	p, err := entry(params)
	if err != nil {
		return err
	}
	if err := k.reachable(); err != nil {
		return err
	}
	done := make(chan struct{})
	var gone error // read only after done is closed
	go func() {
		defer close(done)
		gone = recoverPanic(func() error { return k.ring.Delete(keyringService, p.User) })
	}()
	if err := await(ctx, done, k.brief); err != nil {
		return err
	}
	if gone != nil && !errors.Is(gone, gokeyring.ErrNotFound) {
		return explainRing(gone)
	}
	return nil
}

// await waits until done is closed, but no longer than limit.
func await(ctx context.Context, done <-chan struct{}, limit time.Duration) error {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-done:
		return nil
	case <-timer.C:
		return fmt.Errorf("it did not answer within %s; does a window ask for its password?", limit)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// recoverPanic calls f and returns a panic of it as an error: the library reads answers from the
// bus without checking them.
func recoverPanic(f func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("it gave an answer that makes no sense")
		}
	}()
	return f()
}

// explainRing explains the errors of keyrings, which are bare texts.
func explainRing(err error) error {
	switch text := err.Error(); {
	case strings.Contains(text, "unlock correct collection"), strings.Contains(text, "IsLocked"):
		return errors.New("it is locked, and was not unlocked")
	case strings.Contains(text, "ServiceUnknown"),
		strings.Contains(text, "was not provided by any .service files"):
		return errNoRing
	}
	return err
}

// errNoRing is the cause if there is a session bus, but no keyring on it.
var errNoRing = errors.New("no program on the session bus keeps one")
