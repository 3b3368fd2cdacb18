package console_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/tokenapi"
	"lanyard/tokenapi/sandbox"
	"lanyard/tokenapi/secret"
)

// discovered leaves every endpoint to the issuer.
func discovered(e *console.Environment) {
	e.Issuer, e.Endpoints = base+"/oauth2/token", console.Endpoints{}
}

// Endpoints are discovered once, at first use. Configured ones take precedence.
func TestDiscovery(t *testing.T) {
	t.Parallel()
	w := newWorldOf(t, sandbox.Options{}, discovered,
		func(e *console.Environment) { e.Endpoints.RevokeURL = base + "/revoke" })
	s := w.console()
	app := w.app("Orders", "PRODUCTION")
	before := must[console.Board](t)(s.Board(t.Context())).Applications[0].Environment
	if before.Endpoints.TokenURL != "" || len(w.wire.posts) != 0 {
		t.Errorf("a list asks nobody: %+v", before.Endpoints)
	}
	tok := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
	must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{}))
	const document = "/oauth2/token/.well-known/openid-configuration"
	if n := w.wire.sent(document); n != 1 {
		t.Errorf("asked %d times", n)
	}
	e := must[console.Board](t)(s.Board(t.Context())).Applications[0].Environment.Endpoints
	if e.TokenURL != base+"/oauth2/token" || e.RevokeURL != base+"/revoke" ||
		e.IntrospectURL == "" || e.DeviceURL == "" || e.JWKSURL == "" || e.AuthorizeURL == "" {
		t.Errorf("endpoints %+v", e)
	}
	// Another console on the store knows, and the token is still the application's.
	other := w.console()
	if out, err := other.Renew(t.Context(), tok.ID); err != nil || !out.Same ||
		w.wire.sent(document) != 1 {
		t.Errorf("%+v %v, asked %d times", out, err, w.wire.sent(document))
	}
	// A day later it is asked again; when that fails, the old answer holds.
	w.clock.advance(25 * time.Hour)
	w.wire.cut(func(r *http.Request) error {
		if strings.Contains(r.URL.Path, "well-known") {
			return http.ErrServerClosed
		}
		return nil
	}, nil)
	if _, err := other.Get(t.Context(), app.ID, console.GetOptions{}); err != nil {
		t.Error(err)
	}
	// A new process has no remembered endpoint.
	fresh := newWorldOf(t, sandbox.Options{}, discovered)
	fresh.wire.cut(func(*http.Request) error { return http.ErrServerClosed }, nil)
	if _, err := fresh.console().Get(t.Context(), fresh.app("Orders", "PRODUCTION").ID,
		console.GetOptions{}); err == nil {
		t.Error("a token without an endpoint")
	}
}

// The answer of an introspection is stored with the token. An inactive that counts ends it.
func TestIntrospect(t *testing.T) {
	t.Parallel()
	w := newWorldOf(t, sandbox.Options{}, discovered)
	s := w.console()
	app := w.app("Orders", "PRODUCTION")
	tok := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
	w.probe(s, tok.ID, tokenapi.Accepted)
	ans, got, err := s.Introspect(t.Context(), tok.ID)
	if err != nil || !ans.Active || got.AtServer != console.ServerActive ||
		!got.AtServerAt.Equal(w.clock.Now()) {
		t.Fatalf("%+v %+v %v", ans, got, err)
	}
	// Revoked by another program: dead at the key manager, alive at the gateway. The state follows
	// the actions of this process only.
	sec := must[console.Secrets](t)(s.Secrets(t.Context(), tok.ID))
	elsewhere := w.console(func(o *console.Options) { o.Keeper = newWorld(t).keeper })
	leak := must[console.Token](t)(
		elsewhere.Adopt(t.Context(), app.ID, sec.Access, console.RevokeAccess))
	must[console.Token](t)(elsewhere.Revoke(t.Context(), leak.ID, console.RevokeAccess, 0))
	must[[]console.Delivery](t)(elsewhere.DeliverOne(t.Context(), leak.ID))
	if ans, got, err = s.Introspect(t.Context(), tok.ID); err != nil || ans.Active ||
		got.AtServer != console.ServerInactive {
		t.Errorf("%+v %+v %v", ans, got, err)
	}
	w.probe(s, tok.ID, tokenapi.Accepted)
	if got := w.state(tok.ID); got != console.Lingering {
		t.Errorf("state %s: this client was told active before, so that it counts", got)
	}
	w.clock.advance(w.env.CacheTTL)
	if got := w.state(tok.ID); got != console.Dead {
		t.Errorf("state %s after the window of what was revoked elsewhere", got)
	}
	// If the client may not introspect, that is a finding of its own, and the known state stays.
	closed := newWorldOf(t, sandbox.Options{IntrospectAdminOnly: true}, discovered)
	s = closed.console()
	tok = must[console.Outcome](t)(
		s.Get(t.Context(), closed.app("Orders", "PRODUCTION").ID, console.GetOptions{})).Token
	_, _, err = s.Introspect(t.Context(), tok.ID)
	if e, ok := tokenapi.AsError(err); !ok || e.Action != tokenapi.NotAllowedToAsk {
		t.Errorf("%v", err)
	}
	if got := closed.token(tok.ID); got.AtServer != console.NotAsked {
		t.Errorf("at server %q", got.AtServer)
	}
}

// A server clock that is ten minutes off changes no countdown.
func TestServerClockOff(t *testing.T) {
	t.Parallel()
	for _, off := range []time.Duration{10 * time.Minute, -10 * time.Minute} {
		w := newWorldOf(t, sandbox.Options{ClockOff: off, Profile: sandbox.ProfileJWT}, discovered)
		s := w.console()
		app := w.app("Orders", "PRODUCTION")
		tok := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
		if left := tok.ExpiresAt.Sub(w.clock.Now()); (left - time.Hour).Abs() > 2*time.Second {
			t.Errorf("%v off: %v left, want an hour", off, left)
		}
		if d, ok := s.Skew("sandbox"); !ok || (d-off).Abs() > 2*time.Second {
			t.Errorf("skew %v %v, want %v", d, ok, off)
		}
		i := must[console.Inspection](t)(
			s.InspectToken(t.Context(), tok.ID, console.InspectOptions{}))
		if !i.Check.Verified || len(i.Problems) != 0 {
			t.Errorf("%v off: verified %v (%s), problems %q", off, i.Check.Verified, i.Check.Why,
				i.Problems)
		}
		// A life that only introspection names is in the server's time.
		sec := must[console.Secrets](t)(s.Secrets(t.Context(), tok.ID))
		other := w.console(func(o *console.Options) { o.Keeper = newWorld(t).keeper })
		adopted := must[console.Token](t)(
			other.Adopt(t.Context(), app.ID, sec.Access, console.RevokeAccess))
		if _, adopted, err := other.Introspect(t.Context(), adopted.ID); err != nil ||
			adopted.ExpiresAt.Sub(tok.ExpiresAt).Abs() > 2*time.Second {
			t.Errorf("%v off: adopted until %v, want %v (%v)", off, adopted.ExpiresAt,
				tok.ExpiresAt, err)
		}
	}
}

func TestInspect(t *testing.T) {
	t.Parallel()
	w := newWorldOf(t, sandbox.Options{Profile: sandbox.ProfileJWT}, discovered)
	s := w.console()
	app := w.app("Orders", "PRODUCTION")
	tok := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
	text := must[console.Secrets](t)(s.Secrets(t.Context(), tok.ID)).Access.Reveal()

	copied := secret.New("Authorization: Bearer \"" + text[:40] + "\n  " + text[40:] + "\"\n")
	i := must[console.Inspection](t)(s.Inspect(t.Context(), copied, console.InspectOptions{}))
	if i.Held == nil || i.Held.ID != tok.ID || i.Fingerprint != tok.Fingerprint || i.JWT == nil ||
		!i.Check.Verified {
		t.Errorf("as it was copied: %+v", i)
	}
	keys := w.wire.sent("/oauth2/jwks")
	must[console.Inspection](t)(s.Inspect(t.Context(), secret.New(text), console.InspectOptions{}))
	if n := w.wire.sent("/oauth2/jwks"); keys != 1 || n != 1 {
		t.Errorf("the keys were fetched %d and %d times", keys, n)
	}

	parts := strings.Split(text, ".")
	forged := parts[0] + "." + parts[1][:len(parts[1])-4] + "AAAA." + parts[2]
	if i = must[console.Inspection](t)(
		s.Inspect(t.Context(), secret.New(forged),
			console.InspectOptions{AppID: app.ID})); i.Check.Verified || i.Held != nil {
		t.Error("a forged token is verified")
	}
	// The token of another server names keys of its own, which are not requested.
	stranger := newWorldOf(t, sandbox.Options{Profile: sandbox.ProfileJWT, Seed: 9}, discovered)
	ss := stranger.console()
	foreign := must[console.Outcome](t)(
		ss.Get(t.Context(), stranger.app("Orders", "PRODUCTION").ID, console.GetOptions{})).Token
	text = must[console.Secrets](t)(ss.Secrets(t.Context(), foreign.ID)).Access.Reveal()
	alone := newWorldOf(t, sandbox.Options{},
		func(e *console.Environment) { e.Endpoints.TokenURL = "http://127.0.0.1:1/other" })
	i = must[console.Inspection](t)(
		alone.console().Inspect(t.Context(), secret.New(text), console.InspectOptions{}))
	if i.Check.Verified || !strings.HasPrefix(i.Check.Why, "not verified: ") ||
		len(alone.wire.posts) != 0 {
		t.Errorf("%q after %v", i.Check.Why, alone.wire.posts)
	}
	if i = must[console.Inspection](t)(
		s.Inspect(t.Context(), secret.New("opaque-token"),
			console.InspectOptions{})); i.JWT != nil || i.Fingerprint == "" {
		t.Errorf("an opaque one: %+v", i)
	}
}

// An adopted token is kept to be revoked, and forgotten if the server refuses.
func TestAdopt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.console()
	orders, mobile := w.app("Orders", "PRODUCTION"), w.app("Mobile", "PRODUCTION")
	held := must[console.Outcome](t)(s.Get(t.Context(), orders.ID, console.GetOptions{})).Token
	sec := must[console.Secrets](t)(s.Secrets(t.Context(), held.ID))
	if got := must[console.Token](t)(
		s.Adopt(t.Context(), orders.ID, sec.Access, console.RevokeAccess)); got.ID != held.ID {
		t.Error("one that is held already is taken in twice")
	}
	strange := must[console.Token](t)(
		s.Adopt(t.Context(), mobile.ID, sec.Access, console.RevokeAccess))
	must[console.Token](t)(s.Revoke(t.Context(), strange.ID, console.RevokeAccess, 0))
	done := must[[]console.Delivery](t)(s.DeliverOne(t.Context(), strange.ID))
	if len(done) != 1 || done[0].Err == nil || done[0].Kept {
		t.Errorf("%+v", done)
	}
	if b := must[console.Board](t)(s.Board(t.Context())); len(b.Tokens) != 1 {
		t.Errorf("%d tokens: what was refused is kept", len(b.Tokens))
	}
	// Undeliverable it is kept, like any other revoke.
	w.wire.cut(func(*http.Request) error { return http.ErrServerClosed }, nil)
	lost := must[console.Token](t)(
		s.Adopt(t.Context(), mobile.ID, secret.New("leaked"), console.RevokeAccess))
	must[console.Token](t)(s.Revoke(t.Context(), lost.ID, console.RevokeAccess, 0))
	if done = must[[]console.Delivery](t)(s.DeliverOne(t.Context(), lost.ID)); !done[0].Kept ||
		w.state(lost.ID) != console.Revoking {
		t.Errorf("%+v, %s", done, w.state(lost.ID))
	}
	w.wire.cut(nil, nil)
	w.clock.advance(time.Minute)
	if done, _, err := s.Deliver(t.Context()); err != nil || len(done) != 1 || done[0].Err != nil ||
		w.state(lost.ID) != console.Lingering {
		t.Errorf("%+v %v, %s", done, err, w.state(lost.ID))
	}
	// A refresh token that leaked, by the same way.
	pay := w.app("Payments", "PRODUCTION")
	p := must[console.Outcome](t)(s.Get(t.Context(), pay.ID, console.GetOptions{})).Token
	rt := must[console.Secrets](t)(s.Secrets(t.Context(), p.ID)).Refresh
	elsewhere := w.console(func(o *console.Options) { o.Keeper = newWorld(t).keeper })
	l := must[console.Token](t)(elsewhere.Adopt(t.Context(), pay.ID, rt, console.RevokeRefresh))
	must[console.Token](t)(elsewhere.Revoke(t.Context(), l.ID, console.RevokeRefresh, 0))
	if done = must[[]console.Delivery](t)(elsewhere.DeliverOne(t.Context(), l.ID)); len(
		done) != 1 || done[0].Err != nil || !done[0].Confirmed {
		t.Errorf("%+v", done)
	}
}

// An issuer that cannot be reached does not block verbs whose endpoints are configured.
func TestDiscoveryIsNotInTheWay(t *testing.T) {
	t.Parallel()
	w := newWorldOf(t, sandbox.Options{},
		func(e *console.Environment) { e.Issuer = "http://127.0.0.1:1/none" })
	w.wire.cut(func(r *http.Request) error {
		if strings.Contains(r.URL.Path, "well-known") {
			return http.ErrServerClosed
		}
		return nil
	}, nil)
	s := w.console()
	tok := must[console.Outcome](t)(
		s.Get(t.Context(), w.app("Orders", "PRODUCTION").ID, console.GetOptions{})).Token
	must[console.Token](t)(s.Revoke(t.Context(), tok.ID, console.RevokeBoth, 0))
	if _, _, err := s.Introspect(t.Context(), tok.ID); err == nil {
		t.Error("there is no address to introspect at")
	}
}
