package console

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// How long a server is left alone after a refusal, unless a person asks.
const (
	credentialsRest = time.Minute      // with the credentials that it refused: attempts lock accounts
	longestRest     = 10 * time.Minute // when it says Retry-After
)

// refusal is the last refusal of a client and user, as it is kept in the store's settings: whoever waited for the answer
// takes it, and nobody repeats at once what was just refused. Members are only ever added.
type refusal struct {
	ID          string    `json:"id"`
	At          time.Time `json:"at"`
	Question    string    `json:"question"`    // hash of the turn that it was the answer to
	Credentials string    `json:"credentials"` // keyed hash of the secrets that were sent
	Wrong       bool      `json:"wrong"`       // it was these secrets that were refused
	Until       time.Time `json:"until"`       // the server wants to be left alone; zero: it did not say

	Op          string          `json:"op"`
	Status      int             `json:"status"`
	Code        string          `json:"code"`
	Description string          `json:"description"`
	FaultCode   int             `json:"fault_code"`
	Hint        string          `json:"hint"`
	Action      tokenapi.Action `json:"action"`
}

func refusalKey(clientKey string) string { return "refused/" + clientKey }

// questionHash names what a turn asks, in few characters.
func questionHash(own string) string {
	sum := sha256.Sum256([]byte(own))
	return hex.EncodeToString(sum[:8])
}

// lastRefusal reads the last refusal of a client; its ID is "" when there is none.
func lastRefusal(r Reader, clientKey string) (f refusal, err error) {
	text, err := r.Setting(refusalKey(clientKey))
	if err != nil || text == "" {
		return f, err
	}
	if !json.Valid([]byte(text)) {
		return f, nil // of another form: it is not worth failing for
	}
	return f, json.Unmarshal([]byte(text), &f)
}

// err is the refusal as whoever sent the request has seen it.
func (f refusal) err() *tokenapi.Error {
	return &tokenapi.Error{
		Op: f.Op, Kind: tokenapi.KindRefused, Status: f.Status, Code: f.Code, Description: f.Description,
		FaultCode: f.FaultCode, Hint: f.Hint, Action: f.Action, Sent: true,
	}
}

// secretsOf is all that proves a request, hashed together.
func secretsOf(req tokenapi.TokenRequest) secret.Text {
	c := req.Credentials
	return secret.New(c.ConsumerSecret.Reveal() + "\x00" + c.SigningKey.Key.Reveal() + "\x00" + req.Password.Reveal())
}

// refusesSecrets says whether a refusal is about the client's secret or the user's password (RFC 6749 section 5.2;
// servers name a wrong password invalid_grant or access_denied).
func refusesSecrets(e *tokenapi.Error) bool {
	if e.Status >= 500 {
		return false
	}
	return e.Code == "invalid_client" || e.Action == tokenapi.FixCredentials ||
		e.Op == tokenapi.GrantPassword && (e.Code == "invalid_grant" || e.Code == "access_denied")
}

// noteRefusal keeps a refusal in the transaction that files it. One after which another grant is tried at once, because
// only the refresh token is of no use, is none.
func (s *Service) noteRefusal(w Writer, l *lease, req tokenapi.TokenRequest, e *tokenapi.Error) error {
	if e.Kind != tokenapi.KindRefused || e.DropsRefresh() {
		return nil
	}
	f := refusal{
		ID: newID("r_"), At: s.Now(), Question: questionHash(l.own), Wrong: refusesSecrets(e),
		Op: e.Op, Status: e.Status, Code: e.Code, Description: e.Description, FaultCode: e.FaultCode, Hint: e.Hint, Action: e.Action,
	}
	if e.RetryAfter > 0 {
		f.Until = f.At.Add(min(e.RetryAfter, longestRest))
	}
	var err error
	if f.Credentials, err = w.Digest("credentials", secretsOf(req)); err != nil {
		return err
	}
	text, err := json.Marshal(f)
	if err != nil {
		return err
	}
	return w.SetSetting(refusalKey(l.key), string(text))
}

// forgetRefusal is called when a client was answered.
func forgetRefusal(w Writer, l *lease) error {
	text, err := w.Setting(refusalKey(l.key))
	if err != nil || text == "" {
		return err
	}
	return w.SetSetting(refusalKey(l.key), "")
}

// heldBack is the refusal of a request that a server was just refusing, with these very secrets. A person who asks for it
// is never held back.
func (s *Service) heldBack(ctx context.Context, l *lease, req tokenapi.TokenRequest) error {
	if s.opt.Attended || attended(ctx) {
		return nil
	}
	var f refusal
	var credentials string
	err := s.opt.Keeper.View(ctx, func(r Reader) (err error) {
		if f, err = lastRefusal(r, l.key); err == nil && f.ID != "" {
			credentials, err = r.Digest("credentials", secretsOf(req))
		}
		return err
	})
	if err != nil || f.ID == "" || credentials != f.Credentials {
		return err
	}
	until := f.Until
	if rest := f.At.Add(credentialsRest); f.Wrong && rest.After(until) {
		until = rest
	}
	now := s.Now()
	if !until.After(now) || f.At.After(now) { // a clock that was set back holds nobody
		return nil
	}
	e := f.err()
	if e.Hint != "" {
		e.Hint += "; "
	}
	e.RetryAfter = until.Sub(now)
	e.Hint += fmt.Sprintf("the server said so at %s, and is not asked again without a person before %s",
		f.At.UTC().Format("15:04:05Z"), until.UTC().Format("15:04:05Z"))
	if f.Wrong {
		e.Hint += ", unless with other credentials"
	}
	e.Hint += "; --fresh at a terminal, or get in the console, asks at once"
	return e
}

type attendedKey struct{}

// Attended gives a context for what a person asks for now: it is sent although the server has just refused the same.
func Attended(ctx context.Context) context.Context {
	return context.WithValue(ctx, attendedKey{}, true)
}

func attended(ctx context.Context) bool { return ctx.Value(attendedKey{}) != nil }
