package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi/secret"
)

func open(t testing.TB, dir string) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), dir,
		patient(store.Options{Poll: 10 * time.Millisecond}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// patient returns options with which a store waits for other transactions longer than a busy
// machine needs.
func patient(o store.Options) store.Options {
	o.Busy = patience
	return o
}

func memory(t testing.TB) *store.Store {
	t.Helper()
	s, err := store.OpenMemory(context.Background(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// each runs f on a store on disk and on one in memory.

func each(t *testing.T, f func(*testing.T, *store.Store)) {
	t.Run("disk", func(t *testing.T) { f(t, open(t, filepath.Join(t.TempDir(), "state"))) })
	t.Run("memory", func(t *testing.T) { f(t, memory(t)) })
}

func update(t testing.TB, s *store.Store, f func(console.Writer) error) {
	t.Helper()
	if err := s.Update(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

func view(t testing.TB, s *store.Store, f func(console.Reader) error) {
	t.Helper()
	if err := s.View(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

// fill sets everything that v points to to something that is not zero and met nowhere else, so that
// a

// column that was forgotten or crossed with another one goes red. Secrets are left alone.

func TestFailureRollsBack(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		boom := errors.New("boom")
		write := func(w console.Writer) error {
			return errors.Join(w.PutToken(&console.Token{ID: "a"}),
				w.PutMark(console.Mark{ID: "m"}), w.SetSetting("k", "v"),
				w.PutApplication(console.Application{ID: "p"},
					console.Secrets{Access: secret.New("s")}))
		}
		if err := s.Update(t.Context(),
			func(w console.Writer) error { return errors.Join(write(w), boom) }); !errors.Is(err,
			boom) {
			t.Error(err)
		}
		func() {
			defer func() {
				if recover() != "panic" {
					t.Error("the panic was swallowed")
				}
			}()
			_ = s.Update(t.Context(), func(w console.Writer) error {
				if err := write(w); err != nil {
					t.Error(err)
				}
				panic("panic")
			})
		}()
		view(t, s, func(r console.Reader) error {
			ts, err := r.Tokens()
			as, err1 := r.Applications()
			ms, err2 := r.Marks()
			v, err3 := r.Setting("k")
			if len(ts)+len(as)+len(ms) != 0 || v != "" {
				t.Error("something was kept", ts, as, ms, v)
			}
			return errors.Join(err, err1, err2, err3)
		})
	})
}

func TestViewIsOneReading(t *testing.T) {
	s := open(t, t.TempDir())
	view(t, s, func(r console.Reader) error {
		before, err := r.Tokens()
		update(t, s, func(w console.Writer) error { return w.PutToken(&console.Token{ID: "a"}) })
		after, err1 := r.Tokens()
		if len(before) != 0 || len(after) != 0 {
			t.Errorf("%d, then %d", len(before), len(after))
		}
		return errors.Join(err, err1)
	})
}

func TestContextEndsTheWait(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a, b := open(t, dir), open(t, dir)
	mem := memory(t)
	for _, p := range []struct {
		name         string
		holder, wait *store.Store
	}{{"same process", a, a}, {"other handle", a, b}, {"memory", mem, mem}} {
		t.Run(p.name, func(t *testing.T) {
			update(t, p.holder, func(console.Writer) error {
				ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
				defer cancel()
				err := p.wait.Update(ctx,
					func(console.Writer) error { return errors.New("got in") })
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("got %v", err)
				}
				return nil
			})
			// Afterwards the store works again.
			update(t, p.wait, func(w console.Writer) error { return w.SetSetting("k", p.name) })
		})
	}
}

func TestMemorySurvivesACancelledUpdate(t *testing.T) {
	s := memory(t)
	update(t, s, func(w console.Writer) error { return w.SetSetting("k", "v") })
	ctx, cancel := context.WithCancel(t.Context())
	err := s.Update(ctx, func(w console.Writer) error {
		cancel()
		return w.SetSetting("k", "lost")
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	view(t, s, func(r console.Reader) error {
		v, err := r.Setting("k")
		if v != "v" {
			t.Errorf("%q", v)
		}
		return err
	})
}

func TestMemorySurvivesALostConnection(t *testing.T) {
	s := memory(t)
	update(t, s, func(w console.Writer) error { return w.SetSetting("k", "v") })
	if err := s.DropConnection(t.Context()); err != nil {
		t.Fatal(err)
	}
	view(t, s, func(r console.Reader) error {
		v, err := r.Setting("k")
		if v != "v" {
			t.Errorf("%q", v)
		}
		return err
	})
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *store.Store) {
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				for j := range 10 {
					if err := s.Update(t.Context(), func(w console.Writer) error {
						v, err := w.Setting("k")
						return errors.Join(err, w.SetSetting("k", v+"x"),
							w.PutToken(&console.Token{ID: fmt.Sprint(i, j)}))
					}); err != nil {
						t.Error(err)
					}
					if err := s.View(t.Context(), func(r console.Reader) error {
						ts, err := r.Tokens()
						v, err1 := r.Setting("k")
						if len(ts) != len(v) {
							t.Errorf("%d tokens, counted %d", len(ts), len(v))
						}
						return errors.Join(err, err1)
					}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		view(t, s, func(r console.Reader) error {
			v, err := r.Setting("k")
			if len(v) != 80 {
				t.Errorf("%d of 80", len(v))
			}
			return err
		})
	})
}

func TestCloseWaits(t *testing.T) {
	for name, open := range map[string]func(testing.TB) *store.Store{
		"disk": func(t testing.TB) *store.Store {
			return open(t, filepath.Join(t.TempDir(), "state"))
		},
		"memory": memory,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := open(t)
				var over atomic.Bool
				closed := make(chan error, 1)
				changes := s.Changes(t.Context())
				update(t, s, func(w console.Writer) error {
					go func() {
						err := s.Close()
						if !over.Load() {
							t.Error("closed under a running update")
						}
						closed <- err
					}()
					synctest.Wait() // until Close has returned or waits
					if _, ok := <-changes; ok {
						t.Error("the channel is open")
					}
					err := w.SetSetting("k", "v")
					over.Store(true)
					return err
				})
				if err := <-closed; err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestLongReadingIsCutByItsContext(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		err := s.CountForEver(ctx)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		view(t, s, func(r console.Reader) error { _, err := r.Tokens(); return err })
	})
}

func TestMemoryStoresAreStrangers(t *testing.T) {
	a, b := memory(t), memory(t)
	update(t, a, func(w console.Writer) error { return w.SetSetting("k", "a") })
	view(t, b, func(r console.Reader) error {
		v, err := r.Setting("k")
		if v != "" {
			t.Errorf("%q", v)
		}
		return err
	})
	if a.Key().Kind != "memory" || a.Path() == b.Path() {
		t.Error(a.Key(), a.Path(), b.Path())
	}
}

func TestClosed(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		c := s.Changes(t.Context())
		if err := errors.Join(s.Close(), s.Close()); err != nil {
			t.Fatal(err)
		}
		if _, ok := <-c; ok {
			t.Error("the channel is open")
		}
		if _, ok := <-s.Changes(t.Context()); ok {
			t.Error("a new channel is open")
		}
		err := errors.Join(s.View(t.Context(), func(console.Reader) error { panic("ran") }), nil)
		if !errors.Is(err, store.ErrClosed) {
			t.Error(err)
		}
		if err := s.Update(t.Context(),
			func(console.Writer) error { panic("ran") }); !errors.Is(err, store.ErrClosed) {
			t.Error(err)
		}
	})
}

func TestOddPaths(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a b", "a?mode=memory", "a#b", "a%41", "ü", "file:x",
		"a;b'c\"d&e=f+g"} {
		dir := filepath.Join(t.TempDir(), name)
		s := open(t, dir)
		update(t, s, func(w console.Writer) error { return w.SetSetting("k", name) })
		if s.Path() != filepath.Join(dir, "lanyard.db") {
			t.Error(s.Path())
		}
		if info, err := os.Stat(s.Path()); err != nil || info.Size() == 0 {
			t.Errorf("%q: %v, %v", name, info, err)
		}
		beside, err := os.ReadDir(filepath.Dir(dir))
		if err != nil || len(beside) != 1 {
			t.Errorf("%q: something was written beside it: %v, %v", name, beside, err)
		}
	}
}

// canaries are the forms in which a leaked secret would be found.
