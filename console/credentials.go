package console

import (
	"context"
	"fmt"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// credentials gives what proves an application to its server. Those of an application that is not in the
// configuration are in the store; where they are missing, somebody may know them.
func (s *Service) credentials(ctx context.Context, a Application) (tokenapi.Credentials, error) {
	c := tokenapi.Credentials{ConsumerKey: a.ConsumerKey, Auth: a.Environment.ClientAuth}
	kind := a.Credential()
	if kind == "" {
		return c, nil
	}
	text, err := s.credentialText(ctx, a, kind)
	if kind == SigningKey {
		c.SigningKey = tokenapi.SigningKey{Key: text, Alg: a.Details.SigningAlg, KeyID: a.Details.SigningKeyID}
	} else {
		c.ConsumerSecret = text
	}
	return c, err
}

func (s *Service) credentialText(ctx context.Context, a Application, kind SecretKind) (secret.Text, error) {
	if a.Source == FromConfig && !a.Details.SecretStored {
		return s.opt.Vault.Secret(ctx, a, kind)
	}
	var sec Secrets
	err := s.opt.Keeper.View(ctx, func(r Reader) (err error) {
		sec, err = r.ConsumerSecret(a.ID)
		return err
	})
	switch {
	case err != nil && !isNotFound(err):
		return secret.Text{}, fmt.Errorf("secret of %s: %w", a.Label(), err)
	case sec.Access.IsZero():
		return s.opt.Vault.Secret(ctx, a, kind)
	}
	return sec.Access, nil
}

// held is the secret of credentials that is kept with the application, so that its tokens can be revoked
// when it is no longer configured.
func held(c tokenapi.Credentials) Secrets {
	if c.Auth == tokenapi.AuthPrivateKeyJWT {
		return Secrets{Access: c.SigningKey.Key}
	}
	return Secrets{Access: c.ConsumerSecret}
}
