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
// taken off the token, which lives on. One that another process is sending is left to it.
//
// A deadline of ctx is kept to, also by a call that has left: what was not answered by then is kept, and sent
// again. Anything else that ends ctx only keeps further calls from being begun.
func (s *Service) Deliver(ctx context.Context) (done []Delivery, next time.Time, err error) {
	ids, err := s.waiting(ctx, func(due, now time.Time) bool { return !due.After(now) })
	if err == nil && len(ids) > 0 {
		err = s.unlocked(ctx) // once for all: without the key none can be sent
	}
	if err != nil {
		return nil, time.Time{}, err
	}
	for _, id := range ids {
		if ctx.Err() != nil {
			break
		}
		d, e := s.deliver(ctx, id)
		done = append(done, d...)
		if errors.Is(e, context.DeadlineExceeded) && len(d) == 0 {
			break // the caller's time is up: what is left stays due
		}
		if e != nil && !isCode(e, "in_flight") {
			err = errors.Join(err, e)
		}
	}
	if err != nil {
		return done, time.Time{}, err
	}
	next, err = s.NextDelivery(context.WithoutCancel(ctx))
	return done, next, err
}

// NextDelivery is when the next revoke will be due; zero when none waits.
func (s *Service) NextDelivery(ctx context.Context) (next time.Time, err error) {
	_, err = s.waiting(ctx, func(due, _ time.Time) bool {
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

// leastUndo is how far ahead a decided revoke may lie at least: two processes' clocks differ by a little, and may have
// been started with different undo windows.
const leastUndo = time.Minute

// timely puts right when the pending revoke of a token is due. A time that lies further ahead than any wait lasts was
// written by a clock that has been set back since: then it is due now.
func (s *Service) timely(t Token, now time.Time) Token {
	if !pendingRevoke(t) {
		return t
	}
	if t.RevokeAt.Sub(now) > max(s.opt.UndoWindow, leastUndo) {
		t.RevokeAt = now
	}
	if t.RevokeNext.Sub(now) > longestRetry {
		t.RevokeNext = now
	}
	return t
}

// waiting gives the tokens with a pending revoke whose due time is as wanted.
func (s *Service) waiting(ctx context.Context, want func(due, now time.Time) bool) ([]string, error) {
	var ids []string
	now := s.Now()
	err := s.opt.Keeper.View(ctx, func(r Reader) error {
		all, err := r.Tokens()
		if err != nil {
			return err
		}
		for _, t := range all {
			due, ok := DueAt(s.timely(t, now))
			if !ok {
				continue
			}
			a, err := s.application(r, t.AppID)
			if err != nil || a.Environment.ReadOnly {
				continue
			}
			if want(due, now) {
				ids = append(ids, t.ID)
			}
		}
		return nil
	})
	return ids, err
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
	if err := s.unlocked(ctx); err != nil {
		return nil, err
	}
	if end, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(context.WithoutCancel(ctx), end)
		defer cancel()
	} else {
		ctx = context.WithoutCancel(ctx)
	}
	err = s.alone(ctx, turn{key: tokenKey(id), appID: a.ID, verb: "revoke"}, func(Application, *lease) error {
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
			return err // nothing was sent: it is no try, and can still be taken back
		}
		if err := s.tried(ctx, &t); err != nil {
			return err
		}
		// The access token first: from it alone do gateways hear of a revoke.
		if t.RevokeKind != RevokeRefresh && acceptedAt(t).IsZero() {
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
	})
	return done, err
}

// tried counts an attempt before it is made: from here on the revoke may have arrived, whatever becomes
// of this process.
func (s *Service) tried(ctx context.Context, t *Token) error {
	return s.update(ctx, func(w Writer) error {
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
		e, ok := tokenapi.AsError(callErr)
		switch {
		case ok && final(e, t.Grant == GrantAdopted):
			return s.drop(ctx, t.ID, kind, callErr)
		case ok:
			return s.keep(ctx, t.ID, kind, callErr, e.RetryAfter)
		}
		return s.keep(ctx, t.ID, kind, callErr, 0)
	}
	d := Delivery{Kind: kind, Confirmed: ans.Confirmed}
	err := s.insist(ctx, func(w Writer) error {
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
		if cur.RefreshAcceptedAt.Equal(ans.At) {
			if err := grantEnded(w, cur, ans.At); err != nil {
				return err
			}
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

// final says whether the server understood and refused for good. Whatever a person may mend is not: a consumer
// secret that was changed, a proxy or a web page in between, a wrong URL, a server in trouble or one that wants to
// be asked later. The revoke is kept then, with its cause. adopted is a token that was brought from elsewhere:
// of it a server may say that it belongs to another application.
func final(e *tokenapi.Error, adopted bool) bool {
	if e.Kind != tokenapi.KindRefused || e.Status < 400 || e.Status >= 500 || e.Status == 429 || e.Status == 408 {
		return false
	}
	switch e.Code {
	case "unsupported_token_type", "invalid_request", "invalid_token", "invalid_grant":
		return true
	case "unauthorized_client":
		return adopted
	}
	return false
}

// drop takes a revoke off a token that the server will not revoke; with the access token's revoke
// accepted, only the rest of it.
func (s *Service) drop(ctx context.Context, id string, kind RevokeKind, cause error) (Delivery, error) {
	d := Delivery{Kind: kind, Err: cause}
	err := s.insist(ctx, func(w Writer) error {
		t, err := s.token(w, id)
		if err != nil {
			return err
		}
		if t.Grant == GrantAdopted && t.Unsure == nil && !unsupportedType(cause) {
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

// The waits between deliveries that fail: doubled each time, within the first two. A server may ask for more, though
// not for more than the last.
const (
	firstRetry   = 5 * time.Second
	lastRetry    = 5 * time.Minute
	longestRetry = time.Hour
)

// keep notes why a delivery failed and when it is tried again.
func (s *Service) keep(ctx context.Context, id string, kind RevokeKind, cause error, after time.Duration) (Delivery, error) {
	d := Delivery{Kind: kind, Err: cause, Kept: true}
	err := s.update(context.WithoutCancel(ctx), func(w Writer) error {
		t, err := s.token(w, id)
		if err != nil {
			return err
		}
		t = s.timely(t, s.Now())
		wait := firstRetry << min(max(t.RevokeTries-1, 0), 10)
		if t.RevokeTries == 0 { // nothing could be sent so far: as long again as it has lasted
			wait = max(firstRetry, s.Now().Sub(t.RevokeAt))
		}
		t.RevokeNext = s.Now().Add(max(min(wait, lastRetry), min(after, longestRetry)))
		t.RevokeError = cause.Error()
		if err := w.PutToken(&t); err != nil {
			return err
		}
		d.Token = t
		return nil
	})
	return d, err
}
