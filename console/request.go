package console

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"lanyard/tokenapi"
	"lanyard/tokenapi/jwt"
	"lanyard/tokenapi/secret"
)

// Request is the request that brought a token, without grant, user and scopes. It is stored with
// the token and holds no secret: in place of a secret it has the keyed hash of Reader.Digest.
type Request struct {
	// Params are audience (RFC 8693), resource (RFC 8707) and the extra form parameters. A value
	// that may be a secret is replaced by a keyed hash after hashedParam.
	Params        url.Values `json:"params,omitempty"`
	RequestedType string     `json:"requested_type,omitempty"` // token exchange, as the next two
	SubjectType   string     `json:"subject_type,omitempty"`
	Subject       string     `json:"subject,omitempty"`   // keyed hash of the subject token
	Assertion     string     `json:"assertion,omitempty"` // keyed hash, without claims that change
}

// IsZero reports whether the request has none of these members.
func (r Request) IsZero() bool { return reflect.DeepEqual(r, Request{}) }

// Words describes the parts of a token's request other than scopes and user: "audience=https://a".
// Of a hash it shows the first characters.
func (r *Request) Words() string {
	if r == nil {
		return ""
	}
	var all []string
	for _, name := range slices.Sorted(maps.Keys(r.Params)) {
		for _, v := range r.Params[name] {
			if h, ok := strings.CutPrefix(v, hashedParam); ok && !publicParam(name) {
				v = "#" + h[:min(len(h), 6)]
			}
			all = append(all, name+"="+v)
		}
	}
	for _, part := range []struct{ name, hash string }{
		{"subject", r.Subject},
		{"assertion", r.Assertion},
	} {
		if part.hash != "" {
			all = append(all, part.name+"=#"+part.hash[:min(len(part.hash), 6)])
		}
	}
	if r.RequestedType != "" {
		all = append(all,
			"requested="+r.RequestedType[strings.LastIndexByte(r.RequestedType, ':')+1:])
	}
	return strings.Join(all, " ")
}

// askedWith reports whether a token was requested with a request. For an older row without request
// it does so only if the present request has none of these members.
func (t Token) askedWith(r Request) bool {
	if t.Request == nil {
		return r.IsZero()
	}
	return reflect.DeepEqual(*t.Request, r)
}

// hashedParam precedes the keyed hash of a parameter's value.
const hashedParam = "hmac:"

// publicParam reports whether the value of a form parameter is no secret and may be stored in the
// clear.
func publicParam(name string) bool {
	switch name {
	case "audience", "resource", "validity_period", "organization", "tenant", "prompt", "display",
		"acr_values", "max_age",
		"ui_locales", "token_format", "response_mode", "include_granted_scopes", "access_type":
		return true
	}
	return false
}

// Params returns the form parameters of an application: audience, resource and the extra ones.
func (a Application) Params() url.Values {
	all := url.Values{}
	for name, values := range a.Extra {
		all[name] = slices.Clone(values)
	}
	if a.Audience != "" {
		all.Set("audience", a.Audience)
	}
	if len(a.Resource) > 0 {
		all["resource"] = slices.Clone(a.Resource)
	}
	if len(all) == 0 {
		return nil
	}
	return all
}

// grantRequest is a request for a token before it is built.
type grantRequest struct {
	grant    string // "": that of the application, as for user
	user     Private
	password secret.Text
	scopes   []string
	params   url.Values // audience, resource and extra parameters

	subject, assertion         secret.Text // the credential of the grant, fetched or to be signed
	subjectType, requestedType string

	want Request // the request as it is stored with a token

	way *doorway // shows the browser the result of its sign-in; nil without a browser
}

// grantRequestOf makes the request to an application's server, and fetches the secrets that
// distinguish it from other requests. It sends nothing.
func (s *Service) grantRequestOf(ctx context.Context, a Application,
	o GetOptions) (grantRequest, error) {
	q := grantRequest{
		grant: o.Grant, user: o.Username, password: o.Password,
		scopes: o.Scopes, params: a.Params(),
	}
	if len(q.scopes) == 0 {
		q.scopes = a.Scopes
	}
	given := Application{Audience: o.Audience, Resource: o.Resource, Extra: o.Extra}.Params()
	if q.params == nil && given != nil {
		q.params = url.Values{}
	}
	maps.Copy(q.params, given)
	q.subjectType, q.requestedType = a.Details.SubjectTokenType, a.Details.RequestedTokenType
	return s.complete(ctx, a, q)
}

// complete fetches the secrets of a request and computes its stored form.
func (s *Service) complete(ctx context.Context, a Application,
	q grantRequest) (grantRequest, error) {
	b := q.by(a)
	var err error
	switch b.Grant {
	case tokenapi.GrantTokenExchange:
		q.subject, err = s.opt.Vault.Secret(ctx, b, SubjectToken)
	case tokenapi.GrantJWTBearer:
		q.assertion, err = s.statement(ctx, b)
	}
	if b.Grant != tokenapi.GrantTokenExchange {
		q.subjectType, q.requestedType = "", ""
	}
	if err == nil {
		q.want, err = s.requestOf(ctx, b, q)
	}
	return q, err
}

// statement returns what distinguishes an assertion: its text if it is given, or the claims to
// sign.
func (s *Service) statement(ctx context.Context, a Application) (secret.Text, error) {
	if a.Details.ReadyAssertion {
		return s.opt.Vault.Secret(ctx, a, Assertion)
	}
	b, err := json.Marshal(claimsOf(a))
	return secret.New(string(b)), err
}

// claimsOf returns the claims that an application signs (RFC 7523 section 3), without those that
// differ each time.
func claimsOf(a Application) map[string]any {
	claims := map[string]any{"iss": a.ConsumerKey, "sub": cmp.Or(a.Username, a.ConsumerKey)}
	maps.Copy(claims, a.Details.AssertionClaims)
	return claims
}

// lasting returns the claims of a JWT assertion without those that differ each time; any other
// assertion as it is.
func lasting(assertion secret.Text) secret.Text {
	j, err := jwt.Parse(assertion)
	if err != nil || j.Encrypted {
		return assertion
	}
	var kept []string
	for _, c := range j.Claims {
		if !slices.Contains([]string{"iat", "nbf", "exp", "jti"}, c.Name) {
			b, err := json.Marshal([]any{c.Name, c.Text, c.Value})
			if err != nil {
				return assertion
			}
			kept = append(kept, string(b))
		}
	}
	slices.Sort(kept)
	return secret.New(strings.Join(kept, "\n"))
}

// errUnhashed ends a reading in which a secret cannot be hashed, because the store has no key for
// hashes yet.
var errUnhashed = errors.New("there is no key for hashes yet")

// requestOf returns a request as it is stored with a token. Only the first secret that a store
// hashes needs a write.
func (s *Service) requestOf(ctx context.Context, a Application,
	q grantRequest) (want Request, err error) {
	read := func(r Reader) (err error) {
		want, err = q.request(a, r)
		return err
	}
	if err = s.opt.Keeper.View(ctx, read); errors.Is(err, errUnhashed) {
		err = s.opt.Keeper.Update(ctx, func(w Writer) error { return read(w) })
	}
	return want, err
}

func (q grantRequest) request(a Application, r Reader) (Request, error) {
	want := Request{SubjectType: q.subjectType, RequestedType: q.requestedType}
	hash := func(label string, text secret.Text) (string, error) {
		h, err := r.Digest(label, text)
		if err == nil && h == "" && !text.IsZero() {
			err = errUnhashed
		}
		return h, err
	}
	for name, values := range q.params {
		values = slices.Clone(values)
		for i, v := range values {
			if publicParam(name) {
				continue
			}
			h, err := hash("param/"+name, secret.New(v))
			if err != nil {
				return want, err
			}
			if values[i] = ""; v != "" {
				values[i] = hashedParam + h
			}
		}
		slices.Sort(values) // resources are a set
		if want.Params == nil {
			want.Params = url.Values{}
		}
		want.Params[name] = values
	}
	var err, err2 error
	want.Subject, err = hash("subject_token", q.subject)
	text := q.assertion
	if a.Details.ReadyAssertion {
		text = lasting(text)
	}
	want.Assertion, err2 = hash("assertion", text)
	return want, cmp.Or(err, err2)
}

// by returns the application with the grant and user of this request. Its ID stays, because the
// token is held under it.
func (q grantRequest) by(a Application) Application {
	a.Grant = cmp.Or(q.grant, a.Grant)
	a.Username = userOf(a.Grant, cmp.Or(q.user, a.Username))
	a.Extra = q.params
	a.Details.SubjectTokenType, a.Details.RequestedTokenType = q.subjectType, q.requestedType
	return a
}

// mark returns the mark of a request. It names what differs from the application's own.
func (q grantRequest) mark(a Application) Mark {
	m := Mark{Op: OpGet, Scopes: q.scopes, Request: &q.want}
	if q.grant != a.Grant {
		m.Grant = q.grant
	}
	if q.user != a.Username {
		m.User = q.user
	}
	return m
}

// brought reports whether this request has brought a token, or one that was refreshed to it.
func (q grantRequest) brought(t Token, a Application) bool {
	b := q.by(a)
	return t.AppID == a.ID && t.Grant == b.Grant && t.user() == b.Username &&
		sameScopes(t.Asked, q.scopes) && t.askedWith(q.want)
}

// knowsRequest reports whether a token is stored with the request that brought it.
func (t *Token) knowsRequest() bool { return t.Request != nil && t.Grant != GrantAdopted }

// GrantAgain returns the grant with which Renew requests a token of application a in place of t.
func GrantAgain(t Token, a Application) string {
	if t.knowsRequest() {
		return t.Grant
	}
	return a.Grant
}

// own returns the request of a token, to be sent again, as far as it is known. Where only a hash is
// stored, the application must still have the same value.
func (s *Service) own(ctx context.Context, a Application, t Token) (grantRequest, error) {
	if !t.knowsRequest() {
		q, err := s.grantRequestOf(ctx, a, GetOptions{Scopes: t.Asked})
		return q, err
	}
	now, err := s.grantRequestOf(ctx, a, GetOptions{Grant: t.Grant})
	if err != nil {
		return now, err
	}
	q := now
	q.scopes, q.params = t.Asked, nil
	q.subjectType, q.requestedType = t.Request.SubjectType, t.Request.RequestedType
	other := func(what string) error {
		return &Error{
			Code: CodeOtherRequest,
			Text: "renew: " + t.Fingerprint + " was asked for with another " + what + " than " +
				string(a.Label()) + " has now, which is not kept",
			Hint: "get a new token: it is asked for as the application is configured now",
		}
	}
	for name, values := range t.Request.Params {
		hashed := func(v string) bool { return strings.HasPrefix(v, hashedParam) }
		if slices.ContainsFunc(values, hashed) && !publicParam(name) {
			if !slices.Equal(values, now.want.Params[name]) {
				return q, other("extra." + name)
			}
			values = now.params[name]
		}
		if q.params == nil {
			q.params = url.Values{}
		}
		q.params[name] = values
	}
	switch {
	case t.Request.Subject != now.want.Subject:
		return q, other("subject token")
	case t.Request.Assertion != now.want.Assertion:
		return q, other("assertion")
	}
	q.want = *t.Request
	return q, nil
}
