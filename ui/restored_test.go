package ui_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/store"
)

// swapped is a store that a restored backup can replace.
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
	return s.Store.View(ctx,
		func(r console.Reader) error { return f(swappedReader{r, s.at.Load()}) })
}

const saysRestored = "he store was replaced by a restored backup; this console shows it now"

// A console reports once that a backup was restored while it was open, and does not report an
// earlier restore.
func TestStoreWasRestored(t *testing.T) {
	t.Parallel()
	s := &swapped{}
	s.at.Store(3)
	l := keptBy(t, func(st *store.Store) console.Keeper { s.Store = st; return s },
		func(*console.Application) {})
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
