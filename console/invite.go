package console

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// Callbacks opens listeners on this machine to which browsers return (RFC 8252 section 7.3).
type Callbacks interface {
	// Open listens at a loopback redirect URL. Port 0 takes a free port.
	Open(ctx context.Context, redirectURL string) (Door, error)
}

// Door waits for one browser to return from an authorization.
type Door interface {
	// URL returns the redirect URI with its port.
	URL() string
	// Wait calls accept with the parameters of each request until accept returns nil, or an error
	// other than ErrNotOurs that ends the authorization.
	Wait(ctx context.Context, accept func(url.Values) error) error
	// Close stops listening. It shows the result, nil for a token, to the browser whose request was
	// accepted.
	Close(outcome error)
}

// doorway keeps a Door open until the result of the sign-in is known.
type doorway struct{ open Door }

func (d *doorway) close(outcome error) {
	if d.open != nil {
		d.open.Close(outcome)
	}
}

// ErrNotOurs reports that a request at a Door does not answer the authorization.
var ErrNotOurs = errors.New("not an answer to what was asked")

// Invitation asks a person to act, so that a grant can go on.
type Invitation struct {
	ID          string // differs for each get
	AppID       string
	Application Private // label of the application
	Grant       string
	URL         Private   // to open in a browser
	Complete    Private   // device grant: URL with the code; "" if there is none
	Command     Private   // shell command that signs in instead of a browser; "" if there is none
	UserCode    string    // device grant: the code to type there, exactly as it is
	Until       time.Time // time at which it expires
	Opened      bool      // a browser was started
	Trouble     string    // device grant: why the newest poll failed, or ""
	AskedAgain  time.Time // with Trouble: when the next poll is due
}

// OnlyHere reports whether only browsers of this machine reach the address.
func (i Invitation) OnlyHere() bool {
	u, err := url.Parse(string(i.URL))
	return err == nil && Loopback(u.Hostname())
}

type invited struct {
	Invitation
	giveUp context.CancelFunc
	answer func(secret.Text) error // nil: nothing can be pasted
}

// invite shows an invitation until the returned function is called. answer takes a paste for it.
func (s *Service) invite(i Invitation, giveUp context.CancelFunc,
	answer func(secret.Text) error) (over func()) {
	if s.opt.SignInCommand != nil {
		i.Command = Private(s.opt.SignInCommand(i))
	}
	s.mu.Lock()
	s.invited = append(s.invited, invited{i, giveUp, answer})
	s.tellWatchers()
	s.mu.Unlock()
	shown := func() {}
	if s.opt.Invite != nil {
		shown = s.opt.Invite(i, answer)
	}
	return func() {
		giveUp()
		shown()
		s.mu.Lock()
		defer s.mu.Unlock()
		s.invited = slices.DeleteFunc(s.invited, func(o invited) bool { return o.ID == i.ID })
		s.tellWatchers()
	}
}

// opened records that the browser was started for an invitation.
func (s *Service) opened(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for n := range s.invited {
		if s.invited[n].ID == id {
			s.invited[n].Opened = true
		}
	}
	s.tellWatchers()
}

// trouble records why a poll of an invitation failed and when the next one is due. With why "" it
// clears that.
func (s *Service) trouble(id, why string, again time.Time) {
	s.mu.Lock()
	var told *Invitation
	for n := range s.invited {
		i := &s.invited[n].Invitation
		if i.ID == id && (i.Trouble != "" || why != "") {
			i.Trouble, i.AskedAgain = why, again
			told = new(Invitation)
			*told = *i
		}
	}
	if told != nil {
		s.tellWatchers()
	}
	s.mu.Unlock()
	if told != nil && why != "" && s.opt.Invite != nil {
		s.opt.Invite(*told, nil)()
	}
}

// GiveUp ends the wait for one invitation. Its get fails; a later get of the same application goes
// on.
func (s *Service) GiveUp(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, i := range s.invited {
		if i.ID == id {
			i.giveUp()
		}
	}
}

// givenUp returns the error of a get for which no person acted in time, or which was given up.
func givenUp(parent, ctx context.Context) error {
	if parent.Err() == nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return &Error{
			Code: CodeNobodyCame, Text: "get: nobody came back from the browser in time",
			Hint: "get again, and sign in with the address that is shown",
		}
	}
	if parent.Err() != nil {
		return parent.Err()
	}
	return &Error{Code: CodeGivenUp, Text: "get: given up, nothing was got"}
}

// The longest time for a sign-in, and the redirect URL where none is configured.
const (
	authorizePatience  = 5 * time.Minute
	defaultRedirectURL = "http://127.0.0.1:0/callback"
)

// authorize has a person sign in with a browser, and returns the request that redeems the code (RFC
// 6749 section 4.1, RFC 7636, RFC 8252). The caller closes way.
func (s *Service) authorize(parent context.Context, a Application, scopes []string,
	way *doorway) (tokenapi.TokenRequest, error) {
	var req tokenapi.TokenRequest
	err := needURL(a, "get", CodeNoAuthorizeURL, a.Environment.Endpoints.AuthorizeURL)
	if err != nil {
		return req, err
	}
	if s.opt.Callbacks == nil {
		return req, &Error{
			Code: CodeNoCallback, Text: "get: there is no way back from the browser",
			Hint: "use the device_code grant here",
		}
	}
	at := a.Details.RedirectURL
	if at == "" {
		at = defaultRedirectURL
	}
	door, err := s.opt.Callbacks.Open(parent, string(at))
	if err != nil {
		return req, err
	}
	way.open = door
	asked, err := tokenapi.Authorize(tokenapi.AuthorizeRequest{
		AuthorizeURL: string(a.Environment.Endpoints.AuthorizeURL),
		Issuer:       string(a.Environment.Issuer), IssRequired: a.Environment.IssInAnswer,
		ConsumerKey: string(a.ConsumerKey), RedirectURI: door.URL(), Scopes: scopes, Extra: a.Extra,
	}, a.Environment.AllowHTTP)
	if err != nil {
		return req, err
	}
	ctx, cancel := context.WithTimeout(parent, authorizePatience)
	defer cancel()
	i := Invitation{
		ID: newID("i_"), AppID: a.ID, Application: a.Label(), Grant: a.Grant,
		URL: Private(asked.URL), Until: s.Now().Add(authorizePatience),
	}
	waiting, taken := context.WithCancel(ctx)
	defer taken()
	answer := &signIn{asked: asked, taken: taken}
	defer s.invite(i, cancel, answer.pasted)()
	if s.opt.Browse != nil {
		// Do not wait: the command may run as long as the browser.
		go func() {
			if s.opt.Browse(asked.URL) == nil {
				s.opened(i.ID)
			}
		}()
	}
	err = door.Wait(waiting, answer.arrived)
	settled, code, refused := answer.outcome()
	switch {
	case settled:
		err = refused
	case err != nil && ctx.Err() != nil:
		err = givenUp(parent, ctx)
	}
	req.Code, req.CodeVerifier = code, asked.CodeVerifier
	req.RedirectURI, req.Nonce = asked.RedirectURI, asked.Nonce
	return req, err
}

// PollSlack is added to the interval of device polls: WSO2 compares strictly, and every poll starts
// its clock anew.
const PollSlack = 250 * time.Millisecond

// slowDown is added to the interval of all later polls after a slow_down (RFC 8628 section 3.5).
const slowDown = 5 * time.Second

// byDevice has a person approve on another device, and polls until the server answers with a token
// or a refusal. x is the last exchange.
func (s *Service) byDevice(parent context.Context, a Application, under []*lease, m Mark,
	req tokenapi.TokenRequest, file func(Writer, tokenapi.TokenAnswer) error,
) (x Exchange, err error) {
	if err := needURL(a, "get", CodeNoDeviceURL, a.Environment.Endpoints.DeviceURL); err != nil {
		return x, err
	}
	api, err := s.api(a.Environment)
	if err != nil {
		return x, err
	}
	if err := s.opt.Keeper.InPlace(parent); err != nil {
		return x, err
	}
	dev, ex, err := api.AuthorizeDevice(parent,
		tokenapi.DeviceRequest{Credentials: req.Credentials, Scopes: m.Scopes, Extra: a.Extra})
	x = s.observe(a, "", ex)
	if err != nil {
		return x, err
	}
	req.DeviceCode, req.Scopes, req.Extra = dev.DeviceCode, nil, nil
	life := dev.ExpiresIn
	if life <= 0 {
		life = authorizePatience
	}
	ctx, cancel := context.WithTimeout(parent, life)
	defer cancel()
	i := Invitation{
		ID: newID("i_"), AppID: a.ID, Application: a.Label(), Grant: a.Grant,
		URL: Private(dev.VerificationURI), Complete: Private(dev.VerificationURIComplete),
		UserCode: dev.UserCode, Until: dev.At.Add(life),
	}
	defer s.invite(i, cancel, nil)()

	m.ID = newID("m_")
	defer s.await(m.ID)()
	if m, err = s.mark(ctx, a, under, m, req.Credentials); err != nil {
		if ctx.Err() != nil { // given up before the first poll
			err = givenUp(parent, ctx)
		}
		return x, err
	}
	wait := pauses{interval: dev.Interval}
	lost := false
	var last *tokenapi.Error // error of the newest poll
	err = s.poll(ctx, dev.Interval, func() (time.Duration, error) {
		if err := s.opt.Keeper.InPlace(ctx); err != nil {
			return 0, err
		}
		ans, ex, callErr := api.Token(context.WithoutCancel(ctx), req)
		x = s.observe(a, "", ex)
		call := s.callOf(x, callErr)
		defer s.noteCall(call)
		if callErr == nil {
			// the token is here, even if polls failed
			err := s.storeAnswer(ctx, a, m, ans, func(w Writer, ans tokenapi.TokenAnswer) error {
				storeCall(w, call)
				return file(w, ans)
			})
			lost = err != nil
			return 0, err
		}
		e, ok := tokenapi.AsError(callErr)
		if !ok {
			return 0, callErr
		}
		last = e
		switch {
		case e.Action == tokenapi.KeepPolling:
			lost = false // the server still waits: it has issued nothing
			pause := wait.pending(e)
			s.trouble(i.ID, "", time.Time{})
			return pause, errPending
		case unseen(e):
			lost = true // the answer may have held the token; the next poll shows that
			if e.Kind == tokenapi.KindGarbled {
				s.logUnanswered(ctx, call, m, func(Writer) error { return nil })
				return 0, s.lostAnswer(a, m, callErr)
			}
		case e.Action != tokenapi.RetryLater:
			return 0, callErr // RFC 8628 section 3.5, with any status
		}
		pause := wait.trouble(e)
		s.trouble(i.ID, strings.TrimPrefix(e.Error(), e.Op+": "), s.Now().Add(pause))
		return pause, errPending
	})
	if err == nil {
		return x, nil
	}
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		err = notApproved(parent, ctx, last)
	}
	if !lost {
		if clearErr := s.clearMark(ctx, m.ID); clearErr != nil {
			return x, clearErr
		}
	}
	return x, err
}

// notApproved returns the error of a device grant that ended without an answer of the server. It
// quotes the server's last answer.
func notApproved(parent, ctx context.Context, last *tokenapi.Error) error {
	switch {
	case parent.Err() != nil || !errors.Is(ctx.Err(), context.DeadlineExceeded):
		return givenUp(parent, ctx)
	case last == nil:
		return &Error{
			Code: CodeNobodyCame,
			Text: "get: the code expired before the server was asked about it", Hint: "get again",
		}
	}
	words := strings.TrimPrefix(last.Error(), last.Op+": ")
	if last.Action != tokenapi.KeepPolling {
		return &lastWord{
			"get: the code has expired, and the server could not say whether it was approved: " +
				words, last,
		}
	}
	return &Error{
		Code: CodeNobodyCame,
		Text: "get: the code expired and nobody had approved it; the server said last: " + words,
		Hint: "get again, and enter the code at the address that is shown",
	}
}

// lastWord is the end of a wait during which the server was failing.
type lastWord struct {
	text string
	last *tokenapi.Error
}

func (e *lastWord) Error() string { return e.text }
func (e *lastWord) Unwrap() error { return e.last }

// pauses are the waits between the polls of a device grant.
type pauses struct {
	interval time.Duration // poll interval of the server
	troubled time.Duration // the last wait after a failed poll; 0 after an answer
}

// Waits grow up to longestTrouble, and a Retry-After counts up to longestWait.
const (
	longestTrouble = time.Minute
	longestWait    = 10 * time.Minute
)

// pending returns the wait after an answer that keeps the polling going. A slow_down counts for all
// later polls, and so does a 429 without Retry-After (RFC 8628 section 3.5).
func (p *pauses) pending(e *tokenapi.Error) time.Duration {
	p.troubled = 0
	after := min(e.RetryAfter, longestWait)
	if e.Code == "slow_down" || e.Code != "authorization_pending" && after == 0 {
		p.interval += slowDown
	}
	p.interval = max(p.interval, e.Interval)
	return max(p.interval, after)
}

// trouble returns the wait after a poll that failed. It doubles with each failure (RFC 8628 section
// 3.5).
func (p *pauses) trouble(e *tokenapi.Error) time.Duration {
	p.troubled = 2 * max(p.interval, p.troubled, time.Second)
	p.troubled = max(min(p.troubled, longestTrouble), p.interval)
	return max(p.troubled, min(e.RetryAfter, longestWait))
}

var errPending = errors.New("the person is not done yet")

// WaitFor waits for d. If ctx ends before, it returns the error of ctx.
func WaitFor(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// poll calls try after a first wait, and again after each errPending with the wait that it returns.
func (s *Service) poll(ctx context.Context, wait time.Duration,
	try func() (time.Duration, error)) error {
	for {
		err := s.opt.Wait(ctx, wait+PollSlack)
		if err != nil {
			return err
		}
		if wait, err = try(); !errors.Is(err, errPending) {
			return err
		}
	}
}
