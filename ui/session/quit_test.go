package session_test

import (
	"context"
	"reflect"
	"sync/atomic"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi/secret"
	"lanyard/ui/session"
)

type noVault struct{}

func (noVault) Secret(
	context.Context, console.Application, console.SecretKind,
) (secret.Text, error) {
	return secret.Text{}, nil
}

// swapped is a store with a settable number of the last restored backup.
type swapped struct {
	*store.Store
	restored atomic.Int64
}

type swappedReader struct {
	console.Reader
	restored int64
}

func (r swappedReader) Restored() int64 { return r.restored }

func (s *swapped) View(ctx context.Context, f func(console.Reader) error) error {
	return s.Store.View(ctx, func(r console.Reader) error {
		return f(swappedReader{r, s.restored.Load()})
	})
}

var now = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// newSession returns a session on an empty store, without changes of the store.
func newSession(t *testing.T) (*session.Session, *swapped) {
	t.Helper()
	st, err := store.OpenMemory(t.Context(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	kept := &swapped{Store: st}
	svc, err := console.New(console.Options{
		Clock: func() time.Time { return now }, Keeper: kept, Vault: noVault{}, Owner: "test",
		Connect: func(console.Environment) (console.API, error) { return nil, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return session.New(t.Context(), session.Options{
		Service: svc, Follow: func(*console.Service) <-chan struct{} { return nil },
	}), kept
}

// run runs work and all that follows from it, and returns the types of the facts.
func run(t *testing.T, s *session.Session, work []session.Work) (facts []reflect.Type) {
	t.Helper()
	for len(work) > 0 {
		work = append(work[1:], s.Apply(work[0](t.Context()), now)...)
	}
	for _, f := range s.Facts() {
		facts = append(facts, reflect.TypeOf(f))
	}
	return facts
}

// Restored must be the first fact, because a face compares the board with what it showed.
func TestRestoredIsToldBeforeTheBoard(t *testing.T) {
	t.Parallel()
	s, kept := newSession(t)
	restored, filed := reflect.TypeFor[session.Restored](), reflect.TypeFor[session.BoardFiled]()
	if got := run(t, s, s.Start(now)); !reflect.DeepEqual(got, []reflect.Type{filed}) {
		t.Errorf("the first reading tells %v", got)
	}
	kept.restored.Store(7)
	got := run(t, s, s.Apply(session.StoreChanged{}, now))
	if !reflect.DeepEqual(got, []reflect.Type{restored, filed}) {
		t.Errorf("after a restore it tells %v", got)
	}
}

func TestQuitWaits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		asked session.Request
		waits bool
	}{
		"a prompt for the passphrase": {session.Unlock{}, true},
		"a write-out":                 {session.WriteOut{}, true},
		"a verb":                      {session.Renew{Token: "t_1"}, true},
		"a look at the log":           {session.ReadLog{}, false},
	} {
		s, _ := newSession(t)
		run(t, s, s.Start(now))
		pending := s.Do(c.asked, now)
		finished := reflect.TypeFor[session.Finished]()
		over := func(facts []reflect.Type) bool {
			return len(facts) > 0 && facts[len(facts)-1] == finished
		}
		if got := over(run(t, s, s.Do(session.Quit{Force: true}, now))); got == c.waits {
			t.Errorf("%s: over before its end: %t", name, got)
		}
		if c.waits && !over(run(t, s, pending)) {
			t.Errorf("%s: not over after its end", name)
		}
	}
}
