package ui

import (
	"time"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/ui/kit"
	"lanyard/ui/session"
)

// voice is how the screen tells things while it is drawn.
func (s *scene) voice() describe.Voice {
	return describe.Voice{
		Face: s.keys.Face(), Span: s.left, AtMost: s.left,
		Wait:   func(d time.Duration) string { return brief(s, d) },
		Clock:  func(at time.Time) string { return describe.ClockTime(at, s.now) },
		Others: func(text string) string { return s.redactor.Text(kit.Clean(text)) },
	}
}

// hold is what keeps the revoke of a row from being sent.
func (s *scene) hold(r *session.Row) describe.Hold {
	h := describe.Hold{Locked: s.key.NeedsPassphrase(), NoKey: s.key.Shut()}
	if env := &s.board.Apps[r.App].Environment; env.ReadOnly {
		h.ReadOnly = s.redactor.Text(kit.Clean(env.Name))
	}
	return h
}

// waiting says of a pending revoke how far it is, how long until the next step and, where
// something holds it back, what.
func (s *scene) waiting(r *session.Row) (at describe.Stage, left time.Duration, why string) {
	return describe.StageOf(*r.Token, s.hold(r), s.now)
}

// revokeWords say how far a pending revoke is, from all of it to as little as tells the stages
// apart.
func (s *scene) revokeWords(r *session.Row) []string {
	return s.voice().RevokeBrief(*r.Token, s.hold(r), s.now)
}

// detail says what there is to know of a row beyond its columns, and what to do about it; nil when that is nothing.
func (s *scene) detail(r *session.Row) []string {
	if r == nil {
		return nil
	}
	gone := s.board.Apps[r.App].Source == console.Gone
	if r.Mark != nil {
		return s.voice().LostGet(*r.Mark, gone)
	}
	status := s.board.Status(r, s.now)
	status.State = r.State
	return s.voice().Facts(*r.Token, status, s.hold(r), gone, s.now)
}
