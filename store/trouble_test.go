package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/store"
)

func TestNetworkFileSystem(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	far := filepath.Join(base, "far")
	if err := os.Mkdir(far, 0o700); err != nil {
		t.Fatal(err)
	}
	var asked []string
	o := store.Options{}.OnNetwork(func(dir string) (string, error) {
		asked = append(asked, dir)
		if strings.HasPrefix(dir, far) {
			return "nfs", nil
		}
		return "", nil
	})
	for _, dir := range []string{far, filepath.Join(far, "a", "state")} {
		_, err := store.Open(t.Context(), dir, o)
		explained(t, err, "store_network", dir+" is on a network file system (nfs)")
		if hint := console.Hint(err); !strings.Contains(hint, "--state") ||
			!strings.Contains(hint, "LANYARD_STATE") {
			t.Error(hint)
		}
	}
	if !slices.Equal(asked, []string{far, far}) { // the nearest directory that exists
		t.Error(asked)
	}
	if len(files(t, far)) != 0 {
		t.Error("something was made")
	}
	// A store that is on a network file system already is not opened, not even for a list.
	stocked(t, far, 3)
	before := files(t, far)
	o.Lists = true
	_, err := store.Open(t.Context(), far, o)
	explained(t, err, "store_network", far)
	untouched(t, far, before)
	s, err := store.Open(t.Context(), filepath.Join(base, "near"), o)
	if err != nil {
		t.Fatal(err)
	}
	_ = s.Close()
	// A state that cannot be determined is not treated as good.
	_, err = store.Open(t.Context(), far,
		store.Options{}.OnNetwork(func(dir string) (string, error) {
			return "", &fs.PathError{Op: "statfs", Path: dir, Err: fs.ErrPermission}
		}))
	explained(t, err, "store_read_only", far)
}

func garble(b []byte) {
	for i := range b {
		b[i] ^= 0xa5
	}
}

func TestDamage(t *testing.T) {
	t.Parallel()
	from := t.TempDir()
	stocked(t, from, 200)
	for name, c := range map[string]struct {
		harm func(dir, db string) error
		code console.Code // of the failure
		text string
	}{
		"header": {func(_, db string) error {
			b, err := os.ReadFile(db)
			garble(b[:100])
			return errors.Join(err, os.WriteFile(db, b, 0o600))
		}, "store_damaged", "lanyard.db"},
		"header beside its log": {func(dir, db string) error {
			s, err := store.Open(t.Context(), dir, store.Options{})
			if err != nil {
				return err
			}
			err = s.Update(t.Context(),
				func(w console.Writer) error { return w.SetSetting("count", "99") })
			log, err1 := os.ReadFile(db + "-wal")
			b, err2 := os.ReadFile(db)
			garble(b[:100])
			return errors.Join(err, err1, err2, s.Close(), os.WriteFile(db, b, 0o600),
				os.WriteFile(db+"-wal", log, 0o600))
		}, "store_damaged", "lanyard.db"},
		"pages": {func(_, db string) error {
			b, err := os.ReadFile(db)
			garble(b[4096:])
			return errors.Join(err, os.WriteFile(db, b, 0o600))
		}, "store_damaged", "lanyard.db"},
		"cut in a page": {func(_, db string) error { return os.Truncate(db, 10_000) },
			"store_damaged", "lanyard.db"},
		"cut in the header": {func(_, db string) error { return os.Truncate(db, 50) },
			"store_damaged", "lanyard.db"},
		"cut behind the header, beside its log": {func(_, db string) error {
			return errors.Join(os.Truncate(db, 300),
				os.WriteFile(db+"-wal", []byte("what was committed last"), 0o600))
		}, "store_damaged", "is damaged, or no database"},
		"emptied beside its log": {func(dir, db string) error {
			return errors.Join(os.Truncate(db, 0),
				os.WriteFile(db+"-wal", []byte("what was committed last"), 0o600))
		}, "store_damaged", "is gone or empty"},
		"gone beside its log": {func(dir, db string) error {
			return errors.Join(os.Remove(db),
				os.WriteFile(db+"-wal", []byte("what was committed last"), 0o600))
		}, "store_damaged", "is gone or empty"},
		"a directory instead": {
			func(dir, db string) error { return errors.Join(os.Remove(db), os.Mkdir(db, 0o700)) },
			"store_access", "is not a regular file"},
		"key a directory": {func(dir, db string) error {
			key := filepath.Join(dir, "lanyard.key")
			return errors.Join(os.Remove(key), os.Mkdir(key, 0o700))
		}, "store_access", "lanyard.key is not a regular file"},
		"another program's": {func(_, db string) error {
			b, err := os.ReadFile(db)
			copy(b[68:72], "\x00\x00\x00\x07") // application_id
			return errors.Join(err, os.WriteFile(db, b, 0o600))
		}, "store_foreign", "lanyard.db"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := cloned(t, from)
			db := filepath.Join(dir, "lanyard.db")
			if err := c.harm(dir, db); err != nil {
				t.Fatal(err)
			}
			before := files(t, dir)
			for range 2 { // the first look changes nothing for the second
				s, err := store.Open(t.Context(), dir, store.Options{})
				if err == nil { // damaged pages are noticed when they are read
					err = s.View(t.Context(), func(r console.Reader) error {
						_, err := r.Tokens()
						return err
					})
					if err := s.Close(); err != nil {
						t.Error(err)
					}
				}
				explained(t, err, c.code, c.text)
				if !strings.Contains(err.Error(), dir) ||
					strings.Contains(err.Error(), "secret of") {
					t.Error(err)
				}
				untouched(t, dir, before)
			}
		})
	}
}

// A first start that is killed before it stores anything leaves an empty file.
func TestEmptyDatabaseIsANewOne(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "lanyard.db"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	stocked(t, dir, 2)
	sound(t, open(t, dir), 2)
}

// The write-ahead log is checked frame by frame. Commits before the damage stay, and no part of a
// later commit does. (A damaged header invalidates the whole log. A power cut leaves such logs too,
// with nothing committed in them, so they cannot be refused.)
func TestDamagedLog(t *testing.T) {
	t.Parallel()
	from := t.TempDir()
	stocked(t, from, 1)
	s := open(t, from)
	for i := 1; i < 40; i++ {
		update(t, s, func(w console.Writer) error { return put(w, i, i+1) })
	}
	log := int64(len(files(t, from)["lanyard.db-wal"]))
	for _, at := range []int64{log - 10, log / 2, log / 3, 100} {
		dir := t.TempDir()
		for name, b := range files(t, from) {
			b = bytes.Clone(b)
			if name == "lanyard.db-wal" {
				garble(b[at : at+8])
			}
			if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		s := open(t, dir)
		kept := 0
		view(t, s, func(r console.Reader) error {
			ts, err := r.Tokens()
			kept = len(ts)
			return err
		})
		if kept >= 40 || kept == 1 && at > 1000 {
			t.Errorf("garbled at %d of %d: %d of 40 kept", at, log, kept)
		}
		sound(t, s, kept)
		update(t, s, func(w console.Writer) error { return put(w, kept, 41) })
		sound(t, s, 41)
	}
}

// The store reads the clock only for the name of a copy. A clock that stands still or goes back
// costs no copy.
func TestCopiesWhenTheClockGoesBack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := stocked(t, dir, 3)
	steps := store.SchemaSteps()
	var copies []string
	for i, year := range []int{2031, 2031, 1970, 1931} {
		steps = append(steps, fmt.Sprintf("CREATE TABLE extra%d (x) ;", i))
		s, err := store.OpenSteps(t.Context(), dir,
			store.Options{}.At(time.Date(year, 1, 2, 3, 4, 5, 0, time.UTC)), steps)
		if err != nil {
			t.Fatal(err)
		}
		copies = append(copies, s.Copied())
		sound(t, s, 3)
		_ = s.Close()
	}
	n := len(store.SchemaSteps())
	want := []string{
		fmt.Sprintf("%s.v%d-20310102T030405", db, n),
		fmt.Sprintf("%s.v%d-20310102T030405", db, n+1),
		fmt.Sprintf("%s.v%d-19700102T030405", db, n+2),
		fmt.Sprintf("%s.v%d-19310102T030405", db, n+3),
	}
	if !slices.Equal(copies, want) {
		t.Errorf("%q", copies)
	}
	// The same form at the same second again, as after a restore.
	first, err := os.ReadFile(copies[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Remove(db), os.WriteFile(db, first, 0o600)); err != nil {
		t.Fatal(err)
	}
	before := files(t, dir)
	s, err := store.OpenSteps(t.Context(), dir,
		store.Options{}.At(time.Date(2031, 1, 2, 3, 4, 5, 0, time.UTC)), steps)
	if err != nil {
		t.Fatal(err)
	}
	_ = s.Close()
	if s.Copied() != copies[0]+".1" {
		t.Error(s.Copied())
	}
	after := files(t, dir)
	for name := range maps.Keys(before) {
		if strings.Contains(name, ".db.v") && !bytes.Equal(before[name], after[name]) {
			t.Errorf("%s was changed", name)
		}
	}
}
