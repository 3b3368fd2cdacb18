package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi/secret"
)

func TestNewerSchemaIsRefused(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	// A future version may have left the write-ahead log behind; not even that is changed back.
	for _, q := range []string{"PRAGMA user_version = 99", "PRAGMA journal_mode = DELETE"} {
		if _, err := s.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(s.Path())
	if err != nil {
		t.Fatal(err)
	}
	err = tryOpen(dir)
	explained(t, err, "store_newer", "version 99")
	if !strings.Contains(err.Error(), fmt.Sprintf("up to %d", len(store.SchemaSteps()))) {
		t.Error(err)
	}
	if after, err := os.ReadFile(s.Path()); err != nil || !bytes.Equal(before, after) {
		t.Error("the file was changed", err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 2 {
		t.Errorf("left behind: %v", entries)
	}
}

func TestMigration(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "st ?ate")
	old := open(t, dir)
	update(t, old, func(w console.Writer) error {
		return errors.Join(w.PutToken(&console.Token{ID: "a"}),
			w.PutSecrets("a", console.Secrets{Access: secret.New("x")}))
	})
	if old.Copied() != "" {
		t.Error("a new one was copied:", old.Copied())
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	built := store.SchemaSteps()
	// A step that fails leaves the file unchanged.
	bad := append(slices.Clone(built), "CREATE TABLE extra (x); INSERT INTO nowhere VALUES (1);")
	if _, err := store.OpenSteps(t.Context(), dir, store.Options{}, bad); err == nil {
		t.Fatal("a broken step was taken")
	}
	s := open(t, dir)
	if v, err := s.Text(
		"SELECT user_version || ' ' || (SELECT count(*) FROM sqlite_schema WHERE name = " +
			"'extra') FROM pragma_user_version"); err != nil || v != fmt.Sprint(len(built), " 0") {
		t.Fatalf("%q %v", v, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	copies := func() []string {
		got, err := filepath.Glob(filepath.Join(filepath.Dir(dir), "*", "lanyard.db.v*"))
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	for _, c := range copies() {
		_ = os.Remove(c)
	}
	// Several migrations at once: each step runs once, and at least one copy stays.
	more := append(slices.Clone(built),
		"CREATE TABLE extra (x INTEGER) STRICT; INSERT INTO extra VALUES (1);",
		"UPDATE extra SET x = x + 1; ALTER TABLE token ADD COLUMN note TEXT NOT "+
			"NULL DEFAULT 'new';")
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			s, err := store.OpenSteps(t.Context(), dir, patient(store.Options{}), more)
			if err != nil {
				t.Error(err)
				return
			}
			defer func() { _ = s.Close() }()
			if v, err := s.Text("SELECT x || note FROM extra, token"); err != nil || v != "2new" {
				t.Errorf("%q %v", v, err)
			}
			if err := s.View(t.Context(), func(r console.Reader) error {
				got, err := r.Secrets("a")
				if !got.Access.Equal(secret.New("x")) {
					t.Error("the secret was lost")
				}
				return err
			}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	got := copies()
	if len(got) == 0 {
		t.Fatal("no copy")
	}
	for _, c := range got {
		modes(t, dir, filepath.Base(c))
	}
	// The oldest copy is whole and of the old form: it can be put back.
	back := t.TempDir()
	for from, to := range map[string]string{got[0]: "lanyard.db",
		filepath.Join(dir, "lanyard.key"): "lanyard.key"} {
		b, err := os.ReadFile(from)
		if err == nil {
			err = os.WriteFile(filepath.Join(back, to), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	view(t, open(t, back), func(r console.Reader) error {
		got, err := r.Secrets("a")
		if !got.Access.Equal(secret.New("x")) {
			t.Error("the copy has another secret")
		}
		return err
	})
	// And the older program refuses the newer file.
	explained(t, tryOpen(dir), "store_newer", fmt.Sprint("version ", len(more)))
}
