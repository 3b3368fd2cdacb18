package cli

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/store"
)

// readOnly mounts a disk on a new directory, and returns a function that makes it read-only.
func readOnly(t *testing.T) (dir string, shut func()) {
	t.Helper()
	dir = t.TempDir()
	if os.Geteuid() != 0 {
		t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
		return dir, func() {
			if err := os.Chmod(dir, 0o500); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := syscall.Mount("lanyard-test", dir, "tmpfs", 0, "size=4m,mode=0700"); err != nil {
		t.Skipf("root may write wherever a disk lets it, and may not mount one here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir, func() {
		if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
			t.Fatal(err)
		}
	}
}

// If a store is read-only, doctor reports that and still runs the later checks.
func TestDoctorLooksIntoWhatItCannotWrite(t *testing.T) {
	state, shut := readOnly(t)
	s, err := store.Open(t.Context(), state, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Update(t.Context(), func(w console.Writer) error {
		return w.PutToken(
			&console.Token{ID: "t_1", Fingerprint: "1234abcd", IssuedAt: time.Now().Add(time.Hour),
				Unsure: &console.Mark{ID: "m_1", Op: "renew", TokenID: "t_1", SentAt: time.Now()}})
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.Update(t.Context(), func(w console.Writer) error {
		return w.PutMark(console.Mark{ID: "m_1", Op: "renew", TokenID: "t_1", SentAt: time.Now()})
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	shut()
	code, out := examine(t, t.TempDir(), nil, "--offline", "--state", state)
	if code != exitUnexpected {
		t.Errorf("exit %d", code)
	}
	says(t, out, "fail  store          "+filepath.Join(state, "lanyard.db")+
		": the store can only be read: ", "lists still work; ")
	says(t, out, "whole, schema version ", "")
	says(t, out, "warn  key            key file "+filepath.Join(state, "lanyard.key"), "")
	says(t, out, "ok    outbox         no revoke is waiting", "")
	says(t, out, "1 token whose refresh was sent and its answer never seen (1234abcd)", "")
	says(t, out, "the clock was set back", setClock)
}
