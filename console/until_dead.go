package console

import (
	"time"

	"lanyard/tokenapi"
)

// The pauses of probing until dead. While the gateway accepts the token the pause grows, because
// nothing is lost by asking less often. After a refusal it is the shortest after which a second
// refusal counts.
const (
	firstPause   = 5 * time.Second
	pauseStep    = time.Second
	longestPause = 15 * time.Second
	refusedPause = probeGap
)

// vainAnswers is the number of answers in a row that end probing until dead if all are in vain.
const vainAnswers = 3

// afterWindow is the time after the end of a token's window in which its gateway may still change
// its answer.
const afterWindow = time.Minute

// ProbeLoop is one probing until dead: its settings, and the results so far. A loop with only Began
// set probes until the gateway refuses the token.
type ProbeLoop struct {
	Began   time.Time
	Every   time.Duration // pause between two probes; 0: 5 s, growing by 1 s to 15 s
	Timeout time.Duration // stop this long after Began; 0: as Until returns

	// AnyProof also stops at the end of the window and at the token's expiry. It waits for them if
	// no probe can be made or can prove anything.
	AnyProof bool

	Probes   int // number of probes that were answered
	Accepted int // number that were accepted
	Refused  int
	Verdict  Verdict // the last one
	last     time.Time
	retry    time.Duration // Retry-After of the last answer
	calm     int           // answers since the last refusal
	vain     int           // answers in a row that were in vain
}

// ProbeStop is the reason for which probing until dead stops.
type ProbeStop string

// The reasons to stop.
const (
	GoOn ProbeStop = ""
	// StopDead needs three refusals in a row or, with AnyProof, any proof of StatusAt.
	StopDead  ProbeStop = "dead"
	StopVain  ProbeStop = "vain"  // three answers in a row were in vain (ProbeInVain)
	StopLimit ProbeStop = "limit" // the limit is reached, and nothing is proved

	// StopUnbounded needs AnyProof: the end of the window is not known, and there is no Timeout.
	StopUnbounded ProbeStop = "unbounded"
)

// ProbeStep is the next step: probe again at At or, with Wait, only judge again at At.
type ProbeStep struct {
	Stop ProbeStop // if set, probing ends and the rest is zero
	At   time.Time // at once if it is not in the future
	Wait bool
}

// ProbeInVain reports whether no probe of this URL can prove anything until a person changes the
// URL or the configuration.
func ProbeInVain(ans ProbeAnswer) bool {
	return ans.Why == tokenapi.WhyOpen || ans.Why == tokenapi.WhyControlOff ||
		ans.Why == tokenapi.WhyControlActs
}

// Hopeless reports whether no probe can prove that the token is dead as long as the URL answers
// like this.
func Hopeless(ans ProbeAnswer) bool {
	switch ans.Why {
	case tokenapi.WhyOpen, tokenapi.WhyElse, tokenapi.WhyNotSeen, tokenapi.WhyChanged,
		tokenapi.WhyUnsigned, tokenapi.WhyControlOff, tokenapi.WhyControlActs:
		return true
	}
	return false
}

// Answered records the answer to a probe of this loop.
func (l *ProbeLoop) Answered(ans ProbeAnswer) {
	l.Probes++
	l.Verdict, l.last, l.retry = ans.Verdict, ans.At, ans.RetryAfter
	l.calm++
	switch ans.Verdict {
	case tokenapi.Accepted:
		l.Accepted++
	case tokenapi.Refused:
		l.Refused++
		l.calm = 0
	case tokenapi.Unclear:
	}
	if l.vain++; !ProbeInVain(ans) {
		l.vain = 0
	}
}

// Unclear returns how many of the probes were neither accepted nor refused.
func (l ProbeLoop) Unclear() int { return l.Probes - l.Accepted - l.Refused }

// Next decides how probing a token goes on: when to probe next, or why to stop. t is the token as
// stored after the last probe. Next is a pure function of l, t, p and now.
func (l ProbeLoop) Next(t Token, p Policy, now time.Time) ProbeStep {
	s := StatusAt(t, p, now)
	until, limited := l.limit(s)
	free := l.last.Add(l.retry) // from then on the gateway may be asked
	mute := l.AnyProof && (p.ProbeURL == "" || l.vain >= vainAnswers)
	over := l.AnyProof && s.Proof != ProofNone
	switch {
	case l.Probes > 0 && (s.Proof == ProofProbe || ProvedDead(t, l.Began)):
		return ProbeStep{Stop: StopDead}
	case over && s.Proof == ProofWindow && !probedSince(t, s.StaleUntil) &&
		!mute && !free.After(now) && (!limited || now.Before(until)):
		return ProbeStep{At: now} // the window alone is no proof: probe the gateway
	case over:
		return ProbeStep{Stop: StopDead}
	case l.vain >= vainAnswers && !l.AnyProof:
		return ProbeStep{Stop: StopVain}
	case l.AnyProof && !limited:
		return ProbeStep{Stop: StopUnbounded}
	case l.Probes == 0 && !mute:
		return ProbeStep{At: l.Began}
	}
	step := ProbeStep{At: l.last.Add(max(l.pause(), l.retry))}
	if mute || limited && free.After(until) {
		step = ProbeStep{At: until, Wait: true}
	}
	if limited && step.At.After(until) {
		step.At = until
	}
	if l.AnyProof && s.StaleKnown && s.StaleUntil.After(now) && s.StaleUntil.Before(step.At) {
		atExpiry := s.HasExpiry && s.StaleUntil.Equal(s.ExpiresAt) // no probe is needed then
		step = ProbeStep{At: s.StaleUntil, Wait: mute || atExpiry || free.After(s.StaleUntil)}
	}
	asked := l.Probes > 0 && !l.last.Before(until)
	if limited && (asked || step.Wait && !now.Before(until)) {
		return ProbeStep{Stop: StopLimit}
	}
	return step
}

// pause returns the wait after the last answer.
func (l ProbeLoop) pause() time.Duration {
	switch {
	case l.calm == 0:
		return refusedPause
	case l.Every > 0:
		return l.Every
	}
	return min(firstPause+time.Duration(l.calm-1)*pauseStep, longestPause)
}

// limit returns when to stop if nothing is proved.
func (l ProbeLoop) limit(s Status) (at time.Time, ok bool) {
	if l.Timeout > 0 {
		return l.Began.Add(l.Timeout), true
	}
	return l.Until(s)
}

// Until returns when to stop if nothing is proved and there is no Timeout: a minute after the
// window or, for a token that has not ended, a minute after its expiry. If neither is known, ok is
// false, and probing goes on until a person stops it.
func (l ProbeLoop) Until(s Status) (at time.Time, ok bool) {
	switch {
	case !s.Passed.IsZero(): // the end of the window that was exceeded
		at = s.Passed
	case s.Ended && s.StaleKnown:
		at = s.StaleUntil
	case !s.Ended && s.HasExpiry:
		at = s.ExpiresAt
	default:
		return time.Time{}, false
	}
	if at.Before(l.Began) { // a person began to probe after that time
		at = l.Began
	}
	return at.Add(afterWindow), true
}

// probedSince reports whether a token was probed at an instant or later.
func probedSince(t Token, since time.Time) bool {
	n := len(t.Probes)
	return n > 0 && !t.Probes[n-1].At.Before(since)
}
