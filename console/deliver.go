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

// Deliver sends every revoke that is due, by whichever process decided it, and ends those that time
// has made needless. next is when the next one will be due, zero when none waits. A failed delivery
// is kept and tried again later; a refused one is taken off the token, which lives on. One that
// another process is sending is left to it.
//
// A deadline of ctx is kept to, also by a call that has left: what was not answered by then is kept, and sent
// again. Anything else that ends ctx only keeps further calls from being begun.
func (s *Service) Deliver(ctx context.Context) (done []Delivery, next time.Time, err error) {
	if err := s.lapseAll(ctx); err != nil {
		return nil, time.Time{}, err
	}
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

// lapsed says of a pending revoke that its access token needs none any more: it has expired. One
// that was decided after the expiry is sent once: the person knew of the expiry and asked for it.
func lapsed(t Token, now time.Time) bool {
	return pendingRevoke(t) && t.RevokeKind != RevokeRefresh && t.AcceptedAt.IsZero() &&
		t.Lifetime == tokenapi.Bounded && !t.ExpiresAt.IsZero() && !now.Before(t.ExpiresAt) &&
		(t.RevokeTries > 0 || t.RevokeAt.Before(t.ExpiresAt))
}

// lapse takes a revoke off an access token that has expired; that of a refresh token which lives
// stays.
func lapse(t Token) Token {
	switch {
	case t.RevokeKind == RevokeBoth && t.Refresh == RefreshLive && t.RefreshAcceptedAt.IsZero():
		t.RevokeKind = RevokeRefresh
		return t
	case !t.RefreshAcceptedAt.IsZero(): // that it was revoked stays told
		t.RevokeAt, t.RevokeKind = t.RefreshAcceptedAt, RevokeRefresh
	default:
		t.RevokeAt, t.RevokeKind = time.Time{}, ""
	}
	t.RevokeTries, t.RevokeNext, t.RevokeError = 0, time.Time{}, ""
	return t
}

// lapseAll stores what has become of revokes whose access tokens have expired. Nothing is sent.
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

// timely puts right when the pending revoke of a token is due. A time that lies further ahead than
// any wait lasts was written by a clock that has been set back since: then it is due now. What has
// lapsed is not due at all.
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

// waiting gives the tokens with a pending revoke whose due time is as wanted.
func (s *Service) waiting(ctx context.Context, want func(due, now time.Time) bool) ([]string, error) {
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

// DeliverOne sends the pending revoke of one token now, whatever its due time, also where it was
// decided on another row that holds the token.
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
	err = s.withLease(ctx, exclusive{key: tokenKey(id), appID: a.ID, verb: "revoke"}, func(Application, *lease) error {
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
		if err := s.opt.Keeper.InPlace(ctx); err != nil {
			return err
		}
		if err := s.tried(ctx, &t); err != nil {
			return err
		}
		// The access token first: from it alone do gateways hear of a revoke.
		if t.RevokeKind != RevokeRefresh && acceptedAt(t).IsZero() {
			d, err := s.send(ctx, a, api, creds, t, RevokeAccess, sec.Access)
			if err != nil {
				return err // nothing is told as done that is not stored
			}
			if done = append(done, d); d.Err != nil && !unsupportedType(d.Err) {
				return nil
			}
		}
		if t.RevokeKind != RevokeAccess && t.Refresh == RefreshLive && !sec.Refresh.IsZero() && t.RefreshAcceptedAt.IsZero() {
			d, err := s.send(ctx, a, api, creds, t, RevokeRefresh, sec.Refresh)
			if err == nil {
				done = append(done, d)
			}
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
func (s *Service) send(ctx context.Context, a Application, api API, creds tokenapi.Credentials, t Token, kind RevokeKind,
	text secret.Text,
) (d Delivery, err error) {
	hint := "access_token"
	if kind == RevokeRefresh {
		hint = "refresh_token"
	}
	if err := s.opt.Keeper.InPlace(ctx); err != nil {
		return Delivery{}, err
	}
	ans, ex, callErr := api.Revoke(ctx, tokenapi.RevokeRequest{Credentials: creds, Token: text, Hint: hint})
	x := s.observe(a, t.ID, ex)
	defer func() { d.Exchange = x.Seq }()
	if callErr != nil {
		e, ok := tokenapi.AsError(callErr)
		switch {
		case ok && final(e, t.Grant == GrantAdopted):
			if noEndpoint(e) {
				callErr = noRevocation(a, t, kind, e)
			}
			return s.drop(ctx, t.ID, kind, callErr)
		case ok:
			return s.keep(ctx, t.ID, kind, callErr, e.RetryAfter)
		}
		return s.keep(ctx, t.ID, kind, callErr, 0)
	}
	d = Delivery{Kind: kind, Confirmed: ans.Confirmed}
	err = s.retryUpdate(ctx, func(w Writer) error {
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
	if err != nil {
		err = fmt.Errorf("revoke: the server has accepted it, and that could not be stored: %w", err)
	}
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

// final reports whether a revoke is refused for good: the server understood it, or there is no
// revocation endpoint. It is not final where a later try may succeed: after a changed consumer
// secret, behind a proxy or a web page, or when the server fails or asks to wait. The caller then
// keeps the revoke with its cause. adopted says that the token was brought from elsewhere: a server
// may answer that it belongs to another application.
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
	return noEndpoint(e)
}

// noEndpoint reports whether an answer means that nothing at this URL revokes tokens: 404 or 410,
// whatever its body, but for three. A body that names an OAuth error comes from an endpoint. A
// gateway's own fault is about the gateway. A page of somebody in between (a sign-in, a proxy) says
// nothing of the server.
func noEndpoint(e *tokenapi.Error) bool {
	const gatewayFaults = 100000 // from here on; a lower code repeats the HTTP status
	return e.Kind == tokenapi.KindRefused && (e.Status == 404 || e.Status == 410) && e.FaultCode < gatewayFaults &&
		(e.Code == "" || sameAs(e.Code, notFound())) && (!e.Page || !sameAs(e.Title, inBetween()))
}

// notFound are the words with which servers repeat the status in place of an OAuth error, inBetween
// those in the title of a page that another one than the server has made. They are compared by
// their letters and digits alone.
func notFound() []string { return []string{"404", "410", "notfound", "gone", "nosuch"} }
func inBetween() []string {
	return []string{"gateway", "proxy", "portal", "login", "logon", "signin", "signon", "maintenance", "unavailable", "blocked", "denied"}
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

// noRevocation tells of a revoke that no server can accept, because there is no revocation
// endpoint.
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
	e.Err = errors.New("there is no revocation endpoint at " + plainURL(a.Environment.Endpoints.RevokeURL))
	if cause.Err != nil {
		e.Err = fmt.Errorf("%w (%w)", e.Err, cause.Err)
	}
	e.Hint = lives + ", and this revoke is not kept; if the URL is wrong, correct revoke_url and revoke again"
	if likely := strings.TrimSpace(strings.TrimPrefix(cause.Hint, "is the URL right?")); likely != "" {
		e.Hint += "; " + likely
	}
	return &e
}

// plainURL is a URL without what may be secret in it.
func plainURL(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "its URL"
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

// drop takes a revoke off a token that the server will not revoke; with the access token's revoke
// accepted, only the rest of it.
func (s *Service) drop(ctx context.Context, id string, kind RevokeKind, cause error) (Delivery, error) {
	d := Delivery{Kind: kind, Err: cause}
	err := s.retryUpdate(ctx, func(w Writer) error {
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

// storedText gives the text of an error that is stored.
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
		if t = s.timely(t, s.Now()); !pendingRevoke(t) { // it has expired since it was sent, or before
			d.Kept, d.Token = false, t
			return w.PutToken(&t)
		}
		wait := firstRetry << min(max(t.RevokeTries-1, 0), 10)
		if t.RevokeTries == 0 { // nothing could be sent so far: as long again as it has lasted
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
