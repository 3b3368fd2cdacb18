package console_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/tokenapi"
	"lanyard/tokenapi/jwt"
	"lanyard/tokenapi/secret"
)

// gate is a gateway that is not WSO2's, in front of the sandbox's key manager. A handler answers
// its probe URL.
type gate struct {
	*world
	s   *console.Service
	app console.Application

	mu      sync.Mutex
	good    map[string]bool // the tokens that it knows
	down    bool            // its key manager does not answer
	came    []string        // tokens, in order
	handler func(g *gate, w http.ResponseWriter, r *http.Request, good bool)
}

func newGate(t *testing.T, handler func(g *gate, w http.ResponseWriter, r *http.Request, good bool),
	change ...func(*console.Application)) *gate {
	t.Helper()
	g := &gate{world: newWorld(t), good: map[string]bool{}, handler: handler}
	g.app = g.world.app("Orders", "PRODUCTION")
	for _, c := range change {
		c(&g.app)
		for i, a := range g.apps {
			if a.ID == g.app.ID {
				g.apps[i] = g.app
			}
		}
	}
	g.wire.instead = func(r *http.Request) (*http.Response, error, bool) {
		if !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ") {
			return nil, nil, false
		}
		g.mu.Lock()
		token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		g.came = append(g.came, token)
		good := g.good[token]
		g.mu.Unlock()
		rec := newRecorder()
		g.handler(g, rec, r, good)
		return rec.response(r), nil, true
	}
	g.s = g.console()
	return g
}

// recorder is an answer in the making.
type recorder struct {
	status int
	header http.Header
	body   strings.Builder
}

func newRecorder() *recorder {
	return &recorder{status: 200, header: http.Header{}}
}
func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(b []byte) (int, error) { return r.body.Write(b) }
func (r *recorder) response(q *http.Request) *http.Response {
	return &http.Response{
		StatusCode: r.status,
		Header:     r.header,
		Body:       io.NopCloser(strings.NewReader(r.body.String())),
		Request:    q,
		ProtoMajor: 1,
		ProtoMinor: 1,
	}
}

// token gets a token that the gateway knows.
func (g *gate) token() console.Token {
	g.t.Helper()
	tok := must[console.Outcome](g.t)(g.s.Get(g.t.Context(), g.app.ID, console.GetOptions{})).Token
	sec := must[console.Secrets](g.t)(g.s.Secrets(g.t.Context(), tok.ID))
	g.set(sec.Access, true)
	return tok
}

func (g *gate) set(token secret.Text, good bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.good[token.Reveal()] = good
}

func (g *gate) kill(id string) {
	g.t.Helper()
	g.set(must[console.Secrets](g.t)(g.s.Secrets(g.t.Context(), id)).Access, false)
}

func (g *gate) fail(down bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.down = down
}

func (g *gate) isDown() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.down
}

// asked returns the number of calls, and of those with a made-up token.
func (g *gate) asked() (all, made int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, token := range g.came {
		if _, known := g.good[token]; !known {
			made++
		}
	}
	return len(g.came), made
}

// sees probes once.
func (g *gate) sees(id string, want tokenapi.Verdict, why tokenapi.Why) console.Token {
	g.t.Helper()
	ans, tok, err := g.s.Probe(g.t.Context(), id)
	if err != nil || ans.Verdict != want || ans.Why != why {
		g.t.Errorf("%s %s (%d), %v; want %s %s", ans.Verdict, ans.Why, ans.Status, err, want, why)
	}
	return tok
}

func plainly(status int, body string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) { w.WriteHeader(status); _, _ = io.WriteString(w, body) }
}

// A token is accepted, dies, and is proved dead by three refusals a second apart, at gateways that
// do not name the token. While their key manager is down nothing is concluded.
func TestProbeOfOtherGateways(t *testing.T) {
	t.Parallel()
	n := 0
	for name, c := range map[string]struct{ refuse, down func(http.ResponseWriter) }{
		"django":    {plainly(403, ""), plainly(503, "")},
		"zitadel":   {plainly(403, "{}"), plainly(500, "")},
		"go-oauth2": {plainly(400, "invalid access token\n"), plainly(500, "")},
		"Oathkeeper": {plainly(401, `{"error":{"code":401,"request":"r1"}}`),
			plainly(500, `{"error":{"code":500}}`)},
		"nginx": {plainly(401, "<html>401"), plainly(500, "<html>500")},
		"login": {func(w http.ResponseWriter) {
			n++
			w.Header().Set("Location", fmt.Sprint("https://gw.example/login?state=", n, "x", n*n))
			w.WriteHeader(302)
		}, plainly(502, "")},
	} {
		g := newGate(t, func(g *gate, w http.ResponseWriter, _ *http.Request, good bool) {
			switch {
			case g.isDown():
				c.down(w)
			case good:
				w.WriteHeader(200)
			default:
				c.refuse(w)
			}
		})
		t.Log(name)
		tok := g.token()
		if seen := g.sees(tok.ID, tokenapi.Accepted,
			tokenapi.WhyLetThrough); seen.SeenURL != string(g.app.ProbeURL) ||
			seen.SeenAt.IsZero() ||
			len(seen.Probes) != 1 || seen.Probes[0].URL != string(g.app.ProbeURL) {
			t.Errorf("%s: stored %+v", name, seen)
		}
		g.clock.advance(time.Hour)
		g.fail(true)
		for range 4 {
			g.sees(tok.ID, tokenapi.Unclear, tokenapi.WhyServer)
			g.clock.advance(time.Second)
		}
		g.fail(false)
		g.kill(tok.ID)
		began := g.clock.Now()
		for i := range 3 {
			seen := g.sees(tok.ID, tokenapi.Refused, tokenapi.WhyLikeMadeUp)
			if dead := console.ProvedDead(seen, began); dead != (i == 2) {
				t.Errorf("%s: after %d refusals: dead = %v", name, i+1, dead)
			}
			if last := seen.Probes[len(seen.Probes)-1]; last.NamesToken {
				t.Errorf("%s: %+v", name, last)
			}
			g.clock.advance(time.Second)
		}
		if all, made := g.asked(); all != 10 || made != 2 {
			t.Errorf("%s: %d calls, %d of them with a made-up token; one for the acceptance, "+
				"one for the refusals", name, all, made)
		}
	}
}

// Three bare 401 for a missing scope prove nothing: the token was never accepted at this URL.
func TestProbeMissingScope(t *testing.T) {
	t.Parallel()
	g := newGate(t, func(_ *gate, w http.ResponseWriter, r *http.Request, good bool) {
		if !good || strings.HasSuffix(r.URL.Path, "/admin") {
			w.WriteHeader(401)
		}
	})
	tok := g.token()
	g.sees(tok.ID, tokenapi.Accepted, tokenapi.WhyLetThrough)
	for i, a := range g.apps {
		if a.ID == g.app.ID {
			g.apps[i].ProbeURL += "/admin"
		}
	}
	g.s = g.console()
	began := g.clock.Now()
	for range 4 {
		if seen := g.sees(tok.ID, tokenapi.Unclear, tokenapi.WhyNotSeen); console.ProvedDead(seen,
			began) {
			t.Error("proved dead")
		}
		g.clock.advance(time.Second)
	}
}

// A URL that accepts every token, and one without a rule (404 for every token), prove nothing.
func TestProbeOfURLsThatProveNothing(t *testing.T) {
	t.Parallel()
	g := newGate(t, func(_ *gate, w http.ResponseWriter, _ *http.Request,
		_ bool) {
		w.WriteHeader(200)
	})
	tok := g.token()
	seen := g.sees(tok.ID, tokenapi.Unclear, tokenapi.WhyOpen)
	if !seen.SeenAt.IsZero() || seen.SeenURL != "" {
		t.Errorf("it counts as accepted: %+v", seen)
	}
	if ans, _, err := g.s.ProbeText(t.Context(), g.app.ID,
		secret.New("ab-strange-token-12")); err != nil || ans.Verdict != tokenapi.Unclear {
		t.Errorf("a token that is not held: %+v %v", ans, err)
	}
	if ans, _, err := g.s.Probe(t.Context(), tok.ID); err != nil ||
		!console.Hopeless(ans.ProbeAnswer) || ans.ControlStatus != 200 {
		t.Errorf("%+v %v", ans, err)
	}

	g = newGate(t, func(_ *gate, w http.ResponseWriter, _ *http.Request,
		_ bool) {
		w.WriteHeader(404)
	})
	tok = g.token()
	g.sees(tok.ID, tokenapi.Unclear, tokenapi.WhyNotSeen)

	g = newGate(t, func(_ *gate, w http.ResponseWriter, _ *http.Request, good bool) {
		if w.WriteHeader(401); !good {
			return
		}
	}, func(a *console.Application) { a.Details.ProbeControlOff = true })
	tok = g.token()
	g.sees(tok.ID, tokenapi.Unclear, tokenapi.WhyControlOff)
	if _, made := g.asked(); made != 0 {
		t.Error("probe_control is off, and a made-up token was sent")
	}
}

// The API's own 404 behind a gateway that refuses made-up tokens is an acceptance.
func TestProbeAPIAnswers(t *testing.T) {
	t.Parallel()
	g := newGate(t, func(_ *gate, w http.ResponseWriter, _ *http.Request, good bool) {
		if w.WriteHeader(map[bool]int{true: 404, false: 401}[good]); good {
			_, _ = io.WriteString(w, `{"message":"no such order"}`)
		}
	})
	tok := g.token()
	if seen := g.sees(tok.ID, tokenapi.Accepted, tokenapi.WhyAPI); seen.SeenURL == "" {
		t.Error("not seen accepted")
	}
	g.kill(tok.ID)
	g.sees(tok.ID, tokenapi.Refused, tokenapi.WhyLikeMadeUp)
}

// A gateway that answers every token in another way than while tokens were accepted may be failing.
func TestProbeSignatureChanged(t *testing.T) {
	t.Parallel()
	g := newGate(t, func(g *gate, w http.ResponseWriter, _ *http.Request, good bool) {
		switch {
		case g.isDown():
			w.WriteHeader(401)
			_, _ = io.WriteString(w, "cannot check")
		case !good:
			w.WriteHeader(401)
		}
	})
	tok := g.token()
	g.sees(tok.ID, tokenapi.Accepted, tokenapi.WhyLetThrough)
	g.fail(true)
	g.sees(tok.ID, tokenapi.Unclear, tokenapi.WhyUnlike) // of the control that is fresh
	// the new control is near the acceptance, and no signature all the same
	g.clock.advance(6 * time.Minute)
	g.sees(tok.ID, tokenapi.Unclear, tokenapi.WhyChanged)
	g.fail(false)
	g.clock.advance(6 * time.Minute)
	g.kill(tok.ID)
	g.sees(tok.ID, tokenapi.Refused, tokenapi.WhyLikeMadeUp)
}

// The signature of a URL is the answer to a made-up token within 10 minutes of an acceptance.
func TestProbeSignatureInTime(t *testing.T) {
	t.Parallel()
	for after, why := range map[time.Duration]tokenapi.Why{10 * time.Minute: tokenapi.WhyLikeMadeUp,
		10*time.Minute + 1: tokenapi.WhyUnsigned} {
		g := newGate(t, func(g *gate, w http.ResponseWriter, _ *http.Request, good bool) {
			switch {
			case good:
			case g.isDown():
				w.WriteHeader(500)
			default:
				w.WriteHeader(401)
			}
		})
		tok := g.token()
		g.fail(true) // so that there is no control when the token is accepted
		g.sees(tok.ID, tokenapi.Accepted, tokenapi.WhyLetThrough)
		g.fail(false)
		g.kill(tok.ID)
		g.clock.advance(after)
		want := tokenapi.Unclear
		if why == tokenapi.WhyLikeMadeUp {
			want = tokenapi.Refused
		}
		g.sees(tok.ID, want, why)
		if why == tokenapi.WhyUnsigned { // a good token shows how it is
			g.sees(g.token().ID, tokenapi.Accepted, tokenapi.WhyLetThrough)
			g.kill(tok.ID)
			g.sees(tok.ID, tokenapi.Refused, tokenapi.WhyLikeMadeUp)
		}
	}
}

// A probe that was stored without its URL counts as made here if it was a 2xx, and a refusal never.
func TestProbeLegacy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		old  console.Probe
		want tokenapi.Verdict
		why  tokenapi.Why
	}{
		{console.Probe{Status: 200, Verdict: tokenapi.Accepted}, tokenapi.Refused,
			tokenapi.WhyLikeMadeUp},
		{console.Probe{Status: 403, Verdict: tokenapi.Accepted}, tokenapi.Unclear,
			tokenapi.WhyNotSeen},
		{console.Probe{Status: 401, Verdict: tokenapi.Refused}, tokenapi.Unclear,
			tokenapi.WhyNotSeen},
	} {
		g := newGate(t, func(_ *gate, w http.ResponseWriter, _ *http.Request,
			_ bool) {
			w.WriteHeader(401)
		})
		tok := g.token()
		c.old.At = g.clock.Now()
		if err := g.keeper.Update(t.Context(),
			func(w console.Writer) error { return w.PutProbe(tok.ID, c.old) }); err != nil {
			t.Fatal(err)
		}
		g.clock.advance(time.Minute)
		g.sees(tok.ID, c.want, c.why)
	}
}

// Controls are limited per URL: one a minute, 20 a day; each is good for 5 minutes, for every
// process.
func TestControlLimits(t *testing.T) {
	t.Parallel()
	g := newGate(t, func(_ *gate, w http.ResponseWriter, _ *http.Request, good bool) {
		if !good {
			w.WriteHeader(403)
		}
	})
	tok := g.token()
	g.sees(tok.ID, tokenapi.Accepted, tokenapi.WhyLetThrough)
	g.clock.advance(4 * time.Minute)
	g.s = g.console() // another process
	g.sees(tok.ID, tokenapi.Accepted, tokenapi.WhyLetThrough)
	if _, made := g.asked(); made != 1 {
		t.Errorf("%d made-up tokens within 5 minutes", made)
	}
	for range 30 {
		g.clock.advance(6 * time.Minute)
		g.sees(tok.ID, tokenapi.Accepted, tokenapi.WhyLetThrough)
	}
	if _, made := g.asked(); made != 15 {
		t.Errorf("%d made-up tokens for acceptances; 5 of the 20 are for refusals", made)
	}
	g.kill(tok.ID)
	for range 5 {
		g.clock.advance(6 * time.Minute)
		g.sees(tok.ID, tokenapi.Refused, tokenapi.WhyLikeMadeUp)
	}
	g.clock.advance(6 * time.Minute)
	g.sees(tok.ID, tokenapi.Unclear, tokenapi.WhyControlSpent)
	if _, made := g.asked(); made != 20 {
		t.Errorf("%d made-up tokens on a day", made)
	}
	g.clock.advance(24 * time.Hour)
	g.sees(tok.ID, tokenapi.Refused, tokenapi.WhyLikeMadeUp)
}

// An answer that does not depend on the token is no control. No second control is sent within a
// minute.
func TestControlThatIsNone(t *testing.T) {
	t.Parallel()
	for _, status := range []int{500, 429, 408, 407} {
		g := newGate(t, func(_ *gate, w http.ResponseWriter, _ *http.Request, good bool) {
			if w.WriteHeader(401); !good {
				w.WriteHeader(status)
			}
		})
		tok := g.token()
		g.sees(tok.ID, tokenapi.Unclear, tokenapi.WhyNoControl)
		g.clock.advance(59 * time.Second)
		g.sees(tok.ID, tokenapi.Unclear, tokenapi.WhyControlSpent)
		g.clock.advance(time.Second)
		g.sees(tok.ID, tokenapi.Unclear, tokenapi.WhyNoControl)
		if _, made := g.asked(); made != 2 {
			t.Errorf("%d: %d made-up tokens", status, made)
		}
	}
}

// Of many probes at the same time one sends the control, and the others take its answer.
func TestControlAskedOnce(t *testing.T) {
	t.Parallel()
	g := newGate(t, func(_ *gate, w http.ResponseWriter, _ *http.Request,
		_ bool) {
		w.WriteHeader(200)
	})
	tok := g.token()
	var all sync.WaitGroup
	for i := range 12 {
		s := g.s
		if i%3 == 0 {
			s = g.console()
		}
		all.Go(func() {
			if ans, _, err := s.Probe(t.Context(), tok.ID); err != nil ||
				ans.Why != tokenapi.WhyOpen {
				t.Errorf("%+v %v", ans, err)
			}
		})
	}
	all.Wait()
	if n, made := g.asked(); n != 13 || made != 1 {
		t.Errorf("%d calls, %d of them with a made-up token", n, made)
	}
}

// looking is a Keeper that reports each reading after it was switched on.
type looking struct {
	console.Keeper
	on     atomic.Bool
	looked chan struct{}
	once   sync.Once
}

func (k *looking) View(ctx context.Context, f func(console.Reader) error) error {
	err := k.Keeper.View(ctx, f)
	if k.on.Load() {
		k.once.Do(func() { close(k.looked) })
	}
	return err
}

// While another process sends a control, its answer is waited for.
func TestControlOfAnotherProcess(t *testing.T) {
	t.Parallel()
	arrived, release := make(chan struct{}), make(chan struct{})
	var k *looking
	real := 0
	g := newGate(t, func(g *gate, _ http.ResponseWriter, _ *http.Request, good bool) {
		if !good {
			close(arrived)
			<-release
			return
		}
		if real++; real == 2 { // the next request is the control
			k.on.Store(true)
		}
	})
	tok := g.token()
	other := g.console(func(o *console.Options) {
		k = &looking{Keeper: o.Keeper, looked: make(chan struct{})}
		o.Keeper = k
	})
	var all sync.WaitGroup
	probe := func(s *console.Service) {
		all.Go(func() {
			if ans, _, err := s.Probe(t.Context(), tok.ID); err != nil ||
				ans.Why != tokenapi.WhyOpen {
				t.Errorf("%s %s %v", ans.Verdict, ans.Why, err)
			}
		})
	}
	probe(g.s)
	<-arrived
	probe(other)
	<-k.looked
	close(release)
	all.Wait()
	if n, made := g.asked(); n != 3 || made != 1 {
		t.Errorf("%d calls, %d of them with a made-up token", n, made)
	}
}

// A control shows among the exchanges as what it is, and nothing of a token is kept with it.
func TestControlIsSeenAndHoldsNoSecret(t *testing.T) {
	t.Parallel()
	g := newGate(t, func(_ *gate, w http.ResponseWriter, r *http.Request, good bool) {
		if !good {
			w.WriteHeader(403)
			_, _ = io.WriteString(w, "refused: "+r.Header.Get("Authorization"))
		}
	}, func(a *console.Application) { a.ProbeURL += "?key=c4n-api-key-1#part" })
	tok := g.token()
	if ans, _, err := g.s.Probe(t.Context(), tok.ID); err == nil {
		// a fragment is refused before it is sent
		t.Fatalf("%+v", ans)
	}
	for i := range g.apps {
		g.apps[i].ProbeURL = console.Private(
			strings.TrimSuffix(string(g.apps[i].ProbeURL), "#part"))
	}
	g.s = g.console()
	seen := g.sees(tok.ID, tokenapi.Accepted, tokenapi.WhyLetThrough)
	b := must[console.Board](t)(g.s.Board(t.Context()))
	at := slices.IndexFunc(b.Exchanges, func(e console.Exchange) bool { return e.Op == "control" })
	if at < 0 {
		t.Fatal("the control is not among the exchanges")
	}
	var settings map[string]string
	if err := g.keeper.View(t.Context(), func(r console.Reader) (err error) {
		settings, err = r.Settings()
		return err
	}); err != nil {
		t.Fatal(err)
	}
	kept := fmt.Sprint(settings, seen.SeenURL, seen.Probes, b.Exchanges[at])
	for _, token := range append(g.came, "c4n") {
		if strings.Contains(kept, token) {
			t.Errorf("%s is kept: %s", token, kept)
		}
	}
	if !strings.Contains(kept, "control/") {
		t.Errorf("no control is kept: %s", kept)
	}
}

// A control counts only for tokens of its form.
func TestControlByForm(t *testing.T) {
	t.Parallel()
	g := newGate(t, func(_ *gate, w http.ResponseWriter, r *http.Request, _ bool) {
		w.WriteHeader(403)
		if _, err := jwt.Parse(secret.New(r.Header.Get("Authorization"))); err == nil {
			_, _ = io.WriteString(w, "bad signature")
		}
	})
	for _, token := range []string{"0d9f7ac1-0000-4abc-8def-abcdefabcdef",
		"eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhIn0.c2lnbmF0dXJl"} {
		g.set(secret.New(token), true)
		if ans, _, err := g.s.ProbeText(t.Context(), g.app.ID, secret.New(token)); err != nil ||
			ans.Why != tokenapi.WhyNotSeen {
			t.Errorf("%+v %v", ans, err)
		}
		g.clock.advance(time.Minute)
	}
	if _, made := g.asked(); made != 2 {
		t.Errorf("%d made-up tokens for two forms", made)
	}
}
