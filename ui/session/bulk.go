package session

import (
	"context"
	"maps"
	"slices"
	"strings"

	"lanyard/console"
)

// bulk is a verb on several tokens, until each token has a result. Several bulks may be in flight,
// so that a slow answer does not keep other tokens from being revoked.
type bulk struct {
	Bulk
	open     map[string]string // fingerprints of the tokens without a result, by ID
	failures []Failure
	verdicts map[console.Verdict]int
	same     int // number of renewals that brought a token that was held already
}

// Skipped is a token that a verb on several tokens skips, with the reason.
type Skipped struct {
	ID, Fingerprint string
	Why             SkipReason
	Held            string // fingerprint of the token that a get would supersede
}

// SkipReason is a reason to skip a token. The zero value is none.
type SkipReason int

// The reasons. A verb on several tokens asks nothing about a single one. A token that needs a
// question is skipped.
const (
	NotSkipped SkipReason = iota
	SkipGone
	SkipInFlight
	SkipRevoking
	SkipRevoked
	SkipOver // and its refresh token is not alive
	SkipReadOnly
	SkipNeedsPerson
	SkipSupersedes
)

// Failure is a token that a verb has skipped, or for which it failed with Err.
type Failure struct {
	Skipped
	Err error
}

func (s *Session) bulk(r Bulk) []Work {
	if r.Verb == VerbRevoke && !r.Confirmed && s.applies(r) &&
		(s.bulkNeedsQuestion(r.Tokens) || r.Marked && r.Unseen > 0) {
		s.ask(Several{r}, s.confirmed(r))
		return nil
	}
	if s.svc == nil {
		s.refuse(r, NothingYet, Key{})
		return nil
	}
	r.Confirmed = true
	if s.AskToUnlock(r) {
		return nil
	}
	b := &bulk{Bulk: r, open: map[string]string{}, verdicts: map[console.Verdict]int{}}
	var work []Work
	var revokes []string
	skip := func(left Skipped) {
		s.tell(TokenSkipped{Skipped: left})
		b.failures = append(b.failures, Failure{Skipped: left})
	}
	for _, left := range r.LeftOut {
		skip(left)
	}
	for _, id := range r.Tokens {
		if left := s.Skips(r.Verb, id); left.Why != NotSkipped {
			skip(left)
			continue
		}
		b.open[id] = s.board.byID[id].Token.Fingerprint
		if r.Verb == VerbRevoke {
			s.unmarked[id] = s.marks[id]
		}
		if r.Verb != VerbProbe { // after a probe another verb may follow for the same tokens
			delete(s.marks, id)
		}
		switch r.Verb {
		case VerbRenew:
			work = append(work, s.renewInTurn(id)...)
		case VerbRevoke:
			s.flights[TokenKey(id)] = flight{began: s.now, decides: true}
			revokes = append(revokes, id)
		case VerbProbe:
			work = append(work, s.start(TokenKey(id), "", s.probeWork(id))...)
		}
	}
	if r.Marked && len(b.open) > 0 && r.Verb != VerbProbe {
		clear(s.marks) // also those of skipped tokens, which the summary names
	}
	s.dropHidden()
	s.bulks = append(s.bulks, b)
	if len(revokes) > 0 {
		work = append(work, s.revokeAllWork(revokes))
	}
	s.sumUp(b)
	return work
}

// confirmed returns a request for the tokens that its question asks about. Those that the question
// leaves out stay out, also if nothing is in their way any more when it is answered.
func (s *Session) confirmed(r Bulk) Bulk {
	asked := r.Tokens
	r.Confirmed, r.Tokens = true, nil
	for _, id := range asked {
		if left := s.Skips(r.Verb, id); left.Why != NotSkipped {
			r.LeftOut = append(r.LeftOut, left)
		} else {
			r.Tokens = append(r.Tokens, id)
		}
	}
	return r
}

// renewInTurn renews the tokens of an application one after the other, also those of several bulks.
// Renewals at the same time would be the same request, and the server would refuse the second one.
func (s *Session) renewInTurn(id string) []Work {
	key, appID := TokenKey(id), s.board.Apps[s.board.byID[id].App].ID
	s.renewals[appID] = append(s.renewals[appID], id)
	if len(s.renewals[appID]) > 1 {
		s.flights[key] = flight{began: s.now, app: appID}
		return nil
	}
	return s.start(key, appID, s.renewWork(id, appID))
}

// nextRenewal starts the renewal that waits for the end of this one.
func (s *Session) nextRenewal(id, appID string) []Work {
	queue := s.renewals[appID]
	if len(queue) == 0 || queue[0] != id {
		return nil
	}
	if s.renewals[appID] = queue[1:]; len(queue) == 1 {
		delete(s.renewals, appID)
		return nil
	}
	return s.start(TokenKey(queue[1]), appID, s.renewWork(queue[1], appID))
}

// revokeAllWork stores one decision about several tokens, so that one undo takes all of it back.
func (s *Session) revokeAllWork(ids []string) Work {
	svc := s.svc
	return func(ctx context.Context) Event {
		return decidedAll{each: svc.RevokeAll(ctx, ids, console.RevokeUseful, svc.UndoWindow())}
	}
}

// applies reports whether the verb would be applied to a token.
func (s *Session) applies(r Bulk) bool {
	return slices.ContainsFunc(r.Tokens,
		func(id string) bool { return s.Skips(r.Verb, id).Why == NotSkipped })
}

// bulkNeedsQuestion reports whether a person must confirm the revoke of these tokens.
func (s *Session) bulkNeedsQuestion(ids []string) bool {
	return len(ids) > 1 || slices.ContainsFunc(ids, func(id string) bool {
		r := s.board.byID[id]
		return r != nil && s.board.Apps[r.App].Environment.Production
	})
}

// Skips returns why a verb on several tokens skips one; its Why is NotSkipped if it does not.
func (s *Session) Skips(v Verb, id string) Skipped {
	r := s.board.byID[id]
	left := Skipped{ID: id, Why: SkipGone}
	if r == nil || r.Token == nil {
		return left
	}
	left.Fingerprint = r.Token.Fingerprint
	a := &s.board.Apps[r.App]
	grant := console.GrantAgain(*r.Token, a.Application)
	does := s.board.Consequences(r, false, s.now) // a lock is asked about for all tokens together
	switch {
	case s.Busy(TokenKey(id)):
		left.Why = SkipInFlight
	case v == VerbRevoke && r.Pending():
		left.Why = SkipRevoking
	case v == VerbRevoke && s.board.Status(r, s.now).Cause == console.CauseRevoked &&
		r.Token.Refresh != console.RefreshLive:
		left.Why = SkipRevoked
	case v != VerbProbe && a.Environment.ReadOnly:
		left.Why = SkipReadOnly
	case v == VerbRevoke && v.Refuses(does):
		left.Why = SkipOver
	case v != VerbRenew || a.Source == console.Gone || !renewIsGet(r):
		left.Why = NotSkipped
	case console.SignsIn(grant):
		left.Why = SkipNeedsPerson
	default:
		left.Why = NotSkipped
		if held := s.superseded(r.App, grant, scopesOr(r.Token.Asked, a.Scopes)); held != "" {
			left.Why, left.Held = SkipSupersedes, held
		}
	}
	return left
}

// superseded returns the fingerprint of the held token that a get of an application with a
// grant and scopes may end; "" for none. The answer walks all tokens, so the board keeps it.
func (s *Session) superseded(app int, grant string, scopes []string) string {
	key := get{app, grant, strings.Join(scopes, " ")}
	held, known := s.board.superseded[key]
	if !known {
		a := &s.board.Apps[app]
		k, ok := console.WillSupersede(a.withGrant(grant), s.board.Applications(), s.board.tokens,
			scopes, a.Policy, s.opts.Device, s.now)
		if ok {
			held = k.Held
		}
		s.board.superseded[key] = held
	}
	return held
}

// bulkResult is the result of a bulk verb for one token.
type bulkResult struct {
	verdict console.Verdict // of a probe
	same    bool            // a renewal brought a token that was held already
}

// bulkDone files the result for one token, and sums up after the last one.
func (s *Session) bulkDone(id string, did bulkResult, err error) {
	i := slices.IndexFunc(s.bulks, func(b *bulk) bool { _, ok := b.open[id]; return ok })
	if i < 0 {
		return
	}
	b := s.bulks[i]
	if err != nil {
		b.failures = append(b.failures,
			Failure{Skipped: Skipped{ID: id, Fingerprint: b.open[id]}, Err: err})
	} else if did.verdict != "" {
		b.verdicts[did.verdict]++
	} else if did.same {
		b.same++
	}
	delete(b.open, id)
	s.sumUp(b)
}

// sumUp reports the result of a bulk if each of its tokens has one.
func (s *Session) sumUp(b *bulk) {
	if len(b.open) == 0 {
		s.bulks = slices.DeleteFunc(s.bulks, func(x *bulk) bool { return x == b })
		s.tell(BulkDone{Bulk: b.Bulk, N: len(b.Tokens) + len(b.LeftOut), Failures: b.failures,
			Verdicts: b.verdicts, Same: b.same})
	}
}

// Marks returns the IDs of the marked tokens.
func (s *Session) Marks() map[string]bool { return s.marks }

// Marked returns the IDs of the marked tokens, sorted.
func (s *Session) Marked() []string { return slices.Sorted(maps.Keys(s.marks)) }

// ToggleMark marks a token or removes its mark.
func (s *Session) ToggleMark(id string) {
	s.dropHidden()
	if s.changed = true; s.marks[id] {
		delete(s.marks, id)
	} else {
		s.marks[id] = true
	}
}

// Unmark removes all marks.
func (s *Session) Unmark() {
	clear(s.marks)
	s.dropHidden()
	s.changed = true
}
