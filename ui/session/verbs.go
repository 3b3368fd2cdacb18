package session

import (
	"cmp"
	"context"
	"slices"
	"time"

	"lanyard/console"
)

func (s *Session) get(r Get) []Work {
	if r.Remember {
		s.rememberGet(r)
	}
	a, key := s.board.App(r.App), AppKey(r.App)
	if s.Busy(key) {
		if s.board.invites(r.App) {
			s.tell(WaitsForPerson{App: r.App, Again: true})
		} else {
			s.refuse(r, InFlight, key)
		}
		return nil
	}
	confirmed := r
	confirmed.Confirmed = true
	if a != nil && !r.Confirmed && s.getMaySupersede(a, r.Grant, r.User, r.Scopes, confirmed) ||
		s.AskToUnlock(confirmed) {
		return nil
	}
	svc := s.svc
	work := s.begin(r, key, r.App, func(c call) Work {
		return func(ctx context.Context) Event {
			out, err := svc.Get(ctx, r.App, console.GetOptions{
				Scopes: r.Scopes, Grant: r.Grant, Username: r.User, Password: r.Password,
			})
			c.exchange = out.Exchange
			return Got{c, r.App, r.Selected, out, err}
		}
	})
	if work != nil && a != nil && console.SignsIn(cmp.Or(r.Grant, a.Grant)) {
		s.tell(WaitsForPerson{App: r.App, Key: key})
	}
	return work
}

// renew starts a renewal. Without a live refresh token it is a get, and may need a person.
func (s *Session) renew(r Renew) []Work {
	key := TokenKey(r.Token)
	row, appID, anew, grant := s.board.byID[r.Token], "", false, ""
	if row != nil {
		a := &s.board.Apps[row.App]
		if appID = a.ID; row.Token != nil && renewIsGet(row) {
			anew, grant = true, console.GrantAgain(*row.Token, a.Application)
		}
	}
	confirmed := r
	confirmed.Confirmed = true
	if !s.Busy(key) {
		if anew && !r.Confirmed &&
			s.getMaySupersede(&s.board.Apps[row.App], grant, "", row.Token.Asked, confirmed) {
			return nil
		}
		if s.AskToUnlock(confirmed) {
			return nil
		}
	}
	work := s.begin(r, key, appID, s.renewWork(r.Token, appID))
	if a := s.board.App(appID); work != nil && anew && console.SignsIn(grant) &&
		a.CannotGet(grant) == "" {
		s.tell(WaitsForPerson{App: appID, Key: key})
	}
	return work
}

// renewApplication renews the token of an application, or requests one.
func (s *Session) renewApplication(r RenewApplication) []Work {
	if found := s.TokensOf(r.App, Renewable); len(found) > 0 {
		return s.renew(Renew{Token: found[0].ID})
	}
	return s.get(Get{App: r.App})
}

func (s *Session) renewWork(id, appID string) func(call) Work {
	svc := s.svc
	return func(c call) Work {
		return func(ctx context.Context) Event {
			out, err := svc.Renew(ctx, id)
			c.exchange = out.Exchange
			return Renewed{c, id, appID, out, err}
		}
	}
}

// getMaySupersede asks before a get if it may end a token that is held here. "" is the grant or
// user of the application. It reports whether it asked. It asks nothing if the console will refuse
// the get.
func (s *Session) getMaySupersede(a *App, grant string, user console.Private, scopes []string,
	confirmed Request) bool {
	if a.CannotGet(grant) != "" {
		return false
	}
	by := a.withGrant(grant)
	by.Username = cmp.Or(user, by.Username)
	return s.askToSupersede(by, scopesOr(scopes, a.Scopes), a.Policy, confirmed)
}

// askToSupersede asks before a get of an application ends a token that is held here. If others may
// hold the token, it only reports that. It reports whether it asked.
func (s *Session) askToSupersede(a console.Application, scopes []string, p console.Policy,
	confirmed Request) bool {
	q := Superseding{App: a.ID, Scopes: scopes, by: a, policy: p}
	k, ok := s.supersedes(q)
	if !ok {
		return false
	}
	if !k.Asks() {
		s.tell(MaySupersede{Supersede: k})
		return false
	}
	q.Supersede = k
	s.ask(q, confirmed)
	return true
}

// supersedes judges the get that a question is about.
func (s *Session) supersedes(q Superseding) (console.Supersede, bool) {
	return console.WillSupersede(q.by, s.board.Applications(), s.board.tokens, q.Scopes, q.policy,
		s.opts.Device, s.now)
}

// StillAsks reports whether a question still is about what it said. It does not if time or another
// console has left nothing to do, or if the get would end another token than the question names. A
// face asks when the board or a state has changed, and closes the question.
func (s *Session) StillAsks(q Ask) bool {
	switch about := q.About.(type) {
	case InProduction:
		return s.mayApply(VerbRevoke, about.Row.ID)
	case Superseding:
		k, ok := s.supersedes(about)
		return ok && k.Asks() && k.Held == about.Supersede.Held
	case Several:
		r, ok := q.Then.(Bulk)
		return !ok || slices.ContainsFunc(r.Tokens,
			func(id string) bool { return s.mayApply(r.Verb, id) })
	}
	return true
}

// mayApply reports whether a verb applies to a token, at the latest when its work in flight ends.
func (s *Session) mayApply(v Verb, id string) bool {
	why := s.Skips(v, id).Why
	return why == NotSkipped || why == SkipInFlight
}

// scopesOr returns the requested scopes, or the usual ones if there are none.
func scopesOr(asked, usual []string) []string {
	if len(asked) == 0 {
		return usual
	}
	return asked
}

// endInvitations drops the invitations of a get or renewal that has ended.
func (s *Session) endInvitations(appID string, key Key) {
	if k, ok := s.unwanted[appID]; ok && (k == key || k == Key{} && !s.Brings(appID)) {
		delete(s.unwanted, appID)
	}
	s.board.Invitations = slices.DeleteFunc(slices.Clone(s.board.Invitations),
		func(i console.Invitation) bool {
			return i.AppID == appID
		})
}

// giveUpOne ends the wait for a person of one application, even if its invitation has not arrived
// yet.
func (s *Session) giveUpOne(r GiveUp) []Work {
	if (r.Key != Key{}) && !s.Busy(r.Key) {
		return nil
	}
	s.unwanted[r.App] = r.Key
	work := s.giveUp()
	if !s.Brings(r.App) {
		delete(s.unwanted, r.App) // the next get is wanted
	}
	return work
}

// giveUp ends all waits that a person has given up. While the console quits it ends all waits:
// quitting waits for servers, not for people.
func (s *Session) giveUp() []Work {
	var work []Work
	svc := s.svc
	for _, i := range s.board.Invitations {
		if _, ok := s.unwanted[i.AppID]; ok || s.quitting {
			work = append(work, func(context.Context) Event {
				svc.GiveUp(i.ID) // the get then fails
				return nil
			})
		}
	}
	return work
}

// answerSignIn hands a paste to a sign-in. It does not block. If each of several sign-ins refuses
// the paste, it reports the last refusal.
func (s *Session) answerSignIn(r AnswerSignIn) {
	if s.svc == nil {
		return
	}
	waiting := s.board.SignIns()
	if r.Invitation != "" {
		waiting = []string{r.Invitation}
	}
	var err error
	for _, id := range waiting {
		if err = s.svc.Answer(id, r.Pasted); err == nil {
			break
		}
	}
	s.tell(SignInAnswered{Err: err})
}

// revoke asks first in a production environment. It asks nothing if the console will refuse the
// revoke.
func (s *Session) revoke(r Revoke) []Work {
	row, key := s.board.byID[r.Token], TokenKey(r.Token)
	if row == nil || row.Token == nil {
		s.refuse(r, TokenGone, key)
		return nil
	}
	confirmed := r
	confirmed.Confirmed = true
	switch env := s.board.Apps[row.App].Environment; {
	case s.Busy(key):
	case row.Pending():
		if !s.AskToUnlock(SendWaiting{}) {
			s.refuse(r, AlreadyRevoking, key)
		}
		return nil
	case env.Production && !r.Confirmed && s.Skips(VerbRevoke, r.Token).Why == NotSkipped:
		s.ask(InProduction{row}, confirmed)
		return nil
	case s.AskToUnlock(confirmed):
		return nil
	}
	svc := s.svc
	work := s.begin(r, key, "", func(c call) Work {
		return func(ctx context.Context) Event {
			t, err := svc.Revoke(ctx, r.Token, console.RevokeUseful, svc.UndoWindow())
			return Decided{c, r.Token, t, err, false}
		}
	})
	if work != nil {
		s.flights[key] = flight{began: s.now, decides: true}
		delete(s.unmarked, r.Token)
	}
	return work
}

// decision is a stored decision to revoke a token that the board may not list yet.
type decision struct {
	due    time.Time
	ticket int // of the reading that lists it
}

// decided files a stored decision. The row changes when the board is read again.
func (s *Session) decided(e Decided) []Work {
	s.noteKeyFailure(e.Err)
	if e.Err == nil {
		s.decisions[e.ID] = decision{e.Token.RevokeAt, s.ticket + 1}
		s.delivery.due = Earlier(s.delivery.due, e.Token.RevokeAt)
	} else {
		s.markAgain(e.ID)
	}
	s.undoNext.ended(e)
	s.tell(e)
	s.bulkDone(e.ID, bulkResult{}, e.Err)
	return s.read()
}

// listDecisions forgets the decisions that the last reading lists. It returns when the first of the
// others is due.
func (s *Session) listDecisions() (due time.Time) {
	for id, d := range s.decisions {
		if d.ticket <= s.filed {
			delete(s.decisions, id)
		} else {
			due = Earlier(due, d.due)
		}
	}
	return due
}

// isDeciding reports whether a decision to revoke is being stored that an undo can take back.
func (s *Session) isDeciding() bool {
	if s.svc == nil || s.svc.UndoWindow() <= 0 {
		return false
	}
	for _, f := range s.flights {
		if f.decides {
			return true
		}
	}
	return false
}

// CanUndo reports whether a revoke can be taken back: of the board, or decided since it was read.
func (s *Session) CanUndo() bool {
	if s.board.UndoableCount > 0 || s.isDeciding() {
		return true
	}
	for _, d := range s.decisions {
		if d.due.After(s.now) {
			return true
		}
	}
	return false
}

// awaitingUndo is an undo of a decision that is being stored.
type awaitingUndo struct {
	Undo
	open   map[Key]bool // the flights that store the decision
	stored string       // ID of a token of which it was stored; "" for none
}

// ended notes that the decision about a token has ended.
func (u *awaitingUndo) ended(e Decided) {
	if u == nil || !u.open[TokenKey(e.ID)] {
		return
	}
	if delete(u.open, TokenKey(e.ID)); e.Err == nil {
		u.stored = e.ID
	}
}

// lastDeciding returns the flights that store the decision that began last.
func (s *Session) lastDeciding() map[Key]bool {
	var began time.Time
	last := map[Key]bool{}
	for key, f := range s.flights {
		if !f.decides || f.began.Before(began) {
			continue
		}
		if f.began.After(began) {
			began = f.began
			clear(last)
		}
		last[key] = true
	}
	return last
}

// undo takes back a decision. If one is being stored, it waits until that is
// stored.
func (s *Session) undo(r Undo) []Work {
	key := Key{Kind: Undoing}
	switch {
	case s.Busy(key):
		s.refuse(r, InFlight, key)
		return nil
	case r.Token == "" && s.isDeciding(), s.flights[TokenKey(r.Token)].decides:
		s.undoNext = &awaitingUndo{Undo: r, open: s.lastDeciding()}
		if r.Token != "" {
			s.undoNext.open = map[Key]bool{TokenKey(r.Token): true}
		}
		s.flights[key], s.changed = flight{began: s.now}, true
		return nil
	case r.Token == "" && !s.CanUndo():
		s.refuse(r, NothingToUndo, key)
		return nil
	}
	return s.startUndo(r)
}

// undoDecided starts the undo that waited for a decision. If that could not be stored there is
// nothing to undo: the decisions before it stay.
func (s *Session) undoDecided() []Work {
	u := s.undoNext
	if u == nil || len(u.open) > 0 {
		return nil
	}
	s.undoNext = nil
	delete(s.flights, Key{Kind: Undoing})
	if u.stored == "" {
		return nil
	}
	u.Token = u.stored
	return s.startUndo(u.Undo)
}

func (s *Session) startUndo(r Undo) []Work {
	key, svc := Key{Kind: Undoing}, s.svc
	return s.begin(r, key, "", func(c call) Work {
		return func(ctx context.Context) Event {
			if r.One {
				t, err := svc.Undo(ctx, r.Token)
				return Undone{c, console.Undone{Taken: []console.Token{t}}, err}
			}
			u, err := svc.UndoDecision(ctx, r.Token)
			return Undone{c, u, err}
		}
	})
}

// undone files an undo. A token that a verb on marked ones had decided to revoke is marked again:
// nothing was done to it.
func (s *Session) undone(e Undone) []Work {
	s.noteKeyFailure(e.Err)
	if e.Err == nil {
		for i := range e.Undone.Taken {
			id := e.Undone.Taken[i].ID
			s.ownAnswers[id] = true
			s.markAgain(id)
			delete(s.decisions, id)
		}
	}
	s.tell(e)
	return s.read()
}

// markAgain marks a token again if its last revoke took the mark.
func (s *Session) markAgain(id string) {
	if s.unmarked[id] {
		s.marks[id] = true
		s.dropHidden()
	}
	delete(s.unmarked, id)
}

func (s *Session) probe(r Probe) []Work {
	key := TokenKey(r.Token)
	if !s.Busy(key) && s.AskToUnlock(r) {
		return nil
	}
	return s.begin(r, key, "", s.probeWork(r.Token))
}

func (s *Session) probeWork(id string) func(call) Work {
	svc := s.svc
	return func(c call) Work {
		return func(ctx context.Context) Event {
			a, t, err := svc.Probe(ctx, id)
			c.exchange = a.Exchange
			return Probed{c, id, a.ProbeAnswer, t, err}
		}
	}
}
