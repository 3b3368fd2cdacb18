package console

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// Deliver sends each revoke that is due, whichever process decided it, and ends those whose tokens
// have expired. next is the time at which the next revoke is due, zero if none waits. A failed
// delivery is kept for another try. If the server refuses it, the revoke is taken off the token,
// which stays alive. Deliver leaves out a revoke that another process is sending.
//
// A deadline of ctx also ends a call that was sent: the revoke is kept and sent again. Any other
// end of ctx only keeps further calls from being sent.
func (s *Service) Deliver(ctx context.Context) (done []Delivery, next time.Time, err error) {
	if err := s.lapseAll(ctx); err != nil {
		return nil, time.Time{}, err
	}
	ids, err := s.waiting(ctx, func(due, now time.Time) bool { return !due.After(now) })
	if err == nil && len(ids) > 0 {
		err = s.unlocked(ctx) // without the key none can be sent
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
			break // the rest stays due
		}
		if e != nil && !isCode(e, CodeInFlight) {
			err = errors.Join(err, e)
		}
	}
	if err != nil {
		return done, time.Time{}, err
	}
	next, err = s.NextDelivery(context.WithoutCancel(ctx))
	return done, next, err
}

// NextDelivery returns when the next revoke is due; zero if none waits.
func (s *Service) NextDelivery(ctx context.Context) (next time.Time, err error) {
	_, err = s.waiting(ctx, func(due, _ time.Time) bool {
		if next.IsZero() || due.Before(next) {
			next = due
		}
		return false
	})
	return next, err
}

// DueAt returns when a pending revoke of t is due; ok is false if none is pending.
func DueAt(t Token) (time.Time, bool) {
	if !pendingRevoke(t) {
		return time.Time{}, false
	}
	if t.RevokeNext.After(t.RevokeAt) {
		return t.RevokeNext, true
	}
	return t.RevokeAt, true
}

// leastUndo is the least undo window that a pending revoke may have. Clocks of two processes differ
// a little, and their undo windows may differ.
const leastUndo = time.Minute

// lapsed reports whether a pending revoke is needless because its access token has expired. A
// revoke that was decided after the expiry is sent once, because a person wanted it.
func lapsed(t Token, now time.Time) bool {
	return pendingRevoke(t) && t.RevokeKind != RevokeRefresh && t.AcceptedAt.IsZero() &&
		t.Lifetime == tokenapi.Bounded && !t.ExpiresAt.IsZero() && !now.Before(t.ExpiresAt) &&
		(t.RevokeTries > 0 || t.RevokeAt.Before(t.ExpiresAt))
}

// lapse removes the revoke of an access token that has expired. The revoke of a refresh token that
// is alive stays.
func lapse(t Token) Token {
	switch {
	case t.RevokeKind == RevokeBoth && t.Refresh == RefreshLive && t.RefreshAcceptedAt.IsZero():
		t.RevokeKind = RevokeRefresh
		return t
	case !t.RefreshAcceptedAt.IsZero(): // the revoke of the refresh token stays recorded
		t.RevokeAt, t.RevokeKind = t.RefreshAcceptedAt, RevokeRefresh
	default:
		t.RevokeAt, t.RevokeKind = time.Time{}, ""
	}
	t.RevokeTries, t.RevokeNext, t.RevokeError = 0, time.Time{}, ""
	return t
}

// lapseAll removes the revokes that have lapsed. It sends nothing.
func (s *Service) lapseAll(ctx context.Context) error {
	var ids []string
	err := s.opt.Keeper.View(ctx, func(r Reader) error {
		pending, err := r.TokensWhere(TokenFilter{Pending: true})
		for _, t := range pending {
			if lapsed(t, s.Now()) {
				ids = append(ids, t.ID)
			}
		}
		return err
	})
	if err != nil || len(ids) == 0 || s.opt.Keeper.Key().Locked {
		return err
	}
	return s.update(context.WithoutCancel(ctx), func(w Writer) error {
		for _, id := range ids {
			t, err := s.token(w, id)
			if isCode(err, CodeNoToken) || err == nil && !lapsed(t, s.Now()) {
				continue
			}
			if err != nil {
				return err
			}
			t = lapse(t)
			if err := w.PutToken(&t); err != nil {
				return err
			}
		}
		return nil
	})
}

// timely corrects when the pending revoke of a token is due. A time further ahead than the longest
// wait was written by a clock that has been set back since: the revoke is due now. A lapsed revoke
// is never due.
func (s *Service) timely(t Token, now time.Time) Token {
	if lapsed(t, now) {
		t = lapse(t)
	}
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

// waiting returns the tokens with a pending revoke whose due time want accepts.
func (s *Service) waiting(ctx context.Context,
	want func(due, now time.Time) bool) ([]string, error) {
	var ids []string
	now := s.Now()
	err := s.opt.Keeper.View(ctx, func(r Reader) error {
		pending, err := r.TokensWhere(TokenFilter{Pending: true})
		if err != nil {
			return err
		}
		for _, t := range pending {
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

func isCode(err error, code Code) bool { return CodeOf(err) == code }

// DeliverOne sends the pending revoke of one token now, whenever it is due. It also sends one that
// was decided on another row with the same token.
func (s *Service) DeliverOne(ctx context.Context, tokenID string) ([]Delivery, error) {
	t, _, err := s.find(ctx, tokenID)
	if err != nil {
		return nil, err
	}
	if twin := revokingTwin(t, false); twin != "" && !pendingRevoke(t) {
		tokenID = twin
	}
	return s.deliver(ctx, tokenID)
}

func (s *Service) deliver(ctx context.Context, id string) (done []Delivery, err error) {
	defer func() {
		err = s.homedOf(ctx, id, err)
		for i := range done {
			done[i].Err = s.homed(ctx, done[i].Token.AppID, done[i].Err)
		}
	}()
	if err := s.lapseAll(ctx); err != nil {
		return nil, err
	}
	_, a, err := s.find(ctx, id)
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
	lock := exclusive{key: tokenKey(id), appID: a.ID, verb: "revoke"}
	err = s.withLease(ctx, lock, func(Application, *lease) (err error) {
		done, err = s.sendRevokes(ctx, id)
		return err
	})
	return done, err
}

// sendRevokes sends the revokes of one token whose lease the caller holds.
func (s *Service) sendRevokes(ctx context.Context, id string) (done []Delivery, err error) {
	// Read again under the lease: it may have been sent or undone meanwhile.
	t, a, err := s.find(ctx, id)
	if err != nil || !pendingRevoke(t) {
		return nil, err
	}
	sec, err := s.Secrets(ctx, id)
	if err != nil {
		return nil, err
	}
	api, creds, err := s.reach(ctx, a)
	if err != nil {
		d, err := s.keep(ctx, id, RevokeAccess, nil, err, 0)
		return []Delivery{d}, err // nothing was sent: it can still be undone
	}
	if err := s.opt.Keeper.InPlace(ctx); err != nil {
		return nil, err
	}
	if err := s.countAttempt(ctx, &t); err != nil {
		return nil, err
	}
	// The access token first: only its revoke reaches the gateways.
	if t.RevokeKind != RevokeRefresh && acceptedAt(t).IsZero() {
		d, err := s.send(ctx, a, api, creds, t, RevokeAccess, sec.Access)
		if err != nil {
			return nil, err // a delivery that is not stored must not be reported as done
		}
		if done = append(done, d); d.Err != nil && !unsupportedType(d.Err) {
			return done, nil
		}
	}
	if t.RevokeKind != RevokeAccess && t.Refresh == RefreshLive &&
		!sec.Refresh.IsZero() && t.RefreshAcceptedAt.IsZero() {
		d, err := s.send(ctx, a, api, creds, t, RevokeRefresh, sec.Refresh)
		if err == nil {
			done = append(done, d)
		}
		return done, err
	}
	return done, nil
}

// countAttempt counts an attempt before it is made. From then on the revoke may have reached the
// server, even if this process ends.
func (s *Service) countAttempt(ctx context.Context, t *Token) error {
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

// send revokes one token of the pair and stores the server's answer.
func (s *Service) send(ctx context.Context, a Application, api API, creds tokenapi.Credentials,
	t Token, kind RevokeKind, text secret.Text) (d Delivery, err error) {
	hint := hintAccess
	if kind == RevokeRefresh {
		hint = hintRefresh
	}
	if err := s.opt.Keeper.InPlace(ctx); err != nil {
		return Delivery{}, err
	}
	req := tokenapi.RevokeRequest{Credentials: creds, Token: text, Hint: hint}
	ans, ex, callErr := api.Revoke(ctx, req)
	x := s.observe(a, t.ID, ex)
	call := s.callOf(x, callErr)
	defer func() {
		d.Exchange = x.Seq
		s.noteCall(call)
	}()
	if callErr != nil {
		e, ok := tokenapi.AsError(callErr)
		switch {
		case ok && final(e, t.Grant == GrantAdopted):
			if noEndpoint(e) {
				callErr = noRevocation(a, t, kind, e)
			}
			return s.drop(ctx, t.ID, kind, call, callErr)
		case ok:
			return s.keep(ctx, t.ID, kind, call, callErr, e.RetryAfter)
		}
		return s.keep(ctx, t.ID, kind, call, callErr, 0)
	}
	d = Delivery{Kind: kind, Confirmed: ans.Confirmed}
	d.Token, err = s.storeAccepted(ctx, t.ID, kind, call, ans)
	return d, err
}

// storeAccepted stores that the server has accepted a revoke of a token, and returns the token.
func (s *Service) storeAccepted(ctx context.Context, id string, kind RevokeKind, call *Call,
	ans tokenapi.RevokeAnswer) (t Token, err error) {
	err = s.retryUpdate(ctx, func(w Writer) error {
		storeCall(w, call)
		cur, err := s.token(w, id)
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
		t = cur
		if err := w.PutToken(&cur); err != nil {
			return err
		}
		t = cur
		return nil
	})
	if err != nil {
		err = fmt.Errorf(
			"revoke: the server has accepted it, and that could not be stored: %w", err)
	}
	return t, err
}

// alsoRevoked records that the server named the refresh token of the pair as revoked, too.
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

// final reports whether the server's refusal of a revoke is final: the server understood the
// request, or has no revocation endpoint. A refusal is not final if a later try may succeed. It may
// after a changed consumer secret, behind a proxy or a web page, or when the server fails or asks
// to wait. adopted is set for a token that was issued elsewhere: a server may answer that it
// belongs to another application.
func final(e *tokenapi.Error, adopted bool) bool {
	if e.Kind != tokenapi.KindRefused || e.Status < 400 || e.Status >= 500 || e.Status == 429 ||
		e.Status == 408 {
		return false
	}
	switch e.Code {
	case "unsupported_token_type", "invalid_request", "invalid_token", "invalid_grant":
		return true
	case "unauthorized_client":
		return adopted
	}
	return noEndpoint(e)
}

// noEndpoint reports a 404 or 410 whose body is no OAuth error, no gateway fault and no page of a
// proxy or sign-in. Then nothing at this URL revokes tokens.
func noEndpoint(e *tokenapi.Error) bool {
	const gatewayFaults = 100000 // from here on; a lower code repeats the HTTP status
	return e.Kind == tokenapi.KindRefused && (e.Status == 404 || e.Status == 410) &&
		e.FaultCode < gatewayFaults &&
		(e.Code == "" || sameAs(e.Code, notFound())) && (!e.Page || !sameAs(e.Title, inBetween()))
}

// notFound lists words that servers send in place of an OAuth error, and that only repeat the
// status. inBetween lists words in the titles of pages that a proxy or a sign-in has made. Both are
// compared by letters and digits.
func notFound() []string { return []string{"404", "410", "notfound", "gone", "nosuch"} }
func inBetween() []string {
	return []string{
		"gateway", "proxy", "portal", "login", "logon", "signin", "signon",
		"maintenance", "unavailable", "blocked", "denied",
	}
}

func sameAs(text string, words []string) bool {
	text = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, text)
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) })
}

// noRevocation returns the error of a revoke that no server can accept, because there is no
// revocation endpoint.
func noRevocation(a Application, t Token, kind RevokeKind, cause *tokenapi.Error) error {
	lives := "its refresh token lives on"
	switch {
	case kind == RevokeRefresh:
	case t.Lifetime == tokenapi.Bounded && !t.ExpiresAt.IsZero():
		lives = "the token lives until " + t.ExpiresAt.UTC().Format("2006-01-02 15:04:05Z")
	case t.Lifetime == tokenapi.Unbounded:
		lives = "the token lives on and never expires"
	default:
		lives = "the token lives on, nobody knows how long"
	}
	e := *cause
	e.Err = errors.New("there is no revocation endpoint at " +
		plainURL(string(a.Environment.Endpoints.RevokeURL)))
	if cause.Err != nil {
		e.Err = fmt.Errorf("%w (%w)", e.Err, cause.Err)
	}
	e.Hint = lives +
		", and this revoke is not kept; if the URL is wrong, correct revoke_url and revoke again"
	likely := strings.TrimSpace(strings.TrimPrefix(cause.Hint, "is the URL right?"))
	if likely != "" {
		e.Hint += "; " + likely
	}
	return &e
}

// plainURL returns a URL without the parts that may be secret.
func plainURL(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "its URL"
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

// drop removes a revoke that the server refuses. If the server has accepted the revoke of the
// access token, drop removes only the revoke of the refresh token.
func (s *Service) drop(ctx context.Context, id string, kind RevokeKind, call *Call,
	cause error) (Delivery, error) {
	d := Delivery{Kind: kind, Err: cause}
	err := s.retryUpdate(ctx, func(w Writer) error {
		storeCall(w, call)
		t, err := s.token(w, id)
		if err != nil {
			return err
		}
		if t.Grant == GrantAdopted && t.Unsure == nil && !unsupportedType(cause) {
			d.Token = t
			return w.DropToken(id) // it was adopted only for this revoke
		}
		switch {
		case kind == RevokeAccess && t.RevokeKind == RevokeBoth && unsupportedType(cause):
			t.RevokeKind = RevokeRefresh // this server revokes only refresh tokens
		case kind == RevokeRefresh && !t.AcceptedAt.IsZero():
			t.RevokeKind = RevokeAccess
		default:
			t.RevokeAt, t.RevokeKind = time.Time{}, ""
		}
		t.RevokeError = storedText(cause)
		t.RevokeNext = time.Time{}
		if err := w.PutToken(&t); err != nil {
			return err
		}
		d.Token = t
		return nil
	})
	return d, err
}

// storedText returns the part of an error's text that may be stored.
func storedText(err error) string {
	if e, ok := tokenapi.AsError(err); ok && e.Stored() != e {
		return e.Stored().Error()
	}
	return err.Error()
}

func unsupportedType(err error) bool {
	e, ok := tokenapi.AsError(err)
	return ok && e.Code == "unsupported_token_type"
}

// The waits after deliveries that fail. Each is twice the last one, from firstRetry to lastRetry. A
// server may ask for more, up to longestRetry.
const (
	firstRetry   = 5 * time.Second
	lastRetry    = 5 * time.Minute
	longestRetry = time.Hour
)

// keep stores why a delivery failed and when it is tried again. call is nil if nothing was sent.
func (s *Service) keep(ctx context.Context, id string, kind RevokeKind, call *Call, cause error,
	after time.Duration) (Delivery, error) {
	d := Delivery{Kind: kind, Err: cause, Kept: true}
	err := s.update(context.WithoutCancel(ctx), func(w Writer) error {
		storeCall(w, call)
		t, err := s.token(w, id)
		if err != nil {
			return err
		}
		if t = s.timely(t, s.Now()); !pendingRevoke(t) { // the token has expired
			d.Kept, d.Token = false, t
			return w.PutToken(&t)
		}
		wait := firstRetry << min(max(t.RevokeTries-1, 0), 10)
		if t.RevokeTries == 0 { // nothing could be sent: wait as long again as it was due
			wait = max(firstRetry, s.Now().Sub(t.RevokeAt))
		}
		t.RevokeNext = s.Now().Add(max(min(wait, lastRetry), min(after, longestRetry)))
		t.RevokeError = storedText(cause)
		if err := w.PutToken(&t); err != nil {
			return err
		}
		d.Token = t
		return nil
	})
	return d, err
}
