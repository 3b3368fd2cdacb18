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

// vanished is a store whose files can be deleted.
type vanished struct {
	*store.Store
	gone atomic.Bool
}

func (v *vanished) InPlace(context.Context) error {
	if v.gone.Load() {
		return &console.Error{Code: "store_replaced", Text: "/state/lanyard.db was deleted",
			Hint: "start lanyard again"}
	}
	return nil
}

func (*vanished) WriteOut(context.Context) (string, error) { return "/state/lanyard.out-1", nil }

// A notice reports once that the store is gone, and the screen shows it permanently. The contents
// of the console can be written out.
func TestStoreIsGone(t *testing.T) {
	t.Parallel()
	v := &vanished{}
	l := keptBy(t, func(st *store.Store) console.Keeper { v.Store = st; return v },
		func(*console.Application) {}).scoped("Orders")
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
	l.shows("store gone: nothing can be stored")
	l.shows(": write out keeps what this console holds")
	l.after(time.Minute)
	l.shows("store gone: nothing can be stored")
	l.Key("g")
	if l.api.tokens != 1 {
		t.Errorf("%d requests", l.api.tokens)
	}
	l.Key("q")
	l.shows("Write out what this console holds before it ends?")
	l.Key("esc")
	if l.Quit {
		t.Error("it quits without a word")
	}
	l.Do("write_out")
	l.said("written to /state/lanyard.out-1 lanyard --state /state/lanyard.out-1 opens it; to " +
		"put it back: lanyard --state /state/lanyard.out-1 backup FILE, then " +
		"lanyard restore FILE --replace")
	l.Key("q")
	if !l.Quit {
		t.Error("it asks again")
	}
}

// The answers to the question before a console without a store ends.
func TestQuitWithoutAStore(t *testing.T) {
	t.Parallel()
	for key, place := range map[string]string{"y": "/state/lanyard.out-1", "n": ""} {
		v := &vanished{}
		l := keptBy(t, func(st *store.Store) console.Keeper { v.Store = st; return v },
			func(*console.Application) {})
		v.gone.Store(true)
		l.Changed()
		l.Key("q")
		l.Key(key)
		if !l.Quit || l.svc.WroteOut() != place {
			t.Errorf("%s: quits %t, written to %q", key, l.Quit, l.svc.WroteOut())
		}
	}
}
