package console_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"lanyard/console"
	"lanyard/tokenapi/sandbox"
	"lanyard/tokenapi/secret"
)

// bubble is a world in virtual time. The clocks of its consoles differ by the given offsets.
func bubble(t *testing.T) *world {
	t.Helper()
	return newWorldOf(t, sandbox.Options{Clock: time.Now})
}

func (w *world) consoleAt(off time.Duration, change ...func(*console.Options)) *console.Service {
	return w.console(append([]func(*console.Options){func(o *console.Options) {
		o.Clock = func() time.Time { return time.Now().Add(off) }
	}}, change...)...)
}

// gate delays the first request until it is opened.
func (w *world) gate() (inside, open chan struct{}) {
	inside, open = make(chan struct{}), make(chan struct{})
	var came atomic.Bool
	w.wire.cut(func(*http.Request) error {
		if came.CompareAndSwap(false, true) {
			close(inside)
			<-open
		}
		return nil
	}, nil)
	return inside, open
}

// begin runs a verb in a goroutine.
func begin(verb func() (console.Outcome, error)) chan got {
	done := make(chan got, 1)
	go func() { out, err := verb(); done <- got{out, err} }()
	return done
}

// While another console sends a request, one with the same request waits and takes its answer. One
// with another request of the same client waits too, because the server may keep one token for
// both, and then sends its own.
func TestTheirAnswerIsTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := bubble(t)
		var waited []string
		tell := func(o *console.Options) {
			o.Waits = func(a console.Application) { waited = append(waited, string(a.Label())) }
		}
		a, b, app := w.consoleAt(0), w.consoleAt(0, tell), w.app("Payments", "PRODUCTION")
		inside, open := w.gate()
		first := begin(func() (console.Outcome,
			error) {
			return a.Get(t.Context(), app.ID, console.GetOptions{})
		})
		<-inside
		same := begin(func() (console.Outcome,
			error) {
			return b.Get(t.Context(), app.ID, console.GetOptions{})
		})
		fresh := w.consoleAt(0)
		obtained := begin(func() (console.Outcome, error) {
			return fresh.Obtain(t.Context(), app.ID,
				console.ObtainOptions{Fresh: true, MinLeft: 24 * time.Hour})
		})
		elsewhere := w.consoleAt(0)
		other := begin(func() (console.Outcome, error) {
			return elsewhere.Get(t.Context(), app.ID, console.GetOptions{Scopes: []string{"read"}})
		})
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if n := w.wire.sent("/token"); n != 0 {
			t.Errorf("%d answers while the first is waited for", n)
		}
		if len(waited) != 1 || waited[0] != string(app.Label()) {
			t.Errorf("told to wait: %q", waited)
		}
		close(open)
		if got := <-other; got.err != nil || got.out.How != console.Issued {
			t.Errorf("another scope: %+v", got)
		}
		r, theirs, o := <-first, <-same, <-obtained
		if r.err != nil || theirs.err != nil || o.err != nil || theirs.out.How != console.Reused ||
			theirs.out.Token.ID != r.out.Token.ID || o.out.Token.ID != r.out.Token.ID {
			t.Fatalf("%+v\n%+v\n%+v", r, theirs, o)
		}
		if len(theirs.out.Notes) != 1 ||
			!strings.Contains(theirs.out.Notes[0], "another console") ||
			w.wire.sent("/token") != 2 {
			t.Errorf("notes %q, %d requests", theirs.out.Notes, w.wire.sent("/token"))
		}
		// A later call sends the request again.
		if out := must[console.Outcome](t)(
			b.Get(t.Context(), app.ID, console.GetOptions{})); out.How != console.Issued ||
			!out.Same {
			t.Errorf("%s, same %v", out.How, out.Same)
		}

		// The answer to a refresh is taken, too, by a console that refreshes and by one that gets.
		inside, open = w.gate()
		first = begin(func() (console.Outcome,
			error) {
			return a.Renew(t.Context(), r.out.Token.ID)
		})
		<-inside
		same = begin(func() (console.Outcome,
			error) {
			return b.Renew(t.Context(), r.out.Token.ID)
		})
		getter := begin(
			func() (console.Outcome,
				error) {
				return fresh.Get(t.Context(), app.ID, console.GetOptions{})
			})
		synctest.Wait()
		close(open)
		r, theirs, o = <-first, <-same, <-getter
		if r.err != nil || theirs.err != nil || o.err != nil || r.out.How != console.Refreshed ||
			theirs.out.Token.ID != r.out.Token.ID || o.out.Token.ID != r.out.Token.ID {
			t.Errorf("%+v\n%+v\n%+v", r, theirs, o)
		}
		if n := w.wire.sent("/token"); n != 4 {
			t.Errorf("%d requests", n)
		}
	})
}

// If the holder of the lease fails, the next one sends the request. It does not wait for ever, and
// does not wait for a person.
func TestTheirFailureIsNotTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := bubble(t)
		a, b, app := w.consoleAt(0), w.consoleAt(0), w.app("Orders", "PRODUCTION")
		w.wire.instead = func(r *http.Request) (*http.Response, error, bool) {
			if w.wire.sent("/token") == 0 && r.URL.Path == "/token" {
				time.Sleep(3 * time.Second)
				w.wire.mu.Lock()
				w.wire.posts["/token"]++
				w.wire.mu.Unlock()
				return nil, unreachable(r), true
			}
			return nil, nil, false
		}
		first := begin(func() (console.Outcome,
			error) {
			return a.Get(t.Context(), app.ID, console.GetOptions{})
		})
		synctest.Wait()
		next := begin(func() (console.Outcome,
			error) {
			return b.Obtain(t.Context(), app.ID, console.ObtainOptions{})
		})
		if r := <-first; r.err == nil {
			t.Error("no connection is no error")
		}
		if r := <-next; r.err != nil || r.out.How != console.Issued {
			t.Errorf("%+v", r)
		}
	})
}

// A lease of a dead process whose clock was ahead is taken over after the longest life of a lease.
// A lease of a living process is not, even if its clock is behind.
func TestLeasesOfOtherClocks(t *testing.T) {
	const off = 5 * time.Hour
	synctest.Test(t, func(t *testing.T) {
		w := bubble(t)
		app := w.app("Orders", "PRODUCTION")
		dead := w.consoleAt(off, func(o *console.Options) { o.Vault = hanging{} })
		ctx, cancel := context.WithCancel(t.Context())
		gone := begin(func() (console.Outcome,
			error) {
			return dead.Get(ctx, app.ID, console.GetOptions{})
		})
		synctest.Wait()
		// A killed process leaves its lease.
		var key, owner string
		var until time.Time
		w.keeper = &spy{Keeper: w.keeper, lease: func(k string) { key = k }}
		b := w.consoleAt(0)
		look, stop := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer stop()
		_, _ = b.Obtain(look, app.ID, console.ObtainOptions{}) // to learn the key
		err := w.keeper.View(t.Context(),
			func(r console.Reader) (err error) { owner, until, err = r.LeaseOf(key); return err })
		if err != nil || owner == "" || time.Until(until) < 4*time.Hour {
			t.Fatalf("%q has the lease %q until %v, %v", owner, key, until, err)
		}
		cancel()
		<-gone
		err = w.keeper.Update(t.Context(), func(wr console.Writer) error {
			_, err := wr.Lease(key, owner, time.Now(), until)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		out := must[console.Outcome](t)(b.Obtain(t.Context(), app.ID, console.ObtainOptions{}))
		if took := time.Since(began); out.How != console.Issued || took < 18*time.Second ||
			took > 25*time.Second {
			t.Errorf("%s after %v", out.How, took)
		}
	})
	shared := func(o *console.Options) { o.LeaseClock = time.Now }
	for name, c := range map[string]struct {
		off    time.Duration
		change []func(*console.Options)
	}{
		"ahead":             {off, nil},
		"ahead, one clock":  {off, []func(*console.Options){shared}},
		"behind, one clock": {-off, []func(*console.Options){shared}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := bubble(t)
				app := w.app("Orders", "PRODUCTION")
				slow := func(o *console.Options) { o.Vault = sleepy{o.Vault, 50 * time.Second} }
				a, b := w.consoleAt(c.off, append(c.change, slow)...), w.consoleAt(0, c.change...)
				first := begin(func() (console.Outcome,
					error) {
					return a.Get(t.Context(), app.ID, console.GetOptions{})
				})
				synctest.Wait()
				theirs := begin(func() (console.Outcome, error) {
					return b.Obtain(t.Context(), app.ID, console.ObtainOptions{Fresh: true})
				})
				r, o := <-first, <-theirs
				if r.err != nil || o.err != nil || o.out.How != console.Reused ||
					w.wire.sent("/token") != 1 {
					t.Errorf("%+v\n%+v\n%d requests", r, o, w.wire.sent("/token"))
				}
			})
		})
	}
}

// hanging is a vault that never answers.
type hanging struct{}

func (hanging) Secret(ctx context.Context, _ console.Application,
	_ console.SecretKind) (secret.Text, error) {
	<-ctx.Done()
	return secret.Text{}, ctx.Err()
}

// sleepy is a vault that answers after a while.
type sleepy struct {
	console.Vault
	d time.Duration
}

func (v sleepy) Secret(ctx context.Context, a console.Application,
	k console.SecretKind) (secret.Text, error) {
	time.Sleep(v.d)
	return v.Vault.Secret(ctx, a, k)
}

// spy reports which lease is read.
type spy struct {
	console.Keeper
	lease func(string)
}

func (s *spy) View(ctx context.Context, f func(console.Reader) error) error {
	return s.Keeper.View(ctx, func(r console.Reader) error { return f(spyReader{r, s.lease}) })
}

type spyReader struct {
	console.Reader
	lease func(string)
}

func (r spyReader) LeaseOf(key string) (string, time.Time, error) {
	r.lease(key)
	return r.Reader.LeaseOf(key)
}

// refreshTokens returns the fingerprints of the refresh tokens that were sent.
func (w *world) refreshTokens(before func()) *[]string {
	var mu sync.Mutex
	var sent []string
	w.wire.cut(func(r *http.Request) error {
		if r.Body == nil {
			return nil
		}
		body, err := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		form, _ := url.ParseQuery(string(body))
		if rt := form.Get("refresh_token"); rt != "" {
			mu.Lock()
			sent = append(sent, secret.New(rt).Fingerprint())
			mu.Unlock()
			if before != nil {
				before()
			}
		}
		return err
	}, nil)
	return &sent
}

func twice(sent []string) bool {
	all := slices.Clone(sent)
	slices.Sort(all)
	return len(slices.Compact(all)) != len(sent)
}

// A console that was stopped during a refresh has lost its lease. The other one sees the mark and
// requests a token. In either order of the answers, no grant is sent twice.
func TestRefreshOutlivesItsLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := bubble(t)
		app := w.app("Payments", "PRODUCTION")
		a := w.consoleAt(0)
		later := w.consoleAt(0, func(o *console.Options) {
			// as if A had been stopped for an hour
			o.LeaseClock = func() time.Time { return time.Now().Add(time.Hour) }
		})
		tok := must[console.Outcome](t)(a.Get(t.Context(), app.ID, console.GetOptions{})).Token
		inside, open := make(chan struct{}), make(chan struct{})
		sent := w.refreshTokens(sync.OnceFunc(func() { close(inside); <-open }))
		first := begin(func() (console.Outcome, error) { return a.Renew(t.Context(), tok.ID) })
		<-inside
		second := must[console.Outcome](t)(later.Renew(t.Context(), tok.ID))
		if second.How != console.Issued || second.Token.ID != tok.ID {
			t.Errorf("the other: %s", second.How)
		}
		close(open)
		r := <-first
		if r.err != nil || r.out.How != console.Refreshed || len(*sent) != 1 {
			t.Errorf("%+v, %d refreshes", r, len(*sent))
		}
		third := must[console.Outcome](t)(later.Renew(t.Context(), r.out.Token.ID))
		if third.How != console.Refreshed || twice(*sent) {
			t.Errorf("%s, sent %q", third.How, *sent)
		}
	})
}

// A console that was stopped between its mark and its request sends nothing when it goes on,
// because another process may have the lease.
func TestOversleptSendsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := bubble(t)
		app := w.app("Payments", "PRODUCTION")
		tok := must[console.Outcome](t)(
			w.consoleAt(0).Get(t.Context(), app.ID, console.GetOptions{})).Token
		var slept time.Duration
		keeper := &failing{Keeper: w.keeper}
		keeper.after = func() {
			if w.token(tok.ID).Unsure != nil {
				slept = time.Hour
			}
		}
		s := w.consoleAt(0, func(o *console.Options) {
			o.Keeper, o.LeaseClock = keeper, func() time.Time { return time.Now().Add(slept) }
		})
		sent := w.refreshTokens(nil)
		_, err := s.Renew(t.Context(), tok.ID)
		refusal(t, err, "in_flight")
		if len(*sent) != 0 || w.token(tok.ID).Unsure != nil {
			t.Errorf("%d were sent, mark %v", len(*sent), w.token(tok.ID).Unsure)
		}
	})
}

// A console is stopped before its mark, while another one takes the lease, gets its answer and
// releases the lease. The first one then sends nothing: what it has read is old.
func TestOversleptBeforeItsMark(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := bubble(t)
		app := w.app("Payments", "PRODUCTION")
		tok := must[console.Outcome](t)(
			w.consoleAt(0).Get(t.Context(), app.ID, console.GetOptions{})).Token
		sent := w.refreshTokens(nil)
		inside, open := make(chan struct{}), make(chan struct{})
		late := w.consoleAt(0, func(o *console.Options) {
			o.Vault = stopped{o.Vault, inside, open}
			// it stands still, and so does not extend its lease
			o.LeaseClock = func() time.Time { return time.Unix(0, 0) }
		})
		other := w.consoleAt(0, func(o *console.Options) {
			o.LeaseClock = func() time.Time { return time.Unix(0, 0).Add(time.Minute) }
		})
		first := begin(func() (console.Outcome, error) { return late.Renew(t.Context(), tok.ID) })
		<-inside
		// A stopped process extends no lease, so its lease ends.
		if out := must[console.Outcome](t)(
			other.Renew(t.Context(), tok.ID)); out.How != console.Refreshed {
			t.Fatal(out.How)
		}
		close(open)
		r := <-first
		if r.err == nil || len(*sent) != 1 || twice(*sent) {
			t.Errorf("%+v, sent %q", r, *sent)
		}
		refusal(t, r.err, "in_flight")
	})
}

// stopped is a vault in which its process is stopped once.
type stopped struct {
	console.Vault
	inside, open chan struct{}
}

func (v stopped) Secret(ctx context.Context, a console.Application,
	kind console.SecretKind) (secret.Text, error) {
	select {
	case <-v.open:
	default:
		close(v.inside)
		<-v.open
	}
	return v.Vault.Secret(ctx, a, kind)
}

// A lease from before the last boot ends days ahead. It blocks neither a delivery nor an undo.
func TestLeaseOfAnotherStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := bubble(t)
		app := w.app("Orders", "PRODUCTION")
		s := w.consoleAt(0, func(o *console.Options) {
			began := time.Now()
			o.LeaseClock = func() time.Time { return time.Unix(0, 0).Add(time.Since(began)) }
		})
		for _, undo := range []bool{true, false} {
			tok := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
			must[console.Token](t)(s.Revoke(t.Context(), tok.ID, console.RevokeAccess, 0))
			err := w.keeper.Update(t.Context(), func(wr console.Writer) error {
				_, err := wr.Lease("token/"+tok.ID, "4711-dead", time.Unix(0, 0),
					time.Unix(0, 0).Add(30*24*time.Hour))
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if undo {
				must[console.Token](t)(s.Undo(t.Context(), tok.ID))
				continue
			}
			done, _, err := s.Deliver(t.Context())
			if err != nil || len(done) != 1 || done[0].Err != nil {
				t.Errorf("%+v, %v", done, err)
			}
		}
	})
}
