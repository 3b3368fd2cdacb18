package console_test

import (
	"slices"
	"strings"
	"testing"

	"lanyard/console"
	"lanyard/tokenapi"
)

// A revoke is dropped where nothing at the URL revokes tokens, and kept where the answer is about
// something else.
func TestNoRevocationEndpoint(t *testing.T) {
	t.Parallel()
	const text, js, html = "text/plain; charset=utf-8", "application/json", "text/html"
	for _, c := range []struct {
		status     int
		kind, body string
		kept       bool
	}{
		{404, text, "404 page not found\n", false}, // ThunderID and other servers in Go
		{404, text, "nothing", false},
		{404, "", "", false},
		{404, js, "{}", false},
		{404, js, `{"timestamp":1,"status":404,"error":"Not Found","path":"/revoke"}`, false},
		{404, js, `{"error":{"code":404,"message":"no such path"}}`, false},
		{404, js, `{"message":"Not Found"}`, false},
		{
			404,
			js,
			`{"code":"404","type":"Status report","message":"Not Found","description":"The ` +
				`requested resource is not available."}`,
			false,
		},
		{404, html, "<html>no</html>", false},
		{
			404,
			html,
			"<html><head><title>404 Not Found</title></head><body><hr>nginx</body></html>",
			false,
		},
		{410, text, "Gone", false},
		{410, html, "<html><title>Gone</title></html>", false},

		{404, html, "<html><title>Sign in to the hotel's network</title></html>", true},
		{404, html, "<html><title>502 Bad Gateway</title></html>", true},
		{
			404,
			js,
			`{"fault":{"code":900900,"message":"Unclassified Authentication Failure"}}`,
			true,
		},
		{404, js, `{"error":"invalid_client"}`, true},
		{404, js, `{"error":"temporarily_unavailable"}`, true},
		{405, text, "Method Not Allowed", true},
		{503, text, "404", true},
	} {
		w := newWorld(t, func(e *console.Environment) { e.Endpoints.RevokeURL += "?key=hidden" })
		s, app := w.console(), w.app("Payments", "PRODUCTION")
		tok := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
		must[console.Token](t)(s.Revoke(t.Context(), tok.ID, console.RevokeBoth, 0))
		w.wire.instead = answersRevoke(c.status, c.kind, c.body)
		done, next, err := s.Deliver(t.Context())
		if err != nil || len(done) != 1 || done[0].Err == nil || done[0].Kept != c.kept ||
			next.IsZero() == c.kept {
			t.Errorf("%d %s: %+v, next %v, %v", c.status, c.body, done, next, err)
			continue
		}
		e, _ := tokenapi.AsError(done[0].Err)
		if c.kept {
			continue
		}
		if e.Kind != tokenapi.KindRefused || w.state(tok.ID) != console.Active ||
			w.token(tok.ID).RevokeError != done[0].Err.Error() {
			t.Errorf("%d %s: %s, %s, %q", c.status, c.body, e.Kind, w.state(tok.ID),
				w.token(tok.ID).RevokeError)
		}
		if text := done[0].Err.Error(); !strings.Contains(text,
			"no revocation endpoint at "+base+"/revoke") || strings.Contains(text, "hidden") {
			t.Errorf("%d %s: %s", c.status, c.body, text)
		}
		until := "lives until " + tok.ExpiresAt.UTC().Format("2006-01-02 15:04:05Z")
		if hint := console.Hint(done[0].Err); !strings.Contains(hint, until) ||
			!strings.Contains(hint, "revoke again") {
			t.Errorf("%d %s: hint %q", c.status, c.body, hint)
		}
	}
}

// A revoke that is undelivered when its token expires is over: nothing is sent or waits, and the
// log has an event.
func TestRevokeLapsesWithItsToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, app := w.console(), w.app("Orders", "PRODUCTION") // without a refresh token
	tok := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
	must[console.Token](t)(s.Revoke(t.Context(), tok.ID, console.RevokeBoth, 0))
	w.wire.cut(unreachable, nil)
	if done, _, err := s.Deliver(t.Context()); err != nil || len(done) != 1 || !done[0].Kept {
		t.Fatalf("%+v, %v", done, err)
	}
	w.wire.cut(nil, nil)
	w.clock.advance(tok.ExpiresAt.Sub(w.clock.Now()))
	if b := w.board(s); !b.Tokens[0].RevokeAt.IsZero() {
		t.Errorf("the board shows it as pending: %+v", b.Tokens[0])
	}
	done, next, err := s.Deliver(t.Context())
	if err != nil || len(done) != 0 || !next.IsZero() || w.wire.sent("/revoke") != 0 {
		t.Errorf("%+v, next %v, %v, %d sent", done, next, err, w.wire.sent("/revoke"))
	}
	if got := w.token(tok.ID); !got.RevokeAt.IsZero() || got.RevokeError != "" ||
		w.state(tok.ID) != console.Expired {
		t.Errorf("stored: %+v, %s", got, w.state(tok.ID))
	}
	log := must[[]console.Event](t)(s.Log(t.Context()))
	if !slices.ContainsFunc(log,
		func(e console.Event) bool {
			return e.Kind == console.EventRevokeLapsed && e.TokenID == tok.ID
		}) {
		t.Errorf("the log does not say so: %+v", log)
	}
	// The screen refuses the revoke of an expired token. A script can have it sent once.
	if _, err := s.Revoke(t.Context(), tok.ID, console.RevokeUseful, 0); console.CodeOf(err) !=
		console.CodeExpired {
		t.Errorf("a revoke of an expired token: %v", err)
	}
	w.wire.cut(unreachable, nil)
	must[console.Token](t)(s.Revoke(t.Context(), tok.ID, console.RevokeBoth, 0))
	if done := must[[]console.Delivery](t)(s.DeliverOne(t.Context(), tok.ID)); len(done) != 1 ||
		done[0].Err == nil || done[0].Kept {
		t.Errorf("%+v", done)
	}
	if _, due := console.DueAt(w.token(tok.ID)); due {
		t.Error("it is tried for ever")
	}
	w.wire.cut(nil, nil)
	must[console.Token](t)(s.Revoke(t.Context(), tok.ID, console.RevokeBoth, 0))
	if done := must[[]console.Delivery](t)(s.DeliverOne(t.Context(), tok.ID)); len(done) != 1 ||
		done[0].Err != nil {
		t.Errorf("%+v", done)
	}
}

// A revoke that cannot be sent, because the vault does not give the secret, waits with the reason.
func TestRevokeWithoutTheSecret(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, app := w.console(), w.app("Orders", "PRODUCTION")
	tok := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
	must[console.Token](t)(s.Revoke(t.Context(), tok.ID, console.RevokeBoth, 0))
	held := w.vault[app.ID]
	delete(w.vault, app.ID)
	if done, next, err := s.Deliver(t.Context()); err != nil || len(done) != 1 ||
		done[0].Err == nil || !done[0].Kept || next.IsZero() {
		t.Errorf("%+v, next %v, %v", done, next, err)
	}
	if got := w.token(tok.ID); got.RevokeError == "" || w.wire.sent("/revoke") != 0 {
		t.Errorf("%+v, %d sent", got, w.wire.sent("/revoke"))
	}
	w.vault[app.ID] = held
	done := must[[]console.Delivery](t)(s.DeliverOne(t.Context(), tok.ID))
	if len(done) != 1 || done[0].Err != nil || w.state(tok.ID) != console.Lingering {
		t.Errorf("%+v, %s", done, w.state(tok.ID))
	}
}

// After the expiry only a refresh token that is alive is revoked.
func TestRefreshTokenIsRevokedAfterTheExpiry(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, app := w.console(), w.app("Payments", "PRODUCTION")
	tok := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
	must[console.Token](t)(s.Revoke(t.Context(), tok.ID, console.RevokeBoth, 0))
	w.wire.cut(unreachable, nil)
	must[[]console.Delivery](t)(s.DeliverOne(t.Context(), tok.ID))
	w.wire.cut(nil, nil)
	w.clock.advance(tok.ExpiresAt.Sub(w.clock.Now()))
	done, _, err := s.Deliver(t.Context())
	if err != nil || len(done) != 1 || done[0].Kind != console.RevokeRefresh ||
		done[0].Err != nil || w.token(tok.ID).Refresh != console.RefreshRevoked {
		t.Errorf("%+v, %v", done, err)
	}
}

// An open console tries the revoke until the token expires, and not after that.
func TestNothingIsSentAfterTheExpiry(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, app := w.console(), w.app("Orders", "PRODUCTION")
	tok := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
	must[console.Token](t)(s.Revoke(t.Context(), tok.ID, console.RevokeBoth, 0))
	w.wire.cut(unreachable, nil)
	for range 100 {
		done, next, err := s.Deliver(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if late := !w.clock.Now().Before(tok.ExpiresAt); late != next.IsZero() ||
			late && len(done) > 0 {
			t.Fatalf("at %v of a token until %v: %+v, next %v", w.clock.Now(), tok.ExpiresAt, done,
				next)
		}
		if next.IsZero() {
			return
		}
		w.clock.advance(next.Sub(w.clock.Now()))
	}
	t.Error("it is tried for ever")
}
