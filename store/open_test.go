package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi/secret"
)

func unixOnly(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("permissions of another kind")
	}
}

func modes(t *testing.T, dir string, names ...string) {
	t.Helper()
	for _, name := range names {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
			continue
		}
		want := fs.FileMode(0o600)
		if info.IsDir() {
			want = 0o700
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s is %04o", name, info.Mode().Perm())
		}
	}
}

func TestModes(t *testing.T) {
	unixOnly(t)
	dir := filepath.Join(t.TempDir(), "a", "state")
	s := open(t, dir)
	update(t, s, func(w console.Writer) error { return w.SetSetting("k", "v") })
	modes(t, dir, ".", "lanyard.db", "lanyard.db-wal", "lanyard.db-shm", "lanyard.key")
	if got := s.Tightened(); len(got) != 0 {
		t.Errorf("tightened %q", got)
	}
	// A second handle on open files, whose side files exist and whose permissions are wide.
	for _, name := range []string{"lanyard.db", "lanyard.db-wal", "lanyard.db-shm", "lanyard.key"} {
		if err := os.Chmod(filepath.Join(dir, name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir)
	modes(t, dir, ".", "lanyard.db", "lanyard.db-wal", "lanyard.db-shm", "lanyard.key")
	if got := s.Tightened(); len(got) != 5 || !strings.Contains(got[0], "0755") ||
		!strings.Contains(got[1], "lanyard.db (was 0644)") {
		t.Errorf("tightened %q", got)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 4 {
		t.Errorf("left behind: %v", entries)
	}
}

// explained checks that err has a hint, and returns the hint.

func explained(t *testing.T, err error, code console.Code, text string) {
	t.Helper()
	e, ok := errors.AsType[*store.Error](err)
	if !ok || e.Code != code || e.Hint == "" && code != "store_io" ||
		!strings.Contains(err.Error(), text) {
		t.Fatalf("got %#v, %v", e, err)
	}
	if console.Hint(err) != e.Hint {
		t.Errorf("the console's hint is %q", console.Hint(err))
	}
}

func tryOpen(dir string) error {
	s, err := store.Open(context.Background(), dir, store.Options{})
	if err == nil {
		_ = s.Close()
	}
	return err
}

func TestDirectoryOfOthersIsLeftAlone(t *testing.T) {
	unixOnly(t)
	dir := t.TempDir()
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "theirs"), nil, 0o644),
		os.Chmod(dir, 0o755)); err != nil {
		t.Fatal(err)
	}
	explained(t, tryOpen(dir), "store_access", dir)
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm() != 0o755 {
		t.Error(info.Mode(), err)
	}
}

func TestDatabaseThatIsNoFile(t *testing.T) {
	elsewhere := open(t, t.TempDir())
	for name, make := range map[string]func(string) error{
		"link": func(p string) error { return os.Symlink(elsewhere.Path(), p) },
		"dangling": func(p string) error {
			return os.Symlink(filepath.Join(filepath.Dir(p), "nowhere"), p)
		},
		"directory": func(p string) error { return os.Mkdir(p, 0o700) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "lanyard.db")
			if err := make(path); err != nil {
				t.Skip(err)
			}
			explained(t, tryOpen(dir), "store_access", path+" is not a regular file")
			if entries, _ := os.ReadDir(dir); len(entries) != 1 {
				t.Errorf("left behind: %v", entries)
			}
		})
	}
}

func TestDamagedAndForeignFiles(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "lanyard.db")
	if err := os.WriteFile(path, bytes.Repeat([]byte("not a database\n"), 500), 0o600); err != nil {
		t.Fatal(err)
	}
	explained(t, tryOpen(dir), "store_damaged", path)

	dir = t.TempDir()
	s := open(t, dir)
	if _, err := s.Exec("PRAGMA application_id = 7"); err != nil {
		t.Fatal(err)
	}
	explained(t, tryOpen(dir), "store_foreign", s.Path())
}

// A key file that outlived its database, or the crash of a first start, is used and not replaced.

func TestFailuresOfTheDisk(t *testing.T) {
	for _, c := range []struct {
		code   console.Code
		pragma string
	}{
		{"store_full", "PRAGMA max_page_count = 1"}, // SQLite makes it the present size
		{"store_read_only", "PRAGMA query_only = 1"},
	} {
		t.Run(string(c.code), func(t *testing.T) {
			s := open(t, t.TempDir())
			if _, err := s.Exec(c.pragma); err != nil {
				t.Fatal(err)
			}
			err := s.Update(t.Context(), func(w console.Writer) error {
				return errors.Join(w.PutToken(&console.Token{ID: "a"}),
					w.PutSecrets("a",
						console.Secrets{Access: secret.New(strings.Repeat("canary", 10_000))}))
			})
			explained(t, err, c.code, s.Path())
			if strings.Contains(err.Error(), "canary") {
				t.Error("the error tells the secret")
			}
			view(t, s, func(r console.Reader) error {
				ts, err := r.Tokens()
				if len(ts) != 0 {
					t.Error("half of it was kept")
				}
				return err
			})
		})
	}
}

func TestDamagedPage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	update(t, s, func(w console.Writer) error {
		var err error
		for i := range 100 {
			err = errors.Join(err,
				w.PutToken(&console.Token{ID: fmt.Sprint(i),
					RevokeError: strings.Repeat("x", 1000)}))
		}
		return err
	})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(s.Path())
	if err != nil {
		t.Fatal(err)
	}
	for i := len(b) / 2; i < len(b); i++ {
		b[i] = 0xa5
	}
	if err := os.WriteFile(s.Path(), b, 0o600); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir)
	explained(t, s.View(t.Context(), func(r console.Reader) error {
		_, err := r.Tokens()
		return err
	}), "store_damaged", s.Path())
}

// Every commit is on the disk when Update returns. In WAL mode SQLite promises that only with
// synchronous FULL.
func TestCommitsAreOnTheDisk(t *testing.T) {
	s := open(t, t.TempDir())
	if v, err := s.Text(
		"SELECT (SELECT synchronous FROM pragma_synchronous) || ' ' || (SELECT journal_mode " +
			"FROM pragma_journal_mode)"); v != "2 wal" || err != nil {
		t.Errorf("%q %v", v, err)
	}
}
