package console_test

import (
	"testing"

	"lanyard/console"
)

// Each outcome names its own exchange, also if other requests were sent before, meanwhile or after,
// and also for a failure.
func TestOutcomesNameTheirExchange(t *testing.T) {
	w := newWorld(t, func(e *console.Environment) {
		e.Regime, e.Endpoints.IntrospectURL = console.RegimeOpaque, base+"/introspect"
	})
	s, ctx := w.console(), t.Context()
	app := w.app("Payments", "PRODUCTION")
	seen := map[int64]bool{}
	is := func(what string, seq int64, verb, tokenID string) {
		t.Helper()
		for _, x := range must[console.Board](t)(s.Board(ctx)).Exchanges {
			switch {
			case x.Seq != seq:
			case x.Verb() != verb || x.TokenID != tokenID || seen[seq]:
				t.Errorf("%s names the exchange %d: %s of %q", what, seq, x.Verb(), x.TokenID)
			default:
				seen[seq] = true
				return
			}
		}
		t.Errorf("%s names no exchange of its own: %d", what, seq)
	}
	first := must[console.Outcome](t)(s.Get(ctx, app.ID, console.GetOptions{}))
	is("a get", first.Exchange, "get", "")
	next := must[console.Outcome](t)(s.Renew(ctx, first.Token.ID))
	is("a refresh", next.Exchange, "refresh", first.Token.ID)
	if out, err := s.Obtain(ctx, app.ID, console.ObtainOptions{}); err != nil || out.Exchange != 0 {
		t.Errorf("a token that is reused names the exchange %d: %v", out.Exchange, err)
	}
	id := next.Token.ID
	got, _, err := s.Probe(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	is("a probe", got.Exchange, "probe", id)
	told, _, err := s.Introspect(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	is("an introspection", told.Exchange, "introspect", id)
	if _, err := s.Revoke(ctx, id, console.RevokeBoth, 0); err != nil {
		t.Fatal(err)
	}
	done := must[[]console.Delivery](t)(s.DeliverOne(ctx, id))
	if len(done) != 2 {
		t.Fatalf("%d deliveries", len(done))
	}
	for _, d := range done {
		is("a delivery", d.Exchange, "revoke", id)
	}
	w.wire.cut(unreachable, nil)
	out, err := s.Get(ctx, app.ID, console.GetOptions{})
	if err == nil {
		t.Fatal("no connection is no error")
	}
	is("a get that failed", out.Exchange, "get", "")
	told, _, err = s.Introspect(ctx, first.Token.ID)
	if err == nil {
		t.Fatal("no connection is no error")
	}
	is("an introspection that failed", told.Exchange, "introspect", first.Token.ID)
}
