package console_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/tokenapi"
	"lanyard/tokenapi/sandbox"
)

func keeping(d time.Duration) func(*console.Options) {
	return func(o *console.Options) { o.Keep = d }
}

// Pruning removes what has been over for longer than keep, once a day, and the log of what is not
// held.
func TestPrunes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := w.app("Orders", "PRODUCTION")
	s := w.console(keeping(24 * time.Hour))
	old := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
	w.holds(app.ID, with(
		func(t *console.Token) {
			t.ID, t.Lifetime, t.ExpiresAt = "t_endless", tokenapi.Unbounded, time.Time{}
		}))
	if got := must[console.Forgotten](t)(w.console().Prune(t.Context())); len(got.Tokens)+
		got.Events > 0 {
		t.Errorf("without keep: %+v", got)
	}
	w.clock.advance(24 * time.Hour) // over for less than that
	if got := must[console.Forgotten](t)(s.Prune(t.Context())); len(got.Tokens)+got.Events > 0 {
		t.Errorf("before its time: %+v", got)
	}
	w.clock.advance(23 * time.Hour)
	if got := must[console.Forgotten](t)(s.Prune(t.Context())); len(got.Tokens)+got.Events > 0 {
		t.Errorf("twice in a day: %+v", got)
	}
	w.clock.advance(time.Hour)
	got := must[console.Forgotten](t)(s.Prune(t.Context()))
	if len(got.Tokens) != 1 || got.Tokens[0].ID != old.ID || got.Events == 0 ||
		len(got.Applications) > 0 {
		t.Errorf("%+v", got)
	}
	if log := w.log(); len(log) != 1 || log[0].Kind != console.EventForgotten ||
		log[0].TokenID != old.ID {
		t.Errorf("log %+v", log)
	}
	w.clock.advance(25 * time.Hour)
	must[console.Forgotten](t)(s.Prune(t.Context()))
	if log := w.log(); len(log) != 0 || !slices.Equal(w.ids(), []string{"t_endless"}) {
		t.Errorf("log %+v, tokens %v", log, w.ids())
	}
}

// In every history, pruning keeps each token that is alive, has a revoke to send or a refresh token
// to use, or waits for an answer.
func TestPruningKeepsWhatIsOfUse(t *testing.T) {
	t.Parallel()
	seeds := len(sandbox.Profiles())
	if full() {
		seeds = 24
	}
	forgot := 0
	for seed := range uint64(seeds) {
		r := rand.New(rand.NewPCG(seed, 14)) // to be repeatable
		w := newWorldOf(t,
			sandbox.Options{Profile: sandbox.Profiles()[int(seed)%len(sandbox.Profiles())]},
			func(e *console.Environment) {
				e.Endpoints.IntrospectURL = base + "/introspect"
			})
		s := w.console(keeping(time.Nanosecond))
		for range 4 {
			var what []string
			for range 10 {
				what = append(what, w.anything(r, s))
			}
			w.wire.cut(nil, nil)
			before := must[console.Board](t)(s.Board(t.Context()))
			w.clock.advance(25 * time.Hour)
			done := must[console.Forgotten](t)(s.Prune(t.Context()))
			forgot += len(done.Tokens)
			left := w.ids()
			for _, tok := range before.Tokens {
				st := console.StatusAt(tok, policyOf(s, before, tok.AppID), w.clock.Now())
				use := console.OfUse(tok, st) || st.State == console.Revoking ||
					st.State == console.Lingering ||
					tok.Unsure != nil && !tok.Unsure.Over(w.clock.Now())
				if use && !slices.Contains(left, tok.ID) {
					t.Errorf("seed %d, after %q: forgot %s, which is %s: %+v", seed, what, tok.ID,
						st.State, tok)
				}
			}
			w.replays(fmt.Sprint("seed ", seed, ": pruned"))
		}
	}
	if forgot == 0 {
		t.Error("nothing was forgotten")
	}
}

func policyOf(s *console.Service, b console.Board, appID string) console.Policy {
	for _, a := range b.Applications {
		if a.ID == appID {
			return s.Policy(a)
		}
	}
	return console.Policy{}
}
