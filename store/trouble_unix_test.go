//go:build linux || darwin

package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"filippo.io/age"
	"golang.org/x/sys/unix"

	"lanyard/console"
	"lanyard/store"
)

func unixRoles() map[string]role {
	return map[string]role{"limited": limited, "reader": reader}
}

// newStep is a migration that needs room.
const newStep = "CREATE TABLE extra (x BLOB) STRICT; INSERT INTO extra VALUES " +
	"(zeroblob(200000)); ALTER TABLE token ADD COLUMN note TEXT NOT NULL DEFAULT 'new';"

// limit makes writes of this process fail beyond n bytes of a file, as on a disk without room.
func limit(n uint64) error {
	signal.Ignore(syscall.SIGXFSZ)
	var was unix.Rlimit
	err := unix.Getrlimit(unix.RLIMIT_FSIZE, &was)
	was.Cur = min(n, was.Max)
	return errors.Join(err, unix.Setrlimit(unix.RLIMIT_FSIZE, &was))
}

// limited is a child that works while its files cannot grow beyond a number of bytes.
func limited(ctx context.Context, dir string, args []string) error {
	n, err := strconv.ParseUint(args[1], 10, 64)
	if err != nil {
		return err
	}
	steps := store.SchemaSteps()
	switch args[0] {
	case "migrate":
		steps = append(steps, newStep)
	case "update":
		s, err := store.Open(ctx, dir, store.Options{})
		if err != nil {
			return err
		}
		first := n / 1_000_000
		fill := func(w console.Writer) error { return put(w, int(first), int(first)+250) }
		if err := errors.Join(limit(n%1_000_000), report(s.Update(ctx, fill)),
			limit(1<<40)); err != nil {
			return err
		}
		return errors.Join(report(s.Update(ctx, fill)), s.Close()) // there is room again
	}
	if err := limit(n); err != nil {
		return err
	}
	s, err := store.OpenSteps(ctx, dir, store.Options{}, steps)
	if err == nil {
		err = s.Close()
	}
	return report(err)
}

// runs returns the output of a child, line by line.
func runs(t *testing.T, dir, do string) []string {
	t.Helper()
	cmd, out := start(t, dir, do)
	var lines []string
	for out.Scan() {
		lines = append(lines, out.Text())
	}
	t.Logf("%s: %q", do, lines)
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%s: %v", do, err)
	}
	return lines
}

// noRoom checks that a line reports a disk without room, with the directory.
func noRoom(t *testing.T, line, dir string) {
	t.Helper()
	if code, _, _ := strings.Cut(line, ":"); code != "store_full" && code != "store_io" ||
		!strings.Contains(line, dir) || strings.Contains(line, "secret of") {
		t.Errorf("said %q", line)
	}
}

func TestNoRoomForAnUpdate(t *testing.T) {
	t.Parallel()
	for _, bytes := range []int{0, 30_000, 60_000} {
		dir := t.TempDir()
		stocked(t, dir, 10)
		said := runs(t, dir, fmt.Sprint("limited update ", 10*1_000_000+bytes))
		if len(said) != 2 || said[1] != "ok" {
			t.Fatalf("said %q", said)
		}
		noRoom(t, said[0], dir)
		sound(t, open(t, dir), 260) // the first tokens, and those of the second try once
	}
}

func TestNoRoomToMigrate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := stocked(t, dir, 100)
	before := files(t, dir)
	sound(t, open(t, dir), 100)
	failed := 0
	// The limits begin at no room for a copy, then cut the copy or a step, and end at enough for
	// everything.
	for _, bytes := range []int{0, 4096, len(before["lanyard.db"]) / 2,
		len(before["lanyard.db"]) - 1, len(before["lanyard.db"]) + 4096} {
		said := runs(t, dir, fmt.Sprint("limited migrate ", bytes))
		if said[0] == "ok" {
			t.Errorf("%d bytes were enough", bytes)
		} else {
			noRoom(t, said[0], dir)
			failed++
		}
		sound(t, open(t, dir), 100) // by the program that knows the old form alone
	}
	copies, err := filepath.Glob(path + ".v*")
	if err != nil || len(copies) > 1 { // of the try whose copy had room
		t.Error(copies, err)
	}
	if said := runs(t, dir, fmt.Sprint("limited migrate ", 1<<40)); said[0] != "ok" {
		t.Fatal(said)
	}
	s, err := store.OpenSteps(t.Context(), dir, store.Options{},
		append(store.SchemaSteps(), newStep))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	sound(t, s, 100)
}

func TestNoRoomAtTheFirstStart(t *testing.T) {
	t.Parallel()
	failed := 0
	for bytes := 0; bytes <= 160_000; bytes += 20_000 {
		dir := filepath.Join(t.TempDir(), "state")
		if said := runs(t, dir, fmt.Sprint("limited first ", bytes)); said[0] != "ok" {
			noRoom(t, said[0], dir)
			failed++
		}
		stocked(t, dir, 3) // the unfinished store does not hinder
		sound(t, open(t, dir), 3)
	}
	if failed == 0 {
		t.Error("there was room for everything")
	}
}

// reader is a child that lists and writes in a store that it may not write to, as a user other than
// root.
func reader(ctx context.Context, dir string, args []string) error {
	if os.Geteuid() == 0 {
		uid, err := strconv.Atoi(args[0])
		if err := errors.Join(err, syscall.Setgroups(nil), syscall.Setgid(uid),
			syscall.Setuid(uid)); err != nil {
			return err
		}
	}
	_, err := store.Open(ctx, dir, store.Options{}) // for a verb
	if err := report(err); err != nil {
		return err
	}
	s, err := store.Open(ctx, dir, store.Options{Lists: true})
	if err != nil {
		return report(err)
	}
	if err := s.View(ctx, func(r console.Reader) error {
		ts, err := r.Tokens()
		fmt.Println(len(ts), "tokens")
		return err
	}); err != nil {
		return report(err)
	}
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := s.Backup(ctx, &b, id.Recipient()); err != nil {
		return report(err)
	}
	plain, err := age.Decrypt(&b, id)
	if err != nil {
		return err
	}
	size, err := io.Copy(io.Discard, plain)
	fmt.Println("backed up:", size > 20_000, err)
	return errors.Join(
		report(s.Update(ctx, func(w console.Writer) error { return put(w, 100, 101) })), s.Close())
}

// nobody is a user other than root. A test that runs as root has an ordinary user's permissions
// with it.
const nobody = 65534

// public returns a directory that other users cannot enter, with a store that belongs to the user
// of reader.
func public(t *testing.T) (dir string) {
	t.Helper()
	base, err := os.MkdirTemp("", "lanyard-test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = errors.Join(os.Chmod(filepath.Join(base, "state"), 0o700), os.RemoveAll(base))
	})
	dir = filepath.Join(base, "state")
	if err := errors.Join(os.Chmod(base, 0o755), os.Mkdir(dir, 0o700)); err != nil {
		// no other user may enter
		t.Fatal(err)
	}
	return dir
}

// handOver gives a directory and its files to the reader, with these permissions.
func handOver(t *testing.T, dir string, dirMode, fileMode os.FileMode) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		err = errors.Join(err, os.Chmod(filepath.Join(dir, e.Name()), fileMode))
		if os.Geteuid() == 0 {
			err = errors.Join(err, os.Chown(filepath.Join(dir, e.Name()), nobody, nobody))
		}
	}
	if os.Geteuid() == 0 {
		err = errors.Join(err, os.Chown(dir, nobody, nobody))
	}
	if err := errors.Join(err, os.Chmod(dir, dirMode)); err != nil {
		t.Fatal(err)
	}
}

func TestWhatCanOnlyBeReadIsListed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		dir, file os.FileMode
		logged    bool // a killed process left its write-ahead log
	}{
		"directory":              {0o500, 0o600, false},
		"file":                   {0o700, 0o400, false},
		"both":                   {0o500, 0o400, false},
		"directory with its log": {0o500, 0o600, true},
		"both with their log":    {0o500, 0o400, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := public(t)
			stocked(t, dir, 10)
			if c.logged {
				s := open(t, dir)
				update(t, s, func(w console.Writer) error { return put(w, 10, 12) })
				from := files(t, dir)
				shm, err := os.ReadFile(s.Path() + "-shm")
				if err != nil || len(from["lanyard.db-wal"]) == 0 {
					t.Fatal(err)
				}
				dir = public(t) // as a killed process leaves it
				from["lanyard.db-shm"] = shm
				for name, b := range from {
					if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
						t.Fatal(err)
					}
				}
			}
			before := files(t, dir)
			handOver(t, dir, c.dir, c.file)
			said := runs(t, dir, fmt.Sprint("reader ", nobody))
			if os.Geteuid() == 0 {
				if err := os.Chown(dir, 0, 0); err != nil {
					t.Fatal(err)
				}
			}
			tokens := "10 tokens"
			if c.logged {
				tokens = "12 tokens"
			}
			if len(said) != 4 || !strings.HasPrefix(said[0], "store_read_only: ") ||
				!strings.Contains(said[0], dir) || said[1] != tokens ||
				said[2] != "backed up: true <nil>" ||
				!strings.HasPrefix(said[3], "store_read_only: ") {
				t.Errorf("said %q", said)
			}
			untouched(t, dir, before)
		})
	}
}

func TestNothingThereAndNoRightToMakeIt(t *testing.T) {
	t.Parallel()
	dir := public(t)
	handOver(t, dir, 0o500, 0o600)
	for _, at := range []string{dir, filepath.Join(dir, "below")} {
		said := runs(t, at, fmt.Sprint("reader ", nobody))
		if len(said) != 2 || !strings.HasPrefix(said[0], "store_read_only: ") ||
			!strings.Contains(said[0], at) || said[0] != said[1] {
			t.Errorf("said %q", said)
		}
	}
	if len(files(t, dir)) != 0 {
		t.Error("something was made")
	}
}

// An older form that can only be read is not read as if it were the present one.
func TestOlderFormThatCanOnlyBeRead(t *testing.T) {
	t.Parallel()
	dir := public(t)
	steps := store.SchemaSteps()
	s, err := store.OpenSteps(t.Context(), dir, store.Options{}, steps)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Exec(fmt.Sprintf("PRAGMA user_version = %d", len(steps)-1)); err != nil {
		t.Fatal(err)
	}
	_ = s.Close()
	before := files(t, dir)
	handOver(t, dir, 0o500, 0o600)
	said := runs(t, dir, fmt.Sprint("reader ", nobody))
	if len(said) != 2 ||
		!strings.Contains(said[1],
			fmt.Sprintf("has schema version %d and cannot be brought to %d", len(steps)-1,
				len(steps))) {
		t.Errorf("said %q", said)
	}
	untouched(t, dir, before)
}

// The owner of a store could not use the files that root adds.
func TestRootInTheStoreOfAnother(t *testing.T) {
	dir := t.TempDir()
	stocked(t, dir, 1)
	before := files(t, dir)
	me := os.Geteuid()
	_, err := store.Open(t.Context(), dir,
		store.Options{}.Owned(func(string) int { return 4711 }).AsUser(0))
	explained(t, err, "store_owner",
		fmt.Sprintf("%s belongs to user 4711, and this is user 0", dir))
	if !strings.Contains(console.Hint(err), "not with sudo") {
		t.Error(console.Hint(err))
	}
	if !strings.HasSuffix(console.Hint(err), "chown -R 0 "+dir) {
		t.Error(console.Hint(err))
	}
	for _, name := range []string{filepath.Base(dir), "lanyard.db", "lanyard.key"} {
		_, err := store.Open(t.Context(), dir,
			store.Options{}.AsUser(me+1).Owned(func(n string) int {
				if n == name {
					return me
				}
				return me + 1
			}))
		path := filepath.Join(dir, name)
		if name == filepath.Base(dir) {
			path = dir
		}
		explained(t, err, "store_owner",
			fmt.Sprintf("%s belongs to user %d, and this is user %d", path, me, me+1))
		if want := fmt.Sprintf("chown -R %d %s", me+1, dir); !strings.Contains(console.Hint(err),
			want) || !strings.Contains(console.Hint(err), "--state") {
			t.Errorf("%q does not say %q", console.Hint(err), want)
		}
	}
	untouched(t, dir, before)
}

func TestWriteLockOfAnotherProcess(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	stocked(t, dir, 5)
	other := strike(t, dir, "hold", "")
	other.did(1)
	s, err := store.Open(t.Context(), dir, store.Options{Busy: 20 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	write := func(w console.Writer) error { return put(w, 5, 6) }
	explained(t, s.Update(t.Context(), write), "store_busy", s.Path())
	patient := open(t, dir)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err = patient.Update(ctx, write)
	explained(t, err, "store_busy", s.Path())
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	sound(t, s, 5) // reading goes on
	_ = other.in.Close()
	if other.killed() || !other.cmd.ProcessState.Success() {
		t.Fatal(other.cmd.ProcessState)
	}
	update(t, s, write)
	sound(t, s, 6)
}
