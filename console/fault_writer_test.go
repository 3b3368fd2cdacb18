package console_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// TestMain runs a writer instead of the tests if FAULT_TEST_URL is set.
func TestMain(m *testing.M) {
	if os.Getenv("FAULT_TEST_URL") == "" {
		os.Exit(m.Run())
	}
	if err := writer(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// faultTimeout is the timeout of the client. A lease is extended every third of it in real time: it
// is longer than a test waits, so that no extension is counted as a step.
const faultTimeout = 10 * time.Minute

// patient are the options of a store that waits for other writers as long as faultPatience.
var patient = store.Options{Busy: faultPatience}

// leavesAlive is the number of the application whose server leaves earlier tokens alive.
const leavesAlive = 6

// faultApps returns four applications with refresh tokens, two without, and one whose server leaves
// earlier tokens alive.
func faultApps(url string) []console.Application {
	var all []console.Application
	for n, key := range []string{"p0", "p1", "p2", "p3", "c0", "c1", "s0"} {
		a := console.Application{
			Name: console.Private("App" + strconv.Itoa(n)), ConsumerKey: console.Private(key),
			Grant:  tokenapi.GrantClientCredentials,
			Source: console.FromConfig, Secret: console.SecretAvailable,
			Environment: console.Environment{
				Name: "faulty", ClientAuth: tokenapi.AuthBasic, CacheTTL: time.Minute,
				Regime: console.RegimeOpaque, Timeout: faultTimeout,
				Endpoints: console.Endpoints{TokenURL: console.Private(url + "/token"),
					RevokeURL: console.Private(url + "/revoke")},
			},
		}
		if key[0] != 'c' {
			a.Grant, a.Username = tokenapi.GrantPassword, "ana"
		}
		if key[0] == 's' {
			a.Environment.Name, a.Environment.Regime = "stateless", console.RegimeStateless
		}
		a.ID = a.Identity()
		all = append(all, a)
	}
	return all
}

// nameVault returns the name of the process as every secret, so that the issuer knows who sends a
// request.
type nameVault string

func (v nameVault) Secret(
	context.Context, console.Application, console.SecretKind,
) (secret.Text, error) {
	return secret.New(string(v)), nil
}

// faultConsole opens a console on the store in dir. One clock serves for time and for leases.
func faultConsole(
	url, name string, clock func() time.Time, k console.Keeper,
) (*console.Service, error) {
	return console.New(console.Options{
		Clock: clock, LeaseClock: clock, Keeper: k, Vault: nameVault(name),
		Applications: faultApps(url),
		UndoWindow:   3 * time.Second, DueBefore: time.Minute, Owner: name,
		Connect: func(e console.Environment) (console.API, error) {
			return tokenapi.New(
				tokenapi.Config{Endpoints: e.Endpoints.Client(), Timeout: e.Timeout}, clock)
		},
	})
}

// writer obeys the commands on stdin until it is killed or stdin ends. On stdout it reports the
// shown results, the decisions, and its position.
func writer() error {
	url, name := os.Getenv("FAULT_TEST_URL"), os.Getenv("FAULT_TEST_NAME")
	var mu sync.Mutex
	say := func(words ...any) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Println(words...)
	}
	st, err := store.Open(context.Background(), os.Getenv("FAULT_TEST_DIR"), patient)
	if err != nil {
		return err
	}
	var now atomic.Int64
	clock := func() time.Time { return time.Unix(0, now.Load()) }
	keeper := &stops{Keeper: st, owner: name, say: say, on: make(chan struct{})}
	s, err := faultConsole(url, name, clock, keeper)
	if err != nil {
		return err
	}
	var rest sync.RWMutex // locked for writing while no verb may run
	apps := faultApps(url)
	say("ready")
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		f := strings.Fields(lines.Text())
		number := func(i int) int64 {
			n, err := strconv.ParseInt(f[i], 10, 64)
			if err != nil {
				panic(err)
			}
			return n
		}
		switch f[0] {
		case "clock":
			now.Store(number(1))
		case "stop":
			keeper.arm(f[1], int(number(2)))
		case "on":
			keeper.on <- struct{}{}
		case "do":
			keeper.begin()
			go func() {
				out, err := act(s, say, f[1], apps[number(2)].ID, f[3], strings.Join(f[4:], ""))
				report(say, out, err)
				code := "ok"
				if e, ok := console.AsError(err); ok {
					code = string(e.Code)
				} else if err != nil {
					code = "failed"
				}
				keeper.mu.Lock()
				defer keeper.mu.Unlock()
				say("did", code, strings.Join(keeper.names, ","), out.Token.ID)
			}()
		case "anything":
			for n := range 3 {
				d := rand.New(rand.NewPCG(uint64(number(1)), uint64(n)))
				go func() {
					for {
						app := apps[d.IntN(len(apps))]
						if n == 0 { // both writers compete for the same application
							app = apps[0]
						}
						rest.RLock()
						anything(s, app, d, say)
						rest.RUnlock()
					}
				}()
			}
		case "rest":
			rest.Lock()
			say("rested")
		case "go":
			rest.Unlock()
		}
	}
	return nil
}

// act does one verb: a get with a scope, or another verb on a token.
func act(
	s *console.Service, say func(...any), verb, app, scope, id string,
) (out console.Outcome, err error) {
	ctx, scopes := context.Background(), []string{scope}
	switch verb {
	case "get":
		return s.Get(ctx, app, console.GetOptions{Scopes: scopes})
	case "obtain":
		o := console.ObtainOptions{GetOptions: console.GetOptions{Scopes: scopes},
			MinLeft: time.Minute, Fresh: true}
		return s.Obtain(ctx, app, o)
	case "renew":
		return s.Renew(ctx, id)
	case "revoke":
		t, err := s.Revoke(ctx, id, console.RevokeBoth, 0)
		if err == nil {
			say("decided", t.Fingerprint)
		}
		return out, err
	case "deliver":
		done, err := s.DeliverOne(ctx, id)
		for _, d := range done {
			if d.Err == nil {
				say("accepted", d.Kind, d.Token.Fingerprint)
			}
		}
		return out, err
	}
	panic(verb)
}

// report prints the result of a verb, and whether the store failed.
func report(say func(...any), out console.Outcome, err error) {
	if err == nil && out.Token.ID != "" {
		say("shown", out.Token.Fingerprint)
	}
	e, ok := console.AsError(err)
	if ok && (e.Code.OfStore() || e.Code == "not_kept") {
		say("broken", err)
	}
}

// anything does one random verb.
func anything(s *console.Service, app console.Application, random *rand.Rand, say func(...any)) {
	ctx := context.Background()
	var out console.Outcome
	var err error
	var scopes []string
	if random.IntN(3) == 0 {
		scopes = []string{"read"}
	}
	one := func() (console.Token, bool) {
		b, err := s.Board(ctx)
		if err != nil {
			say("broken", err)
		}
		var mine []console.Token
		for _, t := range b.Tokens {
			if t.AppID == app.ID && t.ReplacedBy == "" && t.AcceptedAt.IsZero() &&
				t.RevokeAt.IsZero() {
				mine = append(mine, t)
			}
		}
		if len(mine) == 0 {
			return console.Token{}, false
		}
		if random.IntN(3) > 0 {
			return mine[len(mine)-1], true
		}
		return mine[random.IntN(len(mine))], true
	}
	switch n := random.IntN(10); {
	case n < 3:
		o := console.ObtainOptions{GetOptions: console.GetOptions{Scopes: scopes},
			MinLeft: time.Minute, Fresh: n == 0}
		out, err = s.Obtain(ctx, app.ID, o)
	case n < 4:
		out, err = s.Get(ctx, app.ID, console.GetOptions{Scopes: scopes})
	case n < 8:
		if t, ok := one(); ok {
			out, err = s.Renew(ctx, t.ID)
		}
	case n < 9:
		if t, ok := one(); ok {
			wait := time.Duration(random.IntN(100)) * time.Millisecond
			if _, err := s.Revoke(ctx, t.ID, console.RevokeBoth, wait); err == nil {
				say("decided", t.Fingerprint)
			}
		}
	default:
		_, _, err = s.Deliver(ctx)
	}
	report(say, out, err)
}
