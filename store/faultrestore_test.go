package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

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
	fmt.Println("ready")
	for i := 0; ; i++ {
		b, err := os.ReadFile(args[1+i%2])
		if err != nil {
			return err
		}
		r := store.Restoring{Options: turning(), Replace: true}
		if len(args) > 3 {
			r.First = []string{args[3+i%(len(args)-3)]}
		}
		if _, err := store.Restore(ctx, dir, bytes.NewReader(b), who, r); err != nil {
			return err
		}
		fmt.Println("restored")
	}
}

func TestFaultRestore(t *testing.T) {
	c, dice := harness(t)
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
	seen, restored := map[int]int{}, 0
	for round := range 21 {
		dir := t.TempDir()
		stocked(t, dir, 10)
		kinds := []string{"file", "file command", "command file"}[round%3]
		v := strike(t, dir, "replaces "+strings.Join(args, " ")+" "+kinds)
		moment(dice, 250*time.Millisecond, v)
		if v.kill() {
			c.add(&c.kills)
		}
		restored += len(v.said)
		s, err := store.Open(t.Context(), dir, turning())
		if err == nil {
			err = s.Unlock(t.Context(), secret.Text{})
		}
		if err != nil {
			t.Errorf("neither the old store nor the new one opens: %v", err)
			c.add(&c.lost)
			continue
		}
		v2, err := s.Text("SELECT count(*) FROM token")
		n, _ := strconv.Atoi(v2)
		if err != nil || n != 10 && n != 40 && n != 70 || n == 10 && len(v.said) > 0 {
			t.Errorf("%s tokens after %d restores, %v", v2, len(v.said), err)
			c.add(&c.lost)
		}
		seen[n]++
		var ids []string
		for i := range n {
			ids = append(ids, fmt.Sprint("t", i))
		}
		c.intact(t, s)
		c.holds(t, s, ids)
		_ = s.Close()
		if len(v.said) > 0 { // then the first store is kept, and opens with its key
			c.kept(t, dir)
		}
	}
	t.Logf("%d restores came to their end; tokens found: %v", restored, seen)
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
		if err := errors.Join(err, os.WriteFile(filepath.Join(back, "lanyard.db"), db, 0o600), os.WriteFile(filepath.Join(back, "lanyard.key"), key, 0o600)); err != nil {
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
	r := store.Restoring{Options: turning(), Replace: true}
	r.First = []string{args[2]}
	_, err = store.Restore(ctx, dir, bytes.NewReader(b), who, r.AtStep(func(at string) {
		if at == args[3] {
			self, err := os.FindProcess(os.Getpid())
			if err := errors.Join(err, self.Kill()); err != nil {
				os.Exit(1)
			}
			select {} // the rest is not to happen
		}
	}))
	return err
}

func TestFaultRestoreKilledAtEveryStep(t *testing.T) {
	c, _ := harness(t)
	id := pair(t)
	at := t.TempDir()
	args := filepath.Join(at, "identity") + " " + filepath.Join(at, "b.age")
	from := t.TempDir()
	stocked(t, from, 40)
	if err := errors.Join(os.WriteFile(filepath.Join(at, "identity"), []byte(id.String()), 0o600),
		open(t, from).BackupTo(t.Context(), filepath.Join(at, "b.age"), id.Recipient())); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"file", "command"} {
		for _, harm := range []string{"sound", "damaged", "fresh"} {
			for _, step := range store.RestoreSteps() {
				if (step == "cleared") != (harm == "damaged") && step == "cleared" {
					continue // there is nothing to clear
				}
				t.Run(kind+" "+harm+" "+step, func(t *testing.T) {
					dir := filepath.Join(t.TempDir(), "state")
					var old []byte
					if harm != "fresh" {
						db := stocked(t, dir, 10)
						if harm == "damaged" {
							if err := os.WriteFile(db, bytes.Repeat([]byte("no database "), 1000), 0o600); err != nil {
								t.Fatal(err)
							}
						}
						old = files(t, dir)["lanyard.db"]
					}
					v := strike(t, dir, fmt.Sprintf("restore-until %s %s %s", args, kind, step))
					if !v.killed() {
						t.Fatal("it was not killed")
					}
					c.add(&c.kills)
					again := store.Restoring{Options: turning(), Replace: true}
					want := map[string]int{"sound": 10, "fresh": 0}[harm]
					switch {
					case step == "swapped":
						want = 40
					case harm == "damaged":
						kept := false // what does not open is there, byte for byte, in its place or beside
						for name, b := range files(t, dir) {
							kept = kept || strings.HasPrefix(name, "lanyard.db") && bytes.Equal(b, old)
						}
						if !kept {
							c.add(&c.lost)
							t.Error("the damaged database is gone")
						}
						b, err := os.ReadFile(filepath.Join(at, "b.age"))
						if err != nil {
							t.Fatal(err)
						}
						if _, err := store.Restore(t.Context(), dir, bytes.NewReader(b), []age.Identity{id}, again); err != nil {
							t.Fatal(err)
						}
						want = 40
					}
					s, err := store.Open(t.Context(), dir, turning())
					if err == nil {
						err = s.Unlock(t.Context(), secret.Text{})
					}
					if err != nil {
						c.add(&c.lost)
						t.Fatal(err)
					}
					t.Cleanup(func() { _ = s.Close() })
					sound(t, s, want)
					if err := s.Rotate(t.Context(), store.Rotation{To: "file"}); err != nil { // what was left lying is in nobody's way
						t.Fatal(err)
					}
					sound(t, s, want)
				})
			}
		}
	}
}
