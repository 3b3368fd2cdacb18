package console

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// Get asks for a token with the application's grant. The server may hand out one that is held already;
// Outcome.Same says so.
func (s *Service) Get(ctx context.Context, appID string, o GetOptions) (Outcome, error) {
	var out Outcome
	if err := s.ready(ctx, appID, tokenURL, s.grantURL(appID, o.Grant)); err != nil {
		return out, err
	}
	err := s.alone(ctx, appKey(appID), func(a Application) error {
		var err error
		out, err = s.ask(ctx, a, o.Grant, wanted(a, o.Scopes))
		return err
	}, appID, "get")
	return out, err
}

// alone runs f while no other write on key is under way, in this process or another one, and refuses
// when one is.
func (s *Service) alone(ctx context.Context, key string, f func(Application) error, appID, verb string) error {
	if !s.flights.take(key) {
		return &Error{Code: "in_flight", Text: verb + ": one is under way"}
	}
	defer s.flights.give(key)
	var a Application
	err := s.opt.Keeper.Update(ctx, func(w Writer) error {
		var err error
		if a, err = s.application(w, appID); err != nil {
			return err
		}
		if err = writable(a, verb); err != nil {
			return err
		}
		ok, err := w.Lease(key, s.opt.Owner, s.Now(), s.Now().Add(leaseFor(a.Environment)))
		if err == nil && !ok {
			err = &Error{Code: "in_flight", Text: verb + ": another console is at it", Hint: "its result will show here in a moment"}
		}
		return err
	})
	if err != nil {
		return err
	}
	defer s.release(ctx, key)
	return f(a)
}

func (s *Service) release(ctx context.Context, key string) {
	// A lease that cannot be given back ends by itself.
	_ = s.opt.Keeper.Update(context.WithoutCancel(ctx), func(w Writer) error { return w.Release(key, s.opt.Owner) })
}

func wanted(a Application, scopes []string) []string {
	if len(scopes) > 0 {
		return scopes
	}
	return a.Scopes
}

// ask sends the application's grant, or another one, and files the answer. It is called with the lease of
// the application in hand.
func (s *Service) ask(ctx context.Context, a Application, grant string, scopes []string) (Outcome, error) {
	out := Outcome{How: Issued}
	if grant != "" {
		a.Grant = grant
	}
	if a.Source == Gone {
		return out, &Error{Code: "gone", Text: a.Label() + " is no longer configured", Hint: "its tokens can still be refreshed, revoked and probed"}
	}
	if a.Interactive() {
		defer s.keepLease(ctx, appKey(a.ID), a.Environment)()
	}
	if k, ok := s.knocksOut(ctx, a, scopes); ok && s.opt.Knock != nil {
		s.opt.Knock(k) // before a person takes part, who could not change the scopes any more
	}
	req, err := s.grant(ctx, a, scopes)
	if err != nil {
		return out, err
	}
	store := func(w Writer, ans tokenapi.TokenAnswer) error {
		if err := settleGets(w, a.ID, scopes); err != nil {
			return err
		}
		var err error
		out.Token, out.Same, out.Notes, err = s.file(w, a, ans, Token{AppID: a.ID, Grant: a.Grant, User: a.Username, Scopes: scopes, Asked: scopes}, secret.Text{})
		if err != nil || out.Same {
			return err
		}
		note, err := s.knockedOut(w, a, out.Token)
		if note != "" {
			out.Notes = append(out.Notes, note)
		}
		return err
	}
	if a.Grant == tokenapi.GrantDeviceCode {
		return out, s.byDevice(ctx, a, scopes, req, store)
	}
	return out, s.spend(ctx, a, Mark{Op: "get", Scopes: scopes}, req, store, nil)
}

// grant builds the request of an application's own grant.
func (s *Service) grant(ctx context.Context, a Application, scopes []string) (tokenapi.TokenRequest, error) {
	req := tokenapi.TokenRequest{Grant: a.Grant, Scopes: scopes, Extra: a.Extra}
	if a.Grant == tokenapi.GrantRefreshToken {
		return req, &Error{Code: "no_grant", Text: a.Label() + " can only refresh, and holds nothing to refresh",
			Hint: "give the application another grant"}
	}
	creds, err := s.credentials(ctx, a)
	if err != nil {
		return req, err
	}
	switch a.Grant {
	case tokenapi.GrantPassword:
		req.Username = a.Username
		req.Password, err = s.opt.Vault.Secret(ctx, a, Password)
	case tokenapi.GrantAuthorizationCode:
		if req, err = s.authorize(ctx, a, scopes); err == nil {
			req.Grant = a.Grant // the scopes were asked for in the browser
		}
	case tokenapi.GrantJWTBearer:
		req.Assertion, err = s.assertion(ctx, a)
	case tokenapi.GrantTokenExchange:
		req.SubjectTokenType, req.RequestedTokenType = a.Details.SubjectTokenType, a.Details.RequestedTokenType
		req.SubjectToken, err = s.opt.Vault.Secret(ctx, a, SubjectToken)
	}
	req.Credentials = creds
	return req, err
}

// assertion gives what a JWT bearer grant sends: a ready one, or one signed now.
func (s *Service) assertion(ctx context.Context, a Application) (secret.Text, error) {
	if a.Details.ReadyAssertion {
		return s.opt.Vault.Secret(ctx, a, Assertion)
	}
	key, err := s.opt.Vault.Secret(ctx, a, SigningKey)
	if err != nil {
		return secret.Text{}, err
	}
	api, err := s.api(a.Environment)
	if err != nil {
		return secret.Text{}, err
	}
	claims := maps.Clone(a.Details.AssertionClaims)
	if claims == nil {
		claims = map[string]any{}
	}
	for name, v := range map[string]string{"iss": a.ConsumerKey, "sub": cmp.Or(a.Username, a.ConsumerKey)} {
		if _, given := claims[name]; !given {
			claims[name] = v
		}
	}
	return api.SignAssertion(tokenapi.SigningKey{Key: key, Alg: a.Details.SigningAlg, KeyID: a.Details.SigningKeyID}, claims)
}

// expiryJitter is by how much two readings of one expiry may differ: servers count in whole seconds and
// answers take time on the way.
const expiryJitter = 2 * time.Second

// file stores a token answer: as a new token made from the template t, or, when the server handed out a
// token that is held already, on that one. keep is the refresh token to go on with when the answer has none.
func (s *Service) file(w Writer, a Application, ans tokenapi.TokenAnswer, t Token, keep secret.Text) (Token, bool, []string, error) {
	sec := Secrets{Access: ans.Access, Refresh: ans.Refresh, ID: ans.ID}
	if sec.Refresh.IsZero() {
		sec.Refresh = keep
	}
	held, err := findHeld(w, a.ID, ans.Access)
	if err != nil {
		return Token{}, false, nil, err
	}
	if held != nil {
		notes, err := fileSame(w, held, ans, sec)
		return *held, true, notes, err
	}
	t.ID = newID("t_")
	t.Fingerprint = ans.Access.Fingerprint()
	t.IssuedAt = ans.At
	t.TokenType = ans.TokenType
	t.Lifetime = ans.Lifetime
	if ans.Lifetime == tokenapi.Bounded {
		t.Granted = ans.Life()
		t.ExpiresAt = ans.At.Add(t.Granted)
	}
	s.readJWT(&t, a, ans)
	if ans.Scopes != nil {
		t.Scopes = ans.Scopes
	}
	t.HasID = !sec.ID.IsZero()
	if !sec.Refresh.IsZero() {
		t.Refresh = RefreshLive
	}
	var notes []string
	if !ans.Usable {
		notes = append(notes, fmt.Sprintf("token type %q is not a bearer token: it is kept, and not sent to an API", ans.RawTokenType))
	}
	if err := w.PutToken(&t); err != nil {
		return Token{}, false, nil, err
	}
	return t, false, notes, w.PutSecrets(t.ID, sec)
}

// findHeld looks for the very token among those held for an application.
func findHeld(w Writer, appID string, access secret.Text) (*Token, error) {
	all, err := w.Tokens()
	if err != nil {
		return nil, err
	}
	fp := access.Fingerprint()
	for _, t := range slices.Backward(all) {
		if t.AppID != appID || t.Fingerprint != fp {
			continue
		}
		sec, err := w.Secrets(t.ID)
		if err != nil {
			return nil, err
		}
		if sec.Access.Equal(access) {
			return &t, nil
		}
	}
	return nil, nil
}

// fileSame brings a held token up to what the server now says of it.
func fileSame(w Writer, t *Token, ans tokenapi.TokenAnswer, sec Secrets) ([]string, error) {
	var notes []string
	if !t.AcceptedAt.IsZero() || !t.ReplacedAt.IsZero() {
		notes = append(notes, "the server hands out a token again that it had revoked or replaced: it counts as alive")
		t.AcceptedAt, t.RefreshAcceptedAt, t.ReplacedAt, t.ReplacedBy, t.Confirmed = time.Time{}, time.Time{}, time.Time{}, "", false
		t.RevokeAt, t.RevokeKind = time.Time{}, ""
	}
	t.Lifetime = ans.Lifetime
	if ans.Lifetime == tokenapi.Bounded {
		exp := ans.At.Add(ans.Life())
		if d := exp.Sub(t.ExpiresAt); t.ExpiresAt.IsZero() || d > expiryJitter || d < -expiryJitter {
			t.ExpiresAt = exp
		}
		t.Granted = max(t.Granted, ans.Life())
	} else {
		t.ExpiresAt = time.Time{}
	}
	old, err := w.Secrets(t.ID)
	if err != nil {
		return nil, err
	}
	if sec.Refresh.IsZero() {
		sec.Refresh = old.Refresh
	} else {
		if !sec.Refresh.Equal(old.Refresh) { // another one: what was told of the old one's revoke is not about it
			t.RefreshAcceptedAt = time.Time{}
			if t.RevokeKind == RevokeRefresh {
				t.RevokeAt, t.RevokeKind = time.Time{}, ""
			}
		}
		t.Refresh = RefreshLive
	}
	if sec.ID.IsZero() {
		sec.ID = old.ID
	}
	t.HasID = !sec.ID.IsZero()
	if t.Unsure != nil {
		if err := w.ClearMark(t.Unsure.ID); err != nil {
			return nil, err
		}
		t.Unsure = nil
	}
	if err := w.PutToken(t); err != nil {
		return nil, err
	}
	return notes, w.PutSecrets(t.ID, sec)
}
