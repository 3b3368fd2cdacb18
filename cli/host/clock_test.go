package host

import (
	"testing"
	"time"
)

// The clock counts elapsed time: setting the wall clock changes nothing, and a suspend counts.
func TestClock(t *testing.T) {
	t.Parallel()
	now := NewClock()
	a, b := now(), now()
	if b.Before(a) || b.Sub(a) > time.Minute || time.Since(a).Abs() > time.Minute {
		t.Errorf("%v, then %v", a, b)
	}
	for name, c := range map[string]struct{ wall, mono, want time.Duration }{
		"five seconds":                    {5 * time.Second, 5 * time.Second, 5 * time.Second},
		"suspended, the monotonic stood":  {time.Hour, time.Second, time.Hour},
		"the wall clock was set back":     {-time.Hour, time.Second, time.Second},
		"the wall clock creeps backwards": {4 * time.Second, 5 * time.Second, 5 * time.Second},
	} {
		var wall, mono time.Duration
		elapsed := sinceEither(func() time.Time { return time.Unix(0, 0).Add(wall) },
			func() time.Duration { return mono })
		wall, mono = c.wall, c.mono
		if got := elapsed(); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
