package console

import "time"

// kindOf names a change by its most important effect. Verbs do not name their changes: the log
// records what was stored.
func kindOf(c *change, after *Token, now time.Time) EventKind {
	switch {
	case c.tokenID == "" || after == nil && c.before == nil:
		return kindOfMarks(c)
	case after == nil:
		return EventForgotten
	case c.before == nil && after.Grant == GrantAdopted:
		return EventAdopted
	case c.before == nil && after.From != "":
		return EventRenewed
	case c.before == nil:
		return EventIssued
	}
	b, a := c.before, after
	switch {
	case newer(b.AcceptedAt, a.AcceptedAt):
		return EventRevoked
	case newer(b.RefreshAcceptedAt, a.RefreshAcceptedAt):
		return EventRefreshRevoked
	case newer(b.ReplacedAt, a.ReplacedAt):
		return EventReplaced
	case answeredAgain(b, a):
		return EventReissued
	case a.RevokeTries > b.RevokeTries:
		return EventRevokeTried
	case lapsed(*b, now) && !lapsed(*a, now):
		return EventRevokeLapsed
	case newer(b.RevokeNext, a.RevokeNext):
		return EventRevokeDeferred
	case !b.RevokeAt.IsZero() && a.RevokeError != "" &&
		(!a.RevokeAt.Equal(b.RevokeAt) || a.RevokeKind != b.RevokeKind):
		return EventRevokeRefused
	case !a.RevokeAt.Equal(b.RevokeAt) && pendingRevoke(*a):
		return EventRevokeDecided
	case !a.RevokeAt.Equal(b.RevokeAt):
		return EventRevokeUndone
	case newer(b.AtServerAt, a.AtServerAt):
		return EventIntrospected
	case len(c.probes) > 0:
		return EventProbed
	case b.Refresh == RefreshLive && a.Refresh == RefreshSpent:
		return EventRefreshSpent
	}
	return kindOfMarks(c)
}

// newer reports whether a time was set or changed.
func newer(before, after time.Time) bool { return !after.IsZero() && !after.Equal(before) }

// answeredAgain reports whether an answer was stored on a held token: it counts as alive again, or
// has a new life.
func answeredAgain(b, a *Token) bool {
	gone := func(before, after time.Time) bool { return !before.IsZero() && after.IsZero() }
	return a.AnswerRev != b.AnswerRev ||
		gone(b.AcceptedAt, a.AcceptedAt) || gone(b.RefreshAcceptedAt, a.RefreshAcceptedAt) ||
		gone(b.ReplacedAt, a.ReplacedAt) ||
		!a.AtServerAt.After(b.AtServerAt) &&
			(a.Granted != b.Granted || !a.ExpiresAt.Equal(b.ExpiresAt) || a.Lifetime != b.Lifetime)
}

// kindOfMarks names a change of marks alone. A mark that was open and is stored again with a later
// end is no new request.
func kindOfMarks(c *change) EventKind {
	if c.dismissed {
		return EventDismissed
	}
	kind := EventChanged
	for id, m := range c.marks {
		switch {
		case m != nil && !c.open[id]:
			return EventUnsure
		case m == nil:
			kind = EventSettled
		}
	}
	return kind
}
