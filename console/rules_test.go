package console_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/tokenapi/secret"
)

// forms records every form that is posted.
func (w *world) forms() *[]url.Values {
	var all []url.Values
	w.wire.cut(func(r *http.Request) error {
		if r.Body == nil {
			return nil
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		form, err := url.ParseQuery(string(body))
		all = append(all, form)
		return err
	}, nil)
	return &all
}

// lease takes a lease for a console that is not part of the test.
func (w *world) lease(key string, d time.Duration) {
	w.t.Helper()
	err := w.keeper.Update(w.t.Context(), func(wr console.Writer) error {
		ok, err := wr.Lease(key, "somebody else", w.clock.Now(), w.clock.Now().Add(d))
		if err == nil && !ok {
			err = errors.New("the lease is taken")
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestOtherRefusalsKeepTheRefreshToken(t *testing.T) {
	w := newWorld(t)
	s, app := w.console(), w.app("Payments", "PRODUCTION")
	tok := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
	right := w.vault[app.ID]
	wrong := right
	wrong.ConsumerSecret = secret.New("wrong")
	w.vault[app.ID] = wrong
	if _, err := s.Renew(t.Context(), tok.ID); err == nil ||
		!strings.Contains(err.Error(), "invalid_client") {
		t.Fatalf("error %v", err)
	}
	if got := w.token(tok.ID).Refresh; got != console.RefreshLive {
		t.Errorf("after invalid_client the refresh token is %q", got)
	}
	w.vault[app.ID] = right
	if out := must[console.Outcome](t)(s.Renew(t.Context(), tok.ID)); out.How != console.Refreshed {
		t.Errorf("then: %s", out.How)
	}
}

func TestRefreshSendsNoScope(t *testing.T) {
	w := newWorld(t)
	s, app := w.console(), w.app("Payments", "PRODUCTION")
	tok := must[console.Outcome](t)(
		s.Get(t.Context(), app.ID, console.GetOptions{Scopes: []string{"read"}})).Token
	forms := w.forms()
	must[console.Outcome](t)(s.Renew(t.Context(), tok.ID))
	if len(*forms) != 1 || (*forms)[0].Has("scope") ||
		(*forms)[0].Get("grant_type") != "refresh_token" {
		t.Errorf("sent %v", (*forms)[0]["grant_type"])
	}
}

// Renewing a token without a refresh token asks for the same scopes again, not for the
// application's.
func TestRenewKeepsTheScopes(t *testing.T) {
	w := newWorld(t)
	s, app := w.console(), w.app("Orders", "PRODUCTION")
	tok := must[console.Outcome](t)(
		s.Get(t.Context(), app.ID, console.GetOptions{Scopes: []string{"read"}})).Token
	forms := w.forms()
	out := must[console.Outcome](t)(s.Renew(t.Context(), tok.ID))
	if (*forms)[0].Get("scope") != "read" || out.Token.ID != tok.ID {
		t.Errorf("asked for %q, got the same token: %v", (*forms)[0].Get("scope"),
			out.Token.ID == tok.ID)
	}
}

// The window begins when the answer was read, not when the revoke was decided or due.
func TestWindowCountsFromTheAnswer(t *testing.T) {
	w := newWorld(t)
	s, app := w.console(), w.app("Orders", "PRODUCTION")
	tok := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
	must[console.Token](t)(s.Revoke(t.Context(), tok.ID, console.RevokeBoth, 3*time.Second))
	w.clock.advance(time.Minute)
	if _, _, err := s.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := w.token(tok.ID).AcceptedAt; !got.Equal(w.clock.Now()) {
		t.Errorf("accepted at %v, read at %v", got, w.clock.Now())
	}
}

// A lease keeps two processes from writing to one token.
func TestLeasesKeepProcessesApart(t *testing.T) {
	w := newWorld(t)
	s, app := w.console(), w.app("Payments", "PRODUCTION")
	tok := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
	must[console.Token](t)(s.Revoke(t.Context(), tok.ID, console.RevokeBoth, 0))
	w.lease("token/"+tok.ID, time.Minute)
	_, err := s.Undo(t.Context(), tok.ID)
	refusal(t, err, "already_sent")
	_, err = s.DeliverOne(t.Context(), tok.ID)
	refusal(t, err, "in_flight")
	w.clock.advance(time.Minute) // it died
	if done, err := s.DeliverOne(t.Context(), tok.ID); err != nil || len(done) != 2 {
		t.Errorf("when the lease has ended: %+v, %v", done, err)
	}
}

// An attempt is counted before it is made, so that a crash in the middle leaves it counted.
func TestTriesAreCountedFirst(t *testing.T) {
	w := newWorld(t)
	s, app := w.console(), w.app("Orders", "PRODUCTION")
	tok := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
	must[console.Token](t)(s.Revoke(t.Context(), tok.ID, console.RevokeBoth, 0))
	tries := -1
	w.wire.cut(func(*http.Request) error { tries = w.token(tok.ID).RevokeTries; return nil }, nil)
	if _, err := s.DeliverOne(t.Context(), tok.ID); err != nil || tries != 1 {
		t.Errorf("%d tries were stored when the request left, %v", tries, err)
	}
}

// The caller may give up; a revoke that was sent is stored all the same.
func TestGivingUpDoesNotCutADelivery(t *testing.T) {
	w := newWorld(t)
	s, app := w.console(), w.app("Orders", "PRODUCTION")
	tok := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
	must[console.Token](t)(s.Revoke(t.Context(), tok.ID, console.RevokeBoth, 0))
	ctx, cancel := context.WithCancel(t.Context())
	w.wire.cut(func(*http.Request) error { cancel(); return nil }, nil)
	if done, err := s.DeliverOne(ctx, tok.ID); err != nil || len(done) != 1 || done[0].Err != nil {
		t.Errorf("%+v, %v", done, err)
	}
	if w.token(tok.ID).AcceptedAt.IsZero() {
		t.Error("the answer was not stored")
	}
}

// While the revoke of the access token is undelivered, that of the refresh token is not sent.
func TestOrderHoldsWhenNothingArrives(t *testing.T) {
	w := newWorld(t)
	s, app := w.console(), w.app("Payments", "PRODUCTION")
	tok := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
	must[console.Token](t)(s.Revoke(t.Context(), tok.ID, console.RevokeBoth, 0))
	n := 0
	w.wire.cut(func(r *http.Request) error { n++; return unreachable(r) }, nil)
	if done, _, err := s.Deliver(t.Context()); err != nil || len(done) != 1 || n != 1 {
		t.Errorf("%d requests, %+v, %v", n, done, err)
	}
}

func TestReadOnlyDeliversNothing(t *testing.T) {
	w := newWorld(t)
	s, app := w.console(), w.app("Orders", "PRODUCTION")
	tok := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
	must[console.Token](t)(s.Revoke(t.Context(), tok.ID, console.RevokeBoth, 0))
	for i := range w.apps {
		w.apps[i].Environment.ReadOnly = true
	}
	s = w.console()
	if done, next, err := s.Deliver(t.Context()); err != nil || len(done) != 0 || !next.IsZero() {
		t.Errorf("%+v, next %v, %v", done, next, err)
	}
	_, err := s.DeliverOne(t.Context(), tok.ID)
	refusal(t, err, "read_only")
	if n := w.wire.sent("/revoke"); n != 0 {
		t.Errorf("%d revokes were sent", n)
	}
}

// Form parameters of a get may hold an assertion and are not needed to revoke, so they are not
// stored.
func TestExtraIsNotStored(t *testing.T) {
	w := newWorld(t)
	app := w.app("Orders", "PRODUCTION")
	for i := range w.apps {
		w.apps[i].Extra = url.Values{"validity_period": {"60"}, "pin": {"a-secret"}}
	}
	forms := w.forms()
	must[console.Outcome](t)(w.console().Get(t.Context(), app.ID, console.GetOptions{}))
	if (*forms)[0].Get("validity_period") != "60" {
		t.Fatal("it was not even sent")
	}
	err := w.keeper.View(t.Context(), func(r console.Reader) error {
		a, err := r.Application(app.ID)
		if a.Extra.Get("validity_period") != "60" || a.Extra.Has("pin") { // which may be a secret
			t.Errorf("stored: %v", a.Extra)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A server issues the same access token with a new refresh token: the new one is not revoked.
func TestNewRefreshTokenIsNotTheRevokedOne(t *testing.T) {
	w := newWorld(t)
	s, app := w.console(), w.app("Payments", "PRODUCTION")
	n := 0
	real := w.wire.handler
	w.wire.handler = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/token" {
			real.ServeHTTP(rw, r)
			return
		}
		n++
		_ = json.NewEncoder(rw).Encode(
			map[string]any{"access_token": "same-access", "refresh_token": strings.Repeat("r", 8+n),
				"expires_in": 3600})
	})
	tok := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
	must[console.Token](t)(s.Revoke(t.Context(), tok.ID, console.RevokeRefresh, 0))
	if done, err := s.DeliverOne(t.Context(), tok.ID); err != nil || len(done) != 1 ||
		done[0].Err != nil {
		t.Fatalf("%+v, %v", done, err)
	}
	must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{}))
	if got := w.state(tok.ID); got != console.Active {
		t.Errorf("handed out again it is %s", got)
	}
	must[console.Token](t)(s.Revoke(t.Context(), tok.ID, console.RevokeBoth, 0))
	if done, err := s.DeliverOne(t.Context(), tok.ID); err != nil || len(done) != 2 {
		t.Errorf("both are to go: %+v, %v", done, err)
	}
}

// After a lost refresh the refresh token may not be spent, so it can be revoked.
func TestLostRefreshStaysRevocable(t *testing.T) {
	w := newWorld(t)
	s, app := w.console(), w.app("Payments", "PRODUCTION")
	tok := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
	w.wire.cut(nil, lost)
	if _, err := s.Renew(t.Context(), tok.ID); err == nil {
		t.Fatal("a lost answer is no error")
	}
	w.wire.cut(nil, nil)
	must[console.Outcome](t)(s.Renew(t.Context(), tok.ID))
	if _, err := s.Revoke(t.Context(), tok.ID, console.RevokeRefresh, 0); err != nil {
		t.Errorf("revoke of its refresh token: %v", err)
	}
}

func TestOnlyBearerTokensAreProbed(t *testing.T) {
	w := newWorld(t)
	s, app := w.console(), w.app("Orders", "PRODUCTION")
	w.wire.handler = http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(rw).Encode(
			map[string]any{"access_token": "x-y-z", "token_type": "mac", "expires_in": 3600})
	})
	out := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{}))
	_, _, err := s.Probe(t.Context(), out.Token.ID)
	refusal(t, err, "not_bearer")
	if n := w.wire.sent("/orders/1.0.0/list"); n != 0 || len(out.Notes) != 1 {
		t.Errorf("%d probes were sent; notes %q", n, out.Notes)
	}
}

func TestBanner(t *testing.T) {
	t.Parallel()
	for want, e := range map[string]console.Environment{
		"":                                   {Name: "e"},
		"certificates of e are not verified": {Name: "e", InsecureSkipVerify: true},
		"plain http is allowed to e":         {Name: "e", AllowHTTP: true},
		"and plain http is allowed": {Name: "e", InsecureSkipVerify: true,
			AllowHTTP: true},
	} {
		if got := e.Banner(); !strings.Contains(got, want) || want == "" && got != "" {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
