package session

import "lanyard/console"

// Tour guides a person through the life of a token, one step at a time. A step ends when the board
// shows that the person did what it says. No step ends by time alone. A nil Tour is over.
type Tour struct {
	step int // the current step; TourSteps if the tour is over
	seen tourFacts
}

// tourFacts holds what the person has done so far. No fact is ever unset.
type tourFacts struct {
	got, letThrough, decided, settled, accepted, probedAgain, refused, lookedUp bool
}

// TourSteps is the number of steps. They are: get, probe, revoke and undo, revoke again, probe,
// probe until refused, look things up.
const TourSteps = 7

func (f tourFacts) done(step int) bool {
	return [TourSteps]bool{
		f.got, f.letThrough, f.decided && f.settled, f.accepted, f.probedAgain, f.refused,
		f.lookedUp,
	}[step]
}

// Step returns the current step, counted from 0.
func (t *Tour) Step() int { return t.step }

// Over reports whether all steps are done.
func (t *Tour) Over() bool { return t == nil || t.step >= TourSteps }

// observe updates the tour from the tokens of the board. It reports whether another step is current
// now.
func (t *Tour) observe(tokens []console.Token, judge func(*console.Token) console.Status) bool {
	if t.Over() {
		return false
	}
	f, pending := &t.seen, false
	for i := range tokens {
		k := &tokens[i]
		s := judge(k)
		f.got = true
		if _, waits := console.DueAt(*k); waits {
			f.decided, pending = true, true
		}
		f.accepted = f.accepted || !k.AcceptedAt.IsZero() || !k.RefreshAcceptedAt.IsZero()
		for _, p := range k.Probes {
			after, verdict := s.Ended && !p.At.Before(s.EndedAt), p.Verdict
			f.letThrough = f.letThrough || verdict == console.ProbeAccepted
			f.probedAgain = f.probedAgain || after
			f.refused = f.refused || after && verdict == console.ProbeRefused
		}
	}
	f.decided = f.decided || f.accepted
	f.settled = f.settled || f.decided && !pending
	return t.advance()
}

// LookedUp notes that the person has opened the log or the help. It reports whether another step is
// current now.
func (t *Tour) LookedUp() bool {
	if t.Over() {
		return false
	}
	t.seen.lookedUp = t.step == TourSteps-1 // counts in the last step only
	return t.advance()
}

// advance goes to the first step that is not done.
func (t *Tour) advance() bool {
	was := t.step
	for t.step < TourSteps && t.seen.done(t.step) {
		t.step++
	}
	return t.step != was
}

// ObserveTour updates a tour from the board. It reports whether another step is current now.
func (s *Session) ObserveTour(t *Tour) bool {
	return t.observe(s.board.tokens, func(k *console.Token) console.Status { return s.Status(*k) })
}
