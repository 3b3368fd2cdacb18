package ui_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/store"
	"lanyard/ui"
)

// vanished is a store whose files were deleted.
type vanished struct {
	*store.Store
	gone atomic.Bool
}

func (v *vanished) InPlace(context.Context) error {
	if v.gone.Load() {
		return &console.Error{Code: "store_replaced", Text: "/state/lanyard.db was deleted", Hint: "start lanyard again"}
	}
	return nil
}

func (*vanished) WriteOut(context.Context) (string, error) { return "/state/lanyard.out-1", nil }

// A store that is gone is said once, shown for as long as it is so, and what the console holds can be written out.
func TestStoreIsGone(t *testing.T) {
	t.Parallel()
	v := &vanished{}
	l := keptBy(t, func(st *store.Store) console.Keeper { v.Store = st; return v }, func(*console.Application) {})
	l.Key("g")
	l.Do("write_out")
	l.said("the store is in its place")
	v.gone.Store(true)
	for range 3 {
		l.Changed()
	}
	if n := strings.Count(strings.Join(l.Log(), "\n"), "/state/lanyard.db was deleted"); n != 1 {
		t.Errorf("said %d times:\n%s", n, strings.Join(l.Log(), "\n"))
	}
	l.shows("nothing is stored")
	l.after(time.Minute)
	l.shows("nothing is stored")
	l.Key("g")
	if l.api.tokens != 1 {
		t.Errorf("%d requests", l.api.tokens)
	}
	l.Do("write_out")
	l.said("written to /state/lanyard.out-1 lanyard --state /state/lanyard.out-1 opens it")
}

func TestPlainStoreIsGone(t *testing.T) {
	t.Parallel()
	v := &vanished{}
	v.gone.Store(true)
	linesWith(t, func(o *ui.PlainOptions) {
		var err error
		if v.Store, err = store.OpenMemory(context.Background(), store.Options{}); err != nil {
			t.Fatal(err)
		}
		o.Service, err = console.New(console.Options{
			Clock: time.Now, Keeper: v, Vault: vault{}, Connect: func(console.Environment) (console.API, error) { return nil, nil }, Owner: "test",
		})
		if err != nil {
			t.Fatal(err)
		}
	}, as, func(l *talk) {
		if said := l.out.since(); !strings.Contains(said, "error: store: /state/lanyard.db was deleted\n") {
			l.t.Errorf("begins with %q", said)
		}
		l.types("tokens", "No token is held.")
		l.types("out", "written to /state/lanyard.out-1.", "hint: lanyard --state /state/lanyard.out-1 opens it")
		_ = v.Close()
	})
}
