package ui

import (
	"fmt"
	"time"

	"lanyard/console"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
)

// tour leads through the life of a token, one step at a time. A step is over when the person has done what it says,
// which is seen from the board and from the keys; nothing moves on because time has passed.
type tour struct {
	at   int // the step that is shown; behind the last one it is over
	seen tourFacts
}

// tourFacts are what has been done so far. None is ever taken back.
type tourFacts struct {
	got, letThrough, decided, settled, accepted, askedAgain, refused, looked bool
}

// step is one line of the tour. In screen and brief each %s is the key of one of acts.
type step struct {
	screen string
	brief  string // where that has no room
	acts   []keys.Action
	lines  string // the same where commands are typed
	done   func(tourFacts) bool
}

func steps() []step {
	return []step{
		{
			"%s gets a token for the selected application", "%s: get", []keys.Action{keys.Get},
			"type get A1: it gets a token for application A1", func(f tourFacts) bool { return f.got },
		},
		{
			"%s asks the gateway: let through, and remembered", "%s: probe", []keys.Action{keys.Probe},
			"type probe 1: the gateway lets the token through, and remembers that", func(f tourFacts) bool { return f.letThrough },
		},
		{
			"%s revokes it; until it is sent, %s takes it back", "%s, then %s", []keys.Action{keys.Revoke, keys.Undo},
			"type revoke 1; until it is sent, undo takes it back", func(f tourFacts) bool { return f.decided && f.settled },
		},
		{
			"%s again, and wait: the server accepts", "%s, and wait", []keys.Action{keys.Revoke},
			"type revoke 1 and wait: the server accepts", func(f tourFacts) bool { return f.accepted },
		},
		{
			"accepted is not dead: %s shows that it still passes", "%s once more", []keys.Action{keys.Probe},
			"accepted is not dead: type probe 1, and the gateway still remembers", func(f tourFacts) bool { return f.askedAgain },
		},
		{
			"Gateway cache counts down: %s until it is refused", "%s until 401", []keys.Action{keys.Probe},
			"gateway tells how long that may last; type probe 1 until the gateway refuses", func(f tourFacts) bool { return f.refused },
		},
		{
			"%s is every word that was said, and %s every key", "%s or %s", []keys.Action{keys.Messages, keys.Help},
			"log tells what happened, and help every command", func(f tourFacts) bool { return f.looked },
		},
	}
}

// over says whether there is nothing left to show. A nil tour is over.
func (t *tour) over() bool { return t == nil || t.at >= len(steps()) }

// look takes in what the board shows. It says whether another step is to be shown.
func (t *tour) look(tokens []console.Token, judge func(*console.Token) console.Status) bool {
	if t.over() {
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
			f.askedAgain = f.askedAgain || after
			f.refused = f.refused || after && verdict == console.ProbeRefused
		}
	}
	f.decided = f.decided || f.accepted
	f.settled = f.settled || f.decided && !pending
	return t.advance()
}

// did takes in a key that leaves nothing on the board.
func (t *tour) did(a keys.Action) bool {
	if t.over() {
		return false
	}
	if a == keys.Messages || a == keys.Help {
		t.seen.looked = t.at == len(steps())-1 // looking things up earlier is no answer to the last step
	}
	return t.advance()
}

// advance goes to the first step that is not done.
func (t *tour) advance() bool {
	was, all := t.at, steps()
	for t.at < len(all) && all[t.at].done(t.seen) {
		t.at++
	}
	return t.at != was
}

// line is the step on w cells.
func (t *tour) line(m *root, w int) string {
	all := steps()
	now := all[t.at]
	ways := make([]any, len(now.acts))
	for i, a := range now.acts {
		ways[i] = m.keys.Way(a)
	}
	end := m.keys.Hint(keys.Close, "ends the tour")
	l := kit.NewLine("", 256)
	l.Gap(1)
	l.Put(string(m.st.Accent), fmt.Sprintf("%d/%d  ", t.at+1, len(all)))
	room := w - 1 - l.Width()
	text := fmt.Sprintf(now.screen, ways...)
	if kit.Width(text) > room {
		text = fmt.Sprintf(now.brief, ways...)
	}
	l.Put(string(m.st.Strong), kit.Cut(text, max(room, 0)))
	if gap := w - 1 - kit.Width(end) - l.Width(); gap >= 2 {
		l.Gap(gap)
		l.Put(string(m.st.Quiet), end)
	}
	return l.End(w)
}

// spokenStep is the step as a line where commands are typed.
func (t *tour) spokenStep() string {
	return fmt.Sprintf("tour, %d of %d: %s.", t.at+1, len(steps()), steps()[t.at].lines)
}

// guide has the tour take in the board that was just read. On the screen its end is said.
func (m *root) guide(now time.Time) {
	if m.tour.look(m.board().Tokens, func(t *console.Token) console.Status { return console.StatusAt(*t, m.s.Policy(t.AppID), now) }) {
		m.guided()
	}
}

// guided says when the tour has come to its end.
func (m *root) guided() {
	if m.tour.over() {
		m.note(good, "that was the life of a token, from the first answer to the last refusal", "lanyard demo --tour begins again")
	}
}

// endTour gives the tour's line back. It says whether there was one.
func (m *root) endTour() bool {
	if m.tour.over() {
		return false
	}
	m.tour = nil
	m.note(info, "the tour is over", "lanyard demo --tour begins again")
	return true
}
