package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"

	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi/secret"
)

// change is a change of a store, by a process that is killed between two of its system calls.
type change struct {
	name, do string                                    // see changes
	every    int                                       // it is killed before every nth call in full
	begin    func(t *testing.T, root string)           // makes the files from before; nil: none
	after    func(t *testing.T, c *tally, f *fatality) // checks the files that are left
}

// fatality is the state that a killed process leaves.
type fatality struct {
	traced
	root, dir string
	before    map[string][]byte // the files of the state directory before
	done      bool              // the child reported success
}

// begun makes a store with three tokens, whose key is of a kind.
func begun(kind string) func(*testing.T, string) {
	return func(t *testing.T, root string) {
		dir := filepath.Join(root, "state")
		stocked(t, dir, 3)
		s := openWith(t, dir, calling())
		if kind != "file" {
			rotate(t, s, kind)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// opens opens the store. A store that does not open, or that has another number of tokens than
// wanted, is counted as lost. One with a half-written or altered row is counted as torn.
func (f *fatality) opens(t *testing.T, c *tally, want ...int) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), f.dir, calling())
	if err == nil {
		t.Cleanup(func() { _ = s.Close() })
		err = s.Unlock(t.Context(), secret.New(phrase))
	}
	if err != nil {
		c.add(&c.lost)
		t.Fatalf("%s: the store does not open: %v", f.last, err)
	}
	text, err := s.Text("SELECT count(*) FROM token")
	n := -1
	_, _ = fmt.Sscan(text, &n)
	if err != nil || !slices.Contains(want, n) {
		c.add(&c.lost)
		t.Errorf("%s: %d tokens, not one of %v, %v", f.last, n, want, err)
	}
	c.intact(t, s)
	was := t.Failed()
	sound(t, s, n)
	view(t, s, func(r console.Reader) error {
		if got := all(t, r); len(got) > 0 {
			t.Errorf("%s: altered %v", f.last, got)
		}
		return nil
	})
	if !was && t.Failed() {
		c.add(&c.torn)
	}
	return s
}

// keyless changes the key of the store and looks for copies of keys. kept are prefixes of file
// names that may hold an old key: those of a store that a restore has kept.
func (f *fatality) keyless(t *testing.T, c *tally, s *store.Store, kept string) {
	t.Helper()
	old := [][]byte{f.before["lanyard.key"], files(t, f.dir)["lanyard.key"]}
	rotate(t, s, "file")
	now := files(t, f.dir)
	old = append(old, now["lanyard.key"])
	for name, b := range now {
		holds := strings.Contains(name, "lanyard.key")
		for _, key := range old {
			holds = holds || len(key) >= 32 && bytes.Contains(b, key[:32])
		}
		if holds && name != "lanyard.key" && (kept == "" || !strings.HasPrefix(name, kept)) {
			c.add(&c.torn)
			t.Errorf("%s: %s holds a copy of a key", f.last, name)
		}
	}
	if bytes.Equal(old[1], old[2]) {
		t.Error("the key was not changed")
	}
	f.opens(t, c, 0, 1, 3, 6)
}

func rotated(kind string) func(*testing.T, *tally, *fatality) {
	return func(t *testing.T, c *tally, f *fatality) {
		s := f.opens(t, c, 3)
		if got := s.Key().Kind; f.done && got != kind {
			c.add(&c.lost)
			t.Errorf("%s: the key was changed, and it is in the %s", f.last, got)
		}
		f.keyless(t, c, s, "")
	}
}

// restored checks a store after a restore over one with three tokens, or over a damaged one.
func restored(backup string, id age.Identity, damaged bool) func(*testing.T, *tally, *fatality) {
	return func(t *testing.T, c *tally, f *fatality) {
		if damaged {
			kept := false // in its place, or beside
			for name, b := range files(t, f.dir) {
				kept = kept || strings.HasPrefix(name, "lanyard.db") &&
					bytes.Equal(b, f.before["lanyard.db"])
			}
			s, err := store.Open(t.Context(), f.dir, calling())
			if err == nil {
				_ = s.Close()
			} else if codeOf(err) == "store_damaged" && !f.done { // then once more
				b, bad := os.ReadFile(backup)
				if err = bad; err == nil {
					_, err = store.Restore(t.Context(), f.dir, bytes.NewReader(b),
						[]age.Identity{id}, store.Restoring{Options: calling(), Replace: true})
				}
			}
			if !kept || err != nil {
				c.add(&c.lost)
				t.Errorf("%s: the damaged database is there: %v; %v", f.last, kept, err)
			}
		}
		want := []int{3, 6}
		if damaged || f.done {
			want = want[1:]
		}
		f.keyless(t, c, f.opens(t, c, want...), "lanyard.key.before-")
	}
}

// guarded checks a store whose rows got their first MACs, or whose key has recorded them.
func guarded(t *testing.T, c *tally, f *fatality) {
	s := f.opens(t, c, 3)
	if n := len(files(t, f.dir)["lanyard.key"]); n != 33 {
		c.add(&c.torn)
		t.Errorf("%s: the key file has %d bytes", f.last, n)
	}
	f.keyless(t, c, s, "")
}

// backedUpAt checks that a backup is whole or not there, and that another one can be made.
func backedUpAt(id *age.X25519Identity) func(*testing.T, *tally, *fatality) {
	return func(t *testing.T, c *tally, f *fatality) {
		path := filepath.Join(f.root, "backup.age")
		_, err := os.Stat(path)
		if f.done && err != nil {
			c.add(&c.lost)
			t.Errorf("%s: it was written, and is not there: %v", f.last, err)
		}
		s := f.opens(t, c, 3)
		if errors.Is(err, fs.ErrNotExist) {
			if err := s.BackupTo(t.Context(), path, id.Recipient()); err != nil {
				t.Errorf("%s: the next one: %v", f.last, err)
			}
		}
		back := &fatality{root: f.root, dir: filepath.Join(f.root, "back"), traced: f.traced}
		b, err := os.ReadFile(path)
		if err == nil {
			_, err = store.Restore(t.Context(), back.dir, bytes.NewReader(b), []age.Identity{id},
				store.Restoring{Options: calling()})
		}
		if err != nil {
			c.add(&c.torn)
			t.Errorf("%s: the backup cannot be restored: %v", f.last, err)
			return
		}
		back.opens(t, c, 3)
		f.keyless(t, c, s, "")
	}
}

// allChanges returns the changes of a store that a kill interrupts.
func allChanges(t *testing.T) []change {
	id := pair(t)
	at := t.TempDir()
	who, backup := filepath.Join(at, "identity"), filepath.Join(at, "b.age")
	from := t.TempDir()
	stocked(t, from, 6)
	if err := errors.Join(os.WriteFile(who, []byte(id.String()), 0o600),
		open(t, from).BackupTo(t.Context(), backup, id.Recipient())); err != nil {
		t.Fatal(err)
	}
	restore := "restore " + who + " " + backup
	damaged := func(t *testing.T, root string) {
		if err := os.WriteFile(stocked(t, filepath.Join(root, "state"), 3),
			bytes.Repeat([]byte("no database "), 1000), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// A store from before rows had MACs, or one whose key does not say yet that they have.
	older := func(unguard bool) func(*testing.T, string) {
		return func(t *testing.T, root string) {
			dir := filepath.Join(root, "state")
			stocked(t, dir, 3)
			s := openWith(t, dir, calling())
			var err error
			if unguard {
				err = s.Unguard(t.Context())
			}
			if err := errors.Join(err, s.Close(),
				os.Truncate(filepath.Join(dir, "lanyard.key"), 32)); err != nil {
				t.Fatal(err)
			}
		}
	}
	return []change{
		{"rotate file to file", "rotate file", 1, begun("file"), rotated("file")},
		{"rotate file to passphrase", "rotate passphrase", 1, begun("file"), rotated("passphrase")},
		{"rotate passphrase to file", "rotate file", 1, begun("passphrase"), rotated("file")},
		{"backup", "backup " + id.Recipient().String(), 1, begun("file"), backedUpAt(id)},
		{"restore over a store", restore, 1, begun("file"), restored(backup, id, false)},
		{"restore over a store with a passphrase", restore, 4, begun("passphrase"),
			restored(backup, id, false)},
		{"restore over a damaged store", restore, 1, damaged, restored(backup, id, true)},
		{"first key", "open", 1, nil, func(t *testing.T, c *tally, f *fatality) {
			s := f.opens(t, c, 0)
			update(t, s, func(w console.Writer) error { return put(w, 0, 1) })
			f.keyless(t, c, s, "")
		}},
		{"first MACs", "open", 1, older(true), guarded},
		{"note beside the key", "open", 1, older(false), guarded},
	}
}

// between does the change in a process that is killed before system call nth; 0: it is not.
func (c *tally) between(t *testing.T, from string, what change, nth int) (f fatality) {
	t.Helper()
	f.root = t.TempDir()
	f.dir = filepath.Join(f.root, "state")
	if what.begin != nil {
		f.before = files(t, from)
		if err := os.Mkdir(f.dir, 0o700); err != nil {
			t.Fatal(err)
		}
		writeAll(t, f.dir, f.before)
	}
	var err error
	if f.traced, err = trace(t, f.root, "traced "+what.do, nth); err != nil {
		t.Fatal(err)
	}
	f.done = slices.Contains(f.said, "done")
	if f.killed {
		c.add(&c.kills)
	}
	what.after(t, c, &f)
	return f
}

// TestFaultBetweenSystemCalls kills a process before each system call with which it changes a file.
// Without LANYARD_FULL it takes a dozen of them for each change.
func TestFaultBetweenSystemCalls(t *testing.T) {
	t.Parallel()
	mayTrace(t)
	const sample = 12
	for _, what := range allChanges(t) {
		t.Run(what.name, func(t *testing.T) {
			t.Parallel()
			c, random := harness(t)
			root := t.TempDir()
			if what.begin != nil {
				what.begin(t, root)
			}
			from := filepath.Join(root, "state")
			whole := c.between(t, from, what, 0)
			if !whole.done {
				t.Fatal("it was not done")
			}
			offset := random.Float64()
			for i, killed := 0, true; killed && (i < sample || full()) && i < 2*whole.calls; i++ {
				nth := 1 + i*what.every
				if !full() {
					nth = 1 + int((float64(i)+offset)*float64(whole.calls)/sample)
				}
				t.Run(fmt.Sprint("call ", nth), func(t *testing.T) {
					killed = c.between(t, from, what, nth).killed
				})
			}
			t.Logf("%d system calls change files", whole.calls)
		})
	}
}
