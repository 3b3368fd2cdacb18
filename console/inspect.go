package console

import (
	"context"
	"errors"
	"slices"
	"time"

	"lanyard/tokenapi/jwt"
	"lanyard/tokenapi/secret"
)

// InspectOptions narrow an inspection. With the zero value it fetches the keys of the token's
// environment.
type InspectOptions struct {
	AppID   string // check with the keys of its environment; "" finds it
	Offline bool   // fetch nothing
}

// Inspection holds the content of a token. It does not show whether an API accepts the token.
type Inspection struct {
	Fingerprint string
	Held        *Token       // the held token with this text, or nil
	App         *Application // the one whose environment's keys were used, or nil
	JWT         *jwt.Token   // nil for an opaque token
	Check       jwt.Check    // check of the signature of a JWT
	Problems    []string     // with its times, by the server's clock if that is known
}

// inspectLeeway is the tolerance of a check of times. WSO2's timestamp_skew is far more, 300 s.
const inspectLeeway = 30 * time.Second

// InspectToken inspects a held token.
func (s *Service) InspectToken(ctx context.Context, tokenID string,
	o InspectOptions) (Inspection, error) {
	sec, err := s.Secrets(ctx, tokenID)
	if err != nil {
		return Inspection{}, err
	}
	return s.Inspect(ctx, sec.Access, o)
}

// Inspect looks into a token: its fingerprint, the held token that it is, and for a JWT its header,
// claims, times and signature. Keys come from the key set of the configuration or of a configured
// issuer, never from a URL in the token.
func (s *Service) Inspect(ctx context.Context, text secret.Text,
	o InspectOptions) (Inspection, error) {
	text = jwt.Normalise(text)
	if err := oneToken(text); err != nil {
		return Inspection{}, err
	}
	i := Inspection{Fingerprint: text.Fingerprint()}
	if !o.Offline {
		_ = s.unlocked(ctx) // without the key the signature is not checked
	}
	t, held, err := s.Whose(ctx, text)
	if err != nil {
		return i, err
	}
	if held {
		i.Held = &t
	}
	j, err := jwt.Parse(text)
	if errors.Is(err, jwt.ErrNotJWT) {
		return i, nil // an opaque token
	}
	if err != nil {
		return i, err
	}
	i.JWT = &j
	appID := o.AppID
	if appID == "" && held {
		appID = t.AppID
	}
	if i.App, err = s.signer(ctx, appID, j, o.Offline); err != nil {
		return i, err
	}
	i.Check = s.checkSignature(ctx, i.App, j, o.Offline)
	now := s.Now()
	if i.App != nil { // after fetching the keys, which shows the server's clock
		skew, _ := s.Skew(string(i.App.Environment.Name))
		now = now.Add(skew)
	}
	i.Problems = j.TimeProblems(now, inspectLeeway)
	return i, nil
}

// signer returns the application whose environment may have signed a token: the named one, else one
// whose issuer the token names, else one whose consumer key is the token's audience.
func (s *Service) signer(ctx context.Context, appID string, j jwt.Token,
	offline bool) (*Application, error) {
	if appID != "" && !offline {
		_ = s.ready(ctx, appID, keySetURL) // reported where it is missing
	}
	b, err := s.Board(ctx)
	if err != nil {
		return nil, err
	}
	find := func(fits func(a Application) bool) *Application {
		if i := slices.IndexFunc(b.Applications, fits); i >= 0 {
			return &b.Applications[i]
		}
		return nil
	}
	if appID != "" {
		return find(func(a Application) bool { return a.ID == appID }), nil
	}
	issuer := j.Issuer()
	if a := find(func(a Application) bool {
		return issuer != "" &&
			(string(a.Environment.Issuer) == issuer ||
				string(a.Environment.Endpoints.TokenURL) == issuer)
	}); a != nil {
		return a, nil
	}
	return find(func(a Application) bool {
		return slices.ContainsFunc([]string{"azp", "client_id", "aud"}, func(name string) bool {
			v, ok := j.Get(name)
			return ok && v.Value == string(a.ConsumerKey)
		})
	}), nil
}

// checkSignature verifies a signature, or returns the reason why it was not verified.
func (s *Service) checkSignature(ctx context.Context, a *Application, j jwt.Token,
	offline bool) jwt.Check {
	no := func(why string) jwt.Check {
		return jwt.Check{Alg: j.Alg, KeyID: j.KeyID, Why: "not verified: " + why}
	}
	switch {
	case j.Encrypted || !j.Signed:
		return j.Verify(nil)
	case a == nil:
		return no("no configured environment is known to have signed it")
	case a.Environment.Endpoints.JWKSURL == "":
		return no("environment " + string(a.Environment.Name) + " names no jwks_url")
	}
	doc, err := s.keySet(ctx, *a, j.KeyID, offline)
	if err != nil {
		return no("the keys could not be fetched: " + err.Error())
	}
	return j.Verify(doc)
}

// Fetched key sets are used for a while. If one lacks a key it is fetched again, though not at
// once: unknown key IDs must not cause a flood of requests.
const (
	keySetLife = 5 * time.Minute
	keySetRest = time.Minute
)

type keySet struct {
	doc []byte
	at  time.Time
}

// keySet returns the key set of an environment, from memory if it is fresh.
func (s *Service) keySet(ctx context.Context, a Application, keyID string,
	offline bool) ([]byte, error) {
	url := a.Environment.Endpoints.JWKSURL
	s.mu.Lock()
	trusted := findingKey(a.Environment) + " " + string(url)
	have, ok := s.keySets[trusted]
	s.mu.Unlock()
	age := s.Now().Sub(have.at).Abs()
	if ok && (offline || age < keySetRest ||
		age < keySetLife && (keyID == "" || slices.Contains(jwt.KeyIDs(have.doc), keyID))) {
		return have.doc, nil
	}
	if offline {
		return nil, &Error{Code: CodeOffline, Text: "nothing is fetched offline"}
	}
	api, err := s.api(a.Environment)
	if err != nil {
		return nil, err
	}
	doc, ex, err := api.KeySet(ctx, string(url))
	s.observe(a, "", ex)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keySets[trusted] = keySet{doc, s.Now()}
	return doc, nil
}
