package tokenapi

import (
	"bytes"
	"errors"
	"net/url"
	"slices"
	"time"

	"lanyard/text"
)

// replySource is the part of an exchange that a Reply keeps, to mask texts of the server later.
type replySource struct {
	mask masker
	host string
	url  string // masked
	key  string // configuration key of the URL
	at   time.Time
}

// Refusal returns the error of a reply that refuses, or nil for a 2xx without an error in it. It
// recognizes the same error formats as every other call of this package, and masks what it quotes.
func (r Reply) Refusal(op string) *Error {
	a := r.answer()
	_, _, e := a.accepted(op)
	return r.maskError(e)
}

// Unreadable returns the error of a 2xx that is not the expected answer. It describes a web page or
// an empty body itself; for any other body, why is the description.
func (r Reply) Unreadable(op, why string) *Error {
	a := r.answer()
	_, n := readMembers(a.body)
	if n == isHTML || n == isEmpty {
		e := a.failure(op, KindGarbled)
		e.Err = a.describe(n)
		return r.maskError(e)
	}
	e := a.failure(op, KindGarbled)
	e.Err = errors.New(why)
	return r.maskError(e)
}

// Words makes a text of the server fit to be shown: cleaned, shortened, and without the secrets of
// this exchange.
func (r Reply) Words(s string) string {
	if r.source == nil {
		return text.Words(s, wordsLimit)
	}
	return r.source.mask.words(text.Words(s, rawLimit), wordsLimit)
}

func (r Reply) answer() answer {
	a := answer{status: r.Status, header: r.Header, body: r.Body, large: r.Large}
	if r.source != nil {
		a.host, a.url, a.path = r.source.host, r.source.url, pathOf(r.source.url)
		a.key, a.at = r.source.key, r.source.at
	}
	return a
}

func (r Reply) maskError(e *Error) *Error {
	if e != nil && r.source != nil {
		r.source.mask.error(e)
	}
	return e
}

// error masks the texts of an error.
func (m *masker) error(e *Error) {
	words := func(s string, limit int) string {
		out, guessed := m.maskWords(s, limit)
		e.guessed = e.guessed || guessed
		return out
	}
	if !slices.Contains(errorNames(), e.Code) { // a standard code is not a secret
		e.Code = words(e.Code, 100)
	}
	e.URI = m.docs(e.URI)
	// Hydra repeats a long sentence of RFC 6749 before its own reason.
	e.Description = words(e.Description, 2*wordsLimit)
	e.Title = words(e.Title, wordsLimit)
	if e.Err != nil {
		e.Err = errors.New(words(e.Err.Error(), wordsLimit+100))
	}
	e.Hint = words(e.Hint, wordsLimit)
	// The parts together may repeat a secret that none shows alone.
	if all := e.Error() + " " + e.Title + " " + e.URI + " " + e.Hint; m.repeats(all, false) {
		if !slices.Contains(errorNames(), e.Code) {
			e.Code = ""
		}
		e.Description, e.Title, e.URI, e.Hint, e.Err = textOmitted, "", "", "", nil
	}
}

// docs masks the URL of a page about an error. Its fragment and its query values may name the
// error: they stay if isLabel accepts them.
func (m *masker) docs(raw string) string {
	raw = text.Words(m.maskKnown(raw), rawLimit)
	if u, err := url.Parse(raw); err == nil && u.Opaque == "" {
		raw = maskQuotedURL(raw)
	}
	out := m.words(raw, wordsLimit)
	if m.holdsSecret(out) {
		return textOmitted
	}
	return out
}

// errorNames are the codes that decide a next step (RFC 6749 section 5.2, RFC 7009 section 2.2.1,
// RFC 8628 section 3.5, RFC 9449).
func errorNames() []string {
	return []string{
		"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client",
		"unsupported_grant_type", "invalid_scope",
		"access_denied", "server_error", "temporarily_unavailable", "unsupported_token_type",
		"authorization_pending", "slow_down",
		"expired_token", "invalid_token", "insufficient_scope", "use_dpop_nonce", "invalid_target",
	}
}

// WithEndpoints returns a client that sends grants and revocations to other endpoints over the same
// connections. Its other endpoints are empty. It fails like New.
func (c *Client) WithEndpoints(to Endpoints) (*Client, error) {
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

// ReadJSON reads a body that is one JSON value, with any Content-Type. It ignores a byte order mark
// and keeps numbers as json.Number.
func ReadJSON(body []byte) (any, bool) { return readJSON(bytes.TrimSpace(toUTF8(body))) }

// ReadScopes reads scopes: words separated by spaces or commas, or a list. It returns nil if v is
// neither.
func ReadScopes(v any) []string { return scopes(v) }

// ReadSeconds reads a lifetime in seconds: a number, or a number in a string.
func ReadSeconds(v any) (seconds int64, has bool, l Lifetime) {
	return lifetime(members{"expires_in": v})
}

// ReadTokenType reads the type of a token: the scheme to send, and whether the token can be sent in
// a header under it.
func ReadTokenType(raw, token string) (scheme string, usable bool) {
	scheme, usable = tokenType(raw)
	return scheme, usable && sendable(token)
}
