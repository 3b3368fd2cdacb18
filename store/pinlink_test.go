package store_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"filippo.io/age"

	"lanyard/store"
	"lanyard/tokenapi/secret"
)

// linked makes name a link to dir, or skips the test.
func linked(t *testing.T, dir, name string) {
	t.Helper()
	if err := os.Symlink(dir, name); err != nil {
		t.Skip(err)
	}
}

// movedAway renames dir and puts a link to another one in its place.
func movedAway(t *testing.T, dir, to string) {
	t.Helper()
	if err := os.Rename(dir, dir+".was"); err != nil {
		t.Fatal(err)
	}
	linked(t, to, dir)
	// t.TempDir removes the directory of this name
	t.Cleanup(func() { _ = errors.Join(os.Remove(dir), os.Rename(dir+".was", dir)) })
}

// If a link to a stranger's store replaces the state directory, the store is refused as the
// stranger's files in the directory would be.
func TestLinkToTheStoreOfAStrangerIsRefused(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"file", "passphrase"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			ring := &fakeRing{}
			dir, o := pinned(t, ring, kind)
			movedAway(t, dir, strangers(t))
			for range 2 {
				s := openWith(t, dir, o)
				explained(t, s.Unlock(t.Context(), secret.New(phrase)), "store_locked", "remembers")
				explained(t, secretsOf(s, "a"), "store_locked", "remembers")
				if i, err := s.KeyInfo(t.Context()); err != nil || !i.Stranger ||
					len(i.Remembered) != 1 || i.Pinned != "" {
					t.Errorf("%+v %v", i, err)
				}
				_ = s.Close()
			}
			if len(ring.items) != 1 {
				t.Errorf("%d items: the key of a stranger is remembered", len(ring.items))
			}
			s := openWith(t, dir, o)
			i, err := s.KeyInfo(t.Context())
			if err = errors.Join(err, s.AcceptKey(t.Context(), i.ID),
				s.Unlock(t.Context(), secret.Text{})); err != nil {
				t.Fatal(err)
			}
			whole(t, openWith(t, dir, o))
			if len(ring.items) != 2 {
				t.Errorf("%d items for two paths", len(ring.items))
			}
		})
	}
}

// A link to one's own state directory works, and changes through it are remembered under both
// paths.
func TestLinkToOwnStore(t *testing.T) {
	t.Parallel()
	ring := &fakeRing{}
	dir, o := pinned(t, ring, "file")
	name := filepath.Join(t.TempDir(), "link")
	linked(t, dir, name)
	both := func(t *testing.T) {
		t.Helper()
		for _, path := range []string{name, dir} {
			s := openWith(t, path, o)
			whole(t, s)
			if i, err := s.KeyInfo(t.Context()); err != nil || i.Pinned != "keyring" ||
				i.Stranger || len(i.Remembered) != 1 {
				t.Errorf("%s: %+v %v", path, i, err)
			}
			_ = s.Close()
		}
	}
	both(t)
	if len(ring.items) != 2 {
		t.Errorf("%d items for two paths", len(ring.items))
	}
	s := openWith(t, name, o)
	rotate(t, s, "file")
	id := pair(t)
	b := backedUp(t, s, id.Recipient())
	_ = s.Close()
	both(t)
	r := store.Restoring{Options: patient(o), Replace: true}
	r.First = []string{"file"}
	if _, err := store.Restore(t.Context(), name, bytes.NewReader(b), []age.Identity{id},
		r); err != nil {
		t.Fatal(err)
	}
	both(t)
	s = openWith(t, name, o)
	rotate(t, s, "env")
	if len(ring.items) != 0 {
		t.Errorf("%d items for a key in the environment", len(ring.items))
	}
}

// If a restore dies that was started through a link without pins, the store opens through that
// link.
func TestRestoreThroughANewLinkThatDies(t *testing.T) {
	t.Parallel()
	ring := &fakeRing{}
	dir, o := pinned(t, ring, "file")
	s := openWith(t, dir, o)
	id := pair(t)
	b := backedUp(t, s, id.Recipient())
	_ = s.Close()
	name := filepath.Join(t.TempDir(), "link")
	linked(t, dir, name)
	r := store.Restoring{Options: patient(o), Replace: true}
	r.First = []string{"file"}
	died := errors.New("died")
	func() {
		defer func() {
			if recover() != died { //nolint:errorlint // the same value
				t.Error("it did not come so far")
			}
		}()
		_, _ = store.Restore(t.Context(), name, bytes.NewReader(b), []age.Identity{id},
			r.AtStep(func(step string) {
				if step == "pinned" {
					panic(died)
				}
			}))
	}()
	whole(t, openWith(t, name, o))
	whole(t, openWith(t, dir, o))
}
