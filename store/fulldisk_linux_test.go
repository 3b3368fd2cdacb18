package store_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"lanyard/console"
	"lanyard/store"
)

// smallDisk returns an empty disk of size bytes.
func smallDisk(t *testing.T, size string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := syscall.Mount("lanyard-test", dir, "tmpfs", 0,
		"size="+size+",mode=0700"); err != nil {
		t.Skipf("a full disk needs a disk that may be filled, and this process may not mount "+
			"one: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// fillDisk leaves no room in dir.
func fillDisk(t *testing.T, dir string) {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, "filler"))
	for chunk := make([]byte, 4096); err == nil; {
		_, err = f.Write(chunk)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	_ = f.Close()
}

func TestFullDisk(t *testing.T) {
	dir := filepath.Join(smallDisk(t, "512k"), "state")
	stocked(t, dir, 10)
	before := files(t, dir)
	fillDisk(t, filepath.Dir(dir))

	_, err := store.Open(t.Context(), dir, store.Options{})
	explained(t, err, "store_full", "lanyard.db: there is no room on the disk")
	s, err := store.Open(t.Context(), dir, store.Options{Lists: true})
	if err != nil {
		t.Fatal(err)
	}
	sound(t, s, 10)
	explained(t, s.ReadOnly(), "store_full", "can only be read")
	err = s.Update(t.Context(), func(w console.Writer) error { return put(w, 10, 11) })
	explained(t, err, "store_full", "can only be read")
	if hint := console.Hint(err); !strings.Contains(hint, "lists still work") ||
		!strings.Contains(hint, "Make room") {
		t.Error(hint)
	}
	_ = s.Close()
	// an older form for these steps
	_, err = store.OpenSteps(t.Context(), dir, store.Options{Lists: true},
		append(store.SchemaSteps(), newStep))
	explained(t, err, "store_full", "cannot be brought to")
	after := files(t, dir)
	if !bytes.Equal(before["lanyard.db"], after["lanyard.db"]) ||
		len(after["lanyard.db-wal"]) != 0 {
		t.Error("something was written")
	}

	if err := os.Remove(filepath.Join(filepath.Dir(dir), "filler")); err != nil {
		t.Fatal(err)
	}
	stocked(t, dir, 11)
	sound(t, open(t, dir), 11)
}

// The log of a killed process is not ignored, even if no other file can be listed then.
func TestFullDiskWithALog(t *testing.T) {
	from := t.TempDir()
	s := open(t, from)
	update(t, s, func(w console.Writer) error { return put(w, 0, 3) })
	dir := filepath.Join(smallDisk(t, "1m"), "state")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, b := range files(t, from) {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	fillDisk(t, filepath.Dir(dir))
	_, err := store.Open(t.Context(), dir, store.Options{Lists: true})
	explained(t, err, "store_full", dir)
}
