package tokenapi

import (
	"net/http"
	"strings"
	"time"
)

// nextAccess reads the time at which a throttled caller may call again. WSO2 writes "2026-Nov-24
// 12:00:00+0000 UTC". Other gateways write other dates, or seconds or milliseconds since 1970.
func nextAccess(s string) (time.Time, bool) {
	s = strings.Join(strings.Fields(s), " ")
	if s == "" {
		return time.Time{}, false
	}
	if n, ok := wholeSeconds(s); ok {
		switch {
		case n > 1e9 && n < 1e11:
			return time.Unix(n, 0).UTC(), true
		case n > 1e12 && n < 1e14:
			return time.UnixMilli(n).UTC(), true
		}
		return time.Time{}, false
	}
	// The zone name after an offset is redundant, and may be unknown here.
	if i := strings.LastIndexByte(s, ' '); i > 0 && hasOffset(s[:i]) {
		s = s[:i]
	}
	for _, layout := range []string{
		"2006-Jan-02 15:04:05Z0700", "2006-Jan-02 15:04:05Z07:00", "2006-Jan-02 15:04:05 -0700",
		"2006-01-02 15:04:05Z0700", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 -0700",
		time.RFC3339, "2006-01-02T15:04:05Z0700", time.RFC1123Z,
		// Without an offset the time is in UTC.
		"2006-Jan-02 15:04:05", "2006-Jan-02 15:04:05 UTC", "2006-Jan-02 15:04:05 GMT",
		"2006-01-02 15:04:05", "2006-01-02 15:04:05 UTC", "2006-01-02 15:04:05 GMT",
		"2006-01-02T15:04:05",
		http.TimeFormat, "Mon, 02 Jan 2006 15:04:05 UTC", "Mon Jan _2 15:04:05 UTC 2006",
		"Mon Jan _2 15:04:05 GMT 2006",
	} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// hasOffset reports whether a text ends with an offset such as +0000 or -05:30.
func hasOffset(s string) bool {
	s = strings.ReplaceAll(s, ":", "")
	if len(s) < 5 {
		return false
	}
	tail := s[len(s)-5:]
	return (tail[0] == '+' || tail[0] == '-') && strings.Trim(tail[1:], "0123456789") == "" &&
		!strings.HasSuffix(s[:len(s)-5], "-")
}

// wait returns how long a throttled caller must wait, or 0 if the fault names no time.
func (f fault) wait(h http.Header, now time.Time) time.Duration {
	at, ok := nextAccess(f.next)
	if !ok {
		return 0
	}
	return until(at, h, now)
}
