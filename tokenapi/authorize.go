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

// ErrState reports that the state of an answer is not the state that was sent. The answer belongs
// to another attempt, or is forged; a listener can go on waiting for the right one.
var ErrState = errors.New("the state is not the one that was sent")

// AuthorizeRequest holds the parameters of an authorization request (RFC 6749 section 4.1.1).
type AuthorizeRequest struct {
	AuthorizeURL string
	Issuer       string // compared with iss in the answer (RFC 9207); "" if unknown
	IssRequired  bool   // the server declares that it always sends iss
	ConsumerKey  string
	RedirectURI  string
	Scopes       []string
	Extra        url.Values
}

// Authorization is an authorization code grant in progress: the URL for the browser, and the values
// that the answer is checked against.
type Authorization struct {
	URL          string // for the browser; it holds no secret
	RedirectURI  string
	CodeVerifier secret.Text // PKCE S256 (RFC 7636)
	Nonce        secret.Text // for the ID token; zero if the scopes do not hold openid
	state        secret.Text
	issuer       string
	issRequired  bool
}

// Authorize prepares an authorization code grant with a new state and a new PKCE verifier. If the
// scopes hold openid, it adds a new nonce and refuses a nonce in Extra, because a constant nonce
// protects nothing. It fails (KindUsage) if a value is missing or invalid.
func Authorize(r AuthorizeRequest, allowHTTP bool) (Authorization, error) {
	if err := checkURL("authorize_url", r.AuthorizeURL, allowHTTP); err != nil {
		return Authorization{}, err
	}
	u, err := url.Parse(r.AuthorizeURL)
	if err != nil {
		return Authorization{}, usage(opAuthorize, "authorize_url is not a URL", "")
	}
	if r.ConsumerKey == "" {
		return Authorization{}, usage(opAuthorize,
			"the consumer key is missing", "set consumer_key for the application")
	}
	// It is sent unchanged: servers compare it as a string (RFC 9700 section 2.1).
	if back, err := url.Parse(r.RedirectURI); err != nil || back.Scheme == "" ||
		strings.Contains(r.RedirectURI, "#") {
		return Authorization{}, usage(opAuthorize,
			"the redirect URI must be absolute and have no fragment",
			"on this machine it looks like http://127.0.0.1:8976/")
	}
	q := url.Values{}
	openID := wantsIDToken(r.Scopes)
	if err := addExtra(q, r.Extra, u, openID); err != nil {
		return Authorization{}, err
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
	if openID { // OpenID Connect Core 3.1.2.1; Glewlwyd requires it
		text := random(32)
		q.Set("nonce", text)
		nonce = secret.New(text)
	}
	q.Set("code_challenge", base64.RawURLEncoding.EncodeToString(challenge[:]))
	q.Set("code_challenge_method", "S256")
	// %20 is a space both for servers that parse the query as a form and for those that do not.
	query := strings.ReplaceAll(q.Encode(), "+", "%20")
	if u.RawQuery != "" { // it stays unchanged (RFC 6749 section 3.1)
		query = strings.TrimRight(u.RawQuery, "&") + "&" + query
	}
	u.RawQuery, u.ForceQuery = query, false
	return Authorization{
		URL: u.String(), RedirectURI: r.RedirectURI,
		CodeVerifier: secret.New(verifier), Nonce: nonce,
		state: secret.New(state), issuer: r.Issuer, issRequired: r.IssRequired,
	}, nil
}

// addExtra adds the extra parameters to a query. It refuses those of the protocol, and those that
// the authorize URL has.
func addExtra(q, extra url.Values, u *url.URL, openID bool) error {
	refused := func(name string) bool {
		return !mayAuthorize(name) || openID && strings.EqualFold(strings.TrimSpace(name), "nonce")
	}
	for name, values := range extra {
		if refused(name) {
			return usage(opAuthorize,
				"the extra parameter "+text.Words(name, 50)+" belongs to the protocol",
				"remove it from extra")
		}
		q[name] = slices.Clone(values)
	}
	for name := range u.Query() {
		if refused(name) || q.Has(name) {
			return usage(opAuthorize,
				"authorize_url already holds the parameter "+text.Words(name, 50),
				"remove it from authorize_url")
		}
	}
	return nil
}

// mayAuthorize reports whether an extra parameter of this name may be added to an authorization
// request. Parameters of the protocol and those that replace them (RFC 9101) may not. Credentials
// may not either, because the URL ends up in the history of a browser.
func mayAuthorize(name string) bool {
	name = strings.ToLower(strings.TrimSpace(name))
	switch name {
	case "response_type", "state", "code_challenge", "code_challenge_method", "request",
		"request_uri", "response_mode":
		return false
	}
	return !slices.Contains(reservedParams(), name)
}

// random returns n random bytes in base64url. 32 bytes make the 43 characters that RFC 7636 section
// 4.1 requires.
func random(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // it never fails: it ends the program instead
	return base64.RawURLEncoding.EncodeToString(b)
}

// Redeem checks the parameters that came back to the redirect URI and returns the code. It compares
// state (in constant time) and iss before it reads anything else. If state is wrong or missing, the
// error wraps ErrState. A refusal of the server is KindRefused with the server's code; every other
// error is KindGarbled. No error holds the code or the state.
func (a Authorization) Redeem(query url.Values) (code secret.Text, err error) {
	if a.state.IsZero() {
		return secret.Text{}, usage(opAuthorize, "no authorization is under way", "")
	}
	bad := func(cause error, hint string) error {
		return &Error{Op: opAuthorize, Kind: KindGarbled, Err: cause, Hint: hint, Sent: true}
	}
	const again = "begin again, and use the newest page of the browser"
	for _, values := range query {
		if len(values) > 1 { // RFC 6749 section 3.1 forbids it
			return secret.Text{}, bad(errors.New("a parameter of the answer came twice"), again)
		}
	}
	if !secret.New(query.Get("state")).Equal(a.state) {
		return secret.Text{}, bad(ErrState, again)
	}
	switch iss := query.Get("iss"); {
	case !query.Has("iss") && a.issRequired:
		return secret.Text{}, bad(errors.New("the answer does not say which server made it (iss)"),
			"the server says that it always does: the answer may be another server's")
	case query.Has("iss") && a.issuer != "" && iss != a.issuer:
		return secret.Text{}, bad(errors.New("the answer was made by another server (iss)"),
			"only the issuer of this environment may answer; is issuer right?")
	}
	if query.Get("error") != "" {
		return secret.Text{}, a.refused(query)
	}
	if query.Get("code") == "" {
		return secret.Text{}, bad(errors.New("the answer holds no code"), again)
	}
	return secret.New(query.Get("code")), nil
}

// RedeemPasted returns the code from a text that a person pasted. The text is the address at which
// the browser ended (on any host), its query, or the code alone. Redeem checks the first two.
//
// A code alone has no state. RedeemPasted accepts it because the person gave it for this
// authorization, so that no web page can have supplied it. The server also refuses the code of
// another authorization, because the verifier differs (RFC 7636 section 4.6). A code alone does not
// name its issuer: it is refused if the server always sends iss.
func (a Authorization) RedeemPasted(text secret.Text) (code secret.Text, err error) {
	wrong := func(why, hint string) (secret.Text, error) {
		return secret.Text{}, usage(opAuthorize, why, hint)
	}
	const whole = "paste the whole address that the browser ended at"
	parts := strings.Fields(text.Reveal())
	pasted := strings.Join(parts, "") // an address may be broken into several lines
	query, isAddress, isQuery := authorizationQuery(pasted)
	switch {
	case pasted == "":
		return wrong("it is empty", whole)
	case isQuery:
		q, err := url.ParseQuery(strings.ReplaceAll(query, ";", "%3B"))
		switch {
		case err != nil:
			return wrong("the query of the address cannot be read", whole)
		case !q.Has("code") && !q.Has("error"):
			return wrong("it is an address without an answer",
				"sign in first, then paste the address that the browser ended at")
		case !q.Has("state"):
			return wrong("it has no state", whole+", or the code alone")
		}
		return a.Redeem(q)
	case isAddress:
		return wrong("it is an address without an answer",
			"sign in first, then paste the address that the browser ended at")
	case len(parts) > 1 ||
		strings.ContainsFunc(pasted, func(r rune) bool { return r < '!' || r > '~' }):
		return wrong("it is neither an address nor a code", whole)
	case a.issRequired:
		return wrong("a code alone does not say which server made it (iss)", whole)
	}
	if plain, err := url.PathUnescape(pasted); err == nil { // it may be escaped
		pasted = plain
	}
	return secret.New(pasted), nil
}

// authorizationQuery finds the query in an address or in a part of one.
func authorizationQuery(text string) (query string, isAddress, isQuery bool) {
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

// refused returns the error that the answer carries (RFC 6749 section 4.1.2.1).
func (a Authorization) refused(query url.Values) *Error {
	var m masker
	m.add(query.Get("code"), false)
	m.add(query.Get("state"), false)
	e := &Error{
		Op: opAuthorize, Kind: KindRefused, Sent: true,
		Code:        m.words(query.Get("error"), 100),
		Description: m.words(query.Get("error_description"), wordsLimit),
	}
	switch e.Code {
	case "access_denied":
		e.Action = Stop
		e.Hint = "the user, or a rule of the server, denied access: begin again to be asked again"
	case "invalid_scope":
		e.Action = RetryWithoutScope
		e.Hint = "the server does not grant one of the scopes to this application"
	case "unauthorized_client":
		e.Action = Stop
		e.Hint = "the application is not allowed to use this grant: enable it in the portal"
	case "unsupported_response_type":
		e.Hint, e.Action = "the server does not offer the authorization code grant", Stop
	case "invalid_request":
		e.Action = Stop
		e.Hint = "is the redirect URI registered for this application, letter by letter?"
	case "login_required", "consent_required", "interaction_required", "account_selection_required":
		e.Action = Reauthenticate
		e.Hint = "the server must show a page to the user: remove prompt from extra"
	case "server_error", "temporarily_unavailable":
		e.Hint, e.Action = "the fault is the server's: try again later", RetryLater
	}
	return e
}
