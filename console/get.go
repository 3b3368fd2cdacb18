package console

import (
	"cmp"
	"context"
	"slices"
	"time"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// Get requests a token with the application's grant. Outcome.Same is set if the server issues a
// held token again. While another process makes the same request, Get waits for it and takes its
// answer.
func (s *Service) Get(ctx context.Context, appID string, o GetOptions) (out Outcome, err error) {
	defer func() { err = s.homed(ctx, appID, err) }()
	since, err := s.rev(ctx)
	if err != nil {
		return out, err
	}
	if err := s.unlocked(ctx); err != nil {
		return out, err
	}
	if err := s.ready(ctx, appID, tokenURL, s.grantURL(ctx, appID, o.Grant)); err != nil {
		return out, err
	}
	a, err := s.applicationOf(ctx, appID)
	if err != nil {
		return out, err
	}
	q, err := s.grantRequestOf(ctx, a, o)
	if err != nil {
		return out, err
	}
	err = s.withLease(ctx, s.asking(a, q, "get"), func(a Application, l *lease) error {
		theirs, err := s.look(ctx,
			func(r Reader) (*Token, error) { return s.answeredSame(r, a, since, q) })
		if err != nil {
			return err
		}
		if theirs != nil {
			out = s.outcomeOfOther(*theirs, a, answeredMeanwhile)
			return nil
		}
		out, err = s.requestToken(ctx, a, []*lease{l}, q, nil)
		return err
	})
	return out, err
}

// answeredSame returns the token that an equal request has brought since a revision.
func (s *Service) answeredSame(r Reader, a Application, since int64,
	q grantRequest) (found *Token, err error) {
	err = r.Newest(TokenFilter{AppIDs: []string{a.ID}, AnsweredAfter: since}, func(t Token) bool {
		if !s.answeredAfter(t, since) || !q.brought(t, a) {
			return true
		}
		switch st := StatusAt(t, s.Policy(a), s.Now()); {
		case st.State == Active, st.State == Expiring, st.State == Expired,
			st.Cause == CauseRefused:
			found = &t
		}
		return found == nil
	})
	return found, err
}

// look reads one token; nil if there is none.
func (s *Service) look(ctx context.Context,
	find func(Reader) (*Token, error)) (found *Token, err error) {
	err = s.opt.Keeper.View(ctx, func(r Reader) (err error) {
		found, err = find(r)
		return err
	})
	return found, err
}

// answeredAfter reports whether an answer has brought a token since a revision. A token of a
// restored backup does not count: its revision comes from another store.
func (s *Service) answeredAfter(t Token, since int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return t.AnswerRev > max(since, s.restored)
}

// outcomeOfOther returns the outcome of a verb that takes the answer of another process.
func (s *Service) outcomeOfOther(t Token, a Application, notes ...string) Outcome {
	return Outcome{Token: t, How: Reused, Notes: append(notes, s.refusedNote(t, a)...)}
}

// refusedNote returns a note about a token that the server issues again although probes showed that
// the gateway refuses it.
func (s *Service) refusedNote(t Token, a Application) []string {
	if StatusAt(t, s.Policy(a), s.Now()).Cause != CauseRefused {
		return nil
	}
	return []string{
		"the server hands out " + t.Fingerprint +
			" again, though the gateway has refused it three times in a row"}
}

// userOf returns the user for whom a grant brings a token. Client credentials are for the
// application itself, also if it has a user for another grant (RFC 6749 section 4.4).
func userOf(grant string, user Private) Private {
	if grant == tokenapi.GrantClientCredentials {
		return ""
	}
	return user
}

// SignsIn reports whether a person signs in for the tokens of a grant, with a browser or a device
// code. The console does not learn who that is.
func SignsIn(grant string) bool {
	return grant == tokenapi.GrantAuthorizationCode || grant == tokenapi.GrantDeviceCode
}

// user returns the user of a token. Older versions stored one with client credentials too.
func (t *Token) user() Private { return userOf(t.Grant, t.User) }

// ownUser reports whether a token is for the application's own user.
func ownUser(t Token, a Application) bool {
	return t.user() == userOf(t.Grant, a.Username) || t.Grant == GrantAdopted
}

// CannotGet returns the code with which Get refuses an application and a grant before it sends a
// request: CodeGone, CodeReadOnly or CodeNoGrant. It is "" if Get may send one. The grant "" is the
// application's own.
func (a Application) CannotGet(grant string) Code {
	switch {
	case a.Source == Gone:
		return CodeGone
	case a.Environment.ReadOnly:
		return CodeReadOnly
	case cmp.Or(grant, a.Grant) == tokenapi.GrantRefreshToken:
		return CodeNoGrant
	}
	return ""
}

// Grants returns the grants that can be chosen for a get of an application: its own, unless that
// only refreshes, and those for which it has what they need (MayUse).
func (a Application) Grants() []string {
	var all []string
	if a.Grant != tokenapi.GrantRefreshToken {
		all = append(all, a.Grant)
	}
	for _, g := range []string{
		GrantClientCredentials, GrantAuthorizationCode, GrantDeviceCode, GrantPassword,
	} {
		if g != a.Grant && MayUse(a, g) {
			all = append(all, g)
		}
	}
	return all
}

func (s *Service) applicationOf(ctx context.Context, appID string) (a Application, err error) {
	err = s.opt.Keeper.View(ctx, func(r Reader) error {
		a, err = s.application(r, appID)
		return err
	})
	return a, err
}

// requestToken sends a request to the application's server and stores the answer. also runs in the
// transaction that stores it. The caller holds the lease of the request.
func (s *Service) requestToken(ctx context.Context, a Application, under []*lease, q grantRequest,
	also func(Writer, *Outcome) error,
) (Outcome, error) {
	out := Outcome{How: Issued}
	m := q.mark(a)
	m.AppID = a.ID
	a = q.by(a)
	scopes := q.scopes
	switch code := a.CannotGet(""); code {
	case CodeGone:
		return out, &Error{
			Code: code, Text: string(a.Label()) + " is no longer configured",
			Hint: "its tokens can still be refreshed, revoked and probed",
		}
	case CodeNoGrant:
		return out, &Error{
			Code: code, Text: string(a.Label()) + " can only refresh: its grant is refresh_token",
			Hint: "get with another grant, or give the application another one",
		}
	}
	if k, ok := s.willSupersede(ctx, a, scopes); ok && s.opt.Supersede != nil {
		s.opt.Supersede(k) // before a person signs in: the scopes can still be changed
	}
	q.way = &doorway{}
	req, err := s.grant(ctx, a, q)
	defer func() { q.way.close(err) }()
	if err != nil {
		return out, err
	}
	store := func(w Writer, ans tokenapi.TokenAnswer) error {
		var err error
		out.Previous = nil // an earlier attempt to store it may have set this
		t := Token{
			AppID: a.ID, Grant: a.Grant, User: a.Username, Scopes: scopes, Asked: scopes,
			Request: &q.want,
		}
		out.Token, out.Same, out.Notes, err = s.file(w, a, ans, t, secret.Text{})
		if err == nil && !out.Same {
			var note string
			if note, err = s.superseded(w, a, out.Token); note != "" {
				out.Notes = append(out.Notes, note)
			}
		}
		if err == nil && out.Same {
			out.Notes = append(out.Notes, s.refusedNote(out.Token, a)...)
		}
		if note := req.UncheckedNonce(ans); note != "" {
			out.Notes = append(out.Notes, note)
		}
		if err == nil {
			err = s.settle(w, m, out.Token, ans.At)
		}
		if err == nil && also != nil {
			err = also(w, &out)
		}
		return err
	}
	var x Exchange
	if a.Grant == tokenapi.GrantDeviceCode {
		x, err = s.byDevice(ctx, a, under, m, req, store)
	} else {
		x, err = s.sendGrant(ctx, a, under, m, req, store, nil)
	}
	out.Exchange = x.Seq
	return out, err
}

// grant builds the token request for an application.
func (s *Service) grant(ctx context.Context, a Application,
	q grantRequest) (tokenapi.TokenRequest, error) {
	scopes := q.scopes
	req := tokenapi.TokenRequest{Grant: a.Grant, Scopes: scopes, Extra: a.Extra}
	creds, err := s.credentials(ctx, a)
	if err != nil {
		return req, err
	}
	switch a.Grant {
	case tokenapi.GrantPassword:
		req.Username = string(a.Username)
		req.Password, err = s.passwordOf(ctx, a, q)
	case tokenapi.GrantAuthorizationCode:
		if req, err = s.authorize(ctx, a, scopes, q.way); err == nil {
			req.Grant = a.Grant // the browser has sent the scopes
		}
	case tokenapi.GrantJWTBearer:
		req.Assertion, err = s.assertion(ctx, a, q)
	case tokenapi.GrantTokenExchange:
		req.SubjectTokenType, req.RequestedTokenType = q.subjectType, q.requestedType
		req.SubjectToken = q.subject
	}
	req.Credentials = creds
	return req, err
}

// assertion returns the assertion of a JWT bearer grant, given or signed now.
func (s *Service) assertion(ctx context.Context, a Application,
	q grantRequest) (secret.Text, error) {
	if a.Details.ReadyAssertion {
		return q.assertion, nil
	}
	key, err := s.opt.Vault.Secret(ctx, a, SigningKey)
	if err != nil {
		return secret.Text{}, err
	}
	api, err := s.api(a.Environment)
	if err != nil {
		return secret.Text{}, err
	}
	by := tokenapi.SigningKey{Key: key, Alg: a.Details.SigningAlg, KeyID: a.Details.SigningKeyID}
	return api.SignAssertion(by, claimsOf(a))
}

// expiryJitter is the largest difference between two answers about one expiry: servers count whole
// seconds, and answers take time.
const expiryJitter = 2 * time.Second

// twinNote follows the label of another application that holds a token just issued.
const twinNote = " holds this very token too: the server makes no difference between the two, " +
	"and a revoke ends it for both"

// file stores a token answer: in the held row if the token is held already, else as a new token
// made from t. It keeps the refresh token keep if the answer has none.
func (s *Service) file(w Writer, a Application, ans tokenapi.TokenAnswer, t Token,
	keep secret.Text) (Token, bool, []string, error) {
	sec := Secrets{Access: ans.Access, Refresh: ans.RefreshAfter(keep), ID: ans.ID}
	held, err := findHeld(w, a.ID, ans.Access)
	if err != nil {
		return Token{}, false, nil, err
	}
	if held != nil {
		held.Request, held.Asked = t.Request, t.Asked // a held token answers the last request
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
	if err := hash(w, &t, sec); err != nil {
		return Token{}, false, nil, err
	}
	var notes []string
	if !ans.Usable {
		notes = append(notes, ans.Unusable()+": it is kept, and not sent to an API")
	}
	if err := putAnswered(w, &t, sec, ans.At); err != nil {
		return Token{}, false, nil, err
	}
	if err := hashLike(w, t.Fingerprint); err != nil {
		return Token{}, false, nil, err
	}
	if revived, err := handedOut(w, t); err != nil {
		return Token{}, false, nil, err
	} else if revived {
		notes = append(notes, revivedNote)
	}
	if t, err = w.Token(t.ID); err != nil { // with its twins
		return Token{}, false, nil, err
	}
	for i := range t.Twins {
		notes = append(notes, string(s.labelOf(w, t.Twins[i].Row.AppID))+twinNote)
	}
	return t, false, notes, nil
}

// putAnswered stores a token of an answer with its secrets and their hashes.
func putAnswered(w Writer, t *Token, sec Secrets, at time.Time) error {
	rev, err := w.Rev()
	if err != nil {
		return err
	}
	t.AnswerRev, t.AnsweredAt = rev+1, at // the revision that PutToken sets
	if err := hash(w, t, sec); err != nil {
		return err
	}
	if err := w.PutToken(t); err != nil {
		return err
	}
	return w.PutSecrets(t.ID, sec)
}

// findHeld returns the token of an application that holds an access token; nil if there is none.
func findHeld(w Writer, appID string, access secret.Text) (*Token, error) {
	alike, err := w.TokensWhere(TokenFilter{AppIDs: []string{appID}, Prefix: access.Fingerprint()})
	if err != nil {
		return nil, err
	}
	for _, t := range slices.Backward(alike) {
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

// fileSame updates a held token from the server's newest answer.
func fileSame(w Writer, t *Token, ans tokenapi.TokenAnswer, sec Secrets) ([]string, error) {
	var notes []string
	pending := pendingRevoke(*t) // issuing the token again does not undo a pending revoke
	if pending || revokingTwin(*t, false) != "" {
		notes = append(notes,
			"the server hands out a token again whose revoke it has not accepted yet")
	}
	revived := t.revive()
	t.Lifetime = ans.Lifetime
	if ans.Lifetime == tokenapi.Bounded {
		exp := ans.At.Add(ans.Life())
		if d := exp.Sub(t.ExpiresAt); t.ExpiresAt.IsZero() || d > expiryJitter ||
			d < -expiryJitter {
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
		if !sec.Refresh.Equal(old.Refresh) {
			// a revoke of the old refresh token does not apply to the new one
			t.RefreshAcceptedAt = time.Time{}
			if t.RevokeKind == RevokeRefresh && !pending {
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
	if err := putAnswered(w, t, sec, ans.At); err != nil {
		return nil, err
	}
	alsoTwin, err := handedOut(w, *t)
	if revived || alsoTwin {
		notes = append(notes, revivedNote)
	}
	return notes, err
}
