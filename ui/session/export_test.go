package session

// Flights returns the keys of the work in flight.
func (s *Session) Flights() (keys []Key) {
	for key := range s.flights {
		keys = append(keys, key)
	}
	return keys
}

// Clearing reports whether the clipboard is being cleared.
func (s *Session) Clearing() bool { return s.clipboard.clearing }

// Holds reports whether the clipboard holds a copy to clear.
func (s *Session) Holds() bool { return s.clipboard.held }
