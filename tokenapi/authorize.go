package tokenapi

import (
	"net/url"

	"lanyard/tokenapi/secret"
)

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
	state        secret.Text
	issuer       string
	issRequired  bool
}

// Authorize prepares an authorization code grant: a fresh state and a fresh PKCE verifier each time.
func Authorize(_ AuthorizeRequest, _ bool) (Authorization, error) {
	return Authorization{}, usage("authorize", "the authorization code grant is not supported yet", "")
}

// Redeem checks the parameters that came back to the redirect URI, state in constant time and iss before
// anything else is believed, and gives the code.
func (a Authorization) Redeem(_ url.Values) (code secret.Text, err error) {
	return secret.Text{}, usage("authorize", "the authorization code grant is not supported yet", "")
}

// ErrState says that an answer at the redirect URI carries another state than the one that was sent: it is
// no answer to this authorization (RFC 6749 section 10.12).
var ErrState = usage("authorize", "the state is not the one that was sent", "")
