package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/store"
	"lanyard/store/key"
	"lanyard/tokenapi/secret"
)

const phrase = "correct horse battery"

func openWith(t testing.TB, dir string, o store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), dir, patient(o))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// rings returns slots that a test can have everywhere: a variable and a program.
func rings(t testing.TB) store.Options {
	t.Helper()
	return store.Options{Slots: []store.KeySlot{
		store.Cheap(key.Passphrase()),
		store.Cheap(store.Environment("LANYARD_KEY",
			func(name string) (string, bool) { return "a text of sixteen or more " + name, true })),
		store.Cheap(store.Command("command \"pass\"",
			func(context.Context) (secret.Text, error) {
				return secret.New("what pass prints, long enough"), nil
			})),
	}}
}

func now() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }

// filled puts a secret into every sealed column of a store.
func filled(t testing.TB, s *store.Store) {
	t.Helper()
	update(t, s, func(w console.Writer) error {
		hash, err := w.Digest("access", secret.New("access"))
		return errors.Join(
			err,
			w.PutApplication(console.Application{ID: "p"},
				console.Secrets{Access: secret.New("consumer")}),
			w.PutPassword("p", secret.New("password")),
			w.PutToken(&console.Token{ID: "a", AccessHash: hash}),
			w.PutSecrets("a",
				console.Secrets{Access: secret.New("access"), Refresh: secret.New("refresh"),
					ID: secret.New("id")}))
	})
}

// whole checks every secret of filled.
func whole(t testing.TB, s *store.Store) {
	t.Helper()
	view(t, s, func(r console.Reader) error {
		got, err := r.Secrets("a")
		app, err2 := r.ConsumerSecret("p")
		password, err3 := r.Password("p")
		if !got.Access.Equal(secret.New("access")) || !got.Refresh.Equal(secret.New("refresh")) ||
			!got.ID.Equal(secret.New("id")) || !app.Access.Equal(secret.New("consumer")) ||
			!password.Equal(secret.New("password")) {
			t.Error("a secret is another one, or gone")
		}
		hash, err4 := r.Digest("access", secret.New("access"))
		if alike, err := r.TokensWhere(
			console.TokenFilter{AccessHashes: []string{hash}}); err != nil || hash == "" ||
			len(alike) != 1 || alike[0].ID != "a" {
			t.Error("the hash of a secret is another one than before:", hash, alike, err)
		}
		return errors.Join(err, err2, err3, err4)
	})
}

func rotate(t testing.TB, s *store.Store, to string) {
	t.Helper()
	if err := s.Rotate(t.Context(),
		store.Rotation{To: to, Passphrase: secret.New(phrase), Now: now}); err != nil {
		t.Fatal(err)
	}
}

func TestRotateFromEveryKindToEveryKind(t *testing.T) {
	for from, tos := range map[string][]string{
		"file": {"file", "passphrase", "env"}, "passphrase": {"file", "passphrase", "command"},
		"env": {"file", "passphrase", "env"}, "command": {"file"},
	} {
		for _, to := range tos {
			t.Run(from+" to "+to, func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				o := rings(t)
				s := openWith(t, dir, o)
				rotate(t, s, from)
				filled(t, s)
				other := openWith(t, dir, o)
				if err := other.Unlock(t.Context(), secret.New(phrase)); err != nil {
					t.Fatal(err)
				}
				before, err := s.Text(
					"SELECT hex(access) || hex(refresh) || hex(id_token) FROM token_secret")
				if err != nil {
					t.Fatal(err)
				}
				rotate(t, s, to)
				whole(t, s)
				after, err := s.Text(
					"SELECT hex(access) || hex(refresh) || hex(id_token) FROM token_secret")
				if err != nil || after == before {
					t.Error("not sealed anew", err)
				}
				if st := s.Key(); st.Kind != to || st.Locked {
					t.Errorf("%+v", st)
				}
				if to == "passphrase" && from != to {
					// The other console was never told this passphrase.
					if err := secretsOf(other, "a"); !errors.Is(err, store.ErrLocked) {
						t.Errorf("opened without its passphrase: %v", err)
					}
					listed(t, other, "a")
					if st := other.Key(); !st.Locked || !st.Asks || st.Kind != to {
						t.Errorf("%+v", st)
					}
					if err := other.Unlock(t.Context(), secret.New(phrase)); err != nil {
						t.Fatal(err)
					}
				}
				whole(t, other)
				if _, err := os.Stat(
					filepath.Join(dir, "lanyard.key")); (err == nil) != (to == "file") {
					t.Errorf("the key file: %v", err)
				}
				if left, _ := filepath.Glob(filepath.Join(dir, "*key*")); len(left) > 1 {
					t.Error(left)
				}
				again := openWith(t, dir, o)
				if err := again.Unlock(t.Context(), secret.New(phrase)); err != nil {
					t.Fatal(err)
				}
				whole(t, again)
			})
		}
	}
}

func TestRotateInMemory(t *testing.T) {
	s := memory(t)
	filled(t, s)
	rotate(t, s, "")
	whole(t, s)
	rotate(t, s, "")
	whole(t, s)
}

func TestOldCiphertextLeavesTheFiles(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	filled(t, s)
	old := map[string]string{}
	for _, c := range []string{"access", "refresh", "id_token"} {
		v, err := s.Text("SELECT CAST(" + c + " AS TEXT) FROM token_secret")
		if err != nil {
			t.Fatal(err)
		}
		old[c] = v
	}
	holds := func(text string) bool {
		for _, name := range []string{"lanyard.db", "lanyard.db-wal"} {
			b, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(b, []byte(text)) {
				return true
			}
		}
		return false
	}
	for c, v := range old {
		if !holds(v) {
			t.Fatalf("looked for %s in the wrong way", c)
		}
	}
	rotate(t, s, "")
	for c, v := range old {
		if holds(v) {
			t.Errorf("%s is still there as it was", c)
		}
	}
}

func TestRotateWaitsForAnswersOnTheirWay(t *testing.T) {
	dir := t.TempDir()
	s, other := open(t, dir), open(t, dir)
	filled(t, s)
	lease := func(until time.Time) {
		update(t, other, func(w console.Writer) error {
			_, err := w.Lease("app p", "somebody", now(), until)
			return err
		})
	}
	lease(now().Add(time.Minute))
	err := s.Rotate(t.Context(), store.Rotation{Now: now, LeaseNow: now})
	explained(t, err, "store_busy", "lanyard.db")
	whole(t, s)
	if left, _ := filepath.Glob(filepath.Join(dir, "*key*")); len(left) != 1 {
		t.Error(left)
	}
	waiting, done := make(chan struct{}), make(chan error, 1)
	go func() {
		done <- s.Rotate(context.Background(),
			store.Rotation{Now: now, LeaseNow: now, Patience: patience,
				Waiting: func() { close(waiting) }})
	}()
	<-waiting
	update(t, other, func(w console.Writer) error { // its answer is stored while the rotation waits
		return errors.Join(w.PutToken(&console.Token{ID: "b"}),
			w.PutSecrets("b", console.Secrets{Access: secret.New("b")}))
	})
	select {
	case err := <-done:
		t.Fatalf("it did not wait: %v", err)
	default:
	}
	update(t, other, func(w console.Writer) error { return w.Release("app p", "somebody") })
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	whole(t, other)
	if err := secretsOf(other, "b"); err != nil {
		t.Error(err)
	}
	lease(now().Add(-time.Second)) // lease of a dead process: it is over
	rotate(t, s, "")
}

func TestRotateUnderWrites(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	filled(t, s)
	ctx, stop := context.WithCancel(context.Background())
	const writers = 3
	wrote := make(chan int, writers)
	begun := make([]chan struct{}, writers)
	for i := range writers {
		begun[i] = make(chan struct{})
		other := open(t, dir)
		go func() {
			n := 0
			defer func() { wrote <- n }()
			defer close(begun[i])
			for ; ctx.Err() == nil; n++ {
				id := fmt.Sprint("w", i, "-", n)
				err := other.Update(context.Background(), func(w console.Writer) error {
					return errors.Join(w.PutToken(&console.Token{ID: id}),
						w.PutSecrets(id, console.Secrets{Access: secret.New(id)}))
				})
				if err == nil {
					err = other.View(context.Background(), func(r console.Reader) error {
						got, err := r.Secrets("a")
						if !got.Access.Equal(secret.New("access")) {
							err = errors.Join(err, errors.New("another secret"))
						}
						return err
					})
				}
				if err != nil {
					t.Error(err)
					return
				}
				if n%3 == 2 { // and lets other processes take the lock
					select {
					case begun[i] <- struct{}{}:
					case <-ctx.Done():
					}
				}
			}
		}()
	}
	for range 8 {
		for _, c := range begun { // a writer that loses the key five times in a row gives up
			<-c
		}
		rotate(t, s, "")
	}
	stop()
	n := 0
	for range writers {
		n += <-wrote
	}
	whole(t, s)
	view(t, s, func(r console.Reader) error {
		ts, err := r.Tokens()
		if len(ts) != n+1 {
			t.Errorf("%d tokens of %d", len(ts), n+1)
		}
		for _, x := range ts {
			_, err2 := r.Secrets(x.ID)
			err = errors.Join(err, err2)
		}
		return err
	})
}

func TestTwoRotationsAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	filled(t, open(t, dir))
	done := make(chan error, 4)
	for range cap(done) {
		s := open(t, dir)
		go func() {
			var err error
			for n := 0; n < 4; {
				e := s.Rotate(context.Background(), store.Rotation{Now: now})
				if codeOf(e) != "store_busy" { // else other processes were faster
					err = errors.Join(err, e)
					n++
				}
			}
			done <- err
		}()
	}
	for range cap(done) {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	whole(t, open(t, dir))
	if left, _ := filepath.Glob(filepath.Join(dir, "*key*")); len(left) != 1 {
		t.Error(left)
	}
}

// One sealed value that does not open does not stop a change of the key. The value stays as it is
// and opens with neither key.
func TestRotateWithADamagedSecret(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	filled(t, s)
	update(t, s, func(w console.Writer) error {
		return errors.Join(w.PutToken(&console.Token{ID: "z"}),
			w.PutSecrets("z", console.Secrets{Access: secret.New("z")}))
	})
	if _, err := s.Exec(
		"UPDATE token_secret SET access = zeroblob(60) WHERE token_id = 'z'"); err != nil {
		t.Fatal(err)
	}
	rotate(t, s, "")
	whole(t, s)
	again := open(t, dir)
	whole(t, again)
	damaged(t, again, console.Altered{Table: "token", ID: "z"})
}

// damaged checks that exactly these sealed values do not open, and that reading the secrets of a
// token among them fails with a hint.
func damaged(t *testing.T, s *store.Store, want ...console.Altered) {
	t.Helper()
	view(t, s, func(r console.Reader) error {
		got, err := r.Unopened()
		if !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		for _, a := range want {
			if a.Table != "token" {
				continue
			}
			_, err := r.Secrets(a.ID)
			if e, ok := errors.AsType[*store.Error](err); !ok || e.Code != "store_altered" ||
				!strings.Contains(e.Hint, a.ID) || !errors.Is(err, store.ErrKey) {
				t.Errorf("got %v", err)
			}
		}
		return err
	})
}

// An older store in which a value does not open is brought to the present form all the same.
func TestFirstMACsWithADamagedSecret(t *testing.T) {
	dir := legacy(t)
	behind(t, dir, "UPDATE token_secret SET access = zeroblob(200)")
	s := open(t, dir)
	if s.Key().Locked {
		t.Fatal(s.Unlock(t.Context(), secret.Text{}))
	}
	damaged(t, s, console.Altered{Table: "token", ID: "old"})
}

// A key for hashes that does not open counts as missing, and a new one is drawn.
func TestDamagedKeyForHashes(t *testing.T) {
	s := hashed(t, t.TempDir(), "a")
	if _, err := s.Exec("UPDATE hash_key SET key = zeroblob(90)"); err != nil {
		t.Fatal(err)
	}
	damaged(t, s, console.Altered{Table: "key for hashes", ID: "1"})
	update(t, s, func(w console.Writer) error {
		h, err := w.Digest("access", secret.New("x"))
		if h == "" {
			t.Error("nothing was hashed")
		}
		return err
	})
	damaged(t, s)
}
