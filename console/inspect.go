package console

import (
	"context"
	"errors"
	"slices"
	"time"

	"lanyard/tokenapi/jwt"
	"lanyard/tokenapi/secret"
)

// InspectOptions narrow an inspection. The zero value fetches the keys of the environment the token belongs to.
type InspectOptions struct {
	AppID   string // whose environment's keys to check with; "" finds it out
	Offline bool   // fetch nothing
}

// Inspection is what can be seen of a token from outside. Nothing in it says that an API will accept it.
type Inspection struct {
	Fingerprint string
	Held        *Token       // the token that is held and is this one; nil when none is
	App         *Application // whose environment's keys were used, or nil
	JWT         *jwt.Token   // nil: an opaque token, which holds nothing to see
	Check       jwt.Check    // of the signature; meant only with a JWT
	Problems    []string     // with its times, by the server's clock where that is known
}

// inspectLeeway is what a check of times leaves to clocks (WSO2: timestamp_skew is far more, 300 s).
const inspectLeeway = 30 * time.Second

// InspectToken inspects a token that is held.
func (s *Service) InspectToken(ctx context.Context, tokenID string, o InspectOptions) (Inspection, error) {
	sec, err := s.Secrets(ctx, tokenID)
	if err != nil {
		return Inspection{}, err
	}
	return s.Inspect(ctx, sec.Access, o)
}

// Inspect looks into a token: its fingerprint, which held token it is, and for a JWT its header, claims, times
// and signature. Keys come from the key set that the configuration or the discovery of a configured issuer
// names, never from an address in the token.
func (s *Service) Inspect(ctx context.Context, text secret.Text, o InspectOptions) (Inspection, error) {
	text = jwt.Normalise(text)
	if err := oneToken(text); err != nil {
		return Inspection{}, err
	}
	i := Inspection{Fingerprint: text.Fingerprint()}
	if !o.Offline {
		_ = s.unlocked(ctx) // without the key the signature is not checked, and that is said
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
	if i.App != nil { // after the keys were fetched, which tells what time it is there
		skew, _ := s.Skew(i.App.Environment.Name)
		now = now.Add(skew)
	}
	i.Problems = j.TimeProblems(now, inspectLeeway)
	return i, nil
}

// signer finds the application whose environment may have signed a token: the named one, else one whose
// issuer the token names, else one whose consumer key it is made for.
func (s *Service) signer(ctx context.Context, appID string, j jwt.Token, offline bool) (*Application, error) {
	if appID != "" && !offline {
		_ = s.ready(ctx, appID, keySetURL) // what cannot be discovered is said where it is missed
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
		return issuer != "" && (a.Environment.Issuer == issuer || a.Environment.Endpoints.TokenURL == issuer)
	}); a != nil {
		return a, nil
	}
	return find(func(a Application) bool {
		return slices.ContainsFunc([]string{"azp", "client_id", "aud"}, func(name string) bool {
			v, ok := j.Get(name)
			return ok && v.Value == a.ConsumerKey
		})
	}), nil
}

// checkSignature verifies a signature, or says why it was not.
func (s *Service) checkSignature(ctx context.Context, a *Application, j jwt.Token, offline bool) jwt.Check {
	no := func(why string) jwt.Check { return jwt.Check{Alg: j.Alg, KeyID: j.KeyID, Why: "not verified: " + why} }
	switch {
	case j.Encrypted || !j.Signed:
		return j.Verify(nil)
	case a == nil:
		return no("no configured environment is known to have signed it")
	case a.Environment.Endpoints.JWKSURL == "":
		return no("environment " + a.Environment.Name + " names no jwks_url")
	}
	doc, err := s.keySet(ctx, *a, j.KeyID, offline)
	if err != nil {
		return no("the keys could not be fetched: " + err.Error())
	}
	return j.Verify(doc)
}

// The key sets that were fetched are good for a while; one that lacks the key asked for is fetched again,
// though not at once: an unknown key ID costs nobody a flood.
const (
	keySetLife = 5 * time.Minute
	keySetRest = time.Minute
)

type keySet struct {
	doc []byte
	at  time.Time
}

// keySet gives the key set of an environment, from memory where it is fresh enough.
func (s *Service) keySet(ctx context.Context, a Application, keyID string, offline bool) ([]byte, error) {
	url := a.Environment.Endpoints.JWKSURL
	s.mu.Lock()
	trusted := findingKey(a.Environment) + " " + url
	have, ok := s.keySets[trusted]
	s.mu.Unlock()
	age := s.Now().Sub(have.at).Abs()
	if ok && (offline || age < keySetRest || age < keySetLife && (keyID == "" || slices.Contains(jwt.KeyIDs(have.doc), keyID))) {
		return have.doc, nil
	}
	if offline {
		return nil, &Error{Code: CodeOffline, Text: "nothing is fetched offline"}
	}
	api, err := s.api(a.Environment)
	if err != nil {
		return nil, err
	}
	doc, ex, err := api.KeySet(ctx, url)
	s.observe(a, "", ex)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keySets[trusted] = keySet{doc, s.Now()}
	return doc, nil
}
