package tokenapi

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"lanyard/text"
)

const opRevoke = "revoke"

// Token sends one grant to the token endpoint (RFC 6749 section 3.2), once. It returns the Exchange
// with an error too. If the request has a Nonce and the ID token in the answer does not hold it,
// Token fails with KindRefused.
func (c *Client) Token(ctx context.Context, r TokenRequest) (TokenAnswer, Exchange, error) {
	op := text.Words(r.Grant, 100)
	if op == "" {
		op = "token"
	}
	k := c.begin(op, http.MethodPost, c.cfg.Endpoints.TokenURL)
	e := k.fillGrant(r)
	if e == nil {
		e = k.prepare(r.Credentials, c.cfg.Endpoints.TokenURL, "token_url")
	}
	var t TokenAnswer
	var a answer
	if e == nil {
		if a, e = k.do(ctx, c.calls, bodyLimit, false); e == nil {
			t, e = decodeToken(op, a)
		}
	}
	if e == nil {
		k.mask.add(t.Access.Reveal(), true)
		k.mask.add(t.Refresh.Reveal(), true)
		k.mask.add(t.ID.Reveal(), true)
		t.masked(&k.mask)
		if e = checkNonce(a, op, t, r.Nonce); e != nil {
			t = TokenAnswer{}
		}
	}
	x, err := k.end(e)
	return t, x, err
}

// maskGrant masks the secrets of a grant, and leaves its public texts.
func (k *call) maskGrant(r TokenRequest) {
	k.mask.add(r.Password.Reveal(), false)
	k.mask.add(r.RefreshToken.Reveal(), true)
	k.mask.add(r.Code.Reveal(), false)
	k.mask.add(r.CodeVerifier.Reveal(), false)
	k.mask.add(r.Nonce.Reveal(), false)
	k.mask.add(r.DeviceCode.Reveal(), false)
	k.mask.add(r.Assertion.Reveal(), false)
	k.mask.add(r.SubjectToken.Reveal(), true)
	k.mask.public(r.Username, r.RedirectURI)
	k.mask.public(r.Scopes...)
	for name, values := range r.Extra {
		for _, v := range values {
			if !slices.Contains(publicParams(), name) {
				k.mask.addNamed(v, isTokenKey(name))
			}
		}
	}
}

// fillGrant builds the form of a grant.
func (k *call) fillGrant(r TokenRequest) *Error {
	k.maskGrant(r) // first, so that no error below shows a secret
	f := url.Values{}
	for name, values := range r.Extra {
		if slices.Contains(reservedParams(), strings.ToLower(strings.TrimSpace(name))) {
			clash := "the extra parameter " + text.Words(name, 50) + " belongs to the protocol"
			return usage(k.x.Op, clash, "remove it from extra")
		}
		f[name] = slices.Clone(values)
	}
	k.form = f
	f.Set("grant_type", wireGrant(r.Grant))
	// For these two grants the authorization request named the scopes (RFC 6749 section 4.1.1, RFC
	// 8628 section 3.1).
	begun := r.Grant == GrantAuthorizationCode || r.Grant == GrantDeviceCode
	if s := strings.Join(strings.Fields(strings.Join(r.Scopes, " ")), " "); s != "" && !begun {
		f.Set("scope", s)
	}
	switch r.Grant {
	case GrantClientCredentials:
	case GrantPassword:
		if r.Username == "" {
			return usage(k.x.Op, "the user name is missing", "set username for the application")
		}
		if r.Password.IsZero() {
			return usage(k.x.Op, "the password is missing",
				"set password for the application, or type it when asked")
		}
		f.Set("username", r.Username)
		f.Set("password", r.Password.Reveal())
	case GrantRefreshToken:
		if r.RefreshToken.IsZero() {
			return usage(k.x.Op, "there is no refresh token", "ask for a new token instead")
		}
		f.Set("refresh_token", r.RefreshToken.Reveal())
	case GrantAuthorizationCode:
		return k.fillCode(r)
	case GrantDeviceCode:
		if r.DeviceCode.IsZero() {
			return usage(k.x.Op, "there is no device code", "begin again, with a new device code")
		}
		f.Set("device_code", r.DeviceCode.Reveal())
	case GrantJWTBearer:
		if r.Assertion.IsZero() {
			return usage(k.x.Op, "there is no assertion",
				"set signing_key for the application, or hand over an assertion")
		}
		f.Set("assertion", r.Assertion.Reveal())
	case GrantTokenExchange:
		return k.fillExchange(r)
	case "":
		return usage(k.x.Op, "the grant is missing",
			"set grant for the application, such as client_credentials")
	default:
		return usage(k.x.Op, "there is no such grant here",
			"the grants are client_credentials, password, refresh_token, authorization_code, "+
				"device_code, jwt_bearer and token_exchange")
	}
	return nil
}

// fillCode adds the parameters of an authorization code grant (RFC 6749 section 4.1.3, RFC 7636
// section 4.5).
func (k *call) fillCode(r TokenRequest) *Error {
	switch {
	case r.Code.IsZero():
		return usage(k.x.Op, "there is no authorization code", "begin again in the browser")
	case r.CodeVerifier.IsZero():
		return usage(k.x.Op, "the PKCE verifier is missing", "begin again in the browser")
	case r.RedirectURI == "":
		return usage(k.x.Op, "the redirect URI is missing",
			"it must be the one that the authorization began with")
	}
	k.form.Set("code", r.Code.Reveal())
	k.form.Set("code_verifier", r.CodeVerifier.Reveal())
	k.form.Set("redirect_uri", r.RedirectURI)
	return nil
}

// fillExchange adds the parameters of a token exchange (RFC 8693 section 2.1).
func (k *call) fillExchange(r TokenRequest) *Error {
	switch {
	case r.SubjectToken.IsZero():
		return usage(k.x.Op, "there is no token to exchange", "")
	case r.SubjectTokenType == "":
		return usage(k.x.Op, "the type of the token to exchange is missing",
			"it is often urn:ietf:params:oauth:token-type:jwt or …:access_token")
	}
	k.form.Set("subject_token", r.SubjectToken.Reveal())
	k.form.Set("subject_token_type", r.SubjectTokenType)
	if r.RequestedTokenType != "" {
		k.form.Set("requested_token_type", r.RequestedTokenType)
	}
	return nil
}

// wireGrant returns the grant_type of a grant.
func wireGrant(grant string) string {
	switch grant {
	case GrantDeviceCode:
		return "urn:ietf:params:oauth:grant-type:device_code"
	case GrantJWTBearer:
		return "urn:ietf:params:oauth:grant-type:jwt-bearer"
	case GrantTokenExchange:
		return "urn:ietf:params:oauth:grant-type:token-exchange"
	}
	return grant
}

// reservedParams are the form parameters that Extra may not set.
func reservedParams() []string {
	return []string{
		"grant_type", "scope", "username", "password", "refresh_token", "client_id",
		"client_secret", "client_assertion", "client_assertion_type", "token", "token_type_hint",
		"callback", "code", "code_verifier", "redirect_uri", "device_code", "assertion",
		"subject_token", "subject_token_type", "requested_token_type",
	}
}
