package session_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
	"lanyard/ui/session"
)

var t0 = time.Date(2026, 11, 23, 12, 4, 0, 300e6, time.UTC)

// api is a Token API and gateway that answer from a script.
type api struct {
	console.API // calls that are not scripted panic
	clock       func() time.Time
	n           int
	refresh     bool  // tokens come with a refresh token
	lasts       int64 // seconds of the next tokens; 0 is an hour
	tokenErr    error // of the next requests for a token
	revokeErr   error // of the next revokes
	gateway     int   // status of the answer to a probe
	why         tokenapi.Why
	retryAfter  time.Duration
	tokens      int // number of token requests
	probes      int
	revokes     []string     // fingerprints
	during      func(string) // called with the operation during each request
}

func (a *api) asked(op string) tokenapi.Exchange {
	if a.during != nil {
		a.during(op)
	}
	return tokenapi.Exchange{
		Op: op, Method: "POST", URL: "https://gw.example/" + op, Status: 200, Started: a.clock(),
		Took: 20 * time.Millisecond,
	}
}

func (a *api) Token(
	_ context.Context, r tokenapi.TokenRequest,
) (tokenapi.TokenAnswer, tokenapi.Exchange, error) {
	a.tokens++
	ex := a.asked("token")
	if r.Grant == tokenapi.GrantDeviceCode {
		ex.Status = 400
		return tokenapi.TokenAnswer{}, ex, &tokenapi.Error{
			Op: "token", Kind: tokenapi.KindRefused, Status: 400, Code: "authorization_pending",
			Action: tokenapi.KeepPolling,
		}
	}
	if a.tokenErr != nil {
		ex.Status = 400
		return tokenapi.TokenAnswer{}, ex, a.tokenErr
	}
	a.n++
	ans := tokenapi.TokenAnswer{
		Access: secret.New(access(a.n)), ExpiresIn: cmp.Or(a.lasts, 3600), HasExpiresIn: true,
		Lifetime: tokenapi.Bounded, TokenType: "Bearer", RawTokenType: "Bearer", Usable: true,
		Scopes: []string{"default"}, At: a.clock(),
	}
	if a.refresh {
		ans.Refresh = secret.New(fmt.Sprintf("refresh-%d", a.n))
	}
	return ans, ex, nil
}

func (a *api) AuthorizeDevice(
	context.Context, tokenapi.DeviceRequest,
) (tokenapi.DeviceAnswer, tokenapi.Exchange, error) {
	return tokenapi.DeviceAnswer{
		DeviceCode: secret.New("device-code"), UserCode: "ABCD", At: a.clock(),
		ExpiresIn:       time.Hour,
		VerificationURI: "https://gw.example/device", Interval: 5 * time.Second,
	}, a.asked("device"), nil
}

func (a *api) Revoke(
	_ context.Context, r tokenapi.RevokeRequest,
) (tokenapi.RevokeAnswer, tokenapi.Exchange, error) {
	a.revokes = append(a.revokes, r.Token.Fingerprint())
	return tokenapi.RevokeAnswer{At: a.clock()}, a.asked("revoke"), a.revokeErr
}

func (a *api) Probe(
	context.Context, tokenapi.ProbeRequest,
) (tokenapi.ProbeAnswer, tokenapi.Exchange, error) {
	a.probes++
	ans := tokenapi.ProbeAnswer{
		Verdict: tokenapi.Accepted, Status: a.gateway, At: a.clock(), RetryAfter: a.retryAfter,
	}
	if a.gateway == 401 {
		ans.Verdict, ans.FaultCode, ans.NamesToken = tokenapi.Refused, 900901, true
	}
	if a.why != "" {
		ans.Verdict, ans.Why, ans.ControlStatus = tokenapi.Unclear, a.why, a.gateway
	}
	return ans, a.asked("probe"), nil
}

func access(n int) string { return fmt.Sprintf("access-%d", n) }
func fp(n int) string     { return secret.New(access(n)).Fingerprint() }

type openVault struct{}

func (openVault) Secret(
	_ context.Context, _ console.Application, kind console.SecretKind,
) (secret.Text, error) {
	return secret.New("the " + string(kind)), nil
}

// keeper is a store that can be locked and made to fail.
type keeper struct {
	*store.Store
	key       console.KeyStatus
	viewErr   error // of the next readings
	noEvents  error // of reading the end of the log
	updateErr error // of the next writes
	swapped   bool  // another store is in its place
	asked     int   // number of checks of the place
	written   int   // number of directories that were written
}

func (k *keeper) Update(ctx context.Context, f func(console.Writer) error) error {
	if k.updateErr != nil {
		return k.updateErr
	}
	return k.Store.Update(ctx, f)
}

var errPassphrase = &console.Error{Code: "store_locked", Text: "that is not the passphrase"}

const passphrase = "correct horse q!"

func (k *keeper) Key() console.KeyStatus { return k.key }

func (k *keeper) Unlock(_ context.Context, p secret.Text) error {
	if k.key.Locked && !p.Equal(secret.New(passphrase)) {
		return errPassphrase
	}
	k.key.Locked = false
	return nil
}

func (k *keeper) View(ctx context.Context, f func(console.Reader) error) error {
	if k.viewErr != nil {
		return k.viewErr
	}
	return k.Store.View(ctx, func(r console.Reader) error { return f(logReader{r, k.noEvents}) })
}

// logReader fails to read the end of the log if err is set.
type logReader struct {
	console.Reader
	err error
}

func (r logReader) LastEvents(n int) ([]console.Event, error) {
	if r.err != nil {
		return nil, r.err
	}
	return r.Reader.LastEvents(n)
}

func (k *keeper) InPlace(ctx context.Context) error {
	k.asked++
	if k.swapped {
		return &console.Error{Code: "store_replaced", Text: "the store was deleted"}
	}
	return k.Store.InPlace(ctx)
}

func (k *keeper) WriteOut(context.Context) (string, error) {
	k.written++
	return "/elsewhere", nil
}

// clip is a clipboard that can be read.
type clip struct {
	holds  secret.Text
	serial int   // of the last copy that is to be cleared
	leaks  bool  // it holds that copy
	clears []int // the serials that Clear was called with
	taken  bool  // another program has replaced the copy
}

func (c *clip) Copy(_ context.Context, text secret.Text, stays bool) (session.CopiedTo, error) {
	c.holds, c.taken, c.leaks = text, false, !stays
	done := session.CopiedTo{Via: "system clipboard", Certain: true}
	if !stays {
		c.serial++
		done.Serial, done.Later = c.serial, session.ClearedIfOurs
	}
	return done, nil
}

func (c *clip) Clear(_ context.Context, serial int) (session.Cleared, error) {
	c.clears = append(c.clears, serial)
	if !c.leaks || serial != 0 && serial != c.serial {
		return session.Cleared{}, nil
	}
	c.leaks = false
	if c.taken {
		return session.Cleared{Via: "system clipboard", Outcome: session.WasReplaced}, nil
	}
	c.holds = secret.Text{}
	return session.Cleared{Via: "system clipboard", Outcome: session.WasOurs}, nil
}

var errDisk = errors.New("the disk is full")

// refused is a final refusal of a server.
func refused(op, code string) error {
	return &tokenapi.Error{Op: op, Kind: tokenapi.KindRefused, Status: 400, Code: code}
}
