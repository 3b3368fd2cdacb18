// Package session is what one open console is in the middle of: the board and its reading, the work
// in flight, revokes that wait for their delivery, the locked store, the clipboard, probe loops, marks,
// and quitting.
//
// A face (the screen, the lines) asks for something with [Session.Do] and hands back what each [Work]
// came to with [Session.Apply]. [Session.Facts] then gives what there is to tell. A face draws, words
// and routes keys; it has no rules of its own.
//
// A Session has no goroutines, no clock and no terminal. Every method takes the time, and all methods
// must be called from one goroutine. Work runs beside them and touches nothing of the session.
package session

import (
	"context"
	"time"

	"lanyard/console"
)

// Options are what a session is made from.
type Options struct {
	Service *console.Service // nil before the first run has made one
	// Begin makes the service on the first run. With kept=false it lives in memory only, for testing an
	// application before it is saved. It may be called from any goroutine. Nil: nothing can be added.
	Begin      func(ctx context.Context, kept bool) (*console.Service, error)
	Clipboard  Clipboard // nil: copying is off
	ClearAfter time.Duration
	Device     string // names this machine in a scope of its own; "" makes no such offer
	// AsksPassphrase is whether the face asks for the passphrase before a verb runs. Otherwise the keeper
	// of the secrets asks when a verb needs them.
	AsksPassphrase bool
	// Follow returns the channel that tells of changes of the store. Nil: the service's own.
	Follow func(*console.Service) <-chan struct{}
}

// Work is one call to the console or to the clipboard. It runs outside of the session and returns what
// it came to, or nil if there is nothing to apply.
type Work func(ctx context.Context) Event

// Session is the state of one open console.
type Session struct {
	ctx     context.Context
	opts    Options
	svc     *console.Service
	changes <-chan struct{}

	now     time.Time // of the call that is being handled
	board   Board
	pages   map[Query]Page // that were asked for since the last call
	facts   []Fact
	changed bool // something that a face shows has changed

	flights       map[Key]flight
	ticket, filed int  // of the readings of the board: the last one asked for, and the last one filed
	stale         bool // the store changed while the board was being read
	readError     string

	delivery   delivery
	clipboard  clipboardState
	unwanted   map[string]Key  // applications whose wait for a person was given up, and what waited
	pending    map[string]bool // tokens shown with a revoke whose end was not told yet
	ownAnswers map[string]bool // tokens whose end this session's own answer tells
	marks      map[string]bool
	bulks      []*bulk
	renewals   map[string][]string // of bulks, by application; the first is in flight
	loops      map[string]*probeLoop
	alerts     alerts
	lastGets   map[string]Get // what a person chose last, by application
	attempts   int            // to unlock
	keyFailed  bool           // the key could not be fetched when it was needed
	unkept     string         // what was said last of a store in which nothing can be stored
	pruneAt    time.Time      // when what is over may next be looked for

	suspending                            bool
	quitting, draining, drained, finished bool
}

// New returns a session. The end of ctx ends the wait for changes of the store.
func New(ctx context.Context, o Options) *Session {
	if o.Follow == nil {
		o.Follow = func(svc *console.Service) <-chan struct{} { return svc.Changes(ctx) }
	}
	s := &Session{
		ctx: ctx, opts: o, svc: o.Service, flights: map[Key]flight{}, unwanted: map[string]Key{},
		pending: map[string]bool{}, ownAnswers: map[string]bool{}, marks: map[string]bool{},
		loops: map[string]*probeLoop{}, renewals: map[string][]string{},
	}
	if s.svc != nil {
		s.changes = o.Follow(s.svc)
	}
	return s
}

// Start reads the board and begins to wait for changes of the store.
func (s *Session) Start(now time.Time) []Work {
	s.now = now
	return append(s.read(), s.watch()...)
}

// Tick does what has become due by now.
func (s *Session) Tick(now time.Time) []Work {
	s.startCall(now)
	return s.doDue()
}

// at begins a call.
func (s *Session) startCall(now time.Time) { s.now, s.pages = now, nil }

// settle does what is due: states that time changes, deliveries, the clipboard, probes, alerts, and the
// next step of suspending and of quitting.
func (s *Session) doDue() []Work {
	if at := s.board.nextChange; !at.IsZero() && !s.second().Before(at) {
		s.board.judge(s.second())
		s.tell(Judged{})
	}
	work := s.deliver()
	if s.clipboard.due(s.now) {
		work = append(work, s.clear(s.clipboard.serial))
	}
	work = append(work, s.probeDue()...)
	s.alert()
	work = append(work, s.suspend()...)
	return append(work, s.finish()...)
}

// Next returns when something is due or a state changes; zero if nothing will.
func (s *Session) Next() time.Time {
	at := Earlier(s.nextDelivery(), s.clipboard.clearAt)
	at = Earlier(Earlier(at, s.nextProbe()), s.alerts.next)
	if c := s.board.nextChange; !c.IsZero() {
		at = Earlier(at, wholeSecond(c))
	}
	if s.quitting && s.revokeSoon() {
		at = Earlier(at, s.now.Add(time.Second)) // the wait for an undo window ends by itself
	}
	return at
}

// second is the instant that states are judged at: the whole second, so that all countdowns turn
// together.
func (s *Session) second() time.Time { return s.now.Truncate(time.Second) }

// wholeSecond rounds up: what changes within a second is judged at its end.
func wholeSecond(t time.Time) time.Time {
	if r := t.Truncate(time.Second); !r.Equal(t) {
		return r.Add(time.Second)
	}
	return t
}

// Now is the service's clock, or the zero time before there is a service.
func (s *Session) Now() time.Time {
	if s.svc == nil {
		return time.Time{}
	}
	return s.svc.Now()
}

// Board is what was read last. It stays valid until the next call of Apply.
func (s *Session) Board() *Board { return &s.board }

// Service is the service, or nil before the first run has made one.
func (s *Session) Service() *console.Service { return s.svc }

// MayBegin reports whether there is a service, or one can be made.
func (s *Session) MayBegin() bool { return s.svc != nil || s.opts.Begin != nil }

// CanCopy reports whether there is a clipboard.
func (s *Session) CanCopy() bool { return s.opts.Clipboard != nil }

// Policy is how the tokens of an application are judged; the zero policy if the application is gone.
func (s *Session) Policy(appID string) console.Policy {
	if a := s.board.App(appID); a != nil {
		return a.Policy
	}
	return console.Policy{}
}

// Status judges a token now.
func (s *Session) Status(t console.Token) console.Status {
	return console.StatusAt(t, s.Policy(t.AppID), s.now)
}

// Remedy adds to a hint about an application where the setting that it names is changed.
func (s *Session) Remedy(a *App, hint string, f console.Face) string {
	if s.svc == nil || a == nil {
		return hint
	}
	return s.svc.Home(a.Application).Remedy(hint, f)
}

// Facts returns what there is to tell since the last call, oldest first.
func (s *Session) Facts() []Fact {
	facts := s.facts
	s.facts = nil
	return facts
}

// Changed reports whether something that a face shows has changed since the last call.
func (s *Session) Changed() bool {
	was := s.changed
	s.changed = false
	return was
}

func (s *Session) tell(f Fact) { s.facts, s.changed = append(s.facts, f), true }

// failed notes an error that says that the key could not be fetched.
func (s *Session) noteKeyFailure(err error) {
	if console.CodeOf(err) == console.CodeStoreLocked {
		s.keyFailed = true
	}
}
