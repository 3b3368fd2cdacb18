package store_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"filippo.io/age"

	"lanyard/store"
)

// saves makes backups one after the other, for the recipient it is given.
func saves(ctx context.Context, dir string, args []string) error {
	to, err := age.ParseX25519Recipient(args[1])
	if err != nil {
		return err
	}
	s, err := store.Open(ctx, dir, store.Options{})
	if err != nil {
		return err
	}
	fmt.Println("ready")
	for i := 0; ; i++ {
		path := filepath.Join(args[0], fmt.Sprint("b", i, ".age"))
		if err := s.BackupTo(ctx, path, to); err != nil {
			return err
		}
		fmt.Println(path)
	}
}

func TestFaultBackup(t *testing.T) {
	c, dice := harness(t)
	id := pair(t)
	dir := t.TempDir()
	stocked(t, dir, 30)
	w := strike(t, dir, "w 1000000")
	backups := 0
	for range 12 {
		out := t.TempDir()
		v := strike(t, dir, fmt.Sprintf("saves %s %s", out, id.Recipient()))
		moment(dice, 150*time.Millisecond, v)
		if v.kill() {
			c.add(&c.kills)
		}
		there, err := filepath.Glob(filepath.Join(out, "b*.age"))
		if err != nil {
			t.Fatal(err)
		}
		if len(there) < len(v.said) {
			t.Errorf("%d were written, %d are there", len(v.said), len(there))
			c.add(&c.lost)
		}
		for _, path := range there { // what has its name is whole
			backups++
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			back := filepath.Join(t.TempDir(), "state")
			if _, err := store.Restore(t.Context(), back, bytes.NewReader(b), []age.Identity{id}, store.Restoring{}); err != nil {
				t.Errorf("%s: %v", path, err)
				c.add(&c.torn)
				continue
			}
			s := open(t, back)
			c.torn += partly(t, s)
		}
	}
	if w.kill() {
		c.add(&c.kills)
	}
	s := open(t, dir)
	c.holds(t, s, stored(w.said))
	c.torn += partly(t, s)
	t.Logf("%d backups of a store that was written to", backups)
}

// partly is 1 for a store in which something is only half there. (The writers of a stocked store count from what it says.)
func partly(t *testing.T, s *store.Store) int {
	t.Helper()
	c := &tally{}
	c.intact(t, s)
	return c.torn
}
