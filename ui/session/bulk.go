package session

import (
	"context"
	"maps"
	"slices"

	"lanyard/console"
)

// bulk is a verb on several tokens, until each has an outcome. There may be more than one at a time: a
// slow answer about some tokens must not keep others from being revoked.
type bulk struct {
	Bulk
	open  map[string]string // tokens without an outcome, with their fingerprints
	wrong []Wrong
}

// Left is why a verb on several tokens leaves one out.
type Left struct {
	ID, Fingerprint string
	Why             LeftWhy
	Held            string // fingerprint of the token that would be superseded
}

// LeftWhy is a reason to leave a token out; the zero value is none.
type LeftWhy int

// The reasons. Several tokens at once ask no questions: what has to be asked about is left to its own row.
const (
	NotLeft LeftWhy = iota
	LeftGone
	LeftInFlight
	LeftRevoking
	LeftRevoked
	LeftReadOnly
	LeftNeedsPerson
	LeftSupersedes
)

// Wrong is a token to which a verb was not done: it was left out, or Err says what went wrong.
type Wrong struct {
	Left
	Err error
}

func (s *Session) bulk(r Bulk) []Work {
	if r.Verb == VerbRevoke && !r.Answered && s.Takes(r) > 0 && (s.asksForAll(r.Tokens) || r.Marked && r.Unseen > 0) {
		yes := r
		yes.Answered = true
		s.ask(Several{r}, yes)
		return nil
	}
	if s.svc == nil {
		s.refuse(r, NothingYet, Key{})
		return nil
	}
	r.Answered = true
	if s.locked(r) {
		return nil
	}
	b := &bulk{Bulk: r, open: map[string]string{}}
	var work []Work
	var revokes []string
	for _, id := range r.Tokens {
		if left := s.LeftOut(r.Verb, id); left.Why != NotLeft {
			s.tell(LeftOut{Left: left})
			b.wrong = append(b.wrong, Wrong{Left: left})
			continue
		}
		b.open[id] = s.board.byID[id].Token.Fingerprint
		delete(s.marks, id) // it is sent
		switch r.Verb {
		case VerbRenew:
			work = append(work, s.renewInTurn(id)...)
		case VerbRevoke:
			s.flights[TokenKey(id)] = flight{began: s.now}
			revokes = append(revokes, id)
		case VerbProbe:
			work = append(work, s.start(TokenKey(id), "", s.probing(id))...)
		}
	}
	if r.Marked && len(b.open) > 0 {
		clear(s.marks) // those that were left out, too: the summary says why
	}
	s.bulks = append(s.bulks, b)
	if len(revokes) > 0 {
		work = append(work, s.revokeAll(revokes))
	}
	s.sumUp(b)
	return work
}

// renewInTurn renews one token after the other for an application, also for several bulks: at once they
// would be one request, and the second be refused.
func (s *Session) renewInTurn(id string) []Work {
	key, appID := TokenKey(id), s.board.Apps[s.board.byID[id].App].ID
	s.renewals[appID] = append(s.renewals[appID], id)
	if len(s.renewals[appID]) > 1 {
		s.flights[key] = flight{began: s.now, app: appID}
		return nil
	}
	return s.start(key, appID, s.renewal(id, appID))
}

// nextRenewal begins the renewal that waits for the end of this one.
func (s *Session) nextRenewal(id, appID string) []Work {
	queue := s.renewals[appID]
	if len(queue) == 0 || queue[0] != id {
		return nil
	}
	if s.renewals[appID] = queue[1:]; len(queue) == 1 {
		delete(s.renewals, appID)
		return nil
	}
	return s.start(TokenKey(queue[1]), appID, s.renewal(queue[1], appID))
}

// revokeAll decides about several tokens at once, so that one undo takes all of it back.
func (s *Session) revokeAll(ids []string) Work {
	svc := s.svc
	return func(ctx context.Context) Event {
		return decidedAll{each: svc.RevokeAll(ctx, ids, console.RevokeBoth, svc.UndoWindow())}
	}
}

// Takes counts the tokens that the verb would be done to.
func (s *Session) Takes(r Bulk) (n int) {
	for _, id := range r.Tokens {
		if s.LeftOut(r.Verb, id).Why == NotLeft {
			n++
		}
	}
	return n
}

// asksForAll reports whether a revoke of these has to be asked about.
func (s *Session) asksForAll(ids []string) bool {
	return len(ids) > 1 || slices.ContainsFunc(ids, func(id string) bool {
		r := s.board.byID[id]
		return r != nil && s.board.Apps[r.App].Environment.Production
	})
}

// LeftOut returns why a verb on several tokens leaves one out.
func (s *Session) LeftOut(v Verb, id string) Left {
	r := s.board.byID[id]
	left := Left{ID: id, Why: LeftGone}
	if r == nil || r.Token == nil {
		return left
	}
	left.Fingerprint = r.Token.Fingerprint
	a := &s.board.Apps[r.App]
	switch {
	case s.Busy(TokenKey(id)):
		left.Why = LeftInFlight
	case v == VerbRevoke && r.Pending():
		left.Why = LeftRevoking
	case v == VerbRevoke && s.board.Status(r, s.now).Cause == console.CauseRevoked && r.Token.Refresh != console.RefreshLive:
		left.Why = LeftRevoked
	case v != VerbProbe && a.Environment.ReadOnly:
		left.Why = LeftReadOnly
	case v != VerbRenew || a.Source == console.Gone || !AsksAnew(r):
		left.Why = NotLeft
	case a.Interactive():
		left.Why = LeftNeedsPerson
	default:
		left.Why = NotLeft
		scopes := scopesOr(r.Token.Asked, a.Scopes)
		k, ok := console.WillSupersede(a.Application, s.board.Applications(), s.board.tokens, scopes, a.Policy, s.o.Device, s.now)
		if ok && k.Asks() {
			left.Why, left.Held = LeftSupersedes, k.Held
		}
	}
	return left
}

// bulkDone files the outcome of one token, and sums up if it was the last.
func (s *Session) bulkDone(id string, err error) {
	i := slices.IndexFunc(s.bulks, func(b *bulk) bool { _, ok := b.open[id]; return ok })
	if i < 0 {
		return
	}
	b := s.bulks[i]
	if err != nil {
		b.wrong = append(b.wrong, Wrong{Left: Left{ID: id, Fingerprint: b.open[id]}, Err: err})
	}
	delete(b.open, id)
	s.sumUp(b)
}

// sumUp tells what a verb on several tokens has come to, once each has an outcome.
func (s *Session) sumUp(b *bulk) {
	if len(b.open) == 0 {
		s.bulks = slices.DeleteFunc(s.bulks, func(x *bulk) bool { return x == b })
		s.tell(BulkDone{Bulk: b.Bulk, N: len(b.Tokens), Wrong: b.wrong})
	}
}

// Marks are the IDs of the tokens that are marked.
func (s *Session) Marks() map[string]bool { return s.marks }

// Marked are those IDs in a fixed order.
func (s *Session) Marked() []string { return slices.Sorted(maps.Keys(s.marks)) }

// ToggleMark marks a token, or takes its mark away.
func (s *Session) ToggleMark(id string) {
	s.pages = nil
	if s.changed = true; s.marks[id] {
		delete(s.marks, id)
	} else {
		s.marks[id] = true
	}
}

// Unmark takes all marks away.
func (s *Session) Unmark() {
	clear(s.marks)
	s.changed, s.pages = true, nil
}
