package store_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"lanyard/store"
)

// If a process is killed after it linked a key file and before it removed the temporary name, the
// live key stays under both names. The next open or change of the key removes the copy.
func TestKeyCopiesOfKilledProcessesAreRemoved(t *testing.T) {
	t.Parallel()
	names := []string{".lanyard.key-123", ".lanyard-part-lanyard.key.before-20260102T030405-1"}
	for name, when := range map[string]func(t *testing.T, dir string, s *store.Store) *store.Store{
		"start": func(t *testing.T, dir string, _ *store.Store) *store.Store {
			return openWith(t, dir, rings(t))
		},
		"rotation": func(t *testing.T, _ string, s *store.Store) *store.Store {
			rotate(t, s, "")
			return s
		},
		"another kind": func(t *testing.T, _ string, s *store.Store) *store.Store {
			rotate(t, s, "passphrase")
			return s
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			s := openWith(t, dir, rings(t))
			filled(t, s)
			key, err := os.ReadFile(filepath.Join(dir, "lanyard.key"))
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range names {
				if err := os.WriteFile(filepath.Join(dir, n), key, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			after := when(t, dir, s)
			entries, err := os.ReadDir(dir)
			for _, e := range entries {
				if b, err := os.ReadFile(filepath.Join(dir, e.Name())); err != nil ||
					e.Name() != "lanyard.key" && bytes.Contains(b, key) {
					t.Errorf("%s holds the key, %v", e.Name(), err)
				}
			}
			if gone, left := after.KeyCopies(); err != nil || len(left) > 0 ||
				!slices.Equal(slices.Sorted(slices.Values(gone)),
					slices.Sorted(slices.Values(names))) {
				t.Errorf("removed %q, left %q, %v", gone, left, err)
			}
			whole(t, after)
		})
	}
}
