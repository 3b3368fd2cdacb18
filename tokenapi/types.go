package tokenapi

import (
	"fmt"
	"net/url"
	"time"

	"lanyard/tokenapi/secret"
)

// ClientAuth is a client authentication method (RFC 6749 section 2.3). The user chooses it; the
// client never tries another one.
type ClientAuth string

// The client authentication methods.
const (
	AuthBasic         ClientAuth = "basic"           // Basic base64(id:secret), unescaped: for WSO2
	AuthBasicEncoded  ClientAuth = "basic-encoded"   // the same, form-encoded (RFC 6749)
	AuthPost          ClientAuth = "post"            // client_id and client_secret in the form
	AuthNone          ClientAuth = "none"            // a public client: client_id in the form
	AuthPrivateKeyJWT ClientAuth = "private_key_jwt" // a signed assertion (RFC 7523 section 2.2)
	AuthTLS           ClientAuth = "tls"             // a TLS client certificate (RFC 8705)
)

// Endpoints are the URLs of one authorization server. Each is needed only for its own kind of
// request. An empty one is unknown, or the server does not offer it.
type Endpoints struct {
	TokenURL      string
	RevokeURL     string
	IntrospectURL string
	AuthorizeURL  string
	DeviceURL     string // device authorization endpoint (RFC 8628)
	JWKSURL       string
}

// SigningKey is a private key that signs assertions.
type SigningKey struct {
	Key   secret.Text // a private key as PEM (PKCS #8, PKCS #1, SEC 1) or as a JWK
	Alg   string      // JWS algorithm; "": the usual one of the key type (RS256, ES256 …, EdDSA)
	KeyID string      // kid header; "": the kid of the JWK, or none
}

// Credentials authenticate the application (WSO2's terms are consumer key and consumer secret).
type Credentials struct {
	ConsumerKey    string
	ConsumerSecret secret.Text // basic, basic-encoded and post
	SigningKey     SigningKey  // private_key_jwt
	Auth           ClientAuth
	Headers        []Field // sent only to the origin of the token URL
}

// The grant types. Three of them have long names in requests (RFC 8628, RFC 7523, RFC 8693). The
// configuration and this package use the short ones.
const (
	GrantClientCredentials = "client_credentials" // RFC 6749 section 4.4
	GrantPassword          = "password"           // RFC 6749 section 4.3, legacy (RFC 9700, 2.4)
	GrantRefreshToken      = "refresh_token"      // RFC 6749 section 6
	GrantAuthorizationCode = "authorization_code" // RFC 6749 section 4.1, with PKCE (RFC 7636)
	GrantDeviceCode        = "device_code"        // RFC 8628
	GrantJWTBearer         = "jwt_bearer"         // RFC 7523 section 2.1
	GrantTokenExchange     = "token_exchange"     // RFC 8693
)

// TokenRequest is a request to the token endpoint. Only the fields of its Grant are sent.
type TokenRequest struct {
	Credentials  Credentials
	Grant        string
	Scopes       []string    // sent if not empty; on a refresh only if the user named them
	Username     string      // password grant
	Password     secret.Text // password grant
	RefreshToken secret.Text // refresh grant
	Code         secret.Text // authorization code grant, like the next three
	CodeVerifier secret.Text
	RedirectURI  string
	Nonce        secret.Text // not sent: the ID token must hold it; zero: not checked
	DeviceCode   secret.Text // device grant
	Assertion    secret.Text // JWT bearer grant: one signed JWT
	SubjectToken secret.Text // token exchange, like the next two
	// SubjectTokenType and RequestedTokenType are token type identifiers (RFC 8693 section 3). An
	// empty RequestedTokenType is not sent.
	SubjectTokenType, RequestedTokenType string

	Extra url.Values // more form parameters, such as validity_period; none of the above
}

// Lifetime classifies the lifetime of a token.
type Lifetime string

// The classes of lifetimes.
const (
	Bounded   Lifetime = "bounded"   // the lifetime is known
	Unbounded Lifetime = "unbounded" // the token never expires, or lives longer than ten years
	Unknown   Lifetime = "unknown"   // the server did not name it
	Ambiguous Lifetime = "ambiguous" // 0 or an implausible number: it may mean expired or never
)

// TokenAnswer is a successful answer of the token endpoint (RFC 6749 section 5.1).
type TokenAnswer struct {
	Access       secret.Text
	Refresh      secret.Text // zero if the answer has none; a refresh then keeps the old one
	ID           secret.Text
	ExpiresIn    int64 // seconds, 0..MaxInt64; valid if HasExpiresIn
	HasExpiresIn bool
	Lifetime     Lifetime
	TokenType    string   // the scheme to send, "Bearer"; an unknown one is unchanged
	RawTokenType string   // as received, or ""
	Usable       bool     // false: not a bearer token, or Unsendable; do not send it
	Unsendable   string   // the character of Access that no header can carry, described; "" if none
	Scopes       []string // nil: the answer has no scope member
	// IssuedTokenType is the token type identifier of a token exchange (RFC 8693 section 2.2.1), or
	// "".
	IssuedTokenType string
	Deactivated     secret.Text // the old access token of a refresh, if WSO2 names it in a header
	Nonce           secret.Text // DPoP-Nonce for the next proof (RFC 9449 section 8.2), or zero
	Extra           []Extra     // members without a field above, by name
	At              time.Time   // when the answer was read
}

// Unusable returns the reason why the token must not be sent to an API, or "".
func (a TokenAnswer) Unusable() string {
	switch {
	case a.Usable:
		return ""
	case a.Unsendable != "":
		return "the access token has " + a.Unsendable + ", which no header can carry"
	}
	return fmt.Sprintf("token type %q is not a bearer token", a.RawTokenType)
}

// Life returns ExpiresIn as a duration, clamped to the range of time.Duration (about 292 years).
func (a TokenAnswer) Life() time.Duration {
	const most = int64(1<<63-1) / int64(time.Second)
	return time.Duration(min(max(a.ExpiresIn, 0), most)) * time.Second
}

// RevokeRequest is a request to the revocation endpoint (RFC 7009 section 2.1).
type RevokeRequest struct {
	Credentials Credentials
	Token       secret.Text
	Hint        string // "access_token", "refresh_token" or ""
}

// RevokeAnswer is a 2xx of the revocation endpoint. It proves nothing by itself: servers answer 200
// for unknown tokens too (RFC 7009 section 2.2).
type RevokeAnswer struct {
	Confirmed      bool // the server named the token that it revoked
	AccessToken    secret.Text
	RefreshToken   secret.Text
	AuthorizedUser string
	At             time.Time // when the answer was read
}

// ProbeRequest calls an API with a token, to see whether the gateway accepts it: one request
// without a body, on a new connection, without redirects.
type ProbeRequest struct {
	Method  string // "": GET
	URL     string
	Headers []Field // more headers, for this URL only
	Token   secret.Text
	Control bool // Token is made up (MadeUp), and the answer is a control
	// Unlisted is the status of a success whose exchange is not shown to a person: it has no
	// headers and bodies, which are costly to mask. 0: none.
	Unlisted int
}

// Verdict is the result of a probe.
type Verdict string

// The three verdicts of a probe.
const (
	Accepted Verdict = "accepted" // the gateway let the token through
	Refused  Verdict = "refused"  // the gateway refused this token
	Unclear  Verdict = "unclear"  // neither can be concluded
)

// ProbeAnswer is the answer to a probe. Status is 0 if there was no answer. FaultCode is 0 if the
// fault is unknown.
type ProbeAnswer struct {
	Verdict    Verdict
	NamesToken bool // the refusal says that the token is invalid
	Why        Why
	Status     int
	FaultCode  int
	Message    string // the gateway's text, cleaned, or the transport error
	At         time.Time
	RetryAfter time.Duration // 0..30 days; 0: not named
	Advice     FaultAdvice

	Facts         ProbeFacts // the input of Judge
	ControlStatus int        // status of the control; 0: unknown
}

// Header is one header of an Exchange, masked.
type Header struct{ Name, Value string }

// Param is one form parameter of an Exchange, masked.
type Param struct{ Name, Value string }

// Exchange is the masked record of one call. It may be shown, stored and copied: every secret of
// the request and the answer has been replaced by a mask, tokens with their fingerprint.
type Exchange struct {
	// "client_credentials", "password", "refresh_token", "revoke", "introspect", "probe", "control"
	Op              string
	Method          string
	URL             string // without user info and query values
	RequestHeaders  []Header
	Form            []Param
	Status          int // 0: no answer
	ResponseHeaders []Header
	ResponseBody    string    // JSON with secrets masked; "" if the body is not JSON
	Size            int64     // bytes of the body that were read; -1: it was not read
	Started         time.Time // by the clock of the client
	Took            time.Duration
	Skew            time.Duration // server's Date header minus our clock; valid if HasSkew
	HasSkew         bool
	Err             string // the error, without secrets; "" if an answer was read
}
