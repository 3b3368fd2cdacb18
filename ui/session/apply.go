package session

import (
	"maps"
	"slices"
	"time"

	"lanyard/console"
)

// Apply files the result of work, and returns the work that follows. A nil event is allowed.
func (s *Session) Apply(e Event, now time.Time) []Work {
	s.now = now
	if e == nil {
		return s.doDue()
	}
	var work []Work
	if c := e.ended(); c != (call{}) {
		work = s.land(c.key)
	}
	return append(append(work, s.applyOne(e)...), s.doDue()...)
}

// applyOne files the result of work that is no longer in flight.
func (s *Session) applyOne(e Event) (work []Work) {
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
		told := len(s.facts)
		s.tell(e)
		s.holdUntilListed(e.Outcome.Token.ID, told)
		work = s.read()
	case Renewed:
		s.noteKeyFailure(e.Err)
		s.endInvitations(e.App, e.key)
		told := len(s.facts)
		s.tell(e)
		s.bulkDone(e.Token, bulkResult{same: e.Outcome.Same}, e.Err)
		s.holdUntilListed(e.Outcome.Token.ID, told)
		work = append(s.nextRenewal(e.Token, e.App), s.read()...)
	case Decided:
		work = append(s.decided(e), s.undoDecided()...)
	case decidedAll:
		for _, d := range e.each {
			delete(s.flights, TokenKey(d.ID))
			work = append(work,
				s.decided(Decided{ID: d.ID, Token: d.Token, Err: d.Err, Bulk: true})...)
		}
		work = append(work, s.undoDecided()...)
	case Undone:
		work = s.undone(e)
	case delivered:
		work = s.delivered(e)
	case Probed:
		s.noteKeyFailure(e.Err)
		s.tell(e)
		if e.Err == nil {
			s.answeredEnd(e.Token)
		}
		s.bulkDone(e.ID, bulkResult{verdict: e.Answer.Verdict}, e.Err)
		work = s.read()
	case loopProbed:
		s.loopProbed(e)
		work = s.read()
	case called:
		work = s.called(e)
	case Copied:
		s.noteKeyFailure(e.Err)
		if e.Err == nil {
			s.clipboard.copied(e.Copied, e.since, s.now, e.after)
		}
		s.tell(e)
	case TextCopied: // the clipboard no longer holds a token, and need not be cleared
		if e.Err == nil {
			s.clipboard.copied(e.Copied, e.since, s.now, 0)
		}
		s.tell(e)
	case ClipboardCleared:
		s.clipboard.cleared(e.serial)
		s.tell(e)
	case lifeRead:
		s.lifeRead(e)
	case drained:
		s.drained = true
	case storeChecked:
		work = s.storeChecked(e)
	default:
		work = s.applyOther(e)
	}
	return work
}

// applyOther files the results of the requests of [Session.doOther].
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
		s.tellListed(e, e.App.ID, e.Err)
		return append(work, s.read()...)
	case FoundKept:
		work := s.useService(e.begun)
		s.noteKeyFailure(e.Err)
		id := ""
		if len(e.Apps) > 0 {
			id = e.Apps[0].ID
		}
		s.tellListed(e, id, e.Err)
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
		s.tellListed(e, e.Token.ID, e.Err)
	case Inspected:
		s.fileInside(e)
		s.tell(e)
		return nil
	case SubscriptionsRead:
		s.fileSubscriptions(e)
		s.tell(e)
		return nil
	case Introspected:
		s.noteKeyFailure(e.Err)
		s.fileAnswer(e)
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

// useService takes over the service that the first save has created.
func (s *Session) useService(svc *console.Service) []Work {
	if svc == nil || s.svc != nil {
		return nil
	}
	s.svc = svc
	s.now = svc.Now()
	return s.Follow()
}

// Follow begins again to wait for changes of the store, on the channel of Options.Follow.
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

// read reads the board. If a reading is in flight, the next one starts at its end.
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

// heldFacts are facts that are reported with a reading that lists the token or the application that
// they name.
type heldFacts struct {
	facts  []Fact
	id     string // of the token or the application
	ticket int    // of the reading that lists it unless it was removed
}

// tellListed reports a fact when the token or application with this ID is listed, or at once if err
// is set.
func (s *Session) tellListed(f Fact, id string, err error) {
	told := len(s.facts)
	if s.tell(f); err == nil {
		s.holdUntilListed(id, told)
	}
}

// holdUntilListed holds the facts from index told on until the token or application with this ID is
// listed. A person who reads that it is there may press a verb for it at once, which must not act
// on another one.
func (s *Session) holdUntilListed(id string, told int) {
	if s.svc == nil || id == "" || s.board.lists(id) {
		return
	}
	facts := slices.Clone(s.facts[told:])
	s.facts = s.facts[:told]
	s.held = append(s.held, heldFacts{facts, id, s.ticket + 1})
}

// lists reports whether a token or an application with this ID is listed.
func (b *Board) lists(id string) bool { return b.byID[id] != nil || b.App(id) != nil }

// release reports the facts whose token or application is listed, and those that wait for a reading
// with this ticket or an earlier one.
func (s *Session) release(ticket int) {
	s.held = slices.DeleteFunc(s.held, func(h heldFacts) bool {
		if h.ticket > ticket && !s.board.lists(h.id) {
			return false
		}
		for _, f := range h.facts {
			s.tell(f)
		}
		return true
	})
}

// boardRead files a reading. It drops one that is older than the board.
func (s *Session) boardRead(e BoardRead) []Work {
	var work []Work
	again := s.stale
	s.stale = false
	switch {
	case e.Err != nil:
		s.release(e.Ticket)
		s.noteKeyFailure(e.Err)
		if console.CodeOf(e.Err) == console.CodeStoreReplaced {
			s.board.Unkept = e.Err // keep the last reading
		}
		s.tellReadError(e)
	case e.Ticket > s.filed:
		s.filed = e.Ticket
		if e.PastErr != nil {
			e.Board.Past = s.board.Past // the last ones that were read
		}
		s.noteKeyFailure(e.PastErr)
		work = s.file(e.Board, e.Choice)
		e.Err = e.PastErr
		s.tellReadError(e)
	}
	if again {
		work = append(work, s.read()...)
	}
	return work
}

// Op names what has failed: the whole reading, or that of the calls of other runs.
func (e BoardRead) Op() string {
	if e.PastErr != nil {
		return "read the last calls"
	}
	return "read the store"
}

// tellReadError reports the error of a reading, if there is one.
func (s *Session) tellReadError(e BoardRead) {
	text := ""
	if e.Err != nil {
		text = e.Err.Error()
		e.Again = text == s.readError
		s.tell(e)
	}
	s.readError = text
}

// file replaces the board by a reading, and reports what that shows. c is the stored choice of the
// first reading.
func (s *Session) file(b console.Board, c console.Choice) []Work {
	first := !s.board.Read
	locked, restored := s.board.Key.Locked, s.board.Restored
	s.board = NewBoard(b, s.policyOf, s.second())
	s.release(s.filed)
	s.delivery.due = s.listDecisions() // the board has the next one of its own
	for id := range s.marks {
		if s.board.byID[id] == nil {
			delete(s.marks, id)
		}
	}
	s.calls = nil
	s.renewPages()
	if first {
		s.recall(c)
		s.tellShadowed(b.Covered)
	} else if s.board.Restored != restored {
		s.tell(Restored{})
		clear(s.pending) // no person made these changes
		clear(s.unmarked)
		s.endings = endings{began: s.now}
		s.looked = lookups{} // an ID may stand for another token
	}
	s.tellUnkept(b.Unkept)
	s.tell(BoardFiled{First: first})
	s.life.stale = true
	s.outdateSubscriptions()
	s.lookForEnds()
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

// tellShadowed reports applications of the store that are not listed.
func (s *Session) tellShadowed(covered []console.Application) {
	for _, a := range covered {
		if have := s.board.App(a.ID); have != nil {
			s.tell(Shadowed{Stored: a, Configured: have.Application})
		}
	}
}

// tellUnkept reports each reason why nothing can be stored once.
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

// settledElsewhere reports pending revokes that another console has ended so that the token lives
// on. It waits while an answer is in flight that may report the same.
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
		delete(s.unmarked, id)
		switch {
		case now == nil || now.Token == nil || now.State == console.Expired:
		case s.ownAnswers[id], !now.Token.AcceptedAt.IsZero(),
			!now.Token.RefreshAcceptedAt.IsZero():
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

// Tickets returns the numbers of the readings that were requested last and filed last.
func (s *Session) Tickets() (asked, filed int) { return s.ticket, s.filed }
