package ui_test

import (
	"context"
	"io"
	"os"
	"os/signal"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi"
	"lanyard/ui"
)

// longLived is an API whose tokens live for ten days, so that no countdown of seconds is on the screen.
type longLived struct{ *steady }

func (l longLived) Token(ctx context.Context, r tokenapi.TokenRequest) (tokenapi.TokenAnswer, tokenapi.Exchange, error) {
	answer, exchange, err := l.steady.Token(ctx, r)
	answer.ExpiresIn = 240 * 3600
	return answer, exchange, err
}

// TestQuiet runs the whole program in virtual time: while nothing visible changes it writes nothing.
// That the window loses or gets the focus is not visible.
func TestQuiet(t *testing.T) {
	t.Parallel()
	// The goroutine behind os/signal never ends, so it must be started outside of the bubble.
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	signal.Stop(interrupts)
	synctest.Test(t, func(t *testing.T) {
		defer time.Sleep(240 * time.Hour) // until the last timer that the program set has fired
		st, err := store.OpenMemory(t.Context(), store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = st.Close() }()
		app := console.Application{
			Name: "Orders", ConsumerKey: "key", Grant: tokenapi.GrantClientCredentials,
			Source: console.FromConfig, Secret: console.SecretAvailable,
			Environment: console.Environment{
				Name: "cloud", CacheTTL: 15 * time.Minute, Regime: console.RegimeOpaque, Timeout: time.Second,
				ClientAuth: tokenapi.AuthBasic, Endpoints: tokenapi.Endpoints{TokenURL: "https://gw.example/token"},
			},
		}
		app.ID = app.Identity()
		api := longLived{&steady{a: &api{clock: &clock{}}}}
		svc, err := console.New(console.Options{
			Clock: time.Now, Keeper: st, Vault: vault{}, Applications: []console.Application{app}, Owner: "test",
			Connect: func(console.Environment) (console.API, error) { return api, nil },
		})
		if err != nil {
			t.Fatal(err)
		}
		in, typed := io.Pipe()
		defer func() { _ = typed.Close() }()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		out, ended := &paper{}, make(chan error, 1)
		go func() {
			_, err := ui.Run(ctx, ui.Options{
				Service: svc, Settings: ui.Settings{Theme: theme(t, "dark")}, Input: in, Output: out,
				Environ: []string{"TERM=xterm-256color"}, Width: 120, Height: 32,
			})
			ended <- err
		}()
		// written gives what was written in the half minute after keys.
		written := func(keys string) string {
			t.Helper()
			if _, err := io.WriteString(typed, keys); err != nil {
				t.Fatal(err)
			}
			time.Sleep(30 * time.Second)
			synctest.Wait()
			return out.since()
		}
		written("") // the first frame
		if frame := written("g"); !strings.Contains(frame, "got ") {
			t.Fatalf("no token: %q", frame)
		}
		for _, c := range []struct{ when, keys string }{
			{"at rest", ""}, {"when the focus went", "\x1b[O"}, {"when the focus came back", "\x1b[I"},
		} {
			if text := written(c.keys); text != "" {
				t.Errorf("%s was written: %q", c.when, text)
			}
		}
		if frame := written("?"); !strings.Contains(frame, "Keys") {
			t.Errorf("no help: %q", frame)
		}
		written("\x1b")
		written("q")
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}
