package console

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"time"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// Renew refreshes a token that has a refresh token which is alive, and requests a new token
// otherwise. It also requests one if the answer to the last refresh was lost, because the refresh
// token may be spent. While another process renews the token or makes the same request, Renew waits
// and takes its answer.
func (s *Service) Renew(ctx context.Context, tokenID string) (out Outcome, err error) {
	defer func() { err = s.homedOf(ctx, tokenID, err) }()
	since, err := s.rev(ctx)
	if err != nil {
		return Outcome{}, err
	}
	t, a, err := s.find(ctx, tokenID)
	if err != nil {
		return Outcome{}, err
	}
	if err := renewable(t, s.Policy(a), s.Now()); err != nil {
		return Outcome{}, err
	}
	if err := s.unlocked(ctx); err != nil {
		return Outcome{}, err
	}
	if err := s.ready(ctx, a.ID, tokenURL); err != nil {
		return Outcome{}, err
	}
	err = s.withLease(ctx, s.renewing(a, t), func(_ Application, asking *lease) error {
		own := exclusive{
			key: tokenKey(t.ID), appID: a.ID, verb: "renew", waitHere: true, waitElsewhere: true,
		}
		return s.withLease(ctx, own, func(a Application, renewing *lease) error {
			var err error
			out, err = s.renew(ctx, a, []*lease{asking, renewing}, t, since)
			return err
		})
	})
	return out, err
}

// renewing is the exclusive renewal of a token: one write for each token, and one request for each
// client, because a refresh and a get may answer with the same token.
func (s *Service) renewing(a Application, t Token) exclusive {
	proof := func(ctx context.Context, a Application) (req tokenapi.TokenRequest, err error) {
		req.Credentials, err = s.credentials(ctx, a)
		return req, err
	}
	return exclusive{
		proof: proof, key: clientKey(a, grantRequest{grant: t.Grant, user: t.User}),
		own: "renew/" + t.ID, appID: a.ID, verb: "renew", waitElsewhere: true,
	}
}

// RenewApplication renews the newest token of an application's present request, as Renew does. It
// requests a token if there is none. It chooses the token when no other request of the client is in
// flight.
func (s *Service) RenewApplication(ctx context.Context, appID string) (out Outcome, err error) {
	defer func() { err = s.homed(ctx, appID, err) }()
	since, err := s.rev(ctx)
	if err != nil {
		return Outcome{}, err
	}
	if err := s.unlocked(ctx); err != nil {
		return Outcome{}, err
	}
	if err := s.ready(ctx, appID, tokenURL, s.grantURL(ctx, appID, "")); err != nil {
		return Outcome{}, err
	}
	a, err := s.applicationOf(ctx, appID)
	if err != nil {
		return Outcome{}, err
	}
	q, err := s.grantRequestOf(ctx, a, GetOptions{})
	if err != nil {
		return Outcome{}, err
	}
	asks := s.asking(a, q, "renew")
	asks.waitHere = true
	err = s.withLease(ctx, asks, func(a Application, asking *lease) error {
		theirs, err := s.look(ctx,
			func(r Reader) (*Token, error) { return s.answeredSame(r, a, since, q) })
		if err != nil {
			return err
		}
		if theirs != nil {
			out = s.outcomeOfOther(*theirs, a, answeredMeanwhile)
			return nil
		}
		t, err := s.look(ctx, func(r Reader) (*Token, error) { return s.renewableOf(r, a, q) })
		if err != nil {
			return err
		}
		if t == nil {
			out, err = s.requestToken(ctx, a, []*lease{asking}, q, nil)
			return err
		}
		own := exclusive{
			key: tokenKey(t.ID), appID: a.ID, verb: "renew", waitHere: true, waitElsewhere: true,
		}
		return s.withLease(ctx, own, func(a Application, renewing *lease) error {
			out, err = s.renew(ctx, a, []*lease{asking, renewing}, *t, since)
			return err
		})
	})
	return out, err
}

// renewableOf is RenewableOf the tokens that a request has brought. An application that can only
// refresh has only adopted tokens.
func (s *Service) renewableOf(r Reader, a Application, q grantRequest) (*Token, error) {
	newest := func(f TokenFilter, takes func(Token) bool) (found *Token, err error) {
		f.AppIDs = []string{a.ID}
		err = r.Newest(f, func(t Token) bool {
			ours := q.brought(t, a) || t.Grant == GrantAdopted &&
				a.Grant == tokenapi.GrantRefreshToken
			st := StatusAt(t, s.Policy(a), s.Now())
			if ours && !st.Ended && st.State != Revoking && takes(t) {
				found = &t
			}
			return found == nil
		})
		return found, err
	}
	t, err := newest(TokenFilter{Refreshable: true},
		func(t Token) bool { return t.Refresh == RefreshLive || t.Unsure != nil })
	if err != nil || t != nil && t.Unsure == nil {
		return t, err
	}
	return newest(TokenFilter{}, func(Token) bool { return true })
}

func (s *Service) find(ctx context.Context, tokenID string) (t Token, a Application, err error) {
	err = s.opt.Keeper.View(ctx, func(r Reader) error {
		if t, err = s.token(r, tokenID); err != nil {
			return err
		}
		a, err = s.application(r, t.AppID)
		return err
	})
	return t, a, err
}

func renewable(t Token, p Policy, now time.Time) error {
	if t.ReplacedBy != "" && t.AcceptedAt.IsZero() {
		return &Error{
			Code: CodeReplaced, Text: "renew: this token was replaced by a newer one",
			Hint: "renew the newer one",
		}
	}
	if StatusAt(t, p, now).State == Revoking {
		return &Error{Code: CodeRevoking, Text: "renew: this token is being revoked",
			Hint: do(ActUndo, "") + " takes the revoke back while it was not sent"}
	}
	return nil
}

// renew is Renew with the leases held. It reads the token again, because another process may have
// renewed it.
func (s *Service) renew(ctx context.Context, a Application, under []*lease, before Token,
	since int64) (Outcome, error) {
	var t, newer Token
	var sec Secrets
	err := s.opt.Keeper.View(ctx, func(r Reader) error {
		var err error
		if t, err = s.token(r, before.ID); err != nil {
			return err
		}
		if t.ReplacedBy != "" && before.ReplacedBy == "" {
			newer, err = s.token(r, t.ReplacedBy)
			return err
		}
		sec, err = r.Secrets(t.ID)
		return err
	})
	switch {
	case err != nil:
		return Outcome{}, err
	case newer.ID != "":
		return Outcome{
			Token: newer, How: Reused, Previous: &t,
			Notes: []string{"another console renewed it meanwhile"},
		}, nil
	case t.Unsure != nil:
		return s.reask(ctx, a, under, t)
	}
	if err := renewable(t, s.Policy(a), s.Now()); err != nil {
		return Outcome{}, err
	}
	if s.answeredAfter(t, since) { // the server issued it again
		return s.outcomeOfOther(t, a, answeredMeanwhile), nil
	}
	if t.Refresh == RefreshLive && !sec.Refresh.IsZero() {
		return s.refresh(ctx, a, under, t, sec.Refresh, nil)
	}
	if err := mayAskAgain(t, a); err != nil {
		return Outcome{}, err
	}
	own, err := s.own(ctx, a, t)
	if err != nil {
		return Outcome{}, err
	}
	theirs, err := s.look(ctx,
		func(r Reader) (*Token, error) { return s.answeredSame(r, a, since, own) })
	if err != nil {
		return Outcome{}, err
	}
	if theirs != nil {
		return s.outcomeOfOther(*theirs, a, answeredMeanwhile), nil
	}
	return s.requestToken(ctx, a, under, own, nil)
}

// mayAskAgain refuses to request a token in place of one for another user. The application's grant
// would bring a token for its own user, and the other user's password is not stored.
func mayAskAgain(t Token, a Application) error {
	if ownUser(t, a) {
		return nil
	}
	return &Error{
		Code: CodeOtherUser,
		Text: "renew: " + t.Fingerprint + " is for " + string(t.User) +
			" and cannot be refreshed, and no password of that user is kept",
		Hint: "get it as it was got the first time, with that user",
	}
}

// reask requests a token in place of one whose refresh got no answer. If the server issues that
// token again, it is alive; otherwise it was replaced. Its mark stays if the lost token may be
// alive. Its refresh token stays revocable, because it may not be spent.
func (s *Service) reask(ctx context.Context, a Application, under []*lease,
	t Token) (Outcome, error) {
	if err := mayAskAgain(t, a); err != nil {
		return Outcome{}, err
	}
	own, err := s.own(ctx, a, t)
	if err != nil {
		return Outcome{}, err
	}
	out, err := s.requestToken(ctx, a, under, own, func(w Writer, out *Outcome) error {
		if out.Token.ID == t.ID {
			return nil
		}
		cur, err := s.replace(w, a, t.ID, out.Token, s.Now())
		if isCode(err, CodeNoToken) {
			return nil
		}
		out.Previous = &cur
		return err
	})
	if err == nil {
		out.Notes = append(out.Notes, "an earlier refresh was never answered, so it was asked anew")
	}
	if p := out.Previous; err == nil && p != nil && p.Unsure != nil {
		out.Notes = append(out.Notes, MarkAdvice(*p.Unsure, a.Environment.Regime, s.Now()))
	}
	return out, err
}

// refresh sends the refresh token, once. It sends no scopes unless some are given.
func (s *Service) refresh(ctx context.Context, a Application, under []*lease, t Token,
	refresh secret.Text, scopes []string) (Outcome, error) {
	out := Outcome{How: Refreshed}
	creds, err := s.credentials(ctx, a)
	if err != nil {
		return out, err
	}
	req := tokenapi.TokenRequest{
		Credentials: creds, Grant: tokenapi.GrantRefreshToken,
		RefreshToken: refresh, Scopes: scopes,
	}
	if t.Request != nil { // RFC 8707 section 2.2: the resources of the token that is refreshed
		if r := t.Request.Params["resource"]; len(r) > 0 {
			req.Extra = url.Values{"resource": r}
		}
	}
	x, err := s.sendGrant(ctx, a, under, Mark{Op: OpRefresh, TokenID: t.ID, Request: t.Request},
		req, func(w Writer, ans tokenapi.TokenAnswer) error {
			next := Token{
				AppID: a.ID, Grant: t.Grant, User: t.User, Scopes: t.Scopes,
				Asked: t.Asked, Request: t.Request, From: t.ID,
			}
			var err error
			if out.Token, out.Same, out.Notes, err = s.file(w, a, ans, next, refresh); err != nil ||
				out.Token.ID == t.ID {
				return err
			}
			old, err := w.Token(t.ID)
			if err != nil {
				if isLost(err) { // it was forgotten meanwhile: its successor is stored all the same
					err = nil
				}
				return err
			}
			if err := refreshSpent(w, old, out.Token); err != nil {
				return err
			}
			old.replace(out.Token.ID, s.Policy(a), ans.At)
			old.Refresh, old.Unsure = RefreshSpent, nil
			out.Previous = &old
			return w.PutToken(&old)
		}, func(w Writer, e *tokenapi.Error) error {
			if !e.DropsRefresh() {
				return nil
			}
			return dropRefresh(w, t.ID, refresh)
		})
	out.Exchange = x.Seq
	return out, err
}

// dropRefresh marks a refresh token for which the server answered invalid_grant as spent, if it is
// still the stored one. Another process may have stored a newer one.
func dropRefresh(w Writer, tokenID string, sent secret.Text) error {
	t, err := w.Token(tokenID)
	if isLost(err) {
		return nil
	}
	if err != nil {
		return err
	}
	sec, err := w.Secrets(tokenID)
	if err != nil || !sec.Refresh.Equal(sent) || t.Refresh != RefreshLive {
		return err
	}
	t.Refresh = RefreshSpent
	return w.PutToken(&t)
}

// Obtain returns a usable token for an application: a held one, a renewed one, or a new one. Of
// several callers at once, in any number of processes, one sends a request and the others take its
// answer.
func (s *Service) Obtain(ctx context.Context, appID string,
	o ObtainOptions) (out Outcome, err error) {
	defer func() { err = s.homed(ctx, appID, err) }()
	since, err := s.rev(ctx)
	if err != nil {
		return Outcome{}, err
	}
	if err := s.unlocked(ctx); err != nil {
		return Outcome{}, err
	}
	if err := s.ready(ctx, appID, tokenURL, s.grantURL(ctx, appID, o.Grant)); err != nil {
		return Outcome{}, err
	}
	a, err := s.applicationOf(ctx, appID)
	if err != nil {
		return Outcome{}, err
	}
	q, err := s.grantRequestOf(ctx, a, o.GetOptions)
	if err != nil {
		return Outcome{}, err
	}
	picks := func(r Reader) (*Token, error) { return s.pick(r, a, q, o, since) }
	if got, err := s.look(ctx, picks); err != nil || got != nil {
		return s.reused(got, a), err
	}
	asks := s.asking(a, q, "get")
	asks.waitHere = true
	asks.storedAlready = func(r Reader, now Application) (bool, error) {
		got, err := s.pick(r, now, q, o, since)
		out = s.reused(got, now)
		return got != nil, err
	}
	err = s.withLease(ctx, asks, func(now Application, asking *lease) error {
		a = now
		var refreshable []Token
		var passed Token
		var why string
		got, err := s.look(ctx, func(r Reader) (*Token, error) {
			got, err := picks(r)
			if err != nil || got != nil {
				return got, err
			}
			live := TokenFilter{AppIDs: []string{a.ID}, Refreshable: true}
			if refreshable, err = r.TokensWhere(live); err == nil {
				passed, why, err = s.passedOver(r, a, q)
			}
			return nil, err
		})
		if err != nil || got != nil {
			out = s.reused(got, a)
			return err
		}
		out, err = s.renewOrRequest(ctx, a, asking, refreshable, q, o, since)
		if why != "" && err == nil && out.Token.ID != passed.ID {
			out.Notes = append([]string{why}, out.Notes...)
		}
		return err
	})
	if errors.Is(err, errStoredAlready) {
		return out, nil
	}
	return out, err
}

// reused returns the outcome for a token that was picked, the zero one for nil.
func (s *Service) reused(t *Token, a Application) Outcome {
	if t == nil {
		return Outcome{}
	}
	return s.outcomeOfOther(*t, a)
}

// pick chooses a held token that will do: an answer to an equal request that was stored since the
// caller began or, unless a fresh one is wanted, one with enough life left.
func (s *Service) pick(r Reader, a Application, q grantRequest, o ObtainOptions,
	since int64) (*Token, error) {
	picked, err := s.answeredSame(r, a, since, q)
	if err != nil || picked != nil || o.Fresh || o.Grant != "" {
		return picked, err
	}
	err = r.Newest(TokenFilter{AppIDs: []string{a.ID}, UnexpiredAt: s.Now()}, func(t Token) bool {
		if !q.brought(t, a) {
			return true
		}
		st := StatusAt(t, s.Policy(a), s.Now())
		if (st.State == Active || st.State == Expiring) &&
			(!st.HasExpiry || st.Left >= o.Least(t)) {
			picked = &t
		}
		return picked == nil
	})
	return picked, err
}

// passedOver returns the newest token of a request that has not expired, and why Obtain does not
// return it. why is "" if only its age is the reason.
func (s *Service) passedOver(r Reader, a Application,
	q grantRequest) (newest Token, why string, err error) {
	err = r.Newest(TokenFilter{AppIDs: []string{a.ID}}, func(t Token) bool {
		if !q.brought(t, a) {
			return true
		}
		newest = t
		st := StatusAt(t, s.Policy(a), s.Now())
		if st.State != Expired && st.Cause != CauseNone && st.Cause != CauseReplaced {
			why = t.Fingerprint + " is not handed out: " + st.Cause.Words()
		}
		return false
	})
	return newest, why, err
}

// Least returns the life that a token must have left to be reused: MinLeft, or a quarter of its
// whole life. Without the quarter, a token with a short life would never be reused.
func (o ObtainOptions) Least(t Token) time.Duration {
	if t.Granted > 0 && o.MinLeft > t.Granted/4 && (!o.MinLeftHolds || o.MinLeft > t.Granted) {
		return t.Granted / 4
	}
	return o.MinLeft
}

// renewOrRequest refreshes the newest token that can be refreshed, and requests a token otherwise.
func (s *Service) renewOrRequest(ctx context.Context, a Application, asking *lease, all []Token,
	q grantRequest, o ObtainOptions, since int64) (Outcome, error) {
	for _, t := range slices.Backward(all) {
		if o.Grant != "" {
			break // the caller wants another grant
		}
		if !q.brought(t, a) || t.Refresh != RefreshLive || t.Unsure != nil {
			continue
		}
		if st := StatusAt(t, s.Policy(a), s.Now()); st.Ended || st.State == Revoking {
			continue
		}
		var out Outcome
		own := exclusive{
			key: tokenKey(t.ID), appID: a.ID, verb: "renew", waitHere: true, waitElsewhere: true,
		}
		err := s.withLease(ctx, own, func(a Application, renewing *lease) error {
			var err error
			out, err = s.renew(ctx, a, []*lease{asking, renewing}, t, since)
			return err
		})
		if isCode(err, CodeRevoking) || isCode(err, CodeReplaced) || isCode(err, CodeNoToken) {
			continue // its revoke was decided meanwhile
		}
		if e, ok := tokenapi.AsError(err); ok && e.DropsRefresh() {
			break // the refresh token is spent; a request is still possible
		}
		return out, err
	}
	return s.requestToken(ctx, a, []*lease{asking}, q, nil)
}
