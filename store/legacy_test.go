package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi/secret"
)

// legacy returns the directory of a store from before there were key slots: its key file holds the
// data key itself, and it has one token "old".
func legacy(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	key := bytes.Repeat([]byte{7}, 32)
	path := filepath.Join(dir, "lanyard.db")
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range append(store.SchemaSteps()[:2], "PRAGMA user_version = 2",
		"INSERT INTO token VALUES ('old', '', '', '', '', NULL, NULL, '', '', NULL, NULL, 0, "+
			"'', '', 0, NULL, '', NULL, '', 0, NULL, '', NULL, NULL, 0, NULL, 1, 0, '', NULL)") {
		if _, err := db.ExecContext(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	_, err = db.ExecContext(t.Context(), "INSERT INTO meta (name, value) VALUES ('key_check', ?)",
		store.Seal(key, []byte("lanyard"), "meta", "key_check", "value", 1))
	if err == nil {
		_, err = db.ExecContext(t.Context(),
			"INSERT INTO token_secret (token_id, access) VALUES ('old', ?)",
			store.Seal(key, []byte("old access"), "token_secret", "old", "access", 1))
	}
	if err := errors.Join(err, db.Close(),
		os.WriteFile(filepath.Join(dir, "lanyard.key"), key, 0o600),
		os.Chmod(path, 0o600)); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestLegacyStoreOpensAndRotates(t *testing.T) {
	old := func(t *testing.T, s *store.Store) {
		t.Helper()
		view(t, s, func(r console.Reader) error {
			got, err := r.Secrets("old")
			if !got.Access.Equal(secret.New("old access")) {
				t.Error("another secret")
			}
			return err
		})
	}
	for _, to := range []string{"", "file", "passphrase", "env"} {
		t.Run("to "+to, func(t *testing.T) {
			t.Parallel()
			dir := legacy(t)
			s, other := openWith(t, dir, rings(t)), openWith(t, dir, rings(t))
			old(t, s)
			old(t, other)
			before, _ := os.ReadFile(filepath.Join(dir, "lanyard.key"))
			rotate(t, s, to)
			old(t, s)
			after, err := os.ReadFile(filepath.Join(dir, "lanyard.key"))
			if bytes.Equal(before, after) || (err == nil) != (to == "" || to == "file") {
				t.Error("the old key is still there", err)
			}
			if err := other.Unlock(context.Background(), secret.New(phrase)); err != nil {
				t.Fatal(err)
			}
			old(t, other)
			if left, _ := filepath.Glob(filepath.Join(dir, "lanyard.key?*")); len(left) > 0 {
				t.Error(left)
			}
		})
	}
}
