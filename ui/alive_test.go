package ui_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
	"lanyard/ui"
	"lanyard/ui/session"
)

// api is a Token API and gateway that answer from a script.
type api struct {
	console.API // calls without a script panic
	clock       *clock
	n           int
	same        bool // the next get returns the last token again
	refresh     bool // the next token has a refresh token
	err         error
	gateway     int // status of a probe's answer
	tokens      int // number of token requests
	revokes     []string
	scopes      []string // of the last request
	headers     []string // of the last request: names and fingerprints of values
	user        string   // fingerprint of the password in the last request
	password    string
	access      string // the next access token; "" is access-1, access-2, …

	device     tokenapi.DeviceAnswer // answer to the device authorization request
	polls      chan error            // answers to the polls; nil is a token
	retryAfter time.Duration
	fault      int // fault code of a refused probe
	advice     tokenapi.FaultAdvice
	why        tokenapi.Why // reason of an unclear probe
}

func (a *api) AuthorizeDevice(_ context.Context,
	r tokenapi.DeviceRequest) (tokenapi.DeviceAnswer, tokenapi.Exchange, error) {
	a.scopes = r.Scopes
	ex := tokenapi.Exchange{Op: "device", Method: "POST",
		URL: "https://gw.example/device_authorize", Status: 200, Started: a.clock.now,
		Took: 20 * time.Millisecond}
	dev := a.device
	dev.DeviceCode, dev.At = secret.New("device-code"), a.clock.now
	return dev, ex, a.err
}

func (a *api) Token(_ context.Context,
	r tokenapi.TokenRequest) (tokenapi.TokenAnswer, tokenapi.Exchange, error) {
	a.tokens++
	a.scopes, a.user, a.password = r.Scopes, r.Username, r.Password.Fingerprint()
	a.headers = nil
	for _, h := range r.Credentials.Headers {
		a.headers = append(a.headers, h.Name+"="+h.Value.Fingerprint())
	}
	if r.Grant == tokenapi.GrantDeviceCode {
		if err := <-a.polls; err != nil {
			return tokenapi.TokenAnswer{},
				tokenapi.Exchange{Op: r.Grant, Status: 400, Started: a.clock.now}, err
		}
	}
	ex := tokenapi.Exchange{Op: r.Grant, Method: "POST", URL: "https://gw.example/token",
		Status: 200, Started: a.clock.now, Took: 54 * time.Millisecond}
	if a.err != nil {
		ex.Status = 400
		return tokenapi.TokenAnswer{}, ex, a.err
	}
	if !a.same || a.n == 0 {
		a.n++
	}
	ans := tokenapi.TokenAnswer{
		Access: secret.New(fmt.Sprintf("access-%d", a.n)), ExpiresIn: 3600, HasExpiresIn: true,
		Lifetime:  tokenapi.Bounded,
		TokenType: "Bearer", RawTokenType: "Bearer", Usable: true, Scopes: []string{"default"},
		At: a.clock.now,
	}
	if a.access != "" {
		ans.Access = secret.New(a.access)
	}
	if a.refresh {
		ans.Refresh = secret.New(fmt.Sprintf("refresh-%d", a.n))
	}
	return ans, ex, nil
}

func (a *api) Revoke(_ context.Context,
	r tokenapi.RevokeRequest) (tokenapi.RevokeAnswer, tokenapi.Exchange, error) {
	a.revokes = append(a.revokes, r.Token.Fingerprint())
	ex := tokenapi.Exchange{Op: "revoke", Method: "POST", URL: "https://gw.example/revoke",
		Status: 200, Started: a.clock.now, Took: 31 * time.Millisecond}
	if a.err != nil {
		return tokenapi.RevokeAnswer{}, ex, a.err
	}
	return tokenapi.RevokeAnswer{At: a.clock.now}, ex, nil
}

func (a *api) Probe(_ context.Context,
	r tokenapi.ProbeRequest) (tokenapi.ProbeAnswer, tokenapi.Exchange, error) {
	ans := tokenapi.ProbeAnswer{Verdict: tokenapi.Accepted, Status: a.gateway, At: a.clock.now,
		RetryAfter: a.retryAfter}
	if a.gateway == 429 {
		ans.Verdict = tokenapi.Unclear
	}
	if a.gateway == 401 {
		ans.Verdict, ans.FaultCode, ans.NamesToken = tokenapi.Refused, 900901, true
		if a.fault != 0 {
			ans.FaultCode, ans.Advice = a.fault, a.advice
		}
	}
	if a.why != "" {
		ans.Verdict, ans.Why, ans.ControlStatus, ans.FaultCode = tokenapi.Unclear, a.why, a.gateway,
			0
	}
	return ans, tokenapi.Exchange{Op: "probe", Method: "GET", URL: r.URL, Status: a.gateway,
		Size: -1, Started: a.clock.now, Took: 9 * time.Millisecond}, nil
}

type vault struct{}

func (vault) Secret(_ context.Context, _ console.Application,
	kind console.SecretKind) (secret.Text, error) {
	return secret.New("the " + string(kind)), nil
}

// fakeClipboard is a clipboard in memory.
type fakeClipboard struct {
	holds    secret.Text
	cleared  int
	terminal bool
	serial   int
	later    session.Later
	outcome  session.Outcome
	around   bool
	during   func() // called during a copy
	refuses  string // a text with one of these characters is not copied
}

func newFakeClipboard() *fakeClipboard {
	return &fakeClipboard{later: session.ClearedIfOurs, outcome: session.WasOurs}
}

func (p *fakeClipboard) Copy(
	_ context.Context, t secret.Text, stays bool,
) (session.CopiedTo, error) {
	if strings.ContainsAny(t.Reveal(), p.refuses) {
		return session.CopiedTo{}, errors.New("copy: it holds what is refused")
	}
	p.holds = t
	done := session.CopiedTo{Via: "system clipboard", Certain: true, Later: p.later,
		Around: p.around}
	if p.serial++; !stays {
		done.Serial = p.serial
	}
	if p.during != nil {
		p.during()
	}
	if p.terminal {
		done.Via, done.Certain, done.Terminal = "terminal", false, secret.New("\x1b]52;c;eA==\a")
	}
	return done, nil
}

func (p *fakeClipboard) Clear(_ context.Context, serial int) (session.Cleared, error) {
	if p.holds.IsZero() || serial != 0 && serial != p.serial {
		return session.Cleared{}, nil
	}
	p.holds, p.cleared = secret.Text{}, p.cleared+1
	return session.Cleared{Via: "system clipboard", Outcome: p.outcome, Around: p.around}, nil
}

type live struct {
	*ui.Pump
	t     *testing.T
	clock *clock
	api   *api
	clip  *fakeClipboard
	svc   *console.Service

	keeper console.Keeper
	// answers in place of a developer portal
	portal func(context.Context, console.PortalRequest) (console.PortalFound, error)
	apps   []console.Application
	store  *store.Store
	keep   time.Duration
}

// alive returns a screen on a real console.Service, over a store in memory and a scripted API.
func alive(t *testing.T, change ...func(*console.Environment)) *live {
	t.Helper()
	return awake(t, func(*console.Application) {}, change...)
}

// awake is alive with a change of the applications.
func awake(t *testing.T, app func(*console.Application),
	change ...func(*console.Environment)) *live {
	t.Helper()
	return keptBy(t, func(st *store.Store) console.Keeper { return st }, app, change...)
}

// keptBy is awake with a keeper around the store.
func keptBy(t *testing.T, keeper func(*store.Store) console.Keeper, app func(*console.Application),
	change ...func(*console.Environment)) *live {
	t.Helper()
	env := console.Environment{
		Name: "cloud", CacheTTL: 15 * time.Minute, Regime: console.RegimeAuto,
		ClientAuth: tokenapi.AuthBasic, Timeout: time.Second,
		Endpoints: console.Endpoints{TokenURL: "https://gw.example/token",
			RevokeURL: "https://gw.example/revoke"},
	}
	for _, f := range change {
		f(&env)
	}
	st, err := store.OpenMemory(t.Context(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	l := &live{t: t, clock: &clock{t0}, clip: newFakeClipboard(), keeper: keeper(st), store: st}
	l.api = &api{clock: l.clock, gateway: 200}
	var apps []console.Application
	for _, name := range []string{"Orders", "Payments"} {
		a := console.Application{
			Name: console.Private(name), Environment: env, KeyType: "PRODUCTION",
			ConsumerKey: console.Private(name), Grant: tokenapi.GrantClientCredentials,
			ProbeURL: console.Private("https://gw.example/" + name), Source: console.FromConfig,
			Secret: console.SecretAvailable,
		}
		app(&a)
		a.ID = a.Identity()
		apps = append(apps, a)
	}
	l.apps = apps
	l.svc = l.service("test")
	l.open()
	return l
}

// service returns a console on the store, for an owner.
func (l *live) service(owner string) *console.Service {
	l.t.Helper()
	svc, err := console.New(console.Options{
		Clock: l.clock.Now, Keeper: l.keeper, Vault: vault{},
		Connect:      func(console.Environment) (console.API, error) { return l.api, nil },
		Applications: l.apps, UndoWindow: 3 * time.Second, DueBefore: time.Minute, Keep: l.keep,
		Attended: true, Owner: owner, Device: "lap",
		Portal: func(ctx context.Context, r console.PortalRequest) (console.PortalFound, error) {
			return l.portal(ctx, r)
		},
	})
	if err != nil {
		l.t.Fatal(err)
	}
	return svc
}

// open starts a new screen, as after a restart.
func (l *live) open() {
	l.Pump = ui.NewPump(l.t.Context(), ui.Options{
		Service: l.svc, Clipboard: l.clip,
		Settings: ui.Settings{Theme: theme(l.t, "dark"), ClearAfter: 45 * time.Second},
		Device:   "lap", Width: 120, Height: 32,
	}, l.clock.Now)
}

// after moves the clock by d and delivers the beats that the screen has requested.
func (l *live) after(d time.Duration) {
	l.t.Helper()
	end := l.clock.now.Add(d)
	most := len(l.Beats) + 10*int(d/time.Second) + 100
	for l.Pending() && !l.BeatDue().After(end) {
		if len(l.Beats) > most {
			l.t.Fatalf("the screen spins: %d beats and no end in sight", len(l.Beats))
		}
		if due := l.BeatDue(); due.After(l.clock.now) {
			l.clock.now = due
		}
		l.Beat()
	}
	l.clock.now = end
}

// slept moves the clock by d at once, as if the machine slept.
func (l *live) slept(d time.Duration) {
	l.t.Helper()
	l.clock.now = l.clock.now.Add(d)
	l.Beat()
}

func (l *live) shows(want ...string) {
	l.t.Helper()
	text := ansi.Strip(l.Frame())
	for _, w := range want {
		if !strings.Contains(text, w) {
			l.t.Errorf("no %q on the screen:\n%s", w, text)
		}
	}
}

func (l *live) said(want string) {
	l.t.Helper()
	if log := strings.Join(l.Log(), "\n"); !strings.Contains(log, want) {
		l.t.Errorf("nobody said %q:\n%s", want, log)
	}
}

func fp(s string) string { return secret.New(s).Fingerprint() }

func secretOf(s string) secret.Text { return secret.New(s) }
