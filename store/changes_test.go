package store_test

import (
	"context"
	"errors"
	"maps"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/store"
)

// told waits for a signal.
func told(t *testing.T, c <-chan struct{}) {
	t.Helper()
	select {
	case _, ok := <-c:
		if !ok {
			t.Fatal("closed")
		}
	case <-time.After(patience):
		t.Fatal("nobody told")
	}
}

func TestChangesOfTwoStores(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "state")
	a, b := open(t, dir), open(t, dir)
	for _, c := range []struct {
		from *store.Store
		to   []*store.Store
	}{{a, []*store.Store{b, b, a}}, {b, []*store.Store{a}}} {
		var chans []<-chan struct{}
		for _, s := range c.to {
			chans = append(chans, s.Changes(t.Context()))
		}
		var tok console.Token
		tok.ID = "t"
		update(t, c.from, func(w console.Writer) error { return w.PutToken(&tok) })
		for i, ch := range chans {
			told(t, ch)
			view(t, c.to[i], func(r console.Reader) error {
				got, err := r.Token("t")
				if got.Rev != tok.Rev {
					t.Errorf("told before it could be seen: %d, %d", got.Rev, tok.Rev)
				}
				return err
			})
		}
	}
}

func TestOwnChangesAreToldAtOnceAndAsOne(t *testing.T) {
	s := memory(t)
	c, d := s.Changes(t.Context()), s.Changes(t.Context())
	for range 3 {
		update(t, s, func(w console.Writer) error { return w.SetSetting("k", "v") })
	}
	for _, c := range []<-chan struct{}{c, d} {
		if len(c) != 1 {
			t.Fatalf("%d signals", len(c))
		}
		<-c
	}
	// An Update that changes nothing, or that fails, sends no signal.
	update(t, s, func(console.Writer) error { return nil })
	update(t, s, func(w console.Writer) error {
		return errors.Join(w.ClearMark("x"), w.Release("x", "y"))
	})
	_ = s.Update(t.Context(),
		func(w console.Writer) error {
			return errors.Join(w.SetSetting("k", "w"), errors.New("no"))
		})
	if len(c) != 0 {
		t.Error("told of nothing")
	}
	// Each verb that writes sends a change.
	var tok console.Token
	for i, f := range []func(console.Writer) error{
		func(w console.Writer) error { return w.PutToken(&tok) },
		func(w console.Writer) error { return w.PutProbe("", console.Probe{}) },
		func(w console.Writer) error { return w.PutSecrets("", console.Secrets{}) },
		func(w console.Writer) error { return w.PutMark(console.Mark{}) },
		func(w console.Writer) error { return w.ClearMark("") },
		func(w console.Writer) error {
			return w.PutApplication(console.Application{}, console.Secrets{})
		},
	} {
		update(t, s, f)
		if len(c) != 1 {
			t.Fatalf("%d: not told", i)
		}
		<-c
	}
}

func TestChangesEnd(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ctx, cancel := context.WithCancel(t.Context())
		c, other := s.Changes(ctx), s.Changes(t.Context())
		cancel()
		for range c { // until it is closed
		}
		if _, ok := <-s.Changes(ctx); ok {
			t.Error("open after its end")
		}
		update(t, s, func(w console.Writer) error { return w.SetSetting("k", "v") })
		told(t, other)
	})
}

// Under -race: closing, ending and committing at once.
func TestChangesInAHurry(t *testing.T) {
	before := atWork()
	dir := t.TempDir()
	for range 5 {
		s, err := store.Open(t.Context(), dir, store.Options{Poll: time.Microsecond})
		if err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				ctx, cancel := context.WithCancel(t.Context())
				c := s.Changes(ctx)
				err := s.Update(ctx, func(w console.Writer) error { return w.SetSetting("k", "v") })
				if err != nil && !errors.Is(err, store.ErrClosed) {
					t.Error(err)
				}
				cancel()
				for range c {
				}
			})
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		all.Wait()
	}
	none(t, before)
}

// atWork returns the goroutines of this package by their number.
func atWork() map[string]string {
	buf := make([]byte, 1<<20)
	all := map[string]string{}
	for g := range strings.SplitSeq(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		if strings.Contains(g, "store.(*Store)") ||
			strings.Contains(g, "database/sql.(*DB).connectionOpener") {
			number, _, _ := strings.Cut(g, " [")
			all[number] = g
		}
	}
	return all
}

// none fails while goroutines of this package are left that were not there before. (A store whose
// files were replaced keeps its connections when it is closed.)
func none(t *testing.T, before map[string]string) {
	t.Helper()
	for deadline := time.Now().Add(patience); ; runtime.Gosched() {
		left := atWork()
		maps.DeleteFunc(left, func(number, _ string) bool { _, was := before[number]; return was })
		if len(left) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("left running: %v", left)
		}
	}
}
