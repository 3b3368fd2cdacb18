package console

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"lanyard/tokenapi"
)

// CanIntrospect reports whether the key manager of an application can be asked about its tokens.
// One with an issuer can, because discovery (RFC 8414) may find the address.
func (a Application) CanIntrospect() bool {
	return a.Environment.Endpoints.IntrospectURL != "" || a.Environment.Issuer != ""
}

// Introspected is the answer to an introspection.
type Introspected struct {
	tokenapi.IntrospectAnswer
	Exchange int64 // Seq of the exchange, also after an error; 0: none was made
}

// Introspect asks the server about a token (RFC 7662) and stores the answer. It takes an unknown
// lifetime from the answer. An inactive that does not count is stored only if nothing better is
// known.
func (s *Service) Introspect(ctx context.Context,
	tokenID string) (got Introspected, t Token, err error) {
	defer func() { err = s.homedOf(ctx, tokenID, err) }()
	t, a, err := s.find(ctx, tokenID)
	if err != nil {
		return got, t, err
	}
	if err := s.unlocked(ctx); err != nil {
		return got, t, err
	}
	if err := s.ready(ctx, a.ID, introspectURL); err != nil {
		return got, t, err
	}
	if t, a, err = s.find(ctx, tokenID); err != nil {
		return got, t, err
	}
	err = needURL(a, "introspect", CodeNoIntrospectURL, a.Environment.Endpoints.IntrospectURL)
	if err != nil {
		return got, t, err
	}
	api, creds, err := s.reach(ctx, a)
	if err != nil {
		return got, t, err
	}
	sec, err := s.Secrets(ctx, tokenID)
	if err != nil {
		return got, t, err
	}
	req := tokenapi.IntrospectRequest{Credentials: creds, Token: sec.Access, Hint: "access_token"}
	ans, ex, err := api.Introspect(ctx, req)
	x := s.observe(a, t.ID, ex)
	got.Exchange = x.Seq
	call := s.callOf(x, err)
	defer s.noteCall(call)
	if err != nil {
		return got, t, err
	}
	if call.AtServer = ServerInactive; ans.Active {
		call.AtServer = ServerActive
	}
	err = s.update(context.WithoutCancel(ctx), func(w Writer) (err error) {
		storeCall(w, call)
		t, err = s.storeIntrospection(w, a, tokenID, ans)
		return err
	})
	got.IntrospectAnswer = ans
	return got, t, err
}

// storeIntrospection stores an introspection answer about a token, and returns the token.
func (s *Service) storeIntrospection(w Writer, a Application, tokenID string,
	ans tokenapi.IntrospectAnswer) (Token, error) {
	t, err := s.token(w, tokenID)
	if err != nil {
		return t, err
	}
	counts, err := s.mayKnow(w, a, t, ans)
	if err != nil {
		return t, err
	}
	t.introspected(ans, counts, t.refuted(s.Policy(a), ans.At))
	s.learnLife(&t, a, ans)
	if err := w.PutToken(&t); err != nil {
		return t, err
	}
	if counts { // it is about the token of all rows
		for _, twin := range t.Twins {
			row := twin.Row
			row.ActiveAt, row.AtServer, row.AtServerAt = t.ActiveAt, t.AtServer, t.AtServerAt
			row.AtServerSince, row.AtServerCounts = t.AtServerSince, counts
			if err := w.PutToken(&row); err != nil {
				return t, err
			}
		}
	}
	return s.token(w, tokenID)
}

// mayKnow reports whether the answer of an introspection URL to this client is about the token. For
// a client that may not know tokens, each one is inactive. A client may know them if it once got
// "active" for a token of this application. For a token that was revoked here, "inactive" is true.
func (s *Service) mayKnow(w Writer, a Application, t Token,
	ans tokenapi.IntrospectAnswer) (bool, error) {
	key := func(appID string) string {
		address := string(a.Environment.Endpoints.IntrospectURL)
		sum := sha256.Sum256([]byte(address + "\x00" + string(a.ConsumerKey) + "\x00" + appID))
		return "introspected/" + hex.EncodeToString(sum[:12])
	}
	if !ans.Active {
		known, err := w.Setting(key(a.ID))
		return t.revokedBefore(ans.At) || known != "", err
	}
	holders := []string{a.ID} // the token is one of each application that holds it
	for i := range t.Twins {
		holders = append(holders, t.Twins[i].Row.AppID)
	}
	for _, id := range holders {
		known, err := w.Setting(key(id))
		if err == nil && known == "" {
			err = w.SetSetting(key(id), string(ServerActive))
		}
		if err != nil {
			return false, err
		}
	}
	return true, nil
}

// revokedBefore reports whether the server had accepted the revoke of the access token by then.
func (t Token) revokedBefore(at time.Time) bool {
	accepted := acceptedAt(t)
	return !accepted.IsZero() && !at.Before(accepted)
}

// refuted reports whether the gateway accepted the token after the bound that follows from the
// server's last inactive. Then the same answer is news.
func (t *Token) refuted(p Policy, now time.Time) bool {
	s, e := StatusAt(*t, p, now), gather(t, p)
	until := e.until(t.AtServerSince)
	return t.AtServer == ServerInactive && s.Ended && !until.IsZero() &&
		(!s.StaleKnown || s.StaleUntil.After(until))
}

// introspected records an answer on a token. With news it counts again although it is the same as
// before.
func (t *Token) introspected(ans tokenapi.IntrospectAnswer, counts, news bool) {
	state := ServerInactive
	if ans.Active {
		state, t.ActiveAt = ServerActive, ans.At
	}
	if !counts && t.AtServerCounts {
		return
	}
	if t.AtServer != state || t.AtServerCounts != counts || t.AtServerSince.IsZero() || news {
		t.AtServerSince = ans.At
	}
	t.AtServer, t.AtServerAt, t.AtServerCounts = state, ans.At, counts
}

// ServerSays returns what introspection last told of a token; "" if it was not asked.
func (t Token) ServerSays() string {
	if t.AtServer == ServerInactive && !t.AtServerCounts && !t.revokedBefore(t.AtServerAt) {
		return NotOurs
	}
	return string(t.AtServer)
}

// Answered returns the answer to an introspection after it was stored on t.
func (t Token) Answered(active bool) string {
	if says := t.ServerSays(); active || says == string(ServerInactive) {
		return says
	}
	return NotOurs
}

// NotOurs is the text about an inactive that does not count.
const NotOurs = "inactive, or not ours to ask"

// learnLife takes the expiry from an introspection if the token has none or was adopted. The
// server's time is corrected by its skew.
func (s *Service) learnLife(t *Token, a Application, ans tokenapi.IntrospectAnswer) {
	if !ans.Active || t.Lifetime != tokenapi.Unknown && t.Lifetime != tokenapi.Ambiguous &&
		t.Grant != GrantAdopted {
		return
	}
	switch {
	case ans.Lifetime == tokenapi.Unbounded:
		t.Lifetime = tokenapi.Unbounded
	case ans.Expires.Known:
		skew, _ := s.Skew(string(a.Environment.Name))
		t.Lifetime, t.ExpiresAt = tokenapi.Bounded, time.Unix(ans.Expires.Seconds, 0).Add(-skew)
		t.Granted = max(t.ExpiresAt.Sub(t.IssuedAt), 0)
	}
}
