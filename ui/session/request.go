package session

import (
	"time"

	"lanyard/console"
	"lanyard/tokenapi/secret"
)

// Request is what a person asks for.
type Request interface{ request() }

type requestMark struct{}

func (requestMark) request() {}

// The requests. Answered says that a person has said yes to the question that the request raises.
type (
	// Get requests a token. Empty fields are the application's.
	Get struct {
		requestMark
		App       string
		Scopes    []string
		Grant     string
		User      console.Private
		Password  secret.Text
		Confirmed bool
		Selected  string // what was selected when it was asked for, for the face
	}
	// Renew refreshes a token, or requests a new one if there is no refresh token.
	Renew struct {
		requestMark
		Token     string
		Confirmed bool
	}
	// Revoke decides to revoke a token. It is sent when the undo window is over.
	Revoke struct {
		requestMark
		Token     string
		Confirmed bool
	}
	// Undo takes back the decision that a token's revoke is part of; "" is the last decision. With One it
	// takes back the revoke of that token only.
	Undo struct {
		requestMark
		Token string
		One   bool
	}
	// Copy copies a token in a form; "" is the bare token. As names any other form.
	Copy struct {
		requestMark
		Token string
		Form  console.Form
		As    string
	}
	// CopyText copies what is no secret. What names it.
	CopyText struct {
		requestMark
		What, Text string
	}
	// Probe asks the gateway once.
	Probe struct {
		requestMark
		Token string
	}
	// ProbeUntilDead probes tokens again and again until the gateway refuses them. If all of them are
	// probed already it stops that.
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
		What      string // names them, in the plural
		Marked    bool   // they are the marked ones
		Unseen    int    // how many of them the face does not show
		More      int    // how many have come since a person counted them
		Confirmed bool
	}
	// GiveUp ends the wait for a person. Key is what waits; the zero key is whatever does.
	GiveUp struct {
		requestMark
		App string
		Key Key
	}
	// Unlock opens the stored secrets. Attempt tells several attempts apart.
	Unlock struct {
		requestMark
		Passphrase secret.Text
		Attempt    int
	}
	// Dismiss dismisses the mark of a lost answer.
	Dismiss struct {
		requestMark
		Mark string
	}
	// Forget removes what is over from the store.
	Forget struct {
		requestMark
		What      console.ForgetWhat
		Confirmed bool
	}
	// ReadLog reads the log. For is handed back.
	ReadLog struct {
		requestMark
		For any
	}
	// WriteOut writes what this console holds to a new directory. With Quit the console then quits.
	WriteOut struct {
		requestMark
		Quit bool
	}
	// Save keeps an application. For is handed back.
	Save struct {
		requestMark
		For   any
		Draft console.Draft
	}
	// Test tries an application that may not be saved yet. For and Changes are handed back.
	Test struct {
		requestMark
		For       any
		Draft     console.Draft
		Changes   int
		Confirmed bool
	}
	// AskPortal asks a developer portal what there is. For is handed back. Stop cancels it.
	AskPortal struct {
		requestMark
		For     any
		Request console.PortalRequest
		Stop    <-chan struct{}
	}
	// KeepFound keeps what was chosen of what a portal showed. For is handed back.
	KeepFound struct {
		requestMark
		For    any
		Chosen console.PortalFound
	}
	// Delete deletes an application of the store. Name is handed back.
	Delete struct {
		requestMark
		App, Name string
	}
	// Adopt takes over a token from elsewhere. For is handed back.
	Adopt struct {
		requestMark
		For             any
		App             string
		Access, Refresh secret.Text
	}
	// Inspect looks inside a token. For is handed back.
	Inspect struct {
		requestMark
		For   any
		Token string
	}
	// Introspect asks the key manager about a token. For is handed back.
	Introspect struct {
		requestMark
		For   any
		Token string
	}
	// Show reads a token to be shown. For is handed back.
	Show struct {
		requestMark
		For   any
		Token string
	}
	// LogShow notes in the log that a token is on the screen. Fingerprint is handed back.
	LogShow struct {
		requestMark
		Token, Fingerprint string
	}
	// SendWaiting is what the passphrase is needed for where a revoke waits for it alone.
	SendWaiting struct{ requestMark }
	// Suspend clears the clipboard, and then tells that the process may be stopped.
	Suspend struct{ requestMark }
	// Quit sends what was decided, finishes what is in flight and clears the clipboard. With Force it
	// asks nothing; a second time it does not wait.
	Quit struct {
		requestMark
		Force bool
	}
)

// Verb is a verb of Bulk.
type Verb int

// The verbs that can be done to several tokens.
const (
	VerbRenew Verb = iota
	VerbRevoke
	VerbProbe
)

// Do begins what a person asks for. It tells why not, or asks a question first, with a fact.
func (s *Session) Do(r Request, now time.Time) []Work {
	s.startCall(now)
	var work []Work
	switch r := r.(type) {
	case Get:
		work = s.get(r)
	case Renew:
		work = s.renew(r)
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
	case Unlock:
		work = s.unlock(r)
	case Suspend:
		s.suspending = true
	case Quit:
		work = s.quit(r)
	default:
		work = s.doOther(r)
	}
	return append(work, s.doDue()...)
}

// look begins what neither changes a token nor waits for a server of one.
func (s *Session) doOther(r Request) []Work {
	switch r := r.(type) {
	case Dismiss:
		return s.dismiss(r)
	case Forget:
		return s.forget(r)
	case ReadLog:
		return s.readLog(r)
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
	case Show:
		return s.show(r)
	case LogShow:
		return s.logShow(r)
	}
	return nil
}

// For returns what the face gave the request that a fact came of, in its field For; nil for none.
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
