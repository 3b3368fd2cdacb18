package session

import (
	"time"

	"lanyard/console"
)

// Tally counts the tokens of an application by state.
type Tally struct {
	Active, Expiring, Revoking, Lingering int
	Unsure, Over                          int
	// EndWord is the cause that ended the tokens of Lingering, such as "revoked"; "" if they have
	// different causes.
	EndWord     string
	EndedBefore int // of Revoking: ended before they were revoked

	Next         time.Time // when the next living token expires; zero: none is known to expire
	Endless      bool      // a living token never expires
	StaleUntil   time.Time // when the last window ends; zero: no window has a known end
	StaleUnknown bool      // a revoked token has no known bound
}

// Living returns the number of tokens that live, those that expire soon or whose revoke was not
// accepted yet included. A replaced token does not live because it is being revoked.
func (t Tally) Living() int { return t.Active + t.Expiring + t.Revoking - t.EndedBefore }

// count adds a row.
func (t *Tally) count(r *Row) {
	switch r.State {
	case console.Active:
		t.Active++
	case console.Expiring:
		t.Expiring++
	case console.Revoking:
		if t.Revoking++; !r.endedAt.IsZero() {
			t.EndedBefore++
			return
		}
	case console.Unsure:
		t.Unsure++
	case console.Lingering:
		t.countEnd(1, r.endWord)
		if t.StaleUnknown = t.StaleUnknown || !r.end.known; r.end.at.After(t.StaleUntil) {
			t.StaleUntil = r.end.at
		}
	default:
		t.Over++
	}
	if r.State == console.Active || r.State == console.Expiring || r.State == console.Revoking {
		t.Endless = t.Endless || r.end.never
		if r.end.known {
			t.Next = Earlier(t.Next, r.end.at)
		}
	}
}

// countEnd adds n lingering tokens that word has ended.
func (t *Tally) countEnd(n int, word string) {
	switch {
	case t.Lingering == 0:
		t.EndWord = word
	case n > 0 && t.EndWord != word:
		t.EndWord = ""
	}
	t.Lingering += n
}

// add adds the counts of another tally.
func (t *Tally) add(o Tally) {
	t.Active, t.Expiring = t.Active+o.Active, t.Expiring+o.Expiring
	t.countEnd(o.Lingering, o.EndWord)
	t.Revoking += o.Revoking
	t.Unsure, t.Over = t.Unsure+o.Unsure, t.Over+o.Over
	t.EndedBefore, t.Endless = t.EndedBefore+o.EndedBefore, t.Endless || o.Endless
	if !o.Next.IsZero() {
		t.Next = Earlier(t.Next, o.Next)
	}
	if t.StaleUnknown = t.StaleUnknown || o.StaleUnknown; o.StaleUntil.After(t.StaleUntil) {
		t.StaleUntil = o.StaleUntil
	}
}
