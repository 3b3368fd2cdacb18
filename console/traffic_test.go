package console_test

import (
	"slices"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/tokenapi/sandbox"
)

// run lets a client call with these tokens every second, for n seconds.
func (w *world) run(s *console.Service, n int, ids ...string) {
	w.t.Helper()
	for range n {
		if err := s.Traffic(w.t.Context(), ids); err != nil {
			w.t.Fatal(err)
		}
		w.clock.advance(time.Second)
	}
}

// traffic returns the statuses of the listed calls of a token's client.
func (w *world) traffic(s *console.Service, id string) (listed []int) {
	w.t.Helper()
	for _, x := range must[console.Board](w.t)(s.Board(w.t.Context())).Exchanges {
		if x.Op == console.OpTraffic && x.TokenID == id {
			listed = append(listed, x.Status)
		}
	}
	return listed
}

// repeats returns the number of calls that the listed ones of a token's client stand for.
func (w *world) repeats(s *console.Service, id string) (n []int) {
	w.t.Helper()
	for _, x := range must[console.Board](w.t)(s.Board(w.t.Context())).Exchanges {
		if x.Op == console.OpTraffic && x.TokenID == id {
			n = append(n, x.AsCall().Repeats+1)
		}
	}
	return n
}

// A client that calls every second fills neither the store nor the lists. Its calls are evidence
// all the same: they go on after the revoke, and prove the death.
func TestTraffic(t *testing.T) {
	t.Parallel()
	w := newWorldOf(t, sandbox.Options{CacheTTL: 150 * time.Second}, said(console.RegimeOpaque))
	s := w.console()
	id := must[console.Outcome](t)(s.Get(t.Context(), w.app("Orders", "PRODUCTION").ID,
		console.GetOptions{})).Token.ID
	w.run(s, 100, id)
	if n := len(w.token(id).Probes); n != console.KeepProbes {
		t.Errorf("%d probes are kept of 100", n)
	}
	if got := w.traffic(s, id); !slices.Equal(got, []int{200}) {
		t.Errorf("the calls %v are listed, want the first one", got)
	}
	must[console.Token](t)(s.Revoke(t.Context(), id, console.RevokeBoth, 0))
	if _, _, err := s.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.run(s, 49, id)
	if got := w.traffic(s, id); !slices.Equal(got, []int{200, 200}) {
		t.Errorf("the calls %v are listed, want the first one and the first one after the end", got)
	}
	if got := w.state(id); got != console.Lingering {
		t.Errorf("the token is %s while its client is let through", got)
	}
	sent := w.wire.sent("/orders/1.0.0/list")
	w.run(s, 20, id)
	if got := w.traffic(s, id); !slices.Equal(got, []int{200, 200, 401, 401, 401}) {
		t.Errorf("the calls %v are listed, want each refusal too", got)
	}
	if got := w.repeats(s, id); !slices.Equal(got, []int{100, 50, 1, 1, 1}) {
		t.Errorf("the listed calls stand for %v", got)
	}
	if n := w.wire.sent("/orders/1.0.0/list") - sent; n > 6 { // with the made-up tokens
		t.Errorf("%d calls in 20 seconds: the client has not stopped at the death", n)
	}
	if got := w.state(id); got != console.Dead {
		t.Errorf("the token is %s after three refusals", got)
	}
	log := must[[]console.Event](t)(s.Log(t.Context()))
	probed := 0
	for _, e := range log {
		if e.Kind == console.EventProbed {
			probed++
		}
	}
	if probed != 5 {
		t.Errorf("%d calls are logged, want those that are listed", probed)
	}
}

// A token that is gone does not keep the client from using the others.
func TestTrafficSkips(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.console()
	id := must[console.Outcome](t)(s.Get(t.Context(), w.app("Orders", "PRODUCTION").ID,
		console.GetOptions{})).Token.ID
	err := s.Traffic(t.Context(), []string{"t_gone", id})
	if console.CodeOf(err) != console.CodeNoToken {
		t.Errorf("the error is %v", err)
	}
	if n := len(w.token(id).Probes); n != 1 {
		t.Errorf("%d calls were stored, want 1", n)
	}
}

// Another run lists each call whose answer was stored in one transaction, with its own token.
func TestTrafficStoresEachListedCall(t *testing.T) {
	t.Parallel()
	w := newWorldOf(t, sandbox.Options{}, said(console.RegimeOpaque))
	s := w.console()
	get := func(name string) console.Token {
		app := w.app(name, "PRODUCTION")
		return must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
	}
	orders, payments := get("Orders"), get("Payments")
	w.run(s, 1, orders.ID, payments.ID)
	var got []string
	for _, c := range must[[]console.Call](t)(w.console().PastCalls(t.Context())) {
		if c.Verb == console.OpTraffic {
			got = append(got, string(c.Path)+" "+c.Fingerprint+" "+string(c.Verdict))
		}
	}
	slices.Sort(got)
	want := []string{
		"/orders/1.0.0/list " + orders.Fingerprint + " accepted",
		"/payments/1.0.0/balance " + payments.Fingerprint + " accepted",
	}
	if !slices.Equal(got, want) {
		t.Errorf("another run lists %q, want %q", got, want)
	}
}

// A Client stores usual answers when it is told to, in their order. An answer that is news is
// stored at once, after those before it.
func TestClientStores(t *testing.T) {
	t.Parallel()
	w := newWorldOf(t, sandbox.Options{CacheTTL: time.Minute}, said(console.RegimeOpaque))
	s := w.console()
	id := must[console.Outcome](t)(s.Get(t.Context(), w.app("Orders", "PRODUCTION").ID,
		console.GetOptions{})).Token.ID
	c := s.Client()
	call := func(n, stored int) {
		t.Helper()
		for range n {
			if err := c.Call(t.Context(), []string{id}); err != nil {
				t.Fatal(err)
			}
			w.clock.advance(time.Second)
		}
		probes := w.token(id).Probes
		if len(probes) != stored {
			t.Errorf("%d answers are stored, want %d", len(probes), stored)
		}
		for i := 1; i < len(probes); i++ {
			if gap := probes[i].At.Sub(probes[i-1].At); gap != time.Second {
				t.Errorf("answer %d is %s after the one before", i, gap)
			}
		}
	}
	call(1, 1) // the first is news
	call(5, 1)
	if err := c.Store(t.Context()); err != nil {
		t.Fatal(err)
	}
	call(4, 6)
	must[console.Token](t)(s.Revoke(t.Context(), id, console.RevokeBoth, 0))
	must[[]console.Delivery](t)(s.DeliverOne(t.Context(), id))
	call(50, 6)
	call(1, 61) // refused: the gateway has forgotten it
	call(2, 63)
	if got := w.traffic(s, id); !slices.Equal(got, []int{200, 401, 401, 401}) {
		t.Errorf("the calls %v are listed", got)
	}
}
