package console_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// TestMain lets the test binary be another lanyard: with FAULT_TEST_URL it works on the store in FAULT_TEST_DIR
// until it is killed.
func TestMain(m *testing.M) {
	if os.Getenv("FAULT_TEST_URL") == "" {
		os.Exit(m.Run())
	}
	if err := writer(os.Getenv("FAULT_TEST_URL"), os.Getenv("FAULT_TEST_DIR"), os.Getenv("FAULT_TEST_DICE")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// faultApps are four applications with refresh tokens and two without.
func faultApps(url string, timeout time.Duration) []console.Application {
	var all []console.Application
	for n, key := range []string{"p0", "p1", "p2", "p3", "c0", "c1"} {
		a := console.Application{
			Name: "App" + strconv.Itoa(n), ConsumerKey: key, Grant: tokenapi.GrantClientCredentials, Source: console.FromConfig,
			Secret: console.SecretAvailable,
			Environment: console.Environment{
				Name: "faulty", ClientAuth: tokenapi.AuthBasic, CacheTTL: time.Minute, Regime: console.RegimeOpaque, Timeout: timeout,
				Endpoints: tokenapi.Endpoints{TokenURL: url + "/token", RevokeURL: url + "/revoke"},
			},
		}
		if key[0] == 'p' {
			a.Grant, a.Username = tokenapi.GrantPassword, "ana"
		}
		a.ID = a.Identity()
		all = append(all, a)
	}
	return all
}

type anySecret struct{}

func (anySecret) Secret(context.Context, console.Application, console.SecretKind) (secret.Text, error) {
	return secret.New("known-to-all"), nil
}

// faultConsole opens a console on a real store. Leases are counted by a clock of the machine that goes four times as
// fast, so that the one of a killed process is not in the way for long.
func faultConsole(url, dir string, ahead, timeout time.Duration) (*console.Service, *store.Store, error) {
	st, err := store.Open(context.Background(), dir, store.Options{})
	if err != nil {
		return nil, nil, err
	}
	clock := func() time.Time { return time.Now().Add(ahead) }
	began := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s, err := console.New(console.Options{
		Clock: clock, Keeper: st, Vault: anySecret{}, Applications: faultApps(url, timeout), UndoWindow: 3 * time.Second, DueBefore: time.Minute,
		Owner:      fmt.Sprint(os.Getpid(), "-", time.Now().UnixNano()),
		LeaseClock: func() time.Time { return began.Add(4 * clock().Sub(began)) },
		Connect: func(e console.Environment) (console.API, error) {
			return tokenapi.New(tokenapi.Config{Endpoints: e.Endpoints, Timeout: e.Timeout}, clock)
		},
	})
	return s, st, err
}

// writer gets, renews, revokes and delivers in three goroutines, and says on stdout what was shown and decided.
func writer(url, dir, seed string) error {
	go func() { // it does not outlive the test
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	s, _, err := faultConsole(url, dir, 0, 400*time.Millisecond)
	if err != nil {
		return err
	}
	number, err := strconv.ParseUint(seed, 10, 64)
	if err != nil {
		return err
	}
	var mu sync.Mutex
	say := func(words ...any) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Println(words...)
	}
	say("ready")
	apps := faultApps(url, 0) // of which only the names matter
	var all sync.WaitGroup
	for n := range 3 {
		all.Go(func() {
			dice := rand.New(rand.NewPCG(number, uint64(n)))
			for {
				app := apps[dice.IntN(len(apps))]
				if n == 0 { // one of each writer at the same, so that the two are in each other's way
					app = apps[0]
				}
				step(s, app, dice, say)
			}
		})
	}
	all.Wait()
	return nil
}

// step does one thing that a person or a script may do.
func step(s *console.Service, app console.Application, dice *rand.Rand, say func(...any)) {
	ctx := context.Background()
	var out console.Outcome
	var err error
	var scopes []string
	if dice.IntN(3) == 0 {
		scopes = []string{"read"}
	}
	one := func(fits func(console.Token) bool) (console.Token, bool) {
		b, err := s.Board(ctx)
		if err != nil {
			say("broken", err)
		}
		var mine []console.Token
		for _, t := range b.Tokens {
			if t.AppID == app.ID && fits(t) {
				mine = append(mine, t)
			}
		}
		if len(mine) == 0 {
			return console.Token{}, false
		}
		if dice.IntN(3) > 0 {
			return mine[len(mine)-1], true
		}
		return mine[dice.IntN(len(mine))], true
	}
	alive := func(t console.Token) bool { return t.ReplacedBy == "" && t.AcceptedAt.IsZero() && t.RevokeAt.IsZero() }
	switch n := dice.IntN(10); {
	case n < 3:
		out, err = s.Obtain(ctx, app.ID, console.ObtainOptions{Scopes: scopes, MinLeft: time.Minute, Fresh: n == 0})
	case n < 4:
		out, err = s.Get(ctx, app.ID, console.GetOptions{Scopes: scopes})
	case n < 8:
		if t, ok := one(alive); ok {
			out, err = s.Renew(ctx, t.ID)
		}
	case n < 9:
		if t, ok := one(alive); ok {
			if _, err := s.Revoke(ctx, t.ID, console.RevokeBoth, time.Duration(dice.IntN(100))*time.Millisecond); err == nil {
				say("decided", t.Fingerprint)
			}
		}
	default:
		_, _, err = s.Deliver(ctx)
	}
	if err == nil && out.Token.ID != "" {
		say("shown", out.Token.Fingerprint)
	}
	if e, ok := console.AsError(err); ok && (strings.HasPrefix(e.Code, "store_") || e.Code == "not_kept") {
		say("broken", err)
	}
}
