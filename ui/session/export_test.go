package session

// Flights returns the keys of the work in flight.
func (s *Session) Flights() (keys []Key) {
	for key := range s.flights {
		keys = append(keys, key)
	}
	return keys
}

// Clearing reports whether the clipboard is being cleared.
func (s *Session) Clearing() bool { return s.isClearing() }

// Holds reports whether the clipboard holds a copy to clear.
func (s *Session) Holds() bool { return s.clipboard.held }

// MayBegin reports whether there is a service or one can be created.
func (s *Session) MayBegin() bool { return s.mayBegin() }

// Walks returns how often the tokens were walked to find what a get may end.
func (s *Session) Walks() int { return len(s.board.superseded) }

// InUse returns the tokens that the client of the traffic uses.
func (s *Session) InUse() []string { return s.board.inUse() }

// Invites reports whether a get of an application waits for a person.
func (b *Board) Invites(appID string) bool { return b.invites(appID) }

// CallLists returns the number of lists of calls that are kept, one for each find.
func (s *Session) CallLists() int { return len(s.calls) }
