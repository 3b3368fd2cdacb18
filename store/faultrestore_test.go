package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"filippo.io/age"

	"lanyard/store"
	"lanyard/tokenapi/secret"
)

// replaces restores one backup after the other, in the place of the store that is there.
func replaces(ctx context.Context, dir string, args []string) error {
	text, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	who, err := age.ParseIdentities(bytes.NewReader(text))
	if err != nil {
		return err
	}
	at := fate()
	fmt.Println("ready")
	for i := range 100 {
		b, err := os.ReadFile(args[1+i%2])
		if err != nil {
			return err
		}
		r := store.Restoring{Options: turning(), Replace: true}
		if len(args) > 3 {
			r.First = []string{args[3+i%(len(args)-3)]}
		}
		if _, err := store.Restore(ctx, dir, bytes.NewReader(b), who, r.AtStep(at)); err != nil {
			return err
		}
		fmt.Println("restored")
	}
	return nil
}

// times returns how often a restore reaches a step: once for each kept file, which are the database
// and its key.
func times(step string) int {
	if step == "closed" || step == "named" {
		return 2
	}
	return 1
}

// swapped reports whether a restore that dies at a step leaves the restored store, not the one from
// before.
func swapped(step string) bool {
	steps := store.RestoreSteps()
	return slices.Index(steps, step) >= slices.Index(steps, "swapped")
}

func TestFaultRestore(t *testing.T) {
	t.Parallel()
	c, random := harness(t)
	id := pair(t)
	at := t.TempDir()
	args := []string{filepath.Join(at, "identity")}
	if err := os.WriteFile(args[0], []byte(id.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{40, 70} { // two stores that can be told apart
		dir := t.TempDir()
		stocked(t, dir, n)
		path := filepath.Join(at, fmt.Sprint(n, ".age"))
		if err := open(t, dir).BackupTo(t.Context(), path, id.Recipient()); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	from := t.TempDir()
	stocked(t, from, 10)
	steps := slices.DeleteFunc(store.RestoreSteps(), func(step string) bool {
		return step == "cleared" || times(step) > 1 // see TestFaultRestoreKilledAtEveryStep
	})
	kinds := []string{"file", "file command", "command file"}
	for i := range len(steps) * len(kinds) * 2 {
		if !sampled(i, 8) {
			continue
		}
		dir, step, before := cloned(t, from), steps[i%len(steps)], i/len(steps)%2
		v := strike(t, dir, "replaces "+strings.Join(args, " ")+" "+kinds[i/len(steps)/2],
			fated(step, 1+before))
		c.died(t, v)
		restores := before
		if swapped(step) {
			restores++
		}
		want := []int{10, 40, 70}[restores]
		if got := c.replaced(t, dir, restores > 0); got != want {
			t.Errorf("%s: %d tokens after %d restores, not %d", step, got, restores, want)
			c.add(&c.lost)
		}
	}
	seen := map[int]int{}
	for i := 0; full() && i < 6; i++ {
		dir := cloned(t, from)
		v := strike(t, dir, "replaces "+strings.Join(args, " ")+" "+kinds[i%len(kinds)], tells)
		c.struck(v, 1+random.IntN(3*len(steps)))
		n := c.replaced(t, dir, len(v.said) > 0)
		if n != 10 && n != 40 && n != 70 || n == 10 && len(v.said) > 0 {
			t.Errorf("%d tokens after %d restores", n, len(v.said))
			c.add(&c.lost)
		}
		seen[n]++
	}
	t.Logf("tokens found after a kill at a random line: %v", seen)
}

// replaced opens a store after a restore was killed, checks its contents, and returns the number of
// its tokens. After a restore the first store is kept, and opens with its key.
func (c *tally) replaced(t *testing.T, dir string, restored bool) (n int) {
	t.Helper()
	s, err := store.Open(t.Context(), dir, turning())
	if err == nil {
		defer func() { _ = s.Close() }()
		err = s.Unlock(t.Context(), secret.Text{})
	}
	if err != nil {
		t.Errorf("neither the old store nor the new one opens: %v", err)
		c.add(&c.lost)
		return 0
	}
	text, err := s.Text("SELECT count(*) FROM token")
	if err != nil {
		t.Error(err)
	}
	n, _ = strconv.Atoi(text)
	var ids []string
	for i := range n {
		ids = append(ids, fmt.Sprint("t", i))
	}
	c.intact(t, s)
	c.holds(t, s, ids)
	if restored {
		c.kept(t, dir)
	}
	return n
}

// kept looks for the store with ten tokens among those that were put aside.
func (c *tally) kept(t *testing.T, dir string) {
	t.Helper()
	found := false
	copies, err := filepath.Glob(filepath.Join(dir, "lanyard.db.before-*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range copies {
		back := t.TempDir()
		db, err := os.ReadFile(path)
		key, err1 := os.ReadFile(strings.Replace(path, "lanyard.db.", "lanyard.key.", 1))
		if err1 != nil {
			continue // its key was not in a file: not the first one
		}
		if err := errors.Join(err, os.WriteFile(filepath.Join(back, "lanyard.db"), db, 0o600),
			os.WriteFile(filepath.Join(back, "lanyard.key"), key, 0o600)); err != nil {
			t.Fatal(err)
		}
		s := open(t, back)
		if n, err := s.Text("SELECT count(*) FROM token"); err == nil && n == "10" {
			sound(t, s, 10)
			found = true
		}
	}
	if !found {
		t.Errorf("the store from before is not among %d that were kept", len(copies))
		c.add(&c.lost)
	}
}

// remembering returns the slots of turning with a keyring that remembers keys, beside the state
// directory.
func remembering(dir string) store.Options {
	o := turning()
	o.Slots = append(o.Slots, store.RingOf(dirRing(dir+".ring"), patience, patience))
	return o
}

// restoreUntil restores and dies at a step.
func restoreUntil(ctx context.Context, dir string, args []string) error {
	id, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	who, err := age.ParseIdentities(bytes.NewReader(id))
	if err != nil {
		return err
	}
	b, err := os.ReadFile(args[1])
	if err != nil {
		return err
	}
	r := store.Restoring{Options: remembering(dir), Replace: true}
	r.First = []string{args[2]}
	_, err = store.Restore(ctx, dir, bytes.NewReader(b), who, r.AtStep(fate()))
	return err
}

func TestFaultRestoreKilledAtEveryStep(t *testing.T) {
	t.Parallel()
	c, _ := harness(t)
	id := pair(t)
	at := t.TempDir()
	args := filepath.Join(at, "identity") + " " + filepath.Join(at, "b.age")
	from := t.TempDir()
	stocked(t, from, 40)
	if err := errors.Join(os.WriteFile(filepath.Join(at, "identity"), []byte(id.String()), 0o600),
		open(t, from).BackupTo(t.Context(), filepath.Join(at, "b.age"),
			id.Recipient())); err != nil {
		t.Fatal(err)
	}
	i := 0
	for _, kind := range []string{"file", "command"} {
		for _, harm := range []string{"sound", "damaged", "fresh"} {
			for _, step := range store.RestoreSteps() {
				if step == "cleared" && harm != "damaged" || times(step) > 1 && harm == "fresh" {
					continue // there is nothing to clear, or to keep
				}
				for nth := range times(step) {
					i++
					if !sampled(i-1, 7) {
						continue
					}
					fate := fated(step, nth+1)
					t.Run(kind+" "+harm+" "+fate, func(t *testing.T) {
						dir := filepath.Join(t.TempDir(), "state")
						var old []byte
						if harm != "fresh" {
							db := stocked(t, dir, 10)
							if s := openWith(t, dir, remembering(dir)); s.Close() != nil {
								// the keyring remembers it now
								t.Fatal("not closed")
							}
							if harm == "damaged" {
								if err := os.WriteFile(db,
									bytes.Repeat([]byte("no database "), 1000), 0o600); err != nil {
									t.Fatal(err)
								}
							}
							old = files(t, dir)["lanyard.db"]
						}
						c.died(t, strike(t, dir, fmt.Sprintf("restore-until %s %s", args, kind),
							fate))
						again := store.Restoring{Options: remembering(dir), Replace: true}
						want := map[string]int{"sound": 10, "fresh": 0}[harm]
						switch {
						case swapped(step):
							want = 40
						case harm == "damaged":
							// files that do not open must be there unchanged, in their place or
							// beside it
							kept := false
							for name, b := range files(t, dir) {
								kept = kept || strings.HasPrefix(name, "lanyard.db") &&
									bytes.Equal(b, old)
							}
							if !kept {
								c.add(&c.lost)
								t.Error("the damaged database is gone")
							}
							b, err := os.ReadFile(filepath.Join(at, "b.age"))
							if err != nil {
								t.Fatal(err)
							}
							if _, err := store.Restore(t.Context(), dir, bytes.NewReader(b),
								[]age.Identity{id}, again); err != nil {
								t.Fatal(err)
							}
							want = 40
						}
						s, err := store.Open(t.Context(), dir, remembering(dir))
						if err == nil {
							err = s.Unlock(t.Context(), secret.Text{})
						}
						if err != nil {
							c.add(&c.lost)
							t.Fatal(err)
						}
						t.Cleanup(func() { _ = s.Close() })
						sound(t, s, want)
						if err := s.Rotate(t.Context(), store.Rotation{To: "file"}); err != nil {
							t.Fatal(err)
						}
						sound(t, s, want)
						for name := range files(t, dir) {
							if strings.HasPrefix(name, "lanyard.key.was-") {
								t.Errorf("%s is a second copy of a key that was kept", name)
							}
						}
						if i, err := s.KeyInfo(t.Context()); err != nil || i.Pinned != "keyring" ||
							len(i.Remembered) != 1 {
							t.Errorf("remembered: %+v %v", i, err)
						}
					})
				}
			}
		}
	}
}
