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

// assertionLife is the lifetime of an assertion. An assertion is used at once; the rest covers a
// slow network and a server whose clock differs.
const assertionLife = 5 * time.Minute

// SignAssertion signs the assertion of a JWT bearer grant (RFC 7523 section 3). It adds the claims
// that are missing: aud is the token URL, jti is random, exp is 5 minutes after iat. iat is the
// server's time if the difference between the clocks is known. A missing iss is copied from sub,
// and a missing sub from iss. It fails (KindUsage) if both are missing, or if the key cannot sign.
func (c *Client) SignAssertion(key SigningKey, claims map[string]any) (secret.Text, error) {
	const op = "sign"
	full := maps.Clone(claims)
	if full == nil {
		full = map[string]any{}
	}
	iss, sub := full["iss"], full["sub"]
	switch {
	case iss == nil && sub == nil:
		return secret.Text{},
			usage(op, "the assertion has neither an issuer (iss) nor a subject (sub)",
				"set iss, or sub, among its claims")
	case iss == nil:
		full["iss"] = sub
	case sub == nil:
		full["sub"] = iss
	}
	if full["aud"] == nil && c.cfg.Endpoints.TokenURL == "" {
		return secret.Text{}, usage(op, "token_url is missing",
			"set token_url for this environment, or aud among the claims")
	}
	a, e := c.sign(op, key, full, c.cfg.Endpoints.TokenURL)
	if e != nil {
		return secret.Text{}, e
	}
	return a, nil
}

// clientAssertion signs the assertion that authenticates a client (RFC 7523 section 3, OpenID
// Connect Core 1.0 section 9). The audience is the token URL for every endpoint, because servers
// compare it with that URL.
func (c *Client) clientAssertion(op string, cr Credentials, target string) (secret.Text, *Error) {
	if c.cfg.Endpoints.TokenURL != "" {
		target = c.cfg.Endpoints.TokenURL
	}
	return c.sign(op, cr.SigningKey, map[string]any{"iss": cr.ConsumerKey, "sub": cr.ConsumerKey},
		target)
}

// sign fills in aud, iat, exp and jti where they are missing, and signs.
func (c *Client) sign(op string, key SigningKey, claims map[string]any,
	aud string) (secret.Text, *Error) {
	if key.Key.IsZero() {
		return secret.Text{},
			usage(op, "there is no key to sign with", "set signing_key for the application")
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
		return secret.Text{}, usage(op, "the assertion could not be signed: "+
			text.Words(strings.TrimPrefix(err.Error(), "sign: "), wordsLimit),
			"check signing_key: a private key, PEM or JWK")
	}
	return a, nil
}
