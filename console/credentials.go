package console

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// credentials fetches what proves an application to its server. Secrets of an application that is
// not configured are in the store. A missing one is asked of the vault.
func (s *Service) credentials(ctx context.Context, a Application) (tokenapi.Credentials, error) {
	c := tokenapi.Credentials{ConsumerKey: string(a.ConsumerKey), Auth: a.Environment.ClientAuth}
	var err error
	switch {
	case len(a.Details.Headers) == 0:
	case a.Source == FromConfig:
		c.Headers, err = s.fields(ctx, a, a.Details.Headers, HeaderKind)
	default:
		c.Headers, err = s.keptFields(ctx, a)
	}
	if err != nil {
		return c, err
	}
	kind := a.Credential()
	if kind == "" {
		return c, nil
	}
	text, err := s.credentialText(ctx, a, kind)
	if kind == SigningKey {
		c.SigningKey = tokenapi.SigningKey{
			Key: text, Alg: a.Details.SigningAlg, KeyID: a.Details.SigningKeyID,
		}
	} else {
		c.ConsumerSecret = text
	}
	return c, err
}

func (s *Service) credentialText(ctx context.Context, a Application,
	kind SecretKind) (secret.Text, error) {
	if a.Source == FromConfig && !a.Details.SecretStored {
		return s.opt.Vault.Secret(ctx, a, kind)
	}
	var sec Secrets
	err := s.opt.Keeper.View(ctx, func(r Reader) error {
		id, err := keptSecret(r, a)
		if err != nil || id == "" {
			return err
		}
		sec, err = r.ConsumerSecret(id)
		return err
	})
	switch {
	case err != nil:
		return secret.Text{}, fmt.Errorf("secret of %s: %w", a.Label(), err)
	case sec.Access.IsZero():
		text, err := s.opt.Vault.Secret(ctx, a, kind)
		if err != nil && a.Source == FromStore && !errors.Is(err, context.Canceled) {
			err = &Error{
				Code: CodeNoSecret,
				Text: strings.ReplaceAll(string(kind), "_", " ") + " of " + string(a.Label()) +
					": none is kept",
				Hint: "set " + string(kind),
			}
		}
		return text, err
	}
	return sec.Access, nil
}

// keptSecret returns the ID of the application under which the consumer secret of another one is
// stored: its own, or one that is the same client. It is "" if none is stored.
func keptSecret(r Reader, a Application) (id string, err error) {
	if has, err := r.HasConsumerSecret(a.ID); err != nil || has {
		return a.ID, err
	}
	stored, err := r.Applications()
	if err != nil {
		return "", err
	}
	for _, b := range stored {
		if b.Credential() != a.Credential() || !sameClient(a, b) {
			continue
		}
		if has, err := r.HasConsumerSecret(b.ID); err != nil || has {
			return b.ID, err
		}
	}
	return "", nil
}

// ownSecret returns what is stored to prove an application, and whether its consumer secret is
// there: headers may be stored alone. An altered secret is there, and cannot be read.
func ownSecret(r Reader, appID string) (own Secrets, kept bool, err error) {
	if kept, err = r.HasConsumerSecret(appID); err != nil || !kept {
		return own, false, err
	}
	own, err = r.ConsumerSecret(appID)
	if isLost(err) {
		return Secrets{}, true, nil
	}
	return own, !own.Access.IsZero(), err
}

// passwordOf returns the password of a request: its own, a stored one, or that of the vault. A
// stored one is for the application's own user.
func (s *Service) passwordOf(ctx context.Context, a Application,
	q grantRequest) (secret.Text, error) {
	if !q.password.IsZero() {
		return q.password, nil
	}
	if a.Source == FromStore {
		var kept secret.Text
		err := s.opt.Keeper.View(ctx, func(r Reader) error {
			own, err := r.Application(a.ID)
			if err == nil && own.Username == a.Username {
				kept, err = r.Password(a.ID)
			}
			return err
		})
		if err != nil || !kept.IsZero() {
			return kept, err
		}
	}
	text, err := s.opt.Vault.Secret(ctx, a, Password)
	if err != nil && a.Source == FromStore && !errors.Is(err, context.Canceled) {
		err = &Error{
			Code: CodeNoSecret,
			Text: "password of " + string(a.Username) + " at " + string(a.Label()) +
				": none is kept",
			Hint: "set password, or give it with one get: choose grant and user",
		}
	}
	return text, err
}

// keepApp stores the application of a mark or token, with what revokes the token. It does not write
// one that was added here: what this verb has read of it may be old.
func (s *Service) keepApp(w Writer, a Application, op string, held Secrets) error {
	for _, given := range s.opt.Applications {
		if given.ID == a.ID {
			own, err := s.application(w, a.ID)
			if err != nil {
				return err
			}
			if given.Details.SecretStored {
				// the stored one may be newer than the one that was sent
				has, err := w.HasConsumerSecret(a.ID)
				if err != nil {
					return err
				}
				if held.Access = (secret.Text{}); !has {
					// a row here would hide the one of another application
					held = Secrets{}
				}
			}
			return w.PutApplication(own.kept(), held)
		}
	}
	own, err := w.Application(a.ID)
	if isNotFound(err) || err == nil && op == OpGet && own.Source != FromStore {
		return &Error{
			Code: CodeGone,
			Text: op + ": " + string(a.Label()) + " was deleted meanwhile, and nothing was sent",
		}
	}
	if err != nil || op == OpTest || held.Access.IsZero() {
		return err
	}
	has, err := w.HasConsumerSecret(a.ID)
	if err != nil || has {
		return err
	}
	own.Secret = SecretAvailable
	return w.PutApplication(own, held)
}

// held returns the secret of credentials that is stored with the application, so that its tokens
// can be revoked when it is no longer configured.
func held(c tokenapi.Credentials) Secrets {
	if c.Auth == tokenapi.AuthPrivateKeyJWT {
		return Secrets{Access: c.SigningKey.Key, Headers: fieldsText(c.Headers)}
	}
	return Secrets{Access: c.ConsumerSecret, Headers: fieldsText(c.Headers)}
}
