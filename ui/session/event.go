package session

import (
	"time"

	"lanyard/console"
	"lanyard/tokenapi/secret"
)

// Event is what work came to. It is data: [Session.Apply] files it.
type Event interface{ ended() call }

// Fact is what there is to tell: an event that was filed, or one of the types below.
type Fact interface{ fact() }

type factMark struct{}

func (factMark) fact() {}

// call is what every event says of the work that it ends. The zero call ends none.
type call struct {
	factMark
	key      Key
	exchange int64
}

func (c call) ended() call { return c }

// Key is the key of the work.
func (c call) Key() Key { return c.key }

// Exchange is the number of the exchange that the work made; 0: it made none, or is about no
// single one. A face finds it in [Board.Exchange].
func (c call) Exchange() int64 { return c.exchange }

// ExchangeOf returns the number of the exchange that a fact tells of, 0 for none.
func ExchangeOf(f Fact) int64 {
	switch f := f.(type) {
	case Delivery:
		return f.Exchange
	case interface{ Exchange() int64 }:
		return f.Exchange()
	}
	return 0
}

// The events. Err is nil if the work was done.
type (
	// BoardRead is a reading of the store.
	BoardRead struct {
		call
		Ticket int
		Board  console.Board
		Err    error
		Again  bool // Err is what the last reading said too
	}
	// StoreChanged tells of a change of the store or of the exchanges.
	StoreChanged struct {
		call
		Over bool // none will follow
	}
	// Got is what a get came to.
	Got struct {
		call
		App      string
		Selected string
		Outcome  console.Outcome
		Err      error
	}
	// Renewed is what a renewal came to.
	Renewed struct {
		call
		Token, App string
		Outcome    console.Outcome
		Err        error
	}
	// Decided is a revoke that was decided. Token is as it was stored.
	Decided struct {
		call
		ID    string
		Token console.Token
		Err   error
		Bulk  bool // one of several
	}
	decidedAll struct {
		call
		each []console.Decided
	}
	// Undone is what an undo came to.
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
	// Probed is the gateway's answer to one probe.
	Probed struct {
		call
		ID     string
		Answer console.ProbeAnswer
		Token  console.Token
		Err    error
	}
	// reprobed is one probe of many.
	loopProbed struct {
		call
		id     string
		loop   *probeLoop // that it was made for
		answer console.ProbeAnswer
		token  console.Token
		err    error
	}
	// Copied is a token that was copied.
	Copied struct {
		call
		ID       string
		What     string // its fingerprint, and the form
		Copied   CopiedTo
		Unlogged error // why the audit log does not say so
		Err      error
		since    int           // serial number of the newest copy when it was begun
		after    time.Duration // when it is to be cleared, as was set then
	}
	// TextCopied is what is no secret, and was copied.
	TextCopied struct {
		call
		What   string
		Copied CopiedTo
		Err    error
		since  int // as of Copied
	}
	// ClipboardCleared is what clearing the clipboard came to.
	ClipboardCleared struct {
		call
		Cleared Cleared
		Err     error
		serial  int // of the newest copy when it was begun
	}
	// Unlocked is what a passphrase came to.
	Unlocked struct {
		call
		Attempt int
		Err     error
	}
	// Dismissed is a mark that was dismissed.
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
	// Forgot is what was forgotten because a person said so.
	Forgot struct {
		call
		Done console.Forgotten
		Err  error
	}
	// Pruned is what was forgotten because it had been over for long.
	Pruned struct {
		call
		Done console.Forgotten
		Err  error
	}
	// LogRead is the log, oldest first.
	LogRead struct {
		call
		For    any
		Events []console.Event
		Err    error
	}
	// WroteOut is the directory to which was written what this console holds.
	WroteOut struct {
		call
		Place string
		Err   error
		quit  bool
	}
	// Saved is an application that was saved.
	Saved struct {
		call
		For    any
		App    console.Application
		Tested *console.Tested // that was saved with it
		Err    error
		begun  *console.Service
	}
	// Tested is what trying an application came to.
	Tested struct {
		call
		For     any
		Changes int
		Tested  console.Tested
		Err     error
	}
	// PortalAsked is what a portal showed.
	PortalAsked struct {
		call
		For   any
		Found console.PortalFound
		Err   error
	}
	// FoundKept are the applications of a portal that were kept.
	FoundKept struct {
		call
		For   any
		Apps  []console.Application
		Err   error
		begun *console.Service
	}
	// Deleted is an application that was deleted.
	Deleted struct {
		call
		App, Name string
		Err       error
	}
	// Adopted is a token that was taken over.
	Adopted struct {
		call
		For   any
		Token console.Token
		Err   error
	}
	// Inspected is the inside of a token.
	Inspected struct {
		call
		For        any
		Inspection console.Inspection
		Err        error
	}
	// Introspected is what the key manager said of a token.
	Introspected struct {
		call
		For    any
		ID     string
		Answer Introspection
		Err    error
	}
	// Revealed is a token that is to be shown.
	Revealed struct {
		call
		For  any
		Text secret.Text
		Err  error
	}
	// RevealLogged is the note that a token is on the screen.
	RevealLogged struct {
		call
		Fingerprint string
		Err         error
	}
	drained struct {
		call
		err error
	}
)

// Introspection is what the key manager said, member by member, in its order.
type Introspection struct {
	Active  bool
	Members []Member
}

// Member is a member of an introspection response. At is a time; Never is a time that is no end.
type Member struct {
	Name, Value string
	At          time.Time
	Never       bool
}

// The facts that are no events.
type (
	// Refused says that a request cannot be done now, and why.
	Refused struct {
		factMark
		Request Request
		Reason  Reason
		Key     Key // of what is in flight
	}
	// Began says that the work of a form or box has begun.
	Began struct {
		factMark
		Request Request
	}
	// Ask is a question. If the answer is yes, Then is to be done.
	Ask struct {
		factMark
		About About
		Then  Request
	}
	// WaitsForPerson says that a person is to take part in getting a token. Again: they were told before.
	WaitsForPerson struct {
		factMark
		App   string
		Key   Key
		Again bool
	}
	// MaySupersede tells of a get that may end a token that others hold.
	MaySupersede struct {
		factMark
		Supersede console.Supersede
	}
	// BoardFiled says that the board was replaced by the next reading.
	BoardFiled struct {
		factMark
		First bool
	}
	// Judged says that time has changed a state.
	Judged struct{ factMark }
	// Restored says that a restored backup took the place of the store.
	Restored struct{ factMark }
	// Covered is an application of the store that is not listed, because the configuration has the same.
	Shadowed struct {
		factMark
		Stored, Configured console.Application
	}
	// Unkept says that nothing can be stored any more, and why.
	Unkept struct {
		factMark
		Err error
	}
	// SettledElsewhere says that another console has settled a revoke that this one showed as pending, so
	// that the token lives on. Refusal is the server's, or "" if the revoke was taken back.
	SettledElsewhere struct {
		factMark
		Token   console.Token
		Refusal string
	}
	// Delivery is one attempt to have a revoke accepted.
	Delivery struct {
		factMark
		console.Delivery
	}
	// AllAccepted says that several revokes were sent, and each was accepted.
	AllAccepted struct {
		factMark
		N int
	}
	// NotDelivered says what keeps revokes from being sent. It is told once for each cause.
	NotDelivered struct {
		factMark
		Err error
	}
	// WaitsLocked says that revokes are due that only an unlocked store can send. It is told once.
	WaitsLocked struct {
		factMark
		N int
	}
	// LeftOut is a token that a verb on several leaves out.
	TokenSkipped struct {
		factMark
		Skipped
	}
	// BulkDone sums up a verb on several tokens.
	BulkDone struct {
		factMark
		Bulk
		N        int // of tokens
		Failures []Failure
	}
	// ProbesBegan says that tokens are probed until they are dead.
	ProbesBegan struct {
		factMark
		Fingerprint string // of one of them
		N           int
	}
	// DeadAlready says that a token was proved dead before, and is not probed.
	DeadAlready struct {
		factMark
		Fingerprint string
	}
	// ProbesStopped says that a person has stopped probing a token.
	ProbesStopped struct {
		factMark
		Fingerprint string
		Loop        console.ProbeLoop
	}
	// ProbesEnded says that probing a token has come to its end, and why.
	ProbesEnded struct {
		factMark
		Stop        console.ProbeStop
		Loop        console.ProbeLoop
		Fingerprint string
		Answer      console.ProbeAnswer // to the last probe
		Token       console.Token
	}
	// ProbesHopeless says that no probe of this URL can prove anything. It is told once for each reason.
	ProbesHopeless struct {
		factMark
		Fingerprint string
		Answer      console.ProbeAnswer
		Token       console.Token
	}
	// ProbeFailed says that a token is no longer probed, because the console could not.
	ProbeFailed struct {
		factMark
		Err error
	}
	// Alerts are what a person is to be told without looking.
	Alerts struct {
		factMark
		All []Alert
	}
	// NothingOver says that nothing of what was asked for can be forgotten.
	NothingOver struct {
		factMark
		Kept []console.NotOver
		Err  error
	}
	// MaySuspend says that the clipboard is clear, and the process may be stopped.
	MaySuspend struct{ factMark }
	// Quitting says that the console has begun to quit.
	Quitting struct{ factMark }
	// Finishing says that quitting waits; only the clipboard is waited for, if Clipboard is set.
	Finishing struct {
		factMark
		Clipboard bool
	}
	// Finished says that nothing is in flight any more. Now: it is not waited for what is.
	Finished struct {
		factMark
		Now bool
	}
)

// Reason is why a request is refused.
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
)

func (s *Session) refuse(r Request, why Reason, key Key) {
	s.tell(Refused{Request: r, Reason: why, Key: key})
}

// About is what a question is about.
type About interface{ about() }

type (
	// InProduction asks before a revoke in a production environment.
	InProduction struct {
		Row *Row
		App *App
	}
	// Superseding asks before a get that may end a token that others hold.
	Superseding struct {
		Supersede console.Supersede
		App       string
		Scopes    []string
	}
	// Several asks before several tokens are revoked.
	Several struct{ Bulk Bulk }
	// Repeating asks before a probe is repeated that may act. Words say what it may do.
	Repeating struct{ Words string }
	// Locked asks for the passphrase of the store. Fresh: it is chosen here.
	Locked struct{ Fresh bool }
	// ForgettingOver asks before what is over is removed from the store.
	ForgettingOver struct{ Found console.Forgotten }
	// Losing asks whether to write out what this console holds before it quits. Then writes it out.
	Losing struct{}
)

func (InProduction) about()   {}
func (Superseding) about()    {}
func (Several) about()        {}
func (Repeating) about()      {}
func (Locked) about()         {}
func (ForgettingOver) about() {}
func (Losing) about()         {}

func (s *Session) ask(about About, then Request) { s.tell(Ask{Then: then, About: about}) }
