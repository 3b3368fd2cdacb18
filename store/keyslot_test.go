package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi/secret"
)

func TestLocked(t *testing.T) {
	for name, harm := range map[string]func(key string) error{
		"gone":    os.Remove,
		"another": func(key string) error { return os.WriteFile(key, bytes.Repeat([]byte("k"), 32), 0o600) },
		"cut":     func(key string) error { return os.Truncate(key, 31) },
		"empty":   func(key string) error { return os.Truncate(key, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			key := filepath.Join(dir, "lanyard.key")
			s := open(t, dir)
			update(t, s, func(w console.Writer) error {
				return errors.Join(w.PutToken(&console.Token{ID: "a"}), w.PutSecrets("a", console.Secrets{Access: secret.New("x")}))
			})
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			good, err := os.ReadFile(key)
			if err != nil || len(good) != 32 {
				t.Fatal(len(good), err)
			}
			if err := harm(key); err != nil {
				t.Fatal(err)
			}
			harmed, _ := os.ReadFile(key)
			for range 2 { // the second time too: the first must not have made a key
				err = tryOpen(dir)
				if !errors.Is(err, store.ErrLocked) {
					t.Fatalf("got %v", err)
				}
				explained(t, err, "store_locked", key)
			}
			if after, _ := os.ReadFile(key); !bytes.Equal(harmed, after) {
				t.Error("the key file was touched")
			}
			if err := errors.Join(os.WriteFile(key, good, 0o600)); err != nil {
				t.Fatal(err)
			}
			view(t, open(t, dir), func(r console.Reader) error {
				got, err := r.Secrets("a")
				if !got.Access.Equal(secret.New("x")) {
					t.Error("lost")
				}
				return err
			})
		})
	}
}

func TestKeyWithoutDatabase(t *testing.T) {
	dir := t.TempDir()
	key := bytes.Repeat([]byte("k"), 32)
	if err := os.WriteFile(filepath.Join(dir, "lanyard.key"), key, 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir)
	if got, err := os.ReadFile(filepath.Join(dir, "lanyard.key")); err != nil || !bytes.Equal(got, key) {
		t.Error("replaced", err)
	}
	if s.KeySlot() != "file" {
		t.Error(s.KeySlot())
	}
}

func TestKeyFileIsNeverReplaced(t *testing.T) {
	dir := t.TempDir()
	slot := store.KeyFile(filepath.Join(dir, "lanyard.key"))
	if _, err := slot.Unseal(t.Context()); !errors.Is(err, store.ErrNoKey) {
		t.Fatal(err)
	}
	var won int
	var mu sync.Mutex
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			err := slot.Seal(t.Context(), bytes.Repeat([]byte{byte(i)}, 32))
			got, err2 := slot.Unseal(t.Context())
			if err2 != nil || len(got) != 32 {
				t.Error(len(got), err2)
			}
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won++
				if got[0] != byte(i) {
					t.Error("told that it won, and did not")
				}
			} else if !errors.Is(err, fs.ErrExist) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	entries, err := os.ReadDir(dir)
	if won != 1 || len(entries) != 1 || err != nil {
		t.Error(won, entries, err)
	}
}

func TestFirstStartsAtOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	var all sync.WaitGroup
	for i := range 6 {
		all.Go(func() {
			s, err := store.Open(t.Context(), dir, store.Options{})
			if err != nil {
				t.Error(err)
				return
			}
			defer func() { _ = s.Close() }()
			id := fmt.Sprint(i)
			if err := s.Update(t.Context(), func(w console.Writer) error {
				return errors.Join(w.PutToken(&console.Token{ID: id}), w.PutSecrets(id, console.Secrets{Access: secret.New(id)}))
			}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	view(t, open(t, dir), func(r console.Reader) error {
		for i := range 6 {
			got, err := r.Secrets(fmt.Sprint(i))
			if err != nil || !got.Access.Equal(secret.New(fmt.Sprint(i))) {
				t.Error(i, err)
			}
		}
		return nil
	})
}
