package plain_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
	"lanyard/ui/session"
)

// api is a Token API and a gateway that answer from a script, at the time of the bubble.
type api struct {
	console.API // calls that are not scripted panic

	mu      sync.Mutex
	refresh bool  // answer with a refresh token
	err     error // the answer to every request
	gateway int   // the status that a probe gets
	why     tokenapi.Why
	device  tokenapi.DeviceAnswer
	polls   chan error    // answers to polls of the device grant; nil is a token
	slow    chan struct{} // if not nil, a probe is answered when it is closed

	tokens  int      // number of token requests
	scopes  []string // of the last request
	revokes []string // fingerprints
}

// revoked returns the number of revocation requests so far.
func (a *api) revoked() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.revokes)
}

// requested returns the number of token requests so far, and the scopes of the last one.
func (a *api) requested() (int, []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.tokens, a.scopes
}

// script changes the answers to later requests.
func (a *api) script(change func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	change()
}

func (a *api) AuthorizeDevice(
	_ context.Context, r tokenapi.DeviceRequest,
) (tokenapi.DeviceAnswer, tokenapi.Exchange, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.scopes = r.Scopes
	answer := a.device
	answer.DeviceCode, answer.At = secret.New("device-code"), time.Now()
	return answer, tokenapi.Exchange{Op: "device", Method: "POST", Status: 200,
		Started: time.Now()}, a.err
}

func (a *api) Token(
	_ context.Context, r tokenapi.TokenRequest,
) (tokenapi.TokenAnswer, tokenapi.Exchange, error) {
	ex := tokenapi.Exchange{Op: r.Grant, Method: "POST", Status: 400, Started: time.Now()}
	if r.Grant == tokenapi.GrantDeviceCode {
		select {
		case err := <-a.polls:
			return tokenapi.TokenAnswer{}, ex, err
		default:
		}
		return tokenapi.TokenAnswer{}, ex, &tokenapi.Error{
			Op: "token", Kind: tokenapi.KindRefused, Status: 400, Code: "authorization_pending",
			Action: tokenapi.KeepPolling,
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.tokens++
	a.scopes = r.Scopes
	if a.err != nil {
		return tokenapi.TokenAnswer{}, ex, a.err
	}
	ex.Status = 200
	answer := tokenapi.TokenAnswer{
		Access: secret.New(fmt.Sprintf("access-%d", a.tokens)), ExpiresIn: 3600, HasExpiresIn: true,
		Lifetime: tokenapi.Bounded, TokenType: "Bearer", RawTokenType: "Bearer", Usable: true,
		Scopes: []string{"default"}, At: time.Now(),
	}
	if a.refresh {
		answer.Refresh = secret.New(fmt.Sprintf("refresh-%d", a.tokens))
	}
	return answer, ex, nil
}

func (a *api) Revoke(
	_ context.Context, r tokenapi.RevokeRequest,
) (tokenapi.RevokeAnswer, tokenapi.Exchange, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.revokes = append(a.revokes, r.Token.Fingerprint())
	ex := tokenapi.Exchange{Op: "revoke", Method: "POST", Status: 200, Started: time.Now()}
	return tokenapi.RevokeAnswer{At: time.Now()}, ex, a.err
}

func (a *api) Probe(
	_ context.Context, r tokenapi.ProbeRequest,
) (tokenapi.ProbeAnswer, tokenapi.Exchange, error) {
	if a.slow != nil {
		<-a.slow
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	answer := tokenapi.ProbeAnswer{Verdict: tokenapi.Accepted, Status: a.gateway, At: time.Now()}
	switch {
	case a.why != "":
		answer.Verdict, answer.Why, answer.ControlStatus = tokenapi.Unclear, a.why, a.gateway
	case a.gateway == 401:
		answer.Verdict, answer.FaultCode, answer.NamesToken = tokenapi.Refused, 900901, true
	}
	ex := tokenapi.Exchange{Op: "probe", Method: "GET", URL: r.URL, Status: a.gateway,
		Started: time.Now()}
	return answer, ex, nil
}

// vault has the secrets of the applications.
type vault struct{}

func (vault) Secret(
	_ context.Context, _ console.Application, kind console.SecretKind,
) (secret.Text, error) {
	return secret.New("the " + string(kind)), nil
}

// clipboard is a clipboard that can be read.
type clipboard struct {
	holds   secret.Text
	cleared int
	serial  int
}

func (p *clipboard) Copy(_ context.Context, t secret.Text, stays bool) (session.CopiedTo, error) {
	p.holds = t
	done := session.CopiedTo{Via: "system clipboard", Certain: true, Later: session.ClearedIfOurs}
	if p.serial++; !stays {
		done.Serial = p.serial
	}
	return done, nil
}

func (p *clipboard) Clear(_ context.Context, serial int) (session.Cleared, error) {
	if p.holds.IsZero() || serial != 0 && serial != p.serial {
		return session.Cleared{}, nil
	}
	p.holds, p.cleared = secret.Text{}, p.cleared+1
	return session.Cleared{Via: "system clipboard", Outcome: session.WasOurs}, nil
}

// output collects what the line mode prints.
type output struct {
	mu   sync.Mutex
	b    strings.Builder
	read int
	full bool // writing fails
}

func (p *output) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.full {
		return 0, errors.New("the output is full")
	}
	return p.b.Write(b)
}

// all returns everything that was printed.
func (p *output) all() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.b.String()
}

// since returns the output since the last call.
func (p *output) since() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.b.String()[p.read:]
	p.read = p.b.Len()
	return s
}

const saysRestored = "note: the store was replaced by a restored backup; this console shows it now"

// swapped is a store that a restored backup can replace.
type swapped struct {
	*store.Store
	at atomic.Int64
}

type swappedReader struct {
	console.Reader
	at int64
}

func (r swappedReader) Restored() int64 { return r.at }

func (s *swapped) View(ctx context.Context, f func(console.Reader) error) error {
	return s.Store.View(ctx,
		func(r console.Reader) error { return f(swappedReader{r, s.at.Load()}) })
}

// vanished is a store whose files can be deleted.
type vanished struct {
	*store.Store
	gone atomic.Bool
}

func (v *vanished) InPlace(context.Context) error {
	if v.gone.Load() {
		return &console.Error{
			Code: "store_replaced", Text: "/state/lanyard.db was deleted",
			Hint: "start lanyard again",
		}
	}
	return nil
}

func (*vanished) WriteOut(context.Context) (string, error) { return "/state/lanyard.out-1", nil }

// fingerprint returns the fingerprint of a token.
func fingerprint(s string) string { return secret.New(s).Fingerprint() }
