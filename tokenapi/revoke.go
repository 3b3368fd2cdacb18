package tokenapi

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"lanyard/text"
	"lanyard/tokenapi/secret"
)

// Revoke sends one revocation request (RFC 7009 section 2.1). A success does not prove that a token
// was revoked: see RevokeAnswer.
func (c *Client) Revoke(ctx context.Context, r RevokeRequest) (RevokeAnswer, Exchange, error) {
	k := c.begin(opRevoke, http.MethodPost, c.cfg.Endpoints.RevokeURL)
	k.mask.add(r.Token.Reveal(), true)
	k.form = url.Values{}
	e := k.fillToken(r.Token, r.Hint)
	if e == nil {
		e = k.prepare(r.Credentials, c.cfg.Endpoints.RevokeURL, "revoke_url")
	}
	var ans RevokeAnswer
	if e == nil {
		var a answer
		if a, e = k.do(ctx, c.calls, bodyLimit, false); e == nil {
			ans, e = decodeRevoke(a)
			ans.AuthorizedUser = k.mask.words(ans.AuthorizedUser, wordsLimit)
		}
	}
	x, err := k.end(e)
	return ans, x, err
}

// fillToken builds the form of a request about a token (RFC 7009 section 2.1, RFC 7662 section
// 2.1).
func (k *call) fillToken(token secret.Text, hint string) *Error {
	if token.IsZero() {
		return usage(k.x.Op, "there is no token to "+k.x.Op, "")
	}
	k.form.Set("token", token.Reveal())
	switch hint {
	case "access_token", "refresh_token":
		k.form.Set("token_type_hint", hint)
	case "":
	default:
		return usage(k.x.Op, "the hint must be access_token or refresh_token", "")
	}
	return nil
}

// decodeRevoke reads an answer of the revocation endpoint. It accepts any 2xx, with any body except
// an error or a web page: a captive portal answers 200 and revokes nothing.
func decodeRevoke(a answer) (RevokeAnswer, *Error) {
	_, n, e := a.accepted(opRevoke)
	if e != nil {
		return RevokeAnswer{}, e
	}
	if n == isHTML {
		return RevokeAnswer{}, a.garbled(opRevoke, n)
	}
	named := func(name string) string {
		v := strings.TrimSpace(a.header.Get(name))
		if strings.EqualFold(v, "null") {
			return ""
		}
		return v
	}
	ans := RevokeAnswer{
		AccessToken:    secret.New(named("RevokedAccessToken")),
		RefreshToken:   secret.New(named("RevokedRefreshToken")),
		AuthorizedUser: text.Words(named("AuthorizedUser"), wordsLimit),
		At:             a.at,
	}
	ans.Confirmed = !ans.AccessToken.IsZero() || !ans.RefreshToken.IsZero() ||
		ans.AuthorizedUser != ""
	return ans, nil
}
