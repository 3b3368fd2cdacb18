package overlay

import (
	"time"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// lostAnswerEnds describes the time until which the token of a lost answer can live. It formats the
// time as the screen does.
func lostAnswerEnds(s *scene.Scene, m *console.Mark) string {
	return console.MarkEnd(*m, func(at time.Time) string { return describe.BoundTime(at, s.Now) })
}

// NewDismiss returns the question before the mark of a lost answer is dismissed. The row must have
// one.
func NewDismiss(s *scene.Scene, r *session.Row) *Confirm {
	lost := r.LostAnswer()
	what := "the answer to a get for " + s.Board.Apps[r.App].Name
	if r.Token != nil {
		what = console.Private("the answer to the renewal of " + r.Token.Fingerprint)
	}
	ends := "Of a token that only that answer held: " + lostAnswerEnds(s, lost) + "."
	return &Confirm{
		title: "Dismiss the lost answer?", row: r.ID, then: session.Dismiss{Mark: lost.ID},
		verb: "dismiss it",
		lines: []console.Private{
			what + " was never seen.", "", console.Private(ends),
			"Dismissed, it is no longer shown. That ends no token; the log keeps it.",
		},
	}
}
