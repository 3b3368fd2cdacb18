package console

import (
	"context"
	"fmt"
	"strings"
	"time"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// Tested is the result of a test of a draft. It holds the token, so that the draft can be saved
// with it; the token is not stored.
type Tested struct {
	AppID       string // identity of what was tested
	Fingerprint string // fingerprint of the token; "" if none was requested
	Status      int
	Took        time.Duration
	Lifetime    tokenapi.Lifetime
	IssuedAt    time.Time
	ExpiresAt   time.Time // zero unless Lifetime is Bounded
	Scopes      []string  // nil if the answer named none
	Refresh     bool
	Found       Endpoints // endpoints that the issuer named
	Discovered  bool
	Skipped     string     // reason why no token was requested
	Supersedes  *Supersede // the possible effect of the get, or nil
	Notes       []string   // notes for the person, without secrets

	answer  tokenapi.TokenAnswer
	asked   []string
	request Request
}

// Lives says that the token of the test is not stored, and how long it lives; "" if there is none.
func (t Tested) Lives() string {
	switch {
	case t.Fingerprint == "":
		return ""
	case t.ExpiresAt.IsZero():
		return "the test's token " + t.Fingerprint + " is not stored; it lives on at the server"
	}
	return "the test's token " + t.Fingerprint + " is not stored; it lives until " +
		t.ExpiresAt.Format(time.TimeOnly)
}

// Text describes the result in one sentence.
func (t Tested) Text() string {
	var parts []string
	if t.Discovered {
		parts = append(parts, "the issuer answered")
	}
	if t.Skipped != "" {
		return strings.Join(append(parts, t.Skipped), ": ")
	}
	parts = append(parts, fmt.Sprintf("%d in %d ms", t.Status, t.Took.Milliseconds()),
		"token "+t.Fingerprint)
	switch t.Lifetime {
	case tokenapi.Bounded:
		parts = append(parts, "lives "+Left(t.ExpiresAt.Sub(t.IssuedAt)))
	case tokenapi.Unbounded:
		parts = append(parts, "never expires")
	default:
		parts = append(parts, "life unknown")
	}
	if len(t.Scopes) > 0 {
		parts = append(parts, "scopes "+strings.Join(t.Scopes, " "))
	}
	if t.Refresh {
		parts = append(parts, "with a refresh token")
	} else {
		parts = append(parts, "no refresh token")
	}
	return strings.Join(parts, " · ")
}

// Test tries a draft: it asks the issuer, if there is one, and then for one token as a get does. It
// stores no token and does not try again. The request runs under the lease of the client. Its mark
// stays if the answer was lost.
//
// The token is not revoked: a server that issues a living token again would take it from other
// programs that use it.
func (s *Service) Test(ctx context.Context, d Draft) (Tested, error) {
	out := Tested{asked: d.Scopes}
	err := s.opt.Keeper.View(ctx, func(r Reader) error {
		stored, err := r.Applications()
		out.AppID = s.idOf(d, stored)
		return err
	})
	if err != nil {
		return out, err
	}
	bad := d.Problems()
	for _, field := range draftFields() {
		if why := bad[field]; why != "" {
			return out, &Error{Code: CodeUsage, Text: "test: " + string(field) + ": " + why}
		}
	}
	a := d.Application
	a.ID, a.Source = out.AppID, FromStore
	if err := writable(a, "test"); err != nil {
		return out, err
	}
	if err := s.unlocked(ctx); err != nil {
		return out, err
	}
	if a.Environment, out.Found, out.Discovered, err = s.tryIssuer(ctx, a); err != nil {
		return out, err
	}
	switch {
	case SignsIn(a.Grant):
		out.Skipped = "a person takes part in " + a.Grant + ", so the rest shows with the first get"
		return out, nil
	case a.Grant != tokenapi.GrantClientCredentials && a.Grant != tokenapi.GrantPassword:
		out.Skipped = a.Grant + " cannot be tried before it is saved"
		return out, nil
	}
	if err := needURL(a, "test", CodeNoTokenURL, a.Environment.Endpoints.TokenURL); err != nil {
		return out, err
	}
	req, err := s.draftRequest(ctx, d, a)
	if err != nil {
		return out, err
	}
	return out, s.try(ctx, a, req, &out)
}

// tryIssuer discovers the endpoints of a draft. It stores nothing of them.
func (s *Service) tryIssuer(ctx context.Context,
	a Application) (Environment, Endpoints, bool, error) {
	e := a.Environment
	if e.Issuer == "" || tokenURL(e.Endpoints) != "" && grantEndpoint(a.Grant)(e.Endpoints) != "" {
		return e, Endpoints{}, false, nil
	}
	api, err := s.api(e)
	if err != nil {
		return e, Endpoints{}, false, err
	}
	d, exchanges, err := api.Discover(ctx, string(e.Issuer))
	for _, ex := range exchanges {
		s.observe(a, "", ex)
	}
	if err != nil {
		return e, Endpoints{}, false, err
	}
	e = s.findingOf(e, d).complete(e)
	return e, e.Endpoints, true, nil
}

// draftRequest returns the request that a get would send, with the secrets of the draft or the
// stored ones of the application that it edits.
func (s *Service) draftRequest(ctx context.Context, d Draft,
	a Application) (tokenapi.TokenRequest, error) {
	text, password := d.Secret, d.Password
	var headers []tokenapi.Field
	err := s.opt.Keeper.View(ctx, func(r Reader) error {
		was, err := r.Application(d.Was)
		if isNotFound(err) {
			headers, err = d.headerValues(r, nil, "test")
			return err
		}
		if err == nil && text.IsZero() && a.Credential() != "" {
			if err := refuseOtherServer("test", was.Environment, d.Environment); err != nil {
				return err
			}
			var kept Secrets
			kept, err = r.ConsumerSecret(was.ID)
			text = kept.Access
		}
		if err == nil && password.IsZero() && was.Username == a.Username &&
			SameServer(was.Environment, d.Environment) {
			password, err = r.Password(was.ID)
		}
		if err == nil {
			headers, err = d.headerValues(r, &was, "test")
		}
		return err
	})
	req := tokenapi.TokenRequest{
		Grant: a.Grant, Scopes: a.Scopes, Extra: a.Params(),
		Credentials: tokenapi.Credentials{
			ConsumerKey: string(a.ConsumerKey),
			Auth:        a.Environment.ClientAuth, Headers: headers,
		},
	}
	switch {
	case err != nil:
		return req, err
	case a.Credential() != "" && text.IsZero():
		return req, &Error{
			Code: CodeNoSecret,
			Text: "test: the " + strings.ReplaceAll(string(a.Credential()), "_", " ") +
				" is missing",
		}
	case a.Grant == tokenapi.GrantPassword && password.IsZero():
		return req, &Error{
			Code: CodeNoSecret,
			Text: "test: the password of " + string(a.Username) + " is missing",
		}
	case a.Credential() == SigningKey:
		req.Credentials.SigningKey = tokenapi.SigningKey{
			Key: text, Alg: a.Details.SigningAlg, KeyID: a.Details.SigningKeyID,
		}
	case a.Credential() == ConsumerSecret:
		req.Credentials.ConsumerSecret = text
	}
	if a.Grant == tokenapi.GrantPassword {
		req.Username, req.Password = string(a.Username), password
	}
	return req, nil
}

// try sends the request of a draft. It removes what it had to store meanwhile (the mark, and the
// application of the mark), except for a mark whose answer was lost.
func (s *Service) try(ctx context.Context, a Application, req tokenapi.TokenRequest,
	out *Tested) error {
	err := s.update(ctx, func(w Writer) error {
		if _, err := s.application(w, a.ID); !isCode(err, CodeNoApplication) {
			return err
		}
		draft := a
		draft.Source, draft.Secret = Gone, SecretMissing
		return w.PutApplication(draft.kept(), Secrets{})
	})
	if err != nil {
		return err
	}
	defer func() {
		// An application that is left behind is not listed: it is not configured and has no tokens.
		_ = s.update(context.WithoutCancel(ctx), func(w Writer) error { return dropDraft(w, a.ID) })
	}()
	if k, ok := s.willSupersede(ctx, a, a.Scopes); ok {
		out.Supersedes = &k
		if s.opt.Supersede != nil {
			s.opt.Supersede(k)
		}
	}
	q, err := s.grantRequestOf(ctx, a, GetOptions{})
	if err != nil {
		return err
	}
	out.request = q.want
	return s.withLease(ctx, s.asking(a, q, "test"), func(_ Application, l *lease) error {
		x, err := s.sendGrant(ctx, a, []*lease{l},
			Mark{Op: OpTest, Scopes: a.Scopes, Request: &q.want}, req,
			func(_ Writer, ans tokenapi.TokenAnswer) error {
				out.fill(ans)
				return nil
			}, nil)
		out.Status, out.Took = x.Status, x.Took
		return err
	})
}

// fill records what an answer holds.
func (t *Tested) fill(ans tokenapi.TokenAnswer) {
	t.answer, t.Fingerprint = ans, ans.Access.Fingerprint()
	t.IssuedAt, t.Lifetime = ans.At, ans.Lifetime
	t.Scopes, t.Refresh = ans.Scopes, !ans.Refresh.IsZero()
	if ans.Lifetime == tokenapi.Bounded {
		t.ExpiresAt = ans.At.Add(ans.Life())
	}
	if !ans.Usable {
		t.Notes = append(t.Notes, ans.Unusable())
	}
}

// dropDraft removes what a test had to store of an application, unless it is in use by now.
func dropDraft(w Writer, appID string) error {
	a, err := w.Application(appID)
	if isNotFound(err) {
		return nil
	}
	if err != nil || a.Source != Gone {
		return err
	}
	used, err := inUse(w, appID)
	if err != nil || used {
		return err
	}
	return w.DropApplication(appID)
}

// fileTested stores the token of a test as the first one of the tested application.
func (s *Service) fileTested(w Writer, a Application, t *Tested) error {
	if t == nil || t.Fingerprint == "" || t.AppID != a.ID {
		return nil
	}
	_, _, _, err := s.file(w, a, t.answer,
		Token{
			AppID: a.ID, Grant: a.Grant, User: userOf(a.Grant, a.Username), Scopes: t.asked,
			Asked: t.asked, Request: &t.request,
		}, secret.Text{})
	return err
}
