package console

import (
	"context"
	"errors"
	"slices"
	"time"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// Renew refreshes a token that has a live refresh token, and asks anew otherwise. A token whose last
// refresh was never answered is asked for anew: its refresh token may be spent. While another process renews it, or
// asks for the same, it is waited for, and its answer is taken.
func (s *Service) Renew(ctx context.Context, tokenID string) (Outcome, error) {
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
	// One write per token, and one per question: a refresh and a get of the same may answer with the same token.
	var out Outcome
	asks := turn{key: askKey(a, question{user: t.User, scopes: wanted(a, t.Asked)}), appID: a.ID, verb: "renew", waitElsewhere: true}
	own := turn{key: tokenKey(t.ID), appID: a.ID, verb: "renew", waitElsewhere: true}
	err = s.alone(ctx, asks, func(_ Application, asking *lease) error {
		return s.alone(ctx, own, func(a Application, renewing *lease) error {
			var err error
			out, err = s.renew(ctx, a, []*lease{asking, renewing}, t, since)
			return err
		})
	})
	return out, err
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
		return &Error{Code: "replaced", Text: "renew: this token was replaced by a newer one", Hint: "renew the newer one"}
	}
	if StatusAt(t, p, now).State == Revoking {
		return &Error{Code: "revoking", Text: "renew: this token is being revoked", Hint: "u takes the revoke back"}
	}
	return nil
}

// renew is Renew with the leases in hand. It reads the token again: another console may have been faster.
func (s *Service) renew(ctx context.Context, a Application, under []*lease, before Token, since int64) (Outcome, error) {
	var t, newer Token
	var sec Secrets
	var all []Token
	err := s.opt.Keeper.View(ctx, func(r Reader) error {
		var err error
		if t, err = s.token(r, before.ID); err != nil {
			return err
		}
		if t.ReplacedBy != "" && before.ReplacedBy == "" {
			newer, err = s.token(r, t.ReplacedBy)
			return err
		}
		if all, err = r.Tokens(); err != nil {
			return err
		}
		sec, err = r.Secrets(t.ID)
		return err
	})
	switch {
	case err != nil:
		return Outcome{}, err
	case newer.ID != "":
		return Outcome{Token: newer, How: Reused, Previous: &t, Notes: []string{"another console renewed it meanwhile"}}, nil
	case t.Unsure != nil:
		return s.reask(ctx, a, under, t)
	}
	if err := renewable(t, s.Policy(a), s.Now()); err != nil {
		return Outcome{}, err
	}
	if t.AnswerRev > since { // handed out again
		return Outcome{Token: t, How: Reused, Notes: []string{meanwhile}}, nil
	}
	scopes := wanted(a, t.Asked)
	if t.Refresh == RefreshLive && !sec.Refresh.IsZero() {
		return s.refresh(ctx, a, under, t, sec.Refresh, nil)
	}
	if err := mayAskAgain(t, a); err != nil {
		return Outcome{}, err
	}
	own := question{scopes: scopes}
	if theirs := s.answeredSame(all, a, since, own); theirs != nil {
		return Outcome{Token: *theirs, How: Reused, Notes: []string{meanwhile}}, nil
	}
	return s.ask(ctx, a, under, own, nil)
}

// mayAskAgain refuses to ask anew in place of a token that is for another user: the application's own grant would
// bring a token for its own user, and nobody kept the password of the other one.
func mayAskAgain(t Token, a Application) error {
	if ownUser(t, a) {
		return nil
	}
	return &Error{Code: "other_user", Text: "renew: " + t.Fingerprint + " is for " + t.User + " and cannot be refreshed, and no password of that user is kept",
		Hint: "get it as it was got the first time, with that user"}
}

// reask asks anew for a token whose refresh was never answered, and settles what became of it: handed
// out again, it lives; otherwise it was replaced. Its refresh token stays as it is: nobody knows whether
// it was spent, and one that may live must stay revocable.
func (s *Service) reask(ctx context.Context, a Application, under []*lease, t Token) (Outcome, error) {
	if err := mayAskAgain(t, a); err != nil {
		return Outcome{}, err
	}
	out, err := s.ask(ctx, a, under, question{scopes: wanted(a, t.Asked)}, func(w Writer, out *Outcome) error {
		cur, err := w.Token(t.ID)
		if isNotFound(err) || err == nil && (cur.Unsure == nil || cur.ID == out.Token.ID) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := w.ClearMark(cur.Unsure.ID); err != nil {
			return err
		}
		cur.Unsure = nil
		cur.ReplacedAt, cur.ReplacedBy = out.Token.IssuedAt, out.Token.ID
		out.Previous = &cur
		return w.PutToken(&cur)
	})
	if err == nil {
		out.Notes = append(out.Notes, "an earlier refresh was never answered, so it was asked anew")
	}
	return out, err
}

// refresh sends the refresh token, once. Scopes are sent only when given.
func (s *Service) refresh(ctx context.Context, a Application, under []*lease, t Token, refresh secret.Text, scopes []string) (Outcome, error) {
	out := Outcome{How: Refreshed}
	creds, err := s.credentials(ctx, a)
	if err != nil {
		return out, err
	}
	req := tokenapi.TokenRequest{Credentials: creds, Grant: tokenapi.GrantRefreshToken, RefreshToken: refresh, Scopes: scopes}
	err = s.spend(ctx, a, under, Mark{Op: "refresh", TokenID: t.ID}, req, func(w Writer, ans tokenapi.TokenAnswer) error {
		next := Token{AppID: a.ID, Grant: t.Grant, User: t.User, Scopes: t.Scopes, Asked: t.Asked, From: t.ID}
		var err error
		if out.Token, out.Same, out.Notes, err = s.file(w, a, ans, next, refresh); err != nil || out.Token.ID == t.ID {
			return err
		}
		old, err := w.Token(t.ID)
		if err != nil {
			if isNotFound(err) { // forgotten meanwhile: no reason to lose its successor
				err = nil
			}
			return err
		}
		old.ReplacedAt, old.ReplacedBy, old.Refresh, old.Unsure = ans.At, out.Token.ID, RefreshSpent, nil
		out.Previous = &old
		return w.PutToken(&old)
	}, func(w Writer, e *tokenapi.Error) error {
		if !e.DropsRefresh() {
			return nil
		}
		return dropRefresh(w, t.ID, refresh)
	})
	return out, err
}

// dropRefresh marks a refresh token that the server called invalid, if the stored one is still the one
// that was sent: a newer one, stored by somebody else meanwhile, is left alone.
func dropRefresh(w Writer, tokenID string, sent secret.Text) error {
	t, err := w.Token(tokenID)
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

// Obtain gives a usable token for an application: one that is held, renewed, or asked for. Of several
// callers at once, in any number of processes, one asks and the others take its answer.
func (s *Service) Obtain(ctx context.Context, appID string, o ObtainOptions) (Outcome, error) {
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
	a, all, err := s.holdings(ctx, appID)
	if err != nil {
		return Outcome{}, err
	}
	if got := s.pick(all, a, o, since); got != nil {
		return Outcome{Token: *got, How: Reused}, nil
	}
	var out Outcome
	asks := turn{
		key: askKey(a, question{grant: o.Grant, scopes: wanted(a, o.Scopes)}), appID: appID, verb: "get", grant: o.Grant, waitHere: true, waitElsewhere: true,
		served: func(r Reader, a Application) (bool, error) {
			all, err := r.Tokens()
			if err != nil {
				return false, err
			}
			got := s.pick(all, a, o, since)
			if got != nil {
				out = Outcome{Token: *got, How: Reused}
			}
			return got != nil, nil
		},
	}
	err = s.alone(ctx, asks, func(_ Application, asking *lease) error {
		a, all, err := s.holdings(ctx, appID)
		if err != nil {
			return err
		}
		if got := s.pick(all, a, o, since); got != nil {
			out = Outcome{Token: *got, How: Reused}
			return nil
		}
		out, err = s.renewOrAsk(ctx, a, asking, all, o, since)
		return err
	})
	if errors.Is(err, errServed) {
		return out, nil
	}
	return out, err
}

// pick chooses a token that is held and will do: an answer to the same question that was stored since the caller
// began, or, unless a fresh one is wanted, one with enough life left.
func (s *Service) pick(all []Token, a Application, o ObtainOptions, since int64) *Token {
	fits := func(t Token) bool { return t.Grant != GrantAdopted && t.User == a.Username && covers(t, a, o.Scopes) }
	if t := answered(all, a, since, o.Grant, fits, s.Policy(a), s.Now()); t != nil {
		return t
	}
	if o.Fresh || o.Grant != "" {
		return nil
	}
	for _, t := range slices.Backward(all) {
		if t.AppID != a.ID || !fits(t) {
			continue
		}
		st := StatusAt(t, s.Policy(a), s.Now())
		if (st.State == Active || st.State == Expiring) && (!st.HasExpiry || st.Left >= o.MinLeft) {
			return &t
		}
	}
	return nil
}

// renewOrAsk refreshes the newest token that can be, and asks otherwise.
func (s *Service) renewOrAsk(ctx context.Context, a Application, asking *lease, all []Token, o ObtainOptions, since int64) (Outcome, error) {
	for _, t := range slices.Backward(all) {
		if o.Grant != "" {
			break // another grant than usual was asked for, so that one is sent
		}
		if t.AppID != a.ID || t.Grant == GrantAdopted || t.User != a.Username || t.Refresh != RefreshLive || t.Unsure != nil || !covers(t, a, o.Scopes) {
			continue
		}
		if st := StatusAt(t, s.Policy(a), s.Now()); st.Ended || st.State == Revoking {
			continue
		}
		var out Outcome
		own := turn{key: tokenKey(t.ID), appID: a.ID, verb: "renew", waitHere: true, waitElsewhere: true}
		err := s.alone(ctx, own, func(a Application, renewing *lease) error {
			var err error
			out, err = s.renew(ctx, a, []*lease{asking, renewing}, t, since)
			return err
		})
		if isCode(err, "revoking") || isCode(err, "replaced") || isCode(err, "no_token") {
			continue // its end was decided while it was waited for
		}
		if e, ok := tokenapi.AsError(err); ok && e.DropsRefresh() {
			break // the refresh token is used up; the application can still ask
		}
		return out, err
	}
	return s.ask(ctx, a, []*lease{asking}, question{grant: o.Grant, scopes: wanted(a, o.Scopes)}, nil)
}

// covers says whether a token is what is asked for: it was got by asking for the same, or holds it all.
func covers(t Token, a Application, scopes []string) bool {
	want := wanted(a, scopes)
	if sameScopes(t.Asked, want) {
		return true
	}
	for _, sc := range want {
		if !slices.Contains(t.Scopes, sc) {
			return false
		}
	}
	return len(want) > 0
}
