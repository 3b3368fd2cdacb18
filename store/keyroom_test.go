package store_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"lanyard/console"
	"lanyard/store"
	"lanyard/store/key"
	"lanyard/tokenapi/secret"
)

// unwritable is a slot that cannot write its key.
type unwritable struct {
	store.KeySlot
	kind string
	why  error
}

func (u unwritable) Kind() string { return u.kind }

func (u unwritable) Make(context.Context, secret.Text, bool) (key, params []byte, err error) {
	return nil, nil, &os.PathError{Op: "write", Path: "lanyard.key", Err: u.why}
}

// A disk without room for the key is not reported as a wrong key: a script that must give another
// key would try forever.
func TestKeyFileWithoutRoom(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind string
		why  error
		code console.Code
	}{
		{store.InFile, syscall.ENOSPC, "store_full"},
		{store.InFile, syscall.EDQUOT, "store_full"},
		{store.InFile, syscall.EROFS, "store_read_only"},
		{store.InFile, syscall.EINVAL, "store_locked"},
		{store.InKeyring, syscall.EROFS, "store_locked"}, // the disk is not known
	} {
		secretOf := func(w console.Writer) error {
			return errors.Join(w.PutToken(&console.Token{ID: "a"}),
				w.PutSecrets("a", console.Secrets{Access: secret.New("x")}))
		}
		dir := t.TempDir()
		slot := unwritable{key.File{Path: filepath.Join(dir, "lanyard.key")}, c.kind, c.why}
		with := func() *store.Store {
			s, err := store.Open(t.Context(), dir,
				store.Options{Slots: []store.KeySlot{slot}, First: []string{c.kind}})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = s.Close() })
			return s
		}
		wants := func(err error) {
			t.Helper()
			explained(t, err, c.code, "lanyard.key")
			if errors.Is(err, store.ErrLocked) != (c.code == "store_locked") {
				t.Errorf("%s, %v: locked: %v", c.kind, c.why, err)
			}
		}
		s := with()
		wants(s.Unlock(t.Context(), secret.Text{})) // the first key
		_ = s.Close()

		s = open(t, dir)
		update(t, s, secretOf)
		_ = s.Close()
		wants(with().Rotate(t.Context(), store.Rotation{To: c.kind}))
		s = open(t, dir)
		view(t, s, func(r console.Reader) error {
			got, err := r.Secrets("a")
			if !got.Access.Equal(secret.New("x")) {
				t.Error("lost")
			}
			return err
		})
	}
}
