package tokenapi

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/url"
	"slices"
	"strings"

	"lanyard/text"
	"lanyard/tokenapi/secret"
)

const opAuthorize = "authorize"

// ErrState says that an answer does not carry the state that was sent: it belongs to another attempt, or
// somebody else made it. Whoever listens for the answer may go on listening.
var ErrState = errors.New("the state is not the one that was sent")

// AuthorizeRequest begins an authorization code grant (RFC 6749 section 4.1.1).
type AuthorizeRequest struct {
	AuthorizeURL string
	Issuer       string // to compare with iss in the answer (RFC 9207); "" when not known
	IssRequired  bool   // the server says that it always sends iss
	ConsumerKey  string
	RedirectURI  string
	Scopes       []string
	Extra        url.Values
}

// Authorization is an authorization code grant under way: what the person's browser is to open, and what
// the answer will be held against.
type Authorization struct {
	URL          string // to open; it holds no secret
	RedirectURI  string
	CodeVerifier secret.Text // PKCE S256 (RFC 7636)
	Nonce        secret.Text // for the ID token; zero when openid is not among the scopes
	state        secret.Text
	issuer       string
	issRequired  bool
}

// Authorize prepares an authorization code grant: a fresh state, a fresh PKCE verifier and, where
// openid is among the scopes, a fresh nonce each time. A nonce in Extra is then refused: one that
// stays the same protects nothing. It fails (KindUsage) when something that it needs is missing or
// cannot be used.
func Authorize(r AuthorizeRequest, allowHTTP bool) (Authorization, error) {
	if err := checkURL("authorize_url", r.AuthorizeURL, allowHTTP); err != nil {
		return Authorization{}, err
	}
	u, err := url.Parse(r.AuthorizeURL)
	if err != nil {
		return Authorization{}, usage(opAuthorize, "authorize_url is not a URL", "")
	}
	if r.ConsumerKey == "" {
		return Authorization{}, usage(opAuthorize, "the consumer key is missing", "set consumer_key for the application")
	}
	// It goes out as it is given: servers compare it letter by letter (RFC 9700 section 2.1).
	if back, err := url.Parse(r.RedirectURI); err != nil || back.Scheme == "" || strings.Contains(r.RedirectURI, "#") {
		return Authorization{}, usage(opAuthorize, "the redirect URI must be absolute and have no fragment", "on this machine it looks like http://127.0.0.1:8976/")
	}
	q := url.Values{}
	openID := opensID(r.Scopes)
	refused := func(name string) bool {
		return !mayAuthorize(name) || openID && strings.EqualFold(strings.TrimSpace(name), "nonce")
	}
	for name, values := range r.Extra {
		if refused(name) {
			return Authorization{}, usage(opAuthorize, "the extra parameter "+text.Words(name, 50)+" belongs to the protocol", "remove it from extra")
		}
		q[name] = slices.Clone(values)
	}
	for name := range u.Query() {
		if refused(name) || q.Has(name) {
			return Authorization{}, usage(opAuthorize, "authorize_url already holds the parameter "+text.Words(name, 50), "remove it from authorize_url")
		}
	}
	verifier, state := random(32), random(32)
	challenge := sha256.Sum256([]byte(verifier))
	q.Set("response_type", "code")
	q.Set("client_id", r.ConsumerKey)
	q.Set("redirect_uri", r.RedirectURI)
	if s := strings.Join(strings.Fields(strings.Join(r.Scopes, " ")), " "); s != "" {
		q.Set("scope", s)
	}
	q.Set("state", state)
	var nonce secret.Text
	if openID { // OpenID Connect Core 3.1.2.1; Glewlwyd refuses to do without
		text := random(32)
		q.Set("nonce", text)
		nonce = secret.New(text)
	}
	q.Set("code_challenge", base64.RawURLEncoding.EncodeToString(challenge[:]))
	q.Set("code_challenge_method", "S256")
	// A blank as %20 is read right by a server that takes the query for a form and by one that does not.
	query := strings.ReplaceAll(q.Encode(), "+", "%20")
	if u.RawQuery != "" { // it stays as it is written (RFC 6749 section 3.1)
		query = strings.TrimRight(u.RawQuery, "&") + "&" + query
	}
	u.RawQuery, u.ForceQuery = query, false
	return Authorization{
		URL: u.String(), RedirectURI: r.RedirectURI, CodeVerifier: secret.New(verifier), Nonce: nonce,
		state: secret.New(state), issuer: r.Issuer, issRequired: r.IssRequired,
	}, nil
}

// mayAuthorize says whether a parameter of that name may be added to an authorization request. Besides the
// protocol's own it may be nothing that replaces them (RFC 9101), and no credential: the URL ends up in
// the history of a browser.
func mayAuthorize(name string) bool {
	name = strings.ToLower(strings.TrimSpace(name))
	switch name {
	case "response_type", "state", "code_challenge", "code_challenge_method", "request", "request_uri", "response_mode":
		return false
	}
	return !slices.Contains(reservedParams(), name)
}

// random gives n random bytes in letters that need no escaping: 32 bytes make the 43 characters that
// RFC 7636 section 4.1 asks for.
func random(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: it ends the program instead
	return base64.RawURLEncoding.EncodeToString(b)
}

// Redeem checks the parameters that came back to the redirect URI, state in constant time and iss before
// anything else is believed, and gives the code. A wrong or missing state is ErrState in the chain. What
// the server refused is KindRefused with the server's code; anything else that is wrong is KindGarbled.
// No error holds the code or the state.
func (a Authorization) Redeem(query url.Values) (code secret.Text, err error) {
	if a.state.IsZero() {
		return secret.Text{}, usage(opAuthorize, "no authorization is under way", "")
	}
	bad := func(cause error, hint string) error {
		return &Error{Op: opAuthorize, Kind: KindGarbled, Err: cause, Hint: hint, Sent: true}
	}
	const again = "begin again, and use the newest page of the browser"
	for _, values := range query {
		if len(values) > 1 { // RFC 6749 section 3.1; which of them holds is anybody's guess
			return secret.Text{}, bad(errors.New("a parameter of the answer came twice"), again)
		}
	}
	if !secret.New(query.Get("state")).Equal(a.state) {
		return secret.Text{}, bad(ErrState, again)
	}
	switch iss := query.Get("iss"); {
	case !query.Has("iss") && a.issRequired:
		return secret.Text{}, bad(errors.New("the answer does not say which server made it (iss)"), "the server says that it always does: the answer may be another server's")
	case query.Has("iss") && a.issuer != "" && iss != a.issuer:
		return secret.Text{}, bad(errors.New("the answer was made by another server (iss)"), "only the issuer of this environment may answer; is issuer right?")
	}
	if query.Get("error") != "" {
		return secret.Text{}, a.refused(query)
	}
	if query.Get("code") == "" {
		return secret.Text{}, bad(errors.New("the answer holds no code"), again)
	}
	return secret.New(query.Get("code")), nil
}

// RedeemPasted gives the code out of what a person pasted: the address that the browser ended at on whatever host, the
// query of it, or the code alone. The first two are judged by Redeem.
//
// A code alone brings no state. It is taken because a person gave it for this very authorization, so no page of a
// browser can have slipped it in, and because it is redeemed with this authorization's verifier: the server refuses the
// code of another one (RFC 7636 section 4.6). Who made it cannot be seen, so it is refused where the server says that it
// always sends iss.
func (a Authorization) RedeemPasted(text secret.Text) (code secret.Text, err error) {
	wrong := func(why, hint string) (secret.Text, error) {
		return secret.Text{}, usage(opAuthorize, why, hint)
	}
	const whole = "paste the whole address that the browser ended at"
	parts := strings.Fields(text.Reveal())
	pasted := strings.Join(parts, "") // an address that was broken over lines
	query, isAddress, isQuery := answerIn(pasted)
	switch {
	case pasted == "":
		return wrong("it is empty", whole)
	case isQuery:
		q, err := url.ParseQuery(strings.ReplaceAll(query, ";", "%3B"))
		switch {
		case err != nil:
			return wrong("the query of the address cannot be read", whole)
		case !q.Has("code") && !q.Has("error"):
			return wrong("it is an address without an answer", "sign in first, then paste the address that the browser ended at")
		case !q.Has("state"):
			return wrong("it has no state", whole+", or the code alone")
		}
		return a.Redeem(q)
	case isAddress:
		return wrong("it is an address without an answer", "sign in first, then paste the address that the browser ended at")
	case len(parts) > 1 || strings.ContainsFunc(pasted, func(r rune) bool { return r < '!' || r > '~' }):
		return wrong("it is neither an address nor a code", whole)
	case a.issRequired:
		return wrong("a code alone does not say which server made it (iss)", whole)
	}
	if plain, err := url.PathUnescape(pasted); err == nil { // as it stands in an address
		pasted = plain
	}
	return secret.New(pasted), nil
}

// answerIn finds the query in an address or in what was copied out of one.
func answerIn(text string) (query string, isAddress, isQuery bool) {
	before, query, found := strings.Cut(text, "?")
	if !found {
		before, query = "", text
	}
	query, _, _ = strings.Cut(query, "#")
	isAddress = strings.Contains(before, "/") || strings.Contains(text, "://")
	for pair := range strings.SplitSeq(query, "&") {
		name, _, ok := strings.Cut(pair, "=")
		isQuery = isQuery || ok && slices.Contains([]string{"code", "error", "state"}, name)
	}
	return query, isAddress, isQuery
}

// refused is what the server, or the person at it, said no with (RFC 6749 section 4.1.2.1).
func (a Authorization) refused(query url.Values) *Error {
	var m masker
	m.add(query.Get("code"), false)
	m.add(query.Get("state"), false)
	e := &Error{
		Op: opAuthorize, Kind: KindRefused, Sent: true,
		Code: m.words(query.Get("error"), 100), Description: m.words(query.Get("error_description"), wordsLimit),
	}
	switch e.Code {
	case "access_denied":
		e.Hint, e.Action = "somebody, or a rule of the server, said no: begin again to be asked again", Stop
	case "invalid_scope":
		e.Hint, e.Action = "the server does not grant one of the scopes to this application", RetryWithoutScope
	case "unauthorized_client":
		e.Hint, e.Action = "the application is not allowed to use this grant: enable it in the portal", Stop
	case "unsupported_response_type":
		e.Hint, e.Action = "the server does not offer the authorization code grant", Stop
	case "invalid_request":
		e.Hint, e.Action = "is the redirect URI registered for this application, letter by letter?", Stop
	case "login_required", "consent_required", "interaction_required", "account_selection_required":
		e.Hint, e.Action = "the server wants to ask somebody: remove prompt from extra", Reauthenticate
	case "server_error", "temporarily_unavailable":
		e.Hint, e.Action = "the fault is the server's: try again later", RetryLater
	}
	return e
}
