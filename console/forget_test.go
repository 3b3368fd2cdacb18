package console_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// holds stores tokens of an application unchanged. Each has an access token of its own unless it
// names a hash.
func (w *world) holds(app string, all ...console.Token) {
	w.t.Helper()
	err := w.keeper.Update(w.t.Context(), func(wr console.Writer) error {
		for _, t := range all {
			probes, mark := t.Probes, t.Unsure
			if t.AppID == "" {
				t.AppID = app
			}
			t.Probes, t.Unsure = nil, nil
			if err := wr.PutToken(&t); err != nil {
				return err
			}
			if err := wr.PutSecrets(t.ID,
				console.Secrets{Access: secret.New("secret of " + t.ID)}); err != nil {
				return err
			}
			for _, p := range probes {
				if err := wr.PutProbe(t.ID, p); err != nil {
					return err
				}
			}
			if mark != nil {
				if err := wr.PutMark(*mark); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) ids() (ids []string) {
	w.t.Helper()
	err := w.keeper.View(w.t.Context(), func(r console.Reader) error {
		all, err := r.Tokens()
		for _, t := range all {
			ids = append(ids, t.ID)
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return ids
}

// shapes are tokens in every state, judged two hours after t0. over reports whether the access
// token is over then.
func shapes() (all []struct {
	name string
	over bool
	tok  console.Token
}) {
	const yes, no = tokenapi.Accepted, tokenapi.Refused
	add := func(name string, over bool, change func(*console.Token)) {
		t := with(change)
		t.ID = "t_" + strings.ReplaceAll(name, " ", "_")
		all = append(all, struct {
			name string
			over bool
			tok  console.Token
		}{name, over, t})
	}
	long := func(t *console.Token) { t.ExpiresAt, t.Granted = t0.Add(24*time.Hour), 24*time.Hour }
	revoked := func(s int) func(*console.Token) {
		return func(t *console.Token) {
			long(t)
			t.RevokeAt, t.RevokeKind, t.AcceptedAt = at(s), console.RevokeAccess, at(s)
		}
	}
	add("active", false, long)
	add("expiring", false,
		func(t *console.Token) { t.ExpiresAt = t0.Add(2*time.Hour + 30*time.Second) })
	add("unbounded", false,
		func(t *console.Token) { t.Lifetime, t.ExpiresAt = tokenapi.Unbounded, time.Time{} })
	add("unknown", false,
		func(t *console.Token) { t.Lifetime, t.ExpiresAt = tokenapi.Unknown, time.Time{} })
	add("ambiguous", false,
		func(t *console.Token) { t.Lifetime, t.ExpiresAt = tokenapi.Ambiguous, time.Time{} })
	add("lingering", false, revoked(7100))
	add("dead", true, revoked(100))
	add("accepted after its window", false,
		func(t *console.Token) { revoked(100)(t); t.Probes = probes(3000, yes) })
	add("called active after its revoke", false, func(t *console.Token) {
		revoked(100)(t)
		t.Probes, t.AtServer, t.AtServerAt, t.ActiveAt = probes(200, no, 202, no, 204, no),
			console.ServerActive, at(300), at(300)
	})
	add("replaced", false,
		func(t *console.Token) { long(t); t.ReplacedAt, t.ReplacedBy = at(100), "t_y" })
	add("superseded", true, func(t *console.Token) {
		long(t)
		t.ReplacedAt, t.ReplacedBy, t.Probes = at(100), "t_y", probes(200, no, 202, no, 204, no)
	})
	add("refused", true,
		func(t *console.Token) { long(t); t.Probes = probes(200, no, 202, no, 204, no) })
	add("expired", true, func(*console.Token) {})
	add("accepted after its expiry", false, func(t *console.Token) { t.Probes = probes(7190, yes) })
	add("accepted after its expiry long ago", true,
		func(t *console.Token) { t.Probes = probes(3700, yes) })
	return all
}

// Forget removes exactly the tokens that are over: in every state, with each refresh token, revoke
// and mark.
func TestForgetsExactlyWhatIsOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.env.Regime = console.RegimeAuto
	app := w.app("Orders", "PRODUCTION")
	var all []console.Token
	var want, forgotten []string
	for _, sh := range shapes() {
		for _, refresh := range []console.RefreshState{console.RefreshNone, console.RefreshLive,
			console.RefreshSpent, console.RefreshRevoked} {
			for _, revoke := range []string{"", "pending", "pending refresh"} {
				for _, mark := range []string{"", "open", "over"} {
					if revoke != "" && mark != "" && refresh != console.RefreshNone {
						continue // until time passes
					}
					tok := sh.tok
					tok.ID = fmt.Sprint(tok.ID, "-", refresh, "-", revoke, "-", mark)
					tok.Refresh, tok.Fingerprint = refresh, tok.ID
					over := sh.over && refresh != console.RefreshLive && mark != "open"
					switch revoke {
					case "pending":
						tok.RevokeAt, tok.RevokeKind = at(7150), console.RevokeBoth
						// If the revoke of the access token was accepted, only the refresh token
						// counts.
						over = over && !tok.AcceptedAt.IsZero()
					case "pending refresh":
						tok.RevokeAt, tok.RevokeKind = at(7150), console.RevokeRefresh
						if !tok.AcceptedAt.IsZero() {
							tok.RevokeKind = console.RevokeBoth
						}
					}
					if mark != "" {
						m := console.Mark{ID: "m_" + tok.ID, Op: "refresh", AppID: app.ID,
							TokenID: tok.ID, SentAt: at(50)}
						if mark == "over" {
							m.EndsBy = at(60)
						}
						tok.Unsure = &m
					}
					all = append(all, tok)
					if over {
						forgotten = append(forgotten, tok.ID)
					} else {
						want = append(want, tok.ID)
					}
				}
			}
		}
	}
	w.holds(app.ID, all...)
	s := w.console()
	w.clock.advance(2 * time.Hour)
	// A named token that is not over is refused with its reason, and nothing is removed.
	_, err := s.Forget(t.Context(),
		console.ForgetWhat{Tokens: append([]string{forgotten[0]}, want...)})
	if !isCode(err, "not_over") || console.Hint(err) == "" {
		t.Errorf("refused with %v", err)
	}
	for _, part := range []string{fmt.Sprint(len(want), " tokens are not over"),
		" (Orders@sandbox/PRODUCTION): the gateway let it through after its expiry, until " +
			"14:04:50Z; ", fmt.Sprint("; ", len(want)-10, " more")} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %q", err, part)
		}
	}
	if n := len(w.ids()); n != len(all) {
		t.Fatalf("%d of %d tokens are left after refusals", n, len(all))
	}
	plan := must[console.Forgotten](t)(s.Forgettable(t.Context(), console.ForgetWhat{Over: true}))
	done := must[console.Forgotten](t)(s.Forget(t.Context(), console.ForgetWhat{Over: true}))
	if len(done.Tokens) != len(forgotten) || len(plan.Tokens) != len(forgotten) ||
		len(done.Kept) != len(want) || len(done.Applications) > 0 {
		t.Errorf("forgot %d, told %d, kept %d; want %d and %d", len(done.Tokens), len(plan.Tokens),
			len(done.Kept), len(forgotten), len(want))
	}
	for _, n := range plan.Kept {
		if n.Held.Why == "" || n.Held.Hint == "" {
			t.Errorf("%s is kept and nobody knows why: %+v", n.Token.ID, n.Held)
		}
	}
	left := w.ids()
	slices.Sort(left)
	slices.Sort(want)
	for _, id := range left {
		if !slices.Contains(want, id) {
			t.Errorf("%s is over, and was not forgotten", id)
		}
	}
	for _, id := range want {
		if !slices.Contains(left, id) {
			t.Errorf("%s may live, and was forgotten", id)
		}
	}
	logged := 0
	for _, e := range w.log() {
		if e.Kind == console.EventForgotten {
			logged++
		}
	}
	if logged != len(forgotten) {
		t.Errorf("%d are logged as forgotten, want %d", logged, len(forgotten))
	}
}

// Rows of one token are forgotten together, or not at all.
func TestForgetsTwinsTogether(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.app("Orders", "PRODUCTION"), w.app("Payments", "PRODUCTION")
	row := func(id, app string, change func(*console.Token)) console.Token {
		return with(func(t *console.Token) {
			t.ID, t.AppID, t.AccessHash, t.ExpiresAt = id, app, "the same", t0.Add(24*time.Hour)
			change(t)
		})
	}
	revoked := row("t_a", a.ID, func(t *console.Token) {
		t.RevokeAt, t.RevokeKind, t.AcceptedAt = at(1), console.RevokeAccess, at(1)
	})
	refresh := row("t_b", b.ID, func(t *console.Token) { t.Refresh = console.RefreshLive })
	w.holds("", revoked, refresh)
	s := w.console()
	w.clock.advance(2 * time.Hour)
	if _, err := s.Forget(t.Context(), console.ForgetWhat{Tokens: []string{"t_a"}}); !isCode(err,
		"not_over") {
		t.Errorf("its twin has a live refresh token: %v", err)
	}
	if got := must[console.Forgotten](t)(
		s.Forget(t.Context(), console.ForgetWhat{OverOf: []string{a.ID}})); len(got.Tokens) > 0 {
		t.Errorf("forgot %v", got.Tokens)
	}
	w.edit("t_b", func(t *console.Token) { t.Refresh = console.RefreshSpent })
	got := must[console.Forgotten](t)(
		s.Forget(t.Context(), console.ForgetWhat{Tokens: []string{"t_a"}}))
	if left := w.ids(); len(left) != 0 || len(got.Tokens) != 2 {
		t.Errorf("left %v, told %v", left, got.Tokens) // alone, t_b would be shown as active
	}
}

// A mark does not end earlier because the token with the longest life is forgotten.
func TestForgottenLifeBoundsMarks(t *testing.T) {
	t.Parallel()
	for _, endless := range []bool{false, true} {
		w := newWorld(t)
		app := w.app("Orders", "PRODUCTION")
		s := w.console()
		first := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
		m := w.loses(s, app.ID, console.GetOptions{})
		life := m.EndsBy.Sub(m.SentAt)
		if _, err := s.Dismiss(t.Context(), m.ID); err != nil {
			t.Fatal(err)
		}
		w.edit(first.ID, func(t *console.Token) {
			if t.RevokeAt, t.RevokeKind, t.AcceptedAt = t0, console.RevokeBoth, t0; endless {
				t.Lifetime, t.ExpiresAt, t.Granted = tokenapi.Unbounded, time.Time{}, 0
			}
		})
		short := first
		short.ID, short.AccessHash, short.Granted, short.ExpiresAt = "t_short", "", time.Minute,
			t0.Add(time.Minute)
		w.holds(app.ID, short)
		w.clock.advance(24 * time.Hour)
		must[console.Forgotten](t)(
			s.Forget(t.Context(), console.ForgetWhat{Tokens: []string{first.ID}}))
		m = w.loses(s, app.ID, console.GetOptions{})
		switch {
		case endless && !m.EndsBy.IsZero():
			t.Errorf("nobody knows its end, and it is told as %v", m.EndsBy)
		case !endless && m.EndsBy.Sub(m.SentAt) != life:
			t.Errorf("ends after %v, before %v", m.EndsBy.Sub(m.SentAt), life)
		}
	}
}

// A token is removed with its log, and an application with all of its log. One entry stays for
// each. A replay of the rest of the log gives the content of the store.
func TestForgetsWithHistory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.console()
	orders, pay := w.app("Orders", "PRODUCTION"), w.app("Orders", "SANDBOX")
	one := must[console.Outcome](t)(s.Get(t.Context(), orders.ID, console.GetOptions{})).Token
	two := must[console.Outcome](t)(s.Get(t.Context(), pay.ID, console.GetOptions{})).Token
	refusal(t, func() error {
		_, err := s.Forget(t.Context(), console.ForgetWhat{Applications: []string{orders.ID}})
		return err
	}(), "not_gone")
	w.clock.advance(48 * time.Hour)
	must[console.Forgotten](t)(s.Forget(t.Context(), console.ForgetWhat{Tokens: []string{one.ID}}))
	w.replays("a token is forgotten")
	for _, e := range w.log() {
		if e.TokenID == one.ID &&
			(e.Kind != console.EventForgotten || e.Fingerprint != one.Fingerprint ||
				e.Application != orders.Label()) {
			t.Errorf("left of %s: %+v", one.Fingerprint, e)
		}
	}
	later := w.console(func(o *console.Options) { o.Applications = nil })
	got := must[console.Forgotten](t)(
		later.Forget(t.Context(), console.ForgetWhat{Applications: []string{pay.ID}}))
	if len(got.Tokens) != 1 || len(got.Applications) != 1 || len(w.ids()) != 0 {
		t.Errorf("%+v", got)
	}
	var told []string
	for _, e := range w.log() {
		if e.AppID == pay.ID {
			told = append(told, string(e.Kind)+" "+e.Fingerprint+" "+string(e.Application))
		}
	}
	if want := []string{"forgotten " + two.Fingerprint + " " + string(pay.Label()),
		"forgotten  " + string(pay.Label())}; !slices.Equal(told, want) {
		t.Errorf("logged %q, want %q", told, want)
	}
	w.replays("an application is forgotten")
	err := w.keeper.View(t.Context(), func(r console.Reader) error {
		_, err := r.Application(pay.ID)
		if !isNotFoundErr(err) {
			t.Errorf("it is stored: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func isNotFoundErr(err error) bool {
	return err != nil && strings.Contains(err.Error(), console.ErrNotFound.Error())
}
