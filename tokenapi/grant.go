package tokenapi

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

const opRevoke = "revoke"

// Token sends one grant, once. The Exchange is filled in either case.
func (c *Client) Token(ctx context.Context, r TokenRequest) (TokenAnswer, Exchange, error) {
	op := clean(r.Grant, 100)
	if op == "" {
		op = "token"
	}
	k := c.begin(op, http.MethodPost, c.cfg.Endpoints.TokenURL)
	e := k.fillGrant(r)
	if e == nil {
		e = k.prepare(r.Credentials, c.cfg.Endpoints.TokenURL, "token_url")
	}
	var t TokenAnswer
	if e == nil {
		var a answer
		if a, e = k.do(ctx, c.calls, bodyLimit, false); e == nil {
			t, e = decodeToken(op, a)
		}
	}
	if e == nil {
		k.mask.add(t.Access.Reveal(), true)
		k.mask.add(t.Refresh.Reveal(), true)
		k.mask.add(t.ID.Reveal(), true)
		t.masked(&k.mask)
	}
	x, err := k.end(e)
	return t, x, err
}

// fillGrant builds the form of a grant.
func (k *call) fillGrant(r TokenRequest) *Error {
	// The secrets come first: whatever goes wrong below must not show them.
	k.mask.add(r.Password.Reveal(), false)
	k.mask.add(r.RefreshToken.Reveal(), true)
	for name, values := range r.Extra {
		for _, v := range values {
			if !slices.Contains(publicParams(), name) {
				k.mask.add(v, isTokenKey(name))
			}
		}
	}
	f := url.Values{}
	for name, values := range r.Extra {
		if slices.Contains(reservedParams(), strings.ToLower(strings.TrimSpace(name))) {
			return usage(k.x.Op, "the extra parameter "+clean(name, 50)+" belongs to the protocol", "remove it from extra")
		}
		f[name] = slices.Clone(values)
	}
	k.form = f
	f.Set("grant_type", r.Grant)
	if s := strings.Join(strings.Fields(strings.Join(r.Scopes, " ")), " "); s != "" {
		f.Set("scope", s)
	}
	switch r.Grant {
	case GrantClientCredentials:
	case GrantPassword:
		if r.Username == "" {
			return usage(k.x.Op, "the user name is missing", "set username for the application")
		}
		if r.Password.IsZero() {
			return usage(k.x.Op, "the password is missing", "set password for the application, or type it when asked")
		}
		f.Set("username", r.Username)
		f.Set("password", r.Password.Reveal())
	case GrantRefreshToken:
		if r.RefreshToken.IsZero() {
			return usage(k.x.Op, "there is no refresh token", "ask for a new token instead")
		}
		f.Set("refresh_token", r.RefreshToken.Reveal())
	case "":
		return usage(k.x.Op, "the grant is missing", "set grant for the application, such as client_credentials")
	default:
		return usage(k.x.Op, "this grant is not supported yet", "use client_credentials, password or refresh_token")
	}
	return nil
}

// reservedParams are the form parameters that Extra may not set.
func reservedParams() []string {
	return []string{
		"grant_type", "scope", "username", "password", "refresh_token", "client_id", "client_secret",
		"client_assertion", "client_assertion_type", "token", "token_type_hint", "callback",
	}
}

// prepare puts the client's credentials into header or form, and encodes the form. Nothing is escaped
// twice, nothing is sent in two places: a server refuses either.
func (k *call) prepare(cr Credentials, target, key string) *Error {
	id, pass := cr.ConsumerKey, cr.ConsumerSecret.Reveal()
	k.mask.add(pass, false)
	switch {
	case target == "":
		return usage(k.x.Op, key+" is missing", "set "+key+" for this environment")
	case id == "":
		return usage(k.x.Op, "the consumer key is missing", "set consumer_key for the application")
	case pass == "":
		return usage(k.x.Op, "the consumer secret is missing", "set consumer_secret for the application")
	}
	switch cr.Auth {
	case AuthBasic, "":
		if strings.Contains(id, ":") {
			return usage(k.x.Op, "a consumer key with a colon cannot be sent as basic", "set client_auth to post or basic-encoded")
		}
		k.basic(id, pass)
	case AuthBasicEncoded:
		k.mask.add(url.QueryEscape(pass), false) // in base64 this is another text than the secret's
		k.basic(url.QueryEscape(id), url.QueryEscape(pass))
	case AuthPost:
		k.form.Set("client_id", id)
		k.form.Set("client_secret", pass)
	default:
		return usage(k.x.Op, "client_auth "+clean(string(cr.Auth), 50)+" is not supported yet", "use basic, basic-encoded or post")
	}
	k.header.Set("Content-Type", "application/x-www-form-urlencoded")
	k.body = []byte(k.form.Encode())
	return nil
}

func (k *call) basic(id, pass string) {
	pair := id + ":" + pass
	k.mask.add(pair, false)
	k.header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(pair)))
}
