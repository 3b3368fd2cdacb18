package ui_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/store"
	"lanyard/ui/plain"
)

// swapped is a store of which a restored backup takes the place.
type swapped struct {
	*store.Store
	at atomic.Int64
}

type swappedReader struct {
	console.Reader
	at int64
}

func (r swappedReader) Restored() int64 { return r.at }

func (s *swapped) View(ctx context.Context, f func(console.Reader) error) error {
	return s.Store.View(ctx, func(r console.Reader) error { return f(swappedReader{r, s.at.Load()}) })
}

const saysRestored = "he store was replaced by a restored backup; this console shows it now"

// A console says once that a backup was restored under it, and nothing where that was before it was
// opened.
func TestStoreWasRestored(t *testing.T) {
	t.Parallel()
	s := &swapped{}
	s.at.Store(3)
	l := keptBy(t, func(st *store.Store) console.Keeper { s.Store = st; return s }, func(*console.Application) {})
	said := func() int { return strings.Count(strings.Join(l.Log(), "\n"), saysRestored) }
	for want, at := range []int64{3, 7, 9} {
		s.at.Store(at)
		for range 3 {
			l.Changed()
			l.after(time.Second)
		}
		if said() != want {
			t.Errorf("at %d it was said %d times:\n%s", at, said(), strings.Join(l.Log(), "\n"))
		}
	}
}

func TestPlainStoreWasRestored(t *testing.T) {
	t.Parallel()
	s := &swapped{}
	s.at.Store(3)
	linesWith(t, func(o *plain.Options) {
		var err error
		if s.Store, err = store.OpenMemory(context.Background(), store.Options{}); err != nil {
			t.Fatal(err)
		}
		o.Service, err = console.New(console.Options{
			Clock: time.Now, Keeper: s, Vault: vault{}, Connect: func(console.Environment) (console.API, error) { return nil, nil }, Owner: "test",
		})
		if err != nil {
			t.Fatal(err)
		}
	}, as, func(l *talk) {
		change := func(at int64) string {
			s.at.Store(at)
			if err := s.Update(context.Background(), func(w console.Writer) error {
				return w.PutToken(&console.Token{ID: "t_restored", Fingerprint: "1234abcd"})
			}); err != nil {
				l.t.Fatal(err)
			}
			return l.typing("")
		}
		if said := l.out.since() + change(3); strings.Contains(said, saysRestored) {
			l.t.Errorf("said before: %q", said)
		}
		if said := change(7); strings.Count(said, saysRestored) != 1 {
			l.t.Errorf("said %q", said)
		}
		if said := change(7); strings.Contains(said, saysRestored) {
			l.t.Errorf("said again: %q", said)
		}
		_ = s.Close()
	})
}
