package console

import (
	"context"
	"time"

	"lanyard/tokenapi"
)

// Introspect asks the key manager what it thinks of a token and stores the answer (RFC 7662). It says nothing
// of the gateway, so no state changes by it; only a life that nobody had told yet is taken from it.
func (s *Service) Introspect(ctx context.Context, tokenID string) (tokenapi.IntrospectAnswer, Token, error) {
	var none tokenapi.IntrospectAnswer
	t, a, err := s.find(ctx, tokenID)
	if err != nil {
		return none, t, err
	}
	if err := s.unlocked(ctx); err != nil {
		return none, t, err
	}
	if err := s.ready(ctx, a.ID, introspectURL); err != nil {
		return none, t, err
	}
	if t, a, err = s.find(ctx, tokenID); err != nil {
		return none, t, err
	}
	if err := needURL(a, "introspect", "introspect_url", a.Environment.Endpoints.IntrospectURL); err != nil {
		return none, t, err
	}
	api, creds, err := s.reach(ctx, a)
	if err != nil {
		return none, t, err
	}
	sec, err := s.Secrets(ctx, tokenID)
	if err != nil {
		return none, t, err
	}
	ans, ex, err := api.Introspect(ctx, tokenapi.IntrospectRequest{Credentials: creds, Token: sec.Access, Hint: "access_token"})
	s.observe(a, t.ID, ex)
	if err != nil {
		return none, t, err
	}
	err = s.update(context.WithoutCancel(ctx), func(w Writer) error {
		if t, err = s.token(w, tokenID); err != nil {
			return err
		}
		t.AtServer, t.AtServerAt = ServerInactive, ans.At
		if ans.Active {
			t.AtServer = ServerActive
		}
		s.learnLife(&t, a, ans)
		return w.PutToken(&t)
	})
	return ans, t, err
}

// learnLife takes the expiry that an introspection names for a token whose answer did not name one, or that
// never came with an answer. It is in the server's time, hence the skew.
func (s *Service) learnLife(t *Token, a Application, ans tokenapi.IntrospectAnswer) {
	if !ans.Active || t.Lifetime != tokenapi.Unknown && t.Lifetime != tokenapi.Ambiguous && t.Grant != GrantAdopted {
		return
	}
	switch {
	case ans.Lifetime == tokenapi.Unbounded:
		t.Lifetime = tokenapi.Unbounded
	case ans.Expires.Known:
		skew, _ := s.Skew(a.Environment.Name)
		t.Lifetime, t.ExpiresAt = tokenapi.Bounded, time.Unix(ans.Expires.Seconds, 0).Add(-skew)
		t.Granted = max(t.ExpiresAt.Sub(t.IssuedAt), 0)
	}
}
