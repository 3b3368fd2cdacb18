package tokenapi

import (
	"fmt"
	"net/url"
	"time"

	"lanyard/tokenapi/secret"
)

// ClientAuth is how a client proves itself to the Token API (RFC 6749 section 2.3.1). It is chosen, never probed.
type ClientAuth string

// The client authentication methods.
const (
	AuthBasic         ClientAuth = "basic"           // Authorization: Basic base64(id:secret), nothing escaped: what WSO2 reads
	AuthBasicEncoded  ClientAuth = "basic-encoded"   // id and secret form-encoded first, as RFC 6749 2.3.1 says
	AuthPost          ClientAuth = "post"            // client_id and client_secret in the form
	AuthNone          ClientAuth = "none"            // a public client: client_id in the form, nothing proves it
	AuthPrivateKeyJWT ClientAuth = "private_key_jwt" // a signed client assertion (RFC 7523 section 2.2)
	AuthTLS           ClientAuth = "tls"             // client_id in the form, proved by the TLS client certificate (RFC 8705)
)

// Endpoints are the URLs of one Token API. TokenURL is needed for every grant, RevokeURL for Revoke, and
// so on; an empty one is not offered by the server or not known.
type Endpoints struct {
	TokenURL      string
	RevokeURL     string
	IntrospectURL string
	AuthorizeURL  string
	DeviceURL     string // device authorization endpoint (RFC 8628)
	JWKSURL       string
}

// SigningKey signs assertions.
type SigningKey struct {
	Key   secret.Text // a private key as PEM (PKCS #8, PKCS #1, SEC 1) or as a JWK
	Alg   string      // JWS algorithm; "" takes the usual one for the kind of key (RS256, ES256 …, EdDSA)
	KeyID string      // kid header; "" takes the JWK's, or none
}

// Credentials identify the application (in WSO2's words: consumer key and consumer secret).
type Credentials struct {
	ConsumerKey    string
	ConsumerSecret secret.Text // basic, basic-encoded and post
	SigningKey     SigningKey  // private_key_jwt
	Auth           ClientAuth
	Headers        []Field // further headers, for requests to the origin of the token URL and to no other
}

// The grant types. Three of them have long names on the wire (RFC 8628, RFC 7523, RFC 8693), which are
// put in where the request is built; here and in a configuration they go by the short ones.
const (
	GrantClientCredentials = "client_credentials" // RFC 6749 section 4.4
	GrantPassword          = "password"           // RFC 6749 section 4.3; legacy, RFC 9700 section 2.4
	GrantRefreshToken      = "refresh_token"      // RFC 6749 section 6
	GrantAuthorizationCode = "authorization_code" // RFC 6749 section 4.1, always with PKCE (RFC 7636)
	GrantDeviceCode        = "device_code"        // RFC 8628
	GrantJWTBearer         = "jwt_bearer"         // RFC 7523 section 2.1
	GrantTokenExchange     = "token_exchange"     // RFC 8693
)

// TokenRequest is one request to the token endpoint. Only what belongs to Grant is sent.
type TokenRequest struct {
	Credentials  Credentials
	Grant        string
	Scopes       []string    // sent when not empty; on a refresh only when the person asked for it
	Username     string      // password grant
	Password     secret.Text // password grant
	RefreshToken secret.Text // refresh grant
	Code         secret.Text // authorization code grant, as the next three
	CodeVerifier secret.Text
	RedirectURI  string
	Nonce        secret.Text // not sent: the ID token must hold it; zero: not checked
	DeviceCode   secret.Text // device grant
	Assertion    secret.Text // JWT bearer grant: one signed JWT
	SubjectToken secret.Text // token exchange, as the next two
	// SubjectTokenType and RequestedTokenType are token type identifiers of RFC 8693 section 3; an empty
	// RequestedTokenType is not sent.
	SubjectTokenType, RequestedTokenType string

	Extra url.Values // further form parameters, such as validity_period; never one of the above
}

// Lifetime says what is known of how long a token lives.
type Lifetime string

// The four things a server can say of a lifetime.
const (
	Bounded   Lifetime = "bounded"   // ExpiresIn is meant
	Unbounded Lifetime = "unbounded" // the server says it never expires (above ten years counts)
	Unknown   Lifetime = "unknown"   // the server did not say
	Ambiguous Lifetime = "ambiguous" // 0 or a number that makes no sense: neither dead nor eternal
)

// TokenAnswer is a successful answer of the token endpoint (RFC 6749 section 5.1).
type TokenAnswer struct {
	Access       secret.Text
	Refresh      secret.Text // zero when the answer had none; a refresh then keeps the one that was sent
	ID           secret.Text
	ExpiresIn    int64 // whole seconds, 0..MaxInt64; meaningless unless HasExpiresIn
	HasExpiresIn bool
	Lifetime     Lifetime
	TokenType    string   // the scheme to send, "Bearer"; as the server spelt it when it is not a known one
	RawTokenType string   // as received, "" when absent
	Usable       bool     // false: not a bearer token, or Unsendable; do not send it
	Unsendable   string   // which character of Access no header can carry, in words; "" when there is none
	Scopes       []string // nil: the answer did not say
	// IssuedTokenType is the token type identifier of a token exchange (RFC 8693 section 2.2.1), "" when absent.
	IssuedTokenType string
	Deactivated     secret.Text // the access token that a refresh put out of use, where WSO2 names it in a header
	Nonce           secret.Text // DPoP-Nonce for the next proof (RFC 9449 section 8.2), zero when the answer had none
	Extra           []Extra     // every member that no field above stands for, by name
	At              time.Time
}

// Unusable says why the token is not sent to an API, "" when it is.
func (a TokenAnswer) Unusable() string {
	switch {
	case a.Usable:
		return ""
	case a.Unsendable != "":
		return "the access token has " + a.Unsendable + ", which no header can carry"
	}
	return fmt.Sprintf("token type %q is not a bearer token", a.RawTokenType)
}

// Life gives ExpiresIn as a duration, clamped so that it cannot overflow time.Duration (about 292 years).
func (a TokenAnswer) Life() time.Duration {
	const most = int64(1<<63-1) / int64(time.Second)
	return time.Duration(min(max(a.ExpiresIn, 0), most)) * time.Second
}

// RevokeRequest is one request to the revocation endpoint (RFC 7009 section 2.1).
type RevokeRequest struct {
	Credentials Credentials
	Token       secret.Text
	Hint        string // "access_token", "refresh_token" or ""
}

// RevokeAnswer is a 2xx of the revocation endpoint. That alone proves nothing: servers answer 200 for
// tokens they never knew (RFC 7009 section 2.2).
type RevokeAnswer struct {
	Confirmed      bool // the server named what it revoked
	AccessToken    secret.Text
	RefreshToken   secret.Text
	AuthorizedUser string
	At             time.Time // when the answer was read
}

// ProbeRequest asks the gateway about a token by calling an API with it: one request without a body, on
// a new connection, no redirect followed.
type ProbeRequest struct {
	Method  string // "": GET
	URL     string
	Headers []Field // further headers, for this URL alone
	Token   secret.Text
	Control bool // Token is a made-up one (MadeUp): the answer is what another one is compared with
}

// Verdict is what one probe showed.
type Verdict string

// The three verdicts of a probe.
const (
	Accepted Verdict = "accepted" // the gateway let the token through
	Refused  Verdict = "refused"  // the gateway refused this token
	Unclear  Verdict = "unclear"  // neither can be concluded
)

// ProbeAnswer is what one probe showed. Status is 0 when there was no answer, FaultCode 0 when none was recognised.
type ProbeAnswer struct {
	Verdict    Verdict
	NamesToken bool // a refusal says itself that the token is invalid
	Why        Why
	Status     int
	FaultCode  int
	Message    string // the gateway's own words, cleaned, or what went wrong on the way
	At         time.Time
	RetryAfter time.Duration
	Advice     FaultAdvice

	Facts         ProbeFacts // what Judge goes by
	ControlStatus int        // what a made-up token was answered; 0: unknown
}

// Header is one header of an Exchange, masked.
type Header struct{ Name, Value string }

// Param is one form parameter of an Exchange, masked.
type Param struct{ Name, Value string }

// Exchange is the masked record of one call: safe to show, to keep and to copy. Every secret, in the
// request and in the answer, is replaced by its mask and fingerprint before it gets here.
type Exchange struct {
	Op              string // "client_credentials", "password", "refresh_token", "revoke", "introspect", "probe", "control"
	Method          string
	URL             string // user info and the values of the query removed
	RequestHeaders  []Header
	Form            []Param
	Status          int // 0: no answer
	ResponseHeaders []Header
	ResponseBody    string // JSON with secrets masked; "" for anything that is not JSON
	Size            int64  // bytes of the body that were read
	Started         time.Time
	Took            time.Duration
	Skew            time.Duration // how far the server's Date header is ahead of our clock; meaningless unless HasSkew
	HasSkew         bool
	Err             string // what went wrong, without secrets; "" when an answer was read
}
