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

// Callbacks opens doors on this machine for browsers to come back through (RFC 8252 section 7.3).
type Callbacks interface {
	// Open listens at a loopback redirect URL; port 0 takes a free one.
	Open(ctx context.Context, redirectURL string) (Door, error)
}

// Door waits for one browser to come back from an authorization.
type Door interface {
	// URL is the redirect URI, with the port that was taken.
	URL() string
	// Wait gives the parameters of each request to accept until it takes one (nil, or an error that ends the
	// authorization); ErrNotOurs sends the stranger away and waits on.
	Wait(ctx context.Context, accept func(url.Values) error) error
	Close()
}

// ErrNotOurs says that a request at a Door is no answer to what was asked.
var ErrNotOurs = errors.New("not an answer to what was asked")

// Invitation is what a person is asked to do before a grant can go on.
type Invitation struct {
	AppID       string
	Application string // its label
	Grant       string
	URL         string    // to open in a browser
	Complete    string    // device grant: the same with the code in it; "" when the server gave none
	UserCode    string    // device grant: to type there, exactly as it stands
	Until       time.Time // when it is too late
	Opened      bool      // the browser was started
}

type invited struct {
	Invitation
	giveUp context.CancelFunc
}

// invite shows an invitation until the returned function is called.
func (s *Service) invite(i Invitation, giveUp context.CancelFunc) (over func()) {
	s.mu.Lock()
	s.invited = append(s.invited, invited{i, giveUp})
	s.tellWatchers()
	s.mu.Unlock()
	if s.opt.Invite != nil {
		s.opt.Invite(i)
	}
	return func() {
		giveUp()
		s.mu.Lock()
		defer s.mu.Unlock()
		s.invited = slices.DeleteFunc(s.invited, func(o invited) bool { return o.AppID == i.AppID })
		s.tellWatchers()
	}
}

// opened notes on an invitation that the browser was started.
func (s *Service) opened(appID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for n := range s.invited {
		if s.invited[n].AppID == appID {
			s.invited[n].Opened = true
		}
	}
	s.tellWatchers()
}

// GiveUp ends the wait for a person to take part in a grant of an application. The get then fails.
func (s *Service) GiveUp(appID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, i := range s.invited {
		if i.AppID == appID {
			i.giveUp()
		}
	}
}

// givenUp is the refusal of a get whose person did not come back.
func givenUp(parent, ctx context.Context) error {
	if parent.Err() == nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return &Error{Code: "nobody_came", Text: "get: nobody came back from the browser in time", Hint: "get again, and sign in with the address that is shown"}
	}
	if parent.Err() != nil {
		return parent.Err()
	}
	return &Error{Code: "given_up", Text: "get: given up, nothing was got"}
}

// How long a person has for an authorization, and the redirect URL where none is configured.
const (
	authorizePatience  = 5 * time.Minute
	defaultRedirectURL = "http://127.0.0.1:0/callback"
)

// authorize has a person sign in with a browser and gives what the code is exchanged with (RFC 6749
// section 4.1, RFC 7636, RFC 8252).
func (s *Service) authorize(parent context.Context, a Application, scopes []string) (tokenapi.TokenRequest, error) {
	var req tokenapi.TokenRequest
	if err := needURL(a, "get", "authorize_url", a.Environment.Endpoints.AuthorizeURL); err != nil {
		return req, err
	}
	if s.opt.Callbacks == nil {
		return req, &Error{Code: "no_callback", Text: "get: there is no way back from the browser", Hint: "use the device_code grant here"}
	}
	at := a.Details.RedirectURL
	if at == "" {
		at = defaultRedirectURL
	}
	door, err := s.opt.Callbacks.Open(parent, at)
	if err != nil {
		return req, err
	}
	defer door.Close()
	asked, err := tokenapi.Authorize(tokenapi.AuthorizeRequest{
		AuthorizeURL: a.Environment.Endpoints.AuthorizeURL, Issuer: a.Environment.Issuer, IssRequired: a.Environment.IssInAnswer,
		ConsumerKey: a.ConsumerKey, RedirectURI: door.URL(), Scopes: scopes, Extra: a.Extra,
	}, a.Environment.AllowHTTP)
	if err != nil {
		return req, err
	}
	ctx, cancel := context.WithTimeout(parent, authorizePatience)
	defer cancel()
	i := Invitation{
		AppID: a.ID, Application: a.Label(), Grant: a.Grant, URL: asked.URL, Until: s.Now().Add(authorizePatience),
	}
	defer s.invite(i, cancel)()
	if s.opt.Browse != nil {
		// Not waited for: what starts a browser may last as long as the browser.
		go func() {
			if s.opt.Browse(asked.URL) == nil {
				s.opened(a.ID)
			}
		}()
	}
	var code secret.Text
	err = door.Wait(ctx, func(q url.Values) error {
		var err error
		if code, err = asked.Redeem(q); errors.Is(err, tokenapi.ErrState) {
			return ErrNotOurs
		}
		return err
	})
	if err != nil && ctx.Err() != nil {
		err = givenUp(parent, ctx)
	}
	req.Code, req.CodeVerifier, req.RedirectURI = code, asked.CodeVerifier, asked.RedirectURI
	return req, err
}

// pollSlack is waited beyond the interval: WSO2 compares strictly and starts the clock anew at every poll.
const pollSlack = 250 * time.Millisecond

// slowDown is what a server that says slow_down is given in addition, for good (RFC 8628 section 3.5).
const slowDown = 5 * time.Second

// byDevice has a person approve on another device, and polls until the server knows how it ended.
func (s *Service) byDevice(parent context.Context, a Application, under []*lease, m Mark, req tokenapi.TokenRequest,
	file func(Writer, tokenapi.TokenAnswer) error,
) error {
	if err := needURL(a, "get", "device_url", a.Environment.Endpoints.DeviceURL); err != nil {
		return err
	}
	api, err := s.api(a.Environment)
	if err != nil {
		return err
	}
	dev, ex, err := api.AuthorizeDevice(parent, tokenapi.DeviceRequest{Credentials: req.Credentials, Scopes: m.Scopes, Extra: a.Extra})
	s.observe(a, "", ex)
	if err != nil {
		return err
	}
	req.DeviceCode, req.Scopes, req.Extra = dev.DeviceCode, nil, nil
	life := dev.ExpiresIn
	if life <= 0 {
		life = authorizePatience
	}
	ctx, cancel := context.WithTimeout(parent, life)
	defer cancel()
	defer s.invite(Invitation{
		AppID: a.ID, Application: a.Label(), Grant: a.Grant, URL: dev.VerificationURI, Complete: dev.VerificationURIComplete,
		UserCode: dev.UserCode, Until: dev.At.Add(life),
	}, cancel)()

	m.ID = newID("m_")
	defer s.await(m.ID)()
	if m, err = s.mark(ctx, a, under, m, req.Credentials); err != nil {
		if ctx.Err() != nil { // given up before the first poll
			err = givenUp(parent, ctx)
		}
		return err
	}
	lost := false
	err = poll(ctx, dev.Interval, func(interval time.Duration) (time.Duration, error) {
		ans, ex, callErr := api.Token(context.WithoutCancel(ctx), req)
		s.observe(a, "", ex)
		if callErr == nil {
			err := s.answered(ctx, m, ans, file) // here it is, whatever an earlier poll may have met
			lost = err != nil
			return 0, err
		}
		e, ok := tokenapi.AsError(callErr)
		switch {
		case ok && e.Action == tokenapi.KeepPolling && e.Code == "slow_down":
			lost = false // the server is still waiting: nothing was given out
			return max(interval+slowDown, e.Interval), errPending
		case ok && e.Action == tokenapi.KeepPolling:
			lost = false
			return max(interval, e.Interval), errPending
		case ok && unseen(e):
			lost = true // it may have brought the token; the next poll tells
			if e.Kind == tokenapi.KindGarbled {
				return 0, lostAnswer(m, callErr)
			}
			return interval + slowDown, errPending
		case ok && (!e.Answered() || e.Status >= 500):
			return interval + slowDown, errPending
		}
		return 0, callErr
	})
	if err == nil {
		return nil
	}
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		err = givenUp(parent, ctx)
	}
	if !lost {
		if clearErr := s.clearMark(ctx, m.ID); clearErr != nil {
			return clearErr
		}
	}
	return err
}

var errPending = errors.New("the person is not done yet")

// poll calls try at the interval until it answers with anything but errPending. With that, it gives the
// interval to go on with.
func poll(ctx context.Context, interval time.Duration, try func(interval time.Duration) (time.Duration, error)) error {
	for {
		timer := time.NewTimer(interval + pollSlack)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
		next, err := try(interval)
		if !errors.Is(err, errPending) {
			return err
		}
		interval = next
	}
}
