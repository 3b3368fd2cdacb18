package store_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi/secret"
)

// away lists the ways in which the files of an open store are moved or replaced. copied is a whole
// copy of its database from before.
var away = []struct {
	name, says string
	do         func(path, copied string) error
}{
	{"renamed over", "lanyard.db was replaced",
		func(path, copied string) error { return os.Rename(copied, path) }},
	{"deleted", "lanyard.db was deleted", func(path, _ string) error { return os.Remove(path) }},
	{"moved away", "lanyard.db was deleted or moved",
		func(path, copied string) error { return os.Rename(path, copied+".away") }},
	{"directory moved", "lanyard.db was deleted or moved", func(path, copied string) error {
		return os.Rename(filepath.Dir(path),
			filepath.Join(filepath.Dir(filepath.Dir(path)), "elsewhere"))
	}},
	{"log deleted", "lanyard.db-wal was deleted",
		func(path, _ string) error { return os.Remove(path + "-wal") }},
	{"log replaced", "lanyard.db-wal was replaced", func(path, _ string) error {
		return errors.Join(os.WriteFile(path+".x", nil, 0o600), os.Rename(path+".x", path+"-wal"))
	}},
	{"shared memory deleted", "lanyard.db-shm was deleted",
		func(path, _ string) error { return os.Remove(path + "-shm") }},
	{"another database copied over it", "lanyard.db was written over",
		func(path, copied string) error { return over(path, copied+".other") }},
	{"an older copy copied over it", "lanyard.db was written over", over},
	{"emptied", "lanyard.db was written over",
		func(path, _ string) error { return os.Truncate(path, 0) }},
}

// over copies onto a file, as cp does.
func over(path, copied string) error {
	b, err := os.ReadFile(copied)
	if err == nil {
		err = os.WriteFile(path, b, 0o600)
	}
	return err
}

// misplaced opens a store with one token, and checkpoints it, so that the database holds everything
// and the log nothing. Then it calls do with the path of the database.
func misplaced(t *testing.T, do func(path, copied string) error) (s *store.Store, dir string) {
	t.Helper()
	top := t.TempDir()
	dir = filepath.Join(top, "state")
	path := stocked(t, dir, 1)
	copied := filepath.Join(top, "copy")
	other := stocked(t, filepath.Join(top, "other"), 3)
	if err := errors.Join(over(copied+".other", other), over(copied, path)); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), dir, patient(store.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	update(t, s, func(w console.Writer) error { return put(w, 1, 2) })
	if _, err := s.Exec("PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		t.Fatal(err)
	}
	update(t, s, func(w console.Writer) error { return w.SetSetting("seen", "1") })
	if err := do(path, copied); err != nil {
		t.Skip(err) // Windows does not allow that for an open file
	}
	return s, dir
}

// replaced checks that err refuses a store whose files are not in their place, and names the file
// and the way out.
func replaced(t *testing.T, err error, says string) {
	t.Helper()
	explained(t, err, "store_replaced", says)
	if !strings.Contains(console.Hint(err), "start lanyard again") {
		t.Errorf("the hint is %q", console.Hint(err))
	}
}

func TestFilesUnderAnOpenStore(t *testing.T) {
	for _, c := range away {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, _ := misplaced(t, c.do)
			write := func(w console.Writer) error { return put(w, 2, 3) }
			replaced(t, s.Update(t.Context(), write), c.says)
			replaced(t, s.InPlace(t.Context()), c.says)
			replaced(t, s.Update(t.Context(), write), c.says)
			if err := s.Rotate(t.Context(), store.Rotation{}); err == nil {
				t.Error("the key was changed")
			}
		})
	}
}

// A file that disappears during a transaction is noticed after the commit.
func TestFileGoesBeforeTheCommit(t *testing.T) {
	t.Parallel()
	s, _ := misplaced(t, func(string, string) error { return nil })
	err := s.Update(t.Context(), func(w console.Writer) error {
		if err := os.Remove(s.Path()); err != nil {
			t.Skip(err)
		}
		return put(w, 2, 3)
	})
	replaced(t, err, "lanyard.db was deleted")
}

// The old contents stay readable, with the secrets, and can be written out to a directory that is a
// state directory. The database that took its place stays unchanged.
func TestHeldStaysReadable(t *testing.T) {
	for _, c := range away[:5] {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, dir := misplaced(t, c.do)
			held := func(s *store.Store) {
				t.Helper()
				view(t, s, func(r console.Reader) error {
					ts, err := r.Tokens()
					if len(ts) != 2 {
						t.Errorf("%d tokens", len(ts))
					}
					got, err1 := r.Secrets("t1")
					if !got.Access.Equal(secret.New("secret of t1")) {
						t.Error("another secret")
					}
					return errors.Join(err, err1)
				})
			}
			held(s)
			out, err := s.WriteOut(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			modes(t, out, ".", "lanyard.db", "lanyard.key")
			before := files(t, dir)
			held(s)
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			if c.name == "renamed over" {
				untouched(t, dir, before)
			}
			held(open(t, out))
		})
	}
}

// A log that was deleted is folded into its database when its last process ends.
func TestDeletedLogIsFoldedIn(t *testing.T) {
	t.Parallel()
	s, dir := misplaced(t, func(path, _ string) error { return os.Remove(path + "-wal") })
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	view(t, open(t, dir), func(r console.Reader) error {
		v, err := r.Setting("seen")
		if v != "1" {
			t.Error("it is lost")
		}
		return err
	})
}

// A new connection has another log. That is no replacement of the files.
func TestNewConnectionIsNoReplacement(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	for range 3 {
		update(t, s, func(w console.Writer) error { return w.SetSetting("k", "v") })
		if err := s.DropConnection(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.InPlace(t.Context()); err != nil {
		t.Error(err)
	}
}

// Checkpoints change the database as a copy onto it does.
func TestCheckpointIsNoReplacement(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, other := open(t, dir), open(t, dir)
	for i := range 4 {
		update(t, other, func(w console.Writer) error { return put(w, i, i+1) })
		update(t, s, func(w console.Writer) error { return w.SetSetting("k", "v") })
		if _, err := other.Exec("PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(s.InPlace(t.Context()), other.InPlace(t.Context())); err != nil {
		t.Error(err)
	}
}

// With another key file in its place, or none, what is stored could not be opened again.
func TestKeyFileUnderAnOpenStore(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	update(t, s, func(w console.Writer) error { return put(w, 0, 1) })
	key := filepath.Join(dir, "lanyard.key")
	was, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		says string
		do   func() error
	}{
		{"is gone", func() error { return os.Remove(key) }},
		{"holds another key",
			func() error { return os.WriteFile(key, []byte(strings.Repeat("x", 32)), 0o600) }},
	} {
		if err := c.do(); err != nil {
			t.Fatal(err)
		}
		err := s.InPlace(t.Context())
		explained(t, err, "store_locked", key)
		if !errors.Is(err, store.ErrLocked) || !strings.Contains(err.Error(), c.says) {
			t.Error(err)
		}
		if err := errors.Join(os.WriteFile(key, was, 0o600), s.InPlace(t.Context())); err != nil {
			t.Errorf("it is back: %v", err)
		}
	}
	if err := open(t, dir).Rotate(t.Context(), store.Rotation{}); err != nil {
		t.Fatal(err)
	}
	if err := s.InPlace(t.Context()); err != nil {
		t.Errorf("another process has changed the key: %v", err)
	}
}

// A missing database is created with the existing key, as the hint for a damaged one says. A person
// gets a warning.
func TestMissingDatabaseBesideAKey(t *testing.T) {
	dir := t.TempDir()
	if err := os.Remove(stocked(t, dir, 1)); err != nil {
		t.Fatal(err)
	}
	var told []string
	s := openWith(t, dir,
		store.Options{Tell: func(sentence string) { told = append(told, sentence) }})
	if len(told) == 0 || !strings.Contains(told[0], s.Path()+" was not there") {
		t.Errorf("told %q", told)
	}
}

func TestEmptyDatabaseBesideAKey(t *testing.T) {
	dir := t.TempDir()
	path := stocked(t, dir, 1)
	if err := os.Truncate(path, 0); err != nil {
		t.Fatal(err)
	}
	before := files(t, dir)
	err := tryOpen(dir)
	explained(t, err, "store_damaged", path+" is empty")
	if !strings.Contains(console.Hint(err), "restore") {
		t.Error(console.Hint(err))
	}
	untouched(t, dir, before)
}

// A transaction waits for another one as long as its context lasts, even if Options.Busy is
// shorter.
func TestWaitsAsLongAsTheContext(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	other := open(t, dir)
	s, err := store.Open(t.Context(), dir, store.Options{Busy: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	held, waited := make(chan struct{}), make(chan struct{})
	turns := 0
	s.AtStep(func(step string) {
		if step != "waits" {
			return
		}
		if turns++; turns == 5 {
			close(waited)
		}
	})
	var all sync.WaitGroup
	all.Go(func() {
		if err := other.Update(t.Context(),
			func(console.Writer) error { close(held); <-waited; return nil }); err != nil {
			t.Error(err)
		}
	})
	<-held
	explained(t, s.Update(t.Context(), func(console.Writer) error { return nil }), "store_busy",
		s.Path())
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := s.Update(ctx, func(console.Writer) error { return nil }); err != nil {
		t.Error(err)
	}
	all.Wait()
}

// A new key whose file is swapped before it is in force would open nothing: the old one stays.
func TestRotationReadsItsKeyBack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	update(t, s, func(w console.Writer) error { return put(w, 0, 1) })
	s.AtStep(func(step string) {
		if step != "resealed" {
			return
		}
		found, err := filepath.Glob(filepath.Join(dir, "lanyard.key.new-*"))
		if err != nil || len(found) != 1 {
			t.Error(found, err)
			return
		}
		if err := os.WriteFile(found[0], []byte(strings.Repeat("x", 32)), 0o600); err != nil {
			t.Error(err)
		}
	})
	explained(t, s.Rotate(t.Context(), store.Rotation{}), "store_locked", "lanyard.key")
	sound(t, open(t, dir), 1)
}

// Changes of the key are recorded only in files that are in their place.
func TestKeyIsNotNotedInFilesOutOfPlace(t *testing.T) {
	t.Parallel()
	away := func(t *testing.T, dir string) {
		t.Helper()
		path := filepath.Join(dir, "lanyard.db")
		b, err := os.ReadFile(path)
		if err := errors.Join(err, os.WriteFile(path+".other", b, 0o600)); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path+".other", path); err != nil {
			t.Skip(err) // Windows does not allow that for an open file
		}
	}
	ring := &fakeRing{}
	dir, o := pinned(t, ring, "file")
	s := openWith(t, dir, o)
	i, err := s.KeyInfo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name := range ring.items {
		ring.items[name] = "file:00112233445566778899aabbccddeeff"
	}
	away(t, dir)
	replaced(t, s.AcceptKey(t.Context(), i.ID), "lanyard.db")
	for _, text := range ring.items {
		if strings.Contains(text, i.ID) {
			t.Error("it was accepted all the same")
		}
	}
	dir, dear := weakened(t, "env")
	s = openWith(t, dir, dear)
	away(t, dir)
	if err := s.Unlock(t.Context(), secret.Text{}); err != nil {
		t.Fatal(err)
	}
	if params, err := s.Text("SELECT params FROM key_slot"); err != nil ||
		!strings.Contains(params, `"time":1`) {
		t.Error("it was strengthened in a file that is gone", params, err)
	}
}

// If another store's file is copied over the one that a console reads, that is no change of the
// key. No row counts as altered, the store counts as replaced, and WriteOut does not write the
// other store.
func TestAnotherStoreCopiedOverIt(t *testing.T) {
	for name, looks := range map[string]int{"that was read": 3, "that was just opened": 0} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			top := t.TempDir()
			dir := filepath.Join(top, "state")
			path := stocked(t, dir, 1)
			other := stocked(t, filepath.Join(top, "other"), 3)
			s := open(t, dir)
			if err := s.Unlock(t.Context(), secret.Text{}); err != nil {
				t.Fatal(err)
			}
			look := func() error {
				return s.View(t.Context(), func(r console.Reader) error {
					_, err := r.Tokens()
					if a := r.Altered(); len(a) > 0 {
						t.Errorf("altered: %v", a)
					}
					return err
				})
			}
			for range looks {
				if err := look(); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := s.Exec("PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
				t.Fatal(err)
			}
			if err := over(path, other); err != nil {
				t.Skip(err)
			}
			_ = look()
			replaced(t, s.InPlace(t.Context()), "written over by another store")
			replaced(t, look(), "written over by another store")
			replaced(t, s.Update(t.Context(), func(console.Writer) error { return nil }),
				"written over")
			if out, err := s.WriteOut(t.Context()); err == nil {
				t.Errorf("wrote out the other store to %s", out)
			} else if !strings.Contains(err.Error(), "written over") {
				t.Error(err)
			}
		})
	}
}
