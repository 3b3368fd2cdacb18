package session

import (
	"time"

	"lanyard/console"
)

// Row is a token, or the mark of a get whose answer was lost.
type Row struct {
	ID      string
	Token   *console.Token // nil for a mark
	Mark    *console.Mark
	App     int
	User    console.Private // "": none, or one whose name is not known
	Owner   console.Private // for whom the token is, in one word: see [describe.OwnerOf]
	Scopes  string          // joined by spaces
	State   console.State
	endedAt time.Time
	endWord string        // what ended it at the server; see describe.EndWord
	since   time.Time     // since when it is over; zero: it is not
	end     end           // when it expires, when its window ends, or when it was over
	life    time.Duration // from its issue to its expiry, or the whole window; 0: unknown
	// its undo window is over, and the server has not accepted its revoke
	AwaitsServer bool
}

// Pending reports whether a revoke was decided that the server has not accepted yet.
func (r *Row) Pending() bool {
	if r.Token == nil {
		return false
	}
	_, ok := console.DueAt(*r.Token)
	return ok
}

// Undoable reports whether a revoke is pending that was never sent.
func (r *Row) Undoable() bool { return r.Pending() && r.Token.RevokeTries == 0 }

// undelivered reports whether a pending revoke was sent at least once, or is due by now.
func (r *Row) undelivered(now time.Time) bool {
	at, ok := time.Time{}, false
	if r.Token != nil {
		at, ok = console.DueAt(*r.Token)
	}
	return ok && (r.Token.RevokeTries > 0 || !at.After(now))
}

// sortTime returns the time by which rows of one state are sorted.
func (r *Row) sortTime() time.Time {
	if r.Token != nil {
		return r.Token.IssuedAt
	}
	return r.Mark.SentAt
}

// renewIsGet reports whether renewing a token requests a new one. It does if no refresh token is
// known to be live, unless the console will refuse the renewal.
func renewIsGet(r *Row) bool {
	switch {
	case r.State == console.Revoking, r.Token.ReplacedBy != "" && r.Token.AcceptedAt.IsZero():
		return false
	}
	return r.Token.Refresh != console.RefreshLive || r.Token.Unsure != nil
}

// LostAnswer returns the mark of a request whose answer was lost; nil if there is none.
func (r *Row) LostAnswer() *console.Mark {
	switch {
	case r == nil:
		return nil
	case r.Mark != nil:
		return r.Mark
	}
	return r.Token.Unsure
}
