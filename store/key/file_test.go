package key_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"lanyard/store/key"
	"lanyard/tokenapi/secret"
)

func TestKeyFileIsNeverReplaced(t *testing.T) {
	dir := t.TempDir()
	slot := key.File{Path: filepath.Join(dir, key.FileName)}
	if _, err := slot.Key(t.Context(), []byte("{}"), secret.Text{}); !errors.Is(err, key.ErrNoKey) {
		t.Fatal(err)
	}
	var mu sync.Mutex
	keys := map[string]bool{}
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			made, params, err := slot.Make(t.Context(), secret.Text{}, true)
			again, err2 := slot.Key(t.Context(), params, secret.Text{})
			if err != nil || err2 != nil || len(made) != 32 ||
				!bytes.Equal(append(made, 1), again) {
				t.Error(len(made), err, err2)
			}
			mu.Lock()
			defer mu.Unlock()
			keys[string(made)] = true
		})
	}
	all.Wait()
	entries, err := os.ReadDir(dir)
	if len(keys) != 1 || len(entries) != 1 || err != nil {
		t.Error(len(keys), entries, err)
	}
}

// If another process removes the temporary file of a first key, that costs only a second try.
func TestKeyIsWrittenAgainWhenItIsSweptAway(t *testing.T) {
	t.Parallel()
	for range 20 {
		dir := t.TempDir()
		slot := key.File{Path: filepath.Join(dir, key.FileName)}
		done := make(chan struct{})
		var sweeping sync.WaitGroup
		sweeping.Go(func() {
			for range 5 {
				key.SweepCopies(dir)
			}
			close(done)
		})
		made, params, err := slot.Make(t.Context(), secret.Text{}, true)
		<-done
		again, err2 := slot.Key(t.Context(), params, secret.Text{})
		if err != nil || err2 != nil || !bytes.Equal(append(made, 1), again) {
			t.Fatal(err, err2)
		}
		sweeping.Wait()
	}
}

// keyNames returns the names of the files in dir.
func keyNames(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// At each step of a change of the key, the key in force can be read.
func TestKeyFileChanges(t *testing.T) {
	t.Parallel()
	ctx, dir := t.Context(), t.TempDir()
	slot := key.File{Path: filepath.Join(dir, key.FileName)}
	old, oldParams, err := slot.Make(ctx, secret.Text{}, true)
	if err != nil {
		t.Fatal(err)
	}
	next, params, err := slot.Make(ctx, secret.Text{}, false)
	if err != nil || bytes.Equal(old, next) {
		t.Fatal("the same key", err)
	}
	reads := func(when string, params, want []byte) {
		t.Helper()
		got, err := slot.Key(ctx, params, secret.Text{})
		bare, guards, err2 := key.Split(got)
		if err != nil || err2 != nil || !guards || !bytes.Equal(bare, want) {
			t.Errorf("%s: %v %v, guards %v", when, err, err2, guards)
		}
	}
	reads("while the new one waits", oldParams, old)
	reads("while it waits", params, next)
	if at := slot.Where(params); at == slot.Path || filepath.Dir(at) != dir {
		t.Errorf("it waits in %s", at)
	}
	if err := os.Remove(slot.Where(params)); err != nil {
		// another process took it for left over
		t.Fatal(err)
	}
	if err := slot.MakeAgain(ctx, params, next); err != nil {
		t.Fatal(err)
	}
	reads("made again", params, next)
	if err := slot.Forget(ctx, oldParams); err != nil {
		t.Fatal(err)
	}
	if _, err := slot.Key(ctx, oldParams, secret.Text{}); !errors.Is(err, key.ErrNoKey) {
		t.Errorf("forgotten, and read: %v", err)
	}
	if err := slot.Settle(params); err != nil {
		t.Fatal(err)
	}
	reads("settled", params, next)
	if _, err := slot.Key(ctx, oldParams, secret.Text{}); !errors.Is(err, key.ErrOtherKey) {
		t.Errorf("of the old one: %v", err)
	}
	if got := keyNames(t, dir); len(got) != 1 || slot.Where(params) != slot.Path {
		t.Errorf("left: %q", got)
	}

	aside, err := slot.SetAside()
	if err != nil || aside != slot.Path+key.AsideSuffix+key.ID(next) {
		t.Errorf("aside: %q %v", aside, err)
	}
	reads("set aside", params, next)
	if again, err := slot.SetAside(); again != "" || err != nil {
		t.Errorf("nothing is there: %q %v", again, err)
	}
}

// The byte is about the database: if one key file beside it has the byte, it holds for every key.
func TestKeyFileNoteHoldsForEachKey(t *testing.T) {
	t.Parallel()
	slot := key.File{Path: filepath.Join(t.TempDir(), key.FileName)}
	old := key.New() // as an older version kept it
	err := os.WriteFile(slot.Path+key.AsideSuffix+key.ID(old), old, 0o600)
	if err = errors.Join(err, os.WriteFile(slot.Path, key.Guarded(key.New()), 0o600)); err != nil {
		t.Fatal(err)
	}
	kept, err := slot.Key(t.Context(), key.Params(old), secret.Text{})
	if bare, guards, err2 := key.Split(kept); err != nil || err2 != nil || !guards ||
		!bytes.Equal(bare, old) {
		t.Errorf("guards %v, %v %v", guards, err, err2)
	}
}

func TestKeyFileParametersOfSomebodyElse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	other := filepath.Join(dir, key.FileName+".new-", "x")
	err := os.Mkdir(filepath.Dir(other), 0o700)
	if err := errors.Join(err, os.WriteFile(other, key.New(), 0o600)); err != nil {
		t.Fatal(err)
	}
	slot := key.File{Path: filepath.Join(dir, key.FileName)}
	for _, params := range []string{`{"id":"/x"}`, `{"id":"../x"}`, `[`, ``} {
		_, err := slot.Key(t.Context(), []byte(params), secret.Text{})
		if err == nil || errors.Is(err, key.ErrNoKey) || slot.Settle([]byte(params)) == nil ||
			slot.Forget(t.Context(), []byte(params)) == nil {
			t.Errorf("%s is taken: %v", params, err)
		}
	}
}

// If a key file can neither be linked nor be opened, linkKey fails and leaves no copy of the key.
func TestKeyFileThatCannotBeMade(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := key.LinkKey(filepath.Join(dir, strings.Repeat("k", 300)), key.New()); err == nil {
		t.Error("a file with a name that is too long was made")
	}
	if left := keyNames(t, dir); len(left) != 0 {
		t.Errorf("left: %q", left)
	}
}
