package console

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// API calls one Token API and its gateway. *tokenapi.Client implements it.
type API interface {
	Token(context.Context, tokenapi.TokenRequest) (tokenapi.TokenAnswer, tokenapi.Exchange, error)
	Revoke(context.Context,
		tokenapi.RevokeRequest) (tokenapi.RevokeAnswer, tokenapi.Exchange, error)
	Probe(context.Context, tokenapi.ProbeRequest) (tokenapi.ProbeAnswer, tokenapi.Exchange, error)
	Introspect(context.Context,
		tokenapi.IntrospectRequest) (tokenapi.IntrospectAnswer, tokenapi.Exchange, error)
	AuthorizeDevice(context.Context,
		tokenapi.DeviceRequest) (tokenapi.DeviceAnswer, tokenapi.Exchange, error)
	Discover(ctx context.Context, issuer string) (tokenapi.Discovered, []tokenapi.Exchange, error)
	KeySet(ctx context.Context, url string) ([]byte, tokenapi.Exchange, error)
	SignAssertion(key tokenapi.SigningKey, claims map[string]any) (secret.Text, error)
}

// Vault fetches the secrets of a configured application: from the environment, a file, a command,
// the configuration or a person. Service calls it when a secret is first used, never to list
// applications.
type Vault interface {
	Secret(ctx context.Context, a Application, kind SecretKind) (secret.Text, error)
}

// Options configure a [Service]. [New] fails without Clock, Keeper, Vault, Connect and Owner.
type Options struct {
	Clock        func() time.Time
	Keeper       Keeper
	Vault        Vault
	Connect      func(Environment) (API, error) // called once for each environment
	Applications []Application                  // from the configuration
	// of the configuration, beside those of Applications
	Environments []Environment
	ConfigPath   string // for messages; "" if not known
	UndoWindow   time.Duration
	DueBefore    time.Duration
	Keep         time.Duration // Prune forgets what has been over for this long; 0: never
	Attended     bool          // a person is present, so a refused request may be repeated at once
	Owner        string        // owner of leases; unique for each process

	// Callbacks opens the listener to which a browser returns from an authorization. If it is nil,
	// the authorization code grant is refused.
	Callbacks Callbacks
	// Browse opens a page in the browser. If it is nil, the address is only shown.
	Browse func(url string) error
	// Invite is called when a person is asked to take part in a grant, and again with Trouble after
	// each poll that failed. answer takes what a person pasted, as Service.Answer does; it is nil
	// if nothing can be pasted. over, never nil, is called at the end. If Invite is nil, only the
	// Board shows invitations.
	Invite func(i Invitation, answer func(secret.Text) error) (over func())
	// SignInCommand returns a shell command that signs in for an invitation without a browser. It
	// is for a demo, whose server has no login. If it is nil, or returns "", there is none.
	SignInCommand func(Invitation) string
	// Supersede is called just before a get that may end a token which another program holds. It
	// may be nil.
	Supersede func(Supersede)
	// LeaseClock counts the time of leases. All processes of this machine share it and it cannot be
	// set, such as the time since boot. If it is nil, Clock is used, on which two processes may
	// disagree.
	LeaseClock func() time.Time
	// Wait waits between two polls of a device grant, until ctx ends. If it is nil, a timer does. A
	// clock that can be moved needs a Wait of its own.
	Wait func(ctx context.Context, d time.Duration) error
	// Waits is called once when a verb has waited for another process for a second. It may be nil.
	Waits func(Application)
	// Explain names the subscription of a portal that causes a gateway fault; "" if there is none.
	// It may be nil.
	Explain func(a Application, faultCode int, subs []Subscription) string
	// Portal signs in at a developer portal and reads the applications there. If it is nil, nothing
	// can be imported from a portal.
	Portal func(context.Context, PortalRequest) (PortalFound, error)
	// Device names this machine in a scope of its own (WSO2: device_NAME). If it is "", no such
	// scope is offered.
	Device string
}

// Service has one method for each verb. Its methods may be called by any goroutine. It serialises
// writes to one token or application, in this process and across processes.
type Service struct {
	opt     Options
	flights flights // the writes in flight
	clients flights // by client: one request at a time

	controls flights // by URL: one control at a time

	mu         sync.Mutex
	apis       map[Environment]API
	exchanges  []Exchange
	seq        int64
	restored   int64           // Reader.Restored of the newest transaction
	awaited    map[string]bool // marks whose answer this process is still waiting for
	watchers   map[chan struct{}]bool
	skews      map[string]time.Duration // by environment, as last seen
	invited    []invited
	keySets    map[string]keySet    // by URL and how it is trusted
	unanswered map[string]time.Time // time of an issuer's last failure to answer
	hashed     bool                 // older tokens have their hashes
	wroteOut   string               // where WriteOut last wrote
}

// Exchange is one request and its answer, masked, with the application and token that it was for.
type Exchange struct {
	Seq         int64 // 1, 2, 3, …
	AppID       string
	Application Private // label of the application
	TokenID     string  // "" if it is about no single token
	Call        Call    // what the call came to; zero until that is known ([Exchange.AsCall])
	Repeats     int     // later calls of a [Client] with the same answer, which are not listed
	tokenapi.Exchange
}

// Verb names what the exchange was for: OpGet, OpRefresh, or the Op of its call, such as "revoke".
func (e Exchange) Verb() string {
	switch e.Op {
	case GrantClientCredentials, GrantPassword, GrantAuthorizationCode, GrantDeviceCode,
		GrantJWTBearer, GrantTokenExchange:
		return OpGet
	case GrantRefreshToken:
		return OpRefresh
	}
	return e.Op
}

// KeepExchanges is the number of exchanges that a process keeps in memory.
const KeepExchanges = 200

// Board is everything that the lists show, read at one instant. It holds no secret.
type Board struct {
	Applications []Application      // configured ones first, in their order
	Covered      []Application      // in the store, hidden by the configuration
	Environments []KnownEnvironment // configured ones first
	Tokens       []Token            // oldest first
	Marks        []Mark             // open marks of gets, which have no token yet
	Altered      []Altered          // none while the store is locked: nothing is verified then
	Exchanges    []Exchange         // oldest first
	Past         []Call             // calls of other runs; Service.Board reads none

	Key    KeyStatus // state of the key to the secrets
	Unkept error     // reason why nothing can be stored any more, or nil

	Invitations []Invitation             // invitations of this process
	Restored    int64                    // Reader.Restored
	Longer      map[string]Longer        // by environment
	Skew        map[string]time.Duration // Service.Skew by environment
}

// How names the origin of the token of an [Outcome].
type How string

// The ways.
const (
	Reused    How = "reused"    // it was held already
	Refreshed How = "refreshed" // with the refresh token of its predecessor
	Issued    How = "issued"    // with the application's grant
)

// Outcome is the result of Get, Renew and Obtain. After an error only Exchange counts.
type Outcome struct {
	Token    Token
	How      How
	Same     bool     // the server issued a token that was held already
	Previous *Token   // the token that this one replaces, after a refresh
	Notes    []string // notes for the person, without secrets
	Exchange int64    // Seq of its last exchange, also after an error; 0: there was none
}

// GetOptions replace parts of the application's own request. The zero value replaces nothing.
type GetOptions struct {
	Grant    string
	Scopes   []string
	Audience string     // RFC 8693 section 2.1, Auth0
	Resource []string   // RFC 8707
	Extra    url.Values // form parameters; they replace the application's of the same names

	// Username and Password are for a grant that needs them. The password is used for this get and
	// not stored. The token is held under the application, with this user.
	Username Private
	Password secret.Text
}

// ObtainOptions select the held tokens that Obtain may hand out. If Grant is set, it hands out
// none.
type ObtainOptions struct {
	GetOptions
	Fresh bool // hand out no held token
	// MinLeft is the life that a held token must have left. A quarter of its life is enough if
	// that is shorter.
	MinLeft time.Duration
	// MinLeftHolds is set if a person named MinLeft. A quarter of the life is then enough only if
	// the whole life is shorter than MinLeft.
	MinLeftHolds bool
}

// Delivery is one attempt to have a revoke accepted by the server.
type Delivery struct {
	Token     Token
	Kind      RevokeKind // RevokeAccess or RevokeRefresh
	Err       error      // nil: accepted
	Kept      bool       // not delivered, to be tried again
	Confirmed bool       // the server named what it revoked
	Exchange  int64      // Seq of the exchange; 0: nothing was sent
}

// New makes a Service. It fails if an option that is needed is missing.
func New(opt Options) (*Service, error) {
	if opt.Clock == nil || opt.Keeper == nil || opt.Vault == nil || opt.Connect == nil ||
		opt.Owner == "" {
		return nil, errors.New("console: clock, keeper, vault, connect and owner are needed")
	}
	opt.Applications = slices.Clone(opt.Applications)
	for i := range opt.Applications {
		opt.Applications[i].Details.Server = opt.Applications[i].server()
	}
	s := &Service{
		opt: opt, apis: map[Environment]API{}, awaited: map[string]bool{},
		watchers: map[chan struct{}]bool{}, skews: map[string]time.Duration{},
		keySets: map[string]keySet{}, unanswered: map[string]time.Time{},
	}
	if s.opt.Wait == nil {
		s.opt.Wait = WaitFor
	}
	s.opt.Keeper = kin{presentKeeper{opt.Keeper, opt.Clock}, s}
	return s, nil
}

// Now returns the time by the clock of the service.
func (s *Service) Now() time.Time { return s.opt.Clock() }

// UndoWindow returns the time for which a revoke can be undone.
func (s *Service) UndoWindow() time.Duration { return s.opt.UndoWindow }

// Policy returns the policy for the tokens of an application.
func (s *Service) Policy(a Application) Policy {
	return PolicyOf(a, s.opt.DueBefore)
}

// sawRestored lets this process hash older tokens again after a backup was restored.
func (s *Service) sawRestored(rev int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if rev > s.restored {
		s.restored, s.hashed = rev, false
	}
}

// awaiting returns the marks whose answers are under way.
func (s *Service) awaiting() map[string]bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.awaited)
}

func (s *Service) isAwaited(mark string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.awaited[mark]
}

// await marks the answer of a mark as under way, until the returned function is called.
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

// Changes returns a channel that receives after each change that a Board would show: a commit of
// this process or another one, or a new exchange. Several changes may become one value. The channel
// is closed when ctx ends.
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
	if e.HasSkew && e.Op != "probe" && e.Op != "control" && e.Op != OpTraffic {
		s.skews[string(a.Environment.Name)] = e.Skew
	}
	x := Exchange{Seq: s.seq, AppID: a.ID, Application: a.Label(), TokenID: tokenID, Exchange: e}
	s.exchanges = append(s.exchanges, x)
	if n := len(s.exchanges) - KeepExchanges; n > 0 {
		s.exchanges = slices.Delete(s.exchanges, 0, n)
	}
	s.tellWatchers()
	return x
}

// tellWatchers sends to the channels of Changes. The caller holds the mutex.
func (s *Service) tellWatchers() {
	for w := range s.watchers {
		select {
		case w <- struct{}{}:
		default:
		}
	}
}

// ClockOff reports whether the clock of a server differs from ours by so much that a person is
// told. Date headers count whole seconds, and answers take time on the way.
func ClockOff(skew time.Duration) bool { return skew.Abs() > clockSlack }

// clockSlack is the difference of clocks up to which they count as equal.
const clockSlack = 5 * time.Second

// Skew returns the time by which the clock of an environment's server was ahead of ours at its last
// answer. ok is false if it has not answered.
func (s *Service) Skew(environment string) (time.Duration, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, ok := s.skews[environment]
	return d, ok
}

// api returns the client of an environment, and connects at first use. It fails while the store is
// locked: nothing verifies then where the environment is, so nothing may be sent to it.
func (s *Service) api(e Environment) (API, error) {
	if s.opt.Keeper.Key().Locked {
		return nil, &Error{
			Code: CodeStoreLocked,
			Text: "the store is locked, so that its rows are not verified, and nothing is sent",
			Hint: "unlock it",
		}
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

// Secrets returns the credentials of a token, to copy or print them.
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

// InFlight returns the number of writes in flight.
func (s *Service) InFlight() int { return s.flights.count() }

// Drain waits for the writes in flight, or until ctx ends.
func (s *Service) Drain(ctx context.Context) error { return s.flights.drain(ctx) }

// newID returns prefix and 12 random characters of base32 (60 bits).
func newID(prefix string) string {
	b := make([]byte, 8)
	_, _ = rand.Read(b) // crypto/rand never fails
	encoding := base32.StdEncoding.WithPadding(base32.NoPadding)
	return prefix + strings.ToLower(encoding.EncodeToString(b))[:12]
}

// IsID reports whether a word has the form of an ID of Lanyard: app_, t_, m_, r_ or i_ and base32.
func IsID(word string) bool {
	kind, rest, _ := strings.Cut(word, "_")
	length := 12 // as newID makes them
	if kind == "app" {
		length = 16 // as ApplicationID makes them
	}
	return slices.Contains([]string{"app", "t", "m", "r", "i"}, kind) && len(rest) == length &&
		strings.Trim(rest, "abcdefghijklmnopqrstuvwxyz234567") == ""
}

// writable refuses a verb that changes something at the server if the environment is read_only.
func writable(a Application, verb string) error {
	if a.Environment.ReadOnly {
		return &Error{
			Code: CodeReadOnly,
			Text: verb + ": environment " + string(a.Environment.Name) + " is read_only",
			Hint: "probe and copy work; remove read_only from the environment to change tokens",
		}
	}
	return nil
}
