package console_test

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/tokenapi"
	"lanyard/tokenapi/sandbox"
)

// paired is a world whose server is in the configuration twice, by /token and by /oauth2/token: two
// applications for one consumer key, to which a server of opaque tokens hands one string.
func paired(t *testing.T,
	change ...func(*console.Environment)) (w *world, one, two console.Application) {
	t.Helper()
	w = newWorldOf(t, sandbox.Options{}, append(change, func(e *console.Environment) {
		e.Regime, e.Endpoints.IntrospectURL = console.RegimeOpaque, base+"/introspect"
	})...)
	one = w.app("Payments", "PRODUCTION")
	two = one
	two.Name, two.Environment.Name, two.Environment.Endpoints.TokenURL = "Billing", "other",
		base+"/oauth2/token"
	two.Environment.CacheTTL = 2 * one.Environment.CacheTTL
	two.ID = two.Identity()
	w.vault[two.ID] = w.vault[one.ID]
	w.apps = append(w.apps, two)
	return w, one, two
}

// states returns the states of the board, by application.
func states(t *testing.T, s *console.Service) (out map[string]console.Status) {
	t.Helper()
	b := must[console.Board](t)(s.Board(t.Context()))
	out = map[string]console.Status{}
	for _, tok := range b.Tokens {
		for _, a := range b.Applications {
			if a.ID == tok.AppID {
				out[string(a.Name)] = console.StatusAt(tok, s.Policy(a), s.Now())
			}
		}
	}
	return out
}

func TestOneAccessTokenHasOneState(t *testing.T) {
	t.Parallel()
	w, one, two := paired(t)
	s, ctx := w.console(), t.Context()
	a := must[console.Outcome](t)(s.Get(ctx, one.ID, console.GetOptions{})).Token
	b := must[console.Outcome](t)(s.Get(ctx, two.ID, console.GetOptions{})).Token
	if a.Fingerprint != b.Fingerprint || a.ID == b.ID {
		t.Fatalf("%s and %s are to be two rows with one token", a.ID, b.ID)
	}
	both := func(when string, state console.State, at console.AtServer) console.Status {
		t.Helper()
		all := states(t, s)
		x, y := all["Payments"], all["Billing"]
		if x.State != state || y.State != state || x.AtServer != at ||
			!x.StaleUntil.Equal(y.StaleUntil) || x.Proof != y.Proof {
			t.Errorf("%s: Payments %+v\nBilling %+v", when, x, y)
		}
		return x
	}
	both("got", console.Active, "")

	must[console.Token](t)(s.Revoke(ctx, a.ID, console.RevokeAccess, 3*time.Second))
	both("decided", console.Revoking, console.AtServerPending)
	_, err := s.Revoke(ctx, b.ID, console.RevokeBoth, 0)
	refusal(t, err, "revoking")
	must[console.Token](t)(s.Undo(ctx, a.ID))
	both("taken back", console.Active, "")

	must[console.Token](t)(s.Revoke(ctx, a.ID, console.RevokeAccess, 0))
	must[[]console.Delivery](t)(s.DeliverOne(ctx, a.ID))
	st := both("revoked", console.Lingering, console.AtServerConfirmed)
	if want := w.clock.Now().Add(two.Environment.CacheTTL); !st.StaleUntil.Equal(want) {
		t.Errorf("until %v, want the longer of the two windows, %v", st.StaleUntil, want)
	}
	_, err = s.Revoke(ctx, b.ID, console.RevokeAccess, 0)
	refusal(t, err, "already_revoked")
	if stored := w.token(b.ID); !stored.AcceptedAt.IsZero() || !stored.RevokeAt.IsZero() {
		t.Errorf("the facts of one row are stored on another: %+v", stored)
	}
	w.clock.advance(two.Environment.CacheTTL)
	both("after the window", console.Dead, console.AtServerConfirmed)

	// Obtain does not reuse the token, and gets another one.
	fresh := must[console.Outcome](t)(
		s.Obtain(ctx, two.ID, console.ObtainOptions{MinLeft: time.Minute}))
	if fresh.Token.Fingerprint == a.Fingerprint {
		t.Errorf("%s was handed out again", fresh.Token.Fingerprint)
	}
}

// Probes count for a twin where they are made at one gateway, and an inactive that counts does so
// everywhere.
func TestTwinsShareWhatIsAboutTheToken(t *testing.T) {
	t.Parallel()
	w, one, two := paired(t)
	s, ctx := w.console(), t.Context()
	a := must[console.Outcome](t)(s.Get(ctx, one.ID, console.GetOptions{})).Token
	b := must[console.Outcome](t)(s.Get(ctx, two.ID, console.GetOptions{})).Token
	w.put(t, a.ID, console.Probe{At: at(1), Status: 200, Verdict: tokenapi.Accepted,
		URL: string(one.ProbeURL)})
	for i := range 3 {
		w.put(t, a.ID, console.Probe{At: at(2 + i), Status: 401, Verdict: tokenapi.Refused,
			URL: string(one.ProbeURL)})
	}
	if all := states(t, s); all["Payments"].State != console.Dead ||
		all["Billing"].State != console.Dead {
		t.Errorf("refused at the gateway of both: %+v", all)
	}
	w.put(t, b.ID, console.Probe{At: at(9), Status: 200, Verdict: tokenapi.Accepted,
		URL: string(one.ProbeURL)})
	if all := states(t, s); all["Payments"].State != console.Active ||
		all["Billing"].State != console.Active {
		t.Errorf("accepted for the other row since: %+v", all)
	}
	for i := range 3 {
		w.put(t, a.ID, console.Probe{At: at(20 + i), Status: 401, Verdict: tokenapi.Refused,
			URL: string(one.ProbeURL)})
	}
	w.apps[len(w.apps)-1].ProbeURL = "https://elsewhere.example/list"
	if all := states(t, w.console()); all["Payments"].State != console.Dead ||
		all["Billing"].State != console.Active {
		t.Errorf("refused at the gateway of one: %+v", all)
	}
}

// put stores a probe as one that was made.
func (w *world) put(t *testing.T, id string, p console.Probe) {
	t.Helper()
	if err := w.keeper.Update(t.Context(),
		func(x console.Writer) error { return x.PutProbe(id, p) }); err != nil {
		t.Fatal(err)
	}
}

// A refresh token that is revoked ends the grant of every row that holds it.
func TestRevokedRefreshTokenEndsItsRows(t *testing.T) {
	t.Parallel()
	w, one, two := paired(t)
	s, ctx := w.console(), t.Context()
	a := must[console.Outcome](t)(s.Get(ctx, one.ID, console.GetOptions{})).Token
	b := must[console.Outcome](t)(s.Get(ctx, two.ID, console.GetOptions{})).Token
	if a.RefreshHash == "" || a.RefreshHash != b.RefreshHash {
		t.Fatalf("hashes %q and %q", a.RefreshHash, b.RefreshHash)
	}
	must[console.Token](t)(s.Revoke(ctx, a.ID, console.RevokeRefresh, 0))
	must[[]console.Delivery](t)(s.DeliverOne(ctx, a.ID))
	got := w.token(b.ID)
	if got.Refresh != console.RefreshRevoked ||
		!got.RefreshAcceptedAt.Equal(w.token(a.ID).RefreshAcceptedAt) {
		t.Errorf("refresh %q, %v", got.Refresh, got.RefreshAcceptedAt)
	}
	if st := states(t, s)["Billing"]; st.State != console.Lingering ||
		!st.StaleUntil.Equal(b.ExpiresAt) {
		t.Errorf("%+v", st)
	}
	_, err := s.Revoke(ctx, b.ID, console.RevokeRefresh, 0)
	refusal(t, err, "no_refresh_token")
}

// A server that issues a token again shows that it is alive, on every row.
func TestHandedOutAgainEverywhere(t *testing.T) {
	t.Parallel()
	w, one, two := paired(t)
	s, ctx := w.console(), t.Context()
	a := must[console.Outcome](t)(s.Get(ctx, one.ID, console.GetOptions{})).Token
	err := w.keeper.Update(ctx, func(x console.Writer) error {
		// a revoke whose acceptance meant nothing
		a.RevokeAt, a.RevokeKind, a.AcceptedAt = w.clock.Now(), console.RevokeAccess, w.clock.Now()
		return x.PutToken(&a)
	})
	if err != nil {
		t.Fatal(err)
	}
	out := must[console.Outcome](t)(s.Get(ctx, two.ID, console.GetOptions{}))
	if out.Token.Fingerprint != a.Fingerprint || len(out.Notes) == 0 {
		t.Errorf("%s, notes %q", out.Token.Fingerprint, out.Notes)
	}
	if all := states(t, s); all["Payments"].State != console.Active ||
		all["Billing"].State != console.Active {
		t.Errorf("%+v", all)
	}
}

// Tokens that were stored before hashes were kept have them after the first verb that opens the
// store.
func TestOldTokensAreHashed(t *testing.T) {
	t.Parallel()
	w, one, two := paired(t)
	s, ctx := w.console(), t.Context()
	a := must[console.Outcome](t)(s.Get(ctx, one.ID, console.GetOptions{})).Token
	b := must[console.Outcome](t)(s.Get(ctx, two.ID, console.GetOptions{})).Token
	err := w.keeper.Update(ctx, func(x console.Writer) error {
		a.AccessHash, a.RefreshHash, a.AcceptedAt = "", "", w.clock.Now()
		return errors.Join(x.PutToken(&a), x.SetSetting("hashed", ""))
	})
	if err != nil {
		t.Fatal(err)
	}
	later := w.console()
	must[console.Secrets](t)(later.Secrets(ctx, b.ID))
	if got := w.token(a.ID); got.AccessHash != b.AccessHash || got.RefreshHash != b.RefreshHash ||
		got.AccessHash == "" {
		t.Errorf("hashes %q %q", got.AccessHash, got.RefreshHash)
	}
	if all := states(t, later); all["Billing"].State != console.Lingering {
		t.Errorf("%+v", all)
	}
}

// "inactive" counts if this client got "active" before, or if the token was revoked here.
func TestWhatAnInactiveIsWorth(t *testing.T) {
	t.Parallel()
	w, one, two := paired(t)
	s, ctx := w.console(), t.Context()
	a := must[console.Outcome](t)(s.Get(ctx, one.ID, console.GetOptions{})).Token
	must[console.Outcome](t)(s.Get(ctx, two.ID, console.GetOptions{}))
	sec := must[console.Secrets](t)(s.Secrets(ctx, a.ID))
	elsewhere := w.console(func(o *console.Options) { o.Keeper = newWorld(t).keeper })
	leak := must[console.Token](t)(elsewhere.Adopt(ctx, one.ID, sec.Access, console.RevokeAccess))
	must[console.Token](t)(elsewhere.Revoke(ctx, leak.ID, console.RevokeAccess, 0))
	must[[]console.Delivery](t)(elsewhere.DeliverOne(ctx, leak.ID))

	ans, got, err := s.Introspect(ctx, a.ID)
	if err != nil || ans.Active || got.AtServerCounts || got.ServerSays() != console.NotOurs {
		t.Fatalf("who was never told active: %+v %q %v", got, got.ServerSays(), err)
	}
	if all := states(t, s); all["Payments"].State != console.Active ||
		all["Billing"].State != console.Active {
		t.Errorf("it changes no state: %+v", all)
	}
	fresh := must[console.Outcome](t)(s.Get(ctx, one.ID, console.GetOptions{})).Token
	if ans, got, err = s.Introspect(ctx, fresh.ID); err != nil || !ans.Active ||
		!got.AtServerCounts {
		t.Fatalf("%+v %+v %v", ans, got, err)
	}
	w.clock.advance(time.Second)
	if _, got, err = s.Introspect(ctx, a.ID); err != nil || got.ServerSays() != "inactive" {
		t.Fatalf("%q %v", got.ServerSays(), err)
	}
	st := console.StatusAt(got, s.Policy(one), s.Now())
	if st.State != console.Lingering || st.Cause != console.CauseElsewhere ||
		!st.StaleUntil.Equal(w.clock.Now().Add(two.Environment.CacheTTL)) {
		t.Errorf("%+v", st)
	}
	// A later introspection changes nothing: the bound stays.
	w.clock.advance(time.Minute)
	_, got, err = s.Introspect(ctx, a.ID)
	if again := console.StatusAt(got, s.Policy(one), s.Now()); err != nil ||
		!again.StaleUntil.Equal(st.StaleUntil) || !again.AtServerAt.Equal(w.clock.Now()) {
		t.Errorf("%+v %v", again, err)
	}
}

// The longest time by which a gateway exceeded a window is stored for its environment.
func TestSeenToAcceptLonger(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, ctx := w.console(), t.Context()
	tok := must[console.Outcome](t)(
		s.Get(ctx, w.app("Orders", "PRODUCTION").ID, console.GetOptions{})).Token
	err := w.keeper.Update(ctx, func(x console.Writer) error { // the server said so and did nothing
		tok.RevokeAt, tok.RevokeKind, tok.AcceptedAt = w.clock.Now(), console.RevokeAccess,
			w.clock.Now()
		return x.PutToken(&tok)
	})
	if err != nil {
		t.Fatal(err)
	}
	longer := func() console.Longer {
		return must[console.Board](t)(s.Board(ctx)).Longer["sandbox"]
	}
	w.clock.advance(w.env.CacheTTL - time.Second)
	w.probe(s, tok.ID, tokenapi.Accepted)
	if l := longer(); l.By != 0 {
		t.Errorf("within its window: %+v", l)
	}
	for _, more := range []time.Duration{8 * time.Second, 4 * time.Second} {
		w.clock.advance(more)
		w.probe(s, tok.ID, tokenapi.Accepted)
	}
	if l := longer(); l.By != 11*time.Second || !l.At.Equal(w.clock.Now()) {
		t.Errorf("%+v", l)
	}
	other := must[console.Outcome](t)(
		s.Get(ctx, w.app("Payments", "PRODUCTION").ID, console.GetOptions{})).Token
	if st := console.StatusAt(w.token(other.ID), s.Policy(w.app("Payments", "PRODUCTION")),
		s.Now()); st.Ended {
		t.Errorf("%+v", st)
	}
}

// Two rows of one token whose revokes were decided before the rows were known to be twins: one
// revoke is sent.
func TestTwinsAreRevokedOnce(t *testing.T) {
	t.Parallel()
	w, one, two := paired(t)
	s, ctx := w.console(), t.Context()
	for _, app := range []console.Application{one, two} {
		tok := must[console.Outcome](t)(s.Get(ctx, app.ID, console.GetOptions{})).Token
		err := w.keeper.Update(ctx, func(x console.Writer) error {
			tok.RevokeAt, tok.RevokeKind = w.clock.Now(), console.RevokeAccess
			return x.PutToken(&tok)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	done, next, err := s.Deliver(ctx)
	if err != nil || len(done) != 1 || !next.IsZero() || w.wire.sent("/revoke") != 1 {
		t.Errorf("%d deliveries, %d sent, next %v, %v", len(done), w.wire.sent("/revoke"), next,
			err)
	}
	for name, st := range states(t, s) {
		if st.State != console.Lingering || st.Pending {
			t.Errorf("%s: %+v", name, st)
		}
	}
}

// A refresh by one application replaces the token for both, and its refresh token is not sent a
// second time by the other.
func TestRefreshOfATwin(t *testing.T) {
	t.Parallel()
	w, one, two := paired(t, func(e *console.Environment) { e.Regime = console.RegimeAuto })
	s, ctx := w.console(), t.Context()
	a := must[console.Outcome](t)(s.Get(ctx, one.ID, console.GetOptions{})).Token
	b := must[console.Outcome](t)(s.Get(ctx, two.ID, console.GetOptions{})).Token
	if a.AccessHash != b.AccessHash || a.RefreshHash != b.RefreshHash ||
		a.Refresh != console.RefreshLive {
		t.Fatal("they are to hold the same pair")
	}
	next := must[console.Outcome](t)(s.Renew(ctx, a.ID)).Token
	for _, id := range []string{a.ID, b.ID} {
		tok := w.token(id)
		if tok.Refresh != console.RefreshSpent {
			t.Errorf("the refresh token of %s is %s", id, tok.Refresh)
		}
	}
	board := must[console.Board](t)(s.Board(ctx))
	for _, tok := range board.Tokens {
		if st := console.StatusAt(tok, s.Policy(two), s.Now()); tok.ID != next.ID &&
			st.State != console.Lingering {
			t.Errorf("%s of %s is %s", tok.Fingerprint, tok.AppID, st.State)
		}
	}
}

// A revoke that one application cannot deliver is no reason to refuse it to another one that can.
func TestRevokeByTheOtherWay(t *testing.T) {
	t.Parallel()
	w, one, two := paired(t)
	for i := range w.apps {
		if w.apps[i].ID == one.ID {
			w.apps[i].Environment.Endpoints.RevokeURL = base + "/nowhere-to-revoke"
		}
	}
	w.wire.instead = func(r *http.Request) (*http.Response, error, bool) {
		return nil, io.ErrUnexpectedEOF, r.URL.Path == "/nowhere-to-revoke"
	}
	s, ctx := w.console(), t.Context()
	a := must[console.Outcome](t)(s.Get(ctx, one.ID, console.GetOptions{})).Token
	b := must[console.Outcome](t)(s.Get(ctx, two.ID, console.GetOptions{})).Token
	must[console.Token](t)(s.Revoke(ctx, a.ID, console.RevokeAccess, 0))
	if done := must[[]console.Delivery](t)(s.DeliverOne(ctx, a.ID)); len(done) != 1 ||
		!done[0].Kept {
		t.Fatalf("%+v", done)
	}
	again := must[console.Outcome](t)(s.Get(ctx, two.ID, console.GetOptions{}))
	if !slices.ContainsFunc(again.Notes,
		func(n string) bool { return strings.Contains(n, "has not accepted yet") }) {
		t.Errorf("handed out again: %q", again.Notes)
	}
	must[console.Token](t)(s.Revoke(ctx, b.ID, console.RevokeAccess, 0))
	if done := must[[]console.Delivery](t)(s.DeliverOne(ctx, b.ID)); len(done) != 1 ||
		done[0].Err != nil {
		t.Fatalf("%+v", done)
	}
	for name, st := range states(t, s) {
		if st.State != console.Lingering || st.Pending {
			t.Errorf("%s: %+v", name, st)
		}
	}
}
