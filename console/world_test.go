package console_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi"
	"lanyard/tokenapi/sandbox"
	"lanyard/tokenapi/secret"
)

// clock is a clock that tests set.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// wire carries requests into the sandbox without a socket, and can be cut.
type wire struct {
	handler http.Handler
	mu      sync.Mutex
	posts   map[string]int // by path and grant
	// answers instead of the sandbox if it returns true
	instead func(*http.Request) (*http.Response, error, bool)
	before  func(*http.Request) error
	after   func(*http.Request) error
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	before, after := w.before, w.after
	w.mu.Unlock()
	if w.instead != nil {
		if resp, err, ok := w.instead(r); ok {
			return resp, err
		}
	}
	if before != nil {
		if err := before(r); err != nil {
			return nil, err
		}
	}
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	w.mu.Lock()
	w.posts[r.URL.Path]++
	w.mu.Unlock()
	if after != nil {
		if err := after(r); err != nil {
			return nil, err
		}
	}
	return rec.Result(), nil
}

func (w *wire) sent(path string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.posts[path]
}

func (w *wire) cut(before, after func(*http.Request) error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.before, w.after = before, after
}

// vault returns the sandbox's own credentials.
type vault map[string]sandbox.Application

func (v vault) Secret(_ context.Context, a console.Application,
	kind console.SecretKind) (secret.Text, error) {
	app, ok := v[a.ID]
	switch {
	case !ok:
		return secret.Text{}, errors.New("no secret")
	case kind == console.Password:
		return app.Password, nil
	case kind == console.SigningKey:
		return app.SigningKey, nil
	}
	return app.ConsumerSecret, nil
}

// world is a Token API, a gateway, a store and any number of consoles on it, under one clock.
type world struct {
	t       *testing.T
	clock   *clock
	sandbox *sandbox.Server
	wire    *wire
	keeper  console.Keeper
	apps    []console.Application
	vault   vault
	env     console.Environment
}

const base = "http://127.0.0.1:8280"

func newWorld(t *testing.T, change ...func(*console.Environment)) *world {
	t.Helper()
	return newWorldOf(t, sandbox.Options{}, change...)
}

// said is a world whose environment names its regime.
func said(r console.Regime) func(*console.Environment) {
	return func(e *console.Environment) { e.Regime = r }
}

// newWorldOf is newWorld with another sandbox.
func newWorldOf(t *testing.T, o sandbox.Options, change ...func(*console.Environment)) *world {
	t.Helper()
	w := &world{t: t, clock: &clock{now: t0}, vault: vault{}}
	if o.Clock == nil {
		o.Clock = w.clock.Now
	}
	o.PublicURL = base
	sb, err := sandbox.New(o)
	if err != nil {
		t.Fatal(err)
	}
	w.sandbox = sb
	w.wire = &wire{handler: sb, posts: map[string]int{}}
	w.env = console.Environment{
		Name: "sandbox", CacheTTL: sb.CacheTTL(), ClientAuth: tokenapi.AuthBasic,
		Regime: console.RegimeAuto, Timeout: 15 * time.Second,
		Endpoints: console.Endpoints{TokenURL: base + "/token", RevokeURL: base + "/revoke"},
	}
	for _, c := range change {
		c(&w.env)
	}
	for _, a := range sb.Applications() {
		if a.Auth != sandbox.AuthBasic {
			continue
		}
		app := console.Application{
			Name: console.Private(a.Name), Environment: w.env, KeyType: a.KeyType,
			ConsumerKey: console.Private(a.ConsumerKey), Grant: a.Grant,
			Username: console.Private(a.Username), ProbeURL: console.Private(base + a.ProbePath),
			Source: console.FromConfig, Secret: console.SecretAvailable,
		}
		app.ID = app.Identity()
		w.vault[app.ID] = a
		w.apps = append(w.apps, app)
	}
	st, err := store.OpenMemory(t.Context(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	w.keeper = st
	return w
}

var owners atomic.Int64

// console starts another console on the same store.
func (w *world) console(change ...func(*console.Options)) *console.Service {
	w.t.Helper()
	o := console.Options{
		Clock: w.clock.Now, Keeper: w.keeper, Vault: w.vault, Applications: w.apps,
		UndoWindow: 3 * time.Second, DueBefore: time.Minute,
		Owner: fmt.Sprint("console-", owners.Add(1)),
		Connect: func(e console.Environment) (console.API, error) {
			c, err := tokenapi.New(
				tokenapi.Config{Endpoints: e.Endpoints.Client(), Timeout: e.Timeout}, w.clock.Now)
			if err != nil {
				return nil, err
			}
			return c.WithTransport(w.wire), nil
		},
	}
	for _, c := range change {
		c(&o)
	}
	s, err := console.New(o)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// app finds an application by name and key type.
func (w *world) app(name, keyType string) console.Application {
	w.t.Helper()
	for _, a := range w.apps {
		if string(a.Name) == name && a.KeyType == keyType {
			return a
		}
	}
	w.t.Fatalf("the sandbox has no %s/%s", name, keyType)
	return console.Application{}
}

func (w *world) token(id string) console.Token {
	w.t.Helper()
	var t console.Token
	err := w.keeper.View(w.t.Context(), func(r console.Reader) error {
		var err error
		t, err = r.Token(id)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return t
}

func (w *world) state(id string) console.State {
	w.t.Helper()
	p := console.Policy{DueBefore: time.Minute, CacheTTL: w.env.CacheTTL, Regime: w.env.Regime}
	return console.StatusAt(w.token(id), p, w.clock.Now()).State
}

func (w *world) advice(id string) string {
	w.t.Helper()
	return console.Advice(w.token(id), console.Policy{Regime: w.env.Regime}, w.clock.Now())
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// refusal checks that err is a refusal of the console with this code.
func refusal(t *testing.T, err error, code console.Code) {
	t.Helper()
	if e, ok := console.AsError(err); !ok || e.Code != code {
		t.Errorf("error %v, want the code %q", err, code)
	}
}
