package scene

import (
	"time"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/ui/session"
)

// voice is how the screen tells things while it is drawn.
func (s *Scene) Voice() describe.Voice {
	return describe.Voice{
		Face: s.Keys.Face(), Span: s.Left, AtMost: s.Left,
		Wait:   func(d time.Duration) string { return Countdown(s, d) },
		Clock:  func(at time.Time) string { return describe.ClockTime(at, s.Now) },
		Others: s.Redacted,
	}
}

// hold is what keeps the revoke of a row from being sent.
func (s *Scene) Hold(r *session.Row) describe.Hold {
	h := describe.Hold{Locked: s.Key.NeedsPassphrase(), NoKey: s.Key.Shut()}
	if env := &s.Board.Apps[r.App].Environment; env.ReadOnly {
		h.ReadOnly = s.Show(env.Name)
	}
	return h
}

// waiting says of a pending revoke how far it is, how long until the next step and, where
// something holds it back, what.
func (s *Scene) RevokeStage(r *session.Row) (at describe.Stage, left time.Duration, why string) {
	return describe.StageOf(*r.Token, s.Hold(r), s.Now)
}

// revokeWords say how far a pending revoke is, from all of it to as little as tells the stages
// apart.
func (s *Scene) RevokeWords(r *session.Row) []string {
	return s.Voice().RevokeBrief(*r.Token, s.Hold(r), s.Now)
}

// detail says what there is to know of a row beyond its columns, and what to do about it; nil when that is nothing.
func (s *Scene) Detail(r *session.Row) []string {
	if r == nil {
		return nil
	}
	gone := s.Board.Apps[r.App].Source == console.Gone
	if r.Mark != nil {
		return s.Voice().LostGet(*r.Mark, gone)
	}
	status := s.Board.Status(r, s.Now)
	status.State = r.State
	return s.Voice().Facts(*r.Token, status, s.Hold(r), gone, s.Now)
}
