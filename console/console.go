package console

import (
	"context"
	"sync"
	"time"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// API is one Token API and its gateway; *tokenapi.Client is the real one.
type API interface {
	Token(context.Context, tokenapi.TokenRequest) (tokenapi.TokenAnswer, tokenapi.Exchange, error)
	Revoke(context.Context, tokenapi.RevokeRequest) (tokenapi.RevokeAnswer, tokenapi.Exchange, error)
	Probe(context.Context, tokenapi.ProbeRequest) (tokenapi.ProbeAnswer, tokenapi.Exchange, error)
}

// Vault fetches the secrets of a configured application: from the environment, a file, a command or the
// configuration itself. It is asked at first use, never for a list.
type Vault interface {
	// ConsumerSecret gives the consumer secret of an application.
	ConsumerSecret(ctx context.Context, a Application) (secret.Text, error)
	// Password gives the password of the application's user.
	Password(ctx context.Context, a Application) (secret.Text, error)
}

// Options are what a Service is built from. Every field but Environments and Applications is needed.
type Options struct {
	Clock        func() time.Time
	Keeper       Keeper
	Vault        Vault
	Connect      func(Environment) (API, error) // the client for an environment; called once each, then kept
	Environments []Environment
	Applications []Application // from the configuration
	UndoWindow   time.Duration
	DueBefore    time.Duration
	Owner        string // names this process in leases; unique per process
}

// Service is what the product can do. Its methods may be called from any goroutine; each write is
// serialised per token and per application, in this process and across processes.
type Service struct {
	opt     Options
	flights flights

	mu        sync.Mutex
	apis      map[string]API
	exchanges []Exchange
	seq       int64
	watch     []chan struct{}
}

// Exchange is one call over the wire with what it was for.
type Exchange struct {
	Seq         int64 // grows by one for each
	AppID       string
	Application string // its label
	TokenID     string // "" when not about one token
	tokenapi.Exchange
}

// KeepExchanges is how many exchanges of this process are kept in memory.
const KeepExchanges = 200

// Board is everything the screen and the lists show, read at one instant. It holds no secret.
type Board struct {
	Applications []Application // configured first, in their order, then those that are gone but left tokens
	Tokens       []Token       // oldest first
	Marks        []Mark        // open marks of gets, which have no token yet
	Exchanges    []Exchange    // oldest first
}

// How says how a token came to be in hand.
type How string

// The ways.
const (
	Reused    How = "reused"    // it was held and had enough life left
	Refreshed How = "refreshed" // by its predecessor's refresh token
	Issued    How = "issued"    // asked anew
)

// Outcome is what Get, Renew and Obtain did.
type Outcome struct {
	Token    Token
	How      How
	Same     bool     // the server handed out a token that was held already
	Previous *Token   // the token that was replaced, after a refresh
	Notes    []string // things worth saying, without secrets
}

// GetOptions narrow a Get. The zero value asks with the application's usual grant and scopes.
type GetOptions struct {
	Scopes []string // instead of the application's
}

// ObtainOptions say what token Obtain is content with.
type ObtainOptions struct {
	Fresh   bool          // never reuse
	MinLeft time.Duration // reuse only with at least this much life left
	Scopes  []string      // instead of the application's
}

// Delivery is one attempt to have a revoke accepted by the server.
type Delivery struct {
	Token     Token
	Kind      RevokeKind // what was sent: RevokeAccess or RevokeRefresh
	Err       error      // nil: accepted
	Kept      bool       // not delivered, and will be tried again
	Confirmed bool       // the server named what it revoked
}

// New makes a Service and stores what is new in the configured applications.
func New(ctx context.Context, opt Options) (*Service, error) { panic("being written") }

// Now is the service's clock.
func (s *Service) Now() time.Time { return s.opt.Clock() }

// UndoWindow is how long a revoke can be taken back.
func (s *Service) UndoWindow() time.Duration { return s.opt.UndoWindow }

// Policy is how tokens of an application's environment are judged.
func (s *Service) Policy(a Application) Policy {
	return Policy{DueBefore: s.opt.DueBefore, CacheTTL: a.Environment.CacheTTL, Regime: a.Environment.Regime}
}

// Board reads everything there is to show.
func (s *Service) Board(ctx context.Context) (Board, error) { panic("being written") }

// Changes receives, coalesced, after every change worth reading the Board again for: a commit by this
// process or another one, or a new exchange. It is closed when ctx ends.
func (s *Service) Changes(ctx context.Context) <-chan struct{} { panic("being written") }

// Get asks for a token with the application's grant. The server may hand out one that is held already;
// Outcome.Same says so.
func (s *Service) Get(ctx context.Context, appID string, o GetOptions) (Outcome, error) {
	panic("being written")
}

// Renew refreshes a token that has a live refresh token, and asks anew otherwise.
func (s *Service) Renew(ctx context.Context, tokenID string) (Outcome, error) { panic("being written") }

// Obtain gives a usable token for an application: one that is held, renewed, or asked for.
func (s *Service) Obtain(ctx context.Context, appID string, o ObtainOptions) (Outcome, error) {
	panic("being written")
}

// Revoke decides that a token is to be revoked, to be sent after wait. The decision is stored when it
// returns; nothing was sent yet. Deliver sends it.
func (s *Service) Revoke(ctx context.Context, tokenID string, kind RevokeKind, wait time.Duration) (Token, error) {
	panic("being written")
}

// Undo takes a revoke back that was not sent yet. With tokenID "" it takes the one decided last.
func (s *Service) Undo(ctx context.Context, tokenID string) (Token, error) { panic("being written") }

// Deliver sends every revoke that is due, by whichever process decided it. next is when the next one
// will be due, zero when none waits. A failed delivery is kept and tried again later; a refused one is
// taken off the token, which lives on.
func (s *Service) Deliver(ctx context.Context) (done []Delivery, next time.Time, err error) {
	panic("being written")
}

// Probe calls the application's probe URL with a token, once, and stores what the gateway made of it.
func (s *Service) Probe(ctx context.Context, tokenID string) (tokenapi.ProbeAnswer, Token, error) {
	panic("being written")
}

// Secrets gives the credentials of a token, for copying or printing them.
func (s *Service) Secrets(ctx context.Context, tokenID string) (Secrets, error) {
	panic("being written")
}

// Drain waits for every write in flight.
func (s *Service) Drain(ctx context.Context) error { panic("being written") }
