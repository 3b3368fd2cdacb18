package console

import (
	"context"
	"fmt"
	"slices"
	"time"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// Renew refreshes a token that has a live refresh token, and asks anew otherwise. A token whose last
// refresh was never answered is asked for anew: its refresh token may be spent.
func (s *Service) Renew(ctx context.Context, tokenID string) (Outcome, error) {
	t, a, err := s.find(ctx, tokenID)
	if err != nil {
		return Outcome{}, err
	}
	if err := renewable(t, s.Policy(a), s.Now()); err != nil {
		return Outcome{}, err
	}
	if err := s.ready(ctx, a.ID, tokenURL); err != nil {
		return Outcome{}, err
	}
	// One write per token, and one per application: a refresh and a get of the same application may
	// answer with the same token.
	var out Outcome
	err = s.alone(ctx, appKey(a.ID), func(Application) error {
		return s.alone(ctx, tokenKey(t.ID), func(a Application) error {
			var err error
			out, err = s.renew(ctx, a, t)
			return err
		}, a.ID, "renew")
	}, a.ID, "renew")
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

// renew is Renew with the lease in hand. It reads the token again: another console may have been faster.
func (s *Service) renew(ctx context.Context, a Application, before Token) (Outcome, error) {
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
		return Outcome{Token: newer, How: Reused, Previous: &t, Notes: []string{"another console renewed it meanwhile"}}, nil
	case t.Unsure != nil:
		return s.reask(ctx, a, t)
	}
	if err := renewable(t, s.Policy(a), s.Now()); err != nil {
		return Outcome{}, err
	}
	if t.Refresh != RefreshLive || sec.Refresh.IsZero() {
		return s.ask(ctx, a, "", wanted(a, t.Asked))
	}
	return s.refresh(ctx, a, t, sec.Refresh, nil)
}

// reask asks anew for a token whose refresh was never answered, and settles what became of it: handed
// out again, it lives; otherwise it was replaced. Its refresh token stays as it is: nobody knows whether
// it was spent, and one that may live must stay revocable.
func (s *Service) reask(ctx context.Context, a Application, t Token) (Outcome, error) {
	out, err := s.ask(ctx, a, "", wanted(a, t.Asked))
	if err != nil {
		return out, err
	}
	out.Notes = append(out.Notes, "an earlier refresh was never answered, so it was asked anew")
	if out.Token.ID == t.ID {
		return out, nil
	}
	err = s.opt.Keeper.Update(context.WithoutCancel(ctx), func(w Writer) error {
		cur, err := s.token(w, t.ID)
		if err != nil || cur.Unsure == nil {
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
	return out, err
}

// refresh sends the refresh token, once. Scopes are sent only when given.
func (s *Service) refresh(ctx context.Context, a Application, t Token, refresh secret.Text, scopes []string) (Outcome, error) {
	out := Outcome{How: Refreshed}
	creds, err := s.credentials(ctx, a)
	if err != nil {
		return out, err
	}
	req := tokenapi.TokenRequest{Credentials: creds, Grant: tokenapi.GrantRefreshToken, RefreshToken: refresh, Scopes: scopes}
	err = s.spend(ctx, a, Mark{Op: "refresh", TokenID: t.ID}, req, func(w Writer, ans tokenapi.TokenAnswer) error {
		next := Token{AppID: a.ID, Grant: t.Grant, User: t.User, Scopes: t.Scopes, Asked: t.Asked, From: t.ID}
		var err error
		if out.Token, out.Same, out.Notes, err = s.file(w, a, ans, next, refresh); err != nil || out.Token.ID == t.ID {
			return err
		}
		old, err := s.token(w, t.ID)
		if err != nil {
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
	if err := s.ready(ctx, appID, tokenURL, s.grantURL(appID, o.Grant)); err != nil {
		return Outcome{}, err
	}
	began := s.Now()
	pick := func(all []Token, a Application, waited bool) *Token {
		for _, t := range slices.Backward(all) {
			st := StatusAt(t, s.Policy(a), s.Now())
			if t.AppID != a.ID || (st.State != Active && st.State != Expiring) || !covers(t, a, o.Scopes) {
				continue
			}
			fresh := waited && t.IssuedAt.After(began)
			if fresh || !o.Fresh && o.Grant == "" && (!st.HasExpiry || st.Left >= o.MinLeft) {
				return &t
			}
		}
		return nil
	}
	look := func(waited bool) (a Application, all []Token, got *Token, err error) {
		err = s.opt.Keeper.View(ctx, func(r Reader) error {
			if a, err = s.application(r, appID); err != nil {
				return err
			}
			all, err = r.Tokens()
			return err
		})
		if err == nil {
			got = pick(all, a, waited)
		}
		return a, all, got, err
	}
	_, _, got, err := look(false)
	if err != nil {
		return Outcome{}, err
	}
	if got != nil {
		return Outcome{Token: *got, How: Reused}, nil
	}
	key := appKey(appID)
	waited, err := s.flights.wait(ctx, key)
	if err != nil {
		return Outcome{}, err
	}
	defer s.flights.give(key)
	w2, err := s.awaitLease(ctx, key, appID)
	if err != nil {
		return Outcome{}, err
	}
	defer s.release(ctx, key)
	a, all, got, err := look(waited || w2)
	if err != nil {
		return Outcome{}, err
	}
	if got != nil {
		return Outcome{Token: *got, How: Reused}, nil
	}
	return s.renewOrAsk(ctx, a, all, o)
}

// renewOrAsk refreshes the newest token that can be, and asks otherwise.
func (s *Service) renewOrAsk(ctx context.Context, a Application, all []Token, o ObtainOptions) (Outcome, error) {
	for _, t := range slices.Backward(all) {
		if o.Grant != "" {
			break // another grant than usual was asked for, so that one is sent
		}
		if t.AppID != a.ID || t.Refresh != RefreshLive || t.Unsure != nil || !covers(t, a, o.Scopes) {
			continue
		}
		if st := StatusAt(t, s.Policy(a), s.Now()); st.Ended || st.State == Revoking {
			continue
		}
		var out Outcome
		err := s.alone(ctx, tokenKey(t.ID), func(a Application) error {
			var err error
			out, err = s.renew(ctx, a, t)
			return err
		}, a.ID, "renew")
		if e, ok := tokenapi.AsError(err); ok && e.DropsRefresh() {
			break // the refresh token is used up; the application can still ask
		}
		return out, err
	}
	return s.ask(ctx, a, o.Grant, wanted(a, o.Scopes))
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

// leasePoll is how often a lease held by another process is tried again.
const leasePoll = 50 * time.Millisecond

// awaitLease takes a lease as soon as no other process holds it.
func (s *Service) awaitLease(ctx context.Context, key, appID string) (waited bool, err error) {
	for {
		var ok bool
		err := s.opt.Keeper.Update(ctx, func(w Writer) error {
			a, err := s.application(w, appID)
			if err != nil {
				return err
			}
			if err := writable(a, "get"); err != nil {
				return err
			}
			ok, err = w.Lease(key, s.opt.Owner, s.Now(), s.Now().Add(leaseFor(a.Environment)))
			return err
		})
		if err != nil || ok {
			return waited, err
		}
		waited = true
		timer := time.NewTimer(leasePoll)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return waited, fmt.Errorf("get: another process is at it: %w", ctx.Err())
		}
	}
}
