package tokenapi

import (
	"bytes"
	"errors"
	"net/url"
	"slices"
	"time"

	"lanyard/text"
)

// read is what a Reply keeps of its exchange: the secrets to mask in what is said of it, and when it came.
type read struct {
	mask masker
	host string
	url  string // masked
	key  string // of the configuration, for the URL
	at   time.Time
}

// Refusal is the error of a reply that refuses, nil for a 2xx without an error in it. It finds the error in
// the same shapes as every other call of this package, and masks what it quotes.
func (r Reply) Refusal(op string) *Error {
	a := r.answer()
	_, _, e := a.accepted(op)
	return r.said(e)
}

// Unreadable is the error of a 2xx that is not what was asked for: a web page, an empty body, or other
// notation. Without any of these, why says what is missing.
func (r Reply) Unreadable(op, why string) *Error {
	a := r.answer()
	_, n := readMembers(a.body)
	if n == isHTML || n == isEmpty {
		e := a.failure(op, KindGarbled)
		e.Err = a.silent(n)
		return r.said(e)
	}
	e := a.failure(op, KindGarbled)
	e.Err = errors.New(why)
	return r.said(e)
}

// Words makes a text of the server fit to show: cleaned, cut, and without the secrets of this exchange.
func (r Reply) Words(s string) string {
	if r.read == nil {
		return text.Words(s, wordsLimit)
	}
	return r.read.mask.words(text.Words(s, rawLimit), wordsLimit)
}

func (r Reply) answer() answer {
	a := answer{status: r.Status, header: r.Header, body: r.Body, large: r.Large}
	if r.read != nil {
		a.host, a.url, a.key, a.path, a.at = r.read.host, r.read.url, r.read.key, pathOf(r.read.url), r.read.at
	}
	return a
}

func (r Reply) said(e *Error) *Error {
	if e != nil && r.read != nil {
		r.read.mask.error(e)
	}
	return e
}

// error masks what an error quotes.
func (m *masker) error(e *Error) {
	words := func(s string, limit int) string {
		out, guessed := m.quote(s, limit)
		e.guessed = e.guessed || guessed
		return out
	}
	if !slices.Contains(errorNames(), e.Code) { // a name is none of the secrets that stand under "code"
		e.Code = words(e.Code, 100)
	}
	e.URI = m.docs(e.URI)
	// Hydra repeats a long sentence of the RFC before its own reason.
	e.Description = words(e.Description, 2*wordsLimit)
	e.Title = words(e.Title, wordsLimit)
	if e.Err != nil {
		e.Err = errors.New(words(e.Err.Error(), wordsLimit+100))
	}
	e.Hint = words(e.Hint, wordsLimit)
	if all := e.Error() + " " + e.Title + " " + e.URI + " " + e.Hint; m.repeats(all, false) { // in parts, none of which shows it
		if !slices.Contains(errorNames(), e.Code) {
			e.Code = ""
		}
		e.Description, e.Title, e.URI, e.Hint, e.Err = leftOut, "", "", "", nil
	}
}

// docs masks the URL of a page about an error. Its fragment, and the values of its query, name the
// error: they stay where they are words or numbers that no secret is.
func (m *masker) docs(raw string) string {
	raw = text.Words(m.known(raw), rawLimit)
	if u, err := url.Parse(raw); err == nil && u.Opaque == "" {
		raw = maskSaidURL(raw)
	}
	out := m.words(raw, wordsLimit)
	if m.hides(out) {
		return leftOut
	}
	return out
}

// errorNames are the errors that decisions hang on (RFC 6749 5.2, RFC 7009 2.2.1, RFC 8628 3.5, RFC 9449).
func errorNames() []string {
	return []string{
		"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope",
		"access_denied", "server_error", "temporarily_unavailable", "unsupported_token_type", "authorization_pending", "slow_down",
		"expired_token", "invalid_token", "insufficient_scope", "use_dpop_nonce", "invalid_target",
	}
}

// At gives a client that shares this one's connections and sends grants and revocations elsewhere; the other
// endpoints are left out. It fails as New does.
func (c *Client) At(to Endpoints) (*Client, error) {
	for key, u := range map[string]string{"token_url": to.TokenURL, "revoke_url": to.RevokeURL} {
		if u == "" {
			continue
		}
		if err := checkURL(key, u, c.cfg.AllowHTTP); err != nil {
			return nil, err
		}
	}
	d := *c
	d.cfg.Endpoints = Endpoints{TokenURL: to.TokenURL, RevokeURL: to.RevokeURL}
	return &d, nil
}

// ReadJSON reads a body that is one JSON value, whatever its Content-Type says. A byte order mark is taken
// off; numbers are kept as json.Number.
func ReadJSON(body []byte) (any, bool) { return readJSON(bytes.TrimSpace(unmark(body))) }

// ReadScopes reads scopes: words with blanks or commas between them, or a list. Nil: v says nothing of them.
func ReadScopes(v any) []string { return scopes(v) }

// ReadSeconds reads a lifetime in whole seconds, a number or a number in a string.
func ReadSeconds(v any) (seconds int64, has bool, l Lifetime) {
	return lifetime(members{"expires_in": v})
}

// ReadTokenType reads the type of a token: the scheme to send, and whether the token can go into a header
// under it.
func ReadTokenType(raw, token string) (scheme string, usable bool) {
	scheme, usable = tokenType(raw)
	return scheme, usable && sendable(token)
}
