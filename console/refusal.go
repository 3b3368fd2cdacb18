package console

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// The time for which a refused request is not repeated, unless a person wants it.
const (
	credentialsRest = time.Minute      // with the same credentials: attempts lock accounts
	longestRest     = 10 * time.Minute // the longest Retry-After that counts
)

// refusal is one refusal of a server, as it is stored in a setting. Processes that waited for the
// answer take it, and none repeats the request at once. JSON members may be added, never removed.
type refusal struct {
	ID       string    `json:"id"`
	At       time.Time `json:"at"`
	Question string    `json:"question"` // hash of the request that it answered
	User     string    `json:"user"`
	Client   string    `json:"client"` // keyed hash of the secret of the client
	Person   string    `json:"person"` // keyed hash of the user's password, "" without one
	Wrong    string    `json:"wrong"`  // the wrong one: wrongSecret, wrongPassword, or ""
	Until    time.Time `json:"until"`  // by Retry-After; zero without one

	Op          string          `json:"op"`
	Kind        tokenapi.Kind   `json:"kind"`
	Status      int             `json:"status"`
	Code        string          `json:"code"`
	Description string          `json:"description"`
	FaultCode   int             `json:"fault_code"`
	Hint        string          `json:"hint"`
	Action      tokenapi.Action `json:"action"`
}

const (
	wrongSecret   = "secret"
	wrongPassword = "password"
)

// keepRefusals is the number of refusals that are stored for one client. Each password that was
// tried in the last minute counts.
const keepRefusals = 20

// refusalsKey names the setting with the refusals of an application's client.
func refusalsKey(a Application) string {
	sum := sha256.Sum256([]byte(a.server() + "\x00" + string(a.ConsumerKey)))
	return "refused/" + hex.EncodeToString(sum[:10])
}

// questionHash identifies a request in few characters.
func questionHash(own string) string {
	sum := sha256.Sum256([]byte(own))
	return hex.EncodeToString(sum[:8])
}

// refusalsOf reads the refusals of a client, oldest first.
func refusalsOf(r Reader, a Application) (all []refusal, err error) {
	text, err := r.Setting(refusalsKey(a))
	if err != nil || text == "" || !json.Valid([]byte(text)) { // another form: ignore it
		return nil, err
	}
	return all, json.Unmarshal([]byte(text), &all)
}

func putRefusals(w Writer, a Application, all []refusal) error {
	if len(all) == 0 {
		return w.SetSetting(refusalsKey(a), "")
	}
	text, err := json.Marshal(all)
	if err != nil {
		return err
	}
	return w.SetSetting(refusalsKey(a), string(text))
}

// err returns the refusal as the process that sent the request has seen it.
func (f refusal) err() *tokenapi.Error {
	return &tokenapi.Error{
		Op: f.Op, Kind: cmp.Or(f.Kind, tokenapi.KindRefused), Status: f.Status, Code: f.Code,
		Description: f.Description, FaultCode: f.FaultCode, Hint: f.Hint, Action: f.Action,
		Sent: true,
	}
}

// proof holds the credentials of a request as keyed hashes.
type proof struct{ user, secret, password string }

func proofOf(r Reader, req tokenapi.TokenRequest) (p proof, err error) {
	c := req.Credentials
	p.user = req.Username
	client := string(c.Auth) + "\x00" + c.ConsumerSecret.Reveal() + "\x00" +
		c.SigningKey.Key.Reveal()
	for _, f := range c.Headers { // the server may have refused an API key among them
		client += "\x00" + f.Name + "\x00" + f.Value.Reveal()
	}
	if p.secret, err = r.Digest("client", secret.New(client)); err == nil {
		p.password, err = r.Digest("password", req.Password)
	}
	return p, err
}

// refusedProof names the secret that a refusal is about: that of the client, or the user's password
// (RFC 6749 section 5.2). Servers answer a wrong password with invalid_grant, access_denied or
// invalid_request, some with a 5xx.
func refusedProof(e *tokenapi.Error) string {
	ofRequest := []string{
		"invalid_scope", "unauthorized_client", "unsupported_grant_type", "invalid_target",
	}
	switch {
	case e.Code == "invalid_client":
		return wrongSecret
	case e.Op != tokenapi.GrantPassword:
		if e.Action == tokenapi.FixCredentials && e.Status < 500 {
			return wrongSecret
		}
		return ""
	case e.Code == "invalid_grant" || e.Code == "access_denied":
		return wrongPassword
	case e.Status < 400 || e.Status >= 500 || e.Status == 408 || e.Status == 429,
		slices.Contains(ofRequest, e.Code):
		return ""
	}
	return wrongPassword
}

// noteRefusal stores a refusal. It leaves out one that is only about the refresh token, because
// another grant follows at once.
func (s *Service) noteRefusal(w Writer, a Application, l *lease, req tokenapi.TokenRequest,
	e *tokenapi.Error) error {
	if !e.Answered() || e.DropsRefresh() || e.Kind != tokenapi.KindRefused && e.RetryAfter == 0 {
		return nil
	}
	p, err := proofOf(w, req)
	if err != nil {
		return err
	}
	stored := e.Stored()
	f := refusal{
		ID: newID("r_"), At: s.Now(), Question: questionHash(l.own), User: p.user, Client: p.secret,
		Person: p.password, Wrong: refusedProof(e),
		Op: e.Op, Kind: e.Kind, Status: e.Status, Code: stored.Code,
		Description: stored.Description, FaultCode: e.FaultCode, Hint: stored.Hint,
		Action: e.Action,
	}
	if e.RetryAfter > 0 {
		f.Until = f.At.Add(min(e.RetryAfter, longestRest))
	}
	all, err := refusalsOf(w, a)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(o refusal) bool { // those that are over
		_, held := o.holds(proof{o.User, o.Client, o.Person}, f.At)
		return !held || o.Wrong == f.Wrong && o.User == f.User && o.Client == f.Client &&
			o.Person == f.Person && !o.Until.After(f.Until)
	})
	all = append(all, f)
	return putRefusals(w, a, all[max(len(all)-keepRefusals, 0):])
}

// forgetRefusals removes the refusals of a client once the server has answered it.
func forgetRefusals(w Writer, a Application, req tokenapi.TokenRequest) error {
	all, err := refusalsOf(w, a)
	if err != nil || len(all) == 0 {
		return err
	}
	p, err := proofOf(w, req)
	if err != nil {
		return err
	}
	return putRefusals(w, a, slices.DeleteFunc(all, func(f refusal) bool {
		return f.Wrong != wrongPassword || f.User == p.user && f.Person == p.password
	}))
}

// holds returns until when a refusal keeps a request with this proof from being sent. A request
// with other credentials is sent at once.
func (f refusal) holds(p proof, now time.Time) (until time.Time, held bool) {
	until = f.Until
	if rest := f.At.Add(credentialsRest); f.Wrong != "" && rest.After(until) {
		until = rest
	}
	switch {
	case !until.After(now) || f.At.After(now): // over, or the clock was set back
		return until, false
	case f.Client != p.secret:
		return until, false
	case f.Wrong == wrongPassword:
		return until, f.User == p.user && f.Person == p.password
	}
	return until, true
}

// heldBack refuses a request that the server has just refused. It never does so if a person wants
// it.
func (s *Service) heldBack(ctx context.Context, a Application, req tokenapi.TokenRequest) error {
	if s.opt.Attended || attended(ctx) {
		return nil
	}
	var all []refusal
	var p proof
	err := s.opt.Keeper.View(ctx, func(r Reader) (err error) {
		if all, err = refusalsOf(r, a); err == nil && len(all) > 0 {
			p, err = proofOf(r, req)
		}
		return err
	})
	if err != nil {
		return err
	}
	var worst refusal
	var last time.Time
	for _, f := range all {
		if until, held := f.holds(p, s.Now()); held && until.After(last) {
			worst, last = f, until
		}
	}
	if worst.ID == "" {
		return nil
	}
	e := worst.err()
	if e.Hint != "" {
		e.Hint += "; "
	}
	e.RetryAfter = last.Sub(s.Now())
	e.Hint += fmt.Sprintf(
		"the server refused this at %s; until %s Lanyard asks again only if a person does so",
		worst.At.UTC().Format("15:04:05Z"), last.UTC().Format("15:04:05Z"))
	if worst.Wrong != "" {
		e.Hint += ", or with other credentials"
	}
	e.Hint += "; --fresh at a terminal, or get in the console, asks at once"
	return e
}

// seenRefusals returns the IDs of the client's stored refusals. A newer one of the same request
// answers a process that waited.
func (s *Service) seenRefusals(ctx context.Context, appID string) (seen []string, err error) {
	err = s.opt.Keeper.View(ctx, func(r Reader) error {
		a, err := s.application(r, appID)
		if err != nil {
			return err
		}
		all, err := refusalsOf(r, a)
		for _, f := range all {
			seen = append(seen, f.ID)
		}
		return err
	})
	return seen, err
}

// newRefusal returns a refusal of the same request that is not among t.seen.
func newRefusal(r Reader, a Application, t exclusive) (f refusal, ok bool, err error) {
	all, err := refusalsOf(r, a)
	if err != nil {
		return f, false, err
	}
	for _, f := range slices.Backward(all) {
		if f.Question == questionHash(t.own) && !slices.Contains(t.seen, f.ID) {
			return f, true, nil
		}
	}
	return f, false, nil
}

// refusedMeanwhile ends the wait for a lease whose holder was refused the same request.
type refusedMeanwhile struct{ refusal }

func (r *refusedMeanwhile) Error() string { return r.err().Error() }

// aboutSameSecrets reports whether another process's refusal is about the secrets that this request
// would send.
func (s *Service) aboutSameSecrets(ctx context.Context, a Application, t exclusive,
	f refusal) (bool, error) {
	if t.proof == nil {
		return true, nil
	}
	req, err := t.proof(ctx, a)
	if err != nil {
		return false, err
	}
	same := false
	err = s.opt.Keeper.View(ctx, func(r Reader) error {
		p, err := proofOf(r, req)
		same = p.secret == f.Client && (p.user != f.User || p.password == f.Person)
		return err
	})
	return same, err
}

type attendedKey struct{}

// Attended returns a context for what a person wants now. A request is sent although the server has
// just refused it.
func Attended(ctx context.Context) context.Context {
	return context.WithValue(ctx, attendedKey{}, true)
}

func attended(ctx context.Context) bool { return ctx.Value(attendedKey{}) != nil }
