package session

import (
	"time"

	"lanyard/console"
	"lanyard/tokenapi/secret"
)

// Request is an action that a person asks for. [Session.Do] starts it.
type Request interface{ request() }

type requestMark struct{}

func (requestMark) request() {}

// The requests. Confirmed is set if a person has said yes to the question that the request raises.
// The field For is handed back in the facts that the request leads to.
type (
	// Get requests a token. Empty fields take the application's value.
	Get struct {
		requestMark
		App       string
		Scopes    []string
		Grant     string
		User      console.Private
		Password  secret.Text
		Confirmed bool
		Remember  bool   // offer these choices for the next get; see [Session.LastGet]
		Selected  string // ID of the row selected at the time of the request, handed back
	}
	// Renew refreshes a token, or requests a new one if there is no refresh token.
	Renew struct {
		requestMark
		Token     string
		Confirmed bool
	}
	// RenewApplication renews the token of an application that console.RenewableOf chooses. It
	// requests one if there is none.
	RenewApplication struct {
		requestMark
		App string
	}
	// Revoke decides to revoke a token. It is sent at the end of the undo window.
	Revoke struct {
		requestMark
		Token     string
		Confirmed bool
	}
	// Undo takes back the decision that contains the revoke of a token; "" is the last decision.
	// With One it takes back the revoke of that token only.
	Undo struct {
		requestMark
		Token string
		One   bool
	}
	// Copy copies a token to the clipboard in a form; "" is the bare token. As names any other form
	// to the person.
	Copy struct {
		requestMark
		Token string
		Form  console.Form
		As    string
	}
	// CopyText copies a text that is not secret. What names the text to the person.
	CopyText struct {
		requestMark
		What, Text string
	}
	// Probe calls the application's probe URL with a token once.
	Probe struct {
		requestMark
		Token string
	}
	// ProbeUntilDead probes tokens until the gateway refuses them. If all of them are being probed,
	// it stops.
	ProbeUntilDead struct {
		requestMark
		Tokens    []string
		Confirmed bool
	}
	// Bulk does one verb to several tokens.
	Bulk struct {
		requestMark
		Verb      Verb
		Tokens    []string
		What      string    // their name in the plural, such as "marked tokens"
		Marked    bool      // the tokens are the marked ones
		Unseen    int       // how many more are marked that the face does not show
		More      int       // how many tokens were added since a person counted them
		LeftOut   []Skipped // the question has said that these are skipped
		Confirmed bool
	}
	// GiveUp ends the wait for a person to take part in a get. Key is the waiting work; the zero
	// Key is any work of the application.
	GiveUp struct {
		requestMark
		App string
		Key Key
	}
	// AnswerSignIn hands a pasted address or code to a sign-in that waits for it. Invitation is the
	// ID of its invitation; "" tries each sign-in.
	AnswerSignIn struct {
		requestMark
		Invitation string
		Pasted     secret.Text
	}
	// Unlock opens the stored secrets. Attempts may run side by side.
	Unlock struct {
		requestMark
		For        any
		Passphrase secret.Text
	}
	// Dismiss removes the mark of a request whose answer was lost.
	Dismiss struct {
		requestMark
		Mark string
	}
	// Forget removes tokens or applications that are over from the store.
	Forget struct {
		requestMark
		What      console.ForgetWhat
		Confirmed bool
	}
	// ReadLog reads the audit log.
	ReadLog struct {
		requestMark
		For any
	}
	// ReadLife reads what the audit log has of a token, for [Session.Life]. It does nothing if that
	// was read, so that a face can make it at each step of a cursor.
	ReadLife struct {
		requestMark
		Token string
	}
	// WriteOut writes what this console holds to a new directory. With Quit the console then quits.
	WriteOut struct {
		requestMark
		Quit bool
	}
	// Save stores an application.
	Save struct {
		requestMark
		For   any
		Draft console.Draft
	}
	// Test requests a token for an application that may not be saved yet. Changes is handed back.
	Test struct {
		requestMark
		For       any
		Draft     console.Draft
		Changes   int
		Confirmed bool
	}
	// AskPortal lists the applications of a developer portal. Closing Stop cancels it.
	AskPortal struct {
		requestMark
		For     any
		Request console.PortalRequest
		Stop    <-chan struct{}
	}
	// KeepFound stores the chosen applications of a developer portal.
	KeepFound struct {
		requestMark
		For    any
		Chosen console.PortalFound
	}
	// Delete deletes an application from the store. Name is handed back.
	Delete struct {
		requestMark
		App, Name string
	}
	// Adopt stores a token that another program obtained.
	Adopt struct {
		requestMark
		For             any
		App             string
		Access, Refresh secret.Text
	}
	// Inspect decodes a token.
	Inspect struct {
		requestMark
		For   any
		Token string
	}
	// Introspect asks the key manager about a token (RFC 7662).
	Introspect struct {
		requestMark
		For   any
		Token string
	}
	// ReadSubscriptions reads which APIs a portal lets the owner of a consumer key call.
	ReadSubscriptions struct {
		requestMark
		For         any
		ConsumerKey console.Private
	}
	// Show reads the text of a token, to be shown.
	Show struct {
		requestMark
		For   any
		Token string
	}
	// LogShow adds to the audit log that a token is on the screen. Fingerprint is handed back.
	LogShow struct {
		requestMark
		Token, Fingerprint string
	}
	// SetTraffic pauses or continues the traffic of a demo. [TrafficSet] says that it did.
	SetTraffic struct {
		requestMark
		On bool
	}
	// Remember sets the selection that is stored when the console is left, for the next console. It
	// stores nothing by itself, so that a face can make it at each step of a cursor.
	Remember struct {
		requestMark
		console.Choice
	}
	// SendWaiting does nothing by itself. It stands for "then" in a question for the passphrase if
	// only waiting revokes need it.
	SendWaiting struct{ requestMark }
	// Suspend clears the clipboard. [MaySuspend] then says that the process may be stopped.
	Suspend struct{ requestMark }
	// Quit sends pending revokes, finishes the work in flight and clears the clipboard. With Force
	// it asks nothing. A second Quit with Force does not wait.
	Quit struct {
		requestMark
		Force bool
	}
)

// Verb is a verb that can be done to several tokens.
type Verb int

// The verbs of Bulk.
const (
	VerbRenew Verb = iota
	VerbRevoke
	VerbProbe
)

// Do starts a request and returns its work. If the request cannot be done, a fact [Refused] gives
// the reason. If a person has to confirm it first, a fact [Ask] has the question.
//
// While the console quits, Do refuses everything that would begin new work. A revoke that quitting
// waits for can still be undone.
func (s *Session) Do(r Request, now time.Time) []Work {
	s.now = now
	if s.quitting && !doneWhileQuitting(r) {
		s.refuse(r, WhileQuitting, Key{})
		return s.doDue()
	}
	var work []Work
	switch r := r.(type) {
	case Get:
		work = s.get(r)
	case Renew:
		work = s.renew(r)
	case RenewApplication:
		work = s.renewApplication(r)
	case Revoke:
		work = s.revoke(r)
	case Undo:
		work = s.undo(r)
	case Copy:
		work = s.copy(r)
	case CopyText:
		work = s.copyText(r)
	case Probe:
		work = s.probe(r)
	case ProbeUntilDead:
		s.probeUntilDead(r)
	case Bulk:
		work = s.bulk(r)
	case GiveUp:
		work = s.giveUpOne(r)
	case AnswerSignIn:
		s.answerSignIn(r)
	case Unlock:
		work = s.unlock(r)
	case SetTraffic:
		s.setTraffic(r)
	case Remember:
		s.choice.now = r.Choice
	case Suspend:
		s.suspending = true
	case Quit:
		work = s.quit(r)
	default:
		work = s.doOther(r)
	}
	return append(work, s.doDue()...)
}

// doneWhileQuitting reports whether Do accepts a request while the console quits. LogShow is the
// end of work that began before.
func doneWhileQuitting(r Request) bool {
	switch r.(type) {
	case Undo, Quit, Suspend, LogShow, Remember, ReadLife:
		return true
	}
	return false
}

// doOther starts the requests that are about the store or a form.
func (s *Session) doOther(r Request) []Work {
	switch r := r.(type) {
	case Dismiss:
		return s.dismiss(r)
	case Forget:
		return s.forget(r)
	case ReadLog:
		return s.readLog(r)
	case ReadLife:
		return s.readLife(r)
	case WriteOut:
		return s.writeOut(r)
	case Save:
		return s.save(r)
	case Test:
		return s.test(r)
	case AskPortal:
		return s.askPortal(r)
	case KeepFound:
		return s.keepFound(r)
	case Delete:
		return s.delete(r)
	case Adopt:
		return s.adopt(r)
	case Inspect:
		return s.inspect(r)
	case Introspect:
		return s.introspect(r)
	case ReadSubscriptions:
		return s.readSubscriptions(r)
	case Show:
		return s.show(r)
	case LogShow:
		return s.logShow(r)
	}
	return nil
}

// For returns the field For of the request that led to a fact; nil if there is none. It also
// returns nil for Unlocked and LogRead, whose field For a face reads itself.
func For(f Fact) any {
	switch f := f.(type) {
	case Began:
		return requestFor(f.Request)
	case Refused:
		if f.Reason == NowhereToSave {
			return requestFor(f.Request)
		}
	case Saved:
		return f.For
	case Tested:
		return f.For
	case PortalAsked:
		return f.For
	case FoundKept:
		return f.For
	case Adopted:
		return f.For
	case Inspected:
		return f.For
	case Introspected:
		return f.For
	case SubscriptionsRead:
		return f.For
	case Revealed:
		return f.For
	}
	return nil
}

func requestFor(r Request) any {
	switch r := r.(type) {
	case Save:
		return r.For
	case Test:
		return r.For
	case AskPortal:
		return r.For
	case KeepFound:
		return r.For
	case Adopt:
		return r.For
	case Inspect:
		return r.For
	case Introspect:
		return r.For
	}
	return nil
}
