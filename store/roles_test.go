package store_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi/secret"
)

// role is the work of a child process on a state directory, instead of writing tokens.
type role func(ctx context.Context, dir string, args []string) error

func roles() map[string]role {
	all := map[string]role{
		"hold": hold, "read": readOn, "late": late, "writes": writes, "turns": turns,
		"climb": climb,
		"saves": saves, "replaces": replaces, "restore-until": restoreUntil, "rotate": rotateUntil,
		"strengthens": strengthens, "looks": looks,
		"traced": changes,
	}
	maps.Copy(all, unixRoles())
	return all
}

// hold keeps the write lock until its standard input ends.
func hold(ctx context.Context, dir string, _ []string) error {
	s, err := store.Open(ctx, dir, store.Options{})
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	return s.Update(ctx, func(console.Writer) error {
		fmt.Println("held")
		_, _ = bufio.NewReader(os.Stdin).ReadByte()
		return nil
	})
}

// report prints how something went: "ok", or code and text of the store's error, each on one line.
func report(err error) error {
	if err == nil {
		fmt.Println("ok")
		return nil
	}
	e, ok := errors.AsType[*store.Error](err)
	if !ok || e.Hint == "" {
		return fmt.Errorf("not explained: %w", err)
	}
	fmt.Printf("%s: %v\n", e.Code, err)
	return nil
}

// put stores tokens first … last-1, each with a secret, and counts them, in one transaction.
func put(w console.Writer, first, last int) error {
	for i := first; i < last; i++ {
		id := fmt.Sprint("t", i)
		if err := errors.Join(w.PutToken(&console.Token{ID: id, Fingerprint: "12345678"}),
			w.PutSecrets(id, console.Secrets{Access: secret.New("secret of " + id)})); err != nil {
			return err
		}
	}
	return w.SetSetting("count", strconv.Itoa(last))
}

// sound checks that the store in dir holds exactly the tokens that put stored up to want, and is
// sound.
func sound(t testing.TB, s *store.Store, want int) {
	t.Helper()
	if v, err := s.Text(
		"SELECT group_concat(integrity_check) FROM pragma_integrity_check"); err != nil ||
		v != "ok" {
		t.Errorf("integrity: %s %v", v, err)
	}
	view(t, s, func(r console.Reader) error {
		ts, err := r.Tokens()
		if len(ts) != want {
			t.Errorf("%d tokens, not %d", len(ts), want)
		}
		n, err1 := r.Setting("count")
		if n != strconv.Itoa(want) && want > 0 {
			t.Errorf("counted %q, not %d", n, want)
		}
		for _, x := range ts {
			if got, err := r.Secrets(x.ID); err != nil ||
				!got.Access.Equal(secret.New("secret of "+x.ID)) {
				t.Errorf("the secret of %s: %v", x.ID, err)
			}
		}
		return errors.Join(err, err1)
	})
}

// stocked makes a store with n tokens in dir and closes it.
func stocked(t testing.TB, dir string, n int) (path string) {
	t.Helper()
	s, err := store.Open(t.Context(), dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	update(t, s, func(w console.Writer) error { return put(w, 0, n) })
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return s.Path()
}

// cloned returns another directory with the files of a store that is closed. Both stores have one
// key.
func cloned(t testing.TB, from string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, b := range files(t, from) {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// files returns all files of dir except the shared memory, which holds no data.
func files(t testing.TB, dir string) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() == "lanyard.db-shm" {
			continue
		}
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil && !e.IsDir() {
			t.Fatal(err)
		}
		all[e.Name()] = b
	}
	return all
}

// untouched checks that dir holds what it held before, byte for byte.
func untouched(t testing.TB, dir string, before map[string][]byte) {
	t.Helper()
	if after := files(t, dir); !maps.EqualFunc(before, after, bytes.Equal) {
		t.Errorf("changed: %v, before %v", sizes(after), sizes(before))
	}
}

func sizes(files map[string][]byte) map[string]int {
	all := map[string]int{}
	for name, b := range files {
		all[name] = len(b)
	}
	return all
}
