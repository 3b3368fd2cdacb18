package store_test

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"lanyard/console"
	"lanyard/store"
)

func TestCheck(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		if err := s.Check(t.Context()); err != nil {
			t.Error(err)
		}
		if v, err := s.Schema(t.Context()); err != nil || v != len(store.SchemaSteps()) {
			t.Error(v, err)
		}
		// A row whose parent token is gone does not make any read fail.
		for _, q := range []string{"PRAGMA foreign_keys = OFF",
			"INSERT INTO token_secret (token_id) VALUES ('nobody')"} {
			if _, err := s.Exec(q); err != nil {
				t.Fatal(err)
			}
		}
		explained(t, s.Check(t.Context()), "store_damaged", "token_secret row without its token")
		if _, err := s.Exec("DELETE FROM token_secret"); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if err := s.Check(t.Context()); !errors.Is(err, store.ErrClosed) {
			t.Error(err)
		}
	})
}

// Pages that another program has overwritten are found at any place.
func TestCheckFindsDamage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	update(t, s, func(w console.Writer) error {
		var err error
		for i := range 500 {
			err = errors.Join(err,
				w.PutToken(&console.Token{ID: fmt.Sprint("t_", i), Fingerprint: "3f9ca71e"}))
		}
		return err
	})
	path := s.Path()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := len(data) / 2; i < len(data)-4096; i++ {
		data[i] = 0x5a
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	again, err := store.Open(t.Context(), dir, store.Options{})
	if err == nil {
		err = again.Check(t.Context())
		_ = again.Close()
	}
	explained(t, err, "store_damaged", path)
}
