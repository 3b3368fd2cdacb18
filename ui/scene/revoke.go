package scene

import (
	"time"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/ui/session"
)

// Voice returns how package describe writes for the screen: which formats it uses for times and
// keys, and how it cleans text from elsewhere.
func (s *Scene) Voice() describe.Voice {
	return describe.Voice{
		Face: s.Keys.Face(), Span: s.Left, AtMost: s.AtMost,
		Wait:   func(d time.Duration) string { return Countdown(s, d) },
		Clock:  func(at time.Time) string { return describe.BoundTime(at, s.Now) },
		Others: s.Redacted,
	}
}

// Hold returns what keeps the revoke of a row from being sent: a locked store, a missing key or a
// read-only environment.
func (s *Scene) Hold(r *session.Row) describe.Hold {
	h := describe.Hold{Locked: s.Key.NeedsPassphrase(), NoKey: s.Key.Shut()}
	if env := &s.Board.Apps[r.App].Environment; env.ReadOnly {
		h.ReadOnly = s.Show(env.Name)
	}
	return h
}

// RevokeStage returns the stage of a pending revoke and the time until the next stage. why is the
// reason why the revoke is held back, or "".
func (s *Scene) RevokeStage(r *session.Row) (at describe.Stage, left time.Duration, why string) {
	return describe.StageOf(*r.Token, s.Hold(r), s.Now)
}

// RevokeWords describes a pending revoke. The first text is the longest, and the last one only
// tells the stages apart.
func (s *Scene) RevokeWords(r *session.Row) []string {
	return s.Voice().RevokeBrief(*r.Token, s.Hold(r), s.Now)
}

// Detail describes what the columns of a row do not show, and what to do about it. It returns texts
// from the longest to the shortest, or nil if there is nothing to say.
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
