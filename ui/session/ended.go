package session

import (
	"cmp"
	"slices"
	"time"

	"lanyard/console"
)

// Ending is the end of a token: it has expired, or the gateway refuses it.
type Ending struct {
	Row    *Row
	Status console.Status
}

// endings holds the state that each access token had at the last look at the board. Several rows
// may hold the same access token.
type endings struct {
	began    time.Time // a token that was first seen after its end must have ended later
	alive    map[string]bool
	over     map[string]bool
	answered map[string]bool // an answer to a person has reported the end
	deferred bool            // an answer in flight may report an end
}

// accessKey identifies the access token of a row.
func accessKey(t *console.Token) string { return cmp.Or(t.AccessHash, t.ID) }

// lookForEnds reports the tokens that have ended since the last look, each once. Of a token that
// was not on the board before, it reports an end after the start of the console only.
func (s *Session) lookForEnds() {
	e := &s.endings
	if e.began.IsZero() { // there was no service at the start, and so no clock
		e.began = s.now
	}
	alive, over := map[string]bool{}, map[string]bool{}
	var ended []*Row
	for i := range s.board.Apps {
		for _, r := range s.board.Apps[i].rows {
			if r.Token == nil {
				continue
			}
			if r.State.IsOver() {
				ended = append(ended, r)
			} else {
				alive[accessKey(r.Token)] = true
			}
		}
	}
	e.deferred = false
	var all []Ending
	for _, r := range ended {
		key := accessKey(r.Token)
		switch {
		case alive[key] || over[key]: // another row of the token counts
			continue
		case e.over[key] || !e.alive[key] && !r.end.at.After(e.began):
		case e.answered[key]:
			delete(e.answered, key)
		default:
			st := s.board.Status(r, s.second())
			if s.answerTells(r, st) {
				e.deferred, alive[key] = true, true
				continue
			}
			all = append(all, Ending{r, st})
		}
		over[key] = true
	}
	e.alive, e.over = alive, over
	if len(all) > 0 {
		slices.SortStableFunc(all, func(x, y Ending) int {
			return x.Row.end.at.Compare(y.Row.end.at)
		})
		s.tell(Ended{All: all})
	}
}

// answerTells reports whether work in flight may report the end of a token. Nothing but time makes
// a token expire, or ends its window.
func (s *Session) answerTells(r *Row, st console.Status) bool {
	if st.State == console.Expired {
		return false
	}
	return s.Busy(TokenKey(r.ID)) || s.IsDelivering() ||
		s.loops[r.ID] != nil && st.Proof == console.ProofProbe
}

// answeredEnd notes that an answer to a person has reported that the gateway refuses a token, if it
// does.
func (s *Session) answeredEnd(t console.Token) {
	e := &s.endings
	if key := accessKey(&t); s.Status(t).State.IsRefused() && !e.over[key] {
		if e.answered == nil {
			e.answered = map[string]bool{}
		}
		e.answered[key] = true
	}
}

// ActAfter returns the act that brings a usable token in place of one that is over; "" if there is
// none. See [console.ActAfter].
func (s *Session) ActAfter(r *Row) console.Act {
	a := &s.board.Apps[r.App]
	return console.ActAfter(*r.Token, a.Application, a.Policy, s.second())
}
