package console

import (
	"time"

	"lanyard/tokenapi"
)

// The cadence of probing until dead. While the gateway accepts the token the pause grows, because
// nothing is lost by asking less often. After a refusal it is the shortest after which a second
// refusal counts.
const (
	firstPause   = 5 * time.Second
	pauseStep    = time.Second
	longestPause = 15 * time.Second
	refusedPause = probeGap
)

// vainAnswers is after how many answers in a row that no time changes probing until dead ends.
const vainAnswers = 3

// afterWindow is how long after a token's time nothing new is to be expected of its gateway.
const afterWindow = time.Minute

// ProbeLoop is one probing until dead: how it was begun, and what its probes came to so far. Its
// zero value with Began set probes until the gateway refuses the token.
type ProbeLoop struct {
	Began   time.Time
	Every   time.Duration // pause between two probes; 0: 5 s, growing by 1 s each time up to 15 s
	Timeout time.Duration // stop this long after Began; 0: at the time that Until returns

	// AnyProof also stops at the end of the window and at the token's expiry, and waits for them
	// where no probe can be made or can prove anything.
	AnyProof bool

	Probes   int // how many probes were answered
	Accepted int // how many of them were accepted
	Refused  int
	Verdict  Verdict // the last one
	last     time.Time
	retry    time.Duration // how long the gateway wants to be left alone after the last one
	calm     int           // how many answers since the last refusal
	vain     int           // how many answers in a row were in vain
}

// ProbeStop says why probing until dead stops.
type ProbeStop string

// The reasons to stop.
const (
	GoOn      ProbeStop = ""
	StopDead  ProbeStop = "dead"  // refused three times in a row or, with AnyProof, its time is over
	StopVain  ProbeStop = "vain"  // three answers in a row were in vain (ProbeInVain)
	StopLimit ProbeStop = "limit" // the limit is reached, and nothing is proved

	// StopUnbounded needs AnyProof: nobody knows when the window ends, and there is no Timeout.
	StopUnbounded ProbeStop = "unbounded"
)

// ProbeStep is what to do next: at At probe once more, or only judge again if Wait is set.
type ProbeStep struct {
	Stop ProbeStop // set: nothing more; the rest is zero
	At   time.Time // now or earlier: at once
	Wait bool
}

// ProbeInVain reports whether no probe of this URL can prove anything, and time does not change
// that: only another probe URL or configuration does.
func ProbeInVain(ans ProbeAnswer) bool {
	return ans.Why == tokenapi.WhyOpen || ans.Why == tokenapi.WhyControlOff ||
		ans.Why == tokenapi.WhyControlActs
}

// Hopeless reports whether no probe of this URL can prove that the token is dead, as long as it
// answers like this.
func Hopeless(ans ProbeAnswer) bool {
	switch ans.Why {
	case tokenapi.WhyOpen, tokenapi.WhyElse, tokenapi.WhyNotSeen, tokenapi.WhyChanged, tokenapi.WhyUnsigned,
		tokenapi.WhyControlOff, tokenapi.WhyControlActs:
		return true
	}
	return false
}

// Answered takes in the answer to a probe of this loop.
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

// Next decides how probing a token goes on: when to probe it next, or why to stop. t is the token
// as stored after the last probe. Next is a pure function of l, t, p and now.
func (l ProbeLoop) Next(t Token, p Policy, now time.Time) ProbeStep {
	s := StatusAt(t, p, now)
	until, limited := l.limit(s)
	free := l.last.Add(l.retry) // from when on the gateway may be asked
	mute := l.AnyProof && (p.ProbeURL == "" || l.vain >= vainAnswers)
	over := l.AnyProof && s.Proof != ProofNone
	switch {
	case l.Probes > 0 && (s.Proof == ProofProbe || ProvedDead(t, l.Began)):
		return ProbeStep{Stop: StopDead}
	case over && s.Proof == ProofWindow && !askedSince(t, s.StaleUntil) &&
		!mute && !free.After(now) && (!limited || now.Before(until)):
		return ProbeStep{At: now} // only the window says so: the gateway has the last word
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
		atExpiry := s.HasExpiry && s.StaleUntil.Equal(s.ExpiresAt) // nothing is to be asked then
		step = ProbeStep{At: s.StaleUntil, Wait: mute || atExpiry || free.After(s.StaleUntil)}
	}
	asked := l.Probes > 0 && !l.last.Before(until)
	if limited && (asked || step.Wait && !now.Before(until)) {
		return ProbeStep{Stop: StopLimit}
	}
	return step
}

// pause is how long to wait after the last answer.
func (l ProbeLoop) pause() time.Duration {
	switch {
	case l.calm == 0:
		return refusedPause
	case l.Every > 0:
		return l.Every
	}
	return min(firstPause+time.Duration(l.calm-1)*pauseStep, longestPause)
}

// limit is when to stop if nothing is proved.
func (l ProbeLoop) limit(s Status) (at time.Time, ok bool) {
	if l.Timeout > 0 {
		return l.Began.Add(l.Timeout), true
	}
	return l.Until(s)
}

// Until returns when to stop if nothing is proved and there is no Timeout: a minute after the
// window or, of a token that nobody has ended, its expiry. ok is false where neither is known: then
// it is probed until somebody stops it.
func (l ProbeLoop) Until(s Status) (at time.Time, ok bool) {
	switch {
	case !s.Passed.IsZero(): // the window that was to be expected
		at = s.Passed
	case s.Ended && s.StaleKnown:
		at = s.StaleUntil
	case !s.Ended && s.HasExpiry:
		at = s.ExpiresAt
	default:
		return time.Time{}, false
	}
	if at.Before(l.Began) { // whoever begins afterwards wants to see for themselves
		at = l.Began
	}
	return at.Add(afterWindow), true
}

// askedSince reports whether a token was probed at an instant or later.
func askedSince(t Token, since time.Time) bool {
	n := len(t.Probes)
	return n > 0 && !t.Probes[n-1].At.Before(since)
}
