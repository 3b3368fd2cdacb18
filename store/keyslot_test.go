package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi/secret"
)

func TestLocked(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]func(key string) error{
		"gone": os.Remove,
		"another": func(key string) error {
			return os.WriteFile(key, bytes.Repeat([]byte("k"), 32), 0o600)
		},
		"cut":   func(key string) error { return os.Truncate(key, 31) },
		"empty": func(key string) error { return os.Truncate(key, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			key := filepath.Join(dir, "lanyard.key")
			s := open(t, dir)
			update(t, s, func(w console.Writer) error {
				return errors.Join(w.PutToken(&console.Token{ID: "a"}),
					w.PutSecrets("a", console.Secrets{Access: secret.New("x")}))
			})
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			good, err := os.ReadFile(key)
			if err != nil || len(good) != 33 {
				t.Fatal(len(good), err)
			}
			if err := harm(key); err != nil {
				t.Fatal(err)
			}
			harmed, _ := os.ReadFile(key)
			for range 2 { // the second time too: the first must not have made a key
				s := open(t, dir)
				if st := s.Key(); !st.Locked || st.Kind != "file" {
					t.Fatalf("got %+v", st)
				}
				for _, err := range []error{s.Unlock(t.Context(), secret.Text{}), secretsOf(s, "a"),
					s.Update(t.Context(), func(w console.Writer) error {
						return w.PutSecrets("a", console.Secrets{Access: secret.New("y")})
					})} {
					if !errors.Is(err, store.ErrLocked) {
						t.Fatalf("got %v", err)
					}
					explained(t, err, "store_locked", key)
				}
				listed(t, s, "a")
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

// secretsOf reads the secrets of a token and returns the error.
func secretsOf(s *store.Store, id string) error {
	return s.View(context.Background(), func(r console.Reader) error {
		_, err := r.Secrets(id)
		return err
	})
}

// listed checks that everything that needs no key can be read.
func listed(t *testing.T, s *store.Store, id string) {
	t.Helper()
	view(t, s, func(r console.Reader) error {
		_, err := r.Token(id)
		return err
	})
	update(t, s, func(w console.Writer) error { return w.SetSetting("locked", "or not") })
}

func TestKeyWithoutDatabase(t *testing.T) {
	dir := t.TempDir()
	key := bytes.Repeat([]byte("k"), 32)
	if err := os.WriteFile(filepath.Join(dir, "lanyard.key"), key, 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir)
	if got, err := os.ReadFile(filepath.Join(dir, "lanyard.key")); err != nil ||
		!bytes.Equal(got, append(key, 1)) {
		t.Error("replaced", err)
	}
	if st := s.Key(); st.Kind != "file" || st.Locked {
		t.Error(st)
	}
}

func TestFirstStartsAtOnce(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "state")
	var all sync.WaitGroup
	for i := range 6 {
		all.Go(func() {
			s, err := store.Open(t.Context(), dir, patient(store.Options{}))
			if err != nil {
				t.Error(err)
				return
			}
			defer func() { _ = s.Close() }()
			id := fmt.Sprint(i)
			if err := s.Update(t.Context(), func(w console.Writer) error {
				return errors.Join(w.PutToken(&console.Token{ID: id}),
					w.PutSecrets(id, console.Secrets{Access: secret.New(id)}))
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
