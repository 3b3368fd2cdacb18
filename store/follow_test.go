package store_test

import (
	"bufio"
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

	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi/secret"
)

// looks is a console in another process. For each line of its standard input it runs one
// transaction: it opens every secret, writes a token and prints the number of tokens before.
func looks(ctx context.Context, dir string, _ []string) error {
	s, err := store.Open(ctx, dir, turning())
	if err != nil {
		return err
	}
	if err := s.Unlock(ctx, secret.Text{}); err != nil {
		return err
	}
	fmt.Println("ready")
	lines := bufio.NewScanner(os.Stdin)
	for i := 0; lines.Scan(); i++ {
		n := 0
		if err := s.Update(ctx, func(w console.Writer) (err error) {
			if n, err = consistent(w); err != nil {
				return err
			}
			return putNext(w, "looks", i, func(string) {})
		}); err != nil {
			return err
		}
		fmt.Println(n)
	}
	return s.Close()
}

// consistent counts the tokens of a store to which put and putNext have written. Half of a
// transaction, or half of two stores, is an error.
func consistent(r console.Reader) (int, error) {
	ts, err := r.Tokens()
	if err != nil {
		return 0, err
	}
	if v, err := r.Setting("count"); err != nil || v != strconv.Itoa(len(ts)) {
		return 0, fmt.Errorf("%d tokens, counted %q: %w", len(ts), v, err)
	}
	for _, t := range ts {
		if got, err := r.Secrets(t.ID); err != nil ||
			!got.Access.Equal(secret.New("secret of "+t.ID)) {
			return 0, fmt.Errorf("the secret of %s: %w", t.ID, err)
		}
	}
	if len(r.Altered()) > 0 {
		return 0, fmt.Errorf("altered: %v", r.Altered())
	}
	return len(ts), nil
}

// backupOf is a backup of a store of n tokens.
func backupOf(t *testing.T, n int, id *age.X25519Identity) []byte {
	t.Helper()
	dir := t.TempDir()
	stocked(t, dir, n)
	return backedUp(t, open(t, dir), id.Recipient())
}

// Consoles that have the store open, in this process and in another one, read the restored store
// and write to it. A transaction that began before the restore reads the old store to its end.
func TestConsolesFollowARestore(t *testing.T) {
	t.Parallel()
	id := pair(t)
	b := backupOf(t, 31, id)
	for _, c := range [][2]string{{"file", "file"}, {"file", "command"}, {"command", "file"}} {
		t.Run(c[0]+" to "+c[1], func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			stocked(t, dir, 3)
			s := openWith(t, dir, turning())
			rotate(t, s, c[0])
			var before int64
			view(t, s, func(r console.Reader) (err error) { before, err = r.Rev(); return err })
			other := strike(t, dir, "looks", "")
			other.ask(1)
			other.did(1)
			reading := strike(t, dir, "read", "")
			reading.did(1)
			changed := s.Changes(t.Context())
			r := store.Restoring{Options: turning(), Replace: true}
			r.First = c[1:]
			r = r.AtStep(func(step string) {
				if step != "pinned" {
					return
				}
				view(t, s, func(r console.Reader) error {
					n, err := consistent(r)
					if n != 4 {
						t.Errorf("%d tokens before it is in", n)
					}
					return err
				})
			})
			done, err := store.Restore(t.Context(), dir, bytes.NewReader(b), []age.Identity{id}, r)
			if err != nil {
				t.Fatal(err)
			}
			told(t, changed)
			view(t, s, func(r console.Reader) error {
				n, err := consistent(r)
				rev, err1 := r.Rev()
				at := r.Restored()
				if n != 31 || at != rev || rev <= before {
					t.Errorf("%d tokens at revision %d, restored at %d, after %d", n, rev, at,
						before)
				}
				return errors.Join(err, err1)
			})
			other.ask(2)
			other.did(2)
			if _, err := s.Exec("PRAGMA wal_checkpoint(PASSIVE)"); err != nil {
				// the database itself is changed, too
				t.Fatal(err)
			}
			update(t, s, func(w console.Writer) error {
				return putNext(w, "here", 0, func(string) {})
			})
			other.ask(3)
			other.did(3)
			if err := errors.Join(s.InPlace(t.Context()), other.in.Close(),
				reading.in.Close()); err != nil {
				t.Error(err)
			}
			if reading.killed() || other.killed() || strings.Join(other.said, " ") != "3 31 33" {
				t.Errorf("the other process found %v tokens", other.said)
			}
			_ = s.Close()
			again := openWith(t, dir, turning())
			if err := again.Unlock(t.Context(), secret.Text{}); err != nil {
				t.Fatal(err)
			}
			view(t, again, func(r console.Reader) error {
				n, err := consistent(r)
				if n != 34 {
					t.Errorf("%d tokens at the end", n)
				}
				return err
			})
			keeps(t, done.Kept, 4)
		})
	}
}

// keeps checks that the store that a restore has kept opens, and that it holds want tokens.
func keeps(t *testing.T, kept []string, want int) {
	t.Helper()
	dir := t.TempDir()
	for _, path := range kept {
		name, _, _ := strings.Cut(filepath.Base(path), ".before-")
		b, err := os.ReadFile(path)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	s := openWith(t, dir, turning())
	if err := s.Unlock(t.Context(), secret.Text{}); err != nil {
		t.Fatal(err)
	}
	view(t, s, func(r console.Reader) error {
		n, err := consistent(r)
		if n != want {
			t.Errorf("%d tokens were kept, not %d", n, want)
		}
		return err
	})
}

// A console is locked after a restore whose key it cannot fetch, and opens with the new passphrase.
func TestConsoleAsksAfterARestore(t *testing.T) {
	t.Parallel()
	id, dir := pair(t), t.TempDir()
	b := backupOf(t, 31, id)
	stocked(t, dir, 3)
	s := openWith(t, dir, rings(t))
	r := store.Restoring{Options: rings(t), Replace: true, Passphrase: secret.New(phrase)}
	r.First = []string{"passphrase"}
	if _, err := store.Restore(t.Context(), dir, bytes.NewReader(b), []age.Identity{id},
		r); err != nil {
		t.Fatal(err)
	}
	view(t, s, func(r console.Reader) error {
		if ts, err := r.Tokens(); len(ts) != 31 || err != nil {
			t.Errorf("%d tokens, %v", len(ts), err)
		}
		_, err := r.Secrets("t1")
		explained(t, err, "store_locked", "passphrase")
		return nil
	})
	if k := s.Key(); !k.Locked || !k.Asks || k.Kind != "passphrase" {
		t.Errorf("%+v", k)
	}
	if err := s.Unlock(t.Context(), secret.New(phrase)); err != nil {
		t.Fatal(err)
	}
	sound(t, s, 31)
}

// A restore waits for answers that other processes wait for, so that they are in the store that it
// keeps. It gives up after its patience.
func TestRestoreWaitsForAnswers(t *testing.T) {
	t.Parallel()
	id, dir := pair(t), t.TempDir()
	b := backupOf(t, 31, id)
	stocked(t, dir, 3)
	s := open(t, dir)
	update(t, s, func(w console.Writer) error {
		_, err := w.Lease("client/1", "somebody", now(), now().Add(time.Minute))
		return err
	})
	r := store.Restoring{Options: patient(store.Options{}), Replace: true, LeaseNow: now}
	_, err := store.Restore(t.Context(), dir, bytes.NewReader(b), []age.Identity{id}, r)
	explained(t, err, "store_busy", "waits for an answer (1 requests)")
	sound(t, s, 3)
	if left, _ := filepath.Glob(filepath.Join(dir, "*key*")); len(left) != 1 {
		t.Error(left)
	}
	waiting, done := make(chan struct{}), make(chan error, 1)
	r.Patience, r.Waiting = patience, func() { close(waiting) }
	var got store.Restored
	go func() {
		var err error
		got, err = store.Restore(context.Background(), dir, bytes.NewReader(b), []age.Identity{id},
			r)
		done <- err
	}()
	<-waiting
	update(t, s, func(w console.Writer) error { return putNext(w, "answer", 0, func(string) {}) })
	select {
	case err := <-done:
		t.Fatalf("it did not wait: %v", err)
	default:
	}
	update(t, s, func(w console.Writer) error { return w.Release("client/1", "somebody") })
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	sound(t, s, 31)
	keeps(t, got.Kept, 4)
}

// A restore runs between two transactions of others. Each token that was reported as stored is in
// the new store, or in the one that was set aside.
func TestRestoreUnderWrites(t *testing.T) {
	t.Parallel()
	id, dir := pair(t), t.TempDir()
	b := backupOf(t, 31, id)
	stocked(t, dir, 3)
	const writers, each, restores = 3, 40, 4
	var all []*victim
	for i := range writers {
		all = append(all, strike(t, dir, fmt.Sprintf("w%d %d", i, each), ""))
	}
	s := open(t, dir)
	ctx, stop := context.WithCancel(t.Context())
	over := make(chan error, 1)
	go func() {
		for ctx.Err() == nil {
			if err := s.View(ctx,
				func(r console.Reader) error { _, err := consistent(r); return err }); err != nil &&
				ctx.Err() == nil {
				over <- err
				return
			}
		}
		over <- nil
	}()
	var kept [][]string
	for i := range restores {
		for _, v := range all {
			v.did(1 + i*each/restores)
		}
		r := store.Restoring{Options: patient(store.Options{}), Replace: true}
		done, err := store.Restore(t.Context(), dir, bytes.NewReader(b), []age.Identity{id}, r)
		if err != nil {
			t.Fatal(err)
		}
		kept = append(kept, done.Kept)
	}
	want := map[string]bool{}
	for _, v := range all {
		v.did(each)
		if v.killed() {
			t.Error("it did not end well")
		}
		for _, line := range v.said {
			want[strings.Replace(line, " ", "-", 1)] = true
		}
	}
	stop()
	if err := <-over; err != nil {
		t.Error(err)
	}
	tick := func(s *store.Store) {
		view(t, s, func(r console.Reader) error {
			ts, err := r.Tokens()
			_, err1 := consistent(r)
			for _, x := range ts {
				delete(want, x.ID)
			}
			return errors.Join(err, err1)
		})
	}
	tick(s)
	for _, paths := range kept {
		back := t.TempDir()
		for i, name := range []string{"lanyard.db", "lanyard.key"} {
			data, err := os.ReadFile(paths[i])
			if err := errors.Join(err,
				os.WriteFile(filepath.Join(back, name), data, 0o600)); err != nil {
				t.Fatal(err)
			}
		}
		tick(open(t, back))
	}
	if len(want) > 0 {
		t.Errorf("told as written, and nowhere: %v", want)
	}
}

// A restore also keeps the key of the replaced store if a change of that key was interrupted before
// the key had its lasting name.
func TestRestoreKeepsAKeyThatIsNotSettled(t *testing.T) {
	t.Parallel()
	id, dir := pair(t), t.TempDir()
	b := backupOf(t, 31, id)
	stocked(t, dir, 3)
	if !strike(t, dir, "rotate file", fated("committed", 1)).killed() {
		t.Fatal("it lived on")
	}
	done, err := store.Restore(t.Context(), dir, bytes.NewReader(b), []age.Identity{id},
		store.Restoring{Options: turning(), Replace: true})
	if err != nil {
		t.Fatal(err)
	}
	keeps(t, done.Kept, 3)
	sound(t, open(t, dir), 31)
}

// A restore writes the key file of the incoming store again if another process removed it as left
// over.
func TestRestoreWritesASweptKeyAgain(t *testing.T) {
	t.Parallel()
	id, dir := pair(t), t.TempDir()
	b := backupOf(t, 31, id)
	stocked(t, dir, 3)
	r := store.Restoring{Options: turning(), Replace: true}.AtStep(func(step string) {
		if step != "made" {
			return
		}
		coming, err := filepath.Glob(filepath.Join(dir, "lanyard.key.new-*"))
		if len(coming) != 1 || err != nil || os.Remove(coming[0]) != nil {
			t.Error(coming, err)
		}
	})
	if _, err := store.Restore(t.Context(), dir, bytes.NewReader(b), []age.Identity{id},
		r); err != nil {
		t.Fatal(err)
	}
	sound(t, open(t, dir), 31)
}

// A restore does not put an older store in place of one that a newer lanyard has open.
func TestRestoreOverANewerFormIsAlone(t *testing.T) {
	t.Parallel()
	id, dir := pair(t), t.TempDir()
	b := backupOf(t, 31, id)
	stocked(t, dir, 3)
	s := open(t, dir)
	if _, err := s.Exec("PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	r := store.Restoring{Options: store.Options{Busy: 20 * time.Millisecond}, Replace: true}
	_, err := store.Restore(t.Context(), dir, bytes.NewReader(b), []age.Identity{id}, r)
	explained(t, err, "store_busy", "lanyard.db")
	sound(t, s, 3)
}

// If a restore is killed at any step, a console that has the store open continues with the old
// store or the new one, and with its key.
func TestConsoleOutlivesAKilledRestore(t *testing.T) {
	t.Parallel()
	id, at := pair(t), t.TempDir()
	if err := errors.Join(os.WriteFile(filepath.Join(at, "identity"), []byte(id.String()), 0o600),
		os.WriteFile(filepath.Join(at, "b.age"), backupOf(t, 31, id), 0o600)); err != nil {
		t.Fatal(err)
	}
	for _, step := range store.RestoreSteps() {
		if step == "cleared" {
			continue
		}
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "state")
			stocked(t, dir, 10)
			s := openWith(t, dir, remembering(dir))
			child := strike(t, dir,
				fmt.Sprintf("restore-until %s %s file", filepath.Join(at, "identity"),
					filepath.Join(at, "b.age")), fated(step, 1))
			if !child.killed() {
				t.Fatal("it lived on")
			}
			want := 10
			if swapped(step) {
				want = 31
			}
			update(t, s, func(w console.Writer) error {
				n, err := consistent(w)
				if n != want {
					t.Errorf("%d tokens", n)
				}
				return errors.Join(err, putNext(w, "console", 0, func(string) {}))
			})
			if err := errors.Join(s.InPlace(t.Context()),
				s.Rotate(t.Context(), store.Rotation{To: "file"}), s.Close()); err != nil {
				t.Error(err)
			}
			sound(t, openWith(t, dir, remembering(dir)), want+1)
		})
	}
}
