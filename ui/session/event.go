package session

import (
	"slices"
	"time"

	"lanyard/console"
	"lanyard/tokenapi/secret"
)

// Event is the result of work. [Session.Apply] files it.
type Event interface{ ended() call }

// Fact is something to report to the person: an event that was filed, or one of the types below.
type Fact interface{ fact() }

type factMark struct{}

func (factMark) fact() {}

// call identifies the work that an event ends. The zero call ends no work.
type call struct {
	factMark
	key      Key
	exchange int64
}

func (c call) ended() call { return c }

// Key returns the key of the work.
func (c call) Key() Key { return c.key }

// Exchange returns the number of the call that the work made to a server; see [Board.Exchange]. It
// is 0 if the work made none or several.
func (c call) Exchange() int64 { return c.exchange }

// ExchangeOf returns the number of the call to a server that a fact reports; 0 for none.
func ExchangeOf(f Fact) int64 {
	switch f := f.(type) {
	case Delivery:
		return f.Exchange
	case interface{ Exchange() int64 }:
		return f.Exchange()
	}
	return 0
}

// The events. Err is nil on success.
type (
	// BoardRead is the result of reading the store.
	BoardRead struct {
		call
		Ticket int
		Board  console.Board
		Choice console.Choice // of the first reading; see [Session.Remembered]
		Err    error
		// PastErr says why the calls of other runs are not in Board; nil if they are.
		PastErr error
		Again   bool // the last reading failed with the same error
	}
	// StoreChanged says that the store or the list of calls has changed.
	StoreChanged struct {
		call
		Over bool // no other will follow
	}
	// Got is the result of [Get].
	Got struct {
		call
		App      string
		Selected string
		Outcome  console.Outcome
		Err      error
	}
	// Renewed is the result of [Renew].
	Renewed struct {
		call
		Token, App string
		Outcome    console.Outcome
		Err        error
	}
	// Decided is the result of [Revoke]: the decision was stored. Token is the token as stored.
	Decided struct {
		call
		ID    string
		Token console.Token
		Err   error
		Bulk  bool // part of a Bulk
	}
	decidedAll struct {
		call
		each []console.Decided
	}
	// Undone is the result of [Undo].
	Undone struct {
		call
		Undone console.Undone
		Err    error
	}
	delivered struct {
		call
		done []console.Delivery
		next time.Time
		err  error
	}
	// Probed is the result of [Probe].
	Probed struct {
		call
		ID     string
		Answer console.ProbeAnswer
		Token  console.Token
		Err    error
	}
	// loopProbed is the result of one probe of a probe loop.
	loopProbed struct {
		call
		id     string
		loop   *probeLoop // the loop that made it
		answer console.ProbeAnswer
		token  console.Token
		err    error
	}
	// Copied is the result of [Copy].
	Copied struct {
		call
		ID       string
		What     string // the fingerprint and the form
		Copied   CopiedTo
		Unlogged error // why the audit log has no entry of it; nil if it has
		Err      error
		since    int           // serial number of the newest copy when the work began
		after    time.Duration // Options.ClearAfter at that time
	}
	// TextCopied is the result of [CopyText].
	TextCopied struct {
		call
		What   string
		Copied CopiedTo
		Err    error
		since  int // see Copied
	}
	// ClipboardCleared is the result of clearing the clipboard.
	ClipboardCleared struct {
		call
		Cleared Cleared
		Err     error
		serial  int // of the newest copy when the work began
	}
	// Unlocked is the result of [Unlock].
	Unlocked struct {
		call
		For any
		Err error
	}
	// Dismissed is the result of [Dismiss].
	Dismissed struct {
		call
		Mark console.Mark
		Err  error
	}
	forgettable struct {
		call
		what  console.ForgetWhat
		found console.Forgotten
		err   error
	}
	// Forgot is the result of a confirmed [Forget].
	Forgot struct {
		call
		Done console.Forgotten
		Err  error
	}
	// Pruned is the result of removing tokens that were over for longer than store.keep.
	Pruned struct {
		call
		Done console.Forgotten
		Err  error
	}
	// LogRead is the audit log, oldest entry first.
	LogRead struct {
		call
		For    any
		Events []console.Event
		Err    error
	}
	// WroteOut is the result of [WriteOut]. Place is the new directory.
	WroteOut struct {
		call
		Place string
		Err   error
		quit  bool
	}
	// Saved is the result of [Save].
	Saved struct {
		call
		For    any
		App    console.Application
		Tested *console.Tested // the test that was saved with it
		Err    error
		begun  *console.Service
	}
	// Tested is the result of [Test].
	Tested struct {
		call
		For     any
		Changes int
		Tested  console.Tested
		Err     error
	}
	// PortalAsked is the result of [AskPortal].
	PortalAsked struct {
		call
		For   any
		Found console.PortalFound
		Err   error
	}
	// FoundKept is the result of [KeepFound].
	FoundKept struct {
		call
		For   any
		Apps  []console.Application
		Err   error
		begun *console.Service
	}
	// Deleted is the result of [Delete].
	Deleted struct {
		call
		App, Name string
		Err       error
	}
	// Adopted is the result of [Adopt].
	Adopted struct {
		call
		For   any
		Token console.Token
		Err   error
	}
	// Inspected is the result of [Inspect].
	Inspected struct {
		call
		For        any
		ID         string // of the token
		Inspection console.Inspection
		Err        error
	}
	// Introspected is the result of [Introspect].
	Introspected struct {
		call
		For    any
		ID     string
		Answer Introspection
		Err    error
	}
	// SubscriptionsRead is the result of [ReadSubscriptions].
	SubscriptionsRead struct {
		call
		For           any
		ConsumerKey   console.Private
		Subscriptions console.Subscriptions
		Err           error
	}
	// Revealed is the result of [Show].
	Revealed struct {
		call
		For  any
		Text secret.Text
		Err  error
	}
	// RevealLogged is the result of [LogShow].
	RevealLogged struct {
		call
		Fingerprint string
		Err         error
	}
	lifeRead struct {
		call
		token  string
		events []console.Event
		err    error
	}
	drained    struct{ call }
	remembered struct{ call }
)

// Introspection is an introspection response, with its members in the order of the response.
type Introspection struct {
	Active  bool
	Members []Member
}

// Member is a member of an introspection response. If it is a time, At is set. Never means that the
// time is so late that it means "never".
type Member struct {
	Name, Value string
	At          time.Time
	Never       bool
}

// The facts that are not events.
type (
	// Refused says that a request cannot be done now, and why.
	Refused struct {
		factMark
		Request Request
		Reason  Reason
		Key     Key // of the work in flight
	}
	// Began says that the work of a form or an overlay has begun.
	Began struct {
		factMark
		Request Request
	}
	// Ask is a question. If the person says yes, the face does Then.
	Ask struct {
		factMark
		About About
		Then  Request
	}
	// WaitsForPerson says that a get needs a person, for example in a browser. Again is set if that
	// was reported before.
	WaitsForPerson struct {
		factMark
		App   string
		Key   Key
		Again bool
	}
	// SignInAnswered is the result of [AnswerSignIn].
	SignInAnswered struct {
		factMark
		Err error
	}
	// MaySupersede warns that a get may end a token that others hold.
	MaySupersede struct {
		factMark
		Supersede console.Supersede
	}
	// BoardFiled says that a reading has replaced the board.
	BoardFiled struct {
		factMark
		First bool
	}
	// Judged says that the passage of time has changed a state.
	Judged struct{ factMark }
	// Restored says that a restored backup has replaced the store.
	Restored struct{ factMark }
	// Shadowed says that an application of the store is not listed, because the configuration has
	// the same one.
	Shadowed struct {
		factMark
		Stored, Configured console.Application
	}
	// Unkept says that nothing can be stored any more, and why.
	Unkept struct {
		factMark
		Err error
	}
	// SettledElsewhere says that another console has ended a pending revoke and that the token
	// lives on. Refusal is the server's reason, or "" if the revoke was undone.
	SettledElsewhere struct {
		factMark
		Token   console.Token
		Refusal string
	}
	// Delivery is one attempt to send a revoke.
	Delivery struct {
		factMark
		console.Delivery
	}
	// AllAccepted says that the server accepted each of several revokes.
	AllAccepted struct {
		factMark
		N int
	}
	// NotDelivered reports why revokes cannot be sent. Each cause is reported once.
	NotDelivered struct {
		factMark
		Err error
	}
	// WaitsLocked says that N revokes are due and that the store must be unlocked to send them. It
	// is reported once.
	WaitsLocked struct {
		factMark
		N int
	}
	// TokenSkipped says that a verb on several tokens skips one.
	TokenSkipped struct {
		factMark
		Skipped
	}
	// BulkDone sums up a verb on several tokens.
	BulkDone struct {
		factMark
		Bulk
		N        int // number of tokens
		Failures []Failure
		Verdicts map[console.Verdict]int // number of probes by verdict
		Same     int                     // number of renewals that brought a token that was held
	}
	// ProbesBegan says that probing tokens until they are dead has begun.
	ProbesBegan struct {
		factMark
		Fingerprint string // of one of the tokens
		N           int    // number of tokens
	}
	// DeadAlready says that a probe has already proved a token dead, so that it is not probed.
	DeadAlready struct {
		factMark
		Fingerprint string
	}
	// ProbesStopped says that a person has stopped a probe loop.
	ProbesStopped struct {
		factMark
		Fingerprint string
		Loop        console.ProbeLoop
	}
	// ProbesEnded says that a probe loop has ended, and why.
	ProbesEnded struct {
		factMark
		Stop        console.ProbeStop
		Loop        console.ProbeLoop
		Fingerprint string
		Answer      console.ProbeAnswer // to the last probe
		Token       console.Token
	}
	// ProbesHopeless says that probes of this URL prove nothing. Each reason is reported once.
	ProbesHopeless struct {
		factMark
		Fingerprint string
		Answer      console.ProbeAnswer
		Token       console.Token
	}
	// ProbeFailed says that a probe loop was stopped by an error of this program.
	ProbeFailed struct {
		factMark
		Err error
	}
	// Alerts are events to report outside of the screen, for example with a bell.
	Alerts struct {
		factMark
		All []Alert
	}
	// Ended says that tokens have expired, or that the gateway refuses them from now on. It is
	// reported once for each token, the earliest end first.
	Ended struct {
		factMark
		All []Ending
	}
	// NothingOver says that nothing was found to forget. Kept is a token that was asked for and is
	// kept, or nil. If there are several, it is one whose state is over, if any.
	NothingOver struct {
		factMark
		Kept *console.NotOver
		Err  error
	}
	// TrafficSet says that the traffic was paused or continued.
	TrafficSet struct {
		factMark
		On bool
	}
	// MaySuspend says that the clipboard is clear and the process may be stopped.
	MaySuspend struct{ factMark }
	// Quitting says that the console has begun to quit.
	Quitting struct{ factMark }
	// Finishing says that quitting waits. If Clipboard is set, it waits for the clipboard only.
	Finishing struct {
		factMark
		Clipboard bool
	}
	// Finished says that the console has quit. If Now is set, it did not wait for the work in
	// flight.
	Finished struct {
		factMark
		Now bool
	}
)

// Reason is the reason for the refusal of a request.
type Reason int

// The reasons.
const (
	InFlight Reason = iota // work of the same key is in flight
	NothingYet
	CopyingOff
	TokenGone
	AlreadyRevoking
	NothingToUndo
	NowhereToSave
	WhileQuitting // the console quits; see Session.Do
)

func (s *Session) refuse(r Request, why Reason, key Key) {
	s.tell(Refused{Request: r, Reason: why, Key: key})
}

// About is the subject of a question.
type About interface{ about() }

type (
	// InProduction asks before a revoke in a production environment.
	InProduction struct{ Row *Row }
	// Superseding asks before a get that may end a token that others hold.
	Superseding struct {
		Supersede console.Supersede
		App       string
		Scopes    []string
		by        console.Application // as the get has it
		policy    console.Policy
	}
	// Several asks before several tokens are revoked.
	Several struct{ Bulk Bulk }
	// Repeating asks before a request is repeated that may change something at the server. Words
	// describe the request.
	Repeating struct{ Words string }
	// Locked asks for the passphrase of the store. If Fresh is set, the person chooses it.
	Locked struct{ Fresh bool }
	// ForgettingOver asks before tokens or applications are removed from the store.
	ForgettingOver struct{ Found console.Forgotten }
	// Losing asks whether to write out what this console holds before it quits.
	Losing struct{}
)

// Own returns the request for a token of its own in place of then: a get with a scope that no other
// client requests. A renewal becomes a get, because a token with other scopes is another token. It
// returns nil if there is no such scope, or if then is a [Test].
func (q Superseding) Own(then Request) Request {
	if _, test := then.(Test); test || q.Supersede.Scope == "" {
		return nil
	}
	get, ok := then.(Get)
	if !ok {
		get = Get{App: q.App, Confirmed: true}
	}
	get.Scopes = append(slices.Clone(q.Scopes), q.Supersede.Scope)
	return get
}

func (InProduction) about()   {}
func (Superseding) about()    {}
func (Several) about()        {}
func (Repeating) about()      {}
func (Locked) about()         {}
func (ForgettingOver) about() {}
func (Losing) about()         {}

func (s *Session) ask(about About, then Request) { s.tell(Ask{Then: then, About: about}) }
