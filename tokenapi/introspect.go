package tokenapi

import (
	"context"
	"math"
	"net/http"
	"net/url"
	"time"

	"lanyard/text"
	"lanyard/tokenapi/secret"
)

const opIntrospect = "introspect"

// IntrospectRequest holds the parameters of an introspection request (RFC 7662 section 2.1).
type IntrospectRequest struct {
	Credentials Credentials
	Token       secret.Text
	Hint        string // "access_token", "refresh_token" or ""
}

// Epoch is a time in a server's answer: seconds since 1970 by the server's clock. It is not a
// time.Time because WSO2 sends the largest int64 for "never".
type Epoch struct {
	Seconds int64
	Known   bool
}

// IntrospectAnswer is the state of a token at the authorization server. A gateway may still accept
// an inactive token.
type IntrospectAnswer struct {
	Active    bool
	Scopes    []string // nil: the answer has no scope member
	ClientID  string
	Username  string
	Subject   string
	TokenType string
	Expires   Epoch
	Issued    Epoch
	NotBefore Epoch
	Lifetime  Lifetime  // "" if the token is not active
	Extra     []Param   // the other members as text, masked if the name is that of a secret
	At        time.Time // when the answer was read
}

// Introspect asks the introspection endpoint about a token. If the server refuses the caller (401,
// 403, a login page), the error has the Action NotAllowedToAsk. The token then may still be active.
func (c *Client) Introspect(ctx context.Context,
	r IntrospectRequest) (IntrospectAnswer, Exchange, error) {
	k := c.begin(opIntrospect, http.MethodPost, c.cfg.Endpoints.IntrospectURL)
	k.mask.add(r.Token.Reveal(), true)
	k.form = url.Values{}
	e := k.fillToken(r.Token, r.Hint)
	if e == nil {
		e = k.prepare(r.Credentials, c.cfg.Endpoints.IntrospectURL, "introspect_url")
	}
	var ans IntrospectAnswer
	if e == nil {
		var a answer
		if a, e = k.do(ctx, c.calls, bodyLimit, false); e == nil {
			ans, e = decodeIntrospect(a)
		}
	}
	if e == nil {
		ans.masked(&k.mask)
	}
	x, err := k.end(e)
	return ans, x, err
}

// decodeIntrospect reads an answer of the introspection endpoint (RFC 7662 section 2.2). An answer
// without active is an error.
func decodeIntrospect(a answer) (IntrospectAnswer, *Error) {
	m, n, e := a.accepted(opIntrospect)
	if e != nil {
		return IntrospectAnswer{}, e
	}
	active, known := m.boolean("active")
	switch {
	case n == isHTML:
		e := a.garbled(opIntrospect, n)
		e.Action, e.Hint = NotAllowedToAsk, checkCaller+"; or is the URL another page's?"
		return IntrospectAnswer{}, e
	case !known:
		return IntrospectAnswer{}, a.garbled(opIntrospect, n)
	case !active:
		return IntrospectAnswer{At: a.at}, nil // the other members no longer hold
	}
	ans := IntrospectAnswer{
		Active: true, Scopes: scopes(m["scope"]),
		ClientID:  text.Words(m.text("client_id"), wordsLimit),
		Username:  text.Words(m.text("username"), wordsLimit),
		Subject:   text.Words(m.text("sub"), wordsLimit),
		TokenType: text.Words(m.text("token_type"), 100), Expires: m.epoch("exp"),
		Issued: m.epoch("iat"), NotBefore: m.epoch("nbf"), At: a.at,
	}
	if scheme, usable := tokenType(ans.TokenType); usable && ans.TokenType != "" {
		ans.TokenType = scheme
	}
	ans.Lifetime = ans.Expires.lifetime(a.at)
	ans.Extra = m.params("active", "scope", "client_id", "username", "sub", "token_type", "exp",
		"iat", "nbf", xmlSpace)
	return ans, nil
}

// epoch reads a point in time.
func (m members) epoch(name string) Epoch {
	n, ok := m.seconds(name)
	return Epoch{n, ok}
}

// lifetime classifies an expiry, seen at now. An expiry after the year 9999 means "never", unless
// it may be in milliseconds.
func (e Epoch) lifetime(now time.Time) Lifetime {
	const year10000, after = 253402300800, 1e15
	switch {
	case !e.Known:
		return Unknown
	case e.Seconds <= 0, e.Seconds >= year10000 && e.Seconds < after:
		return Ambiguous
	case e.Seconds >= year10000, e.Seconds > math.MaxInt64-maxBounded,
		e.Seconds-now.Unix() > maxBounded:
		return Unbounded
	}
	return Bounded
}

// masked hides secrets of the request that the server repeats.
func (a *IntrospectAnswer) masked(m *masker) {
	for i, s := range a.Scopes {
		a.Scopes[i] = m.words(s, wordsLimit)
	}
	for _, s := range []*string{&a.ClientID, &a.Username, &a.Subject, &a.TokenType} {
		*s = m.words(*s, wordsLimit)
	}
	for i, p := range a.Extra {
		a.Extra[i] = Param{m.words(p.Name, 100), m.words(p.Value, 4*wordsLimit)}
	}
}
