package console_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi/secret"
)

// failing is a store whose disk fills up: the writes from number from to number to fail.
type failing struct {
	console.Keeper
	n, from, to int
	after       func()
}

var errFull = &store.Error{Code: "store_full", Text: "write", Err: errors.New("disk full")}

func (f *failing) Update(ctx context.Context, do func(console.Writer) error) error {
	f.n++
	if f.from <= f.n && f.n <= f.to {
		return errFull
	}
	err := f.Keeper.Update(ctx, do)
	if f.after != nil {
		f.after()
	}
	return err
}

// Every write of every verb fails once, or from there on until the verb has ended. No token that
// the server gave out is lost in silence, no refresh token is spent twice, no decided revoke is
// forgotten.
func TestEveryWriteFails(t *testing.T) {
	verbs := map[string]func(ctx context.Context, s *console.Service, tok console.Token) error{
		"get": func(ctx context.Context, s *console.Service, tok console.Token) error {
			_, err := s.Get(ctx, tok.AppID, console.GetOptions{Scopes: []string{"read"}})
			return err
		},
		"renew": func(ctx context.Context, s *console.Service, tok console.Token) error {
			_, err := s.Renew(ctx, tok.ID)
			return err
		},
		"obtain": func(ctx context.Context, s *console.Service, tok console.Token) error {
			_, err := s.Obtain(ctx, tok.AppID, console.ObtainOptions{Fresh: true})
			return err
		},
		"revoke": func(ctx context.Context, s *console.Service, tok console.Token) error {
			if _, err := s.Revoke(ctx, tok.ID, console.RevokeBoth, 0); err != nil {
				return err
			}
			_, _, err := s.Deliver(ctx)
			return err
		},
	}
	for name, verb := range verbs {
		for _, once := range []bool{true, false} {
			t.Run(fmt.Sprint(name, ", once ", once), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					n := 0
					for done := false; !done; {
						n++
						if n > 40 {
							t.Fatal("it never comes to an end")
						}
						done = failAt(t, name, verb, n, once)
					}
					if n < 4 {
						t.Errorf("%d writes only", n-1)
					}
				})
			})
		}
	}
}

// failAt lets write n of a verb fail, and reports whether the verb had that many writes.
func failAt(t *testing.T, name string,
	verb func(context.Context, *console.Service, console.Token) error, n int, once bool,
) (beyond bool) {
	w := bubble(t)
	app := w.app("Payments", "PRODUCTION")
	tok := must[console.Outcome](t)(
		w.consoleAt(0).Get(t.Context(), app.ID, console.GetOptions{})).Token
	keeper := &failing{Keeper: w.keeper, from: n, to: n}
	if !once {
		keeper.to = 1 << 20
	}
	s := w.consoleAt(0, func(o *console.Options) { o.Keeper = keeper })
	sent := w.refreshTokens(nil)
	var given []string // by the server
	w.wire.mu.Lock()
	real := w.wire.handler
	w.wire.handler = &overhears{
		real, func(access string) { given = append(given, secret.New(access).Fingerprint()) }}
	w.wire.mu.Unlock()
	err := verb(t.Context(), s, tok)
	beyond = keeper.n < n
	keeper.from = 1 << 20 // there is room again
	at := func(format string, args ...any) {
		t.Helper()
		t.Errorf("%s, write %d, once %v: "+format, append([]any{name, n, once}, args...)...)
	}
	b := must[console.Board](t)(s.Board(t.Context()))
	open := len(b.Marks)
	held := map[string]bool{}
	for _, x := range b.Tokens {
		held[x.Fingerprint] = true
		if x.Unsure != nil {
			open++
		}
	}
	for _, fp := range given {
		switch {
		case held[fp]:
		case err == nil || open == 0:
			at("%s was given out and is neither held nor told of: %v, %d marks", fp, err, open)
		case !strings.Contains(err.Error(), fp) ||
			!strings.Contains(console.Hint(err), "alive at the server"):
			at("the error says %v; %s", err, console.Hint(err))
		case once:
			at("one failed write costs a token: %v", err)
		}
	}
	if err == nil && name != "revoke" && len(given) != 1 {
		at("%d were given out", len(given))
	}
	if name == "revoke" {
		if decided := !w.token(tok.ID).RevokeAt.IsZero(); err == nil && !decided {
			at("the revoke was forgotten")
		} else if decided {
			time.Sleep(time.Minute)
			if _, _, err := s.Deliver(t.Context()); err != nil ||
				w.token(tok.ID).AcceptedAt.IsZero() {
				at("afterwards it is not delivered: %v", err)
			}
		}
		return beyond
	}
	// Later verbs work, and unsure tokens are settled without a second use of a refresh token.
	time.Sleep(time.Minute)
	if _, err := s.Renew(t.Context(), tok.ID); err != nil && !isReplaced(err) {
		at("afterwards: %v", err)
	}
	if twice(*sent) {
		at("a refresh token was spent twice: %q", *sent)
	}
	return beyond
}

// overhears reports every access token in an answer.
type overhears struct {
	http.Handler
	tell func(string)
}

func (o *overhears) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	both := &copied{ResponseWriter: w}
	o.Handler.ServeHTTP(both, r)
	if _, rest, ok := strings.Cut(both.String(), `"access_token":"`); ok {
		access, _, _ := strings.Cut(rest, `"`)
		o.tell(access)
	}
}

type copied struct {
	http.ResponseWriter
	bytes.Buffer
}

func (c *copied) Write(b []byte) (int, error) {
	_, _ = c.Buffer.Write(b)
	return c.ResponseWriter.Write(b)
}
