package session

import "lanyard/console"

// Tour leads through the life of a token, one step at a time. A step is over when the person has done what
// it says, which is seen from the board and from what they look up; nothing moves on because time has
// passed. A nil Tour is over.
type Tour struct {
	step int // the step that is shown; behind the last one the tour is over
	seen tourFacts
}

// tourFacts are what has been done so far. None is ever taken back.
type tourFacts struct {
	got, letThrough, decided, settled, accepted, probedAgain, refused, lookedUp bool
}

// TourSteps is how many steps there are: get, probe, revoke and undo, revoke, probe again, probe until
// refused, look things up.
const TourSteps = 7

func (f tourFacts) done(step int) bool {
	return [TourSteps]bool{
		f.got, f.letThrough, f.decided && f.settled, f.accepted, f.probedAgain, f.refused, f.lookedUp,
	}[step]
}

// At is the step that is shown, counted from 0.
func (t *Tour) Step() int { return t.step }

// Over reports whether there is nothing left to show.
func (t *Tour) Over() bool { return t == nil || t.step >= TourSteps }

// Look takes in what the board shows. It reports whether another step is to be shown.
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

// LookedUp takes in that a person has opened the log or the help. It reports as Look does.
func (t *Tour) LookedUp() bool {
	if t.Over() {
		return false
	}
	t.seen.lookedUp = t.step == TourSteps-1 // looking things up earlier is no answer to the last step
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
