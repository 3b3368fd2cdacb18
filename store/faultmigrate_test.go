package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lanyard/store"
)

// manySteps are migrations that take their time.
func manySteps() []string {
	steps := store.SchemaSteps()
	for i := range 12 {
		steps = append(steps, fmt.Sprintf("CREATE TABLE extra%d (x BLOB) STRICT; INSERT INTO extra%d VALUES (zeroblob(200000)); ALTER TABLE token ADD COLUMN note%d TEXT NOT NULL DEFAULT 'new';", i, i, i))
	}
	return steps
}

// climb brings a store to the last of manySteps.
func climb(ctx context.Context, dir string, _ []string) error {
	fmt.Println("ready")
	s, err := store.OpenSteps(ctx, dir, store.Options{}, manySteps())
	if err != nil {
		return err
	}
	return s.Close()
}

func TestFaultMigration(t *testing.T) {
	c, dice := harness(t)
	reached := map[string]int{}
	for range 18 {
		dir := t.TempDir()
		db := stocked(t, dir, 50)
		v := strike(t, dir, "climb")
		moment(dice, 200*time.Millisecond, v)
		if v.kill() {
			c.add(&c.kills)
		}
		// With the new program it is brought to the end.
		at, err := store.OpenSteps(t.Context(), dir, store.Options{Lists: true}, nil)
		if e := codeOf(err); e != "store_newer" {
			t.Error(at, err)
		}
		_, where, _ := strings.Cut(fmt.Sprint(err), "version ")
		reached[strings.Split(where, ";")[0]]++
		s, err := store.OpenSteps(t.Context(), dir, store.Options{}, manySteps())
		if err != nil {
			t.Errorf("a killed migration is not taken up again: %v", err)
			c.add(&c.lost)
			continue
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
		copies, err := filepath.Glob(fmt.Sprintf("%s.v%d-*", db, len(store.SchemaSteps())))
		if err != nil {
			t.Fatal(err)
		}
		good := 0
		for _, path := range copies {
			if size := fileSize(t, path); size == 0 {
				continue // begun by the one that was killed, before anything was changed
			}
			back := t.TempDir()
			for from, to := range map[string]string{path: "lanyard.db", filepath.Join(dir, "lanyard.key"): "lanyard.key"} {
				b, err := os.ReadFile(from)
				if err := errors.Join(err, os.WriteFile(filepath.Join(back, to), b, 0o600)); err != nil {
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
	t.Log("killed at versions: ", reached)
}

func fileSize(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}
