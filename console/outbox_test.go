package console_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lanyard/console"
	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// A revoke whose time was written by a clock that has been set back since is due now.
func TestRevokeOfTheFutureIsDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := bubble(t)
		app := w.app("Orders", "PRODUCTION")
		ahead, s := w.consoleAt(5*time.Hour), w.consoleAt(0)
		tok := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
		must[console.Token](t)(ahead.Revoke(t.Context(), tok.ID, console.RevokeBoth, 3*time.Second))
		w.wire.cut(unreachable, nil)
		done, next, err := s.Deliver(t.Context())
		if err != nil || len(done) != 1 || !done[0].Kept || time.Until(next) > time.Minute {
			t.Errorf("decided ahead: %+v, next in %v, %v", done, time.Until(next), err)
		}
		// The time of the next try may be ahead, too.
		time.Sleep(time.Minute)
		if done := must[[]console.Delivery](t)(ahead.DeliverOne(t.Context(), tok.ID)); len(
			done) != 1 || !done[0].Kept {
			t.Errorf("%+v", done)
		}
		w.wire.cut(nil, nil)
		if done, next, err = s.Deliver(t.Context()); err != nil || len(done) != 1 ||
			done[0].Err != nil || !next.IsZero() {
			t.Errorf("put off ahead: %+v, next %v, %v", done, next, err)
		}
		// The undo window of a clock that is a little off is left alone.
		tok = must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
		must[console.Token](t)(
			w.consoleAt(10*time.Second).Revoke(t.Context(), tok.ID, console.RevokeBoth,
				3*time.Second))
		if done, next, err = s.Deliver(t.Context()); err != nil || len(done) != 0 ||
			time.Until(next) != 13*time.Second {
			t.Errorf("%+v, next in %v, %v", done, time.Until(next), err)
		}
	})
}

// A server can delay a revoke for an hour at most.
func TestRetryAfterIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := bubble(t)
		s, app := w.consoleAt(0), w.app("Orders", "PRODUCTION")
		tok := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
		must[console.Token](t)(s.Revoke(t.Context(), tok.ID, console.RevokeBoth, 0))
		w.wire.instead = func(r *http.Request) (*http.Response, error, bool) {
			h := http.Header{"Retry-After": {"864000"}}
			return &http.Response{StatusCode: 429, Header: h, Body: http.NoBody, Request: r}, nil,
				true
		}
		if _, next, err := s.Deliver(t.Context()); err != nil || time.Until(next) != time.Hour {
			t.Errorf("next in %v, %v", time.Until(next), err)
		}
	})
}

// A locked store is reported once for any number of due revokes, and no revoke is tried.
func TestLockedDeliversNothing(t *testing.T) {
	w := newWorld(t)
	s, app := w.console(), w.app("Orders", "PRODUCTION")
	for _, scope := range []string{"a", "b", "c"} {
		tok := must[console.Outcome](t)(
			s.Get(t.Context(), app.ID, console.GetOptions{Scopes: []string{scope}})).Token
		must[console.Token](t)(s.Revoke(t.Context(), tok.ID, console.RevokeBoth, 0))
	}
	locked := w.console(func(o *console.Options) { o.Keeper = lockedStore{w.keeper} })
	done, next, err := locked.Deliver(t.Context())
	if len(done) != 0 || !next.IsZero() || strings.Count(errText(err), "locked") != 1 ||
		w.wire.sent("/revoke") != 0 {
		t.Errorf("%+v, next %v, %v", done, next, err)
	}
	if done, _, err := s.Deliver(t.Context()); err != nil || len(done) != 3 {
		t.Errorf("%+v, %v", done, err)
	}
}

type lockedStore struct{ console.Keeper }

func (lockedStore) Key() console.KeyStatus { return console.KeyStatus{Locked: true} }
func (lockedStore) Unlock(context.Context, secret.Text) error {
	return &console.Error{Code: "store_locked", Text: "locked"}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// A delivery keeps the deadline of its caller, and the revoke is kept.
func TestDeliveryKeepsToADeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := bubble(t)
		s, app := w.consoleAt(0), w.app("Orders", "PRODUCTION")
		for _, scope := range []string{"a", "b"} {
			tok := must[console.Outcome](t)(
				s.Get(t.Context(), app.ID, console.GetOptions{Scopes: []string{scope}})).Token
			must[console.Token](t)(s.Revoke(t.Context(), tok.ID, console.RevokeBoth, 0))
		}
		w.wire.instead = func(r *http.Request) (*http.Response, error, bool) {
			<-r.Context().Done()
			return nil, r.Context().Err(), true
		}
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		began := time.Now()
		done, next, err := s.Deliver(ctx)
		if took := time.Since(began); err != nil || len(done) != 1 || !done[0].Kept ||
			next.IsZero() || took != 3*time.Second {
			t.Errorf("%+v, next %v, %v after %v", done, next, err, took)
		}
	})
}

// The error of a lost answer says what to do. The error of a refresh differs from that of a get.
func TestLostAnswersSayWhatToDo(t *testing.T) {
	w := newWorld(t)
	s, app := w.console(), w.app("Payments", "PRODUCTION")
	tok := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
	w.wire.cut(nil, lost)
	_, err := s.Renew(t.Context(), tok.ID)
	if _, ok := tokenapi.AsError(err); !ok ||
		!strings.Contains(console.Hint(err), "renew asks anew") {
		t.Errorf("%v; %s", err, console.Hint(err))
	}
	if why := w.advice(tok.ID); !strings.Contains(why, "never seen") ||
		!strings.Contains(why, "not sent again") {
		t.Errorf("advice %q", why)
	}
	_, err = s.Get(t.Context(), app.ID, console.GetOptions{})
	if !strings.Contains(console.Hint(err), "get again") {
		t.Errorf("%v; %s", err, console.Hint(err))
	}
}

// A get with another grant that is under way elsewhere keeps its mark when the usual one is
// answered.
func TestMarksOfOtherGrantsStay(t *testing.T) {
	w := newWorld(t, said(console.RegimeOpaque))
	s, app := w.console(), w.app("Payments", "PRODUCTION")
	w.wire.cut(nil, lost)
	if _, err := s.Get(t.Context(), app.ID,
		console.GetOptions{Grant: tokenapi.GrantClientCredentials}); err == nil {
		t.Fatal("a lost answer is no error")
	}
	w.wire.cut(nil, nil)
	must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{}))
	if b := must[console.Board](t)(s.Board(t.Context())); len(b.Marks) != 1 ||
		b.Marks[0].Grant != tokenapi.GrantClientCredentials {
		t.Errorf("%+v", b.Marks)
	}
	must[console.Outcome](t)(
		s.Get(t.Context(), app.ID, console.GetOptions{Grant: tokenapi.GrantClientCredentials}))
	if b := must[console.Board](t)(s.Board(t.Context())); len(b.Marks) != 0 {
		t.Errorf("%+v", b.Marks)
	}
}

// A token with a pending revoke that the server issues again is still revoked.
func TestHandedOutAgainIsStillRevoked(t *testing.T) {
	w := newWorld(t)
	s, app := w.console(), w.app("Orders", "PRODUCTION")
	tok := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
	err := w.keeper.Update(t.Context(), func(wr console.Writer) error { // it was replaced once
		cur, err := wr.Token(tok.ID)
		if err != nil {
			return err
		}
		cur.ReplacedAt, cur.ReplacedBy = w.clock.Now(), "t_other"
		return wr.PutToken(&cur)
	})
	if err != nil {
		t.Fatal(err)
	}
	must[console.Token](t)(s.Revoke(t.Context(), tok.ID, console.RevokeBoth, 0))
	out := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{}))
	if !out.Same || len(out.Notes) == 0 || !strings.Contains(out.Notes[0], "not accepted yet") ||
		w.state(tok.ID) != console.Revoking {
		t.Errorf("same %v, notes %q, %s", out.Same, out.Notes, w.state(tok.ID))
	}
	if done, _, err := s.Deliver(t.Context()); err != nil || len(done) != 1 || done[0].Err != nil {
		t.Errorf("%+v, %v", done, err)
	}
}

// An adopted token is not handed out.
func TestAdoptedIsNotHandedOut(t *testing.T) {
	w := newWorld(t)
	s, app := w.console(), w.app("Payments", "PRODUCTION")
	must[console.Token](t)(
		s.Adopt(t.Context(), app.ID, secret.New("leaked-access"), console.RevokeAccess))
	must[console.Token](t)(
		s.Adopt(t.Context(), app.ID, secret.New("leaked-refresh"), console.RevokeRefresh))
	sent := w.refreshTokens(nil)
	if out := must[console.Outcome](t)(
		s.Obtain(t.Context(), app.ID, console.ObtainOptions{})); out.How != console.Issued ||
		len(*sent) != 0 {
		t.Errorf("%s, %d refreshes", out.How, len(*sent))
	}
}

// The server's words about a revoke are stored without the token in any form. They are not stored
// if a part was masked only by its looks.
func TestRevokeErrorHoldsNoCredential(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := bubble(t)
		s, app := w.consoleAt(0), w.app("Orders", "PRODUCTION")
		tok := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
		access := must[console.Secrets](t)(s.Secrets(t.Context(), tok.ID)).Access.Reveal()
		must[console.Token](t)(s.Revoke(t.Context(), tok.ID, console.RevokeAccess, 0))
		const other = "other-Token-9f3e4b6a8c1d"
		for said, kept := range map[string]string{
			"the token " + access[1:len(access)-1] +
				" is unknown": "the token ••• is unknown",
			"the token " + strings.ToUpper(access) +
				" is unknown": "the token ••• is unknown",
			"the token " + strings.Join(strings.Split(access, ""), " ") +
				" is unknown": "the server's text was left out: it repeats a credential",
			"the token " + strings.Join(strings.Split(access, ""), "\u00ad") +
				" is here": "the token ••• " + tok.Fingerprint + " is here",
			"no such token: Bearer " +
				other: "the server's text was left out: it may hold a credential",
			"the token is unknown": "the token is unknown",
		} {
			body, _ := json.Marshal(
				map[string]string{"error": "invalid_client", "error_description": said})
			w.wire.instead = func(r *http.Request) (*http.Response, error, bool) {
				return &http.Response{StatusCode: 400,
					Header: http.Header{"Content-Type": {"application/json"}},
					Body:   io.NopCloser(bytes.NewReader(body)), Request: r}, nil, true
			}
			must[[]console.Delivery](t)(s.DeliverOne(t.Context(), tok.ID))
			if got := w.token(tok.ID).RevokeError; !strings.HasSuffix(got, ": "+kept) {
				t.Errorf("of %q is kept %q, want %q", said, got, kept)
			}
		}
	})
}
