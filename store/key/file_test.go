package key_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
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
			if err != nil || err2 != nil || len(made) != 32 || !bytes.Equal(append(made, 1), again) {
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

// What sweeps while another process writes its first key costs that one nothing but a second try.
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
