package console

import (
	"time"

	"lanyard/tokenapi"
)

// keepLearned is the number of measurements from which a Learned is made.
const keepLearned = 3

// learnedGap is the longest time between the last accepted and the first refused probe of a
// measurement. A longer gap makes the measurement too inexact.
const learnedGap = 30 * time.Second

// Learned summarizes the last measurements of one gateway's window. A measurement is the time from
// the server's 2xx to the first of the refusals that proved the token dead.
type Learned struct {
	Times             int // number of measurements
	Shortest, Longest time.Duration
}

// LearnedWindow measures the window of one gateway with the tokens that were revoked behind it, in
// any order. A token counts if the gateway accepted it after the revoke was accepted, and soon
// after refused it until it was proved dead. A token that had expired by then does not count.
func LearnedWindow(tokens []Token) Learned {
	type measured struct {
		at   time.Time
		took time.Duration
	}
	var last []measured // newest last, at most keepLearned
	for i := range tokens {
		t := &tokens[i]
		took, ok := measuredWindow(t)
		if !ok {
			continue
		}
		m := measured{t.AcceptedAt, took}
		at := len(last)
		for at > 0 && last[at-1].at.After(m.at) {
			at--
		}
		last = append(last[:at], append([]measured{m}, last[at:]...)...)
		if len(last) > keepLearned {
			last = last[1:]
		}
	}
	var l Learned
	for _, m := range last {
		if l.Times == 0 || m.took < l.Shortest {
			l.Shortest = m.took
		}
		l.Longest = max(l.Longest, m.took)
		l.Times++
	}
	return l
}

// measuredWindow returns the time for which the gateway accepted one revoked token.
func measuredWindow(t *Token) (time.Duration, bool) {
	if t.AcceptedAt.IsZero() {
		return 0, false
	}
	e := gather(t, Policy{})
	r := weighProbes(e.probes, e.seen, t.AcceptedAt, time.Time{})
	if r.at.IsZero() || !e.expires.IsZero() && !r.at.Before(e.expires) {
		return 0, false
	}
	var seen time.Time
	for _, p := range e.probes {
		if p.Verdict == tokenapi.Accepted && !p.At.Before(t.AcceptedAt) && p.At.Before(r.at) {
			seen = p.At
		}
	}
	if seen.IsZero() || r.at.Sub(seen) > learnedGap {
		return 0, false
	}
	return r.at.Sub(t.AcceptedAt), true
}

// Steady reports whether the measurements agree, within the precision of probes some seconds apart.
func (l Learned) Steady() bool { return l.Longest-l.Shortest <= learnedGap/2 }
