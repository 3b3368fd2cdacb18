package session

import (
	"time"

	"lanyard/console"
)

// Kind is a kind of work.
type Kind int

// The kinds of work. Quitting waits for those before Inspecting, for deliveries and for the
// clipboard. A person asks for those before Reading, except Remembering.
const (
	OfToken     Kind = iota // a verb on one token; ID is the token's ID
	Getting                 // a token for an application; ID is the application's ID
	Undoing                 // a decision to revoke
	CopyingText             // a text that is not secret
	Saving
	Testing
	AskingPortal
	KeepingFound
	Deleting
	Adopting
	Dismissing
	Forgetting
	WritingOut
	Unlocking // ID is the number of the attempt
	Remembering
	Inspecting
	Introspecting
	Showing
	ReadingLog
	CheckingStore // before the console quits

	Reading // the board
	ReadingSubscriptions
	Delivering
	Pruning
	Draining
	Clearing // the clipboard
	Looping  // a probe of a probe loop; ID is the number of the loop
	Calling  // the calls of the traffic
	ReadingLife
)

// Key identifies work in flight. At most one work of each key is in flight.
type Key struct {
	Kind Kind
	ID   string
}

// TokenKey returns the key of verbs on one token.
func TokenKey(id string) Key { return Key{OfToken, id} }

// AppKey returns the key of getting a token for an application.
func AppKey(id string) Key { return Key{Getting, id} }

// SubscriptionsKey returns the key of reading the subscriptions of a consumer key.
func SubscriptionsKey(consumerKey console.Private) Key {
	return Key{ReadingSubscriptions, string(consumerKey)}
}

// holdsQuit reports whether quitting waits for work of this kind. Such work may write to the store,
// to a server or to a directory, or asks for a passphrase on the terminal.
func (k Kind) holdsQuit() bool { return k < Inspecting }

// byPerson reports whether a person asks for work of this kind.
func (k Kind) byPerson() bool { return k < Reading }

// flight is work in flight.
type flight struct {
	began   time.Time
	app     string  // application whose token it may bring; ""
	copies  bool    // it copies a token
	decides bool    // it stores a decision to revoke
	again   Request // starts when the work ends; nil for none
}

// begin marks work as in flight and returns it. It refuses r if work of the same key is in flight.
func (s *Session) begin(r Request, key Key, app string, work func(call) Work) []Work {
	if s.Busy(key) {
		s.refuse(r, InFlight, key)
		return nil
	}
	if s.svc == nil {
		s.refuse(r, NothingYet, key)
		return nil
	}
	return s.start(key, app, work)
}

// start marks work as in flight and returns it.
func (s *Session) start(key Key, app string, work func(call) Work) []Work {
	s.flights[key] = flight{began: s.now, app: app}
	s.changed = s.changed || key.Kind.byPerson()
	return []Work{work(call{key: key})}
}

// beginRead is begin for a request that only reads. If work of the same key is in flight, the last
// such request starts when it ends, because that work answers another request.
func (s *Session) beginRead(r Request, key Key, work func(call) Work) []Work {
	if f, busy := s.flights[key]; busy {
		f.again = r
		s.flights[key] = f
		return nil
	}
	return s.begin(r, key, "", work)
}

// land removes work from the map, and starts the request that waits for its end.
func (s *Session) land(key Key) []Work {
	again := s.flights[key].again
	delete(s.flights, key)
	s.changed = s.changed || key.Kind.byPerson()
	if again == nil || s.quitting {
		return nil
	}
	return s.doOther(again)
}

// Busy reports whether work of this key is in flight.
func (s *Session) Busy(key Key) bool {
	_, ok := s.flights[key]
	return ok
}

// WaitingSince returns when the oldest work began that is in flight and that quitting waits for. It
// is zero if there is none, or if a get waits for a person.
func (s *Session) WaitingSince() (since time.Time) {
	if len(s.board.Invitations) > 0 {
		return since
	}
	for key, f := range s.flights {
		if key.Kind.holdsQuit() {
			since = Earlier(since, f.began)
		}
	}
	return since
}

// AllDone reports whether all work that a person asked for has ended. A get that waits for a person
// does not count, unless the wait was given up.
func (s *Session) AllDone() bool {
	open := map[string]int{} // number of flights minus invitations, by application
	for _, i := range s.board.Invitations {
		open[i.AppID]--
	}
	for key, f := range s.flights {
		if !key.Kind.byPerson() {
			continue
		}
		if _, up := s.unwanted[f.app]; up || f.app == "" {
			return false
		}
		if open[f.app]++; open[f.app] > 0 {
			return false
		}
	}
	return true
}

// Brings reports whether work in flight may bring a token of this application.
func (s *Session) Brings(appID string) bool {
	for _, f := range s.flights {
		if f.app == appID {
			return true
		}
	}
	return false
}

// IsReading reports whether the board is being read.
func (s *Session) IsReading() bool { return s.Busy(Key{Kind: Reading}) }

// IsDelivering reports whether revokes are being sent.
func (s *Session) IsDelivering() bool { return s.Busy(Key{Kind: Delivering}) }

// idle reports whether quitting has nothing to wait for except the clipboard: no work in flight and
// no revoke about to be sent.
func (s *Session) idle() bool {
	for key := range s.flights {
		if key.Kind.holdsQuit() {
			return false
		}
	}
	return !s.IsDelivering() && !s.revokeSoon()
}
