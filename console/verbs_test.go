package console_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/tokenapi"
	"lanyard/tokenapi/sandbox"
	"lanyard/tokenapi/secret"
)

func TestGetNoticesTheSameToken(t *testing.T) {
	w := newWorld(t)
	s, app := w.console(), w.app("Orders", "PRODUCTION")
	first := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{}))
	w.clock.advance(10 * time.Minute)
	second := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{}))
	if first.Same || !second.Same || first.Token.ID != second.Token.ID {
		t.Errorf("same %v, then %v; ids %s, %s", first.Same, second.Same, first.Token.ID,
			second.Token.ID)
	}
	if got, want := second.Token.ExpiresAt, first.Token.ExpiresAt; !got.Equal(want) {
		t.Errorf("the same token now expires at %v, first at %v", got, want)
	}
	if got := second.Token.Granted; got != time.Hour {
		t.Errorf("life granted %v, want the first one's hour", got)
	}
	b := must[console.Board](t)(s.Board(t.Context()))
	if len(b.Tokens) != 1 || len(b.Exchanges) != 2 || len(b.Marks) != 0 {
		t.Errorf("%d tokens, %d exchanges, %d marks", len(b.Tokens), len(b.Exchanges), len(b.Marks))
	}
}

func TestRenewSaysWhichItDid(t *testing.T) {
	w := newWorld(t, func(e *console.Environment) { e.Regime = console.RegimeOpaque })
	s := w.console()
	ana := must[console.Outcome](t)(
		s.Get(t.Context(), w.app("Payments", "PRODUCTION").ID, console.GetOptions{}))
	if ana.Token.Refresh != console.RefreshLive || ana.Token.User != "ana" {
		t.Fatalf("refresh %q, user %q", ana.Token.Refresh, ana.Token.User)
	}
	w.clock.advance(time.Minute)
	next := must[console.Outcome](t)(s.Renew(t.Context(), ana.Token.ID))
	if next.How != console.Refreshed || next.Token.From != ana.Token.ID ||
		next.Token.ID == ana.Token.ID {
		t.Errorf("%s from %q", next.How, next.Token.From)
	}
	old := w.token(ana.Token.ID)
	if old.ReplacedBy != next.Token.ID || old.Refresh != console.RefreshSpent ||
		w.state(old.ID) != console.Lingering {
		t.Errorf("the old one: replaced by %q, refresh %q, %s", old.ReplacedBy, old.Refresh,
			w.state(old.ID))
	}
	w.clock.advance(w.env.CacheTTL)
	if got := w.state(old.ID); got != console.Superseded {
		t.Errorf("after the window it is %s", got)
	}
	_, err := s.Renew(t.Context(), old.ID)
	refusal(t, err, "replaced")

	app := must[console.Outcome](t)(
		s.Get(t.Context(), w.app("Orders", "PRODUCTION").ID, console.GetOptions{}))
	again := must[console.Outcome](t)(s.Renew(t.Context(), app.Token.ID))
	if again.How != console.Issued || !again.Same {
		t.Errorf("without a refresh token: %s, same %v", again.How, again.Same)
	}
}

// A token that was replaced before and is refreshed has ended when it was first replaced. Its
// window does not begin again.
func TestRefreshLeavesAnEarlierEnd(t *testing.T) {
	for _, refuted := range []bool{false, true} {
		w := newWorld(t, func(e *console.Environment) { e.Regime = console.RegimeOpaque })
		s := w.console()
		app := w.app("Payments", "PRODUCTION").ID
		id := must[console.Outcome](t)(s.Get(t.Context(), app, console.GetOptions{})).Token.ID
		ended := w.clock.Now()
		w.clock.advance(time.Minute)
		w.edit(id, func(t *console.Token) {
			t.ReplacedAt, t.ReplacedBy, t.AcceptedAt = ended, "t_newer", ended
			t.RevokeKind = console.RevokeAccess
			if refuted {
				t.ActiveAt = w.clock.Now()
			}
		})
		w.clock.advance(time.Minute)
		if next := must[console.Outcome](t)(
			s.Renew(t.Context(), id)); next.How != console.Refreshed {
			t.Fatal(next.How)
		}
		if refuted {
			ended = w.clock.Now()
		}
		if at := w.token(id).ReplacedAt; !at.Equal(ended) {
			t.Errorf("refuted %v: it ended at %s, want %s", refuted, at, ended)
		}
	}
}

// Only invalid_grant drops a refresh token, and only if it is still the one that was sent.
func TestInvalidGrantDropsOnlyWhatWasSent(t *testing.T) {
	w := newWorld(t)
	s := w.console()
	out := must[console.Outcome](t)(
		s.Get(t.Context(), w.app("Payments", "PRODUCTION").ID, console.GetOptions{}))

	w.wire.cut(unreachable, nil)
	if _, err := s.Renew(t.Context(), out.Token.ID); err == nil {
		t.Fatal("no connection is no error")
	}
	if got := w.token(out.Token.ID); got.Refresh != console.RefreshLive || got.Unsure != nil {
		t.Errorf("without a connection: refresh token %q, mark %v", got.Refresh, got.Unsure)
	}
	w.wire.cut(nil, nil)

	replace := func(text string) {
		err := w.keeper.Update(t.Context(), func(wr console.Writer) error {
			sec, err := wr.Secrets(out.Token.ID)
			if err != nil {
				return err
			}
			sec.Refresh = secret.New(text)
			return wr.PutSecrets(out.Token.ID, sec)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	// While the refused one is on its way, another process stores a newer one.
	replace("a-refresh-token-nobody-knows")
	w.wire.cut(nil, func(*http.Request) error { replace("a-newer-one"); return nil })
	_, err := s.Renew(t.Context(), out.Token.ID)
	if e, ok := tokenapi.AsError(err); !ok || e.Code != "invalid_grant" {
		t.Fatalf("error %v", err)
	}
	if got := w.token(out.Token.ID).Refresh; got != console.RefreshLive {
		t.Errorf("a newer refresh token was dropped: %q", got)
	}
	w.wire.cut(nil, nil)
	_, err = s.Renew(t.Context(), out.Token.ID)
	if e, ok := tokenapi.AsError(err); !ok || e.Code != "invalid_grant" {
		t.Fatalf("error %v", err)
	}
	if got := w.token(out.Token.ID).Refresh; got != console.RefreshSpent {
		t.Errorf("after invalid_grant the refresh token is %q", got)
	}
	// The next renew requests a new token.
	next := must[console.Outcome](t)(s.Renew(t.Context(), out.Token.ID))
	if next.How != console.Issued {
		t.Errorf("then: %s", next.How)
	}
}

// A token is issued, used and revoked. The gateway accepts it until the window is over, and then
// refuses it.
func TestRevokeLingers(t *testing.T) {
	w := newWorld(t)
	s, app := w.console(), w.app("Orders", "PRODUCTION")
	tok := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
	verdict := func() tokenapi.Verdict {
		t.Helper()
		a, _, err := s.Probe(t.Context(), tok.ID)
		if err != nil {
			t.Fatal(err)
		}
		return a.Verdict
	}
	if got := verdict(); got != tokenapi.Accepted {
		t.Fatalf("probe: %s", got)
	}
	must[console.Token](t)(s.Revoke(t.Context(), tok.ID, console.RevokeBoth, s.UndoWindow()))
	if got := w.state(tok.ID); got != console.Revoking {
		t.Errorf("decided: %s", got)
	}
	done, next, err := s.Deliver(t.Context())
	if err != nil || len(done) != 0 || !next.Equal(w.clock.Now().Add(3*time.Second)) ||
		w.wire.sent("/revoke") != 0 {
		t.Errorf("within the undo window: %v, next %v, %v; %d sent", done, next, err,
			w.wire.sent("/revoke"))
	}
	w.clock.advance(3 * time.Second)
	done, next, err = s.Deliver(t.Context())
	if err != nil || len(done) != 1 || done[0].Err != nil || !done[0].Confirmed || !next.IsZero() {
		t.Fatalf("after it: %+v, next %v, %v", done, next, err)
	}
	if got := w.state(tok.ID); got != console.Lingering {
		t.Errorf("accepted: %s", got)
	}
	if got := verdict(); got != tokenapi.Accepted {
		t.Errorf("the gateway's cache: %s", got)
	}
	w.clock.advance(w.env.CacheTTL - 4*time.Second)
	if got := verdict(); got != tokenapi.Accepted {
		t.Errorf("just before its entry ends: %s", got)
	}
	w.clock.advance(time.Second)
	if got := verdict(); got != tokenapi.Refused {
		t.Errorf("when its entry has ended: %s", got)
	}
	if got := w.state(tok.ID); got != console.Lingering {
		t.Errorf("refused once: %s", got)
	}
	for range 2 {
		w.clock.advance(time.Second)
		verdict()
	}
	st := console.StatusAt(w.token(tok.ID), s.Policy(app), w.clock.Now())
	if st.State != console.Dead || st.Proof != console.ProofProbe {
		t.Errorf("refused three times: %s by %q", st.State, st.Proof)
	}
}

// A second revoke says that the gateway refuses the token only if a probe has shown it.
func TestSecondRevokeClaimsNoRefusal(t *testing.T) {
	w := newWorld(t)
	s, app := w.console(), w.app("Orders", "PRODUCTION")
	tok := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
	must[console.Token](t)(s.Revoke(t.Context(), tok.ID, console.RevokeBoth, 0))
	if _, _, err := s.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	again := func(want string) {
		t.Helper()
		_, err := s.Revoke(t.Context(), tok.ID, console.RevokeBoth, 0)
		if hint := console.Hint(err); console.CodeOf(err) != console.CodeAlreadyRevoked ||
			!strings.Contains(hint, want) {
			t.Errorf("%v: %q, want %q", err, hint, want)
		}
	}
	again("may still let it through")
	w.clock.advance(w.env.CacheTTL)
	again("no probe has shown that it is refused")
	for range 3 {
		w.clock.advance(time.Second)
		if _, _, err := s.Probe(t.Context(), tok.ID); err != nil {
			t.Fatal(err)
		}
	}
	again("the gateway refuses it too")
}

func TestNeverSeenTokenIsRefusedAtOnce(t *testing.T) {
	w := newWorld(t)
	s, app := w.console(), w.app("Orders", "PRODUCTION")
	tok := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
	must[console.Token](t)(s.Revoke(t.Context(), tok.ID, console.RevokeBoth, 0))
	if _, _, err := s.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	if st := console.StatusAt(w.token(tok.ID), s.Policy(app), w.clock.Now()); st.SeenAtGW ||
		st.State != console.Lingering {
		t.Errorf("seen %v, %s", st.SeenAtGW, st.State)
	}
	if a, _, err := s.Probe(t.Context(), tok.ID); err != nil || a.Verdict != tokenapi.Refused ||
		a.FaultCode != 900901 {
		t.Errorf("probe: %+v, %v", a, err)
	}
	if got := w.token(tok.ID); !got.SeenAt.IsZero() || len(got.Probes) != 1 {
		t.Errorf("a refused probe counts as seen at %v; %d probes", got.SeenAt, len(got.Probes))
	}
}

// Two consoles find the same due revoke: it is sent once.
func TestRevokeIsSentOnce(t *testing.T) {
	w := newWorld(t)
	a, b, app := w.console(), w.console(), w.app("Orders", "PRODUCTION")
	tok := must[console.Outcome](t)(a.Get(t.Context(), app.ID, console.GetOptions{})).Token
	must[console.Token](t)(a.Revoke(t.Context(), tok.ID, console.RevokeBoth, 0))
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			if _, err := []*console.Service{a, b}[i%2].DeliverOne(t.Context(),
				tok.ID); err != nil && !strings.Contains(err.Error(), "revoke: ") {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := w.wire.sent("/revoke"); n != 1 {
		t.Errorf("sent %d times", n)
	}
	if _, err := a.DeliverOne(t.Context(), tok.ID); err != nil || w.wire.sent("/revoke") != 1 {
		t.Errorf("sent again when it was accepted: %v", err)
	}
}

// A server that answers 503 does not refuse the revoke.
func TestServerErrorKeepsTheRevoke(t *testing.T) {
	w := newWorld(t)
	s, app := w.console(), w.app("Orders", "PRODUCTION")
	tok := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
	must[console.Token](t)(s.Revoke(t.Context(), tok.ID, console.RevokeBoth, 0))
	real := w.wire.handler
	w.wire.handler = http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Retry-After", "90")
		rw.WriteHeader(http.StatusServiceUnavailable)
	})
	done, next, err := s.Deliver(t.Context())
	if err != nil || len(done) != 1 || !done[0].Kept || next.Sub(w.clock.Now()) != 90*time.Second {
		t.Errorf("%+v, next in %v, %v", done, next.Sub(w.clock.Now()), err)
	}
	w.wire.handler = real
	w.clock.advance(90 * time.Second)
	if done, _, err = s.Deliver(t.Context()); err != nil || len(done) != 1 || done[0].Err != nil {
		t.Errorf("when it is back: %+v, %v", done, err)
	}
}

// The access token is revoked first, then the refresh token. Each has its own result.
func TestRevokeOrder(t *testing.T) {
	w := newWorld(t)
	s := w.console()
	tok := must[console.Outcome](t)(
		s.Get(t.Context(), w.app("Payments", "PRODUCTION").ID, console.GetOptions{})).Token
	must[console.Token](t)(s.Revoke(t.Context(), tok.ID, console.RevokeBoth, 0))
	var hints []string
	w.wire.cut(func(r *http.Request) error {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		form, err := url.ParseQuery(string(body))
		hints = append(hints, form.Get("token_type_hint"))
		return err
	}, nil)
	done, _, err := s.Deliver(t.Context())
	if err != nil || !slices.Equal(hints, []string{"access_token", "refresh_token"}) {
		t.Errorf("sent %v, %v", hints, err)
	}
	if len(done) != 2 || done[0].Kind != console.RevokeAccess ||
		done[1].Kind != console.RevokeRefresh || done[1].Err != nil {
		t.Errorf("results %+v", done)
	}
	if got := w.token(tok.ID); got.Refresh != console.RefreshRevoked || got.AcceptedAt.IsZero() ||
		got.RefreshAcceptedAt.IsZero() {
		t.Errorf("stored: %+v", got)
	}
}

// A revoke is stored when it is decided: another console may undo it, and one that starts after a
// crash sends it.
func TestUndoWindowIsDurable(t *testing.T) {
	w := newWorld(t)
	a, b := w.console(), w.console()
	app := w.app("Orders", "PRODUCTION")
	tok := must[console.Outcome](t)(a.Get(t.Context(), app.ID, console.GetOptions{})).Token
	must[console.Token](t)(a.Revoke(t.Context(), tok.ID, console.RevokeBoth, a.UndoWindow()))
	_, err := a.Revoke(t.Context(), tok.ID, console.RevokeBoth, a.UndoWindow())
	refusal(t, err, "revoking")
	must[console.Undone](t)(b.UndoDecision(t.Context(), ""))
	if got := w.state(tok.ID); got != console.Active {
		t.Errorf("undone: %s", got)
	}
	w.clock.advance(time.Minute)
	if done, _, err := a.Deliver(t.Context()); err != nil || len(done) != 0 ||
		w.wire.sent("/revoke") != 0 {
		t.Errorf("an undone revoke was sent: %v, %v", done, err)
	}
	if done, err := a.DeliverOne(t.Context(), tok.ID); err != nil || len(done) != 0 ||
		w.wire.sent("/revoke") != 0 {
		t.Errorf("an undone revoke was sent by name: %v, %v", done, err)
	}
	_, err = b.UndoDecision(t.Context(), "")
	refusal(t, err, "nothing_to_undo")

	must[console.Token](t)(a.Revoke(t.Context(), tok.ID, console.RevokeBoth, a.UndoWindow()))
	w.clock.advance(time.Hour / 2) // the console that decided the revoke has ended
	done, _, err := w.console().Deliver(t.Context())
	if err != nil || len(done) != 1 || done[0].Err != nil {
		t.Errorf("a new console: %+v, %v", done, err)
	}
	_, err = b.Undo(t.Context(), tok.ID)
	refusal(t, err, "already_sent")
}

// Revokes that were decided together are undone together, by any console. Those that were sent are
// counted.
func TestUndoOfADecisionTakesAllBack(t *testing.T) {
	w := newWorldOf(t, sandbox.Options{Profile: sandbox.ProfileStateless},
		said(console.RegimeStateless))
	s, app := w.console(), w.app("Orders", "PRODUCTION")
	var ids []string
	for range 4 {
		ids = append(ids,
			must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token.ID)
		w.clock.advance(time.Second)
	}
	must[console.Token](t)(s.Revoke(t.Context(), ids[3], console.RevokeBoth, s.UndoWindow()))
	w.clock.advance(time.Millisecond)
	decide := func() {
		t.Helper()
		for i, d := range s.RevokeAll(t.Context(), append(ids[:3:3], "nothing"), console.RevokeBoth,
			s.UndoWindow()) {
			if (d.Err == nil) != (i < 3) {
				t.Errorf("%s: %v", d.ID, d.Err)
			}
		}
	}
	decide()
	u := must[console.Undone](t)(w.console().UndoDecision(t.Context(), ""))
	if len(u.Taken) != 3 || u.Sent != 0 || w.state(ids[0]) != console.Active ||
		w.state(ids[2]) != console.Active || w.state(ids[3]) != console.Revoking {
		t.Errorf("taken back: %+v", u)
	}
	decide()
	if done, err := s.DeliverOne(t.Context(), ids[1]); err != nil || len(done) != 1 {
		t.Fatalf("%v, %v", done, err)
	}
	u = must[console.Undone](t)(s.UndoDecision(t.Context(), ids[2]))
	if len(u.Taken) != 2 || u.Sent != 1 || w.state(ids[0]) != console.Active ||
		w.state(ids[2]) != console.Active {
		t.Errorf("after one was sent: %+v", u)
	}
	_, err := s.UndoDecision(t.Context(), ids[1])
	refusal(t, err, "already_sent")
}

func TestUndeliveredRevokeIsKept(t *testing.T) {
	w := newWorld(t)
	s, app := w.console(), w.app("Orders", "PRODUCTION")
	tok := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
	must[console.Token](t)(s.Revoke(t.Context(), tok.ID, console.RevokeBoth, 0))
	w.wire.cut(unreachable, nil)
	var waits []time.Duration
	for range 3 {
		done, next, err := s.Deliver(t.Context())
		if err != nil || len(done) != 1 || done[0].Err == nil || !done[0].Kept {
			t.Fatalf("%+v, %v", done, err)
		}
		waits = append(waits, next.Sub(w.clock.Now()))
		if again, _, err := s.Deliver(t.Context()); err != nil || len(again) != 0 {
			t.Errorf("sent again before its time: %+v, %v", again, err)
		}
		w.clock.advance(next.Sub(w.clock.Now()))
	}
	if !slices.Equal(waits, []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second}) {
		t.Errorf("waits %v", waits)
	}
	if got := w.state(tok.ID); got != console.Revoking {
		t.Errorf("undelivered: %s", got)
	}
	_, err := s.Undo(t.Context(), tok.ID)
	refusal(t, err, "already_sent")
	w.wire.cut(nil, nil)
	if done, _, err := s.Deliver(t.Context()); err != nil || len(done) != 1 || done[0].Err != nil ||
		w.state(tok.ID) != console.Lingering {
		t.Errorf("network back: %+v, %v, %s", done, err, w.state(tok.ID))
	}
}

// A revoke is dropped only if a server understood it and refused finally. It is kept if a person
// can correct the cause.
func TestWhatTakesARevokeOff(t *testing.T) {
	page := "<html><head><title>Bad Gateway</title></head></html>"
	for name, c := range map[string]struct {
		status int
		body   string
		kept   bool
	}{
		"unknown to the server":     {400, `{"error":"invalid_token"}`, false},
		"malformed for good":        {400, `{"error":"invalid_request"}`, false},
		"of an unsupported type":    {400, `{"error":"unsupported_token_type"}`, false},
		"a secret that was changed": {401, `{"error":"invalid_client"}`, true},
		"not allowed to":            {400, `{"error":"unauthorized_client"}`, true},
		"a server in trouble":       {500, page, true},
		"a proxy in trouble":        {502, page, true},
		"overloaded":                {429, `{"error":"invalid_request"}`, true},
		"too slow":                  {408, "", true},
		"a proxy's not found":       {404, page, true},
		"no such endpoint":          {404, "404 page not found\n", false},
		"no such endpoint any more": {410, "", false},
		"a firewall's page":         {403, page, true},
		"a captive portal":          {200, page, true},
		"moved":                     {302, "", true},
		"of its own words":          {400, `{"error":"teapot"}`, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			s, app := w.console(), w.app("Orders", "PRODUCTION")
			tok := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
			must[console.Token](t)(s.Revoke(t.Context(), tok.ID, console.RevokeBoth, 0))
			w.wire.instead = answersRevoke(c.status, "application/json", c.body)
			done, next, err := s.Deliver(t.Context())
			if err != nil || len(done) != 1 || done[0].Err == nil || done[0].Kept != c.kept ||
				next.IsZero() == c.kept {
				t.Fatalf("%+v, next %v, %v", done, next, err)
			}
			stored := w.token(tok.ID)
			if stored.RevokeError == "" ||
				c.kept != strings.Contains(w.advice(tok.ID), "not yet accepted") {
				t.Errorf("said: %q, %q", stored.RevokeError, w.advice(tok.ID))
			}
			if want := map[bool]console.State{true: console.Revoking,
				false: console.Active}[c.kept]; w.state(tok.ID) != want {
				t.Errorf("the token is %s", w.state(tok.ID))
			}
			w.wire.instead = nil // mended
			w.clock.advance(10 * time.Minute)
			if done, _, err = s.Deliver(t.Context()); err != nil ||
				c.kept != (len(done) == 1 && done[0].Err == nil) {
				t.Errorf("mended: %+v, %v", done, err)
			}
		})
	}
}

// answersRevoke answers each revocation with this.
func answersRevoke(status int,
	kind, body string) func(*http.Request) (*http.Response, error, bool) {
	return func(r *http.Request) (*http.Response, error, bool) {
		if r.URL.Path != "/revoke" {
			return nil, nil, false
		}
		h := http.Header{"Content-Type": {kind}}
		return &http.Response{StatusCode: status, Header: h,
			Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil, true
	}
}

// unreachable is a connection that was not made.
func unreachable(*http.Request) error {
	return &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("network is unreachable")}
}

// lost is a connection that breaks after the server has acted.
func lost(*http.Request) error { return errors.New("connection reset by peer") }

func TestLostAnswerIsUnsure(t *testing.T) {
	w := newWorld(t, said(console.RegimeOpaque))
	s, app := w.console(), w.app("Payments", "PRODUCTION")

	w.wire.cut(nil, lost)
	if _, err := s.Get(t.Context(), app.ID, console.GetOptions{}); err == nil {
		t.Fatal("a lost answer is no error")
	}
	b := must[console.Board](t)(s.Board(t.Context()))
	if len(b.Tokens) != 0 || len(b.Marks) != 1 || b.Marks[0].Op != "get" {
		t.Fatalf("after a lost get: %d tokens, marks %+v", len(b.Tokens), b.Marks)
	}
	w.wire.cut(nil, nil)
	tok := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
	if b := must[console.Board](t)(s.Board(t.Context())); len(b.Marks) != 0 {
		t.Errorf("an answered get leaves the mark of the lost one open: %+v", b.Marks)
	}

	w.wire.cut(nil, lost)
	if _, err := s.Renew(t.Context(), tok.ID); err == nil {
		t.Fatal("a lost answer is no error")
	}
	if got := w.state(tok.ID); got != console.Unsure {
		t.Errorf("after a lost refresh it is %s", got)
	}
	if got := w.token(tok.ID).Refresh; got != console.RefreshLive {
		t.Errorf("its refresh token is %q", got)
	}
	// The server did rotate. Renewing requests a new token and settles it, without sending the
	// refresh token again.
	w.wire.cut(nil, nil)
	out := must[console.Outcome](t)(s.Renew(t.Context(), tok.ID))
	if out.How != console.Issued || out.Token.ID == tok.ID {
		t.Errorf("%s, same token %v", out.How, out.Token.ID == tok.ID)
	}
	if got := w.state(tok.ID); got != console.Lingering {
		t.Errorf("the unsure one is now %s", got)
	}
	if out.Token.Refresh != console.RefreshLive {
		t.Errorf("the new one has refresh %q", out.Token.Refresh)
	}
}

func TestLostRefreshThatNeverHappened(t *testing.T) {
	w := newWorld(t)
	s, app := w.console(), w.app("Payments", "PRODUCTION")
	tok := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
	// A mark that a killed process left behind.
	err := w.keeper.Update(t.Context(), func(wr console.Writer) error {
		return wr.PutMark(
			console.Mark{ID: "m_left", Op: "refresh", AppID: app.ID, TokenID: tok.ID,
				SentAt: w.clock.Now()})
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := w.state(tok.ID); got != console.Unsure {
		t.Fatalf("it is %s", got)
	}
	out := must[console.Outcome](t)(s.Renew(t.Context(), tok.ID))
	if !out.Same || out.Token.ID != tok.ID || w.state(tok.ID) != console.Active {
		t.Errorf("same %v, %s", out.Same, w.state(tok.ID))
	}
}

// A refused request, or one that was not sent, leaves nothing unsure and stores nothing.
func TestRefusalsStoreNothing(t *testing.T) {
	w := newWorld(t)
	s, app := w.console(), w.app("Payments", "PRODUCTION")
	seed := w.vault[app.ID]
	seed.Password = secret.New("wrong")
	w.vault[app.ID] = seed
	for name, before := range map[string]func(*http.Request) error{
		"refused":    nil,
		"never sent": unreachable,
	} {
		w.wire.cut(before, nil)
		if _, err := s.Get(t.Context(), app.ID, console.GetOptions{}); err == nil {
			t.Fatalf("%s: no error", name)
		}
		b := must[console.Board](t)(s.Board(t.Context()))
		if len(b.Tokens) != 0 || len(b.Marks) != 0 {
			t.Errorf("%s: %d tokens, %d marks", name, len(b.Tokens), len(b.Marks))
		}
	}
}

// Of many callers in several consoles, one sends a request and the others take its answer.
func TestObtainOnce(t *testing.T) {
	w := newWorld(t)
	app := w.app("Payments", "PRODUCTION")
	consoles := []*console.Service{w.console(), w.console(), w.console()}
	var wg sync.WaitGroup
	ids := make([]string, 24)
	for i := range ids {
		wg.Go(func() {
			out, err := consoles[i%len(consoles)].Obtain(t.Context(), app.ID,
				console.ObtainOptions{MinLeft: time.Minute})
			if err != nil {
				t.Error(err)
			}
			ids[i] = out.Token.ID
		})
	}
	wg.Wait()
	if n := w.wire.sent("/token"); n != 1 {
		t.Errorf("%d requests for %d callers", n, len(ids))
	}
	slices.Sort(ids)
	if ids = slices.Compact(ids); len(ids) != 1 {
		t.Errorf("%d different tokens", len(ids))
	}
}

func TestObtainReusesRenewsAsks(t *testing.T) {
	w := newWorld(t)
	s, app := w.console(), w.app("Payments", "PRODUCTION")
	o := console.ObtainOptions{MinLeft: time.Minute}
	var how []console.How
	step := func(o console.ObtainOptions) console.Token {
		t.Helper()
		out := must[console.Outcome](t)(s.Obtain(t.Context(), app.ID, o))
		how = append(how, out.How)
		return out.Token
	}
	step(o)
	step(o)
	w.clock.advance(59*time.Minute + 30*time.Second) // too little left
	step(o)
	step(console.ObtainOptions{Fresh: true})
	must[console.Token](t)(s.Revoke(t.Context(), step(o).ID, console.RevokeBoth, 0))
	if _, _, err := s.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	step(o)
	want := []console.How{console.Issued, console.Reused, console.Refreshed, console.Refreshed,
		console.Reused, console.Issued}
	if !slices.Equal(how, want) {
		t.Errorf("%v, want %v", how, want)
	}
}

// An application whose grant is refresh_token gets no token by it. It gets one with another grant,
// and that one can be requested again.
func TestRefreshOnlyGetsNothing(t *testing.T) {
	w := newWorld(t)
	for i := range w.apps {
		w.apps[i].Grant = console.GrantRefreshToken
	}
	s, app := w.console(), w.app("Orders", "PRODUCTION")
	_, err := s.Get(t.Context(), app.ID, console.GetOptions{})
	refusal(t, err, app.CannotGet(""))
	other := app.Grants()[0]
	if app.CannotGet(other) != "" || slices.Contains(app.Grants(), app.Grant) {
		t.Fatalf("it can choose %q", app.Grants())
	}
	got := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{Grant: other}))
	does := console.ConsequencesOf(got.Token, app, s.Policy(app), false, w.clock.Now())
	if console.GrantAgain(got.Token, app) != other || does.Renewal != console.RenewalAnew {
		t.Errorf("renewing would be %q", does.Renewal)
	}
	if _, err := s.Renew(t.Context(), got.Token.ID); err != nil {
		t.Error(err)
	}
}

func TestReadOnlyRefuses(t *testing.T) {
	w := newWorld(t)
	app := w.app("Orders", "PRODUCTION")
	tok := must[console.Outcome](t)(
		w.console().Get(t.Context(), app.ID, console.GetOptions{})).Token
	for i := range w.apps {
		w.apps[i].Environment.ReadOnly = true
	}
	s := w.console()
	_, err := s.Get(t.Context(), app.ID, console.GetOptions{})
	refusal(t, err, "read_only")
	_, err = s.Renew(t.Context(), tok.ID)
	refusal(t, err, "read_only")
	_, err = s.Revoke(t.Context(), tok.ID, console.RevokeBoth, 0)
	refusal(t, err, "read_only")
	if a, _, err := s.Probe(t.Context(), tok.ID); err != nil || a.Verdict != tokenapi.Accepted {
		t.Errorf("probe: %+v, %v", a, err)
	}
}

// Tokens of an application that is no longer configured can still be revoked.
func TestGoneApplicationCanStillBeRevoked(t *testing.T) {
	w := newWorld(t)
	app := w.app("Orders", "PRODUCTION")
	tok := must[console.Outcome](t)(
		w.console().Get(t.Context(), app.ID, console.GetOptions{})).Token
	w.apps = slices.DeleteFunc(w.apps, func(a console.Application) bool { return a.ID == app.ID })
	delete(w.vault, app.ID)
	s := w.console()
	b := must[console.Board](t)(s.Board(t.Context()))
	if last := b.Applications[len(b.Applications)-1]; last.ID != app.ID ||
		last.Source != console.Gone {
		t.Errorf("the last application is %s, %s", last.Label(), last.Source)
	}
	must[console.Token](t)(s.Revoke(t.Context(), tok.ID, console.RevokeBoth, 0))
	done, _, err := s.Deliver(t.Context())
	if err != nil || len(done) != 1 || done[0].Err != nil {
		t.Errorf("%+v, %v", done, err)
	}
	_, err = s.Get(t.Context(), app.ID, console.GetOptions{})
	refusal(t, err, "gone")
}

// One write at a time per token, from every process.
func TestOneRefreshAtATime(t *testing.T) {
	w := newWorld(t)
	a, b := w.console(), w.console()
	app := w.app("Payments", "PRODUCTION")
	tok := must[console.Outcome](t)(a.Get(t.Context(), app.ID, console.GetOptions{})).Token
	inside, goOn := make(chan struct{}), make(chan struct{})
	w.wire.cut(func(*http.Request) error { close(inside); <-goOn; return nil }, nil)
	result := make(chan error, 1)
	go func() { _, err := a.Renew(context.Background(), tok.ID); result <- err }()
	<-inside
	_, err := a.Renew(t.Context(), tok.ID)
	refusal(t, err, "in_flight")
	theirs := make(chan got, 1)
	go func() { out, err := b.Renew(context.Background(), tok.ID); theirs <- got{out, err} }()
	w.wire.cut(nil, nil)
	close(goOn)
	if err := <-result; err != nil {
		t.Errorf("the first: %v", err)
	}
	if r := <-theirs; r.err != nil && !isReplaced(r.err) ||
		r.err == nil && r.out.How != console.Reused {
		t.Errorf("the other console: %s, %v", r.out.How, r.err)
	}
	if n := w.wire.sent("/token"); n != 2 {
		t.Errorf("%d requests, want one get and one refresh", n)
	}
}

// isReplaced reports whether a renewal failed because another one had replaced the token.
func isReplaced(err error) bool {
	e, ok := console.AsError(err)
	return ok && e.Code == "replaced"
}

func TestDrainWaits(t *testing.T) {
	w := newWorld(t)
	s, app := w.console(), w.app("Orders", "PRODUCTION")
	inside, goOn := make(chan struct{}), make(chan struct{})
	w.wire.cut(func(*http.Request) error { close(inside); <-goOn; return nil }, nil)
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error, 1)
	go func() { _, err := s.Get(ctx, app.ID, console.GetOptions{}); result <- err }()
	<-inside
	cancel() // the screen closes
	late, stop := context.WithCancel(t.Context())
	stop()
	if err := s.Drain(late); !errors.Is(err, context.Canceled) {
		t.Errorf("drain with a write in flight and no patience: %v", err)
	}
	close(goOn)
	if err := s.Drain(t.Context()); err != nil {
		t.Errorf("drain: %v", err)
	}
	if err := <-result; err != nil {
		t.Errorf("the get that was under way: %v", err)
	}
	if b := must[console.Board](t)(s.Board(t.Context())); len(b.Tokens) != 1 {
		t.Errorf("%d tokens", len(b.Tokens))
	}
}

// While an answer is under way, this console calls nothing unsure; another one does.
func TestAwaitedIsNotUnsure(t *testing.T) {
	w := newWorld(t)
	a, b, app := w.console(), w.console(), w.app("Payments", "PRODUCTION")
	tok := must[console.Outcome](t)(a.Get(t.Context(), app.ID, console.GetOptions{})).Token
	for _, verb := range []func(context.Context) error{
		func(ctx context.Context) error {
			_, err := a.Get(ctx, app.ID, console.GetOptions{})
			return err
		},
		func(ctx context.Context) error { _, err := a.Renew(ctx, tok.ID); return err },
	} {
		inside, goOn, result := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		w.wire.cut(func(*http.Request) error { close(inside); <-goOn; return nil }, nil)
		go func() { result <- verb(context.Background()) }()
		<-inside
		unsure := func(s *console.Service) int {
			board := must[console.Board](t)(s.Board(t.Context()))
			n := len(board.Marks)
			for _, t := range board.Tokens {
				if t.Unsure != nil {
					n++
				}
			}
			return n
		}
		if own, other := unsure(a), unsure(b); own != 0 || other != 1 {
			t.Errorf("unsure: %d here, %d elsewhere", own, other)
		}
		close(goOn)
		if err := <-result; err != nil {
			t.Error(err)
		}
		if own, other := unsure(a), unsure(b); own != 0 || other != 0 {
			t.Errorf("afterwards unsure: %d here, %d elsewhere", own, other)
		}
	}
}
