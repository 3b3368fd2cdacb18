// Package session holds the state of one open console. It knows the board and the work in flight.
// It also knows what will become due: revokes, probes, alerts and the clearing of the clipboard.
//
// A face is a user interface: the screen (package ui) or the line mode (package plain). A face
// starts a request with [Session.Do]. Do returns [Work], which the face runs beside the session.
// The face then hands the resulting [Event] to [Session.Apply], and reads the [Fact] values to
// report with [Session.Facts]. A face draws, words and routes keys. All rules that both faces need
// are here or in package console.
//
// A Session has no goroutines and no terminal. Methods that depend on the time take it as an
// argument. All methods except [Session.ClearNow] must be called from one goroutine. Work runs
// in other goroutines and does not touch the Session.
//
// Reads of the store may be dropped when a newer one has arrived. Writes are never dropped.
package session

import (
	"context"
	"time"

	"lanyard/console"
)

// Options configure a [Session].
type Options struct {
	Service *console.Service // nil before the first run has made one
	// Begin creates the service on the first run. With kept=false it lives in memory only, for
	// testing an application before it is saved. It may be called from any goroutine. If Begin is
	// nil, nothing can be added.
	Begin      func(ctx context.Context, kept bool) (*console.Service, error)
	Clipboard  Clipboard     // nil: copying is off
	ClearAfter time.Duration // when a copied token is cleared; 0: never
	Device     string        // identifies this machine in a scope; "" offers no such scope
	// AsksPassphrase reports whether the face asks for the passphrase before a verb runs. Otherwise
	// the keeper of the secrets asks when a verb needs them.
	AsksPassphrase bool
	// Traffic lets a simulated client call the API with each token. It is for a demo only, in which
	// API and tokens are its own.
	Traffic bool
	// Remembers reports whether the selection is stored when the console is left ([Remember]).
	Remembers bool
	// Follow returns the channel that signals changes of the store; nil is Service.Changes.
	Follow func(*console.Service) <-chan struct{}
}

// Work is one call to the console or to the clipboard. It runs outside of the session, and returns
// an event to apply or nil.
type Work func(ctx context.Context) Event

// Session is the state of one open console. Create one with [New].
type Session struct {
	ctx     context.Context
	opts    Options
	svc     *console.Service
	changes <-chan struct{}

	now     time.Time // the time of the current call
	board   Board
	facts   []Fact
	changed bool // something visible has changed

	pages      map[Query]Page          // answers to queries; see dropPages
	rails      map[findQuery]Rail      // likewise
	calls      map[findQuery][]CallRow // likewise, but only a reading changes them
	asked      []Query                 // the last queries for pages; see renewPages
	railsAsked []findQuery             // likewise
	pageSerial int

	flights       map[Key]flight
	ticket, filed int // numbers of the readings that were requested last and filed last
	held          []heldFacts
	stale         bool // the store changed while the board was being read
	readError     string

	delivery   delivery
	decisions  map[string]decision // by token: decided here, and not listed yet
	undoNext   *awaitingUndo       // starts when its decision is stored
	clipboard  clipboardState
	unwanted   map[string]Key  // by application: waits for a person that were given up
	pending    map[string]bool // tokens shown as revoking, whose end was not reported
	ownAnswers map[string]bool // tokens whose revoke ended by an answer to this session
	marks      map[string]bool
	unmarked   map[string]bool // tokens whose last revoke took their mark; see undone
	bulks      []*bulk
	renewals   map[string][]string // queues of token IDs by application; the first is in flight
	loops      map[string]*probeLoop
	loopsBegun int
	alerts     alerts
	endings    endings
	looked     lookups
	lastGets   map[string]Get // the last choice of a person, by application
	attempts   int            // number of attempts to unlock
	keyFailed  bool           // fetching the store's key failed last
	unkept     string         // the last reported reason why nothing can be stored
	choice     choice
	life       life
	pruneAt    time.Time // when tokens that are over may be pruned next
	traffic    TrafficState
	trafficAt  time.Time // when the client of the traffic calls next

	suspending                            bool
	quitting, draining, drained, finished bool
}

// New returns a session. Canceling ctx ends the wait for changes of the store.
func New(ctx context.Context, o Options) *Session {
	if o.Follow == nil {
		o.Follow = func(svc *console.Service) <-chan struct{} { return svc.Changes(ctx) }
	}
	s := &Session{
		ctx: ctx, opts: o, svc: o.Service, flights: map[Key]flight{}, unwanted: map[string]Key{},
		pending: map[string]bool{}, ownAnswers: map[string]bool{}, marks: map[string]bool{},
		decisions: map[string]decision{}, unmarked: map[string]bool{},
		loops: map[string]*probeLoop{}, renewals: map[string][]string{},
	}
	if o.Traffic {
		s.traffic, s.trafficAt = TrafficRunning, s.Now()
	}
	if s.svc != nil {
		s.changes = o.Follow(s.svc)
	}
	return s
}

// Start reads the board and begins to wait for changes of the store.
func (s *Session) Start(now time.Time) []Work {
	s.now, s.endings.began = now, now
	return append(s.read(), s.watch()...)
}

// Tick does what has become due. A face calls it at [Session.Next].
func (s *Session) Tick(now time.Time) []Work {
	s.now = now
	return s.doDue()
}

// doDue does all that is due, and takes the next step of suspending and of quitting.
func (s *Session) doDue() []Work {
	if at := s.board.nextChange; !at.IsZero() && !s.second().Before(at) {
		s.board.judge(s.second())
		s.renewPages()
		s.tell(Judged{})
		s.lookForEnds()
	} else if s.endings.deferred {
		s.lookForEnds()
	}
	work := s.deliver()
	if at := s.nextClear(); !at.IsZero() && !s.now.Before(at) {
		work = append(work, s.clear(s.clipboard.serial)...)
	}
	work = append(append(work, s.probeDue()...), s.trafficDue()...)
	s.alert()
	work = append(work, s.suspend()...)
	return append(work, s.finish()...)
}

// Next returns the time at which something is due or a state changes. It returns the zero time if
// there is none.
func (s *Session) Next() time.Time {
	at := Earlier(s.nextDelivery(), s.nextClear())
	at = Earlier(Earlier(at, s.nextProbe()), Earlier(s.nextTraffic(), s.alerts.next))
	if c := s.board.nextChange; !c.IsZero() {
		at = Earlier(at, NextSecond(c))
	}
	if s.quitting && s.revokeSoon() {
		at = Earlier(at, s.now.Add(time.Second)) // the undo window ends by time alone
	}
	return at
}

func (s *Session) second() time.Time { return Second(s.now) }

// Second returns the instant at which states are judged at now. It is a whole second, so that all
// countdowns change together.
func Second(now time.Time) time.Time { return now.Truncate(time.Second) }

// NextSecond rounds up to a second, because a state that changes within a second is judged at its
// end.
func NextSecond(t time.Time) time.Time {
	if r := Second(t); !r.Equal(t) {
		return r.Add(time.Second)
	}
	return t
}

// Now returns the time of the service's clock, or the zero time if there is no service.
func (s *Session) Now() time.Time {
	if s.svc == nil {
		return time.Time{}
	}
	return s.svc.Now()
}

// Board returns the last reading of the store. It is valid until the next call of Apply.
func (s *Session) Board() *Board { return &s.board }

// Service returns the service; nil before the first run has created one.
func (s *Session) Service() *console.Service { return s.svc }

// mayBegin reports whether there is a service or one can be created.
func (s *Session) mayBegin() bool { return s.svc != nil || s.opts.Begin != nil }

// CanCopy reports whether there is a clipboard.
func (s *Session) CanCopy() bool { return s.opts.Clipboard != nil }

// Policy returns the policy that judges the tokens of an application. It is the zero policy if the
// application is gone.
func (s *Session) Policy(appID string) console.Policy {
	if a := s.board.App(appID); a != nil {
		return a.Policy
	}
	return console.Policy{}
}

// Status judges a token at the time of the current call.
func (s *Session) Status(t console.Token) console.Status {
	return console.StatusAt(t, s.Policy(t.AppID), s.now)
}

// Remedy adds to a hint where to change the setting that it names, for application a.
func (s *Session) Remedy(a *App, hint string, f console.Face) string {
	if s.svc == nil || a == nil {
		return hint
	}
	return s.svc.Home(a.Application).Remedy(hint, f)
}

// Facts returns the facts since the last call of Facts, oldest first.
func (s *Session) Facts() []Fact {
	facts := s.facts
	s.facts = nil
	return facts
}

// Changed reports whether something visible has changed since the last call of Changed.
func (s *Session) Changed() bool {
	was := s.changed
	s.changed = false
	return was
}

func (s *Session) tell(f Fact) { s.facts, s.changed = append(s.facts, f), true }

// noteKeyFailure records that fetching the store's key has failed, if err reports that.
func (s *Session) noteKeyFailure(err error) {
	if console.CodeOf(err) == console.CodeStoreLocked {
		s.keyFailed = true
	}
}
