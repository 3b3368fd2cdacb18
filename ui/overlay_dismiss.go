package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/ui/keys"
	"lanyard/ui/session"
)

// lostEnds says until when what a lost answer may have brought can live, as the clock of the screen
// shows it.
func (s *scene) lostEnds(m *console.Mark) string {
	return console.MarkEnd(*m, func(at time.Time) string { return describe.ClockTime(at, s.now) })
}

// dismissOverlay asks before the mark of a lost answer is dismissed.
type dismissOverlay struct {
	confirmOverlay
	mark string
}

func (m *root) cannotDismiss(s *scene) *refuse {
	if m.target(s).Lost() == nil {
		return &refuse{"no answer of this row was lost", ""}
	}
	return nil
}

func (m *root) openDismiss() tea.Cmd {
	s := m.scene()
	r := m.target(s)
	lost := r.Lost()
	if lost == nil {
		return nil
	}
	what := "the answer to a get for " + s.board.Apps[r.App].Shown
	if r.Token != nil {
		what = "the answer to the renewal of " + r.Token.Fingerprint
	}
	m.open(&dismissOverlay{confirmOverlay{verb: "dismiss it", lines: []string{
		what + " was never seen.", "Of a token that only that answer held: " + s.lostEnds(lost) + ".", "",
		"Dismissed, it is no longer shown. That ends no token; the log keeps it.",
	}}, lost.ID})
	return nil
}

func (*dismissOverlay) title() string { return "Dismiss the lost answer?" }

func (o *dismissOverlay) press(s *scene, a keys.Action, key string) intent {
	if key == s.keys.Yes() {
		return confirmed{o, session.Dismiss{Mark: o.mark}}
	}
	return o.refused(a, key)
}
