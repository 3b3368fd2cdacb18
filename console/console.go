package console

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"net/url"
	"slices"
	"strings"
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
	Introspect(context.Context, tokenapi.IntrospectRequest) (tokenapi.IntrospectAnswer, tokenapi.Exchange, error)
	AuthorizeDevice(context.Context, tokenapi.DeviceRequest) (tokenapi.DeviceAnswer, tokenapi.Exchange, error)
	Discover(ctx context.Context, issuer string) (tokenapi.Discovered, []tokenapi.Exchange, error)
	KeySet(ctx context.Context, url string) ([]byte, tokenapi.Exchange, error)
	SignAssertion(key tokenapi.SigningKey, claims map[string]any) (secret.Text, error)
}

// Vault fetches the secrets of a configured application: from the environment, a file, a command, the
// configuration itself or a person. It is asked at first use, never for a list.
type Vault interface {
	Secret(ctx context.Context, a Application, kind SecretKind) (secret.Text, error)
}

// Options are what a Service is built from. Every field but Applications is needed.
type Options struct {
	Clock        func() time.Time
	Keeper       Keeper
	Vault        Vault
	Connect      func(Environment) (API, error) // the client for an environment; called once each, then kept
	Applications []Application                  // from the configuration
	Environments []Environment                  // from the configuration; those of Applications are known without
	ConfigPath   string                         // where those are, for words; "" when nobody knows
	UndoWindow   time.Duration
	DueBefore    time.Duration
	Keep         time.Duration // what is over is forgotten after this long (Prune); 0: never
	Attended     bool          // a person is at it: what a server has just refused is sent again when asked for
	Owner        string        // names this process in leases; unique per process

	// Callbacks opens the door through which a browser comes back from an authorization. Nil: the
	// authorization code grant is refused.
	Callbacks Callbacks
	// Browse opens a page in the person's browser. Nil: it is only shown.
	Browse func(url string) error
	// Invite is told when a person is asked to take part in a grant, and again with Trouble each
	// time the server could not say how it stands. answer takes what a person pasted, as Answer does;
	// nil: nothing can be pasted. over, never nil, is called when nobody is waited for any more. Nil: the board alone says so.
	Invite func(i Invitation, answer func(secret.Text) error) (over func())
	// Supersede is told just before a get that may end a token somebody else holds. Nil: nobody is.
	Supersede func(Supersede)
	// LeaseClock is what leases are counted by: a clock that every process on this machine shares and nobody
	// sets, such as the time since the machine was started. Nil: Clock, which two processes may disagree about.
	LeaseClock func() time.Time
	// Waits is told once when another process has been at work for a second on what was asked, and its answer is
	// waited for. Nil: nobody is.
	Waits func(Application)
	// Explain says which of the subscriptions that a portal named is the cause of a gateway fault; "" for
	// none. Nil: nothing is explained.
	Explain func(a Application, faultCode int, subs []Subscription) string
	// Portal signs in at a developer portal and reads what a person has there. Nil: nothing can be imported from one.
	Portal func(context.Context, PortalRequest) (PortalFound, error)
	// Device names this machine in a scope of its own (WSO2: device_NAME); "" makes no such offer.
	Device string
}

// Service is what the product can do. Its methods may be called from any goroutine; each write is
// serialised per token and per application, in this process and across processes.
type Service struct {
	opt     Options
	flights flights // what is under way
	clients flights // which clients are asked: one question at a time

	controls flights // calls with made-up tokens, by URL: one is asked for at a time

	mu         sync.Mutex
	apis       map[Environment]API
	exchanges  []Exchange
	seq        int64
	restored   int64           // Reader.Restored, as the newest transaction saw it
	awaited    map[string]bool // marks whose answer this process is still waiting for
	watchers   map[chan struct{}]bool
	skews      map[string]time.Duration // by environment, as last seen
	invited    []invited
	keySets    map[string]keySet    // by URL and how it is trusted
	unanswered map[string]time.Time // issuers that could not be asked again, and when
	hashed     bool                 // tokens of before have their hashes
	wroteOut   string               // where WriteOut last wrote
}

// Exchange is one call over the wire with what it was for.
type Exchange struct {
	Seq         int64 // grows by one for each
	AppID       string
	Application string // its label
	TokenID     string // "" when not about one token
	tokenapi.Exchange
}

// Verb names what the exchange was for: OpGet, OpRefresh, or the Op of its call, such as "revoke".
func (e Exchange) Verb() string {
	switch e.Op {
	case GrantClientCredentials, GrantPassword, GrantAuthorizationCode, GrantDeviceCode, GrantJWTBearer,
		GrantTokenExchange:
		return OpGet
	case GrantRefreshToken:
		return OpRefresh
	}
	return e.Op
}

// KeepExchanges is how many exchanges of this process are kept in memory.
const KeepExchanges = 200

// Board is everything the screen and the lists show, read at one instant. It holds no secret.
type Board struct {
	Applications []Application      // configured first, in their order, then those that are gone but left tokens
	Covered      []Application      // of the store, but not listed: the configuration has the same, and that one is in force
	Environments []KnownEnvironment // configured first, then those of applications that were added here
	Tokens       []Token            // oldest first
	Marks        []Mark             // open marks of gets, which have no token yet
	Altered      []Altered          // rows that something else than Lanyard changed; while the store is locked none is known
	Exchanges    []Exchange         // oldest first

	Key    KeyStatus // of the store's secrets
	Unkept error     // why nothing can be stored any more, such as files that were deleted; nil: it can

	Invitations []Invitation             // what this process waits for a person to do
	Restored    int64                    // the revision at which a restored backup took the place of what was stored; 0: never
	Longer      map[string]Longer        // how much longer than its bound a gateway was seen to accept, by environment
	Skew        map[string]time.Duration // how far the servers' clocks are ahead of ours, by environment, as last seen
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
	Exchange int64    // Seq of the last exchange that it took, also after an error; 0: none was made
}

// GetOptions are what is asked for instead of the application's own. The zero value is its usual
// request.
type GetOptions struct {
	Grant    string
	Scopes   []string
	Audience string     // RFC 8693 section 2.1, Auth0
	Resource []string   // RFC 8707
	Extra    url.Values // further form parameters, in the place of the application's of the same names

	// Username and Password are for a grant that needs them, instead of the application's own. The password is used for
	// this get alone and kept nowhere. The token is held under the application, with the user it is for.
	Username string
	Password secret.Text
}

// ObtainOptions say what token Obtain is content with. With a Grant of their own nothing is reused.
type ObtainOptions struct {
	GetOptions
	Fresh   bool          // never reuse
	MinLeft time.Duration // reuse only with at least this much life left, or a quarter of a shorter life
	// MinLeftHolds says that a person named MinLeft: then a quarter of the life is enough only
	// where the whole life is shorter than MinLeft.
	MinLeftHolds bool
}

// Delivery is one attempt to have a revoke accepted by the server.
type Delivery struct {
	Token     Token
	Kind      RevokeKind // what was sent: RevokeAccess or RevokeRefresh
	Err       error      // nil: accepted
	Kept      bool       // not delivered, and will be tried again
	Confirmed bool       // the server named what it revoked
	Exchange  int64      // Seq of the exchange; 0: nothing was sent
}

// New makes a Service. It fails when an option is missing.
func New(opt Options) (*Service, error) {
	if opt.Clock == nil || opt.Keeper == nil || opt.Vault == nil || opt.Connect == nil || opt.Owner == "" {
		return nil, errors.New("console: clock, keeper, vault, connect and owner are needed")
	}
	opt.Applications = slices.Clone(opt.Applications)
	for i := range opt.Applications {
		opt.Applications[i].Details.Server = opt.Applications[i].server()
	}
	s := &Service{opt: opt, apis: map[Environment]API{}, awaited: map[string]bool{}, watchers: map[chan struct{}]bool{}, skews: map[string]time.Duration{}, keySets: map[string]keySet{}, unanswered: map[string]time.Time{}}
	s.opt.Keeper = kin{presentKeeper{opt.Keeper, opt.Clock}, s}
	return s, nil
}

// Now is the service's clock.
func (s *Service) Now() time.Time { return s.opt.Clock() }

// UndoWindow is how long a revoke can be taken back.
func (s *Service) UndoWindow() time.Duration { return s.opt.UndoWindow }

// Policy is how tokens of an application's environment are judged.
func (s *Service) Policy(a Application) Policy {
	return PolicyOf(a, s.opt.DueBefore)
}

// sawRestored notes what a transaction says of a restored backup: what was done once for the store
// is to be done anew.
func (s *Service) sawRestored(rev int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if rev > s.restored {
		s.restored, s.hashed = rev, false
	}
}

func (s *Service) isAwaited(mark string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.awaited[mark]
}

// await notes that the answer of a mark is on its way, until the returned function is called.
func (s *Service) await(mark string) (seen func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.awaited[mark] = true
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.awaited, mark)
	}
}

// Changes receives, coalesced, after every change worth reading the Board again for: a commit by this
// process or another one, or a new exchange. It is closed when ctx ends.
func (s *Service) Changes(ctx context.Context) <-chan struct{} {
	out := make(chan struct{}, 1)
	own := make(chan struct{}, 1)
	s.mu.Lock()
	s.watchers[own] = true
	s.mu.Unlock()
	stored := s.opt.Keeper.Changes(ctx)
	go func() {
		defer func() {
			s.mu.Lock()
			delete(s.watchers, own)
			s.mu.Unlock()
			close(out)
		}()
		for {
			select {
			case <-ctx.Done():
				return
			case _, ok := <-stored:
				if !ok {
					return
				}
			case <-own:
			}
			select {
			case out <- struct{}{}:
			default:
			}
		}
	}()
	return out
}

// observe keeps an exchange, tells the watchers, and returns it with its Seq.
func (s *Service) observe(a Application, tokenID string, e tokenapi.Exchange) Exchange {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seq++
	if e.HasSkew && e.Op != "probe" && e.Op != "control" {
		s.skews[a.Environment.Name] = e.Skew
	}
	x := Exchange{Seq: s.seq, AppID: a.ID, Application: a.Label(), TokenID: tokenID, Exchange: e}
	s.exchanges = append(s.exchanges, x)
	if n := len(s.exchanges) - KeepExchanges; n > 0 {
		s.exchanges = slices.Delete(s.exchanges, 0, n)
	}
	s.tellWatchers()
	return x
}

// tellWatchers says that the board is worth another look. The caller holds the mutex.
func (s *Service) tellWatchers() {
	for w := range s.watchers {
		select {
		case w <- struct{}{}:
		default:
		}
	}
}

// Skew is how far the clock of an environment's server was ahead of ours when it last answered.
func (s *Service) Skew(environment string) (time.Duration, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, ok := s.skews[environment]
	return d, ok
}

// api gives the client of an environment, connecting at first use. While the store is locked nothing verifies
// where the environment is, so that nothing may be sent to it: every verb unlocks before it reads.
func (s *Service) api(e Environment) (API, error) {
	if s.opt.Keeper.Key().Locked {
		return nil, &Error{Code: CodeStoreLocked, Text: "the store is locked, so that its rows are not verified, and nothing is sent", Hint: "unlock it"}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if a, ok := s.apis[e]; ok {
		return a, nil
	}
	a, err := s.opt.Connect(e)
	if err != nil {
		return nil, err
	}
	s.apis[e] = a
	return a, nil
}

// Secrets gives the credentials of a token, for copying or printing them.
func (s *Service) Secrets(ctx context.Context, tokenID string) (Secrets, error) {
	var sec Secrets
	if err := s.unlocked(ctx); err != nil {
		return sec, err
	}
	err := s.opt.Keeper.View(ctx, func(r Reader) error {
		if _, err := s.token(r, tokenID); err != nil {
			return err
		}
		var err error
		sec, err = r.Secrets(tokenID)
		return err
	})
	return sec, err
}

// InFlight is how many writes are in flight.
func (s *Service) InFlight() int { return s.flights.count() }

// Drain waits for every write in flight.
func (s *Service) Drain(ctx context.Context) error { return s.flights.drain(ctx) }

// newID gives prefix and 12 characters that nobody will guess or meet again.
func newID(prefix string) string {
	b := make([]byte, 8)
	_, _ = rand.Read(b) // crypto/rand never fails
	return prefix + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b))[:12]
}

// IsID reports whether a word has the form of an id that Lanyard gave: app_, t_, m_, r_ or i_ and base32.
func IsID(word string) bool {
	kind, rest, _ := strings.Cut(word, "_")
	length := 12 // as newID makes them
	if kind == "app" {
		length = 16 // as ApplicationID makes them
	}
	return slices.Contains([]string{"app", "t", "m", "r", "i"}, kind) && len(rest) == length && strings.Trim(rest, "abcdefghijklmnopqrstuvwxyz234567") == ""
}

// writable refuses verbs that change something at the server where the configuration forbids it.
func writable(a Application, verb string) error {
	if a.Environment.ReadOnly {
		return &Error{Code: CodeReadOnly, Text: verb + ": environment " + a.Environment.Name + " is read_only",
			Hint: "probe and copy work; remove read_only from the environment to change tokens"}
	}
	return nil
}
