package console

import (
	"fmt"
	"time"
)

// Left writes a remaining time briefly: "3d 04h", "2h 13m", "58:12", "0:41". It rounds down. A
// negative time is 0:00.
func Left(d time.Duration) string {
	s := int64(max(d, 0) / time.Second)
	switch {
	case s >= 365*24*3600:
		return fmt.Sprintf("%dy", s/(365*24*3600))
	case s >= 10*24*3600:
		return fmt.Sprintf("%dd", s/(24*3600))
	case s >= 24*3600:
		return fmt.Sprintf("%dd %02dh", s/(24*3600), s/3600%24)
	case s >= 3600:
		return fmt.Sprintf("%dh %02dm", s/3600, s/60%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// LeftChanges returns the time after which Left(d) changes, for d > 0.
func LeftChanges(d time.Duration) time.Duration {
	r := d % leftStep(d)
	return r + 1 // one nanosecond past the edge, where the digits turn
}

// AtMost writes an upper bound as Left writes a remaining time, but rounds up: a shorter bound
// would be false.
func AtMost(d time.Duration) string {
	if d <= 0 {
		return Left(0)
	}
	step := leftStep(d - 1)
	if r := d % step; r > 0 {
		d += step - r
	}
	return Left(d)
}

// AtMostChanges returns the time after which AtMost(d) changes, for d > 0.
func AtMostChanges(d time.Duration) time.Duration {
	step := leftStep(d - 1)
	if r := d % step; r > 0 {
		return r
	}
	return step
}

// leftStep returns the unit of the last digit of Left(d).
func leftStep(d time.Duration) time.Duration {
	switch {
	case d >= 365*24*time.Hour:
		return 365 * 24 * time.Hour
	case d >= 10*24*time.Hour:
		return 24 * time.Hour
	case d >= 24*time.Hour:
		return time.Hour
	case d >= time.Hour:
		return time.Minute
	}
	return time.Second
}

// Ago writes the time since something happened: "just now", "12 min ago", "3 h ago", "2 d ago".
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

// Advice returns what to do about a token that is Unsure, or whose revoke the server has not
// accepted. It is "" for every other token and holds no secret.
func Advice(t Token, p Policy, now time.Time) string {
	switch {
	case t.Unsure != nil:
		text := "a refresh was sent at " + utc(t.Unsure.SentAt, now) +
			" and its answer never seen: "
		if !t.AcceptedAt.IsZero() {
			text += "the revoke of this token is accepted, which does not end a token that " +
				"only the lost answer held; "
		}
		return text + MarkAdvice(*t.Unsure, p.Regime, now)
	case pendingRevoke(t) && t.RevokeError != "":
		text := "its revoke is not yet accepted (" + string(t.RevokeReason()) +
			"), and is tried again"
		if !t.RevokeNext.IsZero() {
			text += " from " + t.RevokeNext.UTC().Format("15:04:05Z") + " on"
		}
		return text
	case pendingRevoke(t):
		return "its revoke is not yet accepted: it is sent from " +
			t.RevokeAt.UTC().Format("15:04:05Z") + " on"
	}
	return ""
}

// MarkAdvice returns what to do about a get or refresh whose answer was lost. It names an end of
// the lost token only if the server is known to end it.
func MarkAdvice(m Mark, r Regime, now time.Time) string {
	refresh := m.Verb() == "refresh"
	switch {
	case refresh && endsEarlier(r):
		return "its refresh token may be spent and is not sent again; renew asks anew, and the " +
			"server says which token is valid"
	case refresh:
		return "its refresh token may be spent and is not sent again; renew asks anew; a token " +
			"that only the lost answer held cannot be revoked: " +
			markEnd(m, now)
	case endsEarlier(r):
		return "the server may have made a token that nobody holds; get again, and the server " +
			"says which token is valid"
	}
	return "the server may have made a token that nobody holds and nobody can revoke: " +
		markEnd(m, now) +
		"; get again for a token to use"
}

func markEnd(m Mark, now time.Time) string {
	text := MarkEnd(m, func(t time.Time) string { return utc(t, now) })
	if m.ID == "" {
		return text
	}
	return text + "; " + do(ActDismiss, m.ID) + " dismisses this"
}

// MarkEnd describes the time until which the lost token of a mark can be alive. show writes a time.
func MarkEnd(m Mark, show func(time.Time) string) string {
	if m.EndsBy.IsZero() {
		return "nobody knows how long it may live"
	}
	return "it may live until " + show(m.EndsBy) + " at the latest"
}

// utc writes a time in UTC, with its date if that is not the date of now.
func utc(t, now time.Time) string {
	t = t.UTC()
	if t.Format(time.DateOnly) == now.UTC().Format(time.DateOnly) {
		return t.Format("15:04:05Z")
	}
	return t.Format("2006-01-02 15:04:05Z")
}
