package scene_test

import (
	"testing"
	"time"

	"lanyard/ui/scene"
)

// A frame with a time of the past is drawn again when its words change, not earlier.
func TestAgoNotesItsNextChange(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 12, 4, 0, 0, time.UTC)
	for ago, want := range map[time.Duration]struct {
		text string
		in   time.Duration
	}{
		-time.Second:                 {"just now", time.Minute},
		10 * time.Second:             {"just now", 50 * time.Second},
		90 * time.Second:             {"1 min ago", 30 * time.Second},
		time.Hour + time.Minute:      {"1 h ago", 59 * time.Minute},
		25*time.Hour + 3*time.Minute: {"1 d ago", 22*time.Hour + 57*time.Minute},
	} {
		s := &scene.Scene{Now: now}
		if got := s.Ago(now.Add(-ago)); got != want.text || s.NextChange.Sub(now) != want.in {
			t.Errorf("%s: %q, changes in %s", ago, got, s.NextChange.Sub(now))
		}
	}
}
