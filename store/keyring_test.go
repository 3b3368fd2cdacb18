package store_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	gokeyring "github.com/zalando/go-keyring"

	"lanyard/store"
	"lanyard/store/key"
	"lanyard/tokenapi/secret"
)

// fakeRing is a keyring in memory, whose calls can hang, fail or panic.
type fakeRing struct {
	mu      sync.Mutex
	items   map[string]string
	gets    int           // number of keys read
	keeps   bool          // deletes nothing
	hang    chan struct{} // not nil: a call waits until it is closed
	err     error
	forgets bool // takes a key and keeps nothing, as after a window that was closed
	panics  bool
	garbles bool // keeps something else than it was given
}

func (f *fakeRing) call() error {
	f.mu.Lock()
	hang, err, panics := f.hang, f.err, f.panics
	f.mu.Unlock()
	if hang != nil {
		<-hang
	}
	if panics {
		panic("an answer that was not checked")
	}
	return err
}

func (f *fakeRing) Get(service, user string) (string, error) {
	f.mu.Lock()
	if strings.HasPrefix(user, "store-") {
		f.gets++
	}
	f.mu.Unlock()
	if err := f.call(); err != nil {
		return "", err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if text, ok := f.items[service+"/"+user]; ok {
		return text, nil
	}
	return "", gokeyring.ErrNotFound
}

func (f *fakeRing) Set(service, user, text string) error {
	if err := f.call(); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.items == nil {
		f.items = map[string]string{}
	}
	if f.garbles {
		text = strings.Repeat("ab", 32)
	}
	if !f.forgets {
		f.items[service+"/"+user] = text
	}
	return nil
}

func (f *fakeRing) Delete(service, user string) error {
	if err := f.call(); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.keeps {
		return errors.New("not now")
	}
	if _, ok := f.items[service+"/"+user]; !ok {
		return gokeyring.ErrNotFound
	}
	delete(f.items, service+"/"+user)
	return nil
}

func (f *fakeRing) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

// count counts the keys.
func (f *fakeRing) count() (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for name := range f.items {
		if strings.HasPrefix(name, "lanyard/store-") {
			n++
		}
	}
	return n
}

// ringed opens with a keyring, wanted first.
func ringed(r key.Ring) store.Options {
	return store.Options{Slots: []store.KeySlot{store.RingOf(r, patience, patience)},
		First: []string{"keyring", "file"}}
}

func TestKeyringHoldsNothingButAKey(t *testing.T) {
	ring, dir := &fakeRing{}, t.TempDir()
	s := openWith(t, dir, ringed(ring))
	if st := s.Key(); !st.Locked || st.Kind != "" || ring.gets > 0 || ring.count() > 0 {
		t.Fatalf("asked for nothing, and asked the keyring: %+v", st)
	}
	if err := s.Unlock(t.Context(), secret.Text{}); err != nil {
		t.Fatal(err)
	}
	filled(t, s)
	for name, text := range ring.items {
		pin := strings.HasPrefix(name, "lanyard/pin-") && len(text) == len("keyring:")+32
		if !pin && (!strings.HasPrefix(name, "lanyard/store-") || len(text) != 66) {
			t.Errorf("%s: %d bytes", name, len(text))
		}
	}
	if ring.count() != 1 {
		t.Fatal(ring.count())
	}
	if _, err := os.Stat(filepath.Join(dir, "lanyard.key")); err == nil {
		t.Error("there is a key file too")
	}
	other := openWith(t, dir, ringed(ring))
	if err := secretsOf(other, "a"); !errors.Is(err, store.ErrLocked) {
		t.Errorf("got %v", err)
	}
	if err := other.Unlock(t.Context(), secret.Text{}); err != nil {
		t.Fatal(err)
	}
	was := ring.gets
	whole(t, other)
	if err := other.Unlock(t.Context(), secret.Text{}); err != nil || ring.gets != was {
		t.Error("asked again for what is known", err)
	}
	rotate(t, s, "")
	whole(t, other)
	if ring.count() != 1 {
		t.Errorf("%d keys after a rotation", ring.count())
	}
	rotate(t, s, "file")
	if ring.count() != 0 {
		t.Error("the key is still in the keyring")
	}
	rotate(t, s, "keyring")
	whole(t, other)
}

// askingRing is a keyring that would ask a person first.
type askingRing struct {
	fakeRing
	ready error
}

func (r *askingRing) Ready() error { return r.ready }

// TryKey fetches the key if no person must be asked, and never makes one.
func TestTryKeyOfAKeyring(t *testing.T) {
	ring, dir := &askingRing{}, t.TempDir()
	s := openWith(t, dir, ringed(ring))
	if err := s.TryKey(t.Context()); err != nil || ring.count() > 0 {
		t.Fatal("made a key", err)
	}
	if err := s.Unlock(t.Context(), secret.Text{}); err != nil {
		t.Fatal(err)
	}
	filled(t, s)
	other := openWith(t, dir, ringed(ring))
	was := ring.gets
	ring.ready = errors.New("it is locked")
	if err := other.TryKey(t.Context()); !errors.Is(err, store.ErrLocked) ||
		!strings.Contains(err.Error(), "it is locked") || ring.gets != was {
		t.Errorf("asked %d times: %v", ring.gets-was, err)
	}
	ring.ready = nil
	if err := other.TryKey(t.Context()); err != nil || other.Key().Locked {
		t.Error(err, other.Key())
	}
}

func TestFirstStartsAtOnceInAKeyring(t *testing.T) {
	ring, dir := &fakeRing{}, t.TempDir()
	var all sync.WaitGroup
	stores := make([]*store.Store, 6)
	for i := range stores {
		stores[i] = openWith(t, dir, ringed(ring))
	}
	for _, s := range stores {
		all.Go(func() {
			if err := s.Unlock(context.Background(), secret.Text{}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	filled(t, stores[0])
	for _, s := range stores {
		whole(t, s)
	}
	if ring.count() != 1 {
		t.Errorf("%d keys for one store", ring.count())
	}
}

func TestKeyringThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]*fakeRing{
		"hangs": {hang: make(chan struct{})},
		"locked": {err: errors.New(
			"failed to unlock correct collection '/org/freedesktop/secrets/collection/login'")},
		"absent": {err: errors.New(
			"The name org.freedesktop.secrets was not provided by any .service files")},
		"panics":  {panics: true},
		"forgets": {forgets: true},
		"garbles": {garbles: true},
	} {
		t.Run(name, func(t *testing.T) {
			var said []string
			dir := t.TempDir()
			o := store.Options{Slots: []store.KeySlot{store.RingOf(harm, patience, patience)},
				First: []string{"keyring", "file"},
				Tell:  func(s string) { said = append(said, s) }}
			if name == "hangs" {
				o.Slots[0] = store.RingOf(harm, time.Millisecond, time.Millisecond)
			}
			s := openWith(t, dir, o)
			if err := s.Unlock(t.Context(), secret.Text{}); err != nil {
				t.Fatal(err)
			}
			if st := s.Key(); st.Kind != "file" || len(said) != 1 ||
				!strings.Contains(said[0], "key file") || !strings.Contains(said[0], "keyring") {
				t.Errorf("%+v %q", st, said)
			}
			filled(t, s)
			err := s.Rotate(t.Context(), store.Rotation{To: "keyring", Now: now})
			if !errors.Is(err, store.ErrLocked) {
				t.Errorf("got %v", err)
			}
			whole(t, s)
			only := o
			only.First = []string{"keyring"}
			fresh := openWith(t, t.TempDir(), only)
			err = fresh.Unlock(t.Context(), secret.Text{})
			explained(t, err, "store_locked", "keyring")
			if harm.hang != nil {
				close(harm.hang)
			} else if len(harm.items) > 0 {
				t.Error("a key that nobody uses was left in the keyring")
			}
		})
	}
}

func TestLateAnswerOfTheKeyringServesTheNextWhoAsks(t *testing.T) {
	ring, dir := &fakeRing{}, t.TempDir()
	first := openWith(t, dir, ringed(ring))
	if err := first.Unlock(t.Context(), secret.Text{}); err != nil {
		t.Fatal(err)
	}
	filled(t, first)
	hang := make(chan struct{})
	ring.set(func() { ring.hang, ring.gets = hang, 0 })
	s := openWith(t, dir,
		store.Options{Slots: []store.KeySlot{
			store.RingOf(ring, time.Millisecond, time.Millisecond)}})
	for range 3 {
		if err := s.Unlock(t.Context(), secret.Text{}); !errors.Is(err, store.ErrLocked) {
			t.Fatalf("got %v", err)
		}
		listed(t, s, "a")
	}
	close(hang) // the person has typed the password
	for s.Unlock(t.Context(), secret.Text{}) != nil {
	}
	if ring.gets != 1 {
		t.Errorf("asked %d times, and a window each", ring.gets)
	}
	whole(t, s)
}

func TestKeyringWithAnotherKey(t *testing.T) {
	ring, dir := &fakeRing{}, t.TempDir()
	s := openWith(t, dir, ringed(ring))
	if err := s.Unlock(t.Context(), secret.Text{}); err != nil {
		t.Fatal(err)
	}
	filled(t, s)
	for name, harm := range map[string]func(){
		"another": func() {
			for k := range ring.items {
				if strings.Contains(k, "/store-") {
					ring.items[k] = strings.Repeat("ab", 32)
				}
			}
		},
		"no key": func() {
			for k := range ring.items {
				ring.items[k] = "hunter2"
			}
		},
		"gone": func() { clear(ring.items) },
	} {
		was := map[string]string{}
		for k, v := range ring.items {
			was[k] = v
		}
		harm()
		err := openWith(t, dir, ringed(ring)).Unlock(t.Context(), secret.Text{})
		explained(t, err, "store_locked", "keyring")
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the error tells: %v", name, err)
		}
		ring.items = was
	}
}

func TestWrongPassphrase(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openWith(t, dir, rings(t))
	filled(t, s)
	rotate(t, s, "passphrase")
	locked := openWith(t, dir, rings(t))
	if st := locked.Key(); !st.Asks || !st.Locked || st.Kind != "passphrase" {
		t.Fatalf("%+v", st)
	}
	for _, p := range []string{"", "hunter22", phrase + " "} {
		err := locked.Unlock(t.Context(), secret.New(p))
		explained(t, err, "store_locked", "passphrase")
		if !errors.Is(err, store.ErrLocked) || p != "" && strings.Contains(err.Error(), p) {
			t.Error(err)
		}
		listed(t, locked, "a")
	}
	if err := locked.Unlock(t.Context(), secret.New(phrase)); err != nil {
		t.Fatal(err)
	}
	whole(t, locked)
	rotate(t, s, "") // the same passphrase: consoles that have it continue
	whole(t, locked)
	if err := s.Rotate(t.Context(),
		store.Rotation{To: "passphrase", Passphrase: secret.New("quite another one"),
			Now: now}); err != nil {
		t.Fatal(err)
	}
	explained(t, secretsOf(locked, "a"), "store_locked", "passphrase is wrong")
	listed(t, locked, "a")
	if err := locked.Unlock(t.Context(), secret.New("quite another one")); err != nil {
		t.Fatal(err)
	}
	whole(t, locked)
	whole(t, s)
}

func TestVariableAndCommandThatChange(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text, set := "sixteen characters", true
	o := store.Options{First: []string{"env"}, Slots: []store.KeySlot{
		store.Cheap(store.Environment("LANYARD_KEY",
			func(string) (string, bool) { return text, set }))}}
	text = "too short"
	explained(t, openWith(t, dir, o).Unlock(t.Context(), secret.Text{}), "weak_key", "LANYARD_KEY")
	text = "sixteen characters"
	s := openWith(t, dir, o)
	if err := s.Unlock(t.Context(), secret.Text{}); err != nil {
		t.Fatal(err)
	}
	filled(t, s)
	for _, other := range []string{"", "another sixteen characters"} {
		text = other
		explained(t, openWith(t, dir, o).Unlock(t.Context(), secret.Text{}), "store_locked",
			"LANYARD_KEY")
	}
	// a run without that slot
	explained(t, open(t, dir).Unlock(t.Context(), secret.Text{}), "store_locked", "env")
}
