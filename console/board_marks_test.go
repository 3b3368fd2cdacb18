package console_test

import (
	"context"
	"net/http"
	"testing"

	"lanyard/console"
	"lanyard/store"
)

// betweenReads is a keeper that calls stop in each reading, after the marks were read.
type betweenReads struct {
	console.Keeper
	stop func()
}

func (k betweenReads) View(ctx context.Context, f func(console.Reader) error) error {
	return k.Keeper.View(ctx, func(r console.Reader) error { return f(pausedReader{r, k.stop}) })
}

type pausedReader struct {
	console.Reader
	stop func()
}

func (r pausedReader) Marks() ([]console.Mark, error) {
	marks, err := r.Reader.Marks()
	r.stop()
	return marks, err
}

// A get that is answered while the board is being read does not show up there as a lost answer.
func TestBoardOfAGetThatEndsMeanwhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st, err := store.Open(t.Context(), t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	w.keeper = st
	sent, answer, done := make(chan struct{}), make(chan struct{}), make(chan error)
	real := w.wire.handler
	w.wire.handler = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		close(sent)
		<-answer
		real.ServeHTTP(rw, r)
	})
	stop := func() {}
	s := w.console(func(o *console.Options) {
		o.Keeper = betweenReads{o.Keeper, func() { stop() }}
	})
	go func() {
		_, err := s.Get(t.Context(), w.app("Orders", "PRODUCTION").ID, console.GetOptions{})
		done <- err
	}()
	<-sent
	stop = func() {
		stop = func() {}
		close(answer)
		if err := <-done; err != nil {
			t.Errorf("the get: %v", err)
		}
	}
	if b := must[console.Board](t)(s.Board(t.Context())); len(b.Marks) != 0 {
		t.Errorf("the board shows %d lost answers", len(b.Marks))
	}
	if b := must[console.Board](t)(s.Board(t.Context())); len(b.Tokens) != 1 || len(b.Marks) != 0 {
		t.Errorf("afterwards: %d tokens, %d marks", len(b.Tokens), len(b.Marks))
	}
}
