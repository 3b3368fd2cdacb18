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
	"slices"
	"strings"
	"sync"
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
	// A second handle on open files: its side files are there already, and all of it stands open.
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
	if got := s.Tightened(); len(got) != 5 || !strings.Contains(got[0], "0755") || !strings.Contains(got[1], "lanyard.db (was 0644)") {
		t.Errorf("tightened %q", got)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 4 {
		t.Errorf("left behind: %v", entries)
	}
}

// explained checks that err says what to do, and gives the hint.
func explained(t *testing.T, err error, code, text string) {
	t.Helper()
	e, ok := errors.AsType[*store.Error](err)
	if !ok || e.Code != code || e.Hint == "" && code != "store_io" || !strings.Contains(err.Error(), text) {
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
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "theirs"), nil, 0o644), os.Chmod(dir, 0o755)); err != nil {
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
		"link":      func(p string) error { return os.Symlink(elsewhere.Path(), p) },
		"dangling":  func(p string) error { return os.Symlink(filepath.Join(filepath.Dir(p), "nowhere"), p) },
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

func TestLocked(t *testing.T) {
	for name, harm := range map[string]func(key string) error{
		"gone":    os.Remove,
		"another": func(key string) error { return os.WriteFile(key, bytes.Repeat([]byte("k"), 32), 0o600) },
		"cut":     func(key string) error { return os.Truncate(key, 31) },
		"empty":   func(key string) error { return os.Truncate(key, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			key := filepath.Join(dir, "lanyard.key")
			s := open(t, dir)
			update(t, s, func(w console.Writer) error {
				return errors.Join(w.PutToken(&console.Token{ID: "a"}), w.PutSecrets("a", console.Secrets{Access: secret.New("x")}))
			})
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			good, err := os.ReadFile(key)
			if err != nil || len(good) != 32 {
				t.Fatal(len(good), err)
			}
			if err := harm(key); err != nil {
				t.Fatal(err)
			}
			harmed, _ := os.ReadFile(key)
			for range 2 { // the second time too: the first must not have made a key
				err = tryOpen(dir)
				if !errors.Is(err, store.ErrLocked) {
					t.Fatalf("got %v", err)
				}
				explained(t, err, "store_locked", key)
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

// A key file that outlived its database, or the crash of a first start, is used and not replaced.
func TestKeyWithoutDatabase(t *testing.T) {
	dir := t.TempDir()
	key := bytes.Repeat([]byte("k"), 32)
	if err := os.WriteFile(filepath.Join(dir, "lanyard.key"), key, 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir)
	if got, err := os.ReadFile(filepath.Join(dir, "lanyard.key")); err != nil || !bytes.Equal(got, key) {
		t.Error("replaced", err)
	}
	if s.KeySlot() != "file" {
		t.Error(s.KeySlot())
	}
}

func TestKeyFileIsNeverReplaced(t *testing.T) {
	dir := t.TempDir()
	slot := store.KeyFile(filepath.Join(dir, "lanyard.key"))
	if _, err := slot.Unseal(t.Context()); !errors.Is(err, store.ErrNoKey) {
		t.Fatal(err)
	}
	var won int
	var mu sync.Mutex
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			err := slot.Seal(t.Context(), bytes.Repeat([]byte{byte(i)}, 32))
			got, err2 := slot.Unseal(t.Context())
			if err2 != nil || len(got) != 32 {
				t.Error(len(got), err2)
			}
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won++
				if got[0] != byte(i) {
					t.Error("told that it won, and did not")
				}
			} else if !errors.Is(err, fs.ErrExist) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	entries, err := os.ReadDir(dir)
	if won != 1 || len(entries) != 1 || err != nil {
		t.Error(won, entries, err)
	}
}

func TestFirstStartsAtOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	var all sync.WaitGroup
	for i := range 6 {
		all.Go(func() {
			s, err := store.Open(t.Context(), dir, store.Options{})
			if err != nil {
				t.Error(err)
				return
			}
			defer func() { _ = s.Close() }()
			id := fmt.Sprint(i)
			if err := s.Update(t.Context(), func(w console.Writer) error {
				return errors.Join(w.PutToken(&console.Token{ID: id}), w.PutSecrets(id, console.Secrets{Access: secret.New(id)}))
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
	dir := filepath.Join(t.TempDir(), "st ?ate")
	old := open(t, dir)
	update(t, old, func(w console.Writer) error {
		return errors.Join(w.PutToken(&console.Token{ID: "a"}), w.PutSecrets("a", console.Secrets{Access: secret.New("x")}))
	})
	if old.Copied() != "" {
		t.Error("a new one was copied:", old.Copied())
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	built := store.SchemaSteps()
	// A step that fails leaves the file as it was.
	bad := append(slices.Clone(built), "CREATE TABLE extra (x); INSERT INTO nowhere VALUES (1);")
	if _, err := store.OpenSteps(t.Context(), dir, store.Options{}, bad); err == nil {
		t.Fatal("a broken step was taken")
	}
	s := open(t, dir)
	if v, err := s.Text("SELECT user_version || ' ' || (SELECT count(*) FROM sqlite_schema WHERE name = 'extra') FROM pragma_user_version"); err != nil || v != fmt.Sprint(len(built), " 0") {
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
	// Several processes' worth of it at once: taken once, one copy at least stays.
	more := append(slices.Clone(built),
		"CREATE TABLE extra (x INTEGER) STRICT; INSERT INTO extra VALUES (1);",
		"UPDATE extra SET x = x + 1; ALTER TABLE token ADD COLUMN note TEXT NOT NULL DEFAULT 'new';")
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			s, err := store.OpenSteps(t.Context(), dir, store.Options{}, more)
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
	for from, to := range map[string]string{got[0]: "lanyard.db", filepath.Join(dir, "lanyard.key"): "lanyard.key"} {
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

func TestFailuresOfTheDisk(t *testing.T) {
	for _, c := range []struct{ code, pragma string }{
		{"store_full", "PRAGMA max_page_count = 1"}, // SQLite makes it the present size
		{"store_read_only", "PRAGMA query_only = 1"},
	} {
		t.Run(c.code, func(t *testing.T) {
			s := open(t, t.TempDir())
			if _, err := s.Exec(c.pragma); err != nil {
				t.Fatal(err)
			}
			err := s.Update(t.Context(), func(w console.Writer) error {
				return errors.Join(w.PutToken(&console.Token{ID: "a"}),
					w.PutSecrets("a", console.Secrets{Access: secret.New(strings.Repeat("canary", 10_000))}))
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
	dir := t.TempDir()
	s := open(t, dir)
	update(t, s, func(w console.Writer) error {
		var err error
		for i := range 100 {
			err = errors.Join(err, w.PutToken(&console.Token{ID: fmt.Sprint(i), RevokeError: strings.Repeat("x", 1000)}))
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
