package console_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"

	"lanyard/console"
	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// locked is a store whose key is missing.
type locked struct{ console.Keeper }

func (locked) Key() console.KeyStatus {
	return console.KeyStatus{Kind: "passphrase", Locked: true, Asks: true}
}

func (locked) Unlock(context.Context, secret.Text) error {
	return &console.Error{Code: "store_locked", Text: "it is locked"}
}

// While the store is locked nothing is sent, because an answer that cannot be sealed would be lost.
// That holds for applications without a secret, too. Lists still work.
func TestLockedSendsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := bubble(t)
		app := w.app("Orders", "PRODUCTION")
		public := func(o *console.Options) {
			for i := range o.Applications {
				o.Applications[i].Environment.ClientAuth = tokenapi.AuthNone
			}
		}
		tok := must[console.Outcome](t)(
			w.consoleAt(0).Get(t.Context(), app.ID, console.GetOptions{})).Token
		s := w.consoleAt(0, public, func(o *console.Options) { o.Keeper = locked{w.keeper} })
		sent := 0
		w.wire.instead = func(*http.Request) (*http.Response, error, bool) {
			sent++
			return nil, errors.New("it was sent"), true
		}
		ctx := t.Context()
		for name, verb := range map[string]func() error{
			"get": func() error {
				_, err := s.Get(ctx, app.ID, console.GetOptions{})
				return err
			},
			"renew": func() error { _, err := s.Renew(ctx, tok.ID); return err },
			"obtain": func() error {
				_, err := s.Obtain(ctx, app.ID, console.ObtainOptions{Fresh: true})
				return err
			},
			"revoke": func() error {
				_, err := s.Revoke(ctx, tok.ID, console.RevokeBoth, 0)
				return err
			},
			"probe":      func() error { _, _, err := s.Probe(ctx, tok.ID); return err },
			"introspect": func() error { _, _, err := s.Introspect(ctx, tok.ID); return err },
			"secrets":    func() error { _, err := s.Secrets(ctx, tok.ID); return err },
			"adopt": func() error {
				_, err := s.Adopt(ctx, app.ID, secret.New("from-elsewhere"), console.RevokeAccess)
				return err
			},
			"set secret": func() error { return s.SetSecret(ctx, app.ID, secret.New("x")) },
		} {
			if err := verb(); err == nil {
				t.Errorf("%s: done", name)
			} else if e, ok := console.AsError(err); !ok || e.Code != "store_locked" {
				t.Errorf("%s: %v", name, err)
			}
		}
		if sent > 0 {
			t.Errorf("%d requests", sent)
		}
		b, err := s.Board(ctx)
		if err != nil || len(b.Tokens) != 1 || !b.Key.Locked {
			t.Errorf("%+v, %v", b.Key, err)
		}
	})
}
