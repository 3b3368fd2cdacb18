package console

import (
	"fmt"
	"time"
)

// Left puts a remaining time into as few characters as a glance needs: "3d 04h", "2h 13m", "58:12",
// "0:41". It rounds down, so that 0:00 means over; a negative time is 0:00.
func Left(d time.Duration) string {
	s := int64(max(d, 0) / time.Second)
	switch {
	case s >= 365*24*3600:
		return fmt.Sprintf("%dy", s/(365*24*3600))
	case s >= 24*3600:
		return fmt.Sprintf("%dd %02dh", s/(24*3600), s/3600%24)
	case s >= 3600:
		return fmt.Sprintf("%dh %02dm", s/3600, s/60%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// LeftChanges is how long until Left(d) gives other characters, for d > 0.
func LeftChanges(d time.Duration) time.Duration {
	step := time.Second
	switch {
	case d >= 365*24*time.Hour:
		step = 365 * 24 * time.Hour
	case d >= 24*time.Hour:
		step = time.Hour
	case d >= time.Hour:
		step = time.Minute
	}
	r := d % step
	return r + 1 // one nanosecond past the edge, where the digits turn
}

// Ago puts a past time into words: "just now", "12 min ago", "3 h ago", "2 d ago".
func Ago(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", int(d/time.Minute))
	case d < 24*time.Hour:
		return fmt.Sprintf("%d h ago", int(d/time.Hour))
	}
	return fmt.Sprintf("%d d ago", int(d/(24*time.Hour)))
}
