package console

import (
	"context"
	"slices"

	"lanyard/tokenapi"
	"lanyard/tokenapi/jwt"
	"lanyard/tokenapi/secret"
)

// Adopt stores a token that was issued elsewhere, so that its revoke is kept and delivered like any
// other. If an access token is held already, Adopt returns the held one. The token is forgotten if
// the server refuses to revoke it. With RevokeRefresh the text is a refresh token, and the row has
// the fingerprint of that.
func (s *Service) Adopt(ctx context.Context, appID string, text secret.Text,
	kind RevokeKind) (Token, error) {
	if kind == RevokeRefresh {
		return s.AdoptPair(ctx, appID, secret.Text{}, text)
	}
	return s.AdoptPair(ctx, appID, text, secret.Text{})
}

// AdoptPair is Adopt for an access token, its refresh token, or both. A pair can also be renewed.
func (s *Service) AdoptPair(
	ctx context.Context, appID string, access, refresh secret.Text) (Token, error) {
	text := jwt.Normalise(access)
	if !refresh.IsZero() {
		refresh = jwt.Normalise(refresh)
		if err := oneToken(refresh); err != nil {
			return Token{}, err
		}
	}
	if text.IsZero() {
		text = refresh
	}
	if err := oneToken(text); err != nil {
		return Token{}, err
	}
	if err := s.unlocked(ctx); err != nil {
		return Token{}, err
	}
	if err := s.ready(ctx, appID, revokeURL); err != nil {
		return Token{}, err
	}
	var a Application
	err := s.opt.Keeper.View(ctx, func(r Reader) (err error) {
		a, err = s.application(r, appID)
		return err
	})
	if err != nil {
		return Token{}, err
	}
	if err := needURL(a, "revoke", CodeNoRevokeURL, a.Environment.Endpoints.RevokeURL); err != nil {
		return Token{}, err
	}
	creds, err := s.credentials(ctx, a) // without credentials the token could not be revoked
	if err != nil {
		return Token{}, err
	}
	sec := Secrets{Refresh: refresh}
	if !access.IsZero() {
		sec.Access = text
	}
	var t Token
	err = s.update(ctx, func(w Writer) (err error) {
		if err := writable(a, "revoke"); err != nil {
			return err
		}
		t, err = s.storeAdopted(w, a, held(creds), sec)
		return err
	})
	return t, err
}

// storeAdopted stores sec as one token: an access token, its refresh token or both. If the access
// token is held already, it returns the held token.
func (s *Service) storeAdopted(w Writer, a Application, creds, sec Secrets) (Token, error) {
	text := sec.Refresh
	if !sec.Access.IsZero() {
		text = sec.Access
		if have, err := findHeld(w, a.ID, text); err != nil {
			return Token{}, err
		} else if have != nil {
			return *have, nil
		}
	}
	t := Token{
		ID: newID("t_"), AppID: a.ID, Fingerprint: text.Fingerprint(), Grant: GrantAdopted,
		TokenType: "Bearer", Lifetime: tokenapi.Unknown, IssuedAt: s.Now(),
	}
	if !sec.Refresh.IsZero() {
		t.Refresh = RefreshLive
	}
	if !sec.Access.IsZero() {
		s.readJWT(&t, a, tokenapi.TokenAnswer{Access: text, Lifetime: tokenapi.Unknown})
	}
	if err := s.keepApp(w, a, "adopt", creds); err != nil {
		return t, err
	}
	if err := hash(w, &t, sec); err != nil {
		return t, err
	}
	if err := w.PutToken(&t); err != nil {
		return t, err
	}
	if err := w.PutSecrets(t.ID, sec); err != nil {
		return t, err
	}
	if err := hashLike(w, t.Fingerprint); err != nil {
		return t, err
	}
	return w.Token(t.ID) // with its twins
}

// oneToken refuses a text that cannot be one token (RFC 6750 section 2.1). A server would accept
// the revoke of such a text, and the token in it would stay alive.
func oneToken(text secret.Text) error {
	if text.IsZero() {
		return &Error{Code: CodeUsage, Text: "there is no token on standard input"}
	}
	if !jwt.Plain(text) {
		return &Error{
			Code: CodeNotAToken,
			Text: "what was given is not one token: it holds blanks, quotes or brackets",
			Hint: "give the token alone; quotes around it, \"Bearer\" in front and line breaks " +
				"in a JWT do not matter",
		}
	}
	return nil
}

// Whose returns the held token that has this text, of any application. held is false if there is
// none.
func (s *Service) Whose(ctx context.Context, text secret.Text) (Token, bool, error) {
	text = jwt.Normalise(text)
	var alike []Token // compare fingerprints first: that needs no key, and few are equal
	err := s.opt.Keeper.View(ctx, func(r Reader) error {
		var err error
		alike, err = r.TokensWhere(TokenFilter{Prefix: text.Fingerprint()})
		slices.Reverse(alike)
		return err
	})
	if err != nil {
		return Token{}, false, err
	}
	for _, t := range alike {
		sec, err := s.Secrets(ctx, t.ID)
		if err != nil {
			return Token{}, false, err
		}
		if sec.Access.Equal(text) {
			return t, true, nil
		}
	}
	return Token{}, false, nil
}

// ProbeText probes with a token that is not held, and returns its fingerprint too. It stores
// nothing of the token.
func (s *Service) ProbeText(ctx context.Context, appID string,
	access secret.Text) (ans tokenapi.ProbeAnswer, fingerprint string, err error) {
	defer func() { err = s.homed(ctx, appID, err) }()
	access = jwt.Normalise(access)
	if err := s.unlocked(ctx); err != nil {
		return ans, "", err
	}
	var a Application
	err = s.opt.Keeper.View(ctx, func(r Reader) (err error) {
		a, err = s.application(r, appID)
		return err
	})
	if err != nil {
		return ans, "", err
	}
	if err := needProbeURL(a); err != nil {
		return ans, "", err
	}
	if err := oneToken(access); err != nil {
		return ans, "", err
	}
	api, err := s.api(a.Environment)
	if err != nil {
		return ans, "", err
	}
	way, err := s.probeWayOf(ctx, a)
	if err != nil {
		return ans, "", err
	}
	c := &gatewayCall{app: a, way: way, access: access, listed: true}
	if err = s.sendCall(ctx, api, c); err == nil && c.answer.Verdict == tokenapi.Accepted {
		err = s.update(context.WithoutCancel(ctx),
			func(w Writer) error { return s.recordAcceptance(w, c) })
	}
	return c.answer, access.Fingerprint(), err
}

// SetSecret stores the secret that proves an application to its server, sealed.
func (s *Service) SetSecret(ctx context.Context, appID string, text secret.Text) error {
	if err := s.unlocked(ctx); err != nil {
		return err
	}
	return s.update(ctx, func(w Writer) error {
		a, err := s.application(w, appID)
		if err != nil {
			return err
		}
		if a.Source != FromConfig { // without discovered endpoints
			if a, err = w.Application(appID); err != nil {
				return err
			}
		}
		a.Secret = SecretAvailable
		return w.PutApplication(a.kept(), Secrets{Access: text})
	})
}
