package demo_test

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"lanyard/cli/demo"
	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi"
	"lanyard/tokenapi/sandbox"
	"lanyard/tokenapi/secret"
)

const base = "http://127.0.0.1:8243"

var t0 = time.Date(2026, 11, 23, 10, 46, 21, 300_000_000, time.UTC)

// inner carries requests to the sandbox without a socket.
type inner struct{ http.Handler }

func (i inner) RoundTrip(r *http.Request) (*http.Response, error) {
	rec := httptest.NewRecorder()
	i.ServeHTTP(rec, r)
	return rec.Result(), nil
}

// vault has the secrets of the sandbox's applications.
type vault map[string]sandbox.Application

func (v vault) Secret(_ context.Context, a console.Application,
	kind console.SecretKind) (secret.Text, error) {
	if kind == console.Password {
		return v[a.ID].Password, nil
	}
	return v[a.ID].ConsumerSecret, nil
}

// stage returns a stage on a clock.
func stage(t testing.TB, now func() time.Time, o sandbox.Options) demo.Stage {
	t.Helper()
	clock := demo.NewClock(now)
	o = demo.Sandbox(o)
	o.Clock, o.PublicURL = clock.Now, base
	server, err := sandbox.New(o)
	if err != nil {
		t.Fatal(err)
	}
	st, err := store.OpenMemory(t.Context(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	secrets := vault{}
	var apps []console.Application
	for _, a := range server.Applications() {
		if !a.Demo {
			continue
		}
		app := console.Application{
			Name: console.Private(a.Name), KeyType: a.KeyType, Grant: a.Grant,
			ConsumerKey: console.Private(a.ConsumerKey), Username: console.Private(a.Username),
			ProbeURL: console.Private(base + a.ProbePath), Source: console.FromConfig,
			Secret: console.SecretAvailable, Environment: console.Environment{
				Name: "demo", CacheTTL: server.CacheTTL(),
				Regime: console.Regime(server.Profile()), ClientAuth: tokenapi.AuthBasic,
				Timeout: 15 * time.Second, Endpoints: console.Endpoints{
					TokenURL: base + "/token", RevokeURL: base + "/revoke",
					DeviceURL: base + "/oauth2/device_authorize",
				},
			},
		}
		app.ID = app.Identity()
		secrets[app.ID] = a
		apps = append(apps, app)
	}
	svc, err := console.New(console.Options{
		Clock: clock.Now, Wait: clock.Wait, Keeper: st, Vault: secrets, Applications: apps,
		UndoWindow: 3 * time.Second, DueBefore: time.Minute, Owner: "demo",
		Connect: func(e console.Environment) (console.API, error) {
			c, err := tokenapi.New(
				tokenapi.Config{Endpoints: e.Endpoints.Client(), Timeout: e.Timeout}, clock.Now)
			if err != nil {
				return nil, err
			}
			return c.WithTransport(inner{server}), nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return demo.Stage{Console: svc, Sandbox: server, Clock: clock}
}

// told describes what a person sees of a board at now: a line for each token, and for each call.
func told(t *testing.T, s demo.Stage) (tokens, calls []string) {
	t.Helper()
	now := s.Clock.Now()
	b, err := s.Console.Board(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	apps := map[string]console.Application{}
	for _, a := range b.Applications {
		apps[a.ID] = a
	}
	for _, k := range b.Tokens {
		st := console.StatusAt(k, s.Console.Policy(apps[k.AppID]), now.Truncate(time.Second))
		line := fmt.Sprintf("%s %s %s %s %s", apps[k.AppID].Name, k.Fingerprint,
			cmp.Or(string(k.User), "app"), st.State, st.Left)
		if st.Ended {
			line += fmt.Sprintf(", %s %s ago", st.Cause, now.Sub(st.EndedAt))
		}
		if st.Proof == console.ProofNone && st.Ended {
			line += fmt.Sprintf(", passes for %s", st.StaleLeft)
		} else if st.Ended {
			line += fmt.Sprintf(", %s after %s", st.Proof,
				st.OverAt.Sub(st.EndedAt).Truncate(time.Second))
		}
		statuses := map[int]int{}
		for _, p := range k.Probes {
			statuses[p.Status]++
		}
		tokens = append(tokens, line+fmt.Sprint(" ", statuses))
	}
	for _, x := range b.Exchanges {
		calls = append(calls, fmt.Sprintf("%s %s %d %s", x.Started.Format(time.TimeOnly), x.Verb(),
			x.Status, strings.TrimPrefix(x.URL, base)))
	}
	return tokens, calls
}

// The story ends with this board if the lifetimes are the usual ones. The verbs and the answers of
// server and gateway produce each line.
func TestPlay(t *testing.T) {
	t.Parallel()
	s := stage(t, func() time.Time { return t0 }, sandbox.Options{CacheTTL: demo.CacheTTL})
	if err := demo.Play(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if now := s.Clock.Now(); !now.Equal(t0) {
		t.Errorf("the clock shows %s after the story, and it is %s", now, t0)
	}
	tokens, calls := told(t, s)
	same(t, tokens, `
		Kiosk 1509b11d app expiring 44s map[200:11]
		Mobile a56c993c ana superseded 2m0s, replaced 20m53.3s ago, window after 1m0s map[]
		Mobile ee21b688 ana active 39m7s map[200:11]
		Orders b08a0869 app active 52m0s map[200:11]
		Payments 82127b58 ana dead 57m51s, revoked 1m13.3s ago, probe after 6s map[200:48 401:3]
		Orders ab59ff8e app lingering 58m49s, revoked 10.3s ago, passes for 50s map[200:15]`)
	same(t, calls, `
		09:46:59 device 200 /oauth2/device_authorize
		09:47:05 get 200 /token
		09:48:21 get 200 /token
		10:25:28 refresh 200 /token
		10:38:21 get 200 /token
		10:42:51 traffic 200 /mobile/1.0.0/feed
		10:42:51 control 401 /mobile/1.0.0/feed
		10:44:12 get 200 /token
		10:44:14 traffic 200 /payments/1.0.0/balance
		10:44:14 control 401 /payments/1.0.0/balance
		10:44:21 traffic 200 /mobile/1.0.0/feed
		10:44:21 control 401 /mobile/1.0.0/feed
		10:44:21 traffic 200 /orders/1.0.0/list
		10:44:21 control 401 /orders/1.0.0/list
		10:45:08 revoke 200 /revoke
		10:45:08 revoke 200 /revoke
		10:45:08 traffic 200 /payments/1.0.0/balance
		10:45:10 get 200 /token
		10:45:14 traffic 401 /payments/1.0.0/balance
		10:45:15 traffic 401 /payments/1.0.0/balance
		10:45:16 traffic 401 /payments/1.0.0/balance
		10:45:51 traffic 200 /orders/1.0.0/list
		10:46:11 revoke 200 /revoke
		10:46:11 traffic 200 /orders/1.0.0/list`)
}

// Each token came by the grant of its application, as a get or a renewal would bring it.
func TestPlayOwnGrants(t *testing.T) {
	t.Parallel()
	s := stage(t, func() time.Time { return t0 }, sandbox.Options{CacheTTL: demo.CacheTTL})
	if err := demo.Play(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	b, err := s.Console.Board(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range b.Tokens {
		i := slices.IndexFunc(b.Applications,
			func(a console.Application) bool { return a.ID == k.AppID })
		a := b.Applications[i]
		refresh := k.Refresh != ""
		if k.Grant != a.Grant || k.User != a.Username || refresh != console.BringsRefresh(a.Grant) {
			t.Errorf("%s %s: %s for %q, a refresh token %t; %s has %s for %q", a.Name,
				k.Fingerprint, k.Grant, k.User, refresh, a.Name, a.Grant, a.Username)
		}
	}
}

// same compares lines with those of a text.
func same(t *testing.T, lines []string, want string) {
	t.Helper()
	var wanted []string
	for line := range strings.Lines(strings.TrimSpace(want)) {
		wanted = append(wanted, strings.TrimSpace(line))
	}
	if !slices.Equal(lines, wanted) {
		t.Errorf("the lines are\n%s\nwant\n%s", strings.Join(lines, "\n"),
			strings.Join(wanted, "\n"))
	}
}

// With any lifetimes and profile each step of the story succeeds, and its tokens are there.
func TestPlayAnyLifetimes(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]sandbox.Options{
		"speed":       {Speed: 60},
		"short lives": {TokenTTL: 20 * time.Second, CacheTTL: demo.CacheTTL},
		"shortest":    {TokenTTL: time.Second, CacheTTL: time.Second},
		"long cache":  {CacheTTL: 2 * time.Hour},
		"long lives":  {TokenTTL: 30 * 24 * time.Hour, CacheTTL: demo.CacheTTL},
		"jwt":         {Profile: sandbox.ProfileJWT, CacheTTL: demo.CacheTTL},
		"stateless":   {Profile: sandbox.ProfileStateless, CacheTTL: demo.CacheTTL},
		"nodes": {Profile: sandbox.ProfileIntrospecting, Nodes: 3,
			CacheTTL: demo.CacheTTL},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := stage(t, func() time.Time { return t0 }, o)
			if err := demo.Play(t.Context(), s); err != nil {
				t.Error(err)
			}
			if tokens, _ := told(t, s); len(tokens) != 6 {
				t.Errorf("the board has\n%s", strings.Join(tokens, "\n"))
			}
		})
	}
}

// The story ends early if its context does, and the clock is right all the same.
func TestPlayIsInterrupted(t *testing.T) {
	t.Parallel()
	s := stage(t, func() time.Time { return t0 }, sandbox.Options{CacheTTL: demo.CacheTTL})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := demo.Play(ctx, s); err == nil {
		t.Error("the story was played to its end")
	}
	if now := s.Clock.Now(); !now.Equal(t0) {
		t.Errorf("the clock shows %s, and it is %s", now, t0)
	}
}

// On a real clock no time goes backwards: each event of the log is after the last one.
func TestPlayOnARunningClock(t *testing.T) {
	t.Parallel()
	s := stage(t, time.Now, sandbox.Options{CacheTTL: demo.CacheTTL})
	if err := demo.Play(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	log, err := s.Console.Log(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	last := time.Time{}
	for _, e := range log {
		if e.At.Before(last) && !e.Derived {
			t.Errorf("%s at %s, after an event at %s", e.Kind, e.At, last)
		}
		if !e.Derived {
			last = e.At
		}
	}
	if last.After(time.Now()) || len(log) < 20 {
		t.Errorf("%d events, the last at %s", len(log), last)
	}
}

func BenchmarkPlay(b *testing.B) {
	for b.Loop() {
		s := stage(b, time.Now, sandbox.Options{CacheTTL: demo.CacheTTL})
		if err := demo.Play(b.Context(), s); err != nil {
			b.Fatal(err)
		}
	}
}
