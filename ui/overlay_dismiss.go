package ui

import (
	"time"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/ui/keys"
	"lanyard/ui/session"
)

// lostEnds says until when what a lost answer may have brought can live, as the clock of the screen
// shows it.
func lostEnds(s *scene, m *console.Mark) string {
	return console.MarkEnd(*m, func(at time.Time) string { return describe.ClockTime(at, s.now) })
}

// dismissOverlay asks before the mark of a lost answer is dismissed.
type dismissOverlay struct {
	confirmOverlay
	mark string
}

// newDismiss asks about the lost answer of a row, which has one.
func newDismiss(s *scene, r *session.Row) *dismissOverlay {
	lost := r.Lost()
	what := "the answer to a get for " + s.board.Apps[r.App].Shown
	if r.Token != nil {
		what = "the answer to the renewal of " + r.Token.Fingerprint
	}
	return &dismissOverlay{confirmOverlay{verb: "dismiss it", lines: []string{
		what + " was never seen.", "Of a token that only that answer held: " + lostEnds(s, lost) + ".", "",
		"Dismissed, it is no longer shown. That ends no token; the log keeps it.",
	}}, lost.ID}
}

func (*dismissOverlay) title() string { return "Dismiss the lost answer?" }

func (o *dismissOverlay) press(s *scene, a keys.Action, key string) intent {
	if key == s.keys.Yes() {
		return confirmed{o, session.Dismiss{Mark: o.mark}}
	}
	return o.refused(a, key)
}
