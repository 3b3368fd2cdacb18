package ui_test

import (
	"context"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hinshun/vt10x"

	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi"
	"lanyard/ui"
)

// longLived is the scripted API at the time of the bubble. Its tokens live for ten days, so that no
// countdown of seconds is on the screen.
type longLived struct {
	console.API // calls that are not scripted panic
	mu          sync.Mutex
	a           *api
}

func (l *longLived) Token(
	ctx context.Context, r tokenapi.TokenRequest,
) (tokenapi.TokenAnswer, tokenapi.Exchange, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.a.clock.now = time.Now()
	answer, exchange, err := l.a.Token(ctx, r)
	answer.ExpiresIn = 240 * 3600
	return answer, exchange, err
}

func (l *longLived) Revoke(
	ctx context.Context, r tokenapi.RevokeRequest,
) (tokenapi.RevokeAnswer, tokenapi.Exchange, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.a.clock.now = time.Now()
	return l.a.Revoke(ctx, r)
}

// output records what the program has written.
type output struct {
	mu   sync.Mutex
	b    strings.Builder
	read int
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(b)
}

// since returns what was written since the last call.
func (o *output) since() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	s := o.b.String()[o.read:]
	o.read = o.b.Len()
	return s
}

// TestQuiet runs the whole program in virtual time. While nothing visible changes it writes
// nothing. A change of the window's focus is not visible. Changes by time alone are drawn without a
// key: a notice fades, a revoke is sent after its undo window, and the token expires.
func TestQuiet(t *testing.T) {
	t.Parallel()
	// The goroutine behind os/signal never ends, so it must be started outside of the bubble.
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	signal.Stop(interrupts)
	synctest.Test(t, func(t *testing.T) {
		defer time.Sleep(240 * time.Hour) // until the last timer of the program has fired
		st, err := store.OpenMemory(t.Context(), store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = st.Close() }()
		app := console.Application{
			Name: "Orders", ConsumerKey: "key", Grant: tokenapi.GrantClientCredentials,
			Source: console.FromConfig, Secret: console.SecretAvailable,
			Environment: console.Environment{
				Name: "cloud", CacheTTL: time.Minute, Regime: console.RegimeOpaque,
				Timeout:    time.Second,
				ClientAuth: tokenapi.AuthBasic,
				Endpoints: console.Endpoints{
					TokenURL: "https://gw.example/token", RevokeURL: "https://gw.example/revoke",
				},
			},
		}
		app.ID = app.Identity()
		api := &longLived{a: &api{clock: &clock{}}}
		svc, err := console.New(console.Options{
			Clock: time.Now, Keeper: st, Vault: vault{}, Applications: []console.Application{app},
			Owner:      "test",
			UndoWindow: 3 * time.Second,
			Connect:    func(console.Environment) (console.API, error) { return api, nil },
		})
		if err != nil {
			t.Fatal(err)
		}
		in, typed := io.Pipe()
		defer func() { _ = typed.Close() }()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		out, ended := &output{}, make(chan error, 1)
		go func() {
			_, err := ui.Run(ctx, ui.Options{
				Service: svc, Settings: ui.Settings{Theme: theme(t, "dark")}, Input: in,
				Output:  out,
				Environ: []string{"TERM=xterm-256color"}, Width: 120, Height: 32,
			})
			ended <- err
		}()
		// written presses keys and returns the output of the next d.
		written := func(keys string, d time.Duration) string {
			t.Helper()
			if _, err := io.WriteString(typed, keys); err != nil {
				t.Fatal(err)
			}
			time.Sleep(d)
			synctest.Wait()
			return out.since()
		}
		term := vt10x.New(vt10x.WithSize(120, 32))
		// shows presses keys, moves the clock by d and checks the screen.
		shows := func(keys string, d time.Duration, want, not string) {
			t.Helper()
			// The input is no terminal, so that the output goes to one that turns \n into \r\n.
			text := strings.ReplaceAll(written(keys, d), "\n", "\r\n")
			if _, err := term.Write([]byte(text)); err != nil {
				t.Fatal(err)
			}
			frame := term.String()
			if !strings.Contains(frame, want) || not != "" && strings.Contains(frame, not) {
				t.Errorf("%q, %s later: no %q, or %q:\n%s", keys, d, want, not, frame)
			}
		}
		shows("", time.Second, "g gets one", "")
		shows("g", time.Second, "Got ", "")
		shows("", 30*time.Second, "▌ ● Orders", "Got ")
		for _, c := range []struct{ when, keys string }{
			{"at rest", ""}, {"when the focus went", "\x1b[O"},
			{"when the focus came back", "\x1b[I"},
		} {
			if text := written(c.keys, 30*time.Second); text != "" {
				t.Errorf("%s was written: %q", c.when, text)
			}
		}
		shows("?", time.Second, "Keys", "")
		shows("\x1b", time.Second, "▌ ● Orders", "Keys")
		shows("x", time.Second, "u undoes it", "MAY STILL PASS")
		shows("", 5*time.Second, "MAY STILL PASS", "u undoes it")
		shows("", time.Minute, "✕ Orders", "MAY STILL PASS")
		written("q", time.Second)
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}
