package session

import "time"

// Kind is a kind of work.
type Kind int

// The kinds of work. Quitting waits for those before Inspecting, for deliveries and the clipboard.
const (
	OfToken     Kind = iota // a verb on one token; ID is the token's
	Getting                 // a token for an application; ID is the application's
	Undoing                 // of a decision to revoke
	CopyingText             // what is no secret
	Saving
	Testing
	AskingPortal
	KeepingFound
	Deleting
	Adopting
	Dismissing
	Forgetting
	WritingOut
	Unlocking // ID is the attempt
	Inspecting
	Introspecting
	ReadingLog

	Reading // the board
	Delivering
	Pruning
	Draining
)

// Key names work in flight. There is one at a time of each key.
type Key struct {
	Kind Kind
	ID   string
}

// TokenKey is the key of a verb on one token.
func TokenKey(id string) Key { return Key{OfToken, id} }

// AppKey is the key of getting a token for an application.
func AppKey(id string) Key { return Key{Getting, id} }

// holdsQuit reports whether quitting waits for work of this kind: work that may write to the store, to a
// server or to a directory, or that has the terminal while it asks for a passphrase.
func (k Kind) holdsQuit() bool { return k < Inspecting }

// asked reports whether a person has asked for work of this kind.
func (k Kind) byPerson() bool { return k < Reading }

// flight is work in flight.
type flight struct {
	began  time.Time
	app    string // whose token it may bring; ""
	copies bool   // it copies a token
}

// begin marks work as in flight and returns it. If work of the same key is in flight it refuses r.
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

// start marks work as in flight and returns it, whatever else is in flight.
func (s *Session) start(key Key, app string, work func(call) Work) []Work {
	s.flights[key] = flight{began: s.now, app: app}
	s.changed = s.changed || key.Kind.byPerson()
	return []Work{work(call{key: key})}
}

// Busy reports whether work of this key is in flight.
func (s *Session) Busy(key Key) bool {
	_, ok := s.flights[key]
	return ok
}

// Waiting returns since when an answer is awaited that a person has asked for and that takes no part of
// theirs; zero if none is.
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

// Answered reports whether everything that a person has asked for has come to its end. What waits for a
// person to take part in it elsewhere does not count, unless it was given up.
func (s *Session) AllDone() bool {
	open := map[string]int{} // work in flight beyond the invitations, by application
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

// Brings reports whether work is in flight that may bring a token of this application.
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

// idle reports whether nothing is in flight that quitting waits for, and no decided revoke is about to
// be sent.
func (s *Session) idle() bool {
	for key := range s.flights {
		if key.Kind.holdsQuit() {
			return false
		}
	}
	return !s.IsDelivering() && !s.revokeSoon()
}
