package describe

import (
	"time"

	"lanyard/console"
)

// Traffic tells what a call of a [console.Client] has shown about a token, whose status is s:
// "dead, 6 s after the revoke". A call that tells nothing about the token's end is "accepted" or
// "refused", and one without an answer "no answer".
func (v Voice) Traffic(x console.Exchange, s console.Status) string {
	after := x.Started.Sub(s.EndedAt).Truncate(time.Second)
	ended := s.Ended && after >= 0
	end, past := "end", "it ended"
	switch s.Cause {
	case console.CauseRevoked, console.CauseRefresh:
		end, past = "revoke", "revoked"
	case console.CauseReplaced:
		end, past = "refresh", "replaced"
	case console.CauseNone, console.CauseElsewhere, console.CauseRefused:
	}
	switch accepted := x.Status >= 200 && x.Status <= 299; {
	case x.Status == 0:
		return "no answer"
	case accepted && ended:
		return "accepted, although " + past + " " + v.Wait(after) + " ago"
	case accepted:
		return "accepted"
	case s.Proof == console.ProofProbe && ended && s.Cause != console.CauseRefused:
		took := s.Took()
		return "dead, " + v.Wait(took) + " after the " + end
	}
	return "refused"
}
