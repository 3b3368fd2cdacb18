package console

import "time"

// kindOf names a change by what it did, the most telling thing first. Verbs do not name their own: what the
// store was told is what the log tells.
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
	case !b.RevokeAt.IsZero() && a.RevokeError != "" && (!a.RevokeAt.Equal(b.RevokeAt) || a.RevokeKind != b.RevokeKind):
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

// newer says whether a time was set that was not set before, or is another one.
func newer(before, after time.Time) bool { return !after.IsZero() && !after.Equal(before) }

// answeredAgain says whether an answer of the server was filed on a token that was held: it counts as alive
// again, or its life was told anew.
func answeredAgain(b, a *Token) bool {
	gone := func(before, after time.Time) bool { return !before.IsZero() && after.IsZero() }
	return a.AnswerRev != b.AnswerRev ||
		gone(b.AcceptedAt, a.AcceptedAt) || gone(b.RefreshAcceptedAt, a.RefreshAcceptedAt) || gone(b.ReplacedAt, a.ReplacedAt) ||
		!a.AtServerAt.After(b.AtServerAt) && (a.Granted != b.Granted || !a.ExpiresAt.Equal(b.ExpiresAt) || a.Lifetime != b.Lifetime)
}

// kindOfMarks names what became of the marks alone. One that was open before and is stored again,
// because it may end later, is no new request.
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
