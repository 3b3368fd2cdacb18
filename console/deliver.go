package console

import (
	"context"
	"errors"
	"time"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// Deliver sends every revoke that is due, by whichever process decided it. next is when the next one
// will be due, zero when none waits. A failed delivery is kept and tried again later; a refused one is
// taken off the token, which lives on.
func (s *Service) Deliver(ctx context.Context) (done []Delivery, next time.Time, err error) {
	for _, id := range s.waiting(ctx, &err, func(due, now time.Time) bool { return !due.After(now) }) {
		d, e := s.deliver(ctx, id)
		done = append(done, d...)
		if e != nil && !isCode(e, "in_flight") {
			err = errors.Join(err, e)
		}
	}
	if err != nil {
		return done, time.Time{}, err
	}
	next, err = s.NextDelivery(ctx)
	return done, next, err
}

// NextDelivery is when the next revoke will be due; zero when none waits.
func (s *Service) NextDelivery(ctx context.Context) (next time.Time, err error) {
	s.waiting(ctx, &err, func(due, _ time.Time) bool {
		if next.IsZero() || due.Before(next) {
			next = due
		}
		return false
	})
	return next, err
}

// DueAt is when a pending revoke of t is to be sent; false when none is pending.
func DueAt(t Token) (time.Time, bool) {
	if !pendingRevoke(t) {
		return time.Time{}, false
	}
	if t.RevokeNext.After(t.RevokeAt) {
		return t.RevokeNext, true
	}
	return t.RevokeAt, true
}

func (s *Service) waiting(ctx context.Context, err *error, want func(due, now time.Time) bool) []string {
	var ids []string
	now := s.Now()
	*err = s.opt.Keeper.View(ctx, func(r Reader) error {
		all, err := r.Tokens()
		if err != nil {
			return err
		}
		for _, t := range all {
			a, err := s.application(r, t.AppID)
			if err != nil || a.Environment.ReadOnly {
				continue
			}
			if due, ok := DueAt(t); ok && want(due, now) {
				ids = append(ids, t.ID)
			}
		}
		return nil
	})
	return ids
}

func isCode(err error, code string) bool {
	e, ok := AsError(err)
	return ok && e.Code == code
}

// DeliverOne sends the pending revoke of one token now, whatever its due time.
func (s *Service) DeliverOne(ctx context.Context, tokenID string) ([]Delivery, error) {
	return s.deliver(ctx, tokenID)
}

func (s *Service) deliver(ctx context.Context, id string) (done []Delivery, err error) {
	t, a, err := s.find(ctx, id)
	if err != nil {
		return nil, err
	}
	ctx = context.WithoutCancel(ctx)
	err = s.alone(ctx, tokenKey(id), func(Application) error {
		// Again, with the lease in hand: it may have been sent or taken back meanwhile.
		if t, a, err = s.find(ctx, id); err != nil || !pendingRevoke(t) {
			return err
		}
		var sec Secrets
		if sec, err = s.Secrets(ctx, id); err != nil {
			return err
		}
		api, creds, err := s.reach(ctx, a)
		if err != nil {
			d, err := s.keep(ctx, id, RevokeAccess, err, 0)
			done = append(done, d)
			return err
		}
		if err := s.tried(ctx, &t); err != nil {
			return err
		}
		// The access token first: from it alone do gateways hear of a revoke.
		if t.RevokeKind != RevokeRefresh && t.AcceptedAt.IsZero() {
			d, err := s.send(ctx, a, api, creds, t, RevokeAccess, sec.Access)
			done = append(done, d)
			if err != nil || d.Err != nil && !unsupportedType(d.Err) {
				return err
			}
		}
		if t.RevokeKind != RevokeAccess && t.Refresh == RefreshLive && !sec.Refresh.IsZero() && t.RefreshAcceptedAt.IsZero() {
			d, err := s.send(ctx, a, api, creds, t, RevokeRefresh, sec.Refresh)
			done = append(done, d)
			return err
		}
		return nil
	}, a.ID, "revoke")
	return done, err
}

// tried counts an attempt before it is made: from here on the revoke may have arrived, whatever becomes
// of this process.
func (s *Service) tried(ctx context.Context, t *Token) error {
	return s.opt.Keeper.Update(ctx, func(w Writer) error {
		cur, err := s.token(w, t.ID)
		if err != nil {
			return err
		}
		cur.RevokeTries++
		*t = cur
		return w.PutToken(t)
	})
}

func (s *Service) reach(ctx context.Context, a Application) (API, tokenapi.Credentials, error) {
	api, err := s.api(a.Environment)
	if err != nil {
		return nil, tokenapi.Credentials{}, err
	}
	creds, err := s.credentials(ctx, a)
	return api, creds, err
}

// send revokes one of the pair and stores what the server said before anybody is told.
func (s *Service) send(ctx context.Context, a Application, api API, creds tokenapi.Credentials, t Token, kind RevokeKind, text secret.Text) (Delivery, error) {
	hint := "access_token"
	if kind == RevokeRefresh {
		hint = "refresh_token"
	}
	ans, ex, callErr := api.Revoke(ctx, tokenapi.RevokeRequest{Credentials: creds, Token: text, Hint: hint})
	s.observe(a, t.ID, ex)
	if callErr != nil {
		if e, ok := tokenapi.AsError(callErr); ok && final(e) {
			return s.drop(ctx, t.ID, kind, callErr)
		} else if ok {
			return s.keep(ctx, t.ID, kind, callErr, e.RetryAfter)
		}
		return s.keep(ctx, t.ID, kind, callErr, 0)
	}
	d := Delivery{Kind: kind, Confirmed: ans.Confirmed}
	err := s.opt.Keeper.Update(ctx, func(w Writer) error {
		cur, err := s.token(w, t.ID)
		if err != nil {
			return err
		}
		if kind == RevokeAccess {
			cur.AcceptedAt, cur.Confirmed = ans.At, ans.Confirmed
			if err := alsoRevoked(w, &cur, ans); err != nil {
				return err
			}
		} else {
			cur.RefreshAcceptedAt, cur.Refresh = ans.At, RefreshRevoked
		}
		cur.RevokeTries, cur.RevokeNext, cur.RevokeError = 0, time.Time{}, ""
		d.Token = cur
		if err := w.PutToken(&cur); err != nil {
			return err
		}
		d.Token = cur
		return nil
	})
	return d, err
}

// alsoRevoked notes that the server has named the refresh token of the pair as revoked, too.
func alsoRevoked(w Writer, t *Token, ans tokenapi.RevokeAnswer) error {
	if ans.RefreshToken.IsZero() || t.Refresh != RefreshLive {
		return nil
	}
	sec, err := w.Secrets(t.ID)
	if err == nil && sec.Refresh.Equal(ans.RefreshToken) {
		t.Refresh, t.RefreshAcceptedAt = RefreshRevoked, ans.At
	}
	return err
}

// final says whether trying again would bring the same answer.
func final(e *tokenapi.Error) bool {
	switch e.Kind {
	case tokenapi.KindRefused:
		return e.Status < 500 && e.Status != 429 && e.Status != 408
	case tokenapi.KindUsage, tokenapi.KindGarbled:
		return true
	}
	return false
}

// drop takes a revoke off a token that the server will not revoke; with the access token's revoke
// accepted, only the rest of it.
func (s *Service) drop(ctx context.Context, id string, kind RevokeKind, cause error) (Delivery, error) {
	d := Delivery{Kind: kind, Err: cause}
	err := s.opt.Keeper.Update(ctx, func(w Writer) error {
		t, err := s.token(w, id)
		if err != nil {
			return err
		}
		if t.Grant == GrantAdopted && !unsupportedType(cause) {
			d.Token = t
			return w.DropToken(id) // it was taken in for this revoke alone
		}
		switch {
		case kind == RevokeAccess && t.RevokeKind == RevokeBoth && unsupportedType(cause):
			t.RevokeKind = RevokeRefresh // this server revokes refresh tokens only: on with that
		case kind == RevokeRefresh && !t.AcceptedAt.IsZero():
			t.RevokeKind = RevokeAccess
		default:
			t.RevokeAt, t.RevokeKind = time.Time{}, ""
		}
		t.RevokeError = cause.Error()
		t.RevokeNext = time.Time{}
		if err := w.PutToken(&t); err != nil {
			return err
		}
		d.Token = t
		return nil
	})
	return d, err
}

func unsupportedType(err error) bool {
	e, ok := tokenapi.AsError(err)
	return ok && e.Code == "unsupported_token_type"
}

// The waits between deliveries that fail: doubled each time, within these.
const (
	firstRetry = 5 * time.Second
	lastRetry  = 5 * time.Minute
)

// keep notes why a delivery failed and when it is tried again.
func (s *Service) keep(ctx context.Context, id string, kind RevokeKind, cause error, after time.Duration) (Delivery, error) {
	d := Delivery{Kind: kind, Err: cause, Kept: true}
	err := s.opt.Keeper.Update(ctx, func(w Writer) error {
		t, err := s.token(w, id)
		if err != nil {
			return err
		}
		wait := min(firstRetry<<min(max(t.RevokeTries-1, 0), 10), lastRetry)
		t.RevokeNext = s.Now().Add(max(wait, after))
		t.RevokeError = cause.Error()
		if err := w.PutToken(&t); err != nil {
			return err
		}
		d.Token = t
		return nil
	})
	return d, err
}
