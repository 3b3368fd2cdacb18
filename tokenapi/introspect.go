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

// IntrospectRequest asks the key manager about a token (RFC 7662 section 2.1).
type IntrospectRequest struct {
	Credentials Credentials
	Token       secret.Text
	Hint        string // "access_token", "refresh_token" or ""
}

// Epoch is a time as a server writes it: whole seconds since 1970 by its own clock. WSO2 writes the largest
// int64 for "never", which no time.Time can hold.
type Epoch struct {
	Seconds int64
	Known   bool
}

// IntrospectAnswer is what the key manager thinks of a token. It is about the key manager alone: a gateway
// in front of it may still let an inactive token through.
type IntrospectAnswer struct {
	Active    bool
	Scopes    []string // nil: the answer did not say
	ClientID  string
	Username  string
	Subject   string
	TokenType string
	Expires   Epoch
	Issued    Epoch
	NotBefore Epoch
	Lifetime  Lifetime // "" when the token is not active
	Extra     []Param  // the other members, as text, masked where their names say so
	At        time.Time
}

// Introspect asks the introspection endpoint. An answer that is about the caller and not about the token
// (401, 403, a page to sign in at) is an error with Action NotAllowedToAsk, never an inactive token.
func (c *Client) Introspect(ctx context.Context, r IntrospectRequest) (IntrospectAnswer, Exchange, error) {
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

// decodeIntrospect reads an answer of the introspection endpoint (RFC 7662 section 2.2). What the answer does not
// say outright is no answer: without active nothing is concluded.
func decodeIntrospect(a answer) (IntrospectAnswer, *Error) {
	m, n, e := a.accepted(opIntrospect)
	if e != nil {
		return IntrospectAnswer{}, e
	}
	active, said := m.truth("active")
	switch {
	case n == isHTML:
		e := a.garbled(opIntrospect, n)
		e.Action, e.Hint = NotAllowedToAsk, checkCaller+"; or is the URL another page's?"
		return IntrospectAnswer{}, e
	case !said:
		return IntrospectAnswer{}, a.garbled(opIntrospect, n)
	case !active:
		return IntrospectAnswer{At: a.at}, nil // whatever else it says is no longer so
	}
	ans := IntrospectAnswer{
		Active: true, Scopes: scopes(m["scope"]), ClientID: text.Words(m.text("client_id"), wordsLimit),
		Username: text.Words(m.text("username"), wordsLimit), Subject: text.Words(m.text("sub"), wordsLimit),
		TokenType: text.Words(m.text("token_type"), 100), Expires: m.epoch("exp"), Issued: m.epoch("iat"), NotBefore: m.epoch("nbf"),
		At: a.at,
	}
	if scheme, usable := tokenType(ans.TokenType); usable && ans.TokenType != "" {
		ans.TokenType = scheme
	}
	ans.Lifetime = ans.Expires.lifetime(a.at)
	ans.Extra = m.params("active", "scope", "client_id", "username", "sub", "token_type", "exp", "iat", "nbf", xmlSpace)
	return ans, nil
}

// epoch reads a point in time.
func (m members) epoch(name string) Epoch {
	n, ok := m.seconds(name)
	return Epoch{n, ok}
}

// lifetime says what an end in time means to someone whose clock shows now. Later than the year 9999 is
// "never", unless it is what milliseconds look like.
func (e Epoch) lifetime(now time.Time) Lifetime {
	const year10000, after = 253402300800, 1e15
	switch {
	case !e.Known:
		return Unknown
	case e.Seconds <= 0, e.Seconds >= year10000 && e.Seconds < after:
		return Ambiguous
	case e.Seconds >= year10000, e.Seconds > math.MaxInt64-never, e.Seconds-now.Unix() > never:
		return Unbounded
	}
	return Bounded
}

// masked takes out of an answer what was sent, should the server repeat it.
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
