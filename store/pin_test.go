package store_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"filippo.io/age"

	"lanyard/store"
	"lanyard/store/key"
	"lanyard/tokenapi/secret"
)

// planted puts the files of another store into dir, in place of what is there.
func planted(t *testing.T, dir, from string) {
	t.Helper()
	for _, name := range []string{"lanyard.db", "lanyard.db-wal", "lanyard.db-shm", "lanyard.key"} {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(from, name))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// strangers makes a store with a key file whose key an attacker knows.
func strangers(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	s := open(t, dir)
	filled(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// pinned makes and closes a store of a kind whose key a keyring remembers.
func pinned(t *testing.T, ring *fakeRing, kind string) (dir string, o store.Options) {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir()) // one path, one pin
	if err != nil {
		t.Fatal(err)
	}
	o = rings(t)
	o.Slots = append(o.Slots, store.RingOf(ring, patience, patience))
	s := openWith(t, dir, o)
	rotate(t, s, kind)
	filled(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return dir, o
}

// If an attacker replaces a store, with its key file, and the keyring remembers the key of the
// former one, the store seals nothing with the attacker's key.
func TestStoreOfAStrangerIsRefused(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"file", "keyring", "passphrase"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			ring := &fakeRing{}
			dir, o := pinned(t, ring, kind)
			own := openWith(t, dir, o)
			was, err := own.KeyInfo(t.Context())
			if err != nil || was.Pinned != "keyring" || was.Stranger || len(was.ID) != 32 {
				t.Fatalf("%+v %v", was, err)
			}
			_ = own.Close()
			planted(t, dir, strangers(t))
			for range 2 {
				s := openWith(t, dir, o)
				for _, err := range []error{s.Unlock(t.Context(), secret.New(phrase)),
					secretsOf(s, "a"), s.Rotate(t.Context(), store.Rotation{})} {
					if !errors.Is(err, store.ErrLocked) {
						t.Fatalf("got %v", err)
					}
					explained(t, err, "store_locked", was.ID)
				}
				listed(t, s, "a")
				if i, err := s.KeyInfo(t.Context()); err != nil || !i.Stranger || i.Asks ||
					!i.Locked || i.Pinned != "" || i.ID == was.ID || len(i.Remembered) != 1 ||
					i.Remembered[0] != (key.Pin{Kind: kind, ID: was.ID}) ||
					!strings.Contains(i.Why.Error(), i.ID) {
					t.Errorf("%+v %v", i, err)
				}
				_ = s.Close()
			}
			s := openWith(t, dir, o)
			if err := s.AcceptKey(t.Context(), was.ID); err == nil {
				t.Error("another key was accepted than was shown")
			}
			i, err := s.KeyInfo(t.Context())
			if err = errors.Join(err, s.AcceptKey(t.Context(), i.ID),
				s.Unlock(t.Context(), secret.Text{})); err != nil {
				t.Fatal(err)
			}
			whole(t, s)
			if i, err := s.KeyInfo(t.Context()); err != nil || i.Pinned != "keyring" || i.Stranger {
				t.Errorf("%+v %v", i, err)
			}
		})
	}
}

// If the store is replaced under an open console, the console does not use the other key.
func TestOpenConsoleRefusesTheKeyOfAStranger(t *testing.T) {
	t.Parallel()
	ring := &fakeRing{}
	dir, o := pinned(t, ring, "file")
	s := openWith(t, dir, o)
	whole(t, s)
	from := open(t, strangers(t))
	check, err := from.Text("SELECT hex(value) FROM meta WHERE name = 'key_check'")
	wrapped, err2 := from.Text("SELECT hex(wrapped) FROM key_slot")
	params, err3 := from.Text("SELECT params FROM key_slot")
	key, err4 := os.ReadFile(filepath.Join(filepath.Dir(from.Path()), "lanyard.key"))
	if err := errors.Join(err, err2, err3, err4,
		os.WriteFile(filepath.Join(dir, "lanyard.key"), key, 0o600)); err != nil {
		t.Fatal(err)
	}
	_, err = s.Exec(
		"UPDATE meta SET value = CASE name WHEN 'key_check' THEN unhex(?) ELSE 1 END WHERE "+
			"name IN ('key_check', 'key_epoch')", check)
	_, err2 = s.Exec(
		"UPDATE key_slot SET kind = 'file', params = ?, wrapped = unhex(?), before = '[]'", params,
		wrapped)
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	explained(t, secretsOf(s, "a"), "store_locked", "remembers")
}

// A key file is refused where the configuration names another place for the key.
func TestKeyFileIsRefusedWhereTheConfigurationNamesAnother(t *testing.T) {
	t.Parallel()
	dir := strangers(t)
	for _, want := range []string{"passphrase", "keyring", "env", "command"} {
		o := rings(t)
		o.Want, o.First = want, []string{want}
		s := openWith(t, dir, o)
		explained(t, s.Unlock(t.Context(), secret.New(phrase)), "store_locked", `"`+want+`"`)
		explained(t, secretsOf(s, "a"), "store_locked", "")
		if i, err := s.KeyInfo(t.Context()); err != nil || !i.Stranger || i.Asks {
			t.Errorf("%s: %+v %v", want, i, err)
		}
	}
	o := rings(t)
	o.Want = "file"
	s := openWith(t, dir, o)
	whole(t, s)
	if i, err := s.KeyInfo(t.Context()); err != nil || i.Pinned != "" || i.Stranger {
		t.Errorf("%+v %v", i, err)
	}
	rotate(t, s, "env")
	if i, err := s.KeyInfo(t.Context()); err != nil || i.Stranger {
		t.Errorf("a key in a variable: %+v %v", i, err)
	}
}

// Kinds that need something from outside of the state directory are remembered nowhere.
func TestOtherKindsLeaveNoPin(t *testing.T) {
	t.Parallel()
	ring := &fakeRing{}
	dir, o := pinned(t, ring, "file")
	s := openWith(t, dir, o)
	if len(ring.items) != 1 {
		t.Fatal(ring.items)
	}
	for _, kind := range []string{"env", "file", "command"} {
		rotate(t, s, kind)
		if n := len(ring.items); n != map[string]int{"file": 1}[kind] {
			t.Errorf("%s: %d items", kind, n)
		}
	}
}

// If no keyring can remember the key, a warning says so once, when the key is made. A keyring that
// is available later remembers it.
func TestTrustOnFirstUseIsSaid(t *testing.T) {
	t.Parallel()
	var said []string
	dir, ring := t.TempDir(), &fakeRing{}
	o := store.Options{Tell: func(s string) { said = append(said, s) }}
	for range 2 {
		s := openWith(t, dir, o)
		filled(t, s)
		if i, err := s.KeyInfo(t.Context()); err != nil || i.Pinned != "" || i.Stranger ||
			i.Mute != nil {
			t.Errorf("%+v %v", i, err)
		}
	}
	if len(said) != 1 || !strings.Contains(said[0], dir) ||
		!strings.Contains(said[0], "can replace the store") {
		t.Errorf("%q", said)
	}
	said = nil
	o.Slots = []store.KeySlot{store.RingOf(ring, patience, patience)}
	for range 2 {
		s := openWith(t, dir, o)
		whole(t, s)
		if i, err := s.KeyInfo(t.Context()); err != nil || i.Pinned != "keyring" {
			t.Errorf("%+v %v", i, err)
		}
	}
	if len(said) != 1 || !strings.Contains(said[0], "remembers from now on") {
		t.Errorf("%q", said)
	}
}

// A keyring that does not answer refuses nothing, and a person gets a warning. A rotation would
// lock out the process that the keyring answers next.
func TestKeyringThatCannotCompare(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]*fakeRing{
		"hangs":  {hang: make(chan struct{})},
		"locked": {err: errors.New("org.freedesktop.Secret.Error.IsLocked")},
		"absent": {err: errors.New(
			"The name org.freedesktop.secrets was not provided by any .service files")},
	} {
		t.Run(name, func(t *testing.T) {
			ring := &fakeRing{}
			dir, o := pinned(t, ring, "file")
			ring.set(func() { ring.hang, ring.err = harm.hang, harm.err })
			limit := patience
			if harm.hang != nil {
				limit = time.Millisecond
			}
			var said []string
			o.Slots[len(o.Slots)-1] = store.RingOf(ring, limit, limit)
			o.Tell = func(s string) { said = append(said, s) }
			s := openWith(t, dir, o)
			whole(t, s)
			i, err := s.KeyInfo(t.Context())
			if mute := name != "absent"; err != nil || i.Pinned != "" || i.Stranger ||
				(i.Mute != nil) != mute || len(said) > 1 || (len(said) == 1) != mute {
				t.Errorf("%+v %v %q", i, err, said)
			}
			if err := s.Rotate(t.Context(), store.Rotation{}); (err == nil) != (name == "absent") {
				t.Errorf("rotated: %v", err)
			}
			whole(t, s)
			if harm.hang != nil {
				close(harm.hang)
			}
			if name == "absent" {
				return
			}
			ring.set(func() { ring.hang, ring.err = nil, nil })
			again := openWith(t, dir, rings(t))
			whole(t, again)
		})
	}
}

// An entry of the keyring that cannot be read matches no key.
func TestPinThatMakesNoSense(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", " ", "file", "file:", "file:xx",
		"v2 file:00112233445566778899aabbccddeeff x",
		strings.Repeat("file:00112233445566778899aabbccddeeff ", 9)} {
		ring := &fakeRing{}
		dir, o := pinned(t, ring, "file")
		for name := range ring.items {
			ring.items[name] = text
		}
		explained(t, openWith(t, dir, o).Unlock(t.Context(), secret.Text{}), "store_locked",
			"remembers")
	}
}

// If the database is gone, a stranger's key file seals no new secret while the keyring remembers
// another key.
func TestKeyFileOfAStrangerIsNotTaken(t *testing.T) {
	t.Parallel()
	ring := &fakeRing{}
	dir, o := pinned(t, ring, "file")
	planted(t, dir, strangers(t))
	for _, name := range []string{"lanyard.db", "lanyard.db-wal", "lanyard.db-shm"} {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "lanyard.key")
	theirs, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	o.First, o.Want = []string{"file"}, "file"
	o.Tell = func(sentence string) { said = append(said, sentence) }
	s := openWith(t, dir, o)
	filled(t, s)
	whole(t, openWith(t, dir, o))
	ours, err := os.ReadFile(path)
	if err != nil || bytes.Equal(ours, theirs) {
		t.Errorf("it is sealed with the key of a stranger, %v", err)
	}
	aside := path + ".was-" + key.ID(theirs[:32])
	if was, err := os.ReadFile(aside); err != nil || !bytes.Equal(was, theirs) {
		t.Errorf("the key file that was there: %v", err)
	}
	if text := strings.Join(said, "\n"); !strings.Contains(text, aside) ||
		strings.Contains(text, "seals too") {
		t.Errorf("said %q", said)
	}
	if i, err := s.KeyInfo(t.Context()); err != nil || i.Pinned != "keyring" ||
		len(i.Remembered) != 1 {
		t.Errorf("%+v %v", i, err)
	}
	rotate(t, s, "env")
	if left, err := filepath.Glob(path + "*"); err != nil || len(left) != 1 || left[0] != aside {
		t.Errorf("left %q %v", left, err)
	}
}

// If several first starts run at once and the keyring remembers another key, they agree on one key.
// None takes the key of the others for a stranger's.
func TestFirstStartsAtOnceWhereAnotherWasRemembered(t *testing.T) {
	t.Parallel()
	ring := &fakeRing{}
	dir, o := pinned(t, ring, "file")
	for _, name := range []string{"lanyard.db", "lanyard.key"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	stores := make([]*store.Store, 6)
	var every sync.WaitGroup
	for i := range stores {
		every.Go(func() {
			s, err := store.Open(t.Context(), dir, patient(o))
			if err != nil {
				t.Error(err)
				return
			}
			stores[i] = s
			t.Cleanup(func() { _ = s.Close() })
		})
	}
	every.Wait()
	if t.Failed() {
		return
	}
	filled(t, stores[0])
	for _, s := range stores {
		whole(t, s)
	}
	if keys, err := filepath.Glob(filepath.Join(dir, "*key*")); err != nil || len(keys) != 1 {
		t.Errorf("%q %v", keys, err)
	}
}

// A new store is not refused because another one was at its path before, and neither is a restored
// backup.
func TestNewStoreWhereAnotherWasRemembered(t *testing.T) {
	t.Parallel()
	ring := &fakeRing{}
	dir, o := pinned(t, ring, "file")
	if err := errors.Join(os.Remove(filepath.Join(dir, "lanyard.db")),
		os.Remove(filepath.Join(dir, "lanyard.key"))); err != nil {
		t.Fatal(err)
	}
	s := openWith(t, dir, o)
	filled(t, s)
	if i, err := s.KeyInfo(t.Context()); err != nil || i.Pinned != "keyring" ||
		len(i.Remembered) != 1 {
		t.Errorf("%+v %v", i, err)
	}
	id := pair(t)
	b := backedUp(t, s, id.Recipient())
	_ = s.Close()
	for _, first := range []string{"file", "env", "keyring"} {
		r := store.Restoring{Options: patient(o), Replace: true}
		r.First = []string{first}
		if _, err := store.Restore(t.Context(), dir, bytes.NewReader(b), []age.Identity{id},
			r); err != nil {
			t.Fatal(err)
		}
		s := openWith(t, dir, o)
		if err := s.Unlock(t.Context(), secret.Text{}); err != nil {
			t.Fatal(err)
		}
		whole(t, s)
		if i, err := s.KeyInfo(t.Context()); err != nil || i.Stranger ||
			(i.Pinned == "keyring") != (first != "env") || len(i.Remembered) > 1 {
			t.Errorf("%s: %+v %v", first, i, err)
		}
		_ = s.Close()
	}
}
