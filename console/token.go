package console

import (
	"slices"
	"time"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// RefreshState is the state of a refresh token.
type RefreshState string

// The states of a refresh token.
const (
	RefreshNone  RefreshState = ""      // the server gave none
	RefreshLive  RefreshState = "live"  // can be used
	RefreshSpent RefreshState = "spent" // used or replaced, or the server answered invalid_grant

	RefreshRevoked RefreshState = "revoked" // the server accepted its revocation
)

// ServerState is the last answer of introspection about a token. The gateway may decide otherwise.
type ServerState string

// The answers of introspection.
const (
	NotAsked       ServerState = ""
	ServerActive   ServerState = "active"
	ServerInactive ServerState = "inactive"
)

// GrantAdopted is the Grant of a token that was adopted: issued elsewhere and stored to be revoked.
const GrantAdopted = "adopted"

// RevokeKind names which token of a pair is to be revoked.
type RevokeKind string

// The kinds.
const (
	RevokeAccess  RevokeKind = "access"
	RevokeRefresh RevokeKind = "refresh"
	RevokeBoth    RevokeKind = "both"

	// RevokeUseful asks Revoke for RevokeBoth without an access token that is over. It is not
	// stored. RevokeBoth revokes that one too: the clock of this machine may be wrong.
	RevokeUseful RevokeKind = "useful"
)

// Token holds the facts of one access token with their times. It holds no state, because [StatusAt]
// computes states. It holds no secret: [Service.Secrets] reads those when they are used.
type Token struct {
	ID          string // "t_" and 12 characters, never reused
	AppID       string
	Fingerprint string // fingerprint of the access token
	Grant       string // the first grant; a refresh keeps it
	User        Private
	Scopes      []string // granted; as Asked if the answer named none
	Asked       []string // requested
	TokenType   string
	Lifetime    tokenapi.Lifetime
	IssuedAt    time.Time // time of the first answer with it
	ExpiresAt   time.Time // zero unless Lifetime is LifeBounded
	Granted     time.Duration
	From        string // ID of the token it was refreshed from, or ""
	Refresh     RefreshState
	HasID       bool

	ReplacedAt time.Time // time at which the answer that replaced it was read
	ReplacedBy string

	JWT        bool        // it has the form of a JWT
	AtServer   ServerState // the last answer of introspection that counts, else the last one
	AtServerAt time.Time
	// AtServerCounts is set if the server may know the token, so that ServerInactive is about it.
	// That holds once this client got "active" for any token of the application at this
	// introspection URL.
	AtServerCounts bool
	ActiveAt       time.Time // when introspection last called it active
	AtServerSince  time.Time // since when it has said the same

	RevokeAt          time.Time // time at which the revoke is to be sent
	RevokeKind        RevokeKind
	RevokeTries       int
	RevokeNext        time.Time // the next try, after a failed delivery
	RevokeError       string    // reason why the last delivery failed
	AcceptedAt        time.Time // when the server accepted the revoke of the access token
	RefreshAcceptedAt time.Time // the same of the refresh token
	Confirmed         bool      // the server named what it revoked

	SeenAt  time.Time // when the gateway first accepted a probe
	SeenURL string    // Probe.URL of the last accepted one
	Probes  []Probe   // oldest first, the last KeepProbes of them

	Unsure *Mark // an open mark of a refresh of this token

	AnswerRev  int64     // the store's revision when an answer last brought this token
	AnsweredAt time.Time // time of that answer; zero for older rows

	Request     *Request // the request that brought it; nil for older rows
	AccessHash  string   // keyed; rows with the same hash hold the same access token
	RefreshHash string   // keyed; "" without a refresh token

	Rev int64 // revision of the last stored change

	Twins []Twin // other rows with the same access token; not stored, a Service fills them in
}

// KeepProbes is the number of probes that are kept of one token.
const KeepProbes = 64

// Probe is one probe of a token.
type Probe struct {
	At        time.Time
	Status    int // 0: no answer
	FaultCode int
	Verdict   tokenapi.Verdict
	URL       string // with a digest in place of its query; "" for older rows
	// NamesToken is set if a refusal was about the token itself: by a fault code, or by
	// invalid_token (RFC 6750 section 3.1).
	NamesToken bool
}

// Secrets are the credentials of one token, or of an application.
type Secrets struct {
	Access  secret.Text
	Refresh secret.Text
	ID      secret.Text
	Headers secret.Text // headers of an application: their values, as JSON
}

// The ways in which a token's life is known ([Token].Lifetime).
const (
	LifeBounded   = tokenapi.Bounded
	LifeUnbounded = tokenapi.Unbounded
	LifeUnknown   = tokenapi.Unknown
	LifeAmbiguous = tokenapi.Ambiguous
)

// The operations that a [Mark] is written for.
const (
	OpGet     = "get"
	OpRefresh = "refresh"
	OpTest    = "test" // a get whose token is kept only if the draft is saved
)

// Mark is the journal entry of a request that can be sent once. It is stored before the request is
// sent and removed when the answer is stored. An open mark means that the answer was lost.
type Mark struct {
	ID      string
	Op      string // OpGet, OpRefresh or OpTest
	AppID   string
	TokenID string // "" for a get
	Scopes  []string
	Grant   string  // grant of a get: "" for the application's own
	User    Private // user of a get: "" for the application's own
	SentAt  time.Time
	Request *Request // nil for older rows
	// EndsBy is the latest time at which the lost token can be alive; zero if that is not known.
	EndsBy time.Time
}

// Verdict is the conclusion from one probe of a token.
type Verdict = tokenapi.Verdict

// Why is the reason for a verdict: see package tokenapi.
type Why = tokenapi.Why

// The reasons that faces describe, or that a [ProbeURLCheck] has.
const (
	WhyOpen         = tokenapi.WhyOpen
	WhyServer       = tokenapi.WhyServer
	WhyWait         = tokenapi.WhyWait
	WhyProxy        = tokenapi.WhyProxy
	WhyLikeMadeUp   = tokenapi.WhyLikeMadeUp
	WhyNotSeen      = tokenapi.WhyNotSeen
	WhyChanged      = tokenapi.WhyChanged
	WhyUnsigned     = tokenapi.WhyUnsigned
	WhyUnlike       = tokenapi.WhyUnlike
	WhyAPI          = tokenapi.WhyAPI
	WhyNoControl    = tokenapi.WhyNoControl
	WhyControlOff   = tokenapi.WhyControlOff
	WhyControlActs  = tokenapi.WhyControlActs
	WhyControlSpent = tokenapi.WhyControlSpent
	WhyElse         = tokenapi.WhyElse
)

// ProbeAnswer is the answer to a probe and its verdict.
type ProbeAnswer = tokenapi.ProbeAnswer

// The verdicts, for the faces.
const (
	ProbeAccepted = tokenapi.Accepted
	ProbeRefused  = tokenapi.Refused
	ProbeUnclear  = tokenapi.Unclear
)

// letThrough reports whether a probe was accepted with a 2xx. Older rows without URL have called
// more than that accepted.
func (p Probe) letThrough() bool {
	return p.Verdict == tokenapi.Accepted && p.Status >= 200 && p.Status <= 299
}

// seenAtGateway returns when a probe of the row was first accepted, zero if none was. A time that
// was stored without a URL counts only if a probe confirms it: it may stand for a 302 or a 403.
func (t *Token) seenAtGateway() time.Time {
	if t.SeenURL != "" {
		return t.SeenAt
	}
	if i := slices.IndexFunc(t.Probes, Probe.letThrough); i >= 0 && !t.SeenAt.IsZero() {
		return t.Probes[i].At
	}
	return time.Time{}
}
