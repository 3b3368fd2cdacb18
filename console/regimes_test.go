package console_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/tokenapi"
	"lanyard/tokenapi/sandbox"
)

// regime returns a world whose server has a profile, and whose environment names the regime (or
// "auto").
func regime(t *testing.T, profile string, said console.Regime,
	more ...func(*sandbox.Options)) *world {
	t.Helper()
	o := sandbox.Options{Profile: profile}
	for _, m := range more {
		m(&o)
	}
	return newWorldOf(t, o, func(e *console.Environment) { e.Regime = said })
}

// warnings collects the warnings before gets.
func warnings(warned *[]console.Supersede) func(*console.Options) {
	return func(o *console.Options) {
		o.Device = "laptop"
		o.Supersede = func(k console.Supersede) { *warned = append(*warned, k) }
	}
}

func (w *world) probe(s *console.Service, id string, want tokenapi.Verdict) {
	w.t.Helper()
	ans, _, err := s.Probe(w.t.Context(), id)
	if err != nil || ans.Verdict != want {
		w.t.Errorf("probe %s: %s %d %v, want %s", id, ans.Verdict, ans.Status, err, want)
	}
}

// A server of JWTs that it stores: a new one revokes the older one of the same key, user and
// scopes, for everyone. Lanyard warns before, and the older one lingers until its window ends.
func TestRegimeJWT(t *testing.T) {
	t.Parallel()
	w := regime(t, sandbox.ProfileJWT, console.RegimeJWT)
	var warned []console.Supersede
	s := w.console(warnings(&warned))
	app := w.app("Orders", "PRODUCTION")
	first := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
	if len(warned) != 1 || !warned[0].Sure || warned[0].Held != "" ||
		warned[0].Scope != "device_laptop" {
		t.Errorf("the first get: %+v; somebody else may hold one", warned)
	}
	w.probe(s, first.ID, tokenapi.Accepted)

	own := must[console.Outcome](t)(
		s.Get(t.Context(), app.ID, console.GetOptions{Scopes: []string{"device_laptop"}})).Token
	if len(warned) != 1 {
		t.Error("a scope of one's own is in nobody's way")
	}
	second := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{}))
	if len(warned) != 2 || warned[1].Held != first.Fingerprint {
		t.Errorf("the second get: %+v", warned)
	}
	if got := w.token(first.ID); got.ReplacedBy != second.Token.ID ||
		w.state(first.ID) != console.Lingering {
		t.Errorf("the older one: %s, replaced by %q", w.state(first.ID), got.ReplacedBy)
	}
	if w.state(second.Token.ID) != console.Active || w.state(own.ID) != console.Active {
		t.Error("the new one and the one with a scope of its own are alive")
	}
	w.probe(s, first.ID, tokenapi.Accepted)
	w.clock.advance(3 * time.Second)
	w.probe(s, first.ID, tokenapi.Refused)
	w.probe(s, second.Token.ID, tokenapi.Accepted)
	w.probe(s, own.ID, tokenapi.Accepted)

	// The gateway is told of a revocation by the access token, and not of one by the refresh token.
	pay := w.app("Payments", "PRODUCTION")
	p := must[console.Outcome](t)(s.Get(t.Context(), pay.ID, console.GetOptions{})).Token
	must[console.Token](t)(s.Revoke(t.Context(), p.ID, console.RevokeRefresh, 0))
	must[[]console.Delivery](t)(s.DeliverOne(t.Context(), p.ID))
	if st := console.StatusAt(w.token(p.ID), s.Policy(pay),
		w.clock.Now()); st.State != console.Lingering || !st.StaleUntil.Equal(p.ExpiresAt) {
		t.Errorf("revoked by the refresh token: %s until %v, want its expiry %v", st.State,
			st.StaleUntil, p.ExpiresAt)
	}
	w.clock.advance(time.Minute)
	w.probe(s, p.ID, tokenapi.Accepted)
}

// The regime is not named. Lanyard warns once JWTs were seen, and names what may have happened.
func TestRegimeUnknown(t *testing.T) {
	t.Parallel()
	for _, said := range []console.Regime{console.RegimeAuto, ""} {
		t.Run(string(said), func(t *testing.T) { regimeUnknown(t, said) })
	}
}

func regimeUnknown(t *testing.T, said console.Regime) {
	t.Helper()
	w := regime(t, sandbox.ProfileJWT, said)
	var warned []console.Supersede
	s := w.console(warnings(&warned))
	app := w.app("Orders", "PRODUCTION")
	first := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{}))
	if len(warned) != 0 || !first.Token.JWT {
		t.Errorf("before anything was seen: %v, JWT %v", warned, first.Token.JWT)
	}
	second := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{}))
	if len(warned) != 1 || warned[0].Sure {
		t.Errorf("with a JWT seen: %+v", warned)
	}
	if !slices.ContainsFunc(second.Notes, func(n string) bool {
		return strings.Contains(n, "may have revoked") && strings.Contains(n, "regime")
	}) {
		t.Errorf("notes %q", second.Notes)
	}
	if w.state(first.Token.ID) != console.Active {
		t.Error("nothing was concluded, so nothing is filed")
	}

	// A get at an opaque server has no warning.
	o := regime(t, sandbox.ProfileOpaque, said)
	warned = nil
	s = o.console(warnings(&warned))
	app = o.app("Orders", "PRODUCTION")
	must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{}))
	if out := must[console.Outcome](t)(
		s.Get(t.Context(), app.ID, console.GetOptions{})); !out.Same || len(warned) != 0 ||
		len(out.Notes) != 0 {
		t.Errorf("opaque: same %v, warned %v, notes %q", out.Same, warned, out.Notes)
	}
}

// A server that stores nothing: only its own revoke ends a token, and the tokens of a pair are
// independent.
func TestRegimeStateless(t *testing.T) {
	t.Parallel()
	w := regime(t, sandbox.ProfileStateless, console.RegimeStateless)
	var warned []console.Supersede
	s := w.console(warnings(&warned))
	pay := w.app("Payments", "PRODUCTION")
	first := must[console.Outcome](t)(s.Get(t.Context(), pay.ID, console.GetOptions{})).Token
	other := must[console.Outcome](t)(s.Get(t.Context(), pay.ID, console.GetOptions{})).Token
	if len(warned) != 0 || w.state(first.ID) != console.Active ||
		first.Fingerprint == other.Fingerprint {
		t.Error("each get is a token of its own, and harms no other")
	}
	next := must[console.Outcome](t)(s.Renew(t.Context(), first.ID)).Token
	if st := console.StatusAt(w.token(first.ID), s.Policy(pay),
		w.clock.Now()); st.State != console.Lingering || !st.StaleUntil.Equal(first.ExpiresAt) {
		t.Errorf("a refreshed token: %s until %v, want its expiry", st.State, st.StaleUntil)
	}
	w.clock.advance(20 * time.Minute) // far past any cache
	w.probe(s, first.ID, tokenapi.Accepted)

	must[console.Token](t)(s.Revoke(t.Context(), next.ID, console.RevokeAccess, 0))
	must[[]console.Delivery](t)(s.DeliverOne(t.Context(), next.ID))
	w.clock.advance(3 * time.Second)
	w.probe(s, next.ID, tokenapi.Refused)
	if got := w.token(next.ID); got.Refresh != console.RefreshLive {
		t.Errorf("its refresh token is %q: nobody said it died", got.Refresh)
	}
	if out, err := s.Renew(t.Context(), next.ID); err != nil || out.How != console.Refreshed {
		t.Errorf("the refresh token goes on: %v %v", out.How, err)
	}
}

// A gateway that introspects and keeps the answer for the whole window, also if the token is
// revoked meanwhile.
func TestRegimeIntrospecting(t *testing.T) {
	t.Parallel()
	w := regime(t, sandbox.ProfileIntrospecting, console.RegimeIntrospecting)
	s := w.console()
	app := w.app("Orders", "PRODUCTION")
	tok := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
	w.probe(s, tok.ID, tokenapi.Accepted)
	must[console.Token](t)(s.Revoke(t.Context(), tok.ID, console.RevokeBoth, 0))
	must[[]console.Delivery](t)(s.DeliverOne(t.Context(), tok.ID))
	w.clock.advance(w.env.CacheTTL - time.Second)
	w.probe(s, tok.ID, tokenapi.Accepted)
	if w.state(tok.ID) != console.Lingering {
		t.Errorf("state %s", w.state(tok.ID))
	}
	w.clock.advance(2 * time.Second)
	w.probe(s, tok.ID, tokenapi.Refused)
	if w.state(tok.ID) != console.Dead {
		t.Errorf("state %s after the window", w.state(tok.ID))
	}
}

// A gateway of several nodes: one refuses a token that it never saw, another accepts it. One
// refusal proves nothing.
func TestSeveralNodes(t *testing.T) {
	t.Parallel()
	w := regime(t, sandbox.ProfileOpaque, console.RegimeOpaque,
		func(o *sandbox.Options) { o.Nodes = 2 })
	node := "1"
	w.wire.cut(func(r *http.Request) error { r.Header.Set("X-Node", node); return nil }, nil)
	s := w.console()
	app := w.app("Orders", "PRODUCTION")
	tok := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
	w.probe(s, tok.ID, tokenapi.Accepted)
	must[console.Token](t)(s.Revoke(t.Context(), tok.ID, console.RevokeBoth, 0))
	must[[]console.Delivery](t)(s.DeliverOne(t.Context(), tok.ID))
	node = "2"
	for range 2 {
		w.clock.advance(time.Second)
		w.probe(s, tok.ID, tokenapi.Refused)
	}
	node = "1"
	w.clock.advance(time.Second)
	w.probe(s, tok.ID, tokenapi.Accepted)
	if w.state(tok.ID) != console.Lingering {
		t.Errorf("state %s: two refusals of one node and an acceptance of the other",
			w.state(tok.ID))
	}
	w.clock.advance(w.env.CacheTTL)
	for range 3 {
		w.clock.advance(time.Second)
		w.probe(s, tok.ID, tokenapi.Refused)
	}
	if w.state(tok.ID) != console.Dead {
		t.Errorf("state %s after three refusals", w.state(tok.ID))
	}
}

// A fault that no token cures never makes the console ask for one.
func TestFaultsThatNoTokenCures(t *testing.T) {
	t.Parallel()
	w := regime(t, sandbox.ProfileOpaque, console.RegimeOpaque)
	s := w.console(func(o *console.Options) {
		o.Explain = func(_ console.Application, code int, subs []console.Subscription) string {
			if code == 900909 && len(subs) == 1 && subs[0].Status == "ON_HOLD" {
				return "it waits for approval"
			}
			return ""
		}
	})
	app := w.app("Reports", "PRODUCTION")
	tok := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
	sent := w.wire.sent("/token")
	ans, _, err := s.Probe(t.Context(), tok.ID)
	if err != nil || ans.FaultCode != 900909 || ans.Verdict != tokenapi.Unclear ||
		ans.Advice.NewTokenMayHelp || ans.Advice.Cause == "" {
		t.Errorf("probe: %+v %v", ans, err)
	}
	if w.wire.sent("/token") != sent {
		t.Error("a token was asked for")
	}
	if err := s.KeepSubscriptions(t.Context(), string(app.ConsumerKey),
		[]console.Subscription{{API: "orders", Status: "ON_HOLD"}}); err != nil {
		t.Fatal(err)
	}
	w.clock.advance(5 * time.Minute)
	if ans, _, _ = s.Probe(t.Context(),
		tok.ID); ans.Advice.Cause != "it waits for approval, as the portal said 5 min ago" {
		t.Errorf("cause %q", ans.Advice.Cause)
	}
}
