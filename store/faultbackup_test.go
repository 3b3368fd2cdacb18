package store_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"filippo.io/age"

	"lanyard/store"
)

// saves makes backups one after the other, for the recipient it is given.
func saves(ctx context.Context, dir string, args []string) error {
	to, err := age.ParseX25519Recipient(args[1])
	if err != nil {
		return err
	}
	s, err := store.Open(ctx, dir, patient(store.Options{}))
	if err != nil {
		return err
	}
	at := fate()
	s.AtStep(at)
	fmt.Println("ready")
	for i := range 100 {
		path := filepath.Join(args[0], fmt.Sprint("b", i, ".age"))
		if err := s.BackupTo(ctx, path, to); err != nil {
			return err
		}
		at("unsaid")
		fmt.Println(path)
	}
	return s.Close()
}

func TestFaultBackup(t *testing.T) {
	t.Parallel()
	c, random := harness(t)
	id := pair(t)
	dir := t.TempDir()
	stocked(t, dir, 30)
	w := strike(t, dir, "writes w", "")
	s := open(t, dir)
	backups, named := 0, []string{"named", "unsaid"}
	steps := append(store.BackupSteps(), "unsaid")
	for i := range 2 * len(steps) {
		if !sampled(i, 5) {
			continue
		}
		out, step := t.TempDir(), steps[i/2]
		w.ask(4)
		v := strike(t, dir, fmt.Sprintf("saves %s %s", out, id.Recipient()), fated(step, 1+i%2))
		c.died(t, v)
		want := i % 2
		if slices.Contains(named, step) {
			want++
		}
		if there := c.backups(t, out, id); there != want {
			t.Errorf("%s: %d have their name, not %d", step, there, want)
			c.add(&c.torn)
		}
		backups += want
		// The files that the killed process left do not stop the next backup.
		if err := s.BackupTo(t.Context(), filepath.Join(out, fmt.Sprintf("b%d.age", want)),
			id.Recipient()); err != nil {
			t.Error(err)
		}
	}
	for i := 0; full() && i < 6; i++ {
		out := t.TempDir()
		w.ask(4)
		v := strike(t, dir, fmt.Sprintf("saves %s %s", out, id.Recipient()), tells)
		c.struck(v, 1+random.IntN(3*len(steps)))
		there := c.backups(t, out, id)
		if there < len(v.said) {
			t.Errorf("%d were written, %d are there", len(v.said), there)
			c.add(&c.lost)
		}
		backups += there
	}
	if w.kill() {
		c.add(&c.kills)
	}
	c.holds(t, s, stored(w.said))
	c.torn += partly(t, s)
	t.Logf("%d backups of a store that was written to", backups)
}

// backups counts the files with the name of a backup. Each must be whole.
func (c *tally) backups(t *testing.T, out string, id age.Identity) int {
	t.Helper()
	there, err := filepath.Glob(filepath.Join(out, "b*.age"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range there {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		back := filepath.Join(t.TempDir(), "state")
		if _, err := store.Restore(t.Context(), back, bytes.NewReader(b), []age.Identity{id},
			store.Restoring{}); err != nil {
			t.Errorf("%s: %v", path, err)
			c.add(&c.torn)
			continue
		}
		c.torn += partly(t, open(t, back))
	}
	return len(there)
}

// partly returns 1 for a store that is damaged or whose counts do not fit together, and 0
// otherwise.
func partly(t *testing.T, s *store.Store) int {
	t.Helper()
	c := &tally{}
	c.intact(t, s)
	return c.torn
}
