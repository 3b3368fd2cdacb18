package session

import (
	"maps"
	"slices"
	"time"

	"lanyard/console"
)

// Apply files what work came to. A nil event is none.
func (s *Session) Apply(e Event, now time.Time) []Work {
	s.startCall(now)
	if e == nil {
		return s.doDue()
	}
	if c := e.ended(); c != (call{}) {
		delete(s.flights, c.key)
		s.changed = s.changed || c.key.Kind.byPerson()
	}
	var work []Work
	switch e := e.(type) {
	case BoardRead:
		work = s.boardRead(e)
	case StoreChanged:
		if !e.Over {
			work = append(s.read(), s.watch()...)
		}
	case Got:
		s.noteKeyFailure(e.Err)
		s.endInvitations(e.App, e.key)
		s.tell(e)
		work = s.read()
	case Renewed:
		s.noteKeyFailure(e.Err)
		s.endInvitations(e.App, e.key)
		s.tell(e)
		s.bulkDone(e.Token, e.Err)
		work = append(s.nextRenewal(e.Token, e.App), s.read()...)
	case Decided:
		work = s.decided(e)
	case decidedAll:
		for _, d := range e.each {
			delete(s.flights, TokenKey(d.ID))
			work = append(work, s.decided(Decided{ID: d.ID, Token: d.Token, Err: d.Err, Bulk: true})...)
		}
	case Undone:
		s.noteKeyFailure(e.Err)
		if e.Err == nil {
			for i := range e.Undone.Taken {
				s.ownAnswers[e.Undone.Taken[i].ID] = true
			}
		}
		s.tell(e)
		work = s.read()
	case delivered:
		work = s.delivered(e)
	case Probed:
		s.noteKeyFailure(e.Err)
		s.tell(e)
		s.bulkDone(e.ID, e.Err)
		work = s.read()
	case loopProbed:
		s.loopProbed(e)
		work = s.read()
	case Copied:
		s.noteKeyFailure(e.Err)
		if e.Err == nil {
			s.clipboard.copied(e.Copied, e.since, s.now, e.after)
		}
		s.tell(e)
	case TextCopied: // the clipboard then no longer holds a token, and what it holds may stay
		if e.Err == nil {
			s.clipboard.copied(e.Copied, e.since, s.now, 0)
		}
		s.tell(e)
	case ClipboardCleared:
		s.clipboard.cleared(e.serial)
		s.tell(e)
	case drained:
		s.drained = true
	default:
		work = s.applyOther(e)
	}
	return append(work, s.doDue()...)
}

// looked files what neither changes a token nor is part of quitting.
func (s *Session) applyOther(e Event) []Work {
	switch e := e.(type) {
	case Unlocked:
		s.noteKeyFailure(e.Err)
		if e.Err == nil {
			s.storeUnlocked()
		}
		s.tell(e)
	case Dismissed:
		s.noteKeyFailure(e.Err)
		s.tell(e)
	case forgettable:
		s.askToForget(e)
		return nil
	case Forgot:
		s.noteKeyFailure(e.Err)
		s.tell(e)
	case Pruned:
		s.tell(e)
		if e.Err == nil && len(e.Done.Tokens) == 0 {
			return nil
		}
	case LogRead:
		s.noteKeyFailure(e.Err)
		s.tell(e)
		return nil
	case WroteOut:
		s.noteKeyFailure(e.Err)
		s.tell(e)
		if e.quit && e.Err == nil {
			return s.quit(Quit{})
		}
		return nil
	case Saved:
		work := s.useService(e.begun)
		s.noteKeyFailure(e.Err)
		s.tell(e)
		return append(work, s.read()...)
	case FoundKept:
		work := s.useService(e.begun)
		s.noteKeyFailure(e.Err)
		s.tell(e)
		return append(work, s.read()...)
	case Tested:
		s.noteKeyFailure(e.Err)
		s.tell(e)
	case PortalAsked:
		s.tell(e)
	case Deleted:
		s.noteKeyFailure(e.Err)
		s.tell(e)
	case Adopted:
		s.noteKeyFailure(e.Err)
		s.tell(e)
	case Inspected:
		s.tell(e)
		return nil
	case Introspected:
		s.noteKeyFailure(e.Err)
		s.tell(e)
	case Revealed:
		s.noteKeyFailure(e.Err)
		s.tell(e)
		return nil
	case RevealLogged:
		s.tell(e)
		return nil
	}
	return s.read()
}

// goOnWith goes on with the service that the first save has made.
func (s *Session) useService(svc *console.Service) []Work {
	if svc == nil || s.svc != nil {
		return nil
	}
	s.svc = svc
	s.now = svc.Now()
	return s.Follow()
}

// Follow waits for changes of the store again, on the channel of Options.Follow.
func (s *Session) Follow() []Work {
	s.changes = s.opts.Follow(s.svc)
	return s.watch()
}

// watch waits for the next change of the store.
func (s *Session) watch() []Work {
	if s.changes == nil {
		return nil
	}
	return []Work{s.changesWork()}
}

// read asks for the board. While a reading is in flight the next one waits for it.
func (s *Session) read() []Work {
	if s.svc == nil {
		return nil
	}
	if s.IsReading() {
		s.stale = true
		return nil
	}
	s.ticket++
	ticket := s.ticket
	return s.start(Key{Kind: Reading}, "", s.boardWork(ticket))
}

// boardRead files a reading. One with an older ticket than what is shown is dropped: it was only a look.
func (s *Session) boardRead(e BoardRead) []Work {
	var work []Work
	again := s.stale
	s.stale = false
	switch {
	case e.Err != nil:
		s.noteKeyFailure(e.Err)
		if console.CodeOf(e.Err) == console.CodeStoreReplaced {
			s.board.Unkept = e.Err // what was read before stays
		}
		text := e.Err.Error()
		e.Again = text == s.readError
		s.readError = text
		s.tell(e)
	case e.Ticket > s.filed:
		s.filed, s.readError = e.Ticket, ""
		work = s.file(e.Board)
	}
	if again {
		work = append(work, s.read()...)
	}
	return work
}

// file replaces the board by the next reading, and tells what that shows.
func (s *Session) file(b console.Board) []Work {
	first := !s.board.Read
	locked, restored := s.board.Key.Locked, s.board.Restored
	s.board = NewBoard(b, s.policyOf, s.second())
	s.delivery.due = time.Time{} // the board knows
	for id := range s.marks {
		if s.board.byID[id] == nil {
			delete(s.marks, id)
		}
	}
	if first {
		s.tellShadowed(b.Covered)
	} else if s.board.Restored != restored {
		s.tell(Restored{})
		clear(s.pending) // what differs was nobody's doing
	}
	s.tellUnkept(b.Unkept)
	s.tell(BoardFiled{First: first})
	s.nextAlert()
	s.settledElsewhere()
	for id, r := range s.board.byID {
		if r.Pending() {
			s.pending[id] = true
		}
	}
	if locked && !s.board.Key.Locked {
		s.storeUnlocked()
	}
	return append(s.giveUp(), s.prune()...)
}

func (s *Session) policyOf(a console.Application) console.Policy {
	if s.svc == nil {
		return console.PolicyOf(a, time.Minute)
	}
	return s.svc.Policy(a)
}

// tellCovered tells of applications of the store that are not listed.
func (s *Session) tellShadowed(covered []console.Application) {
	for _, a := range covered {
		if have := s.board.App(a.ID); have != nil {
			s.tell(Shadowed{Stored: a, Configured: have.Application})
		}
	}
}

// tellUnkept tells once of each reason why nothing can be stored.
func (s *Session) tellUnkept(why error) {
	text := ""
	if why != nil {
		text = why.Error()
	}
	if text != s.unkept && why != nil {
		s.tell(Unkept{Err: why})
	}
	s.unkept = text
}

// settledElsewhere tells what became of a revoke that was shown as pending and that another console
// has settled so that the token lives on. It waits for an own answer that may be about to say so.
func (s *Session) settledElsewhere() {
	if s.Busy(Key{Kind: Undoing}) || s.IsDelivering() {
		return
	}
	for _, id := range slices.Sorted(maps.Keys(s.pending)) {
		now := s.board.byID[id]
		if now != nil && now.Pending() {
			continue
		}
		delete(s.pending, id)
		switch {
		case now == nil || now.Token == nil || now.State == console.Expired:
		case s.ownAnswers[id], !now.Token.AcceptedAt.IsZero(), !now.Token.RefreshAcceptedAt.IsZero():
		default:
			s.tell(SettledElsewhere{Token: *now.Token, Refusal: now.Token.RevokeError})
		}
	}
	for id := range s.ownAnswers {
		if now := s.board.byID[id]; now == nil || !now.Pending() {
			delete(s.ownAnswers, id)
		}
	}
}

// Tickets are the number of the reading that was asked for last, and of the one that was filed last.
func (s *Session) Tickets() (asked, filed int) { return s.ticket, s.filed }
