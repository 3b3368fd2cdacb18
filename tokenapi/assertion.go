package tokenapi

import (
	"crypto/rand"
	"maps"
	"strings"
	"time"

	"lanyard/text"
	"lanyard/tokenapi/jwt"
	"lanyard/tokenapi/secret"
)

// assertionLife is how long an assertion is good for. It is used at once; what is left covers a slow network
// and a server whose clock is off by less than that.
const assertionLife = 5 * time.Minute

// SignAssertion signs the assertion of a JWT bearer grant (RFC 7523 section 3). What claims leaves out is
// filled in: aud with the token URL, iat and exp (5 minutes) by the server's clock as far as it is known, a
// random jti, and iss and sub each with the other. It fails (KindUsage) when there is neither iss nor sub,
// or when the key cannot sign.
func (c *Client) SignAssertion(key SigningKey, claims map[string]any) (secret.Text, error) {
	const op = "sign"
	full := maps.Clone(claims)
	if full == nil {
		full = map[string]any{}
	}
	iss, sub := full["iss"], full["sub"]
	switch {
	case iss == nil && sub == nil:
		return secret.Text{}, usage(op, "the assertion says neither who made it (iss) nor whom it is about (sub)", "set iss, or sub, among its claims")
	case iss == nil:
		full["iss"] = sub
	case sub == nil:
		full["sub"] = iss
	}
	if full["aud"] == nil && c.cfg.Endpoints.TokenURL == "" {
		return secret.Text{}, usage(op, "token_url is missing", "set token_url for this environment, or aud among the claims")
	}
	a, e := c.sign(op, key, full, c.cfg.Endpoints.TokenURL)
	if e != nil {
		return secret.Text{}, e
	}
	return a, nil
}

// clientAssertion signs what proves a client (RFC 7523 section 3, OpenID Connect Core 1.0 section 9). The
// audience is the token URL, whichever endpoint is called: that is what servers compare with.
func (c *Client) clientAssertion(op string, cr Credentials, target string) (secret.Text, *Error) {
	if c.cfg.Endpoints.TokenURL != "" {
		target = c.cfg.Endpoints.TokenURL
	}
	return c.sign(op, cr.SigningKey, map[string]any{"iss": cr.ConsumerKey, "sub": cr.ConsumerKey}, target)
}

// sign fills in aud, iat, exp and jti where they are missing, and signs.
func (c *Client) sign(op string, key SigningKey, claims map[string]any, aud string) (secret.Text, *Error) {
	if key.Key.IsZero() {
		return secret.Text{}, usage(op, "there is no key to sign with", "set signing_key for the application")
	}
	now := c.serverTime()
	for name, v := range map[string]any{
		"aud": aud, // one string: some servers do not take a list
		"iat": now.Unix(),
		"exp": now.Add(assertionLife).Unix(),
		"jti": rand.Text(), // at least 128 bit
	} {
		if claims[name] == nil {
			claims[name] = v
		}
	}
	a, err := jwt.Sign(claims, key.Key, key.Alg, key.KeyID)
	if err != nil {
		return secret.Text{}, usage(op, "the assertion could not be signed: "+text.Words(strings.TrimPrefix(err.Error(), "sign: "), wordsLimit), "check signing_key: a private key, PEM or JWK")
	}
	return a, nil
}
