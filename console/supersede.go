package console

import (
	"context"
	"slices"
	"strings"
	"time"

	"lanyard/tokenapi"
	"lanyard/tokenapi/jwt"
)

// Supersede describes a get that may end a token of another program. A server that keeps one token
// for each consumer key, user and scope set revokes the older one when it issues a new one.
type Supersede struct {
	Application Private // label of the application
	Sure        bool    // the server is known to do so; else it may
	Held        string  // fingerprint of a held token that would end; "" if none is held
	Scope       string  // a scope that gets a separate token, or ""
}

// Asks reports whether a person is asked before the get, because it ends a held token. If the get
// may end only tokens of other programs, Lanyard just warns.
func (k Supersede) Asks() bool { return k.Held != "" }

// WillSupersede reports whether a get with these scopes may end a token that another program holds.
// device names this machine, for a scope of its own. apps and tokens are all that are known.
func WillSupersede(a Application, apps []Application, tokens []Token, scopes []string, p Policy,
	device string, now time.Time) (Supersede, bool) {
	k := Supersede{Application: a.Label(), Sure: p.Regime == RegimeJWT}
	switch p.Regime {
	case RegimeJWT:
	case RegimeAuto, "":
		// The form of the tokens shows what the server does. A server with opaque tokens issues the
		// living one again.
		jwt := slices.ContainsFunc(tokens, func(t Token) bool { return t.JWT && t.AppID == a.ID })
		if !jwt || !isWSO2(a, tokens) {
			return k, false
		}
	default:
		return k, false
	}
	ofDevice := func(s string) bool { return strings.HasPrefix(s, devicePrefix) }
	if slices.ContainsFunc(scopes, ofDevice) {
		return k, false // no other program requests it
	}
	of := clientIDs(a, apps)
	for _, t := range slices.Backward(tokens) {
		if sameHolder(t, of, userOf(a.Grant, a.Username), scopes) && alive(t, p, now) {
			k.Held = t.Fingerprint
			break
		}
	}
	if device != "" {
		k.Scope = devicePrefix + device
	}
	return k, true
}

// devicePrefix begins scopes that WSO2 grants to everyone, so that each device has a token of its
// own.
const devicePrefix = "device_"

// sameHolder reports whether a server that keeps one token for each consumer key, user and scope
// set would replace t by a token of this request.
func sameHolder(t Token, client []string, user Private, scopes []string) bool {
	return slices.Contains(client, t.AppID) && t.user() == user && sameScopes(t.Asked, scopes)
}

// telling returns the newest JWT of an application, and its newest token whose revoke the server
// confirmed. They show what the server is.
func telling(r Reader, a Application) (some []Token, err error) {
	for _, f := range []TokenFilter{{JWT: true}, {Confirmed: true}} {
		if f.AppIDs = []string{a.ID}; err == nil {
			err = r.Newest(f, func(t Token) bool { some = append(some, t); return false })
		}
	}
	return some, err
}

// clientIDs returns the IDs of all applications that are one client with a.
func clientIDs(a Application, apps []Application) []string {
	ids := []string{a.ID}
	for _, b := range apps {
		if b.ID != a.ID && sameClient(a, b) {
			ids = append(ids, b.ID)
		}
	}
	return ids
}

// clientOf is clientIDs among all applications that are configured or stored.
func (s *Service) clientOf(r Reader, a Application) ([]string, error) {
	stored, err := r.Applications()
	return clientIDs(a, slices.Concat(s.opt.Applications, stored)), err
}

func alive(t Token, p Policy, now time.Time) bool {
	switch StatusAt(t, p, now).State {
	case Active, Expiring, Unsure:
		return true
	}
	return false
}

// mayEndOlder reports whether a get may end an older token. Other servers issue the same token
// again, or leave the older one alone.
func (r Regime) mayEndOlder() bool { return r == RegimeJWT || r == RegimeAuto || r == "" }

// superseded records that a new token has ended the older ones of the same key, user and scopes. If
// that is not known, it returns a note about it.
func (s *Service) superseded(w Writer, a Application, brought Token) (note string, err error) {
	p := s.Policy(a)
	if !p.Regime.mayEndOlder() {
		return "", nil
	}
	of, err := s.clientOf(w, a)
	if err != nil {
		return "", err
	}
	living, err := w.TokensWhere(TokenFilter{AppIDs: of, UnexpiredAt: s.Now()})
	if err != nil {
		return "", err
	}
	telling, err := telling(w, a)
	if err != nil {
		return "", err
	}
	for _, t := range living {
		if t.ID == brought.ID || !sameHolder(t, of, userOf(a.Grant, a.Username), brought.Asked) ||
			!alive(t, p, s.Now()) {
			continue
		}
		if p.Regime != RegimeJWT {
			if !isWSO2(a, telling) {
				continue // only WSO2 is known to end the older one without a regime
			}
			note = "the server made a new token while " + t.Fingerprint +
				" was alive, and may have revoked that one: " +
				`set regime of the environment to "jwt" or "stateless"`
			continue
		}
		t.replace(brought.ID, p, brought.IssuedAt)
		if t.Refresh == RefreshLive {
			t.Refresh = RefreshSpent // the new token has it, or it has ended with the old one
		}
		if err := w.PutToken(&t); err != nil {
			return note, err
		}
	}
	return note, nil
}

// readJWT records that a token is a JWT, and takes its expiry if the answer did not name one.
func (s *Service) readJWT(t *Token, a Application, ans tokenapi.TokenAnswer) {
	j, err := jwt.Parse(ans.Access)
	if err != nil {
		return
	}
	t.JWT = true
	exp, ok := j.ExpiresAt()
	if ans.Lifetime != tokenapi.Unknown || !ok {
		return
	}
	skew, _ := s.Skew(string(a.Environment.Name))
	t.Lifetime, t.ExpiresAt = tokenapi.Bounded, exp.Add(-skew)
	t.Granted = max(t.ExpiresAt.Sub(t.IssuedAt), 0)
}

// willSupersede reads what WillSupersede judges by.
func (s *Service) willSupersede(ctx context.Context, a Application,
	scopes []string) (k Supersede, ok bool) {
	if !s.Policy(a).Regime.mayEndOlder() {
		return k, false
	}
	_ = s.opt.Keeper.View(ctx, func(r Reader) error { // a warning is not worth failing for
		stored, err := r.Applications()
		if err != nil {
			return err
		}
		apps := slices.Concat(s.opt.Applications, stored)
		living, err := r.TokensWhere(TokenFilter{AppIDs: clientIDs(a, apps), UnexpiredAt: s.Now()})
		if err != nil {
			return err
		}
		telling, err := telling(r, a)
		k, ok = WillSupersede(a, apps, slices.Concat(telling, living), scopes, s.Policy(a),
			s.opt.Device, s.Now())
		return err
	})
	return k, ok
}
