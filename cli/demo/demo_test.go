package demo_test

import (
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
				},
			},
		}
		app.ID = app.Identity()
		secrets[app.ID] = a
		apps = append(apps, app)
	}
	svc, err := console.New(console.Options{
		Clock: clock.Now, Keeper: st, Vault: secrets, Applications: apps,
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
		line := fmt.Sprintf("%s %s %s %s for %q left %s", apps[k.AppID].Name, k.Fingerprint, k.Grant,
			st.State, k.User, st.Left)
		if st.Ended {
			line += fmt.Sprintf(", %s %s ago, until %s, %s", st.Cause, now.Sub(st.EndedAt),
				st.StaleLeft, st.Proof)
		}
		if !st.OverAt.IsZero() {
			line += fmt.Sprintf(" after %s", st.OverAt.Sub(st.EndedAt).Truncate(time.Second))
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

func TestPlay(t *testing.T) {
	s := stage(t, func() time.Time { return t0 }, sandbox.Options{CacheTTL: demo.CacheTTL})
	if err := demo.Play(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	tokens, calls := told(t, s)
	t.Log("\n" + strings.Join(slices.Concat(tokens, calls), "\n"))
}

func BenchmarkPlay(b *testing.B) {
	for b.Loop() {
		s := stage(b, time.Now, sandbox.Options{CacheTTL: demo.CacheTTL})
		if err := demo.Play(b.Context(), s); err != nil {
			b.Fatal(err)
		}
	}
}
