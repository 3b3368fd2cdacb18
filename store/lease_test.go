package store_test

import (
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/store"
)

func TestLease(t *testing.T) {
	s := memory(t)
	at := func(n int) time.Time { return time.Unix(1000+int64(n), 0) }
	for i, c := range []struct {
		release    bool
		owner      string
		now, until int
		want       bool
	}{
		{false, "a", 0, 10, true},
		{false, "b", 0, 10, false},
		{false, "b", 9, 10, false},
		{false, "a", 5, 20, true},   // extended
		{false, "a", 6, 7, true},    // not shortened
		{false, "b", 19, 30, false}, // so it holds on
		{true, "b", 0, 0, true},     // held by another owner
		{false, "b", 19, 30, false},
		{false, "b", 20, 30, true}, // it ran out
		{false, "a", 20, 30, false},
		{true, "b", 0, 0, true},
		{false, "a", 20, 30, true},
		{false, "b", 40, 35, true}, // even if it has ended already
	} {
		update(t, s, func(w console.Writer) error {
			if c.release {
				return w.Release("k", c.owner)
			}
			got, err := w.Lease("k", c.owner, at(c.now), at(c.until))
			if got != c.want {
				t.Errorf("%d: %v", i, got)
			}
			return err
		})
	}
	update(t, s, func(w console.Writer) error {
		got, err := w.Lease("another", "z", at(0), at(1))
		if !got {
			t.Error("leases stand in each other's way")
		}
		return err
	})
}

func TestLeaseIsExclusive(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "state")
	stores := []*store.Store{open(t, dir), open(t, dir)}
	now := time.Unix(1000, 0)
	for round := range 5 {
		var holders atomic.Int32
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				var got bool
				err := stores[i%2].Update(t.Context(), func(w console.Writer) (err error) {
					got, err = w.Lease(fmt.Sprint(round), fmt.Sprint("owner", i), now,
						now.Add(time.Minute))
					return err
				})
				if err != nil {
					t.Error(err)
				}
				if got {
					holders.Add(1)
				}
			})
		}
		all.Wait()
		if n := holders.Load(); n != 1 {
			t.Errorf("%d holders", n)
		}
	}
}

func TestLeaseOf(t *testing.T) {
	s := memory(t)
	look := func(owner string, until time.Time) {
		t.Helper()
		view(t, s, func(r console.Reader) error {
			who, when, err := r.LeaseOf("k")
			if who != owner || !when.Equal(until) {
				t.Errorf("%q until %v, want %q until %v", who, when, owner, until)
			}
			return err
		})
	}
	look("", time.Time{})
	until := time.Unix(1000, 1)
	update(t, s, func(w console.Writer) error {
		_, err := w.Lease("k", "a", time.Unix(1, 0), until)
		return err
	})
	look("a", until)
	update(t, s, func(w console.Writer) error { return w.Release("k", "a") })
	look("", time.Time{})
}
