package console

import (
	"slices"
	"time"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// RefreshState is what is known of a token's refresh token.
type RefreshState string

// The states of a refresh token.
const (
	RefreshNone  RefreshState = ""      // the server gave none
	RefreshLive  RefreshState = "live"  // can be used
	RefreshSpent RefreshState = "spent" // used: replaced, handed on to a newer token, or called invalid_grant by the server

	RefreshRevoked RefreshState = "revoked" // the server accepted its revocation
)

// ServerState is what the key manager thinks of a token, which is not what the gateway does.
type ServerState string

// What introspection can say.
const (
	NotAsked       ServerState = ""
	ServerActive   ServerState = "active"
	ServerInactive ServerState = "inactive"
)

// GrantAdopted is the Grant of a token that was not got here but brought from elsewhere, to revoke it.
const GrantAdopted = "adopted"

// RevokeKind is which of the pair is to be revoked.
type RevokeKind string

// The kinds.
const (
	RevokeAccess  RevokeKind = "access"
	RevokeRefresh RevokeKind = "refresh"
	RevokeBoth    RevokeKind = "both"
)

// Token is one access token and what became of it. It holds facts with their times and no state: states
// are computed by StatusAt. It holds no secret either; those are fetched by Keeper for the moment of use.
type Token struct {
	ID          string // "t_" and 12 characters, never reused
	AppID       string
	Fingerprint string // of the access token
	Grant       string // the grant that led to it; a refresh keeps the first one's
	User        string
	Scopes      []string // granted, or asked for when the answer did not say
	Asked       []string // asked for
	TokenType   string
	Lifetime    tokenapi.Lifetime
	IssuedAt    time.Time // when its answer was read (of a token handed out again: the first time)
	ExpiresAt   time.Time // zero unless Lifetime is Bounded
	Granted     time.Duration
	From        string // ID of the token it was refreshed from, or ""
	Refresh     RefreshState
	HasID       bool

	ReplacedAt time.Time // when the answer that replaced it was read
	ReplacedBy string

	JWT        bool        // its form is a JWT
	AtServer   ServerState // what introspection said last; what does not count never takes the place of what does
	AtServerAt time.Time
	// AtServerCounts says that the server may know of the token, so that ServerInactive is about
	// it. It is set when this introspection URL and client had called some token of the application
	// active before.
	AtServerCounts bool
	ActiveAt       time.Time // when introspection last called it active
	AtServerSince  time.Time // when it was first told so, with nothing since that says otherwise

	RevokeAt          time.Time // when the revoke is to be sent; set first, shown second
	RevokeKind        RevokeKind
	RevokeTries       int
	RevokeNext        time.Time // not before: back-off after a failed delivery
	RevokeError       string    // why the last delivery failed
	AcceptedAt        time.Time // the server's 2xx for the access token was read
	RefreshAcceptedAt time.Time // the server's 2xx for the refresh token was read
	Confirmed         bool      // the server named what it revoked

	SeenAt  time.Time // first time a probe of ours was accepted by the gateway
	SeenURL string    // where a probe was last accepted, as Probe.URL
	Probes  []Probe   // oldest first, the last KeepProbes of them

	Unsure *Mark // an open journal mark of a refresh of this token

	AnswerRev  int64     // the store's revision when an answer last brought this token
	AnsweredAt time.Time // when that answer was read; zero for tokens stored before this was kept

	Request     *Request // what it was asked with; nil for tokens stored before this was kept
	AccessHash  string   // keyed hash of the access token: two rows with one hash hold one token
	RefreshHash string   // keyed hash of the refresh token, "" without one

	Rev int64 // grows with every stored change; the higher one is the newer one

	Twins []Twin // the other rows that hold the same access token; not stored, a Service reads them along
}

// KeepProbes is how many probes of one token are kept.
const KeepProbes = 64

// Probe is one probe of a token at the gateway.
type Probe struct {
	At        time.Time
	Status    int // 0: no answer
	FaultCode int
	Verdict   tokenapi.Verdict
	URL       string // with a digest for its query; "" for probes stored before this was kept
	// NamesToken says that a refusal was about the token itself, by a fault code or by
	// invalid_token.
	NamesToken bool
}

// Secrets are the credentials of one token.
type Secrets struct {
	Access  secret.Text
	Refresh secret.Text
	ID      secret.Text
	Headers secret.Text // of an application: the values of its headers, JSON
}

// What is known of how long a token lives ([Token].Lifetime).
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

// Mark is a journal entry: something that cannot be taken back was about to be sent. It is removed when
// the answer is stored; one that stays open means that nobody saw the answer.
type Mark struct {
	ID      string
	Op      string // OpGet, OpRefresh or OpTest
	AppID   string
	TokenID string // "" for a get
	Scopes  []string
	Grant   string // of a get: other than the application's, or ""
	User    string // the same
	SentAt  time.Time
	Request *Request // what was asked with; nil for marks stored before this was kept
	// EndsBy is the latest time at which the token that was lost can still live; zero while nobody
	// knows.
	EndsBy time.Time
}

// Verdict is what a probe shows.
type Verdict = tokenapi.Verdict

// Why is the reason for a verdict: see package tokenapi.
type Why = tokenapi.Why

// The reasons that faces tell of, or that a [ProbeURLCheck] gives.
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

// ProbeAnswer is the answer to a probe, and what it shows.
type ProbeAnswer = tokenapi.ProbeAnswer

// The verdicts, for the faces.
const (
	ProbeAccepted = tokenapi.Accepted
	ProbeRefused  = tokenapi.Refused
	ProbeUnclear  = tokenapi.Unclear
)

// letThrough reports whether a probe was accepted by a 2xx. Before probes were stored with their
// URL, more was called accepted.
func (p Probe) letThrough() bool {
	return p.Verdict == tokenapi.Accepted && p.Status >= 200 && p.Status <= 299
}

// seenAtGateway is when a probe of the row was first accepted, zero if none was. A time that was
// stored without its URL needs a probe that confirms it: it may have been a 302 or a 403.
func (t *Token) seenAtGateway() time.Time {
	if t.SeenURL != "" {
		return t.SeenAt
	}
	if i := slices.IndexFunc(t.Probes, Probe.letThrough); i >= 0 && !t.SeenAt.IsZero() {
		return t.Probes[i].At
	}
	return time.Time{}
}
