package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lanyard/store"
)

// manySteps adds migrations that write a lot to the built-in ones.
func manySteps() []string {
	steps := store.SchemaSteps()
	for i := range 5 {
		steps = append(steps,
			fmt.Sprintf("CREATE TABLE extra%d (x BLOB) STRICT; INSERT INTO extra%d VALUES "+
				"(zeroblob(200000)); ALTER TABLE token ADD COLUMN note%d TEXT NOT NULL DEFAULT "+
				"'new';", i, i, i))
	}
	return steps
}

// climb brings a store to the last of manySteps.
func climb(ctx context.Context, dir string, _ []string) error {
	fmt.Println("ready")
	s, err := store.OpenSteps(ctx, dir, patient(store.Options{}).AtStep(fate()), manySteps())
	if err != nil {
		return err
	}
	return s.Close()
}

// climbs are the steps of climb, each with the schema version that the database has when a process
// dies there.
func climbs() (steps []string, versions []int) {
	first := len(store.SchemaSteps())
	for _, step := range store.CopySteps() {
		steps, versions = append(steps, step), append(versions, first)
	}
	for n := first + 1; n <= len(manySteps()); n++ {
		for _, how := range store.MigrationSteps() {
			version := n - 1
			if how == "committed" {
				version = n
			}
			steps, versions = append(steps, fmt.Sprintf("step %d %s", n, how)),
				append(versions, version)
		}
	}
	return steps, versions
}

func TestFaultMigration(t *testing.T) {
	t.Parallel()
	c, random := harness(t)
	from := t.TempDir()
	stocked(t, from, 50)
	steps, versions := climbs()
	for i, step := range steps {
		if !sampled(i, 5) {
			continue
		}
		dir := cloned(t, from)
		c.died(t, strike(t, dir, "climb", fated(step, 1)))
		if at := versionOf(t, dir); at != versions[i] {
			t.Errorf("%s: killed at version %d, not %d", step, at, versions[i])
			c.add(&c.torn)
		}
		c.climbed(t, dir)
	}
	reached := map[int]int{}
	for i := 0; full() && i < 6; i++ {
		dir := cloned(t, from)
		c.struck(strike(t, dir, "climb", tells), 1+random.IntN(len(steps)))
		reached[versionOf(t, dir)]++
		c.climbed(t, dir)
	}
	t.Log("killed after a random line at versions: ", reached)
}

// versionOf asks a program that knows no schema for that of a store.
func versionOf(t *testing.T, dir string) (version int) {
	t.Helper()
	_, err := store.OpenSteps(t.Context(), dir, store.Options{Lists: true}, nil)
	if codeOf(err) != "store_newer" {
		t.Error(err)
	}
	_, where, _ := strings.Cut(fmt.Sprint(err), "version ")
	if _, err := fmt.Sscan(strings.Split(where, ";")[0], &version); err != nil {
		t.Error(err)
	}
	return version
}

// climbed brings a store to the end whose migration was killed, and looks for its tokens and for
// the copy.
func (c *tally) climbed(t *testing.T, dir string) {
	t.Helper()
	s, err := store.OpenSteps(t.Context(), dir, store.Options{}, manySteps())
	if err != nil {
		t.Errorf("a killed migration is not taken up again: %v", err)
		c.add(&c.lost)
		return
	}
	var ids []string
	for i := range 50 {
		ids = append(ids, fmt.Sprint("t", i))
	}
	c.intact(t, s)
	c.holds(t, s, ids)
	version, err := s.Text("SELECT user_version FROM pragma_user_version")
	if err != nil || version != fmt.Sprint(len(manySteps())) {
		t.Errorf("version %s: %v", version, err)
	}
	_ = s.Close()
	// And a copy from before is whole: the old program can take it up.
	copies, err := filepath.Glob(
		filepath.Join(dir, fmt.Sprintf("lanyard.db.v%d-*", len(store.SchemaSteps()))))
	if err != nil {
		t.Fatal(err)
	}
	good := 0
	for _, path := range copies {
		if fileSize(t, path) == 0 {
			continue // begun by the one that was killed, before anything was changed
		}
		back := t.TempDir()
		for from, to := range map[string]string{path: "lanyard.db",
			filepath.Join(dir, "lanyard.key"): "lanyard.key"} {
			b, err := os.ReadFile(from)
			if err := errors.Join(err,
				os.WriteFile(filepath.Join(back, to), b, 0o600)); err != nil {
				t.Fatal(err)
			}
		}
		o, err := store.Open(t.Context(), back, store.Options{})
		if err != nil {
			continue // begun by the one that was killed
		}
		if n, err := o.Text("SELECT count(*) FROM token"); err == nil && n == "50" {
			c.intact(t, o)
			c.holds(t, o, ids)
			good++
		}
		_ = o.Close()
	}
	if good == 0 {
		t.Errorf("no whole copy among %d", len(copies))
		c.add(&c.lost)
	}
}

func fileSize(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}
