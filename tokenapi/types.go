package tokenapi

import (
	"net/url"
	"time"

	"lanyard/tokenapi/secret"
)

// ClientAuth is how a client proves itself to the Token API (RFC 6749 section 2.3.1). It is chosen, never probed.
type ClientAuth string

// The client authentication methods that are built.
const (
	AuthBasic        ClientAuth = "basic"         // Authorization: Basic base64(id:secret), nothing escaped: what WSO2 reads
	AuthBasicEncoded ClientAuth = "basic-encoded" // id and secret form-encoded first, as RFC 6749 2.3.1 says
	AuthPost         ClientAuth = "post"          // client_id and client_secret in the form
)

// Endpoints are the URLs of one Token API. TokenURL is needed for every grant, RevokeURL for Revoke.
type Endpoints struct {
	TokenURL      string
	RevokeURL     string
	IntrospectURL string
}

// Credentials identify the application (in WSO2's words: consumer key and consumer secret).
type Credentials struct {
	ConsumerKey    string
	ConsumerSecret secret.Text
	Auth           ClientAuth
}

// The grant types that are built (RFC 6749 sections 4.4, 4.3 and 6).
const (
	GrantClientCredentials = "client_credentials"
	GrantPassword          = "password"
	GrantRefreshToken      = "refresh_token"
)

// TokenRequest is one request to the token endpoint. Only what belongs to Grant is sent.
type TokenRequest struct {
	Credentials  Credentials
	Grant        string
	Scopes       []string    // sent when not empty; on a refresh only when the person asked for it
	Username     string      // password grant
	Password     secret.Text // password grant
	RefreshToken secret.Text // refresh grant
	Extra        url.Values  // further form parameters, such as validity_period; never one of the above
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
	Usable       bool     // false: not a bearer token, do not send it
	Scopes       []string // nil: the answer did not say
	At           time.Time
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

// ProbeRequest asks the gateway about a token by calling an API with it: one GET, on a new connection,
// no redirect followed.
type ProbeRequest struct {
	URL   string
	Token secret.Text
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
	Status     int
	FaultCode  int
	Message    string // the gateway's own words, cleaned, or what went wrong on the way
	At         time.Time
	RetryAfter time.Duration
}

// Header is one header of an Exchange, masked.
type Header struct{ Name, Value string }

// Param is one form parameter of an Exchange, masked.
type Param struct{ Name, Value string }

// Exchange is the masked record of one call: safe to show, to keep and to copy. Every secret, in the
// request and in the answer, is replaced by its mask and fingerprint before it gets here.
type Exchange struct {
	Op              string // "client_credentials", "password", "refresh_token", "revoke", "introspect", "probe"
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
	Err             string // what went wrong, without secrets; "" when an answer was read
}
