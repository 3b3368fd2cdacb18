package session

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"lanyard/console"
)

// probeLoop probes one token until the gateway refuses it.
type probeLoop struct {
	console.ProbeLoop
	key         Key // of its probes
	fingerprint string
	next        console.ProbeStep // undefined while a probe is in flight
	last        console.ProbeAnswer
	reported    hopeless // the last reported reason
}

// hopeless is a reason why probes of a URL prove nothing. Each is reported once. The zero value
// means that they can.
type hopeless struct {
	why     console.Why
	control int // the status for a made-up token
}

// IsProbing reports whether a token is being probed until it is dead.
func (s *Session) IsProbing(id string) bool { return s.loops[id] != nil }

func (s *Session) probeUntilDead(r ProbeUntilDead) {
	idle := slices.DeleteFunc(slices.Clone(r.Tokens),
		func(id string) bool { return s.loops[id] != nil })
	if len(idle) == 0 {
		s.stopProbing(r.Tokens)
		return
	}
	if s.svc == nil {
		s.refuse(r, NothingYet, Key{})
		return
	}
	r.Tokens = idle
	if s.AskToUnlock(r) || !r.Confirmed && s.asksToRepeat(r) {
		return
	}
	n, last := 0, ""
	for _, id := range r.Tokens {
		row := s.board.byID[id]
		if row == nil || row.Token == nil {
			continue
		}
		fp := row.Token.Fingerprint
		if s.board.Status(row, s.now).Proof == console.ProofProbe {
			s.tell(DeadAlready{Fingerprint: fp})
			continue
		}
		s.loopsBegun++
		l := &probeLoop{ProbeLoop: console.ProbeLoop{Began: s.now}, fingerprint: fp,
			key: Key{Looping, strconv.Itoa(s.loopsBegun)}}
		l.next = l.Next(*row.Token, s.Policy(row.Token.AppID), s.now)
		s.loops[id] = l
		last = fp
		n++
	}
	if n > 0 {
		s.tell(ProbesBegan{Fingerprint: last, N: n})
	}
}

// asksToRepeat asks before repeated probes of these tokens if a probe may change something at the
// server. It reports whether it asked.
func (s *Session) asksToRepeat(r ProbeUntilDead) bool {
	var apps []console.Application
	for _, id := range r.Tokens {
		if row := s.board.byID[id]; row != nil {
			apps = append(apps, s.board.Apps[row.App].Application)
		}
	}
	words := console.RepeatedProbes(apps...)
	if words != "" {
		r.Confirmed = true
		s.ask(Repeating{words}, r)
	}
	return words != ""
}

func (s *Session) stopProbing(ids []string) {
	for _, id := range ids {
		if l := s.loops[id]; l != nil {
			delete(s.loops, id)
			s.tell(ProbesStopped{Fingerprint: l.fingerprint, Loop: l.ProbeLoop})
		}
	}
}

// nextProbe returns when the next probe of a loop is due; zero if none is.
func (s *Session) nextProbe() (at time.Time) {
	if s.quitting {
		return time.Time{}
	}
	for _, l := range s.loops {
		if !s.Busy(l.key) {
			at = Earlier(at, l.next.At)
		}
	}
	return at
}

// probeDue starts the probes that are due.
func (s *Session) probeDue() []Work {
	if at := s.nextProbe(); at.IsZero() || s.now.Before(at) {
		return nil
	}
	var work []Work
	for _, id := range slices.Sorted(maps.Keys(s.loops)) {
		l := s.loops[id]
		switch row := s.board.byID[id]; {
		case s.Busy(l.key) || s.now.Before(l.next.At):
		case l.next.Wait && row != nil && row.Token != nil:
			s.judgeLoop(id, *row.Token)
		default:
			svc := s.svc
			work = append(work, s.start(l.key, "", func(c call) Work {
				return func(ctx context.Context) Event {
					a, t, err := svc.Probe(ctx, id)
					return loopProbed{c, id, l, a.ProbeAnswer, t, err}
				}
			})...)
		}
	}
	return work
}

// loopProbed files one probe of a loop. It reports only the end of the loop, and once each reason
// why probes of this URL prove nothing.
func (s *Session) loopProbed(e loopProbed) {
	l := s.loops[e.id]
	if l == nil || l != e.loop { // the loop was stopped, and another may have begun
		return
	}
	s.changed = true
	if e.err != nil {
		delete(s.loops, e.id)
		s.noteKeyFailure(e.err)
		s.tell(ProbeFailed{Err: e.err})
		return
	}
	l.Answered(e.answer)
	l.last = e.answer
	s.judgeLoop(e.id, e.token)
}

// judgeLoop decides how a loop continues, and reports why it ends.
func (s *Session) judgeLoop(id string, t console.Token) {
	l := s.loops[id]
	var why hopeless
	if console.Hopeless(l.last) {
		why = hopeless{l.last.Why, l.last.ControlStatus}
	}
	l.next = l.Next(t, s.Policy(t.AppID), s.now)
	switch {
	case l.next.Stop != console.GoOn:
		delete(s.loops, id)
		s.tell(ProbesEnded{
			Stop: l.next.Stop, Loop: l.ProbeLoop, Fingerprint: l.fingerprint,
			Answer: l.last, Token: t,
		})
		s.answeredEnd(t)
		return
	case why != (hopeless{}) && why != l.reported:
		s.tell(ProbesHopeless{Fingerprint: l.fingerprint, Answer: l.last, Token: t})
	}
	l.reported = why
}
